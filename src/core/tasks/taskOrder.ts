import { refKey } from '../cloud/task';
import { isActive, type TrackedTask } from './trackedTask';

/** Active tasks first, then by recency, the newest first. The order of equals does not depend on the input's. */
export function inTaskOrder(tasks: readonly TrackedTask[]): TrackedTask[] {
  return tasks
    .map((task) => ({
      task,
      active: isActive(task) ? 0 : 1,
      at: recencyOf(task),
      key: refKey(task),
    }))
    .sort((a, b) => a.active - b.active || b.at - a.at || (a.key < b.key ? -1 : 1))
    .map(({ task }) => task);
}

/**
 * When the task last began or ended, in milliseconds since 1970: its end, or its beginning while it is active.
 * The cloud's times count before ours, so that tasks found already ended lie in the order of their ends.
 */
function recencyOf(task: TrackedTask): number {
  const at = Date.parse(
    (isActive(task) ? undefined : task.finishedAt) ?? task.startedAt ?? task.createdAt ?? '',
  );
  if (!isActive(task) && task.finishedAt === undefined && task.endSeenAt !== undefined)
    return task.endSeenAt;
  return Number.isNaN(at) ? task.trackedAt : at;
}
