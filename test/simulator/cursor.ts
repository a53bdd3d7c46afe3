import { ErrorAnswer } from './answer';

/** A place in a list that only the server can read. */
export function opaqueCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of such a place, of the same kinds as `like`. @throws {ErrorAnswer} 400 for anything else */
export function readCursor<Parts extends readonly (string | number)[]>(
  cursor: string,
  like: Parts,
): Parts {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new ErrorAnswer(400, 'Malformed pagination cursor');
  }
  const isSame =
    Array.isArray(parts) &&
    parts.length === like.length &&
    parts.every((part, index) => typeof part === typeof like[index]);
  if (!isSame) throw new ErrorAnswer(400, 'Malformed pagination cursor');
  return parts as Parts;
}
