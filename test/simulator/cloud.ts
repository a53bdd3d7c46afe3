import { randomUUID } from 'node:crypto';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { Clock } from './clock';
import { browsersOf } from './browsers';
import { createSimulatedTask } from './simulatedTask';
import type { SimulatedTask } from './simulatedTask';
import { newShare } from './session';
import type { Session } from './session';
import { versionOf } from './taskScript';
import type { TaskScript } from './taskScript';
import { uuidFrom } from './uuidFrom';
import { v3StateAt } from './v3Lifecycle';
import { uploadOf, type Workspace } from './workspace';

/** What the simulated cloud holds: tasks, their sessions, and the account that they belong to. */
export interface Cloud {
  readonly clock: Clock;
  readonly account: Account;
  /** In order of their creation by `addTask`. */
  readonly tasks: ReadonlyMap<string, SimulatedTask>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly workspaces: ReadonlyMap<string, Workspace>;
  /** IDs of sessions of v3 and v4 that were deleted. */
  readonly deletedSessions: ReadonlySet<string>;
  /**
   * A task of v3 is what a session is given to do, and v3 knows only the session: its first task has the session's ID.
   *
   * @throws {Error} when a task with this ID exists.
   */
  addTask(script: TaskScript): SimulatedTask;
  addSession(options: NewSession): Session;
  /** Default: a random ID. */
  addWorkspace(options: { readonly id?: string; readonly name: string | null }): Workspace;
  /** Stops the session's tasks too. */
  stopSession(session: Session): void;
  /** Forgets the session and its tasks. */
  deleteSession(session: Session): void;
  /** When the session stopped, in milliseconds since 1970; `undefined` while it is active. */
  sessionEndMs(session: Session): number | undefined;
  /** In order of their creation. */
  tasksOf(session: Session): readonly SimulatedTask[];
}

export interface Account {
  name: string | null;
  planName: string;
  monthlyCreditsUsd: number;
  additionalCreditsUsd: number;
  rateLimit: number;
  /** Creating a task while this many sessions are active answers 429. */
  maxConcurrentSessions: number;
  isFreeTier: boolean;
  projectId: string;
  /** v4: what a key may cost in a month is used up, so that what costs answers 402 with an object. Default: undefined. */
  keySpendLimit: { readonly capUsd: string; readonly spentUsd: string } | undefined;
  /** v4 serves no project with Zero Data Retention. Default: false. */
  hasZeroDataRetention: boolean;
  /** v4: how many messages may wait in a session's queue. Default: 10; the vendor speaks of 20 too. */
  maxQueuedMessages: number;
}

/** What a session without a task is created with. */
export interface NewSession extends Pick<Session, 'keepAlive' | 'isRecorded' | 'persistMemory'> {
  /** Default: `v2`. */
  readonly apiVersion?: ApiVersion;
  readonly createdWith?: Readonly<Record<string, unknown>>;
}

