import { CloudError, type CloudErrorKind } from '../../src/core/errors';
import type { ApiVersion, TaskDetails, TaskStatus } from '../../src/core/task';
import { summaryOf, type Cloud, type TaskClient, type TaskUpdate } from '../../src/core/taskClient';

/** A question that reached the fake. */
export interface Asked {
  readonly what: 'status' | 'task';
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
    metadata: {},
    screenshotUrls: [],
    ...more,
  };
}

/** A cloud in memory, with tasks that a test sets and failures that it orders. It answers in the next turn. */
export class FakeCloud implements Cloud {
  readonly tasks = new Map<string, TaskDetails>();
  readonly asked: Asked[] = [];
  /** Consulted before every answer; what it returns is thrown. */
  failWith: (asked: Asked) => CloudError | undefined = () => undefined;
  /** Where set, answers wait for it. */
  gate: Promise<void> | undefined;
  peakConcurrency = 0;
  #underWay = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
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
    const ask = async (what: Asked['what'], id: string, signal: AbortSignal) => {
      const asked = { what, id, apiVersion, at: this.#now() };
      this.asked.push(asked);
      this.#underWay++;
      this.peakConcurrency = Math.max(this.peakConcurrency, this.#underWay);
      try {
        // As a server does: the answer is made when the question comes.
        const error = this.failWith(asked);
        const task = this.tasks.get(id);
        await (this.gate ?? Promise.resolve());
        signal.throwIfAborted();
        if (error) throw error;
        if (!task) throw new CloudError('taskNotFound', 'Task not found', { status: 404 });
        return { ...task, apiVersion };
      } finally {
        this.#underWay--;
      }
    };
    return {
      apiVersion,
      getStatus: async (id, signal): Promise<TaskUpdate> => {
        const { status, rawStatus, output, cost, finishedAt, isSuccess } = summaryOf(
          await ask('status', id, signal),
        );
        return { status, rawStatus, output, cost, finishedAt, isSuccess };
      },
      getTask: (id, signal) => ask('task', id, signal),
      getDetails: (id, signal) => ask('task', id, signal),
      getFileUrl: () => Promise.resolve('https://files.example/file'),
      getLogUrl: () => Promise.resolve(undefined),
      listTasks: () => Promise.resolve({ tasks: [], total: 0 }),
      findSessionTasks: () => Promise.resolve([]),
      getAccount: () => Promise.resolve({ description: 'Test account' }),
    };
  }

  download(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array());
  }
}
