import type { Task } from '../cloud/task';

/**
 * Whether each word of a search stands in the task's prompt, title or ID, whatever the case.
 * @param search in lower case
 */
export function matchesSearch(
  { prompt = '', title = '', id }: Pick<Task, 'prompt' | 'title' | 'id'>,
  search: string,
): boolean {
  const text = `${prompt}\n${title}\n${id}`.toLowerCase();
  return search.split(/\s+/u).every((word) => text.includes(word));
}
