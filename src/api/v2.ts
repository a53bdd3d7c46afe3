import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { CloudError } from '../core/cloud/errors';
import type { TaskDetails, TaskSession } from '../core/cloud/task';
import type { TaskReader, TaskQuery, TaskUpdate } from '../core/cloud/taskClient';
import { getAccount } from './account';
import {
  cost,
  flag,
  identifier,
  jsonText,
  lenient,
  listOf,
  metadata,
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
import { partIsMissing, routeIsMissing, taskIsMissing, type NotFoundKind } from './refusal';
import type { SendRequest } from './sendRequest';
import { readShare, shareIsMissing } from './share';
import { tolerate } from './tolerate';

/**
 * Browser Use Cloud API v2.
 * @see cloud-api.md §3; the vendor's OpenAPI document of v2
 */
export function createV2Client(send: SendRequest): TaskReader {
  const getTask = async (
    id: string,
    signal: AbortSignal,
    isDetails = false,
  ): Promise<TaskDetails> =>
    send({
      path: path`/api/v2/tasks/${id}`,
      signal,
      isDetails,
      notFoundKind: taskIsMissing,
      read: (answer) => readTask(id, answer),
    });

  return {
    apiVersion: 'v2',
    async getStatus(id, signal) {
      return send({
        path: path`/api/v2/tasks/${id}/status`,
        signal,
        notFoundKind: taskIsMissing,
        read: (answer) => readStatus(id, answer),
      });
    },
    getTask: (id, signal) => getTask(id, signal),
    async getDetails(id, signal) {
      const task = await getTask(id, signal, true);
      if (task.sessionId === undefined) return task;
      const session = await tolerate(getSession(send, task.sessionId, signal));
      return present({ ...task, session });
    },
    listTasks: (query, signal) =>
      numberedPages(lists.pageSize, (page) =>
        send({
          path: `/api/v2/tasks?${listParameters(query, page)}`,
          signal,
          notFoundKind: routeIsMissing,
          read: readList,
        }),
      ),
    async getFileUrl(id, file, signal) {
      return send({
        path: path`/api/v2/files/tasks/${id}/output-files/${file.id}`,
        signal,
        notFoundKind: partIsMissing,
        read: readDownloadUrl,
      });
    },
    async getLogUrl(id, signal) {
      return send({
        path: path`/api/v2/tasks/${id}/logs`,
        signal,
        notFoundKind: partIsMissing,
        read: readDownloadUrl,
      });
    },
    findSessionTasks: (sessionId, signal) => findTasks(send, sessionId, signal),
    async findLatestTask(sessionId, signal) {
      const [latest] = await findTasks(send, sessionId, signal);
      if (latest !== undefined) return latest;
      throw new CloudError('taskNotFound', 'The session has no task');
    },
    async shareSession(sessionId, signal) {
      return send({
        method: 'POST',
        path: path`/api/v2/sessions/${sessionId}/public-share`,
        signal,
        notFoundKind: partIsMissing,
        read: readShare,
      });
    },
    async getShare(sessionId, signal) {
      try {
        return await send({
          path: path`/api/v2/sessions/${sessionId}/public-share`,
          signal,
          notFoundKind: shareIsMissing,
          read: readShare,
        });
      } catch (error) {
        if (error instanceof CloudError && error.kind === 'refused' && error.status === 404)
          return undefined;
        throw error;
      }
    },
    async unshareSession(sessionId, signal) {
      return send({
        method: 'DELETE',
        path: path`/api/v2/sessions/${sessionId}/public-share`,
        signal,
        notFoundKind: partIsMissing,
        read: () => undefined,
      });
    },
    getSessionCost: () => Promise.resolve(undefined),
    getAccount: (signal) => getAccount(send, 'v2', signal),
  };
}

const { lists, statusByRawStatus } = capabilitiesOf('v2');

const statusSchema = z.object({
  id: lenient(identifier),
  status: statusWord,
  output,
  /** The output's name before v2's SDK 2.0.4. */
  doneOutput: output,
  finishedAt: timestamp,
  isSuccess: flag,
  cost,
});

const stepSchema = z.object({
  number: lenient(z.int()),
  nextGoal: text,
  evaluationPreviousGoal: text,
  memory: text,
  url: text,
  actions: listOf(jsonText),
  duration: lenient(z.number().check(z.nonnegative())),
  screenshotUrl: webUrl,
});

/** What is kept of a task. */
const summarySchema = z.extend(statusSchema, {
  sessionId: lenient(identifier),
  llm: text,
  task: text,
  createdAt: timestamp,
  startedAt: timestamp,
  judgeVerdict: flag,
});

const taskSchema = z.extend(summarySchema, {
  metadata,
  steps: listOf(stepSchema),
  outputFiles: listOf(z.object({ id: identifier, fileName: lenient(identifier) })),
  browserUseVersion: text,
  judgement: lenient(jsonText),
});

/** A task of a list must say which one it is. */
const listSchema = z.object({
  items: listOf(z.extend(summarySchema, { id: identifier })),
  totalItems: z.int().check(z.nonnegative()),
});

const sessionSchema = z.object({
  status: text,
  liveUrl: webUrl,
  recordingUrl: webUrl,
  publicShareUrl: webUrl,
});

const sessionTasksSchema = z.object({
  tasks: listOf(z.object({ id: identifier, createdAt: timestamp })),
});

const downloadSchema = z.object({ downloadUrl: webUrl });

/** What `GET /tasks/{id}/status` answers. */
function readStatus(id: string, answer: unknown): TaskUpdate {
  const fields = understand(statusSchema, answer, 'an object with the status of the task');
  checkId(id, fields.id);
  return present({
    ...statusOf(statusByRawStatus, fields.status),
    output: fields.output ?? fields.doneOutput,
    finishedAt: fields.finishedAt,
    isSuccess: fields.isSuccess,
    cost: fields.cost,
  });
}

/** What `GET /tasks/{id}` answers. */
function readTask(id: string, answer: unknown): TaskDetails {
  const fields = understand(taskSchema, answer, 'the task');
  checkId(id, fields.id);
  return present({
    apiVersion: 'v2' as const,
    id,
    ...updateOf(fields),
    steps: fields.steps.map((step, index) =>
      present({
        number: step.number ?? index + 1,
        goal: step.nextGoal ?? '',
        evaluation: step.evaluationPreviousGoal ?? '',
        memory: step.memory ?? '',
        url: step.url ?? '',
        actions: step.actions,
        durationSeconds: step.duration,
        screenshotUrl: step.screenshotUrl,
      }),
    ),
    files: fields.outputFiles.map((file) => ({ id: file.id, name: file.fileName ?? file.id })),
    judgement: fields.judgement,
    agentVersion: fields.browserUseVersion,
    metadata: fields.metadata,
    screenshotUrls: [],
  });
}

/** What `GET /tasks` answers. */
function readList(answer: unknown, answeredAtMs?: number): NumberedPage {
  const { items, totalItems } = understand(listSchema, answer, 'a list of tasks');
  return {
    tasks: items.map((fields) => present({ id: fields.id, ...updateOf(fields) })),
    total: totalItems,
    answeredAtMs,
  };
}

function updateOf(fields: z.output<typeof summarySchema>): TaskUpdate {
  const { status, rawStatus } = statusOf(statusByRawStatus, fields.status);
  return {
    status,
    rawStatus,
    prompt: fields.task,
    isSuccess: fields.isSuccess,
    judgeVerdict: fields.judgeVerdict,
    output: fields.output ?? fields.doneOutput,
    cost: fields.cost,
    model: fields.llm,
    sessionId: fields.sessionId,
    createdAt: fields.createdAt,
    startedAt: fields.startedAt,
    finishedAt: fields.finishedAt,
  };
}

function listParameters({ rawStatus, createdFrom, createdUntil }: TaskQuery, page: number): string {
  return new URLSearchParams({
    pageSize: String(lists.pageSize),
    pageNumber: String(page),
    ...(rawStatus === undefined ? {} : { filterBy: rawStatus }),
    ...(createdFrom === undefined ? {} : { after: toNaiveTime(createdFrom) }),
    ...(createdUntil === undefined ? {} : { before: toNaiveTime(createdUntil) }),
  }).toString();
}

/** As the API writes its own times: in UTC, without a zone. */
function toNaiveTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, -1);
}

