/** A value of a JSON text, as it was written: numbers keep their digits, repeated names and their order stay. */
export type JsonNode = JsonLeaf | JsonContainer;

export interface JsonLeaf {
  readonly kind: 'string' | 'number' | 'boolean' | 'null';
  /** As in the text; a string with its quotes and escapes. */
  readonly raw: string;
  /** True for a string that goes on beyond the end of what was read. */
  readonly isCut: boolean;
}

export interface JsonContainer {
  readonly kind: 'object' | 'array';
  readonly entries: readonly JsonEntry[];
  /** True where the container goes on beyond the end of what was read. */
  readonly isCut: boolean;
}

export interface JsonEntry {
  /** Of an object's entry: its name with quotes and escapes, as in the text. */
  readonly rawName?: string | undefined;
  readonly node: JsonNode;
}

export interface ReadJsonOptions {
  /** Whether the text may end anywhere: what is open at its end counts as cut. Default: false. */
  readonly isBeginning?: boolean;
  /** In levels. Default: `deepestJson`. */
  readonly maxDepth?: number;
}

/** Deepest nesting that is taken for JSON, in levels: nobody reads more. */
export const deepestJson = 64;

/**
 * Reads a JSON object or array, or the beginning of one, in time and stack that do not depend on its depth.
 * @returns `undefined` for what is neither, or is too deep
 */
export function readJson(
  text: string,
  { isBeginning = false, maxDepth = deepestJson }: ReadJsonOptions = {},
): JsonContainer | undefined {
  const first = skipBlanks(text, 0);
  if (text[first] !== '{' && text[first] !== '[') return undefined;
  const open: OpenContainer[] = [];
  let at = first;
  let rawName: string | undefined;
  // Of a wider type than its first value: the functions below change it.
  let expected = 'value' as Expected;

  const put = (node: JsonNode): void => {
    open.at(-1)?.entries.push({ rawName, node });
    rawName = undefined;
    expected = 'separator';
  };
  const close = (): void => {
    open.pop();
    expected = 'separator';
    at++;
  };

  for (;;) {
    at = skipBlanks(text, at);
    const character = text[at];
    if (character === undefined) return isBeginning ? cutRoot(open) : undefined;
    const container = open.at(-1);
    switch (expected) {
      case 'separator':
        if (character === ',') {
          expected = container?.kind === 'object' ? 'name' : 'value';
          at++;
          break;
        }
        if (!container || character !== closingOf(container.kind)) return undefined;
        close();
        if (open.length === 0) return isEnd(text, at) ? container : undefined;
        break;
      case 'firstName':
      case 'name': {
        if (expected === 'firstName' && character === '}') {
          close();
          if (open.length === 0) return isEnd(text, at) ? container : undefined;
          break;
        }
        const name = readString(text, at);
        if (!name) return undefined;
        at = skipBlanks(text, name.end);
        if (text[at] === undefined) return isBeginning ? cutRoot(open) : undefined;
        if (text[at] !== ':') return undefined;
        at++;
        rawName = name.raw;
        expected = 'value';
        break;
      }
      case 'firstValue':
      case 'value': {
        if (expected === 'firstValue' && character === ']') {
          close();
          if (open.length === 0) return isEnd(text, at) ? container : undefined;
          break;
        }
        if (character === '{' || character === '[') {
          if (open.length >= maxDepth) return undefined;
          const kind = character === '{' ? 'object' : 'array';
          const opened: OpenContainer = { kind, entries: [], isCut: false };
          put(opened);
          open.push(opened);
          expected = kind === 'object' ? 'firstName' : 'firstValue';
          at++;
          break;
        }
        const leaf = readLeaf(text, at);
        if (leaf === 'cut') return isBeginning ? cutRoot(open) : undefined;
        if (!leaf) return undefined;
        at = leaf.end;
        put(leaf.node);
        break;
      }
    }
  }
}

export function isContainer(node: JsonNode): node is JsonContainer {
  return node.kind === 'object' || node.kind === 'array';
}

