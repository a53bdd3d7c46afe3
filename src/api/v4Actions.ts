import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { CloudError, isCloudError } from '../core/cloud/errors';
import { hasEnded } from '../core/cloud/task';
import type {
  NewestPrompts,
  OpenSession,
  RunRequest,
  SentPrompt,
  StartedTask,
  TaskActions,
} from '../core/cloud/taskActions';
import { cannot, hiddenOf, never, refuseUnknownOptions, sumOf, unlessMissing } from './actions';
import {
  cost,
  identifier,
  lenient,
  listOf,
  present,
  statusOf,
  statusWord,
  text,
  timestamp,
  understand,
} from './fields';
import { path } from './path';
import { partIsMissing, routeIsMissing, taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';
import { createUploadFiles, type Upload } from './upload';

/**
 * What API v4 can change, where a task is a run of a session, and the browser outlives both.
 * @see cloud-api-v3-v4.md §5 and §6; the vendor's OpenAPI document of v4
 */
export function createV4Actions(send: SendRequest, upload: Upload): TaskActions {
  const noPause = cannot('v4', 'pause tasks');

  const listBrowsers = (signal: AbortSignal, sessionId?: string): Promise<readonly Browser[]> =>
    listActiveBrowsers(send, signal, sessionId);

  const stopBrowser = (id: string, signal: AbortSignal): Promise<undefined> =>
    send({
      method: 'PATCH',
      path: path`/api/v4/browsers/${id}`,
      body: { action: 'stop' },
      signal,
      notFoundKind: partIsMissing,
      read: () => undefined,
    });

  /** Several, where browsers of earlier runs are still open. */
  const stopBrowsersOf = async (sessionId: string, signal: AbortSignal): Promise<void> => {
    for (const { id } of await listBrowsers(signal, sessionId))
      await unlessMissing(stopBrowser(id, never), undefined);
  };

  return {
    async startTask(request, signal) {
      refuseUnknownOptions('v4', request);
      return send({
        method: 'POST',
        path: '/api/v4/runs',
        body: bodyOf(request),
        hidden: hiddenOf(request),
        signal,
        notFoundKind: partIsMissing,
        read: (answer) => readStarted(request, answer),
      });
    },
    async stopTask(id, scope, signal) {
      const { status, sessionId } = await unchangedBy502(
        send({
          method: 'POST',
          path: path`/api/v4/runs/${id}/cancel`,
          signal,
          notFoundKind: taskIsMissing,
          read: (answer) => understand(runSchema, answer, 'the run'),
        }),
      );
      if (scope === 'session' && sessionId !== undefined)
        await unknownWhereItFails(stopBrowsersOf(sessionId, never));
      return statusOf(statusByRawStatus, status);
    },
    pauseTask: noPause,
    resumeTask: noPause,
    async checkStop(id, scope, signal) {
      const { status, sessionId } = await send({
        path: path`/api/v4/runs/${id}`,
        signal,
        notFoundKind: taskIsMissing,
        read: (answer) => understand(runSchema, answer, 'the run'),
      });
      const standing = statusOf(statusByRawStatus, status);
      if (!hasEnded(standing.status)) return undefined;
      if (scope === 'task' || sessionId === undefined) return standing;
      const browsers = await listBrowsers(signal, sessionId);
      return browsers.length === 0 ? standing : undefined;
    },
    queueFollowUp: (sessionId, prompt, mode, signal) =>
      send({
        method: 'POST',
        path: path`/api/v4/sessions/${sessionId}/queue`,
        body: { text: prompt, interrupt: mode === 'interrupt' },
        hidden: [prompt],
        signal,
        notFoundKind: partIsMissing,
        read: () => undefined,
      }),
    uploadFiles: createUploadFiles({
      send,
      version: 'v4',
      upload,
      getWorkspace: (id, signal) => getWorkspace(send, id, signal),
    }),
    deleteSession: (sessionId, signal) =>
      unchangedBy502(
        send({
          method: 'DELETE',
          path: path`/api/v4/sessions/${sessionId}`,
          signal,
          notFoundKind: partIsMissing,
          read: () => undefined,
        }),
      ),
    async listOpenSessions(signal) {
      const browsers = await listBrowsers(signal);
      const open = browsers.map(
        ({ id, agentSessionId, startedAt, timeoutAt, browserCost, proxyCost }): OpenSession =>
          present({
            kind: 'browser' as const,
            id,
            sessionId: agentSessionId,
            startedAt,
            closesAt: timeoutAt,
            cost: sumOf(browserCost, proxyCost),
          }),
      );
      return { open };
    },
    stopOpenSession: ({ kind, id }, signal) =>
      kind === 'browser' ? stopBrowser(id, signal) : stopBrowsersOf(id, signal),
    isOpen: async ({ kind, id }, signal) => {
      if (kind === 'session') return (await listBrowsers(signal, id)).length > 0;
      const answer = send({
        path: path`/api/v4/browsers/${id}`,
        signal,
        notFoundKind: partIsMissing,
        read: (body) => understand(browserSchema, body, 'the browser').status === 'active',
      });
      return unlessMissing(answer, false);
    },
    async listNewestPrompts(sessionId, signal) {
      const newest = await listNewestRuns(send, sessionId, signal);
      if (sessionId === undefined) return newest;
      const queued = await listQueue(send, sessionId, signal);
      return { ...newest, prompts: [...newest.prompts, ...queued] };
    },
  };
}

const { statusByRawStatus } = capabilitiesOf('v4');

const runSchema = z.object({ status: statusWord, sessionId: lenient(identifier) });

const startedSchema = z.object({
  id: identifier,
  sessionId: lenient(identifier),
  model: text,
  missingFileIds: listOf(identifier),
});

const browserSchema = z.object({
  status: statusWord,
  agentSessionId: lenient(identifier),
  startedAt: timestamp,
  timeoutAt: timestamp,
  browserCost: cost,
  proxyCost: cost,
});

const browsersSchema = z.object({
  items: listOf(z.extend(browserSchema, { id: identifier })),
  totalItems: z.int().check(z.nonnegative()),
});

type Browser = z.output<typeof browsersSchema>['items'][number];

const workspaceSchema = z.object({ workspaceId: lenient(identifier) });

const runsSchema = z.object({
  runs: listOf(
    z.object({
      id: identifier,
      task: text,
      model: text,
      sessionId: lenient(identifier),
      createdAt: timestamp,
    }),
  ),
});

const queueSchema = z.object({
  queue: listOf(
    z.object({ status: text, text: z.string(), runId: lenient(identifier), createdAt: timestamp }),
  ),
});

/**
 * v4 refuses a body with a field that it doesn't know.
 * @see the OpenAPI document of v4, `RunCreateRequest`
 */
function bodyOf(request: RunRequest): object {
  const { prompt, model, maxCostUsd, outputSchema, profileId, sessionId, judge, files } = request;
  return present({
    task: prompt,
    model,
    maxCostUsd,
    outputSchema,
    browserSettings: profileId === undefined ? undefined : { profileId },
    sessionId,
    workspaceId: files?.workspaceId,
    attachedFileIds: files?.files.flatMap(({ id }) => id ?? []),
    judge: judge === true ? {} : undefined,
  });
}

function readStarted({ files }: RunRequest, answer: unknown): StartedTask {
  const started = understand(startedSchema, answer, 'the run');
  const { id, sessionId, model, missingFileIds } = started;
  const nameOf = (fileId: string): string =>
    files?.files.find((file) => file.id === fileId)?.name ?? fileId;
  return present({
    id,
    sessionId,
    model,
    missingFiles: missingFileIds.length === 0 ? undefined : missingFileIds.map(nameOf),
  });
}

/**
 * v4 says 502 where it could not reach what runs the tasks: nothing has changed, so it is a refusal. A gateway that says 502
 * knows nothing of that, and has no words of the API's own.
 * @see cloud-api-v3-v4.md §7
 */
async function unchangedBy502<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isCloudError(error) || error.status !== 502 || !error.details) throw error;
    const { message, status, retryAfterMs, details } = error;
    throw new CloudError('refused', message, { status, retryAfterMs, details });
  }
}

