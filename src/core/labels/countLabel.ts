/** "1 task", "3 tasks". */
export function countLabel(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}

/** "3 tasks ended that you have not opened." */
export function unseenLabel(count: number): string {
  return `${countLabel(count)} ended that you have not opened.`;
}
