import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { CloudError } from '../core/cloud/errors';
import type { TaskDetails } from '../core/cloud/task';
import type { Account, TaskReader, TaskUpdate } from '../core/cloud/taskClient';
import { cannot } from './actions';
import {
  cost as cents,
  identifier,
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
  webUrlAt,
} from './fields';
import { numberedPages, type NumberedPage } from './pages';
import { path } from './path';
import { partIsMissing, routeIsMissing, taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';
import { attempt, tolerate, unreadOf } from './tolerate';

/**
 * Browser Use Cloud API v1, which self-hosted clones still serve.
 * @see cloud-api.md §4; there is no OpenAPI document of it
 */
export function createV1Client(send: SendRequest, baseUrl: string): TaskReader {
  const link = webUrlAt(baseUrl);
  const getTask = async (
    id: string,
    signal: AbortSignal,
    isDetails = false,
  ): Promise<TaskDetails> =>
    send({
      path: path`/api/v1/task/${id}`,
      signal,
      isDetails,
      notFoundKind: taskIsMissing,
      read: (answer) => readTask(id, answer, link),
    });

  return {
    apiVersion: 'v1',
    async getStatus(id, signal) {
      return send({
        path: path`/api/v1/task/${id}/status`,
        signal,
        notFoundKind: taskIsMissing,
        read: readStatus,
      });
    },
    getTask: (id, signal) => getTask(id, signal),
    async getDetails(id, signal) {
      const task = await getTask(id, signal, true);
      const getLinks = (part: string, read: (answer: unknown) => readonly string[]) =>
        attempt(
          send({
            path: part,
            signal,
            notFoundKind: partIsMissing,
            read: (answer) =>
              read(answer)
                .map(link)
                .filter((url) => url !== undefined),
          }),
        );
      const [recordings, screenshots] = await Promise.all([
        getLinks(
          path`/api/v1/task/${id}/media`,
          (answer) => understand(mediaSchema, answer, 'the recordings').recordings,
        ),
        getLinks(
          path`/api/v1/task/${id}/screenshots`,
          (answer) => understand(screenshotsSchema, answer, 'the screenshots').screenshots,
        ),
      ]);
      return present({
        ...task,
        session: recordings.value?.length
          ? { ...task.session, recordingUrls: recordings.value }
          : task.session,
        screenshotUrls: screenshots.value ?? [],
        unread: unreadOf({ screenshots: screenshots.error }),
      });
    },
    listTasks: (_query, signal) =>
      numberedPages(lists.pageSize, (page) =>
        send({
          path: `/api/v1/tasks?page=${page}&limit=${lists.pageSize}`,
          signal,
          notFoundKind: routeIsMissing,
          read: readList,
        }),
      ),
    async getFileUrl(id, file, signal) {
      return send({
        path: path`/api/v1/task/${id}/output-file/${file.id}`,
        signal,
        notFoundKind: partIsMissing,
        read: (answer) => readDownloadUrl(answer, link),
      });
    },
    // v1 has no logs.
    getLogUrl: () => Promise.resolve(undefined),
    findSessionTasks: noSessions,
    findLatestTask: noSessions,
    shareSession: noShares,
    getShare: noShares,
    unshareSession: noShares,
    getSessionCost: () => Promise.resolve(undefined),
    getAccount: (signal) => getAccount(send, signal),
  };
}

const noSessions = cannot('v1', 'do this, as it has no sessions');
const noShares = cannot('v1', 'share sessions');

const { lists, statusByRawStatus } = capabilitiesOf('v1');

const stepSchema = z.object({
  step: lenient(z.int()),
  next_goal: text,
  evaluation_previous_goal: text,
  url: text,
});

const taskSchema = z.object({
  status: statusWord,
  task: text,
  output,
  /** Of self-hosted servers: why it failed. */
  error: text,
  created_at: timestamp,
  finished_at: timestamp,
  live_url: text,
  public_share_url: text,
  steps: listOf(stepSchema),
  output_files: listOf(identifier),
  metadata,
});

/** A task of a list must say which one it is. */
const listSchema = z.object({
  tasks: listOf(z.extend(taskSchema, { id: identifier })),
  total_count: z.int().check(z.nonnegative()),
});

const mediaSchema = z.object({ recordings: listOf(z.string()) });
const screenshotsSchema = z.object({ screenshots: listOf(z.string()) });
const downloadSchema = z.object({ download_url: text });
const balanceSchema = z.object({ balance: cents });

/** Of self-hosted servers. */
const statusSchema = z.object({ status: statusWord, result: output, error: text });

/** Reads a link that may be opened; one that is relative lies on the server. */
type LinkReader = (link: string | undefined) => string | undefined;

/** What `GET /task/{id}/status` answers: a bare string; of self-hosted servers, an object. */
function readStatus(answer: unknown): TaskUpdate {
  const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
  if (!isObject)
    return statusOf(
      statusByRawStatus,
      understand(statusWord, answer, 'the status as a bare string'),
    );
  const { status, result, error } = understand(statusSchema, answer, 'the status');
  return present({
    ...statusOf(statusByRawStatus, status),
    output: outputOf(status, result, error),
  });
}

/** What a failed task has to show is mostly its error. */
function outputOf(
  rawStatus: string,
  result: string | undefined,
  error: string | undefined,
): string | undefined {
  const isEmpty = result === undefined || result === '';
  return isEmpty && rawStatus === 'failed' ? (error ?? result) : result;
}

/** What `GET /task/{id}` answers. */
function readTask(id: string, answer: unknown, link: LinkReader): TaskDetails {
  const fields = understand(taskSchema, answer, 'the task');
  const liveUrl = link(fields.live_url);
  const publicShareUrl = link(fields.public_share_url);
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
function readList(answer: unknown, answeredAtMs?: number): NumberedPage {
  const { tasks, total_count: total } = understand(listSchema, answer, 'a list of tasks');
  return {
    tasks: tasks.map((fields) => present({ id: fields.id, ...updateOf(fields) })),
    total,
    answeredAtMs,
  };
}

function updateOf(fields: z.output<typeof taskSchema>): TaskUpdate {
  return {
    ...statusOf(statusByRawStatus, fields.status),
    prompt: fields.task,
    output: outputOf(fields.status, fields.output, fields.error),
    createdAt: fields.created_at,
    finishedAt: fields.finished_at,
  };
}

function readDownloadUrl(answer: unknown, link: LinkReader): string {
  const url = link(understand(downloadSchema, answer, 'a download link').download_url);
  if (url !== undefined) return url;
  throw new CloudError('badAnswer', 'The API promises a download link; the answer has none');
}

/** `GET /me` proves the key and tells nothing more; the balance is what v1 knows of an account. */
async function getAccount(send: SendRequest, signal: AbortSignal): Promise<Account> {
  await send({ path: path`/api/v1/me`, signal, notFoundKind: routeIsMissing, read: checkIsKnown });
  const balance = await tolerate(getBalance(send, signal));
  const left = balance === undefined ? '' : `, $${(Number(balance) / 100).toFixed(2)} left`;
  return { description: `an account of API v1${left}` };
}

function checkIsKnown(answer: unknown): void {
  if (understand(z.boolean(), answer, 'a bare true or false')) return;
  throw new CloudError('auth', 'The server does not know this key');
}

/** In cents. */
async function getBalance(send: SendRequest, signal: AbortSignal): Promise<string | undefined> {
  return send({
    path: path`/api/v1/balance`,
    signal,
    notFoundKind: routeIsMissing,
    read: (answer) => understand(balanceSchema, answer, 'the balance').balance,
  });
}
