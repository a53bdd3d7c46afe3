import { linksIn } from './outputLinks';
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
