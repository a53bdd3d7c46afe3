import { mayPass } from './errors';
import type { ApiVersion, Task, TaskDetails, TaskFile } from './task';
import type { TaskActions } from './taskActions';

/** What one poll of a task tells: its status, and whatever else its answer holds. Absent fields say nothing. */
export type TaskUpdate = Pick<Task, 'status' | 'rawStatus'> &
  Partial<Omit<Task, 'apiVersion' | 'id' | 'status' | 'rawStatus'>> &
  Pick<TaskDetails, 'closesInMs'>;

/** Which tasks a list holds. What is absent does not restrict it. */
export interface TaskQuery {
  /** The raw status. A version whose lists have no such filter ignores it. */
  readonly rawStatus?: string | undefined;
  /** Created at this time or later, in milliseconds since 1970. A version whose lists have no such filter ignores it, as it does the next. */
  readonly createdFrom?: number | undefined;
  /** Created at this time or earlier. */
  readonly createdUntil?: number | undefined;
  /**
   * True for entries that tell all of a task that has ended, too. A version whose lists are never or always so ignores it.
   */
  readonly isFull?: boolean | undefined;
  /**
   * The most tasks of a page, from 1, for who wants the newest alone. A list whose order nobody promises ignores it.
   */
  readonly pageSize?: number | undefined;
}

/** A task of a list: all that is known of it but steps and files. */
export type ListedTask = TaskUpdate & Pick<Task, 'id'>;

/** The answer to one request for a list. No order is promised, and tasks may shift between pages while they are read. */
export interface TaskPage {
  readonly tasks: readonly ListedTask[];
  /** How many tasks the whole list holds, where the API version tells it. */
  readonly total?: number | undefined;
  /** True where the list holds no more pages. */
  readonly isLast: boolean;
  /** When the server answered by its own clock, in milliseconds since 1970 and to the second, where it tells. */
  readonly answeredAtMs?: number | undefined;
}

/** Reads the next page of a list: where there is none, an empty one that is the last. */
export async function nextPage(pages: AsyncIterator<TaskPage, unknown>): Promise<TaskPage> {
  const result = await pages.next();
  return result.done === true ? { tasks: [], isLast: true } : result.value;
}

/** Who answers to a key. */
export interface Account {
  /** A description for the user: the account's name and plan, or what else the API tells of it. */
  readonly description: string;
}

/** A session's public page. */
export interface PublicShare {
  /** Opens the page for whoever has it. An http or https URL. */
  readonly url: string;
  /** How often the page was opened, where the cloud says so. */
  readonly viewCount?: number | undefined;
}

/** One amount of what a session has cost. */
export interface CostPart {
  /** What it is of, as the cloud names it: `browserCostUsd`. */
  readonly name: string;
  /** A decimal string. */
  readonly amount: string;
}

/** One API version of one server, with one key. */
export interface TaskClient extends TaskReader, TaskActions {}

/**
 * What every API version can tell, and public pages of sessions.
 * Each call sends its requests with a deadline and settles soon after its signal aborts.
 * @throws {CloudError} in every method; an `AbortError` when the signal aborted it.
 */
