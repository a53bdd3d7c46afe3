import * as z from 'zod/mini';
import { CloudError } from '../core/errors';
import type { TaskDetails, TaskSession, TaskStatus } from '../core/task';
import {
  tasksPerPage,
  type Account,
  type TaskClient,
  type TaskPage,
  type TaskUpdate,
} from '../core/taskClient';
import {
  cost as cents,
  identifier,
  isWebUrl,
  lenient,
  listOf,
  metadata,
  present,
  statusOf,
  statusWord,
  text,
  timestamp,
  understand,
  webUrl,
} from './fields';
import type { Ask } from './http';
import { path } from './path';
import { partIsMissing, routeIsMissing, taskIsMissing } from './refusal';
import { tolerate } from './tolerate';

/**
 * Browser Use Cloud API v1, which self-hosted clones still serve.
 * @see cloud-api.md §4; there is no OpenAPI document of it
 */
export function createV1Client(ask: Ask): TaskClient {
  return {
    apiVersion: 'v1',
    async getStatus(id, signal) {
      return ask({
        path: path`/api/v1/task/${id}/status`,
        signal,
        notFoundKind: taskIsMissing,
        read: readStatus,
      });
    },
    async getTask(id, signal) {
      return ask({
        path: path`/api/v1/task/${id}`,
        signal,
        notFoundKind: taskIsMissing,
        read: (answer) => readTask(id, answer),
      });
    },
    async getDetails(id, signal) {
      const task = await ask({
        path: path`/api/v1/task/${id}`,
        signal,
        isDetails: true,
        notFoundKind: taskIsMissing,
        read: (answer) => readTask(id, answer),
      });
      const [recordingUrls = [], screenshotUrls = []] = await Promise.all([
        tolerate(getRecordings(ask, id, signal)),
        tolerate(getScreenshots(ask, id, signal)),
      ]);
      const session = withRecordings(task.session, recordingUrls);
      return present({ ...task, session, screenshotUrls });
    },
    async listTasks({ page }, signal) {
      return ask({
        path: `/api/v1/tasks?page=${page}&limit=${tasksPerPage}`,
        signal,
        notFoundKind: routeIsMissing,
        read: readList,
      });
    },
    async getFileUrl(id, file, signal) {
      return ask({
        path: path`/api/v1/task/${id}/output-file/${file.id}`,
        signal,
        notFoundKind: partIsMissing,
        read: readDownloadUrl,
      });
    },
    // v1 has no logs.
    getLogUrl: () => Promise.resolve(undefined),
    findSessionTasks: () => Promise.reject(new CloudError('invalidRequest', 'v1 has no sessions')),
    shareSession: noShares,
    getShare: noShares,
    unshareSession: noShares,
    getAccount: (signal) => getAccount(ask, signal),
  };
}

const noShares = (): Promise<never> =>
  Promise.reject(new CloudError('invalidRequest', 'v1 cannot share sessions'));

/** v1's words for a task's status. */
const statusWords: ReadonlyMap<string, TaskStatus> = new Map([
  ['created', 'created'],
  ['running', 'running'],
  ['paused', 'paused'],
  ['finished', 'finished'],
  ['stopped', 'stopped'],
  ['failed', 'failed'],
]);

const stepSchema = z.object({
  step: lenient(z.int()),
  next_goal: text,
  evaluation_previous_goal: text,
  url: text,
});

const taskSchema = z.object({
  status: statusWord,
  task: text,
  output: text,
  created_at: timestamp,
  finished_at: timestamp,
  live_url: webUrl,
  public_share_url: webUrl,
  steps: listOf(stepSchema),
  output_files: listOf(identifier),
  metadata,
});

/** A task of a list must say which one it is. */
const listSchema = z.object({
  tasks: listOf(z.extend(taskSchema, { id: identifier })),
  total_count: z.int().check(z.nonnegative()),
});

