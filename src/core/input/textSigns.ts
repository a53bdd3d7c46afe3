/** What a character is to the reader of a text. */
export const wordSign = 1;
export const lineSign = 2;
export const openSign = 3;
export const closeSign = 4;
export const quoteSign = 5;
export const delimiterSign = 6;

const blank = 0x20;
const tab = 0x09;

/** What the character of a UTF-16 unit is; 0 for what means nothing. */
export function signOf(code: number): number {
  return signs[code] ?? 0;
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

const signs = new Uint8Array(128);

function setSigns(characters: string, sign: number): void {
  for (const code of codesOf(characters)) signs[code] = sign;
}

setSigns('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-', wordSign);
setSigns('\n', lineSign);
setSigns('[({', openSign);
setSigns('])}', closeSign);
setSigns('"', quoteSign);
setSigns('|\t;,', delimiterSign);
