import { capabilitiesOf } from '../cloud/apiVersions';
import { hasEnded, type Task } from '../cloud/task';
import type { TrackedTask } from './trackedTask';

/** Whether the task has ended and its session waits for another prompt, with its browser, which costs money. */
export function hasIdleSession(task: Pick<Task, 'apiVersion' | 'status' | 'rawStatus'>): boolean {
  return (
    hasEnded(task.status) &&
    task.rawStatus === capabilitiesOf(task.apiVersion).idleSessions?.rawStatus
  );
}

/**
 * When the browser closes by itself that is still open, and costs money, though the task has ended, in milliseconds since
 * 1970; `undefined` where none is known to be. An idle session of which the cloud does not say since when counts from when it
 * was first seen.
 */
export function browserOpenUntil(task: TrackedTask, now: number): number | undefined {
  const { idleSessions } = capabilitiesOf(task.apiVersion);
  const closesAt =
    task.browserOpenUntil ??
    (idleSessions && hasIdleSession(task)
      ? (task.changedAt ?? 0) + idleSessions.closeAfterMs
      : undefined);
  return hasEnded(task.status) && closesAt !== undefined && closesAt > now ? closesAt : undefined;
}