export interface TaskReader {
  readonly apiVersion: ApiVersion;
  /** The cheapest request that tells a task's status. */
  getStatus(id: string, signal: AbortSignal): Promise<TaskUpdate>;
  /** Everything about the task itself, in one request: what the poller needs at a first poll and at an end. */
  getTask(id: string, signal: AbortSignal): Promise<TaskDetails>;
  /**
   * As `getTask`, and what further requests tell: session links, recordings, screenshots. A person asked for it.
   * @param known what this client answered before of the same task: steps that it holds are not read again
   */
  getDetails(id: string, signal: AbortSignal, known?: TaskDetails): Promise<TaskDetails>;
  /**
   * The pages of a list, at least one. Each step sends one request, and nothing is sent ahead of it: whoever reads may
   * take as long as they like between two pages, or stop. A step that rejects ends the iteration.
   * Entries that cannot be understood are left out.
   * @param signal for the requests of all pages
   */
  listTasks(query: TaskQuery, signal: AbortSignal): AsyncIterable<TaskPage>;
  /** A fresh presigned URL for an output file. Never store it. */
  getFileUrl(id: string, file: TaskFile, signal: AbortSignal): Promise<string>;
  /** A fresh presigned URL of the log. `undefined` where the API version has none. */
  getLogUrl(id: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * The tasks of a session, as a dashboard URL names one, the newest first. Rejects with kind `invalidRequest` where the API
   * version has no sessions.
   * @param isKnown ends the reading with the page that has a task for which it is true. Default: false for all
   */
  findSessionTasks(
    sessionId: string,
    signal: AbortSignal,
    isKnown?: (id: string) => boolean,
  ): Promise<readonly string[]>;
  /** The newest task of a session, in one request that is as cheap as can be. Rejects as `findSessionTasks` does. */
  findLatestTask(sessionId: string, signal: AbortSignal): Promise<string>;
  /**
   * Makes the public page of a session, or finds the one that is there: whoever has its link sees the session.
   * Rejects with kind `invalidRequest` where the API version has none, as do the two below.
   */
  shareSession(sessionId: string, signal: AbortSignal): Promise<PublicShare>;
  /** The public page of a session; `undefined` where there is none. */
  getShare(sessionId: string, signal: AbortSignal): Promise<PublicShare | undefined>;
  /** Takes the public page away. Well also where there was none. */
  unshareSession(sessionId: string, signal: AbortSignal): Promise<void>;
  /** What a session has cost by source. `undefined` where the server does not tell it. */
  getSessionCost(sessionId: string, signal: AbortSignal): Promise<readonly CostPart[] | undefined>;
  /** Proves the key with one cheap request. */
  getAccount(signal: AbortSignal): Promise<Account>;
}

export interface DownloadOptions {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /**
   * Called with the bytes received so far, and with the whole where that is known.
   * With it a download ends when nothing comes for a minute; without it, when not all has come within a minute.
   */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

/** One server with one key, in each API version that this extension speaks. */
export interface Cloud {
  client(apiVersion: ApiVersion): TaskClient;
  /**
   * Fetches a presigned URL, without the key and without following redirects.
   * Only https is fetched, or loopback http while the base URL is loopback too.
   * @throws {CloudError}
   */
  download(url: string, options: DownloadOptions): Promise<Uint8Array>;
}

/** Why a server wants to be left alone. Neither says anything of the key, the version or a task. */
export type QuietKind = 'rateLimited' | 'server';

/** How many requests a server takes until its window ends, as its answers say. */
export interface RequestAllowance {
  /** At least 0. */
  readonly remaining: number;
  /** When the window ends, in milliseconds from now. */
  readonly resetMs: number;
}

/** Decides when a request may be sent to one server with one key. */
export interface RequestGate {
  /**
   * Resolves when a request may be sent.
   * @param isBackground true for what nobody waits for: it gives way to all other requests, though not for ever
   * @throws {CloudError} of a `QuietKind`, with `retryAfterMs`, while the server wants to be left alone; an `AbortError` when the signal aborted
   */
  take(signal: AbortSignal, isBackground?: boolean): Promise<void>;
  /**
   * Takes note that the server has answered 429, or anything else with a `Retry-After`.
   * @param retryAfterMs what it asked for, if anything, in milliseconds from now
   */
  noteRateLimit(retryAfterMs: number | undefined, kind?: QuietKind): void;
  /** Takes note of what an answer says of the requests to come, so that they meet no 429. */
  noteAllowance(allowance: RequestAllowance): void;
}

/** What a `Cloud` is built from. The key is never logged or stored by it. */
export interface CloudOptions {
  /** An https URL, or http on loopback; a path prefix is kept. */
  readonly baseUrl: string;
  readonly key: string;
  /** Lets every request but downloads through, and learns of rate limits. Absent: no request waits. */
  readonly rateLimiter?: RequestGate | undefined;
}

/** What the store keeps of all that is known of a task. */
export function summaryOf(details: TaskDetails): TaskUpdate {
  const {
    steps,
    files,
    hasMoreFiles,
    session,
    judgement,
    agentVersion,
    metadata,
    screenshotUrls,
    attachments,
    lastPrompt,
    error,
    sessionTasks,
    hasMoreSessionTasks,
    unread,
    isPartial,
    ...rest
  } = details;
  return rest;
}

/**
 * As `TaskClient.getDetails`, with all steps, however many readings they take.
 * @throws {CloudError} also where steps cannot be read for a reason that may pass
 */
export async function getWholeDetails(
  client: Pick<TaskClient, 'getDetails'>,
  id: string,
  signal: AbortSignal,
): Promise<TaskDetails> {
  let details = await client.getDetails(id, signal);
  while (details.isPartial === true) details = await client.getDetails(id, signal, details);
  const error = details.unread?.steps;
  if (error && mayPass(error.kind)) throw error;
  return details;
}
