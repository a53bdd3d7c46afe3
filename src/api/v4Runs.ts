import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { CloudError } from '../core/cloud/errors';
import type { TaskDetails } from '../core/cloud/task';
import { summaryOf, type TaskPage } from '../core/cloud/taskClient';
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
} from './fields';
import { checkId, path } from './path';
import { partIsMissing, routeIsMissing, taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';

/** All that the cloud tells of one run, but its steps and files. @throws {CloudError}; an `AbortError` */
export function getRun(
  send: SendRequest,
  id: string,
  signal: AbortSignal,
  isDetails = false,
): Promise<Run> {
  return send({
    path: path`/api/v4/runs/${id}`,
    signal,
    isDetails,
    notFoundKind: taskIsMissing,
    read: (answer) => {
      const fields = understand(runSchema, answer, 'the run');
      checkId(id, fields.id);
      return { ...fields, id };
    },
  });
}

/** A run as a task, without its steps and files. */
export function detailsOf(run: Run): TaskDetails {
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

const { lists, statusByRawStatus } = capabilitiesOf('v4');

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

/** What the cloud tells of a run, whose ID is certain. */
export type Run = z.output<typeof runSchema> & { readonly id: string };

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

/** A page of a list that goes on at a cursor. */
interface CursorPage {
  readonly nextCursor?: string | undefined;
  readonly hasMore?: boolean | undefined;
}

/** What a page of a list says beside its tasks. */
type PageState = Omit<TaskPage, 'tasks'>;

/** The pages of a list that is read by a cursor. Sends a request for each page when that is asked for; where one fails, the iteration ends. */
async function* cursorPages<Page extends CursorPage>(
  send: SendRequest,
  path: string,
  {
    read,
    ...request
  }: Pick<Parameters<SendRequest>[0], 'signal' | 'notFoundKind'> & {
    readonly read: (body: unknown) => Page;
  },
): AsyncGenerator<readonly [Page, PageState], void, undefined> {
  let cursor: string | undefined;
  do {
    const [page, answeredAtMs] = await send({
      ...request,
      path: cursor === undefined ? path : `${path}&${new URLSearchParams({ cursor }).toString()}`,
      read: (body, at) => [read(body), at] as const,
    });
    // A cursor that leads to itself would do so for ever.
    cursor = page.hasMore === true && page.nextCursor !== cursor ? page.nextCursor : undefined;
    yield [page, { isLast: cursor === undefined, answeredAtMs }];
  } while (cursor !== undefined);
}

/** The sessions, the newest first, each as the state of its latest run: 100 conversations in one request. */
export async function* sessionPages(
  send: SendRequest,
  signal: AbortSignal,
): AsyncGenerator<TaskPage, void, undefined> {
  const pages = cursorPages(send, `/api/v4/sessions?limit=${lists.pageSize}`, {
    signal,
    notFoundKind: routeIsMissing,
    read: (body) => understand(sessionsSchema, body, 'a list of sessions'),
  });
  for await (const [page, state] of pages) {
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
    yield { tasks, ...state };
  }
}

/** The runs, the newest first, each with its result: for as many as have ended, a hundred in one request. */
export async function* runPages(
  send: SendRequest,
  pageSize: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<TaskPage, void, undefined> {
  const pages = cursorPages(send, `/api/v4/runs?limit=${pageSize ?? lists.pageSize}`, {
    signal,
    notFoundKind: routeIsMissing,
    read: (body) => understand(fullRunsSchema, body, 'a list of runs'),
  });
  for await (const [page, state] of pages) {
    const tasks = page.runs.map((run) => ({ ...summaryOf(detailsOf(run)), id: run.id }));
    yield { tasks, ...state };
  }
}

/** The list of a session's runs. */
function runsPath(sessionId: string): string {
  return `/api/v4/runs?limit=100&sessionId=${encodeURIComponent(sessionId)}`;
}

function readRuns(body: unknown): z.output<typeof runsSchema> {
  return understand(runsSchema, body, 'the runs of a session');
}

/** More than are tracked at once, so that a person is told what is left out. */
const mostRunPages = 11;

/** The runs of a session, the newest first, up to the page with one that is known. */
export async function findRuns(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
  isKnown: (id: string) => boolean = () => false,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  let pagesRead = 0;
  const pages = cursorPages(send, runsPath(sessionId), {
    signal,
    notFoundKind: taskIsMissing,
    read: readRuns,
  });
  for await (const [page] of pages) {
    for (const { id } of page.runs) ids.add(id);
    if (++pagesRead >= mostRunPages || page.runs.some(({ id }) => isKnown(id))) break;
  }
  // A session begins with a run.
  if (ids.size === 0)
    throw new CloudError('taskNotFound', 'There is no such session, or it has no run');
  return [...ids];
}

/** The newest hundred are enough to find one's way. */
export async function listOtherRuns(
  send: SendRequest,
  { id, sessionId }: { readonly id: string; readonly sessionId: string },
  signal: AbortSignal,
): Promise<Pick<TaskDetails, 'sessionTasks' | 'hasMoreSessionTasks'>> {
  const { runs, hasMore } = await send({
    path: runsPath(sessionId),
    signal,
    isDetails: true,
    notFoundKind: partIsMissing,
    read: readRuns,
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
