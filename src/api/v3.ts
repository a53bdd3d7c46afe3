import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { hasEnded, type TaskDetails, type TaskStatus } from '../core/cloud/task';
import type { TaskStanding } from '../core/cloud/taskActions';
import type { TaskReader, TaskUpdate } from '../core/cloud/taskClient';
import { getAccount } from './account';
import { cannot } from './actions';
import {
  anything,
  cost,
  flag,
  identifier,
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
import { numberedPages, type NumberedPage } from './pages';
import { checkId, path } from './path';
import { routeIsMissing, taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';
import { attempt, unreadOf } from './tolerate';
import { readMessagesAfter, SessionMessages } from './v3Messages';
import { getWorkspaceFileUrl, listWorkspaceFiles } from './workspaceFiles';

/**
 * Browser Use Cloud API v3, where a task is a session.
 * @see cloud-api-v3-v4.md §3 and §4; the vendor's OpenAPI document of v3
 */
export function createV3Client(send: SendRequest): TaskReader {
  /** What was read of the messages of the session that an answer tells of. */
  const progress = new WeakMap<TaskDetails, SessionMessages>();

  const getSession = (id: string, signal: AbortSignal, isDetails = false): Promise<Session> =>
    send({
      path: path`/api/v3/sessions/${id}`,
      signal,
      isDetails,
      notFoundKind: taskIsMissing,
      read: (answer, answeredAtMs) => readSession(id, answer, answeredAtMs),
    });

  return {
    apiVersion: 'v3',
    // There is no lighter route.
    getStatus: async (id, signal) => updateOf(await getSession(id, signal)),
    getTask: async (id, signal) => detailsOf(await getSession(id, signal)),
    async getDetails(id, signal, known) {
      const messages = (known && progress.get(known)) ?? new SessionMessages();
      const session = await getSession(id, signal, true);
      const { value: hasMore, error: stepsError } = await attempt(
        readMessages(send, id, messages, signal),
      );
      const { workspaceId } = session;
      const isOver = hasEnded(statusOfSession(session));
      // While it runs, each reading is two requests: they come every few seconds. Of one that is over, pieces come at once.
      const isBetweenPieces = known?.isPartial === true && hasMore === true;
      const files =
        workspaceId === undefined || isBetweenPieces || (known && !isOver)
          ? { value: known, error: known?.unread?.files }
          : await attempt(listWorkspaceFiles(send, { version: 'v3', workspaceId }, signal));
      const details = present({
        ...detailsOf(session),
        prompt: messages.prompt,
        lastPrompt: messages.lastPrompt,
        steps: messages.steps,
        files: (files.value ?? known)?.files ?? [],
        hasMoreFiles: (files.value ?? known)?.hasMoreFiles,
        unread: unreadOf({ steps: stepsError, files: files.error }),
        isPartial: hasMore,
      });
      progress.set(details, messages);
      return details;
    },
    listTasks: (_query, signal) =>
      numberedPages(lists.pageSize, (page) =>
        send({
          path: `/api/v3/sessions?page=${page}&page_size=${lists.pageSize}`,
          signal,
          notFoundKind: routeIsMissing,
          read: readList,
        }),
      ),
    getFileUrl: (_id, file, signal) => getWorkspaceFileUrl(send, 'v3', file, signal),
    // v3 has no logs.
    getLogUrl: () => Promise.resolve(undefined),
    findSessionTasks: async (sessionId, signal) => {
      const { id } = await getSession(sessionId, signal);
      return [id];
    },
    findLatestTask: async (sessionId, signal) => (await getSession(sessionId, signal)).id,
    shareSession: noShares,
    getShare: noShares,
    unshareSession: noShares,
    getSessionCost: () => Promise.resolve(undefined),
    getAccount: (signal) => getAccount(send, 'v3', signal),
  };
}

const noShares = cannot('v3', 'share sessions');

const { idleSessions, lists, statusByRawStatus } = capabilitiesOf('v3');

const sessionSchema = z.object({
  id: lenient(identifier),
  status: statusWord,
  model: text,
  title: text,
  output: anything,
  stepCount: lenient(z.int()),
  lastStepSummary: text,
  isTaskSuccessful: flag,
  liveUrl: webUrl,
  recordingUrls: listOf(z.pipe(webUrl, z.string())),
  workspaceId: lenient(identifier),
  totalCostUsd: cost,
  createdAt: timestamp,
  updatedAt: timestamp,
});

type SessionFields = z.output<typeof sessionSchema>;
/** A session whose ID is certain, as it was at a moment: by the server's clock, or by ours where its answer doesn't tell. */
type Session = SessionFields & { readonly id: string; readonly answeredAtMs: number };

const listSchema = z.object({
  sessions: listOf(z.extend(sessionSchema, { id: identifier })),
  total: z.int().check(z.nonnegative()),
});

/** What `GET /sessions/{id}` answers. */
function readSession(id: string, answer: unknown, answeredAtMs = Date.now()): Session {
  const fields = understand(sessionSchema, answer, 'the session');
  checkId(id, fields.id);
  return { ...fields, id, answeredAtMs };
}

/** How the task of a session stands, by whatever answer holds the session. */
export function readStanding(id: string, answer: unknown, answeredAtMs?: number): TaskStanding {
  const { status, rawStatus } = updateOf(readSession(id, answer, answeredAtMs));
  return { status, rawStatus };
}

/** What `GET /sessions` answers. */
function readList(answer: unknown, answeredAtMs?: number): NumberedPage {
  const { sessions, total } = understand(listSchema, answer, 'a list of sessions');
  const tasks = sessions.map((session) => ({
    id: session.id,
    ...updateOf({ ...session, answeredAtMs: answeredAtMs ?? Date.now() }),
  }));
  return { tasks, total, answeredAtMs };
}

function detailsOf(session: Session): TaskDetails {
  const { status, liveUrl, recordingUrls } = session;
  const update = updateOf(session);
  const idleUntil = update.closesInMs === undefined ? undefined : idleUntilOf(session);
  return present({
    apiVersion: 'v3' as const,
    id: session.id,
    ...update,
    steps: [],
    files: [],
    session: present({ status, liveUrl, recordingUrls, idleUntil }),
    metadata: '{}',
    screenshotUrls: [],
  });
}

function updateOf(session: Session): TaskUpdate {
  const status = statusOfSession(session);
  return present({
    ...statusOf(statusByRawStatus, session.status),
    status,
    title: session.title,
    isSuccess: session.isTaskSuccessful,
    output: outputOf(session),
    cost: session.totalCostUsd,
    model: session.model,
    sessionId: session.id,
    createdAt: session.createdAt,
    closesInMs: hasEnded(status) ? closesInMsOf(session) : undefined,
  });
}

function closesInMsOf(session: Session): number | undefined {
  const closesAt = Date.parse(idleUntilOf(session) ?? '');
  return Number.isNaN(closesAt) ? undefined : closesAt - session.answeredAtMs;
}

/**
 * When a session closes by itself that is idle and gets no other prompt. ISO 8601.
 * @see cloud-api-v3-v4.md §3
 */
export function idleUntilOf({
  status,
  updatedAt,
}: Pick<SessionFields, 'status' | 'updatedAt'>): string | undefined {
  const idleSince = Date.parse(updatedAt ?? '');
  if (status !== idleSessions?.rawStatus || Number.isNaN(idleSince)) return undefined;
  return new Date(idleSince + idleSessions.closeAfterMs).toISOString();
}

/** A session that was idle for this long after its steps does nothing any more, in milliseconds. */
const idleMs = 2 * 60_000;

/**
 * What a session's word means. `stopped` is the normal end as well as the person's stop, `timed_out` says nothing of the
 * task, and `idle` stands before the first task as well as after it: the verdict tells them apart.
 * @see cloud-api-v3-v4.md §3 and §12
 */
function statusOfSession(session: Session): TaskStatus {
  const { isTaskSuccessful, stepCount = 0, answeredAtMs } = session;
  const hasVerdict = isTaskSuccessful !== undefined;
  const { status } = statusOf(statusByRawStatus, session.status);
  switch (session.status) {
    case 'stopped':
    case 'timed_out':
      return hasVerdict ? 'finished' : status;
    case 'idle': {
      if (hasVerdict || hasOutput(session)) return 'finished';
      if (stepCount === 0) return 'created';
      const idleSince = Date.parse(session.updatedAt ?? '');
      return answeredAtMs - idleSince > idleMs ? 'stopped' : 'running';
    }
    default:
      return status;
  }
}

function hasOutput({ output }: SessionFields): boolean {
  return output !== undefined && output !== null && output !== '';
}

const codeOutputSchema = z.object({ text: z.string(), code: z.string() });
const outputSchema = z.object({ output });

/** Text, the text beside generated code, or JSON as its text; of a session that broke down, what it did last. */
function outputOf(session: SessionFields): string | undefined {
  if (!hasOutput(session)) return session.status === 'error' ? session.lastStepSummary : undefined;
  const withCode = codeOutputSchema.safeParse(session.output);
  if (withCode.success) return withCode.data.text;
  return outputSchema.parse({ output: session.output }).output;
}

/** So many pages of messages are read for one update, so that the page shows the first soon. */
const pagesAtOnce = 5;

/** Reads on where it was left. @returns whether there is more to read */
async function readMessages(
  send: SendRequest,
  id: string,
  messages: SessionMessages,
  signal: AbortSignal,
): Promise<boolean> {
  for (let page = 0; page < pagesAtOnce; page++) {
    const before = messages.lastId;
    const answer = await readMessagesAfter(send, id, before, signal);
    messages.takeIn(answer.messages);
    // What a server sends again for ever ends here.
    if (!answer.hasMore || messages.lastId === before) return false;
  }
  return true;
}
