import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { CloudError, isCloudError } from '../core/cloud/errors';
import { hasEnded, type TaskDetails, type TaskSession } from '../core/cloud/task';
import {
  summaryOf,
  type CostPart,
  type PublicShare,
  type TaskReader,
  type TaskPage,
  type TaskUpdate,
} from '../core/cloud/taskClient';
import { accountIsMissing, readAccount } from './account';
import {
  cost,
  flag,
  identifier,
  jsonText,
  lenient,
  listOf,
  output,
  present,
  statusOf,
  statusWord,
  text,
  timestamp,
  understand,
  webUrl,
} from './fields';
import type { SendRequest } from './http';
import { checkId, path } from './path';
import { partIsMissing, routeIsMissing, taskIsMissing } from './refusal';
import { readShare, shareIsMissing } from './share';
import { attempt, tolerate, unreadOf } from './tolerate';
import { eventSchema, RunEvents } from './v4Events';
import { getWorkspaceFileUrl, listWorkspaceFiles } from './workspaceFiles';

/**
 * Browser Use Cloud API v4, where a task is a run: one prompt of a session.
 * @see cloud-api-v3-v4.md §3 and §5; the vendor's OpenAPI document of v4
 */
export function createV4Client(send: SendRequest): TaskReader {
  /** What was read of the events of the run that an answer tells of. */
  const progress = new WeakMap<TaskDetails, RunEvents>();
  /** The public pages of sessions, as far as they were asked for or changed here. */
  const shares = new Map<string, PublicShare | undefined>();

  const getRun = (id: string, signal: AbortSignal, isDetails = false): Promise<Run> =>
    send({
      path: path`/api/v4/runs/${id}`,
      signal,
      isDetails,
      notFoundKind: taskIsMissing,
      read: (answer) => readRun(id, answer),
    });

  const readShareOf = async (
    sessionId: string,
    signal: AbortSignal,
  ): Promise<PublicShare | undefined> => {
    const share = await getShare(send, sessionId, signal);
    shares.set(sessionId, share);
    return share;
  };

  return {
    apiVersion: 'v4',
    getStatus: (id, signal) =>
      send({
        path: path`/api/v4/runs/${id}/status`,
        signal,
        notFoundKind: taskIsMissing,
        read: readStatus,
      }),
    getTask: async (id, signal) => detailsOf(await getRun(id, signal)),
    async getDetails(id, signal, known) {
      const events = (known && progress.get(known)) ?? new RunEvents();
      const run = await getRun(id, signal, true);
      const { value: hasMore, error: stepsError } = await attempt(
        readEvents(send, id, events, signal),
      );
      const { sessionId } = run;
      const isOver = hasEnded(statusOf(statusByRawStatus, run.status).status);
      // While it runs, each reading is two requests: they come every few seconds. Of one that is over, pieces come at once.
      const isBetweenPieces = known?.isPartial === true && hasMore === true;
      const isKnown = known !== undefined && (!isOver || isBetweenPieces);
      const [outputs, browser, share, others, attachments] = await Promise.all([
        !isBetweenPieces && (isOver || events.hasOutputs)
          ? attempt(listOutputs(send, run, signal))
          : { value: known?.files, error: known?.unread?.files },
        isOver && !isKnown ? tolerate(getBrowser(send, events.browserId, signal)) : undefined,
        sessionId === undefined || (isKnown && shares.has(sessionId))
          ? shares.get(sessionId ?? '')
          : tolerate(readShareOf(sessionId, signal)),
        sessionId === undefined || isKnown
          ? known
          : tolerate(listOtherRuns(send, { id, sessionId }, signal)),
        run.attachedFileIds.length === 0 || known?.attachments
          ? { value: known?.attachments, error: undefined }
          : attempt(listAttachments(send, id, signal)),
      ]);
      const session: TaskSession = present({
        status: browser?.status,
        liveUrl: browser?.status === 'stopped' ? undefined : (browser?.liveUrl ?? events.liveUrl),
        recordingUrls: browser?.recordingUrl === undefined ? [] : [browser.recordingUrl],
        publicShareUrl: share?.url,
        idleUntil: browser?.status === 'active' ? browser.timeoutAt : undefined,
      });
      const details = present({
        ...detailsOf(run),
        startedAt: events.startedAt,
        finishedAt: events.finishedAt,
        steps: events.steps,
        files: outputs.value ?? known?.files ?? [],
        session: isOver && isKnown ? known.session : session,
        sessionTasks: others?.sessionTasks,
        hasMoreSessionTasks: others?.hasMoreSessionTasks,
        attachments: attachments.value,
        unread: unreadOf({
          steps: stepsError,
          files: outputs.error,
          attachments: attachments.error,
        }),
        isPartial: hasMore,
      });
      progress.set(details, events);
      return details;
    },
    listTasks: ({ isFull = false, pageSize }, signal) =>
      isFull ? runPages(send, pageSize, signal) : sessionPages(send, signal),
    getFileUrl: (_id, file, signal) => getWorkspaceFileUrl(send, 'v4', file, signal),
    // v4 has no logs.
    getLogUrl: () => Promise.resolve(undefined),
    findSessionTasks: (sessionId, signal, isKnown) => findRuns(send, sessionId, signal, isKnown),
    findLatestTask: (sessionId, signal) =>
      send({
        path: path`/api/v4/sessions/${sessionId}`,
        signal,
        notFoundKind: taskIsMissing,
        read: (answer) => understand(latestRunSchema, answer, 'the session').latestRunId,
      }),
    async shareSession(sessionId, signal) {
      const share = await send({
        method: 'POST',
        path: path`/api/v4/sessions/${sessionId}/share`,
        signal,
        notFoundKind: partIsMissing,
        read: readActiveShare,
      });
      if (!share) {
        throw new CloudError('badAnswer', 'The API promises a share; the answer has none');
      }
      shares.set(sessionId, share);
      return share;
    },
    getShare: readShareOf,
    async unshareSession(sessionId, signal) {
      await send({
        method: 'PUT',
        path: path`/api/v4/sessions/${sessionId}/share`,
        body: { isActive: false },
        signal,
        notFoundKind: partIsMissing,
        read: () => undefined,
      });
      shares.set(sessionId, undefined);
    },
    getSessionCost: (sessionId, signal) => getSessionCost(send, sessionId, signal),
    // v4 has no account of its own: one key works for all versions (§8).
    getAccount: (signal) =>
      send({
        path: '/api/v2/billing/account',
        signal,
        notFoundKind: accountIsMissing,
        read: readAccount,
      }),
  };
}