export function createCloud(clock: Clock, account: Partial<Account> = {}): Cloud {
  const tasks = new Map<string, SimulatedTask>();
  const sessions = new Map<string, Session>();
  const workspaces = new Map<string, Workspace>();
  const deletedSessions = new Set<string>();

  const tasksBySession = new Map<string, SimulatedTask[]>();

  const tasksOf = (session: Session): readonly SimulatedTask[] =>
    tasksBySession.get(session.id) ?? [];

  function sessionEndMs(session: Session): number | undefined {
    const nowMs = clock.now();
    if (session.apiVersion === 'v3') return v3StateAt(session, tasksOf(session), nowMs).endedAtMs;
    if (session.apiVersion === 'v4') return conversationEndMs(session);
    if (session.stoppedAtMs !== undefined && session.stoppedAtMs <= nowMs) {
      return session.stoppedAtMs;
    }
    if (session.keepAlive) return undefined;
    const ends = tasksOf(session).map((task) => task.stateAt(nowMs).finishedAtMs);
    if (ends.length === 0) return undefined;
    let lastMs = 0;
    for (const endMs of ends) {
      if (endMs === undefined) return undefined;
      lastMs = Math.max(lastMs, endMs);
    }
    return lastMs;
  }

  /** A conversation has no end of its own; it takes up a slot until its last run and its browser have ended. */
  function conversationEndMs(session: Session): number | undefined {
    const nowMs = clock.now();
    const runEnds = tasksOf(session).map((run) => run.stateAt(nowMs).finishedAtMs);
    const browserEnds = browsersOf(session, tasksOf(session), nowMs).map((one) => one.endedAtMs);
    const ends = [...runEnds, ...browserEnds];
    let lastMs = session.startedAtMs;
    for (const endMs of ends) {
      if (endMs === undefined) return undefined;
      lastMs = Math.max(lastMs, endMs);
    }
    return lastMs;
  }

  function addWorkspace(id: string, name: string | null): Workspace {
    const nowMs = clock.now();
    const workspace: Workspace = {
      id,
      name,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      isArchived: false,
      uploads: new Map(),
      deletedPaths: new Set(),
    };
    workspaces.set(id, workspace);
    return workspace;
  }

  /** The workspace of a new session, which is made where there is none yet. */
  function workspaceIdFor(
    sessionId: string,
    version: ApiVersion,
    { createdWith, files }: Pick<TaskScript, 'createdWith' | 'files'>,
  ): string | undefined {
    const named = createdWith?.['workspaceId'];
    const needsOne = version === 'v4' || (version === 'v3' && (files ?? []).length > 0);
    const id =
      typeof named === 'string'
        ? named
        : needsOne
          ? uuidFrom(`workspace of ${sessionId}`)
          : undefined;
    if (id !== undefined && !workspaces.has(id)) addWorkspace(id, null);
    return id;
  }

  function sessionFor(script: TaskScript, id: string, startedAtMs: number): Session {
    const known = sessions.get(id);
    if (known) return known;
    const apiVersion = versionOf(script);
    const session: Session = {
      id,
      apiVersion,
      startedAtMs,
      keepAlive: script.keepAlive ?? false,
      persistMemory: true,
      isRecorded: script.isRecorded ?? true,
      createdWith: script.createdWith ?? {},
      workspaceId: workspaceIdFor(id, apiVersion, script),
      share: script.isShared ? newShare({ id, apiVersion }, startedAtMs) : undefined,
      ...untouched(),
    };
    sessions.set(id, session);
    return session;
  }

  return {
    clock,
    account: {
      name: 'Ada Example',
      planName: 'Pay As You Go',
      monthlyCreditsUsd: 12.5,
      additionalCreditsUsd: 30.25,
      rateLimit: 25,
      maxConcurrentSessions: 25,
      isFreeTier: false,
      projectId: uuidFrom('project'),
      keySpendLimit: undefined,
      hasZeroDataRetention: false,
      maxQueuedMessages: 10,
      ...account,
    },
    tasks,
    sessions,
    workspaces,
    deletedSessions,
    addTask: (script) => {
      const id = script.id ?? randomUUID();
      if (tasks.has(id))
        throw new Error(`There is a task ${id} already: give the new one another ID.`);
      const createdAtMs = script.createdAtMs ?? clock.now();
      const session = sessionFor(
        script,
        script.sessionId ?? (versionOf(script) === 'v3' ? id : uuidFrom(`session of ${id}`)),
        createdAtMs,
      );
      const workspace = workspaces.get(session.workspaceId ?? '');
      for (const [fileId, file] of Object.entries(script.v4?.uploads ?? {}))
        workspace?.uploads.set(fileId, uploadOf(fileId, file, createdAtMs));
      const task = createSimulatedTask(script, { id, sessionId: session.id, createdAtMs });
      tasks.set(id, task);
      tasksBySession.set(session.id, [...tasksOf(session), task]);
      return task;
    },
    addSession: ({ apiVersion = 'v2', createdWith = {}, ...options }) => {
      const id = randomUUID();
      const session: Session = {
        ...options,
        id,
        apiVersion,
        startedAtMs: clock.now(),
        createdWith,
        workspaceId: workspaceIdFor(id, apiVersion, { createdWith }),
        share: undefined,
        ...untouched(),
      };
      sessions.set(id, session);
      return session;
    },
    addWorkspace: ({ id = randomUUID(), name }) => addWorkspace(id, name),
    stopSession: (session) => {
      if (sessionEndMs(session) !== undefined) return;
      session.stoppedAtMs = clock.now();
      for (const task of tasksOf(session)) task.stop(clock.now());
    },
    deleteSession: (session) => {
      for (const task of tasksOf(session)) tasks.delete(task.id);
      tasksBySession.delete(session.id);
      sessions.delete(session.id);
      deletedSessions.add(session.id);
    },
    sessionEndMs,
    tasksOf,
  };
}

/** What is only set on a session after its creation. */
function untouched(): Pick<
  Session,
  'stoppedAtMs' | 'title' | 'costCapUsd' | 'queue' | 'browserStops'
> {
  return {
    stoppedAtMs: undefined,
    title: undefined,
    costCapUsd: undefined,
    queue: [],
    browserStops: new Map(),
  };
}
