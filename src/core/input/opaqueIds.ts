import { isBrokenUuid } from '../text/uuids';
import { readLink, type LinkedId, type RefusedPiece } from './taskLinks';

/** What is wrong with a word that looks like a UUID but is none, as the end of a sentence. */
export const brokenUuidMessage = 'this is not a whole UUID: copy all 36 characters of it';

/** Far over any ID seen (36 for a UUID). */
const maxIdLength = 128;
/** A list of a thousand IDs of that length, parted, is shorter. */
const maxListLength = 200_000;

/**
 * Reads a list of IDs and links, apart by white space, commas or semicolons, in a text without UUIDs.
 * IDs are opaque: what could be one is taken, as only the cloud knows.
 */
export function readIdList(text: string): {
  readonly ids: readonly LinkedId[];
  readonly refused: readonly RefusedPiece[];
} {
  const ids: LinkedId[] = [];
  const refused: RefusedPiece[] = [];
  let isKeyNext = false;
  for (const piece of piecesOf(text.slice(0, maxListLength))) {
    const read = isKeyNext || piece.includes('bu_') ? keyRefusal : readPiece(piece);
    isKeyNext = /(?:key|token|secret|password|bearer|basic)["']?[:=]?$/iu.test(piece);
    if ('why' in read) refused.push(read);
    else ids.push(...read);
  }
  if (text.length > maxListLength)
    refused.push({ why: 'in a text this long, only UUIDs and links are found' });
  return { ids, refused };
}

const keyRefusal: RefusedPiece = { why: 'this looks like an API key, not a task ID' };

function piecesOf(text: string): string[] {
  return text
    .split(/[\s,;]/u)
    .map((piece) => piece.replace(/^["'`<([{]+/u, '').replace(/["'`>)\]}.]{1,100}$/u, ''))
    .filter((piece) => piece !== '');
}

function readPiece(piece: string): readonly LinkedId[] | RefusedPiece {
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\//iu.test(piece)) return readLink(piece);
  const version = /^v\d(?=[/:])/u.exec(piece)?.[0];
  const id = version === undefined ? piece : piece.slice(version.length + 1);
  const why = problemOf(id);
  return why === undefined ? [{ kind: 'task', id, version }] : { text: piece, why };
}

/** Why a text is no ID, as the end of a sentence. */
function problemOf(id: string): string | undefined {
  if (id.length > maxIdLength) return `a task ID has at most ${maxIdLength} characters`;
  const [beginning = '', ...rest] = id.split(/\u2026|\.\./u);
  if (isBrokenUuid(beginning, rest.length > 0)) return brokenUuidMessage;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/u.test(id))
    return 'a task ID has only letters, digits, "-" and "_"';
  if (!/\d/u.test(id)) return 'this looks like a word, not a task ID';
  if (/^\d+$/u.test(id)) return 'this is a number, not a task ID';
  // Times stand beside dates: `20260113T120000Z`.
  return /^\d[\dTZ_-]+$/u.test(id) ? 'this is a date, not a task ID' : undefined;
}
