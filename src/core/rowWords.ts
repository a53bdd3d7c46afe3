import { lookWords, oneLine, shortCostWords, shorten, taskTitle } from './taskWords';
import type { TrackedTask } from './trackedTask';

export interface RowOptions {
  /** Whether the API version is worth a word: tasks of several versions stand side by side. */
  readonly showsVersion: boolean;
}

/** A longer prompt leaves no room for the status beside it in a side bar of 300 pixels, as it first comes. */
const promptLength = 28;
/** Room for a whole UUID: IDs often differ in their ends alone. */
const idLength = 60;

/**
 * A task's name in its row: its prompt, or its ID until the prompt is known. Tooltip and sentence have more of it.
 * Cut wherever the room ends: of tasks that begin alike each letter tells.
 */
export function rowName({ prompt, id }: Pick<TrackedTask, 'prompt' | 'id'>): string {
  const title = oneLine(prompt ?? '');
  return title === '' ? shorten(oneLine(id), idLength) : shorten(title, promptLength);
}

/** What stands beside a task's name in its row: "Running", "Finished, goal not reached · $0.31". Holds no time that ticks. */
export function rowDescription(task: TrackedTask, { showsVersion }: RowOptions): string {
  const parts = [lookWords(task)];
  if (task.cost !== undefined) parts.push(shortCostWords(task.cost));
  if (task.trouble && !task.isMissing)
    parts.push(task.trouble.kind === 'tooLarge' ? 'too large for a look' : 'cannot be read');
  if (showsVersion) parts.push(task.apiVersion);
  return parts.join(' · ');
}

/** The row as a screen reader says it: sentences. */
export function rowSentence(task: TrackedTask, { showsVersion }: RowOptions): string {
  const parts = [`Task “${taskTitle(task)}”: ${lookWords(task).toLowerCase()}`];
  if (task.cost !== undefined) parts.push(`It cost ${shortCostWords(task.cost)}`);
  if (task.isUnseen) parts.push('You have not opened it since it ended');
  if (task.trouble && !task.isMissing) parts.push('It cannot be read at the moment');
  if (showsVersion) parts.push(`API ${task.apiVersion}`);
  return `${parts.join('. ')}.`;
}
