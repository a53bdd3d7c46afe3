/** Deepest nesting of arrays and objects; the API's own answers have six levels or so. */
export const maxDepth = 64;
/** Most entries of one array or object. */
export const maxEntries = 20_000;
/** Most values in one answer. */
export const maxValues = 1_000_000;

/**
 * `JSON.parse` for text from strangers: counts before it builds anything, so that a few megabytes of
 * brackets can't become gigabytes of objects. The text's own size is the caller's to cap.
 * @throws {SyntaxError} whose message holds nothing of the text
 */
export function parseBoundedJson(text: string): unknown {
  checkBounds(text);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SyntaxError('not JSON');
  }
}

function checkBounds(text: string): void {
  const entries: number[] = [];
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charAt(index)) {
      case '"':
        index = endOfString(text, index);
        break;
      case '[':
      case '{':
        depth++;
        if (depth > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth} levels`);
        entries[depth] = 1;
        break;
      case ']':
      case '}':
        depth = Math.max(0, depth - 1);
        break;
      case ',': {
        const count = (entries[depth] ?? 1) + 1;
        entries[depth] = count;
        values++;
        if (count > maxEntries) throw new SyntaxError(`more than ${maxEntries} entries in a list`);
        if (values > maxValues) throw new SyntaxError(`more than ${maxValues} values`);
        break;
      }
    }
  }
}

/** The index of the quote that ends the string, or the text's end where there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text[index - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
