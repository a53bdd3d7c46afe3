import type { CloudErrorKind } from '../cloud/errors';
import {
  hasEnded,
  type Task,
  type TaskDetails,
  type TaskRef,
  type TaskStatus,
} from '../cloud/task';

/** Why the last check of a task failed. Neither a status nor an outcome. */
export interface Trouble {
  readonly kind: CloudErrorKind;
  /** When this kind of trouble began, in milliseconds since 1970. */
  readonly since: number;
}

/** A task that the user follows: the last good answer of the cloud, and what we know of our own. */
export interface TrackedTask extends Task {
  /** Milliseconds since 1970, as are the other `…At` numbers here. */
  readonly trackedAt: number;
  /** The last check that succeeded. Absent until the first: then `status` is `unknown` and `rawStatus` empty. */
  readonly checkedAt?: number | undefined;
  /** When a poll last showed another status than the poll before. */
  readonly changedAt?: number | undefined;
  /** When a poll saw that the task had ended which had not before; what the cloud tells of its end is more exact. */
  readonly endSeenAt?: number | undefined;
  /** The status that the task had when all of it was last read, not only its status. */
  readonly readAs?: TaskStatus | undefined;
  /** Absent after a poll that succeeded. */
  readonly trouble?: Trouble | undefined;
  /**
   * The cloud has said for minutes that no such task exists for this key, or that this is no task's ID.
   * Such a task is polled again on a refresh, with another key and when a window begins to poll.
   */
  readonly isMissing: boolean;
  /** Its end was observed and nobody has opened it since. */
  readonly isUnseen: boolean;
  /** When its session began to be followed, or last brought a task. Absent: its session is not followed. */
  readonly followedAt?: number | undefined;
  /** The newest task of the session that is followed, tracked or not, by its ID. Present with `followedAt`. */
  readonly followedTo?: string | undefined;
  /** True where following the account has tracked it. */
  readonly isFromAccount?: boolean | undefined;
  /** When the browser closes by itself that was still open after the task had ended, in milliseconds since 1970. */
  readonly browserOpenUntil?: number | undefined;
  /** When the user had it stopped, in milliseconds since 1970; absent once it has ended, and where the cloud did not do it. */
  readonly stoppingSince?: number | undefined;
}

/** How long a task that was stopped may go on before nobody expects its end any more: 3 minutes, in milliseconds. */
export const stopPatienceMs = 180_000;

/** A task as it is before the first poll. */
export function newlyTracked(ref: TaskRef, now: number): TrackedTask {
  return {
    apiVersion: ref.apiVersion,
    id: ref.id,
    status: 'unknown',
    rawStatus: '',
    trackedAt: now,
    isMissing: false,
    isUnseen: false,
  };
}

/** A task whose status has not changed for this long is polled rarely: 6 hours, in milliseconds. */
export const staleAfterMs = 6 * 60 * 60 * 1000;

/** True for a task that should have moved by now. It is never called failed for that. */
export function isStale(task: TrackedTask, now: number): boolean {
  return !hasEnded(task.status) && now - (task.changedAt ?? task.trackedAt) > staleAfterMs;
}

/** True while the task's status may change: it has not ended, and the cloud knows it. */
export function isActive(task: TrackedTask): boolean {
  return !hasEnded(task.status) && !task.isMissing;
}

/** True at the first poll and after an end: then all of the task is read once, not only its status. */
export function needsFullRead(task: TrackedTask): boolean {
  if (task.readAs === undefined) return true;
  return hasEnded(task.status) && !hasEnded(task.readAs);
}

const statusFields = [
  'status',
  'rawStatus',
  'isSuccess',
  'judgeVerdict',
  'cost',
  'startedAt',
  'finishedAt',
] as const satisfies readonly (keyof Task)[];

/**
 * Details with the status of the tracked task, which the store takes from the newest answer: what shows details and what
 * shows rows never disagree. What the tracked task does not know stays.
 * @returns the details themselves where nothing differs
 */
export function withStatusOf(details: TaskDetails, task: TrackedTask): TaskDetails {
  if (task.checkedAt === undefined) return details;
  const known = statusFields.filter((name) => task[name] !== undefined);
  if (known.every((name) => task[name] === details[name])) return details;
  return { ...details, ...Object.fromEntries(known.map((name) => [name, task[name]])) };
}

/** True where two answers tell the same of how a task is doing. */
export function hasSameStatus(a: Task, b: Task): boolean {
  return statusFields.every((name) => a[name] === b[name]);
}
