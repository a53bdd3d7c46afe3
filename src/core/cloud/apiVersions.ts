import type { ApiVersion, TaskStatus } from './task';

/** What one API version can do, and how it is spoken to where no client is at hand. */
export interface VersionCapabilities {
  /** A short name for a column of versions: "v2". */
  readonly name: string;
  /** The name within a sentence: "API v2". */
  readonly label: string;
  /** The status for each raw status of this version. One that is missing here becomes `unknown`. */
  readonly statusByRawStatus: ReadonlyMap<string, TaskStatus>;
  /** True where a task that has ended never runs again: an answer that says otherwise is an older one. */
  readonly areEndsFinal: boolean;
  /** True where a task belongs to a session, which can be looked up for its tasks and has a dashboard page. */
  readonly hasSessions: boolean;
  /** True where a session can get a public page. */
  readonly canShare: boolean;
  /** True where the log of a task can be downloaded. */
  readonly hasLogs: boolean;
  readonly lists: ListCapabilities;
  readonly snippets: SnippetCapabilities;
}

export interface ListCapabilities {
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

/** What code that a user runs needs to know. */
export interface SnippetCapabilities {
  /** The header that carries the API key, with what stands before the key: "Authorization: Bearer ". */
  readonly keyHeader: string;
  /** What stands between the base URL and a task's ID, without slashes at its ends. */
  readonly taskPath: string;
  /** True where the official SDKs fetch a task by `client.tasks.get(id)`. */
  readonly hasSdk: boolean;
}

/** One entry for each version, the newest first. */
const capabilities: Readonly<Record<ApiVersion, VersionCapabilities>> = {
  v2: {
    name: 'v2',
    label: 'API v2',
    // `paused` occurs only in answers from before November 2025.
    statusByRawStatus: new Map([
      ['created', 'created'],
      ['started', 'running'],
      ['paused', 'paused'],
      ['finished', 'finished'],
      ['stopped', 'stopped'],
      ['failed', 'failed'],
    ]),
    areEndsFinal: true,
    hasSessions: true,
    canShare: true,
    hasLogs: true,
    lists: { pageSize: 100, statusFilters: ['created', 'started'], filtersByCreation: true },
    snippets: {
      keyHeader: 'X-Browser-Use-API-Key: ',
      taskPath: 'api/v2/tasks',
      hasSdk: true,
    },
  },
  v1: {
    name: 'v1',
    label: 'API v1',
    statusByRawStatus: new Map([
      ['created', 'created'],
      ['running', 'running'],
      ['paused', 'paused'],
      ['finished', 'finished'],
      ['stopped', 'stopped'],
      ['failed', 'failed'],
    ]),
    areEndsFinal: true,
    hasSessions: false,
    canShare: false,
    hasLogs: false,
    lists: { pageSize: 100, statusFilters: [], filtersByCreation: false },
    snippets: {
      keyHeader: 'Authorization: Bearer ',
      taskPath: 'api/v1/task',
      hasSdk: false,
    },
  },
};

/** Every version that this extension supports, the newest first. */
export const apiVersions = Object.keys(capabilities) as readonly ApiVersion[];

/** The version of a task whose version nothing else tells: the default of the setting. */
export const defaultApiVersion: ApiVersion = 'v2';

/** The version in which the sessions of dashboard links are looked up, whatever the setting for new tasks says. */
export const sessionsApiVersion: ApiVersion = 'v2';

export function capabilitiesOf(apiVersion: ApiVersion): VersionCapabilities {
  return capabilities[apiVersion];
}

/** True for a version that this extension supports, whatever the value is. */
export function isApiVersion(value: unknown): value is ApiVersion {
  return typeof value === 'string' && Object.hasOwn(capabilities, value);
}
