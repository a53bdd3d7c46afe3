import {
  deepestJson,
  isContainer,
  withoutHalf,
  type JsonContainer,
  type JsonNode,
} from './jsonTree';

/**
 * Lays JSON out in lines with two blanks a level. Numbers, repeated keys and their order stay as they were written.
 * Builds no tree, as millions of nodes take seconds.
 * @returns `undefined` for what is no JSON object or array, is deeper than `maxDepth` levels, or would begin its lines with more
 * than `mostIndents` blanks in all
 */
export function formatJson(text: string, maxDepth = deepestJson): string | undefined {
  return canFormatJson(text, maxDepth) ? layOutText(text) : undefined;
}

/** True for what `formatJson` lays out. */
export function canFormatJson(text: string, maxDepth = deepestJson): boolean {
  // In this order: deep brackets become gigabytes of arrays.
  return /^\s*[[{]/u.test(text) && canBeLaidOut(text, maxDepth) && isJson(text);
}

/** Megabytes of short values within many levels would become gigabytes. */
const mostIndents = 64 * 1024 * 1024;

function canBeLaidOut(text: string, maxDepth: number): boolean {
  let depth = 0;
  let indents = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = stringEnd(text, at) - 1;
    else if (isClosing(unit)) depth--;
    else if (isOpening(unit)) depth++;
    else if (unit !== comma) continue;
    if (unit !== quote) indents += 2 * depth;
    if (depth > maxDepth || indents > mostIndents) return false;
  }
  return true;
}

/** @param text is JSON */
function layOutText(text: string): string {
  const parts: string[] = [];
  const units: number[] = [];
  let used = 0;
  const flush = (): void => {
    parts.push(String.fromCharCode(...units.slice(0, used)));
    used = 0;
  };
  const put = (unit: number): void => {
    units[used++] = unit;
    if (used === unitsAtOnce) flush();
  };
  let depth = 0;
  const beginLine = (): void => {
    put(newLine);
    for (let blanks = 2 * depth; blanks > 0; blanks--) put(blank);
  };
  let isJustOpened = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Between its values, JSON has nothing below a blank but line ends and tabs.
    if (unit <= blank) continue;
    if (isClosing(unit)) depth--;
    if (isJustOpened !== isClosing(unit)) beginLine();
    isJustOpened = isOpening(unit);
    if (isJustOpened) depth++;
    put(unit);
    if (unit === comma) beginLine();
    else if (unit === colon) put(blank);
    else if (unit === quote) {
      const end = stringEnd(text, at);
      if (end - at > longString) {
        flush();
        parts.push(text.slice(at + 1, end));
      } else for (let inner = at + 1; inner < end; inner++) put(text.charCodeAt(inner));
      at = end - 1;
    }
  }
  flush();
  return parts.join('');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isOpening(unit: number): boolean {
  return unit === openingBrace || unit === openingBracket;
}

function isClosing(unit: number): boolean {
  return unit === closingBrace || unit === closingBracket;
}

/** The place after the last quote of a string, or the text's end. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at + 1;
    if (unit === backslash) at++;
  }
  return text.length;
}

/** As arguments of one call. */
const unitsAtOnce = 4096;
/** In UTF-16 units. Longer ones are copied as a whole. */
const longString = 256;

/** UTF-16 units. */
const newLine = 0x0a;
const blank = 0x20;
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openingBracket = 0x5b;
const backslash = 0x5c;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/**
 * Lays a tree out in lines with two blanks a level. What is cut ends with an ellipsis.
 * @param maxLength In UTF-16 units, the ellipsis included.
 */
export function layOutJson(
  root: JsonContainer,
  maxLength: number,
): { readonly text: string; readonly isCut: boolean } {
  const parts: string[] = [];
  const written = { length: 0 };
  const write = (part: string): void => {
    parts.push(part);
    written.length += part.length;
  };
  // An own stack: containers with the entry that comes next.
  const open: { readonly node: JsonContainer; next: number }[] = [];
  const begin = (node: JsonNode): boolean => {
    if (!isContainer(node)) {
      write(node.raw);
      return node.isCut;
    }
    write(node.kind === 'object' ? '{' : '[');
    open.push({ node, next: 0 });
    return false;
  };
  let isCut = begin(root);
  for (let top = open.at(-1); top && !isCut && written.length <= maxLength; top = open.at(-1)) {
    const { node } = top;
    const entry = node.entries[top.next];
    if (entry) {
      write(`${top.next === 0 ? '' : ','}\n${'  '.repeat(open.length)}`);
      if (entry.rawName !== undefined) write(`${entry.rawName}: `);
      top.next++;
      isCut = begin(entry.node);
    } else if (node.isCut) isCut = true;
    else {
      open.pop();
      const newLine = node.entries.length === 0 ? '' : `\n${'  '.repeat(open.length)}`;
      write(`${newLine}${node.kind === 'object' ? '}' : ']'}`);
    }
  }
  const text = parts.join('');
  if (!isCut && text.length <= maxLength) return { text, isCut: false };
  return { text: `${withoutHalf(text.slice(0, maxLength - 1))}…`, isCut: true };
}
