import { createHash, randomUUID } from 'node:crypto';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { Clock } from './clock';
import { createSimulatedTask } from './simulatedTask';
import type { SimulatedTask } from './simulatedTask';
import type { SimulatedVersion } from './simulatedVersion';
import { versionOf } from './taskScript';
import type { TaskScript } from './taskScript';

/** What the simulated cloud holds: tasks, their sessions, and the account that they belong to. */
export interface Cloud {
  readonly clock: Clock;
  readonly account: Account;
  /** In order of their creation by `addTask`. */
  readonly tasks: ReadonlyMap<string, SimulatedTask>;
  readonly sessions: ReadonlyMap<string, Session>;
  /** @throws {Error} when a task with this ID exists. */
  addTask<Version extends SimulatedVersion = ApiVersion>(
    script: TaskScript<Version>,
  ): SimulatedTask<Version>;
  addSession(options: Pick<Session, 'keepAlive' | 'isRecorded' | 'persistMemory'>): Session;
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
}

export interface Session {
  readonly id: string;
  /** v1 has sessions too, but shows none of them. */
  readonly apiVersion: SimulatedVersion;
  readonly startedAtMs: number;
  readonly keepAlive: boolean;
  readonly persistMemory: boolean;
  readonly isRecorded: boolean;
  /** Set by a stop; a session that does not outlive its task ends with it and needs none. */
  stoppedAtMs: number | undefined;
  share: Share | undefined;
}

export interface Share {
  readonly token: string;
  viewCount: number;
  lastViewedAtMs: number | undefined;
}

export function createCloud(clock: Clock, account: Partial<Account> = {}): Cloud {
  const tasks = new Map<string, SimulatedTask>();
  const sessions = new Map<string, Session>();

  const tasksBySession = new Map<string, SimulatedTask[]>();

  const tasksOf = (session: Session): readonly SimulatedTask[] =>
    tasksBySession.get(session.id) ?? [];

  function sessionEndMs(session: Session): number | undefined {
    const nowMs = clock.now();
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

  function sessionFor(
    script: TaskScript<SimulatedVersion>,
    id: string,
    startedAtMs: number,
  ): Session {
    const known = sessions.get(id);
    if (known) return known;
    const session: Session = {
      id,
      apiVersion: versionOf(script),
      startedAtMs,
      keepAlive: script.keepAlive ?? false,
      persistMemory: true,
      isRecorded: script.isRecorded ?? true,
      stoppedAtMs: undefined,
      share: script.isShared ? newShare(id) : undefined,
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
      ...account,
    },
    tasks,
    sessions,
    addTask: (script) => {
      const id = script.id ?? randomUUID();
      if (tasks.has(id))
        throw new Error(`There is a task ${id} already: give the new one another ID.`);
      const createdAtMs = script.createdAtMs ?? clock.now();
      const session = sessionFor(
        script,
        script.sessionId ?? uuidFrom(`session of ${id}`),
        createdAtMs,
      );
      const task = createSimulatedTask(script, { id, sessionId: session.id, createdAtMs });
      tasks.set(id, task);
      tasksBySession.set(session.id, [...tasksOf(session), task]);
      return task;
    },
    addSession: (options) => {
      const session: Session = {
        ...options,
        id: randomUUID(),
        apiVersion: 'v2',
        startedAtMs: clock.now(),
        stoppedAtMs: undefined,
        share: undefined,
      };
      sessions.set(session.id, session);
      return session;
    },
    stopSession: (session) => {
      if (sessionEndMs(session) !== undefined) return;
      session.stoppedAtMs = clock.now();
      for (const task of tasksOf(session)) task.stop(clock.now());
    },
    deleteSession: (session) => {
      for (const task of tasksOf(session)) tasks.delete(task.id);
      tasksBySession.delete(session.id);
      sessions.delete(session.id);
    },
    sessionEndMs,
    tasksOf,
  };
}

/** A public share that nobody has viewed yet; its token follows from the session. */
export function newShare(sessionId: string): Share {
  const token = createHash('sha256')
    .update(`share of ${sessionId}`)
    .digest('base64url')
    .slice(0, 22);
  return { token, viewCount: 0, lastViewedAtMs: undefined };
}

/** The same UUID for the same text, so that IDs which nobody names are stable all the same. */
export function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
