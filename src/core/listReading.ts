import type { ListAsk } from './askPlanner';
import { refKey } from './task';
import { tasksPerPage, type ListedTask, type TaskClient } from './taskClient';
import type { TrackedTask } from './trackedTask';

export interface ListReadingOptions {
  readonly client: TaskClient;
  readonly signal: AbortSignal;
  /** Called before each page. False: no more may be asked. */
  readonly mayAsk: () => boolean;
  /** Called with each page as it comes. */
  readonly takeIn: (tasks: readonly ListedTask[]) => void;
}

export interface ListReading {
  /** Pages that were read. */
  readonly pages: number;
  /** Pages that the list has in all. */
  readonly pagesInAll: number;
  /** Those of the expected that no page showed. */
  readonly missing: readonly TrackedTask[];
  /** False where pages were left unread, because there were too many or no more might be asked. */
  readonly isWhole: boolean;
}

/**
 * Reads a list until everyone who is expected was seen, or it ends.
 * Gives up after the first page where the list turns out too long to be worth it.
 * @throws {CloudError} as soon as a page fails; what came before was taken in
 */
export async function readList(ask: ListAsk, options: ListReadingOptions): Promise<ListReading> {
  const { client, signal, mayAsk, takeIn } = options;
  const missing = new Map(ask.expects.map((task) => [refKey(task), task]));
  const result = (pages: number, pagesInAll: number, isWhole: boolean): ListReading => ({
    pages,
    pagesInAll,
    missing: [...missing.values()],
    isWhole,
  });
  let pagesInAll = 1;
  for (let page = 1; ; page++) {
    if (!mayAsk()) return result(page - 1, pagesInAll, false);
    const { tasks, total } = await client.listTasks({ ...ask.query, page }, signal);
    takeIn(tasks);
    for (const { id } of tasks) missing.delete(refKey({ apiVersion: ask.apiVersion, id }));
    pagesInAll = Math.max(1, Math.ceil(total / tasksPerPage));
    if (missing.size === 0 || page >= pagesInAll || tasks.length === 0)
      return result(page, pagesInAll, true);
    // Where the list has no bounds, those who are expected stand at its beginning as far as one can know.
    const isTooLong = ask.query.createdFrom !== undefined && pagesInAll > ask.mostPages;
    if (isTooLong || page >= ask.mostPages) return result(page, pagesInAll, false);
  }
}