async function getSession(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<TaskSession> {
  return send({
    path: path`/api/v2/sessions/${sessionId}`,
    signal,
    notFoundKind: partIsMissing,
    read: readSession,
  });
}

/** What `GET /sessions/{id}` answers. */
function readSession(answer: unknown): TaskSession {
  const fields = understand(sessionSchema, answer, 'the session');
  return present({
    status: fields.status,
    liveUrl: fields.liveUrl,
    recordingUrls: fields.recordingUrl === undefined ? [] : [fields.recordingUrl],
    publicShareUrl: fields.publicShareUrl,
  });
}

async function findTasks(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return send({
    path: path`/api/v2/sessions/${sessionId}`,
    signal,
    notFoundKind: sessionIsMissing,
    read: readSessionTasks,
  });
}

/** Each task of a session once, the newest first. */
function readSessionTasks(answer: unknown): readonly string[] {
  const { tasks } = understand(sessionTasksSchema, answer, 'the session');
  const at = (moment: string | undefined): number => Date.parse(moment ?? '') || 0;
  const newestFirst = tasks.toSorted((a, b) => at(b.createdAt) - at(a.createdAt));
  return [...new Set(newestFirst.map((task) => task.id))];
}

function readDownloadUrl(answer: unknown): string {
  const { downloadUrl } = understand(downloadSchema, answer, 'a download link');
  if (downloadUrl === undefined) {
    throw new CloudError('badAnswer', 'The API promises a download link; the answer has none');
  }
  return downloadUrl;
}

// A request about a session is about its tasks.
const sessionIsMissing: NotFoundKind = () => 'taskNotFound';
