/** A UUID within a text. */
export interface FoundUuid {
  /** In lower case, with its hyphens: UUIDs are equal whatever their case, and the cloud writes them so. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/** The UUID that a text is, as the cloud writes it. `undefined` where the text is more, less or something else. */
export function asUuid(text: string): string | undefined {
  return wholeUuid.test(text) ? canonical(text) : undefined;
}

/**
 * The UUIDs of a word, which is made of letters, digits, `-` and `_`; with hyphens or without.
 * A piece of a longer chain of hex digits is none, nor is a number.
 */
export function uuidsIn(word: string): readonly FoundUuid[] {
  if (word.length < 32) return noUuids;
  const whole = asUuid(word);
  if (whole !== undefined)
    return whole === nil ? noUuids : [{ id: whole, start: 0, end: word.length }];
  const found: FoundUuid[] = [];
  for (const { 0: text, index } of word.matchAll(uuidInWord)) {
    const end = index + text.length;
    if (isPartOfChain(word, index, end)) continue;
    const id = canonical(text);
    if (id !== nil) found.push({ id, start: index, end });
  }
  return found;
}

/**
 * Whether a word looks like a UUID that lost some of its digits, or has some too many.
 * @param isElided whether an ellipsis stands beside it
 */
export function isBrokenUuid(word: string, isElided: boolean): boolean {
  if (word.length < 6 || word.length > 64 || !/[a-f]/iu.test(word) || !/\d/u.test(word))
    return false;
  if (asUuid(word) !== undefined) return false;
  // A day and a build's number may look alike: `20260113-12ab`.
  if (/^(?!\d{8}-[0-9a-f]*$)[0-9a-f]{8}-[0-9a-f]{1,4}(?:-[0-9a-f]*)*$/iu.test(word)) return true;
  if (/^[0-9a-f]+$/iu.test(word))
    return isElided || word.length === 8 || (word.length >= 28 && word.length <= 36);
  return isElided && /^[0-9a-f]+(?:-[0-9a-f]*)*$/iu.test(word);
}

const noUuids: readonly FoundUuid[] = [];
const wholeUuid = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{32})$/iu;
const uuidInWord =
  /(?<![0-9a-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d{0,31}[a-f])[0-9a-f]{32})(?![0-9a-z])/giu;
/** Stands for no object at all. */
const nil = '00000000-0000-0000-0000-000000000000';

function canonical(text: string): string {
  const id = text.toLowerCase();
  if (id.length !== 32) return id;
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join(
    '-',
  );
}

/** As in `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`, which names a trace. */
function isPartOfChain(word: string, start: number, end: number): boolean {
  return (
    (/[0-9a-f]{2}-$/iu.test(word.slice(Math.max(0, start - 3), start)) &&
      /(?:^|[^0-9a-z])[0-9a-f]{2,}-$/iu.test(word.slice(Math.max(0, start - 24), start))) ||
    /^-[0-9a-f]{4}/iu.test(word.slice(end, end + 5))
  );
}
