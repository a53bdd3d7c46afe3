import { sessionsApiVersion } from '../cloud/apiVersions';
import { errorMessage, type ErrorMessage } from '../labels/errorMessage';
import { isAbort, isCloudError, type CloudError, type CloudErrorKind } from '../cloud/errors';
import { refKey, type TaskRef } from '../cloud/task';
import type { Cloud } from '../cloud/taskClient';
import { maxSessionsAtOnce, maxTasksAtOnce, type TaskInput } from '../input/taskInput';
import type { TaskStore } from '../tasks/taskStore';
import { countLabel } from '../labels/statusBarLabel';
import { oneLine } from '../text/plainText';
import { shorten } from '../text/shorten';

export interface TaskTrackingOptions {
  readonly store: TaskStore;
  /** Called only where dashboard URLs name sessions. */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Once it has aborted, nothing more is asked, and what was told is not tracked. */
  readonly signal: AbortSignal;
  /** Called before each session is looked up, with how many of all have been. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What came of a person's paste. */
export interface TrackingResult {
  readonly input: TaskInput;
  /** Every task that was named, each once: now tracked, whether it was before or not. */
  readonly refs: readonly TaskRef[];
  readonly addedCount: number;
  readonly alreadyTrackedCount: number;
  /** Sessions that have no tasks. */
  readonly emptySessionCount: number;
  /** Why a session could not be looked up: the first of them. */
  readonly sessionError?: CloudError | undefined;
  /** Sessions that could not be looked up, and those after one that failed for a reason which is theirs, too. */
  readonly failedSessionCount: number;
  /** Tasks of sessions that are over what is tracked at once. */
  readonly leftOutCount: number;
  /** Sessions that were not looked up, as no more tasks are tracked at once. */
  readonly leftOutSessionCount: number;
}

/**
 * Tracks what a paste names: task IDs and URLs at once, the tasks of sessions when the cloud has sent them.
 * A session that fails alone keeps no other from being looked up.
 * @throws the reason of the signal when it aborted; what was tracked by then stays
 */
export async function trackTasks(
  input: TaskInput,
  { store, connect, now, signal, onProgress }: TaskTrackingOptions,
): Promise<TrackingResult> {
  const refs = new Map(input.refs.map((ref) => [refKey(ref), ref]));
  let addedCount = store.track(input.refs, now).length;
  let emptySessionCount = 0;
  let failedSessionCount = 0;
  let leftOutCount = 0;
  let leftOutSessionCount = 0;
  let sessionError: CloudError | undefined;
  const total = input.sessionIds.length;
  for (const [done, sessionId] of input.sessionIds.entries()) {
    if (refs.size >= maxTasksAtOnce) {
      leftOutSessionCount = total - done;
      break;
    }
    onProgress?.(done, total);
    try {
      const cloud = await connect(signal);
      signal.throwIfAborted();
      const ids = await cloud.client(sessionsApiVersion).findSessionTasks(sessionId, signal);
      signal.throwIfAborted();
      if (ids.length === 0) emptySessionCount++;
      const found = ids
        .map((id): TaskRef => ({ apiVersion: sessionsApiVersion, id }))
        .filter((ref) => !refs.has(refKey(ref)));
      const room = maxTasksAtOnce - refs.size;
      leftOutCount += Math.max(0, found.length - room);
      for (const ref of found.slice(0, room)) refs.set(refKey(ref), ref);
      addedCount += store.track(found.slice(0, room), now).length;
    } catch (error) {
      if (isAbort(error) || !isCloudError(error)) throw error;
      sessionError ??= error;
      failedSessionCount++;
      if (isOfSession(error)) continue;
      failedSessionCount = failedSessionCount + total - done - 1;
      break;
    }
  }
  return {
    input,
    refs: [...refs.values()],
    addedCount,
    alreadyTrackedCount: refs.size - addedCount,
    emptySessionCount,
    sessionError,
    failedSessionCount,
    leftOutCount,
    leftOutSessionCount,
  };
}

/** Whether a failure says something of one session only. */
function isOfSession({ kind }: CloudError): boolean {
  switch (kind) {
    case 'taskNotFound':
    case 'invalidRequest':
    case 'tooLarge':
    case 'badAnswer':
      return true;
    default:
      return false;
  }
}

/**
 * What a person ought to know of a paste, in one message.
 * @returns `undefined` where each piece named a task that is now newly tracked: the view shows that
 */
export function trackingMessage({
  input,
  addedCount,
  alreadyTrackedCount,
  emptySessionCount,
  leftOutCount,
  leftOutSessionCount,
}: Omit<TrackingResult, 'sessionError' | 'failedSessionCount'>): string | undefined {
  const notes: string[] = [];
  if (alreadyTrackedCount > 0)
    notes.push(
      alreadyTrackedCount === 1
        ? '1 was tracked already'
        : `${alreadyTrackedCount} were tracked already`,
    );
  if (input.duplicates > 0)
    notes.push(
      input.duplicates === 1 ? '1 was named twice' : `${input.duplicates} were named again`,
    );
  if (emptySessionCount > 0)
    notes.push(
      emptySessionCount === 1
        ? '1 session has no tasks'
        : `${emptySessionCount} sessions have no tasks`,
    );
  if (leftOutCount > 0)
    notes.push(
      `${countOf(leftOutCount, 'task')} left out: at most ${maxTasksAtOnce} are tracked at once`,
    );
  if (leftOutSessionCount > 0)
    notes.push(
      `${countOf(leftOutSessionCount, 'session')} not looked up: at most ${maxTasksAtOnce} tasks are tracked at once`,
    );
  const refusals = rejectedMessage(input);
  if (refusals !== undefined) notes.push(refusals);
  if (notes.length === 0) return undefined;
  const added = addedCount === 0 ? 'No new task' : countLabel(addedCount);
  return `${added} tracked; ${notes.join('; ')}.`;
}

/** The message for a session that could not be looked up. */
export function sessionMessage(kind: CloudErrorKind, host: string): ErrorMessage {
  switch (kind) {
    case 'taskNotFound':
      return {
        text: `${host} knows no such session for this API key. Check the link, or set the key of the account that the session belongs to.`,
        nextStep: 'setApiKey',
      };
    case 'invalidRequest':
      return {
        text: `${host} does not take this for a session. Check the link.`,
        nextStep: 'showLog',
      };
    // Tracking is not repeated by itself.
    case 'rateLimited':
      return {
        text: `${host} asks to slow down. Track it again in a while.`,
        nextStep: 'showLog',
      };
    case 'server':
      return {
        text: `${host} has trouble of its own. Track it again in a while.`,
        nextStep: 'showLog',
      };
    default:
      return errorMessage(kind, { host, apiVersion: sessionsApiVersion });
  }
}

/** Why pieces of a paste are left out: at most two are named. `undefined` where none is. */
export function rejectedMessage({
  rejected,
  beyond,
}: Pick<TaskInput, 'rejected' | 'beyond'>): string | undefined {
  const sentences = rejected.slice(0, 2).map(({ text, why }) => {
    const shown = text === undefined ? 'one piece' : `“${shorten(oneLine(text), 40)}”`;
    return `${shown} is left out: ${why}`;
  });
  const more = rejected.length - sentences.length;
  if (more > 0) sentences.push(`${more} more are left out`);
  if (beyond.tasks > 0)
    sentences.push(
      `${countOf(beyond.tasks, 'more task')} left out: at most ${maxTasksAtOnce} are tracked at once`,
    );
  if (beyond.sessions > 0)
    sentences.push(
      `${countOf(beyond.sessions, 'more session')} left out: at most ${maxSessionsAtOnce} are looked up at once`,
    );
  return sentences.length === 0 ? undefined : sentences.join('; ');
}

/** "1 more task is", "3 more tasks are". */
function countOf(count: number, noun: string): string {
  return count === 1 ? `1 ${noun} is` : `${count} ${noun}s are`;
}
