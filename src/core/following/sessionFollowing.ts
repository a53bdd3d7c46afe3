import { capabilitiesOf } from '../cloud/apiVersions';
import { refKey, type ApiVersion, type Task } from '../cloud/task';
import type { TaskStore } from '../tasks/taskStore';
import { newlyTracked, type TrackedTask } from '../tasks/trackedTask';

/** Names a session that can be followed. */
export interface SessionRef {
  readonly apiVersion: ApiVersion;
  readonly sessionId: string;
}

/**
 * A session whose new tasks are tracked by themselves. It is one for as long as a task of it is tracked: each has the mark
 * (`followedAt`), so what keeps and shares tasks keeps and shares this, and undoing an untrack brings it back.
 */
export interface FollowedSession extends SessionRef {
  /** The newest task of it that is known, tracked or not, by its ID. */
  readonly latestId: string;
  /** When following began, or last brought a task, in milliseconds since 1970. */
  readonly since: number;
  /** Those of it that are tracked; at least one. */
  readonly tasks: readonly TrackedTask[];
}

/** The sessions that these tasks are followed of. */
export function followedSessions(tasks: readonly TrackedTask[]): readonly FollowedSession[] {
  const sessions = new Map<string, FollowedSession & { readonly tasks: TrackedTask[] }>();
  for (const task of tasks) {
    const { apiVersion, sessionId, followedAt, followedTo = '' } = task;
    if (followedAt === undefined || sessionId === undefined) continue;
    const key = sessionKey({ apiVersion, sessionId });
    const known = sessions.get(key);
    const all = known?.tasks ?? [];
    all.push(task);
    // Windows may have marked its tasks at different times: the last counts.
    if (known && known.since > followedAt) continue;
    const mark = { latestId: followedTo, since: followedAt };
    sessions.set(key, { apiVersion, sessionId, ...mark, tasks: all });
  }
  return [...sessions.values()];
}

/** The session of a task, where new tasks of it can be found. */
export function followableSession({
  apiVersion,
  sessionId,
}: Pick<Task, 'apiVersion' | 'sessionId'>): SessionRef | undefined {
  if (sessionId === undefined || capabilitiesOf(apiVersion).sessions !== 'haveTasks')
    return undefined;
  return { apiVersion, sessionId };
}

/** True where a session is a conversation that goes on: whoever tracks it means also what comes next. */
export function isFollowedWhenTracked(apiVersion: ApiVersion): boolean {
  return capabilitiesOf(apiVersion).followUps === 'always';
}

export interface SessionNews {
  /** Tasks of the session that are to be tracked; those that are tracked already count as its. */
  readonly ids: readonly string[];
  /** Its newest task. */
  readonly latestId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Begins to follow a session or, where it is followed, takes in what is new of it. The store tells of all of it at once. */
export function followSession(
  store: Pick<TaskStore, 'tasks' | 'get' | 'put'>,
  { apiVersion, sessionId }: SessionRef,
  { ids, latestId, now }: SessionNews,
): void {
  const mark = { sessionId, followedAt: now, followedTo: latestId };
  const known = store.tasks().filter((task) => isOfSession(task, { apiVersion, sessionId }));
  const found = ids
    .map((id) => ({ apiVersion, id }))
    .map((ref) => store.get(ref) ?? newlyTracked(ref, now));
  // What is tracked already is the same object in both.
  store.put([...new Set([...known, ...found])].map((task) => ({ ...task, ...mark })));
}

/** Its tasks stay tracked. Does nothing where it is not followed. */
export function stopFollowing(store: Pick<TaskStore, 'tasks' | 'put'>, session: SessionRef): void {
  const known = store.tasks().filter((task) => isOfSession(task, session));
  store.put(known.map(({ followedAt, followedTo, ...task }) => task));
}

/** A string that is equal for the same session and differs for others. */
export function sessionKey({ apiVersion, sessionId }: SessionRef): string {
  return refKey({ apiVersion, id: sessionId });
}

function isOfSession(task: TrackedTask, { apiVersion, sessionId }: SessionRef): boolean {
  return task.apiVersion === apiVersion && task.sessionId === sessionId;
}
