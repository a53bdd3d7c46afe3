import { numberedPages, type NumberedPage } from '../../src/api/pages';
import { capabilitiesOf } from '../../src/core/cloud/apiVersions';
import { CloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { ApiVersion, TaskDetails, TaskStatus } from '../../src/core/cloud/task';
import {
  summaryOf,
  type Cloud,
  type TaskClient,
  type TaskQuery,
  type TaskUpdate,
} from '../../src/core/cloud/taskClient';
import type { TokenBucket } from '../../src/core/polling/tokenBucket';
import { FakeActions } from './fakeActions';

/** A question that reached the fake. */
export interface Requested {
  readonly what: 'status' | 'task' | 'list' | 'session' | 'latest';
  /** Of a list: the word that it is filtered by, or nothing; of a session and its latest task: the session's ID. */
  readonly id: string;
  readonly apiVersion: ApiVersion;
  readonly at: number;
}

/** Fills in what a test does not care about. */
export function aDetails(id: string, more: Partial<TaskDetails> = {}): TaskDetails {
  const status = more.status ?? 'running';
  return {
    apiVersion: 'v2',
    id,
    status,
    rawStatus: status === 'running' ? 'started' : status,
    prompt: `Do ${id}`,
    createdAt: '2026-01-13T11:59:00.000Z',
    steps: [],
    files: [],
    metadata: '{}',
    screenshotUrls: [],
    ...more,
  };
}

/** A cloud in memory, with tasks that a test sets and failures that it orders. It answers in the next turn. */
export class FakeCloud implements Cloud {
  readonly tasks = new Map<string, TaskDetails>();
  readonly requested: Requested[] = [];
  /** What changes something: what was sent, and failures that a test orders. */
  readonly actions = new FakeActions({
    tasks: this.tasks,
    make: (id, more) => this.tasks.set(id, aDetails(id, { ...this.tasks.get(id), ...more })),
    now: () => this.#now(),
  });
  /** Tasks that no list shows. */
  readonly unlisted = new Set<string>();
  /** Consulted before every answer; what it returns is thrown. */
  failWith: (requested: Requested) => CloudError | undefined = () => undefined;
  /** Where set, questions that were aborted are answered all the same, as their answers may be there already. */
  isDeafToAborts = false;
  /** Where set, answers wait for it. */
  gate: Promise<void> | undefined;
  peakConcurrency = 0;
  #underWay = 0;
  readonly #now: () => number;
  readonly #bucket: TokenBucket | undefined;

  /** @param bucket Where given, every question takes a token of it, as in the real cloud. */
  constructor(now: () => number, bucket?: TokenBucket) {
    this.#now = now;
    this.#bucket = bucket;
  }

  set(id: string, status: TaskStatus, more: Partial<TaskDetails> = {}): void {
    this.tasks.set(id, aDetails(id, { ...this.tasks.get(id), rawStatus: status, ...more, status }));
  }

  fail(kind: CloudErrorKind, retryAfterMs?: number): void {
    this.failWith = () => new CloudError(kind, `ordered ${kind}`, { retryAfterMs });
  }

  heal(): void {
    this.failWith = () => undefined;
  }

  client(apiVersion: ApiVersion): TaskClient {
    const answer = async <T>(
      what: Requested['what'],
      id: string,
      signal: AbortSignal,
      make: () => T,
    ): Promise<T> => {
      await this.#bucket?.take(signal);
      if (this.#bucket) signal.throwIfAborted();
      const requested = { what, id, apiVersion, at: this.#now() };
      this.requested.push(requested);
      this.#underWay++;
      this.peakConcurrency = Math.max(this.peakConcurrency, this.#underWay);
      try {
        // As a server does: the answer is made when the question comes.
        const error = this.failWith(requested);
        const made = make();
        await (this.gate ?? Promise.resolve());
        if (!this.isDeafToAborts) signal.throwIfAborted();
        if (error) throw error;
        return made;
      } finally {
        this.#underWay--;
      }
    };
    const poll = async (what: Requested['what'], id: string, signal: AbortSignal) => {
      const task = await answer(what, id, signal, () => this.tasks.get(id));
      if (!task) throw new CloudError('taskNotFound', 'Task not found', { status: 404 });
      return { ...task, apiVersion };
    };
    return {
      ...this.actions.of(apiVersion),
      apiVersion,
      getStatus: async (id, signal): Promise<TaskUpdate> => {
        const { status, rawStatus, output, cost, finishedAt, isSuccess } = summaryOf(
          await poll('status', id, signal),
        );
        return { status, rawStatus, output, cost, finishedAt, isSuccess };
      },
      getTask: (id, signal) => poll('task', id, signal),
      getDetails: (id, signal) => poll('task', id, signal),
      getFileUrl: () => Promise.resolve('https://files.example/file'),
      getLogUrl: () => Promise.resolve(undefined),
      listTasks: (query, signal) =>
        numberedPages(capabilitiesOf(apiVersion).lists.pageSize, (page) =>
          answer('list', query.rawStatus ?? '', signal, () => this.#list(query, page, apiVersion)),
        ),
      findSessionTasks: async (id, signal) => {
        const ids = await answer('session', id, signal, () => this.#sessionTasks(id));
        if (ids.length > 0) return ids;
        throw new CloudError('taskNotFound', 'Session not found', { status: 404 });
      },
      findLatestTask: async (id, signal) => {
        const [latest] = await answer('latest', id, signal, () => this.#sessionTasks(id));
        if (latest !== undefined) return latest;
        throw new CloudError('taskNotFound', 'Session not found', { status: 404 });
      },
      shareSession: () => Promise.resolve({ url: 'https://share.example/1' }),
      getShare: () => Promise.resolve(undefined),
      getSessionCost: () => Promise.resolve(undefined),
      unshareSession: () => Promise.resolve(),
      getAccount: () => Promise.resolve({ description: 'Test account' }),
    };
  }

  /** Newest first. */
  #sessionTasks(sessionId: string): string[] {
    return [...this.tasks.values()]
      .filter((task) => task.sessionId === sessionId)
      .sort((a, b) => compare(b.createdAt ?? '', a.createdAt ?? ''))
      .map(({ id }) => id);
  }

  /** Newest first. */
  #list(query: TaskQuery, page: number, apiVersion: ApiVersion): NumberedPage {
    const { rawStatus, createdFrom = -Infinity, createdUntil = Infinity } = query;
    const { filtersByCreation, pageSize, showSessions } = capabilitiesOf(apiVersion).lists;
    const isIn = (task: TaskDetails): boolean => {
      if (this.unlisted.has(task.id)) return false;
      const { sessionId } = task;
      if (showSessions && sessionId !== undefined)
        return this.#sessionTasks(sessionId)[0] === task.id;
      if (!filtersByCreation) return true;
      const createdAt = Date.parse(task.createdAt ?? '');
      if (createdAt < createdFrom || createdAt > createdUntil) return false;
      return rawStatus === undefined || rawStatus === task.rawStatus;
    };
    const tasks = [...this.tasks.values()]
      .filter(isIn)
      .sort((a, b) => compare(b.createdAt ?? '', a.createdAt ?? ''));
    const first = (page - 1) * pageSize;
    return {
      tasks: tasks
        .slice(first, first + pageSize)
        .map((task) => ({ id: task.id, ...summaryOf(task) })),
      total: tasks.length,
    };
  }

  download(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array());
  }
}

/** By code units, which sorts thousands of dates many times faster than a language would. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
