import type { Clock } from '../base/clock';
import { followSession, isFollowedWhenTracked } from '../following/sessionFollowing';
import { CloudError, isCloudError } from '../cloud/errors';
import { refKey, type ApiVersion, type TaskRef } from '../cloud/task';
import type { Cloud } from '../cloud/taskClient';
import { maxTasksAtOnce, type TaskInput } from '../input/taskInput';
import type { TaskStore } from '../tasks/taskStore';
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
  const result: { -readonly [Key in keyof TrackingResult]: TrackingResult[Key] } = {
    input,
    refs: [],
    addedCount: store.track(input.refs, now).length,
    alreadyTrackedCount: 0,
    emptySessionCount: 0,
    failedIdCount: 0,
    failedSessionCount: 0,
    leftOutCount: 0,
    leftOutSessionCount: 0,
  };
  const search = new VersionSearch({ connect, isOfficial, last, clock });
  const lookups: readonly Lookup[] = [
    ...unknown.map((id): Lookup => ({ id, as: 'task' })),
    ...input.sessions.map((session): Lookup => ({ ...session, as: 'session' })),
  ];
  for (const [done, lookup] of lookups.entries()) {
    if (refs.size >= maxTasksAtOnce) {
      result.leftOutSessionCount = lookups.length - done;
      break;
    }
    onProgress?.(done, lookups.length);
    try {
      if (done === 0) await search.readLists(unknown, signal);
      const sessionTasks = await lookUp(lookup, { connect, search, signal });
      signal.throwIfAborted();
      if (sessionTasks.length === 0) result.emptySessionCount++;
      const found = sessionTasks.filter((ref) => !refs.has(refKey(ref)));
      const tracked = found.slice(0, maxTasksAtOnce - refs.size);
      result.leftOutCount += found.length - tracked.length;
      for (const ref of tracked) refs.set(refKey(ref), ref);
      result.addedCount += store.track(tracked, now).length;
      followWhereItGoesOn(lookup, sessionTasks, { store, now });
    } catch (error) {
      if (!isCloudError(error)) throw error;
      result.lookupError ??= error;
      const concerned = isOfOne(error) ? [lookup] : lookups.slice(done);
      const sessionCount = concerned.filter(({ as }) => as === 'session').length;
      result.failedSessionCount += sessionCount;
      result.failedIdCount += concerned.length - sessionCount;
      if (!isOfOne(error)) break;
    }
  }
  result.refs = [...refs.values()];
  result.alreadyTrackedCount = refs.size - result.addedCount;
  return result;
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
