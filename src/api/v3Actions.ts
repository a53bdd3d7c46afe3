import * as z from 'zod/mini';
import { hasEnded } from '../core/cloud/task';
import type {
  NewestPrompts,
  OpenSession,
  OpenSessionList,
  RunRequest,
  SentPrompt,
  TaskActions,
  TaskStanding,
} from '../core/cloud/taskActions';
import { cannot, hiddenOf, refuseUnknownOptions, sumOf, unlessMissing } from './actions';
import {
  cost,
  identifier,
  lenient,
  listOf,
  present,
  statusWord,
  text,
  timestamp,
  understand,
} from './fields';
import { path } from './path';
import { partIsMissing, routeIsMissing, taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';
import { createUploadFiles, type Upload } from './upload';
import { idleUntilOf, readStanding } from './v3';
import { promptOf, readMessagesAfter } from './v3Messages';

/**
 * What API v3 can change, where a task is a session.
 * @see cloud-api-v3-v4.md §4 and §6; the vendor's OpenAPI document of v3
 */
export function createV3Actions(send: SendRequest, upload: Upload): TaskActions {
  const getSession = (id: string, signal: AbortSignal) =>
    send({
      path: path`/api/v3/sessions/${id}`,
      signal,
      notFoundKind: taskIsMissing,
      read: (answer, answeredAtMs) => ({
        ...understand(sessionSchema, answer, 'the session'),
        standing: readStanding(id, answer, answeredAtMs),
      }),
    });
  const isOpen = (id: string, signal: AbortSignal): Promise<boolean> =>
    unlessMissing(
      getSession(id, signal).then(({ status }) => isOpenStatus(status)),
      false,
    );
  const stop = (
    id: string,
    strategy: 'task' | 'session',
    signal: AbortSignal,
  ): Promise<TaskStanding> =>
    send({
      method: 'POST',
      path: path`/api/v3/sessions/${id}/stop`,
      body: { strategy },
      signal,
      notFoundKind: taskIsMissing,
      read: (answer, answeredAtMs) => afterStop(readStanding(id, answer, answeredAtMs)),
    });
  const noPause = cannot('v3', 'pause tasks');

  return {
    async startTask(request, signal) {
      refuseUnknownOptions('v3', request);
      return send({
        method: 'POST',
        path: '/api/v3/sessions',
        body: bodyOf(request),
        hidden: hiddenOf(request),
        signal,
        notFoundKind: partIsMissing,
        read: (answer) => {
          const { id, model } = understand(startedSchema, answer, 'the session');
          return present({ id, sessionId: id, model });
        },
      });
    },
    stopTask: (id, scope, signal) => stop(id, scope, signal),
    pauseTask: noPause,
    resumeTask: noPause,
    async checkStop(id, scope, signal) {
      const { status, standing } = await getSession(id, signal);
      const after = afterStop(standing);
      const goesOn = scope === 'session' ? isOpenStatus(status) : !hasEnded(after.status);
      return goesOn ? undefined : after;
    },
    queueFollowUp: cannot('v3', 'queue a prompt'),
    uploadFiles: createUploadFiles({
      send,
      version: 'v3',
      upload,
      getWorkspace: async (id, signal) => (await getSession(id, signal)).workspaceId,
    }),
    deleteSession: (sessionId, signal) =>
      send({
        method: 'DELETE',
        path: path`/api/v3/sessions/${sessionId}`,
        signal,
        notFoundKind: partIsMissing,
        read: () => undefined,
      }),
    listOpenSessions: (signal) => listOpenSessions(send, signal),
    async stopOpenSession({ id }, signal) {
      await stop(id, 'session', signal);
    },
    isOpen: ({ id }, signal) => isOpen(id, signal),
    listNewestPrompts: (sessionId, signal) =>
      sessionId === undefined
        ? listNewestSessions(send, signal)
        : listPrompts(send, sessionId, signal),
  };
}

const sessionSchema = z.object({ status: statusWord, workspaceId: lenient(identifier) });
const startedSchema = z.object({ id: identifier, model: text });

const sessionsSchema = z.object({
  sessions: listOf(
    z.object({
      id: identifier,
      status: statusWord,
      title: text,
      model: text,
      browserCostUsd: cost,
      proxyCostUsd: cost,
      createdAt: timestamp,
      updatedAt: timestamp,
    }),
  ),
  total: z.int().check(z.nonnegative()),
});

/** @see cloud-api-v3-v4.md §3: all others are ends */
function isOpenStatus(rawStatus: string): boolean {
  return rawStatus === 'created' || rawStatus === 'idle' || rawStatus === 'running';
}

/** A session that is idle after a stop has stopped its task, though it has not said so yet. */
function afterStop({ status, rawStatus }: TaskStanding): TaskStanding {
  const isStopped = rawStatus === 'idle' && !hasEnded(status);
  return { status: isStopped ? 'stopped' : status, rawStatus };
}

/**
 * A field in snake_case would be ignored without a word, and so would one that is misspelled.
 * @see the OpenAPI document of v3, `RunTaskRequest`
 */
function bodyOf(request: RunRequest): object {
  const { prompt, model, maxCostUsd, outputSchema, profileId, sessionId, keepAlive } = request;
  return present({
    task: prompt,
    model,
    maxCostUsd,
    outputSchema,
    profileId,
    sessionId,
    keepAlive,
    sensitiveData: request.secrets,
    workspaceId: request.files?.workspaceId,
  });
}

const pageSize = 100;
/** More pages are not read, whatever is on them. */
const mostPages = 10;
/** A session lives for four hours at most; the fifth is for clocks that differ. @see cloud-api-v3-v4.md §3 */
const longestLifeMs = 5 * 60 * 60_000;

/** Reads pages until one holds only sessions that are too old to be open: lists can't be filtered. */
async function listOpenSessions(send: SendRequest, signal: AbortSignal): Promise<OpenSessionList> {
  const open = new Map<string, OpenSession>();
  for (let page = 1; ; page++) {
    const { sessions, total, sinceMs } = await send({
      path: `/api/v3/sessions?page=${page}&page_size=${pageSize}`,
      signal,
      isBackground: true,
      notFoundKind: routeIsMissing,
      read: (answer, answeredAtMs) => ({
        ...understand(sessionsSchema, answer, 'a list of sessions'),
        sinceMs: (answeredAtMs ?? Date.now()) - longestLifeMs,
      }),
    });
    for (const session of sessions) {
      const { id, status, title, createdAt } = session;
      if (!isOpenStatus(status)) continue;
      open.set(
        id,
        present({
          kind: 'session' as const,
          id,
          sessionId: id,
          startedAt: createdAt,
          closesAt: idleUntilOf(session),
          cost: sumOf(session.browserCostUsd, session.proxyCostUsd),
          title,
          isBusy: status === 'running',
        }),
      );
    }
    const areTooOld = sessions.every(({ createdAt }) => Date.parse(createdAt ?? '') < sinceMs);
    const isWhole = areTooOld || page * pageSize >= total;
    if (isWhole || page === mostPages) return { open: [...open.values()], isPart: !isWhole };
  }
}

/** Without prompts, which only messages tell. */
async function listNewestSessions(send: SendRequest, signal: AbortSignal): Promise<NewestPrompts> {
  return send({
    path: '/api/v3/sessions?page=1&page_size=20',
    signal,
    notFoundKind: routeIsMissing,
    read: (answer, answeredAtMs) => ({
      prompts: understand(sessionsSchema, answer, 'a list of sessions').sessions.map(
        ({ id, model, createdAt }) => present({ taskId: id, sessionId: id, model, createdAt }),
      ),
      answeredAtMs,
    }),
  });
}

/** What the person wrote in a session, as far as its first thousand messages tell: they come the oldest first. */
async function listPrompts(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<NewestPrompts> {
  const prompts: SentPrompt[] = [];
  let lastId: string | undefined;
  for (let page = 1; ; page++) {
    const { messages, hasMore, answeredAtMs } = await readMessagesAfter(
      send,
      sessionId,
      lastId,
      signal,
    );
    for (const message of messages) {
      const prompt = promptOf(message);
      const { createdAt } = message;
      if (prompt !== undefined)
        prompts.push(present({ taskId: sessionId, sessionId, prompt, createdAt }));
    }
    lastId = messages.at(-1)?.id;
    if (!hasMore || page === mostPages) return { prompts, answeredAtMs };
  }
}
