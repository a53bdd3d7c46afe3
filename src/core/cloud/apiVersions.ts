import type { ApiVersion, Task, TaskStatus } from './task';
import type { RunOption, StopScope } from './taskActions';

/**
 * What one API version can do. `taskSnippets.ts` has what code needs to know that a user runs, `versionList.ts` what start-up
 * needs.
 */
export interface VersionCapabilities {
  /** A short name for a column of versions: "v2". */
  readonly name: string;
  /** The name within a sentence: "API v2". */
  readonly label: string;
  /** The status for each raw status of this version. One that is missing here becomes `unknown`. */
  readonly statusByRawStatus: ReadonlyMap<string, TaskStatus>;
  /**
   * What an ID that is said to be a session's names: nothing, a task, or a session whose tasks the cloud can be asked for.
   */
  readonly sessions: 'none' | 'areTasks' | 'haveTasks';
  /** True where a task's session has a page in the dashboard whose address is known. */
  readonly hasDashboardPage: boolean;
  /** True where a session can get a public page. */
  readonly canShare: boolean;
  /** True where the cloud tells what a whole session has cost, which is more than its tasks. */
  readonly hasSessionCost?: true | undefined;
  /** True where the log of a task can be downloaded. */
  readonly hasLogs: boolean;
  /**
   * How long after an end the cloud still adds to what it tells of the task, in milliseconds: its cost and a judge's
   * verdict. Absent: nothing comes after the end.
   */
  readonly settlesWithinMs?: number | undefined;
  /**
   * The raw status of an ended task whose session waits for another prompt, how long after the end that closes by itself, and
   * for how long another program may have run the task again, in milliseconds. Absent: no task runs again.
   */
  readonly idleSessions?:
    | { readonly rawStatus: string; readonly closeAfterMs: number; readonly mayRunAgainMs: number }
    | undefined;
  /** What `cost` is the cost of, as a heading. */
  readonly costLabel: string;
  /** True where a reading of details goes on from the steps that are known. Absent: it brings all of them again. */
  readonly readsNewStepsOnly?: true | undefined;
  /** What a new task can be given beside its prompt. */
  readonly runOptions: ReadonlySet<RunOption>;
  /** What a stop can end, the least first. */
  readonly stops: readonly StopScope[];
  /** True where a task can be paused and resumed. */
  readonly canPause: boolean;
  /**
   * How a session takes another prompt: not at all, once its task has ended (`whenIdle`), or also while one runs (`always`):
   * then it waits in a queue, or interrupts.
   */
  readonly followUps: 'none' | 'whenIdle' | 'always';
  /** True where a session can be deleted at the cloud, with its tasks. */
  readonly canDeleteSessions: boolean;
  /** What stays open after tasks, is listed and can be stopped. Absent: nothing. */
  readonly openSessions?: 'session' | 'browser' | undefined;
  readonly lists: ListCapabilities;
}

export interface ListCapabilities {
  /** For fewer tasks than this, each is polled by itself, though a list would be fewer requests. */
  readonly worthFrom: number;
  /**
   * True where an entry tells all that a task's own answer tells but steps and files; false where it does so only until the task
   * ends: then it tells the status, and lacks result and cost.
   */
  readonly areFull: boolean;
  /** True where an entry is a session, as the state of its latest task. */
  readonly showSessions?: true | undefined;
  /** The most tasks that one page holds. */
  readonly pageSize: number;
  /**
   * The raw statuses of active tasks by which a list can be filtered, in the order in which they are tried.
   * Empty: a list cannot be filtered by status.
   */
  readonly statusFilters: readonly string[];
  /** True where a list can be filtered by the time when its tasks were created. */
  readonly filtersByCreation: boolean;
}

const names = (name: string) => ({ name, label: `API ${name}` });

/** Lists that begin with the newest task and show all there are. */
const unfilteredLists: ListCapabilities = {
  worthFrom: 2,
  areFull: true,
  pageSize: 100,
  statusFilters: [],
  filtersByCreation: false,
};

