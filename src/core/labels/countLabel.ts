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

/** "2 tracked tasks could not be read and are left out; their files are kept." */
export function unreadTasksMessage(count: number): string {
  const isOne = count === 1;
  return `${countLabel(count, 'tracked task')} could not be read and ${isOne ? 'is left out; its file is' : 'are left out; their files are'} kept.`;
}
