/** Which keys lead to the next, the one before, the first and the last of a row or list. */
interface RovingKeys {
  readonly next: readonly string[];
  readonly previous: readonly string[];
}

export const rowKeys: RovingKeys = { next: ['ArrowRight'], previous: ['ArrowLeft'] };
export const columnKeys: RovingKeys = { next: ['ArrowDown'], previous: ['ArrowUp'] };
export const listKeys: RovingKeys = { next: ['ArrowDown', 'j'], previous: ['ArrowUp', 'k'] };

/**
 * Where a key leads among `count` things that share one stop of the Tab key.
 * @returns `undefined` for a key that leads nowhere
 */
export function placeAfterKey(
  { key, altKey, ctrlKey, metaKey }: KeyboardEvent,
  { at, count, keys }: { readonly at: number; readonly count: number; readonly keys: RovingKeys },
): number | undefined {
  if (altKey || ctrlKey || metaKey || count === 0) return undefined;
  if (keys.next.includes(key)) return Math.min(at + 1, count - 1);
  if (keys.previous.includes(key)) return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}
