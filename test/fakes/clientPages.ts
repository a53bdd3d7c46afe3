import type { TaskClient, TaskPage, TaskQuery } from '../../src/core/cloud/taskClient';

/** Reads no more than the first page of a list. */
export async function firstPage(
  client: Pick<TaskClient, 'listTasks'>,
  query: TaskQuery,
  signal: AbortSignal,
): Promise<TaskPage> {
  for await (const page of client.listTasks(query, signal)) return page;
  throw new Error('A list has at least one page');
}

/** Reads a list to its end. */
export async function allPages(
  client: Pick<TaskClient, 'listTasks'>,
  query: TaskQuery,
  signal: AbortSignal,
): Promise<TaskPage[]> {
  const pages: TaskPage[] = [];
  for await (const page of client.listTasks(query, signal)) pages.push(page);
  return pages;
}

/**
 * The pages of a list whose requests pass through a function.
 * @param send gets what sends the request for the next page, which resolves to `undefined` after the last
 */
export async function* mapRequests(
  pages: AsyncIterable<TaskPage>,
  send: (request: () => Promise<TaskPage | undefined>) => Promise<TaskPage | undefined>,
): AsyncGenerator<TaskPage, void, undefined> {
  const iterator = pages[Symbol.asyncIterator]();
  const request = async (): Promise<TaskPage | undefined> => {
    const result = await iterator.next();
    return result.done === true ? undefined : result.value;
  };
  for (let isLast = false; !isLast;) {
    const page = await send(request);
    if (!page) return;
    yield page;
    ({ isLast } = page);
  }
}
