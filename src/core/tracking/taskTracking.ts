import type { Clock } from '../base/clock';
import { regionOf, regionOrigins } from '../cloud/regions';
import { followSession, isFollowedWhenTracked } from '../following/sessionFollowing';
import { errorMessage, type ErrorMessage } from '../labels/errorMessage';
import { CloudError, isAbort, isCloudError, type CloudErrorKind } from '../cloud/errors';
import { refKey, type ApiVersion, type TaskRef } from '../cloud/task';
import type { Cloud } from '../cloud/taskClient';
import { maxSessionsAtOnce, maxTasksAtOnce, type TaskInput } from '../input/taskInput';
import type { TaskStore } from '../tasks/taskStore';
import { countLabel, formatCount } from '../labels/countLabel';
import { oneLine } from '../text/plainText';
import { shorten } from '../text/shorten';
import { VersionSearch } from './versionSearch';

export interface TaskTrackingOptions {
  readonly store: TaskStore;
  /** Requested only where the text leaves something to the cloud: versions of IDs, tasks of sessions. */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** True for the vendor's server. */
  readonly isOfficial: boolean;
  readonly clock: Clock;
  /** Once it has aborted, no request is sent, and tasks of later answers are not tracked. */
  readonly signal: AbortSignal;
  /** Called before each ID and session is looked up, with how many of all have been. */
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
  /** Why something could not be looked up: the first reason. */
  readonly lookupError?: CloudError | undefined;
  /** IDs that no API version knows or that could not be looked up, and those after one that failed for a reason which is theirs, too. */
  readonly failedIdCount: number;
  /** The same of sessions. */
  readonly failedSessionCount: number;
  /** Tasks of sessions that are over what is tracked at once. */
  readonly leftOutCount: number;
  /** Sessions that were not looked up, as no more tasks are tracked at once. */
  readonly leftOutSessionCount: number;
}

/** An ID or a session that takes a request. */
interface Lookup {
  readonly id: string;
  /** Absent: the cloud knows it. */
  readonly apiVersion?: ApiVersion | undefined;
  readonly as: 'task' | 'session';
}

/**
 * Tracks what a paste names: tasks whose API version it names at once, other IDs and the tasks of sessions when the cloud has
 * answered. An ID or session that fails alone keeps no other from being looked up.
 * @throws the reason of the signal when it aborted; what was tracked by then stays
 */
export async function trackTasks(
  input: TaskInput,
  { store, connect, isOfficial, clock, signal, onProgress }: TaskTrackingOptions,
): Promise<TrackingResult> {
  const now = clock.now();
  const last = store.tasks().at(-1);
  const { known, unknown } = partByStore(input.ids, store);
  const refs = new Map([...input.refs, ...known].map((ref) => [refKey(ref), ref]));
  let addedCount = store.track(input.refs, now).length;
  let emptySessionCount = 0;
  let leftOutCount = 0;
  let leftOutSessionCount = 0;
  let lookupError: CloudError | undefined;
  const failed = { task: 0, session: 0 };
  const search = new VersionSearch({ connect, isOfficial, last, clock });
  const lookups: readonly Lookup[] = [
    ...unknown.map((id): Lookup => ({ id, as: 'task' })),
    ...input.sessions.map((session): Lookup => ({ ...session, as: 'session' })),
  ];
  for (const [done, lookup] of lookups.entries()) {
    if (refs.size >= maxTasksAtOnce) {
      leftOutSessionCount = lookups.length - done;
      break;
    }
    onProgress?.(done, lookups.length);
    try {
      if (done === 0) await search.readLists(unknown, signal);
      const sessionTasks = await lookUp(lookup, { connect, search, signal });
      signal.throwIfAborted();
      if (sessionTasks.length === 0) emptySessionCount++;
      const found = sessionTasks.filter((ref) => !refs.has(refKey(ref)));
      const room = maxTasksAtOnce - refs.size;
      leftOutCount += Math.max(0, found.length - room);
      for (const ref of found.slice(0, room)) refs.set(refKey(ref), ref);
      addedCount += store.track(found.slice(0, room), now).length;
      followWhereItGoesOn(lookup, sessionTasks, { store, now });
    } catch (error) {
      if (isAbort(error) || !isCloudError(error)) throw error;
      lookupError ??= error;
      const concerned = isOfOne(error) ? [lookup] : lookups.slice(done);
      for (const { as } of concerned) failed[as]++;
      if (!isOfOne(error)) break;
    }
  }
  return {
    input,
    refs: [...refs.values()],
    addedCount,
    alreadyTrackedCount: refs.size - addedCount,
    emptySessionCount,
    lookupError,
    failedIdCount: failed.task,
    failedSessionCount: failed.session,
    leftOutCount,
    leftOutSessionCount,
  };
}