/** A string of JSON as people read it; what is no whole string comes back as it is. */
export function decodeJsonString(raw: string): string {
  try {
    const decoded: unknown = JSON.parse(raw);
    return typeof decoded === 'string' ? decoded : raw;
  } catch {
    return raw;
  }
}

/**
 * The entries of a JSON object with their names as people read them.
 * @returns `undefined` for a text that is no JSON object, or deeper than 64 levels
 */
export function readObject(text: string): readonly (readonly [string, JsonNode])[] | undefined {
  const root = readJson(text);
  if (root?.kind !== 'object') return undefined;
  return root.entries.map(({ rawName = '""', node }) => [decodeJsonString(rawName), node]);
}

/** A value as people read it: a string without its quotes, anything else as compact JSON. */
export function nodeText(node: JsonNode): string {
  return node.kind === 'string' ? decodeJsonString(node.raw) : compactJson(node);
}

/** A value as JSON in one line. */
export function compactJson(node: JsonNode): string {
  if (!isContainer(node)) return node.raw;
  const entries = node.entries.map(({ rawName, node: inner }) =>
    rawName === undefined ? compactJson(inner) : `${rawName}:${compactJson(inner)}`,
  );
  return node.kind === 'object' ? `{${entries.join()}}` : `[${entries.join()}]`;
}

interface OpenContainer extends JsonContainer {
  readonly entries: JsonEntry[];
  isCut: boolean;
}

type Expected = 'value' | 'firstValue' | 'name' | 'firstName' | 'separator';

const numberLike = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words = ['true', 'false', 'null'] as const;

function cutRoot(open: readonly OpenContainer[]): JsonContainer | undefined {
  for (const container of open) container.isCut = true;
  return open[0];
}

function readLeaf(
  text: string,
  at: number,
): { readonly node: JsonLeaf; readonly end: number } | 'cut' | undefined {
  if (text[at] === '"') {
    const string = readString(text, at);
    return (
      string && {
        node: { kind: 'string', raw: string.raw, isCut: string.isCut },
        end: string.end,
      }
    );
  }
  for (const word of words) {
    if (text.startsWith(word, at)) {
      const kind = word === 'null' ? 'null' : 'boolean';
      return { node: { kind, raw: word, isCut: false }, end: at + word.length };
    }
    if (word.startsWith(text.slice(at))) return 'cut';
  }
  numberLike.lastIndex = at;
  const raw = numberLike.exec(text)?.[0];
  if (raw === undefined) return text.slice(at) === '-' ? 'cut' : undefined;
  const end = at + raw.length;
  // Nobody knows whether more digits come.
  if (/^(?:[.eE][+-]?)?$/u.test(text.slice(end))) return 'cut';
  return { node: { kind: 'number', raw, isCut: false }, end };
}

/** Reads a string from its quote on; one that the text's end cuts off is closed where it stands. */
function readString(
  text: string,
  at: number,
): { readonly raw: string; readonly end: number; readonly isCut: boolean } | undefined {
  if (text[at] !== '"') return undefined;
  let end = at + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === quote) return { raw: text.slice(at, end + 1), end: end + 1, isCut: false };
    if (code < 0x20) return undefined;
    if (code !== backslash) continue;
    const escape = text.slice(end, end + 6);
    if (/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/u.test(escape)) {
      end++;
      continue;
    }
    if (!/^\\(?:u[0-9a-fA-F]{0,3})?$/u.test(escape)) return undefined;
    break;
  }
  return { raw: `${withoutHalf(text.slice(at, end))}"`, end: text.length, isCut: true };
}

const quote = 0x22;
const backslash = 0x5c;

/** A text without the half of a character at its end. */
export function withoutHalf(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/u, '');
}

/** The bracket that ends a container. */
function closingOf(kind: JsonContainer['kind']): '}' | ']' {
  return kind === 'object' ? '}' : ']';
}

function skipBlanks(text: string, at: number): number {
  let end = at;
  for (; ; end++) {
    const character = text[end];
    if (character !== ' ' && character !== '\n' && character !== '\t' && character !== '\r')
      return end;
  }
}

function isEnd(text: string, at: number): boolean {
  return skipBlanks(text, at) === text.length;
}
