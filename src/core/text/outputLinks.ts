import { safeLink } from './safeLink';

/**
 * The links that a text holds and that may be opened: distinct, as `safeLink` gives them, in the order of appearance.
 * Looks at the first 99,000 UTF-16 units and yields at most 500 links. A text and its beginning of that length or more
 * have the same ones, so that a page that has only a beginning can name a link by its position.
 */
export function outputLinks(text: string): readonly string[] {
  const links = new Set<string>();
  const beginning = text.slice(0, longestRead);
  for (const { 0: found, index } of beginning.matchAll(linkLike)) {
    // What is cut off leads elsewhere than its writer meant.
    if (index + found.length === longestRead) break;
    const link = safeLink(withoutPunctuation(found));
    if (link !== undefined) links.add(link);
    if (links.size === mostLinks) break;
  }
  return [...links];
}

// Less than the longest text that a page is given, which ends in an ellipsis where it is cut.
const longestRead = 99_000;
const mostLinks = 500;

// Ends at what no address holds unescaped, at what marks up text around one, and at what cannot be seen.
const linkLike = /\bhttps?:\/\/[^\s<>"'`\\^{}|[\]…\p{C}]+/giu;

/** A sentence's own marks at the end of a link, and a bracket that was opened before it, are not part of it. */
function withoutPunctuation(found: string): string {
  let depth = 0;
  let end = 0;
  for (; end < found.length; end += 1) {
    if (found[end] === '(') depth += 1;
    else if (found[end] === ')') depth -= 1;
    if (depth < 0) break;
  }
  while (end > 0 && '.,;:!?*_~'.includes(found.charAt(end - 1))) end -= 1;
  return found.slice(0, end);
}