/** The version of a task that the cloud has told of is stored with it, so its ID is looked for no more. */
function partByStore(
  ids: readonly string[],
  store: Pick<TaskStore, 'tasks'>,
): { readonly known: readonly TaskRef[]; readonly unknown: readonly string[] } {
  const checked = store.tasks().filter((task) => task.checkedAt !== undefined && !task.isMissing);
  const byId = new Map(checked.map(({ apiVersion, id }) => [id, { apiVersion, id }]));
  return {
    known: ids.flatMap((id) => byId.get(id) ?? []),
    unknown: ids.filter((id) => !byId.has(id)),
  };
}

/** Follows the session that was looked up, where it is a conversation that goes on. */
function followWhereItGoesOn(
  { id }: Lookup,
  sessionTasks: readonly TaskRef[],
  { store, now }: Pick<TaskTrackingOptions, 'store'> & { readonly now: number },
): void {
  const [latest] = sessionTasks;
  // The ID of a task names that task alone.
  if (!latest || sessionTasks.some((task) => task.id === id)) return;
  const { apiVersion } = latest;
  if (!isFollowedWhenTracked(apiVersion)) return;
  const ids = sessionTasks.filter((task) => store.get(task)).map((task) => task.id);
  followSession(store, { apiVersion, sessionId: id }, { ids, latestId: latest.id, now });
}

/** @throws {CloudError} of kind `taskNotFound` where the cloud knows no such ID */
async function lookUp(
  { id, apiVersion, as }: Lookup,
  {
    connect,
    search,
    signal,
  }: Pick<TaskTrackingOptions, 'connect' | 'signal'> & { readonly search: VersionSearch },
): Promise<readonly TaskRef[]> {
  if (apiVersion !== undefined) {
    const cloud = await connect(signal);
    signal.throwIfAborted();
    const ids = await cloud.client(apiVersion).findSessionTasks(id, signal);
    return ids.map((each) => ({ apiVersion, id: each }));
  }
  const refs = await search.find(id, as, signal);
  if (refs) return refs;
  throw new CloudError('taskNotFound', `No API version knows the ID of the ${as}`);
}

/** Whether a failure concerns one ID or session only. */
function isOfOne({ kind }: CloudError): boolean {
  switch (kind) {
    case 'taskNotFound':
    case 'invalidRequest':
    case 'tooLarge':
    case 'badAnswer':
    // A search that ends so may still find another ID in the versions that the key may use.
    case 'forbidden':
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
}: Omit<TrackingResult, 'lookupError' | 'failedIdCount' | 'failedSessionCount'>):
  string | undefined {
  const notes: string[] = [];
  if (alreadyTrackedCount > 0)
    notes.push(
      `${formatCount(alreadyTrackedCount)} ${alreadyTrackedCount === 1 ? 'was' : 'were'} tracked already`,
    );
  if (input.duplicates > 0)
    notes.push(
      input.duplicates === 1
        ? '1 was named twice'
        : `${formatCount(input.duplicates)} were named again`,
    );
  if (emptySessionCount > 0)
    notes.push(
      `${countLabel(emptySessionCount, 'session')} ${emptySessionCount === 1 ? 'has' : 'have'} no tasks`,
    );
  if (leftOutCount > 0)
    notes.push(
      `${countOf(leftOutCount, 'task')} left out: at most ${formatCount(maxTasksAtOnce)} are tracked at once`,
    );
  if (leftOutSessionCount > 0)
    notes.push(
      `${countOf(leftOutSessionCount, 'session')} not looked up: at most ${formatCount(maxTasksAtOnce)} tasks are tracked at once`,
    );
  const refusals = rejectedMessage(input);
  if (refusals !== undefined) notes.push(refusals);
  if (notes.length === 0) return undefined;
  const added = addedCount === 0 ? 'No new task' : countLabel(addedCount);
  return `${added} tracked; ${notes.join('; ')}.`;
}

/**
 * Why links of one region are not looked for in another, and what to do; `undefined` where they are of the server's own region, of
 * several, or the server is none of Browser Use's.
 */
