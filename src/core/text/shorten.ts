/** At most `maxLength` UTF-16 units, an ellipsis included, never a part of what people see as one character. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, characterStart(text, maxLength - 1)).trimEnd()}…`;
}

/**
 * The last place at or before `index` where a text can be cut between two characters as people see them (grapheme clusters).
 * One that goes on from the very beginning, as endless accents do, is cut between code points.
 */
export function characterStart(text: string, index: number): number {
  // The segmenter takes tens of milliseconds to load, and most text needs none.
  if (/[ -~]{2}/u.test(text.slice(index - 1, index + 1))) return index;
  segmenter ??= new Intl.Segmenter();
  // What follows the character at `index` does not matter.
  const start = segmenter.segment(text.slice(0, index + 2)).containing(index)?.index ?? index;
  if (start > 0) return start;
  return /[\uD800-\uDBFF]/u.test(text.slice(0, index)) ? index - 1 : index;
}

let segmenter: Intl.Segmenter | undefined;

/** As `shorten` of a text in one line, but after a word where one ends within the last quarter, at most 24 units from the limit. */
export function shortenAtWord(text: string, maxLength: number): string {
  const cut = shorten(text, maxLength);
  if (cut === text) return text;
  const kept = cut.slice(0, -1);
  const endsWithWord = text[kept.length] === ' ';
  if (endsWithWord) return cut;
  const wordEnd = kept.lastIndexOf(' ');
  const isNear = wordEnd >= maxLength - Math.min(24, maxLength / 4);
  return isNear ? `${kept.slice(0, wordEnd)}…` : cut;
}
