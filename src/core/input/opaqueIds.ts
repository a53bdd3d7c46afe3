import { readLink } from './taskLinks';
import type { LinkedId } from './taskLinks';
import { asUuid, isBrokenUuid } from '../text/uuids';

/** A piece of a list that names nothing. */
export interface RefusedPiece {
  /** As it was written. Absent where it may be secret. */
  readonly text?: string | undefined;
  /** Why, as the end of a sentence. */
  readonly why: string;
}

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
    isKeyNext = /(?:key|token|secret|password|bearer|basic)["']?[:=]?["']?$/iu.test(piece);
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
    .split(/[\s,;]+/u)
    .map((piece) => piece.replace(/^["'`<([{]{1,100}/u, '').replace(/["'`>)\]}.]{1,100}$/u, ''))
    .filter((piece) => piece !== '');
}

function readPiece(piece: string): readonly LinkedId[] | RefusedPiece {
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\//iu.test(piece)) {
    const link = readLink(piece);
    return 'why' in link ? { why: link.why, text: link.shown } : link;
  }
  const version = /^v\d{1,2}(?=[/:])/u.exec(piece)?.[0];
  const id = version === undefined ? piece : piece.slice(version.length + 1);
  const why = problemOf(id);
  return why === undefined
    ? [{ kind: 'task', id: asUuid(id) ?? id, version }]
    : { text: piece, why };
}

/** Why a text is no ID, as the end of a sentence. */
function problemOf(id: string): string | undefined {
  if (id.length > maxIdLength) return `a task ID has at most ${maxIdLength} characters`;
  const whole = id.replace(/(?:\u2026|\.{2,3}).{0,40}$/u, '');
  if (isBrokenUuid(whole, whole !== id)) return brokenUuidMessage;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/u.test(id))
    return 'a task ID has only letters, digits, "-" and "_"';
  if (!/\d/u.test(id)) return 'this looks like a word, not a task ID';
  if (/^\d+$/u.test(id)) return 'this is a number, not a task ID';
  if (/^(?:\d{1,4}[-_]\d{1,2}[-_]\d{1,4}|\d{8})(?:[T_-]\d{2}[\dZ_-]*)?$/iu.test(id))
    return 'this is a date, not a task ID';
  return undefined;
}
