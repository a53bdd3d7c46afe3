import { outputLinks } from './outputLinks';
import { safeLink } from './safeLink';

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
  if (links.length === 0) return [{ text: part }];
  const pieces: TextPiece[] = [];
  let done = 0;
  for (const { 0: found, index } of part.matchAll(/\bhttps?:\/\/[^\s<>"]+/giu)) {
    const link = linkAtStart(found, links);
    if (!link) continue;
    if (index > done) pieces.push({ text: part.slice(done, index) });
    done = index + link.text.length;
    pieces.push(link);
  }
  if (done < part.length || pieces.length === 0) pieces.push({ text: part.slice(done) });
  return pieces;
}

/** The place of an address in `links`. @returns `undefined` for one that is not among them or may not be opened */
export function linkPlace(
  address: string,
  links: readonly string[],
): { readonly url: string; readonly index: number } | undefined {
  const url = safeLink(address);
  const index = url === undefined ? -1 : links.indexOf(url);
  return url === undefined || index === -1 ? undefined : { url, index };
}

// A few marks of a sentence may follow a link; who writes many means something else.
const mostMarks = 8;

function linkAtStart(found: string, links: readonly string[]): TextPiece | undefined {
  const url = outputLinks(found)[0];
  if (url === undefined) return undefined;
  const index = links.indexOf(url);
  if (index === -1) return undefined;
  // Where the link ends: before what `outputLinks` takes for the sentence's own.
  const inner = /^[^'`\\^{}|[\]…\p{C}]+/u.exec(found)?.[0] ?? found;
  for (let end = inner.length; end > inner.length - mostMarks && end > 0; end--) {
    const text = inner.slice(0, end);
    if (safeLink(text) === url) return { text, link: { url, index } };
  }
  return undefined;
}
