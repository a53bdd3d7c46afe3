import type { TaskPage } from '../core/cloud/taskClient';

/** A page as a server numbers them. */
export interface NumberedPage {
  readonly tasks: TaskPage['tasks'];
  /** How many tasks the whole list holds, as this page says. */
  readonly total: number;
  /** As in `TaskPage`. */
  readonly answeredAtMs?: number | undefined;
}

/**
 * The pages of a list that a server numbers from 1. Sends a request for each page when that is asked for, and none
 * after the page that the newest total calls the last. An empty page is the last one, whatever the total says.
 * @param pageSize the most tasks that a page holds; at least 1
 * @param readPage sends the request for a page. Where it rejects, the iteration ends
 */
export async function* numberedPages(
  pageSize: number,
  readPage: (page: number) => Promise<NumberedPage>,
): AsyncGenerator<TaskPage, void, undefined> {
  for (let page = 1; ; page++) {
    const { tasks, total, answeredAtMs } = await readPage(page);
    const isLast = page * pageSize >= total || tasks.length === 0;
    yield { tasks, total, isLast, answeredAtMs };
    if (isLast) return;
  }
}
