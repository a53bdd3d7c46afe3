/** "3 tasks", "1 session", "2,300 files". */
export function countLabel(count: number, noun = 'task'): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** "2,300": a number within an English sentence. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** "3 tasks ended that you have not opened." */
export function unseenLabel(count: number): string {
  return `${countLabel(count)} ended that you have not opened.`;
}
