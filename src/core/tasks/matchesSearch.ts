import type { Task } from '../cloud/task';

/** Whether each word of a search stands in the task's prompt, title or ID, whatever the case. */
export function matchesSearch(
  { prompt = '', title = '', id }: Pick<Task, 'prompt' | 'title' | 'id'>,
  search: string,
): boolean {
  return hasWords(`${prompt}\n${title}\n${id}`, wordsOf(search));
}

/** The words of a search, as `hasWords` takes them; those of an empty one stand in every text. */
export function wordsOf(search: string): readonly string[] {
  return search.toLowerCase().trim().split(/\s+/u);
}

/** Whether each word stands in a text, in any order and whatever the case of the text. */
export function hasWords(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}