const { lists, statusByRawStatus } = capabilitiesOf('v4');

const statusSchema = z.object({ status: statusWord });

const runSchema = z.object({
  id: lenient(identifier),
  status: statusWord,
  task: text,
  title: text,
  model: text,
  result: output,
  output,
  error: text,
  attachedFileIds: listOf(identifier),
  sessionId: lenient(identifier),
  workspaceId: lenient(identifier),
  judgement: lenient(jsonText),
  totalCostUsd: cost,
  createdAt: timestamp,
});

type Run = z.output<typeof runSchema> & { readonly id: string };

const verdictSchema = z.object({ verdict: z.boolean() });

const sessionsSchema = z.object({
  sessions: listOf(
    z.object({
      sessionId: identifier,
      latestRunId: identifier,
      task: text,
      title: text,
      status: statusWord,
      createdAt: timestamp,
    }),
  ),
  nextCursor: lenient(identifier),
  hasMore: flag,
});

const latestRunSchema = z.object({ latestRunId: identifier });

const runsSchema = z.object({
  runs: listOf(
    z.object({ id: identifier, status: lenient(statusWord), task: text, createdAt: timestamp }),
  ),
  nextCursor: lenient(identifier),
  hasMore: flag,
});

const fullRunsSchema = z.object({
  runs: listOf(z.extend(runSchema, { id: identifier })),
  nextCursor: lenient(identifier),
  hasMore: flag,
});

const eventsSchema = z.object({
  events: listOf(eventSchema),
  nextAfter: lenient(z.int()),
  hasMore: flag,
});

const browserSchema = z.object({
  status: text,
  liveUrl: webUrl,
  recordingUrl: webUrl,
  timeoutAt: timestamp,
});

/** What `GET /runs/{id}/status` answers. */
function readStatus(answer: unknown): TaskUpdate {
  const { status } = understand(statusSchema, answer, 'an object with the status of the run');
  return statusOf(statusByRawStatus, status);
}

/** What `GET /runs/{id}` answers. */
function readRun(id: string, answer: unknown): Run {
  const fields = understand(runSchema, answer, 'the run');
  checkId(id, fields.id);
  return { ...fields, id };
}

