import { outcomeOf } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';

/** The kinds of end that a user can choose to be notified of. `unsuccessful` is finished, but judged not to have done its job. */
export const endKinds = ['finished', 'unsuccessful', 'failed', 'stopped'] as const;

export type EndKind = (typeof endKinds)[number];

/** `undefined` for a task that has not ended. */
export function endKindOf(task: TrackedTask): EndKind | undefined {
  switch (task.status) {
    case 'finished':
      return outcomeOf(task) === 'failure' ? 'unsuccessful' : 'finished';
    case 'failed':
    case 'stopped':
      return task.status;
    default:
      return undefined;
  }
}
