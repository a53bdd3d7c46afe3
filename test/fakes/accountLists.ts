import type { Clock } from '../../src/core/base/clock';
import { CloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { Cloud, ListedTask, TaskPage } from '../../src/core/cloud/taskClient';
import { FakeCloud } from './fakeCloud';

const pageSize = 100;

/** The lists of an account, one for each API version, the newest task first, and what was requested of them. */
export class AccountLists {
  readonly tasks = new Map<ApiVersion, ListedTask[]>();
  /** What requests for the list of a version fail with. */
  readonly failures = new Map<ApiVersion, CloudErrorKind>();
  /** "v4 1" for the first page of v4's list. */
  readonly requested: { readonly what: string; readonly at: number }[] = [];
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
    const createdAt = new Date(this.#clock.now() - agoMs).toISOString();
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
        listTasks: () => this.#pages(apiVersion),
      }),
    };
  }

  async *#pages(apiVersion: ApiVersion): AsyncGenerator<TaskPage, void, undefined> {
    for (let from = 0; ; from += pageSize) {
      const what = `${apiVersion} ${from / pageSize + 1}`;
      this.requested.push({ what, at: this.#clock.now() });
      await Promise.resolve();
      const kind = this.failures.get(apiVersion);
      if (kind) throw new CloudError(kind, 'ordered');
      const all = this.tasks.get(apiVersion) ?? [];
      const isLast = from + pageSize >= all.length;
      yield { tasks: all.slice(from, from + pageSize), isLast };
      if (isLast) return;
    }
  }
}