function detailsOf(run: Run): TaskDetails {
  return present({
    apiVersion: 'v4' as const,
    id: run.id,
    ...statusOf(statusByRawStatus, run.status),
    prompt: run.task,
    title: run.title,
    judgeVerdict: verdictOf(run.judgement),
    output: run.output ?? run.result ?? run.error,
    cost: run.totalCostUsd,
    model: run.model,
    sessionId: run.sessionId,
    createdAt: run.createdAt,
    steps: [],
    files: [],
    judgement: run.judgement,
    error: run.error,
    metadata: '{}',
    screenshotUrls: [],
  });
}

/** The shape of a judgement is not documented: only what is plainly a verdict counts. */
function verdictOf(judgement: string | undefined): boolean | undefined {
  if (judgement === undefined) return undefined;
  try {
    return verdictSchema.safeParse(JSON.parse(judgement)).data?.verdict;
  } catch {
    return undefined;
  }
}

/** A page of a list that goes on at a cursor. */
interface CursorPage {
  readonly nextCursor?: string | undefined;
  readonly hasMore?: boolean | undefined;
}

/**
 * The pages of a list that is read by a cursor. Sends a request for each page when that is asked for.
 * @param readPage sends the request for a page. Where it rejects, the iteration ends
 */
async function* cursorPages<Page extends CursorPage>(
  readPage: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<{ readonly page: Page; readonly isLast: boolean }, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await readPage(cursor);
    cursor = page.hasMore === true ? page.nextCursor : undefined;
    yield { page, isLast: cursor === undefined };
  } while (cursor !== undefined);
}

/** The sessions, the newest first, each as the state of its latest run: 100 conversations in one request. */
async function* sessionPages(
  send: SendRequest,
  signal: AbortSignal,
): AsyncGenerator<TaskPage, void, undefined> {
  const pages = cursorPages((cursor) =>
    send({
      path: `/api/v4/sessions?${pageQuery(lists.pageSize, cursor)}`,
      signal,
      notFoundKind: routeIsMissing,
      read: (body) => understand(sessionsSchema, body, 'a list of sessions'),
    }),
  );
  for await (const { page, isLast } of pages) {
    const tasks = page.sessions.map(({ latestRunId, sessionId, task, title, status, createdAt }) =>
      present({
        id: latestRunId,
        ...statusOf(statusByRawStatus, status),
        prompt: task,
        title,
        sessionId,
        createdAt,
      }),
    );
    yield { tasks, isLast };
  }
}

