import * as z from 'zod/mini';
import { hasEnded } from '../core/cloud/task';
import type { TaskActions, TaskStanding } from '../core/cloud/taskActions';
import { cannot, hiddenOf, refuseUnknownOptions } from './actions';
import { identifier, listOf, present, text, timestamp, understand } from './fields';
import { routeIsMissing, taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';

/**
 * What API v1 can change.
 * @param getStatus the client's own
 * @see cloud-api.md §4
 */
export function createV1Actions(
  send: SendRequest,
  getStatus: (id: string, signal: AbortSignal) => Promise<TaskStanding>,
): TaskActions {
  const command = (name: string, id: string, signal: AbortSignal): Promise<undefined> =>
    send({
      method: 'PUT',
      path: `/api/v1/${name}?${new URLSearchParams({ task_id: id }).toString()}`,
      signal,
      notFoundKind: taskIsMissing,
      read: () => undefined,
    });
  const noSessions = cannot('v1', 'do this, as it has no sessions');

  return {
    async startTask(request, signal) {
      refuseUnknownOptions('v1', request);
      const { prompt, model, maxSteps, outputSchema, allowedDomains, metadata, secrets } = request;
      return send({
        method: 'POST',
        path: '/api/v1/run-task',
        body: present({
          task: prompt,
          llm_model: model,
          max_agent_steps: maxSteps,
          structured_output_json: outputSchema && JSON.stringify(outputSchema),
          allowed_domains: allowedDomains,
          metadata,
          secrets,
        }),
        hidden: hiddenOf(request),
        signal,
        notFoundKind: routeIsMissing,
        read: (answer) => ({ id: understand(startedSchema, answer, 'the ID of the task').id }),
      });
    },
    stopTask: (id, scope, signal) =>
      scope === 'task' ? command('stop-task', id, signal) : noSessions(),
    pauseTask: (id, signal) => command('pause-task', id, signal),
    resumeTask: (id, signal) => command('resume-task', id, signal),
    async checkStop(id, scope, signal) {
      if (scope !== 'task') return noSessions();
      const standing = await getStatus(id, signal);
      return hasEnded(standing.status) ? standing : undefined;
    },
    async listNewestPrompts(sessionId, signal) {
      if (sessionId !== undefined) return noSessions();
      return send({
        path: '/api/v1/tasks?page=1&limit=20',
        signal,
        notFoundKind: routeIsMissing,
        read: (answer, answeredAtMs) => ({
          prompts: understand(newestSchema, answer, 'a list of tasks').tasks.map(
            ({ id, task, created_at: createdAt }) => ({ taskId: id, prompt: task, createdAt }),
          ),
          answeredAtMs,
        }),
      });
    },
    queueFollowUp: noSessions,
    uploadFiles: cannot('v1', 'take files'),
    deleteSession: noSessions,
    listOpenSessions: noSessions,
    stopOpenSession: noSessions,
    isOpen: noSessions,
  };
}

const startedSchema = z.object({ id: identifier });
const newestSchema = z.object({
  tasks: listOf(z.object({ id: identifier, task: text, created_at: timestamp })),
});