const links = listOf(z.string().check(z.refine(isWebUrl)));
const mediaSchema = z.object({ recordings: links });
const screenshotsSchema = z.object({ screenshots: links });
const downloadSchema = z.object({ download_url: webUrl });
const balanceSchema = z.object({ balance: cents });

/** What `GET /task/{id}/status` answers: a bare string. */
function readStatus(answer: unknown): TaskUpdate {
  return statusOf(statusWords, understand(statusWord, answer, 'the status as a bare string'));
}

/** What `GET /task/{id}` answers. */
function readTask(id: string, answer: unknown): TaskDetails {
  const fields = understand(taskSchema, answer, 'the task');
  const { live_url: liveUrl, public_share_url: publicShareUrl } = fields;
  const hasSession = liveUrl !== undefined || publicShareUrl !== undefined;
  return present({
    apiVersion: 'v1' as const,
    id,
    ...updateOf(fields),
    session: hasSession ? present({ liveUrl, recordingUrls: [], publicShareUrl }) : undefined,
    steps: fields.steps.map((step, index) => ({
      number: step.step ?? index + 1,
      goal: step.next_goal ?? '',
      evaluation: step.evaluation_previous_goal ?? '',
      memory: '',
      url: step.url ?? '',
      actions: [],
    })),
    files: fields.output_files.map((name) => ({ id: name, name })),
    metadata: fields.metadata,
    screenshotUrls: [],
  });
}

/** What `GET /tasks` answers, the newest first. */
function readList(answer: unknown): TaskPage {
  const { tasks, total_count: total } = understand(listSchema, answer, 'a list of tasks');
  return { tasks: tasks.map((fields) => present({ id: fields.id, ...updateOf(fields) })), total };
}

function updateOf(fields: z.output<typeof taskSchema>): TaskUpdate {
  return {
    ...statusOf(statusWords, fields.status),
    prompt: fields.task,
    output: fields.output,
    createdAt: fields.created_at,
    finishedAt: fields.finished_at,
  };
}

function withRecordings(
  session: TaskSession | undefined,
  recordingUrls: readonly string[],
): TaskSession | undefined {
  return recordingUrls.length === 0 ? session : { ...session, recordingUrls };
}

async function getRecordings(
  ask: Ask,
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return ask({
    path: path`/api/v1/task/${id}/media`,
    signal,
    notFoundKind: partIsMissing,
    read: (answer) => understand(mediaSchema, answer, 'the recordings').recordings,
  });
}

async function getScreenshots(
  ask: Ask,
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return ask({
    path: path`/api/v1/task/${id}/screenshots`,
    signal,
    notFoundKind: partIsMissing,
    read: (answer) => understand(screenshotsSchema, answer, 'the screenshots').screenshots,
  });
}

function readDownloadUrl(answer: unknown): string {
  const { download_url: url } = understand(downloadSchema, answer, 'a download link');
  if (url !== undefined) return url;
  throw new CloudError('badAnswer', 'The API promises a download link; the answer has none');
}

/** `GET /me` proves the key and tells nothing more; the balance is what v1 knows of an account. */
async function getAccount(ask: Ask, signal: AbortSignal): Promise<Account> {
  await ask({ path: path`/api/v1/me`, signal, notFoundKind: routeIsMissing, read: checkIsKnown });
  const balance = await tolerate(getBalance(ask, signal));
  const left = balance === undefined ? '' : `, $${(Number(balance) / 100).toFixed(2)} left`;
  return { description: `an account of API v1${left}` };
}

function checkIsKnown(answer: unknown): void {
  if (understand(z.boolean(), answer, 'a bare true or false')) return;
  throw new CloudError('auth', 'The server does not know this key');
}

/** In cents. */
async function getBalance(ask: Ask, signal: AbortSignal): Promise<string | undefined> {
  return ask({
    path: path`/api/v1/balance`,
    signal,
    notFoundKind: routeIsMissing,
    read: (answer) => understand(balanceSchema, answer, 'the balance').balance,
  });
}