/** The runs, the newest first, each with its result: for as many as have ended, a hundred in one request. */
async function* runPages(
  send: SendRequest,
  pageSize: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<TaskPage, void, undefined> {
  const pages = cursorPages((cursor) =>
    send({
      path: `/api/v4/runs?${pageQuery(pageSize ?? lists.pageSize, cursor)}`,
      signal,
      notFoundKind: routeIsMissing,
      read: (body) => understand(fullRunsSchema, body, 'a list of runs'),
    }),
  );
  for await (const { page, isLast } of pages) {
    const tasks = page.runs.map((run) => ({ ...summaryOf(detailsOf(run)), id: run.id }));
    yield { tasks, isLast };
  }
}

function pageQuery(limit: number, cursor: string | undefined): string {
  return new URLSearchParams({
    limit: String(limit),
    ...(cursor !== undefined && { cursor }),
  }).toString();
}

/** More than are tracked at once, so that a person is told what is left out. */
const mostRunPages = 11;

async function findRuns(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
  isKnown: (id: string) => boolean = () => false,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  let pagesRead = 0;
  const pages = cursorPages((cursor) => {
    const query = `${pageQuery(100, cursor)}&${new URLSearchParams({ sessionId }).toString()}`;
    return send({
      path: `/api/v4/runs?${query}`,
      signal,
      notFoundKind: taskIsMissing,
      read: (body) => understand(runsSchema, body, 'the runs of a session'),
    });
  });
  for await (const { page } of pages) {
    for (const { id } of page.runs) ids.add(id);
    if (++pagesRead >= mostRunPages || page.runs.some(({ id }) => isKnown(id))) break;
  }
  // A session begins with a run.
  if (ids.size === 0)
    throw new CloudError('taskNotFound', 'There is no such session, or it has no run');
  return [...ids];
}

/** The newest hundred are enough to find one's way. */
async function listOtherRuns(
  send: SendRequest,
  { id, sessionId }: { readonly id: string; readonly sessionId: string },
  signal: AbortSignal,
): Promise<Pick<TaskDetails, 'sessionTasks' | 'hasMoreSessionTasks'>> {
  const query = new URLSearchParams({ limit: '100', sessionId }).toString();
  const { runs, hasMore } = await send({
    path: `/api/v4/runs?${query}`,
    signal,
    isDetails: true,
    notFoundKind: partIsMissing,
    read: (body) => understand(runsSchema, body, 'the runs of a session'),
  });
  const sessionTasks = runs
    .filter((run) => run.id !== id)
    .map((run) =>
      present({
        id: run.id,
        status: statusOf(statusByRawStatus, run.status ?? '').status,
        prompt: run.task,
        createdAt: run.createdAt,
      }),
    );
  return { sessionTasks, hasMoreSessionTasks: hasMore };
}

/** So many pages of events are read for one update, so that the page shows the first soon. */
const pagesAtOnce = 5;
/** More is not promised (§5). */
const eventsPerPage = 200;

/** Reads on where it was left. @returns whether there is more to read */
async function readEvents(
  send: SendRequest,
  id: string,
  events: RunEvents,
  signal: AbortSignal,
): Promise<boolean> {
  for (let page = 0; page < pagesAtOnce; page++) {
    const before = events.after;
    const answer = await send({
      path: `${path`/api/v4/runs/${id}/events`}?after=${before}&limit=${eventsPerPage}`,
      signal,
      isDetails: true,
      notFoundKind: taskIsMissing,
      read: (body) => understand(eventsSchema, body, 'the events of the run'),
    });
    events.takeIn(answer.events, answer.nextAfter);
    if (answer.hasMore !== true || events.after === before) return false;
  }
  return true;
}

const attachmentsSchema = z.object({ attachments: listOf(z.object({ name: identifier })) });

/** The names of the files that the run was given. */
async function listAttachments(
  send: SendRequest,
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { attachments } = await send({
    path: path`/api/v4/runs/${id}/attachments`,
    signal,
    isDetails: true,
    notFoundKind: partIsMissing,
    read: (answer) => understand(attachmentsSchema, answer, 'the attachments of the run'),
  });
  return attachments.map(({ name }) => name);
}

async function listOutputs(
  send: SendRequest,
  { workspaceId }: Run,
  signal: AbortSignal,
): Promise<TaskDetails['files']> {
  if (workspaceId === undefined) return [];
  return listWorkspaceFiles(send, { version: 'v4', workspaceId, prefix: 'outputs/' }, signal);
}

async function getBrowser(
  send: SendRequest,
  browserId: string | undefined,
  signal: AbortSignal,
): Promise<z.output<typeof browserSchema> | undefined> {
  if (browserId === undefined) return undefined;
  return send({
    path: path`/api/v4/browsers/${browserId}`,
    signal,
    notFoundKind: partIsMissing,
    read: (answer) => understand(browserSchema, answer, 'the browser'),
  });
}

async function getShare(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<PublicShare | undefined> {
  return send({
    path: path`/api/v4/sessions/${sessionId}/share`,
    signal,
    notFoundKind: shareIsMissing,
    read: readActiveShare,
  });
}

const activeSchema = z.object({ isActive: z.boolean() });

/** `null` for a session that was never shared; one that is not active any more has no page. */
function readActiveShare(answer: unknown): PublicShare | undefined {
  if (answer === null || answer === undefined) return undefined;
  return activeSchema.safeParse(answer).data?.isActive === false ? undefined : readShare(answer);
}

/** More amounts than this are no sources of cost. */
const mostCostParts = 20;

/** The names of its fields are not documented, so that each amount counts, also those of objects within. */
async function getSessionCost(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<readonly CostPart[] | undefined> {
  try {
    return await send({
      path: path`/api/v4/sessions/${sessionId}/cost`,
      signal,
      notFoundKind: partIsMissing,
      read: (answer) => costPartsOf(answer).slice(0, mostCostParts),
    });
  } catch (error) {
    if (isCloudError(error) && (error.status === 404 || error.status === 405)) return undefined;
    throw error;
  }
}

function costPartsOf(value: unknown, isWithin = false): CostPart[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const amount = z.safeParse(cost, field).data;
    if (amount !== undefined) return [{ name, amount }];
    return isWithin ? [] : costPartsOf(field, true);
  });
}
