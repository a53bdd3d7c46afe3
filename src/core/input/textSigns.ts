/** What a character is to the reader of a text. */
export const wordSign = 1;
export const lineSign = 2;
export const openSign = 3;
export const closeSign = 4;
export const quoteSign = 5;
export const delimiterSign = 6;
/** Stands for all that is not ASCII. */
const letterSign = 7;

export const colon = 0x3a;
export const slash = 0x2f;
export const hyphen = 0x2d;
const blank = 0x20;
const tab = 0x09;

/** What the character of a UTF-16 unit is; 0 for what means nothing. */
export function signOf(code: number): number {
  return code < 128 ? (signs[code] ?? 0) : letterSign;
}

export function isAsciiLetter(code: number): boolean {
  return letters[code] === 1;
}

/** Neither a sign nor half of an emoji. */
export function isLetterBeyondAscii(code: number): boolean {
  return code >= 0xc0 && (code < 0x2000 || (code > 0x2bff && (code < 0xd800 || code > 0xdfff)));
}

/** The UTF-16 units of a list of characters. */
export function codesOf(characters: string): ReadonlySet<number> {
  return new Set(characters.split('').map((character) => character.charCodeAt(0)));
}

/** How many blanks and tabs a line begins with. */
export function indentAt(text: string, lineStart: number): number {
  let at = lineStart;
  for (let code = text.charCodeAt(at); code === blank || code === tab;)
    code = text.charCodeAt(++at);
  return at - lineStart;
}

/** The last sign before a line's end that is no blank; looked for nearby only, and not before `floor`. */
export function lastSignBefore(text: string, end: number, floor = 0): number {
  const from = Math.max(floor, end - maxTrailingBlanks);
  let at = end - 1;
  while (at > from && blanks.has(text.charCodeAt(at))) at--;
  return text.charCodeAt(at);
}

const maxTrailingBlanks = 200;
const blanks = codesOf(' \t\n\r');

const signs = new Uint8Array(128);
const letters = new Uint8Array(128);

function setSigns(characters: string, sign: number): void {
  for (const code of codesOf(characters)) signs[code] = sign;
}

setSigns('0123456789_-', wordSign);
for (let code = 0x41; code <= 0x5a; code++) {
  for (const at of [code, code + 0x20]) {
    signs[at] = wordSign;
    letters[at] = 1;
  }
}
setSigns('\n\r', lineSign);
setSigns('[({', openSign);
setSigns('])}', closeSign);
setSigns('"', quoteSign);
setSigns('|\t;,', delimiterSign);
