import { capabilitiesOf } from '../cloud/apiVersions';
import type { ListPoll } from './pollPlanner';
import { refKey, type ApiVersion, type TaskRef } from '../cloud/task';
import { nextPage, type ListedTask, type TaskClient, type TaskPage } from '../cloud/taskClient';
import type { TrackedTask } from '../tasks/trackedTask';

/**
 * A list that is read a page at a time, until everyone who is expected was seen, or it ends.
 * Gives up after the first page where the list turns out too long to be worth it.
 */
export class ListReading {
  readonly poll: ListPoll;
  readonly #missing: Map<string, TrackedTask>;
  readonly #seen = new Set<string>();
  #repeats = 0;
  #iterator: AsyncIterator<TaskPage, unknown> | undefined;
  #pages = 0;
  #pagesInAll = 1;
  #isDone = false;
  #isWhole = false;

  constructor(poll: ListPoll) {
    this.poll = poll;
    this.#missing = new Map(poll.expects.map((task) => [refKey(task), task]));
  }

  get apiVersion(): ApiVersion {
    return this.poll.apiVersion;
  }

  /** Pages that were read. */
  get pages(): number {
    return this.#pages;
  }

  /** Pages that the list has in all, as far as is known. */
  get pagesInAll(): number {
    return this.#pagesInAll;
  }

  /** Those of the expected that no page has shown so far. */
  get missing(): readonly TrackedTask[] {
    return [...this.#missing.values()];
  }

  /**
   * How many tasks were shown again by a later page, beside others. As many may have moved the other way, from a page that was
   * not read yet to one that was, where a list begins with what changed last.
   */
  get repeats(): number {
    return this.#repeats;
  }

  /** True when there is no page left to be read for this. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** False where pages were left unread because there were too many. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  isMissing(ref: TaskRef): boolean {
    return this.#missing.has(refKey(ref));
  }

  /** Expects no task any more that does not meet this. */
  keep(isKept: (task: TrackedTask) => boolean): void {
    for (const [key, task] of this.#missing) if (!isKept(task)) this.#missing.delete(key);
    if (this.#missing.size === 0) this.#isDone = true;
  }

  /**
   * Reads the next page, not after `isDone`, nor after a failure.
   * @param client read from to the end once the first page was requested of it, as is the signal
   * @throws {CloudError} where that fails
   */
  async readPage(client: TaskClient, signal: AbortSignal): Promise<readonly ListedTask[]> {
    const { apiVersion, mostPages, query } = this.poll;
    this.#iterator ??= client.listTasks(query, signal)[Symbol.asyncIterator]();
    const { tasks, total, isLast } = await nextPage(this.#iterator);
    this.#pages++;
    this.#pagesInAll = this.#countPages(total, isLast);
    const repeated = tasks.filter(({ id }) => this.#seen.has(id));
    // A page that shows nothing else is one that a server sends again and again: nothing moves there.
    if (repeated.length < tasks.length) this.#repeats += repeated.length;
    for (const { id } of tasks) {
      this.#missing.delete(refKey({ apiVersion, id }));
      this.#seen.add(id);
    }
    this.#isWhole = this.#missing.size === 0 || isLast;
    // Where the list has no bounds, those who are expected stand at its beginning as far as one can know.
    const isTooLong = query.createdFrom !== undefined && this.#pagesInAll > mostPages;
    this.#isDone = this.#isWhole || isTooLong || this.#pages >= mostPages;
    return tasks;
  }

  /** Of a list that tells no total, at least one more page is expected until the last. */
  #countPages(total: number | undefined, isLast: boolean): number {
    if (total === undefined) return isLast ? this.#pages : this.#pages + 1;
    return Math.max(1, Math.ceil(total / capabilitiesOf(this.poll.apiVersion).lists.pageSize));
  }
}
