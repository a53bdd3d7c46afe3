import { costWords, lookWords, taskTitle } from './taskWords';
import type { TrackedTask } from './trackedTask';

export interface RowOptions {
  /** Whether the API version is worth a word: tasks of several versions stand side by side. */
  readonly showsVersion: boolean;
}

/** What stands beside a task's name in its row: "Running", "Finished, goal not reached · $0.31". Holds no time that ticks. */
export function rowDescription(task: TrackedTask, { showsVersion }: RowOptions): string {
  const parts = [lookWords(task)];
  if (task.cost !== undefined) parts.push(costWords(task.cost));
  if (task.trouble && !task.isMissing) parts.push('cannot be read');
  if (showsVersion) parts.push(task.apiVersion);
  return parts.join(' · ');
}

/** The row as a screen reader says it: sentences. */
export function rowSentence(task: TrackedTask, { showsVersion }: RowOptions): string {
  const parts = [`Task “${taskTitle(task)}”: ${lookWords(task).toLowerCase()}`];
  if (task.cost !== undefined) parts.push(`It cost ${costWords(task.cost)}`);
  if (task.isUnseen) parts.push('You have not opened it since it ended');
  if (task.trouble && !task.isMissing) parts.push('It cannot be read at the moment');
  if (showsVersion) parts.push(`API ${task.apiVersion}`);
  return `${parts.join('. ')}.`;
}
