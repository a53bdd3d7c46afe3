import { errorWords, type ErrorWords } from './errorWords';
import { isAbort, isCloudError, type CloudError, type CloudErrorKind } from './errors';
import { refKey, type ApiVersion, type TaskRef } from './task';
import type { Cloud } from './taskClient';
import { maxTasksAtOnce, parseTaskInput, type TaskInput } from './taskInput';
import type { TaskStore } from './taskStore';
import { countWords } from './statusBarWords';
import { oneLine, shorten } from './taskWords';

export interface TaskTrackingOptions {
  readonly store: TaskStore;
  /** Asked only where dashboard URLs name sessions. */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** False once the base URL names another server: neither is it asked, nor gets it what the one before told. */
  readonly isCurrent: () => boolean;
  /** For IDs whose version the text does not tell. */
  readonly apiVersion: ApiVersion;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
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
  /** Why sessions could not be looked up. */
  readonly sessionError?: CloudError | undefined;
  /** True where the server became another one before all sessions were looked up. */
  readonly hasServerChanged: boolean;
}

/**
 * Tracks what a text names: task IDs and URLs at once, the tasks of sessions when the cloud has told them.
 * @throws an `AbortError` when the signal aborted; what was tracked by then stays
 */
export async function trackTasks(
  text: string,
  { store, connect, isCurrent, apiVersion, now, signal }: TaskTrackingOptions,
): Promise<TrackingResult> {
  const input = parseTaskInput(text, apiVersion);
  const refs = new Map(input.refs.map((ref) => [refKey(ref), ref]));
  let addedCount = store.track(input.refs, now).length;
  let emptySessionCount = 0;
  let sessionError: CloudError | undefined;
  try {
    for (const sessionId of input.sessionIds) {
      const cloud = await connect(signal);
      if (!isCurrent()) break;
      // Only v2 has sessions with tasks in them, whatever the setting for new tasks says.
      const ids = await cloud.client('v2').findSessionTasks(sessionId, signal);
      signal.throwIfAborted();
      if (!isCurrent()) break;
      const found = ids.slice(0, maxTasksAtOnce).map((id): TaskRef => ({ apiVersion: 'v2', id }));
      if (found.length === 0) emptySessionCount++;
      for (const ref of found) refs.set(refKey(ref), ref);
      addedCount += store.track(found, now).length;
    }
  } catch (error) {
    if (isAbort(error) || !isCloudError(error)) throw error;
    sessionError = error;
  }
  return {
    input,
    refs: [...refs.values()],
    addedCount,
    alreadyTrackedCount: refs.size - addedCount,
    emptySessionCount,
    sessionError,
    hasServerChanged: !isCurrent(),
  };
}

/**
 * What a person ought to know of a paste, in one message.
 * @returns `undefined` where each piece named a task that is now newly tracked: the view shows that
 */
export function trackingWords({
  input,
  addedCount,
  alreadyTrackedCount,
  emptySessionCount,
}: Omit<TrackingResult, 'sessionError' | 'hasServerChanged'>): string | undefined {
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
  const refusals = rejectedWords(input);
  if (refusals !== undefined) notes.push(refusals);
  if (notes.length === 0) return undefined;
  const added = addedCount === 0 ? 'No new task' : countWords(addedCount);
  return `${added} tracked; ${notes.join('; ')}.`;
}

/** The user's words for a session that could not be looked up. */
export function sessionWords(kind: CloudErrorKind, host: string): ErrorWords {
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
    // Nobody asks again by itself.
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
      return errorWords(kind, { host, apiVersion: 'v2' });
  }
}

/** Why pieces of a paste name no task: at most two are told in full. `undefined` where all do. */
export function rejectedWords({ rejected }: Pick<TaskInput, 'rejected'>): string | undefined {
  if (rejected.length === 0) return undefined;
  // What looks like a key is never shown again.
  const told = rejected.slice(0, 2).map(({ text, why }) => {
    const shown = /bu_/u.test(text) ? 'one piece' : `“${shorten(oneLine(text), 40)}”`;
    return `${shown} is left out: ${why}`;
  });
  const more = rejected.length - told.length;
  return [...told, ...(more > 0 ? [`${more} more are left out`] : [])].join('; ');
}
