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

/** A piece of a text: with an index it is a link, the one at that place in `outputLinks` of the whole text. */
export interface TextPiece {
  readonly text: string;
  readonly link?: { readonly url: string; readonly index: number } | undefined;
}

/**
 * Splits a part of a text where links begin and end. All pieces together are the part.
 * @param links What `outputLinks` makes of the whole text; anything else that looks like a link is text.
 */
export function textPieces(part: string, links: readonly string[]): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let done = 0;
  for (const { start, end, url } of linksIn(part)) {
    const index = links.indexOf(url);
    if (index === -1) continue;
    if (start > done) pieces.push({ text: part.slice(done, start) });
    pieces.push({ text: part.slice(start, end), link: { url, index } });
    done = end;
  }
  if (done < part.length || pieces.length === 0) pieces.push({ text: part.slice(done) });
  return pieces;
}

/** The place of an address in `links`. @returns `undefined` for one that is not among them or may not be opened */
export function linkPlace(
  address: string,
  links: readonly string[],
): { readonly url: string; readonly index: number } | undefined {
  const url = safeLink(address) ?? '';
  const index = links.indexOf(url);
  return index === -1 ? undefined : { url, index };
}
