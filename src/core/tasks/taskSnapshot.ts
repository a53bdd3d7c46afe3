import { outcomeOf } from '../cloud/task';
import type { TrackedTask } from './trackedTask';

/** A task as other extensions get it, frozen. */
export function snapshotOf(task: TrackedTask) {
  return Object.freeze({
    id: task.id,
    apiVersion: task.apiVersion,
    status: task.status,
    rawStatus: task.rawStatus,
    outcome: outcomeOf(task),
    prompt: task.prompt,
    output: task.output,
    cost: task.cost,
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    finishedAt: task.finishedAt,
  });
}

/** True where the two are equal. */
export function isSameSnapshot(
  a: ReturnType<typeof snapshotOf> | undefined,
  b: ReturnType<typeof snapshotOf> | undefined,
): boolean {
  if (!a || !b) return a === b;
  return (Object.keys(a) as (keyof typeof a)[]).every((name) => a[name] === b[name]);
}
