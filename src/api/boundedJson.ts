/** Deepest nesting of arrays and objects; the API's own answers have six levels or so. */
export const maxDepth = 64;
/** Most entries of one array or object. */
export const maxEntries = 20_000;
/** Most values in one answer. */
export const maxValues = 1_000_000;

/**
 * `JSON.parse` for text from strangers: counts before it builds anything, so that a few megabytes of
 * brackets can't become gigabytes of objects. The text's own size is the caller's to cap.
 * A member that is Python's bare `NaN` or `Infinity` is absent. What holds JSON of anybody's (`metadata`, an output) comes as
 * its text where a number in it would lose digits.
 * @throws {SyntaxError} whose message holds nothing of the text
 */
export function parseBoundedJson(text: string): unknown {
  const { hasNotNumbers, hasOddNumbers } = checkBounds(text);
  try {
    const json = hasNotNumbers ? withoutNotNumbers(text) : text;
    const value: unknown = JSON.parse(json);
    // Only JSON is read a second time.
    return hasOddNumbers && mayHoldJson.test(json) ? JSON.parse(withOddNumbersAsText(json)) : value;
  } catch {
    throw new SyntaxError('not JSON');
  }
}

interface Oddities {
  /** Perhaps: a bare `N` or `I` was seen. */
  readonly hasNotNumbers: boolean;
  /** Whether a number is written otherwise than JavaScript writes it. */
  readonly hasOddNumbers: boolean;
}

function checkBounds(text: string): Oddities {
  const entries: number[] = [];
  let depth = 0;
  let values = 0;
  let hasNotNumbers = false;
  let hasOddNumbers = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    switch (character) {
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
      case 'N':
      case 'I':
        hasNotNumbers = true;
        break;
      default:
        if (hasOddNumbers || !isNumeric(character)) break;
        numberLike.lastIndex = index;
        hasOddNumbers = isOdd(numberLike.exec(text)?.[0] ?? '');
        index = numberLike.lastIndex - 1;
    }
  }
  return { hasNotNumbers, hasOddNumbers };
}

const numberLike = /[-\d][-+.\deE]*/y;

function isNumeric(character: string): boolean {
  return character === '-' || (character >= '0' && character <= '9');
}

/** True for a number that loses digits, or their form, on its way through JavaScript. */
function isOdd(number: string): boolean {
  return String(Number(number)) !== number;
}

const notNumbers: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/** A member with such a value goes; an entry of a list becomes null, as the others keep their places. */
function withoutNotNumbers(json: string): string {
  const kept: string[] = [];
  let isFirstGone = false;
  for (const token of tokensOf(json)) {
    const isCommaOfGone = isFirstGone && token === ',';
    isFirstGone = false;
    if (isCommaOfGone) continue;
    if (!notNumbers.has(token)) kept.push(token);
    else if (kept.at(-1) !== ':') kept.push('null');
    else {
      kept.length -= 2;
      if (kept.at(-1) === ',') kept.pop();
      else isFirstGone = true;
    }
  }
  return kept.join('');
}

/** Fields that hold JSON of anybody's, or a number whose digits count. */
const fieldsOfJson: ReadonlySet<string> = new Set(
  ['metadata', 'output', 'doneOutput', 'result', 'judgement', 'cost'].map((name) => `"${name}"`),
);
/** A list of such values; servers send all of one as text, or none. */
const listOfJson = '"actions"';
/** Finds one of these that is not empty and not text; most answers have none, and are spared a second reading. */
const mayHoldJson =
  /"(?:metadata|output|doneOutput|result|judgement|cost)"\s*:\s*(?:[-\d]|[[{]\s*[^\s\]}])|"actions"\s*:\s*\[\s*[^\s"\]]/;

/** Each value of these fields that holds an odd number becomes a string that holds the value. */
function withOddNumbersAsText(json: string): string {
  const parts: string[] = [];
  const open: { readonly name: string | undefined; readonly isList: boolean }[] = [];
  let before = '';
  let name: string | undefined;
  let value: { readonly parts: string[]; depth: number } | undefined;
  for (const token of tokensOf(json)) {
    const isOpening = token === '{' || token === '[';
    const isClosing = token === '}' || token === ']';
    const list = open.at(-1);
    const isOfJson = fieldsOfJson.has(name ?? '') || (list?.isList && list.name === listOfJson);
    if (!value && isOfJson && !isClosing && token !== ',' && token !== ':')
      value = { parts: [], depth: 0 };
    if (value) {
      value.parts.push(token);
      value.depth += isOpening ? 1 : isClosing ? -1 : 0;
      if (value.depth > 0) continue;
      parts.push(asText(value.parts));
      value = undefined;
      name = undefined;
      continue;
    }
    parts.push(token);
    if (isOpening) open.push({ name, isList: token === '[' });
    if (isClosing) open.pop();
    name = token === ':' ? before : undefined;
    before = token;
  }
  return parts.join('');
}

function asText(tokens: readonly string[]): string {
  const json = tokens.join('');
  const isPlain = !tokens.some((token) => isNumeric(token.charAt(0)) && isOdd(token));
  return isPlain ? json : JSON.stringify(json);
}

/** A bracket or separator, or what lies before the next of these or the next string. */
const plainToken = /[{}[\],:]|[^"{}[\],:]+/y;

function* tokensOf(json: string): Generator<string> {
  for (let at = 0; at < json.length;) {
    plainToken.lastIndex = at;
    const [plain] = plainToken.exec(json) ?? [];
    const end = plain === undefined ? endOfString(json, at) + 1 : at + plain.length;
    const token = json.slice(at, end).trim();
    if (token !== '') yield token;
    at = end;
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