/** A change whose first request has been answered is no refusal, whatever keeps its others from leaving: the cloud must be checked. */
async function unknownWhereItFails(rest: Promise<void>): Promise<void> {
  try {
    await rest;
  } catch (error) {
    if (!isCloudError(error)) throw error;
    const { message, status, retryAfterMs } = error;
    throw new CloudError('server', message, { status, retryAfterMs });
  }
}

const pageSize = 100;
/** No account has more open browsers: 1,000 are the most that can be had. @see cloud-api-v3-v4.md §7 */
const mostPages = 10;

async function listActiveBrowsers(
  send: SendRequest,
  signal: AbortSignal,
  agentSessionId: string | undefined,
): Promise<readonly Browser[]> {
  const browsers: Browser[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const query = new URLSearchParams({
      filterBy: 'active',
      pageSize: String(pageSize),
      pageNumber: String(page),
      ...(agentSessionId !== undefined && { agentSessionId }),
    });
    const { items, totalItems } = await send({
      path: `/api/v4/browsers?${query.toString()}`,
      signal,
      // A person who has a session stopped waits for its browsers.
      isBackground: agentSessionId === undefined,
      notFoundKind: routeIsMissing,
      read: (answer) => understand(browsersSchema, answer, 'a list of browsers'),
    });
    browsers.push(...items);
    if (items.length === 0 || page * pageSize >= totalItems) break;
  }
  return browsers;
}

async function getWorkspace(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return send({
    path: path`/api/v4/sessions/${sessionId}`,
    signal,
    notFoundKind: partIsMissing,
    read: (answer) => understand(workspaceSchema, answer, 'the session').workspaceId,
  });
}

async function listNewestRuns(
  send: SendRequest,
  sessionId: string | undefined,
  signal: AbortSignal,
): Promise<NewestPrompts> {
  const query = new URLSearchParams({ limit: '20', ...(sessionId !== undefined && { sessionId }) });
  return send({
    path: `/api/v4/runs?${query.toString()}`,
    signal,
    // Runs come with their whole results.
    isDetails: true,
    notFoundKind: partIsMissing,
    read: (answer, answeredAtMs) => ({
      prompts: understand(runsSchema, answer, 'a list of runs').runs.map(({ id, task, ...run }) =>
        present({ taskId: id, prompt: task, ...run }),
      ),
      answeredAtMs,
    }),
  });
}

/** What waits or was delivered, and not what was taken back. */
async function listQueue(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<readonly SentPrompt[]> {
  const { queue } = await send({
    path: path`/api/v4/sessions/${sessionId}/queue`,
    signal,
    notFoundKind: partIsMissing,
    read: (answer) => understand(queueSchema, answer, 'the queue of the session'),
  });
  return queue
    .filter(
      ({ status }) => status === 'pending' || status === 'dispatching' || status === 'consumed',
    )
    .map(({ text: prompt, runId, createdAt }) =>
      present({ taskId: runId, prompt, sessionId, createdAt }),
    );
}
