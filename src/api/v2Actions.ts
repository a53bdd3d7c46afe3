import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { hasEnded } from '../core/cloud/task';
import type { OpenSession, RunRequest, TaskActions } from '../core/cloud/taskActions';
import { cannot, hiddenOf, refuseUnknownOptions, unlessMissing, unsentError } from './actions';
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

/**
 * What API v2 can change.
 * @see the vendor's OpenAPI document of v2
 */
export function createV2Actions(send: SendRequest): TaskActions {
  const isOpen = (sessionId: string, signal: AbortSignal): Promise<boolean> =>
    unlessMissing(
      send({
        path: path`/api/v2/sessions/${sessionId}`,
        signal,
        notFoundKind: partIsMissing,
        read: (answer) => understand(sessionSchema, answer, 'the session').status === 'active',
      }),
      false,
    );
  const noPause = cannot('v2', 'pause tasks');

  return {
    async startTask(request, signal) {
      refuseUnknownOptions('v2', request);
      return send({
        method: 'POST',
        path: '/api/v2/tasks',
        body: bodyOf(request),
        hidden: hiddenOf(request),
        signal,
        notFoundKind: partIsMissing,
        read: (answer) => understand(startedSchema, answer, 'the ID of the task'),
      });
    },
    stopTask: (id, scope, signal) =>
      send({
        method: 'PATCH',
        path: path`/api/v2/tasks/${id}`,
        body: { action: scope === 'task' ? 'stop' : 'stop_task_and_session' },
        signal,
        notFoundKind: taskIsMissing,
        read: (answer) => standingOf(understand(taskSchema, answer, 'the task')),
      }),
    pauseTask: noPause,
    resumeTask: noPause,
    async checkStop(id, scope, signal) {
      const task = await send({
        path: path`/api/v2/tasks/${id}`,
        signal,
        notFoundKind: taskIsMissing,
        read: (answer) => understand(taskSchema, answer, 'the task'),
      });
      const standing = standingOf(task);
      if (!hasEnded(standing.status)) return undefined;
      const { sessionId } = task;
      const goesOn =
        scope === 'session' && sessionId !== undefined && (await isOpen(sessionId, signal));
      return goesOn ? undefined : standing;
    },
    queueFollowUp: cannot('v2', 'queue a prompt'),
    uploadFiles: cannot('v2', 'take files'),
    deleteSession: (sessionId, signal) =>
      send({
        method: 'DELETE',
        path: path`/api/v2/sessions/${sessionId}`,
        signal,
        notFoundKind: partIsMissing,
        read: () => undefined,
      }),
    async listOpenSessions(signal) {
      const open: OpenSession[] = [];
      for (let page = 1; page <= mostPages; page++) {
        const { items, totalItems } = await send({
          path: `/api/v2/sessions?filterBy=active&pageSize=100&pageNumber=${page}`,
          signal,
          isBackground: true,
          notFoundKind: routeIsMissing,
          read: (answer) => understand(sessionsSchema, answer, 'a list of sessions'),
        });
        for (const { id, startedAt, proxyCost } of items)
          open.push(
            present({ kind: 'session' as const, id, sessionId: id, startedAt, cost: proxyCost }),
          );
        if (items.length === 0 || page * 100 >= totalItems) break;
      }
      return { open };
    },
    stopOpenSession: ({ id }, signal) =>
      send({
        method: 'PATCH',
        path: path`/api/v2/sessions/${id}`,
        body: { action: 'stop' },
        signal,
        notFoundKind: partIsMissing,
        read: () => undefined,
      }),
    isOpen: ({ id }, signal) => isOpen(id, signal),
    listNewestPrompts: (sessionId, signal) =>
      send({
        path: `/api/v2/tasks?${new URLSearchParams({
          pageSize: '20',
          ...(sessionId !== undefined && { sessionId }),
        }).toString()}`,
        signal,
        notFoundKind: partIsMissing,
        read: (answer, answeredAtMs) => ({
          prompts: understand(newestSchema, answer, 'a list of tasks').items.map(
            ({ id, task, llm, createdAt, sessionId }) =>
              present({ taskId: id, prompt: task, model: llm, createdAt, sessionId }),
          ),
          answeredAtMs,
        }),
      }),
  };
}

const { statusByRawStatus } = capabilitiesOf('v2');

/** No account has more open sessions: 1,000 are the most that can be had. @see cloud-api-v3-v4.md §7 */
const mostPages = 10;

const startedSchema = z.object({ id: identifier, sessionId: lenient(identifier) });
const taskSchema = z.object({ status: statusWord, sessionId: lenient(identifier) });
const sessionSchema = z.object({ status: statusWord });
const sessionsSchema = z.object({
  items: listOf(z.object({ id: identifier, startedAt: timestamp, proxyCost: cost })),
  totalItems: z.int().check(z.nonnegative()),
});
const newestSchema = z.object({
  items: listOf(
    z.object({
      id: identifier,
      task: text,
      llm: text,
      sessionId: lenient(identifier),
      createdAt: timestamp,
    }),
  ),
});

function standingOf({ status }: z.output<typeof taskSchema>) {
  return statusOf(statusByRawStatus, status);
}

/** @see the OpenAPI document of v2, `CreateTaskRequest` */
function bodyOf(request: RunRequest): object {
  const { prompt, model, startUrl, maxSteps, outputSchema, allowedDomains } = request;
  const { profileId, sessionId, metadata, secrets, judge } = request;
  if (profileId !== undefined && sessionId !== undefined)
    throw unsentError('A session keeps the profile that it was opened with', 'profileId');
  return present({
    task: prompt,
    llm: model,
    startUrl,
    maxSteps,
    structuredOutput: outputSchema && JSON.stringify(outputSchema),
    allowedDomains,
    sessionId,
    // Settings without a country would take away the proxy that a task has without settings.
    sessionSettings: profileId === undefined ? undefined : { profileId, proxyCountryCode: 'us' },
    metadata,
    secrets,
    judge,
  });
}
