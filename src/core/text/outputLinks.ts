import { safeLink } from './safeLink';

/**
 * The links that a text holds and that may be opened: distinct, as `safeLink` gives them, in the order of appearance.
 * Looks at the first 99,000 UTF-16 units and yields at most 500 links. A text and its beginning of that length or more
 * have the same ones, so that a page that has only a beginning can name a link by its position.
 */
export function outputLinks(text: string): readonly string[] {
  const links = new Set<string>();
  const beginning = text.slice(0, longestRead);
  for (const { start, found, url } of linksIn(beginning)) {
    // What is cut off leads elsewhere than its writer meant.
    if (start + found.length === longestRead) break;
    links.add(url);
    if (links.size === mostLinks) break;
  }
  return [...links];
}

/** A link where it stands in a text. */
export interface FoundLink {
  readonly start: number;
  readonly end: number;
  /** With a sentence's marks behind it. */
  readonly found: string;
  /** As `safeLink` gives it. */
  readonly url: string;
}

/** The links of a text that may be opened, in their order. */
export function* linksIn(text: string): Generator<FoundLink> {
  for (const { 0: found, index: start } of text.matchAll(linkLike)) {
    const link = withoutPunctuation(found);
    const url = safeLink(link);
    if (url !== undefined) yield { start, end: start + link.length, found, url };
  }
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
  while ('.,;:!?*_~'.includes(found.charAt(end - 1))) end -= 1;
  return found.slice(0, end);
}