export function otherRegionMessage(
  { regions }: Pick<TaskInput, 'regions'>,
  host: string,
): ErrorMessage | undefined {
  const [region, ...others] = regions;
  const ownRegion = regionOf(host);
  if (!region || others.length > 0 || !ownRegion || region === ownRegion) return undefined;
  return {
    text: `These links lead to the ${region.toUpperCase()} region of Browser Use Cloud, which has tasks and API keys of its own. Set the base URL to ${regionOrigins[region]} to track them.`,
    nextStep: 'openSettings',
  };
}

/** What could not be looked up, why, and what to do; `undefined` where nothing failed. */
export function lookupMessage(
  {
    lookupError,
    failedIdCount,
    failedSessionCount,
  }: Pick<TrackingResult, 'lookupError' | 'failedIdCount' | 'failedSessionCount'>,
  host: string,
): ErrorMessage | undefined {
  if (!lookupError) return undefined;
  const sessions =
    failedSessionCount === 1
      ? "the session's tasks"
      : `the tasks of ${countLabel(failedSessionCount, 'session')}`;
  const what = [
    ...(failedIdCount > 0 ? [countLabel(failedIdCount, 'ID')] : []),
    ...(failedSessionCount > 0 ? [sessions] : []),
  ].join(' and ');
  const isOne = failedIdCount === 1 && failedSessionCount === 0;
  const { text, nextStep } = reasonMessage(lookupError.kind, host, failedIdCount > 0);
  return {
    text: `${what.charAt(0).toUpperCase()}${what.slice(1)} ${isOne ? 'is' : 'are'} not tracked: ${text}`,
    nextStep,
  };
}

function reasonMessage(kind: CloudErrorKind, host: string, isOfIds: boolean): ErrorMessage {
  switch (kind) {
    case 'taskNotFound':
      return {
        text: `${
          isOfIds
            ? `${host} knows no such task for this API key. Check the ID, or set the key of the account that the task belongs to.`
            : `${host} knows no such session for this API key. Check the link, or set the key of the account that the session belongs to.`
        }${otherRegionHint(host)}`,
        nextStep: 'setApiKey',
      };
    case 'invalidRequest':
      return {
        text: `${host} does not take this for ${isOfIds ? 'an ID. Check it' : 'a session. Check the link'}.`,
        nextStep: 'showLog',
      };
    case 'noKey':
      return {
        text: `There is no API key for ${host} yet. Set one, and tracking goes on.`,
        nextStep: 'setApiKey',
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
      return errorMessage(kind, { host });
  }
}

/** Where else it may be that a region does not know; empty for servers that have no regions. */
function otherRegionHint(host: string): string {
  const own = regionOf(host);
  if (!own) return '';
  const other = own === 'eu' ? 'us' : 'eu';
  return ` The ${other.toUpperCase()} region has tasks and API keys of its own: for those, set the base URL to ${regionOrigins[other]}.`;
}

/** Whether a paste names anything to track. */
export function namesAny({ refs, ids, sessions }: NamedTasks): boolean {
  return refs.length + ids.length + sessions.length > 0;
}

/** What a paste names that does: "2 tasks and all of 1 session". */
export function namedLabel({ refs, ids, sessions }: NamedTasks): string {
  const tasks = refs.length + ids.length;
  const parts = [
    ...(tasks > 0 ? [countLabel(tasks)] : []),
    ...(sessions.length > 0 ? [`all of ${countLabel(sessions.length, 'session')}`] : []),
  ];
  return parts.join(' and ');
}

type NamedTasks = Pick<TaskInput, 'refs' | 'ids' | 'sessions'>;

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
  if (more > 0) sentences.push(`${formatCount(more)} more are left out`);
  if (beyond.tasks > 0)
    sentences.push(
      `${countOf(beyond.tasks, 'more task')} left out: at most ${formatCount(maxTasksAtOnce)} are tracked at once`,
    );
  if (beyond.sessions > 0)
    sentences.push(
      `${countOf(beyond.sessions, 'more session')} left out: at most ${maxSessionsAtOnce} are looked up at once`,
    );
  return sentences.length === 0 ? undefined : sentences.join('; ');
}

/** "1 more task is", "3 more tasks are". */
function countOf(count: number, noun: string): string {
  return `${countLabel(count, noun)} ${count === 1 ? 'is' : 'are'}`;
}
