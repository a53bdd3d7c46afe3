import type { Clock } from '../../src/core/base/clock';
import { CloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { RateLimiter } from '../../src/core/polling/rateLimiter';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { Cloud, TaskClient } from '../../src/core/cloud/taskClient';
import { mapRequests } from './clientPages';
import type { FakeCloud } from './fakeCloud';

/** What befalls one answer. */
export interface Mishap {
  /** How long the answer is on its way, in milliseconds. One longer than the deadline never comes. */
  readonly delayMs: number;
  /** What comes in its place. */
  readonly error?: CloudErrorKind | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Of a list, every so many-th entry is not shown, as when tasks shift between pages. 0: all are. */
  readonly dropEvery: number;
}

/** As `src/api` promises: a whole answer, or none. */
export const deadlineMs = 15_000;

/**
 * A `FakeCloud` behind a bad network. Each question takes a turn, then meets the next mishap of a list that repeats.
 * An answer tells what was true when it was asked for, however late it comes.
 */
export class UnreliableCloud implements Cloud {
  readonly #inner: FakeCloud;
  readonly #clock: Clock;
  readonly #rateLimiter: RateLimiter;
  readonly #mishaps: readonly Mishap[];
  #next = 0;
  isHealed = false;
  peakConcurrency = 0;
  #underWay = 0;

  constructor(
    inner: FakeCloud,
    clock: Clock,
    rateLimiter: RateLimiter,
    mishaps: readonly Mishap[],
  ) {
    this.#inner = inner;
    this.#clock = clock;
    this.#rateLimiter = rateLimiter;
    this.#mishaps = mishaps;
  }

  client(apiVersion: ApiVersion): TaskClient {
    const inner = this.#inner.client(apiVersion);
    return {
      ...inner,
      getStatus: (id, signal) => this.#send(() => inner.getStatus(id, signal), signal),
      getTask: (id, signal) => this.#send(() => inner.getTask(id, signal), signal),
      listTasks: (query, signal) =>
        mapRequests(inner.listTasks(query, signal), (request) =>
          this.#send(async ({ dropEvery }) => {
            const page = await request();
            const isShown = (index: number): boolean =>
              dropEvery === 0 || index % dropEvery !== dropEvery - 1;
            return page && { ...page, tasks: page.tasks.filter((_, index) => isShown(index)) };
          }, signal),
        ),
    };
  }

  download(): Promise<Uint8Array> {
    return this.#inner.download();
  }

  async #send<T>(poll: (mishap: Mishap) => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#rateLimiter.take(signal);
    const mishap = this.#mishap();
    this.#underWay++;
    this.peakConcurrency = Math.max(this.peakConcurrency, this.#underWay);
    try {
      const answer = poll(mishap).then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error;
        },
      );
      const isDelayed = mishap.delayMs > deadlineMs;
      if (mishap.delayMs > 0) await this.#clock.sleep(Math.min(mishap.delayMs, deadlineMs), signal);
      signal.throwIfAborted();
      if (isDelayed) throw new CloudError('timeout', 'No whole answer');
      if (mishap.error) throw this.#errorOf(mishap.error, mishap.retryAfterMs);
      return (await answer)();
    } finally {
      this.#underWay--;
    }
  }

  #errorOf(kind: CloudErrorKind, retryAfterMs: number | undefined): CloudError {
    if (kind !== 'rateLimited') return new CloudError(kind, `ordered ${kind}`);
    this.#rateLimiter.noteRateLimit(retryAfterMs);
    return new CloudError(kind, 'slow down', { retryAfterMs });
  }

  #mishap(): Mishap {
    const mishap = this.#mishaps[this.#next++ % Math.max(1, this.#mishaps.length)];
    return this.isHealed || !mishap ? { delayMs: 0, dropEvery: 0 } : mishap;
  }
}