/** One entry for each version, the newest first. */
const capabilities: Readonly<Record<ApiVersion, VersionCapabilities>> = {
  // A task is a run: one prompt of a session.
  v4: {
    ...names('v4'),
    statusByRawStatus: new Map([
      ['queued', 'created'],
      ['dispatching', 'created'],
      ['running', 'running'],
      ['completed', 'finished'],
      ['cancelled', 'stopped'],
      ['failed', 'failed'],
    ]),
    sessions: 'haveTasks',
    hasDashboardPage: false,
    canShare: true,
    hasSessionCost: true,
    hasLogs: false,
    // Cost settles within about 90 s, and a judge speaks after the end (cloud-api-v3-v4.md §3).
    settlesWithinMs: 120_000,
    costLabel: 'Model cost',
    readsNewStepsOnly: true,
    runOptions: new Set([
      'model',
      'maxCostUsd',
      'outputSchema',
      'profileId',
      'sessionId',
      'judge',
      'files',
    ]),
    stops: ['task', 'session'],
    canPause: false,
    followUps: 'always',
    canDeleteSessions: true,
    openSessions: 'browser',
    lists: { ...unfilteredLists, worthFrom: 5, areFull: false, showSessions: true },
  },
  // A task is a session. What `idle`, `stopped` and `timed_out` mean takes more than the word: its client decides.
  v3: {
    ...names('v3'),
    statusByRawStatus: new Map([
      ['created', 'created'],
      ['idle', 'created'],
      ['running', 'running'],
      ['stopped', 'stopped'],
      ['timed_out', 'failed'],
      ['error', 'failed'],
    ]),
    sessions: 'areTasks',
    hasDashboardPage: true,
    canShare: false,
    hasLogs: false,
    // A session that is kept alive times out when it was idle for 15 minutes (cloud-api-v3-v4.md §3).
    idleSessions: { rawStatus: 'idle', closeAfterMs: 15 * 60_000, mayRunAgainMs: 20 * 60_000 },
    costLabel: 'Cost',
    readsNewStepsOnly: true,
    runOptions: new Set([
      'model',
      'maxCostUsd',
      'outputSchema',
      'profileId',
      'sessionId',
      'keepAlive',
      'secrets',
      'files',
    ]),
    stops: ['task', 'session'],
    canPause: false,
    followUps: 'whenIdle',
    canDeleteSessions: true,
    openSessions: 'session',
    lists: unfilteredLists,
  },
  v2: {
    ...names('v2'),
    // `paused` occurs only in answers from before November 2025.
    statusByRawStatus: new Map([
      ['created', 'created'],
      ['started', 'running'],
      ['paused', 'paused'],
      ['finished', 'finished'],
      ['stopped', 'stopped'],
      ['failed', 'failed'],
    ]),
    sessions: 'haveTasks',
    hasDashboardPage: true,
    canShare: true,
    hasLogs: true,
    costLabel: 'Cost',
    runOptions: new Set([
      'model',
      'startUrl',
      'maxSteps',
      'outputSchema',
      'allowedDomains',
      'profileId',
      'sessionId',
      'metadata',
      'secrets',
      'judge',
    ]),
    stops: ['task', 'session'],
    canPause: false,
    followUps: 'whenIdle',
    canDeleteSessions: true,
    openSessions: 'session',
    lists: {
      ...unfilteredLists,
      worthFrom: 1,
      statusFilters: ['created', 'started'],
      filtersByCreation: true,
    },
  },
  v1: {
    ...names('v1'),
    statusByRawStatus: new Map([
      ['created', 'created'],
      ['running', 'running'],
      ['paused', 'paused'],
      ['finished', 'finished'],
      ['stopped', 'stopped'],
      ['failed', 'failed'],
    ]),
    sessions: 'none',
    hasDashboardPage: false,
    canShare: false,
    hasLogs: false,
    costLabel: 'Cost',
    runOptions: new Set([
      'model',
      'maxSteps',
      'outputSchema',
      'allowedDomains',
      'metadata',
      'secrets',
    ]),
    stops: ['task'],
    canPause: true,
    followUps: 'none',
    canDeleteSessions: false,
    lists: unfilteredLists,
  },
};

export function capabilitiesOf(apiVersion: ApiVersion): VersionCapabilities {
  return capabilities[apiVersion];
}

/** The session whose page in the dashboard shows the task; `undefined` where no page is known, or not yet. */
export function dashboardSession({
  apiVersion,
  sessionId,
}: Pick<Task, 'apiVersion' | 'sessionId'>): string | undefined {
  return capabilitiesOf(apiVersion).hasDashboardPage ? sessionId : undefined;
}
