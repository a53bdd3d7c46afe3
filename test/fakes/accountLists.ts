import type { Clock } from '../../src/core/base/clock';
import { CloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { Cloud, ListedTask, TaskPage, TaskQuery } from '../../src/core/cloud/taskClient';
import { FakeCloud } from './fakeCloud';

/**
 * The lists of an account, one for each API version, the newest task first, and what was requested of them. Of a v4 session only the
 * list that tells all of each run shows more than the latest.
 */
export class AccountLists {
  readonly tasks = new Map<ApiVersion, ListedTask[]>();
  /** What requests for the list of a version fail with. */
  readonly failures = new Map<ApiVersion, CloudErrorKind>();
  /** Whether the list of v4 that tells all of each run is larger than any answer may be. */
  areRunsTooLarge = false;
  /** Lists that show their first page again for ever. */
  readonly endless = new Set<ApiVersion>();
  /** "v4 1" for the first page of v4's list. */
  readonly requested: { readonly what: string; readonly at: number }[] = [];
  /** How much the server's clock is ahead of ours, in milliseconds. */
  aheadMs = 0;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** A task that the account starts now, or did so long ago. */
  start(
    apiVersion: ApiVersion,
    id: string,
    { agoMs = 0, ...task }: Partial<ListedTask> & { readonly agoMs?: number } = {},
  ): void {
    const createdAt = new Date(this.#clock.now() + this.aheadMs - agoMs).toISOString();
    this.tasks.set(apiVersion, [
      { id, status: 'running', rawStatus: 'running', prompt: `Do ${id}`, createdAt, ...task },
      ...(this.tasks.get(apiVersion) ?? []),
    ]);
  }

  cloud(): Cloud {
    const fake = new FakeCloud(() => this.#clock.now());
    return {
      download: () => fake.download(),
      client: (apiVersion) => ({
        ...fake.client(apiVersion),
        listTasks: (query) => this.#pages(apiVersion, query),
      }),
    };
  }

  async *#pages(
    apiVersion: ApiVersion,
    { isFull = false, pageSize: most = 100 }: TaskQuery,
  ): AsyncGenerator<TaskPage, void, undefined> {
    const isOfRuns = apiVersion === 'v4' && isFull;
    const pageSize = isOfRuns ? most : 100;
    for (let from = 0; ; from += pageSize) {
      const what = `${apiVersion} ${from / pageSize + 1}`;
      this.requested.push({ what, at: this.#clock.now() });
      await Promise.resolve();
      const kind = this.failures.get(apiVersion);
      if (kind) throw new CloudError(kind, 'ordered');
      if (isOfRuns && this.areRunsTooLarge) throw new CloudError('tooLarge', 'ordered');
      const tasks = this.tasks.get(apiVersion) ?? [];
      const all = apiVersion === 'v4' && !isOfRuns ? tasks.filter(isLatest) : tasks;
      const isEndless = this.endless.has(apiVersion);
      const start = isEndless ? 0 : from;
      const isLast = !isEndless && from + pageSize >= all.length;
      const answeredAtMs = Math.floor((this.#clock.now() + this.aheadMs) / 1000) * 1000;
      yield { tasks: all.slice(start, start + pageSize), isLast, answeredAtMs };
      if (isLast) return;
    }
  }
}

function isLatest(
  { id, sessionId }: ListedTask,
  _at: number,
  tasks: readonly ListedTask[],
): boolean {
  return sessionId === undefined || tasks.find((each) => each.sessionId === sessionId)?.id === id;
}
