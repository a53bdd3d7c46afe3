import { codesOf } from './textSigns';

/**
 * What a name says of the ID that it stands before.
 * `other` is something that is neither task nor session; `open` says nothing, as "id" does; `unknown` could be anything.
 */
export type NamedKind = 'task' | 'session' | 'other' | 'open' | 'unknown';

/** What stands before an ID. */
export interface IdContext {
  readonly kind: NamedKind;
  /** As in `v2`, where the text tells it. */
  readonly version?: string | undefined;
  /** True where there is a word at all, though it may say nothing, as "id" does. */
  readonly isNamed?: boolean;
}

/** Reads a name from its last word to its first, past words that say nothing: `agentTaskId`, `session_ids`, `Task ID`. */
export function kindOfName(name: string): NamedKind {
  const known = kindsByName.get(name);
  if (known !== undefined) return known;
  const kind = readName(name);
  if (kindsByName.size < 1000 && name.length <= 64) kindsByName.set(name, kind);
  return kind;
}

/**
 * What names the ID at a place of a text: the words right before it, past signs and words that say nothing.
 * @param floor nothing before it counts
 */
export function nameBefore(text: string, at: number, floor: number): IdContext {
  const from = Math.max(floor, at - maxLookBack);
  if (at > from && text[at - 1] === '/') return contextInText(text, at, from);
  let end = at;
  let isNumbered = false;
  let isWord = false;
  for (let words = 0; words < maxWords; words++) {
    while (end > from && glue.has(text.charCodeAt(end - 1))) end--;
    let start = end;
    while (start > from && isNamePart(text.charCodeAt(start - 1), start < end)) start--;
    if (start === end) break;
    const word = text.slice(start, end);
    isWord = true;
    if (words === 0 && /^v\d{1,2}$/iu.test(word) && text.slice(end, at) === ':')
      return { kind: 'task', version: word.toLowerCase(), isNamed: true };
    // "Session 2: …" names a session; "PID 4312, file 3 …" is likelier to count files than to name one.
    if (/^\d{1,3}$/u.test(word)) isNumbered = true;
    else {
      const kind = kindOfName(word);
      if (kind !== 'open')
        return { kind: isNumbered && kind === 'other' ? 'unknown' : kind, isNamed: true };
    }
    // What stands before a quoted text names the text, not an ID in the midst of it.
    if (start > from && /["']/u.test(text.charAt(start - 1))) break;
    end = start;
  }
  return { kind: 'open', isNamed: isWord };
}

/**
 * What the parts of a path say of the ID that follows them: `api/v2/tasks`, `agent`, `v1`.
 * @see ../shared/cloud-api-v3-v4.md §2, the table of links
 */
export function contextOfPath(parts: readonly string[]): IdContext {
  if (parts.includes('share')) return { kind: 'other', isNamed: true };
  const name = parts.at(-1) ?? '';
  if (versionPattern.test(name)) return { kind: 'task', version: name, isNamed: true };
  const version =
    parts.findLast((part) => versionPattern.test(part)) ??
    (parts.includes('experimental') ? 'v3' : undefined);
  return { kind: name === 'agent' ? 'session' : kindOfName(name), version, isNamed: true };
}

/** Whether a host, perhaps with its port, is Browser Use's own or this machine. */
export function isOwnHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d*$/u, '');
  return /^(?:[a-z0-9-]+\.)*browser-use\.com$|^localhost$|^127(?:\.\d+){3}$|^\[::1\]$/u.test(name);
}

const versionPattern = /^v\d{1,2}$/u;
/** Characters; names are shorter, and a text of only one word must not be read again for each of its IDs. */
const maxLookBack = 160;
const maxWords = 6;

/** A path without a scheme: `GET /api/v2/tasks/…`, `cloud.browser-use.com/agent/…`. */
function contextInText(text: string, at: number, from: number): IdContext {
  let start = at;
  while (start > from && isPathPart(text.charCodeAt(start - 1))) start--;
  const [first = '', ...parts] = text.slice(start, at - 1).split('/');
  const context = contextOfPath([first, ...parts].filter((part) => part !== ''));
  const isForeign = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::\d+)?$/iu.test(first);
  if (!isForeign || isOwnHost(first) || context.version !== undefined) return context;
  return { kind: 'other', isNamed: true };
}

const kindsByName = new Map<string, NamedKind>();

function readName(name: string): NamedKind {
  if (name.length > 64) return 'unknown';
  const words = name
    .replace(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return 'unknown';
  while (words.length > 0) {
    const word = words.pop() ?? '';
    // The product's name says nothing of what has the ID.
    if (word === 'use' && words.at(-1) === 'browser') {
      words.pop();
      continue;
    }
    const kind = kindOfWord.get(word) ?? kindOfWord.get(singular(word));
    if (kind === undefined) return 'unknown';
    if (kind !== 'open') return kind;
  }
  return 'open';
}

function singular(word: string): string {
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/u, '');
}

function wordsOf(kind: NamedKind, words: string): [string, NamedKind][] {
  return words.split(/\s+/u).map((word) => [word, kind]);
}

const kindOfWord: ReadonlyMap<string, NamedKind> = new Map([
  ...wordsOf('task', 'task run'),
  ...wordsOf('session', 'session'),
  ...wordsOf(
    'other',
    `user workspace profile browser file project key account organization organisation org team tenant customer
    client member owner author trace traceparent span request correlation commit revision sha shasum hash md digest
    checksum etag nonce token secret password cookie message event step screenshot image container docker device
    machine instance node pod process thread skill proxy webhook schedule share invoice payment subscription order
    attachment upload download asset document tab page target extension installation deployment email mail credential
    bearer fingerprint signature`,
  ),
  ...wordsOf(
    'open',
    `id uuid guid uid identifier ref reference number no of is are was were the a an this with has having named called
    new old current last first next and value created creating started starting opened closed stopped ended finished
    completed failed running resumed expired cancelled canceled success browseruse item data result list edge object
    entity str string urn view response info summary detail record row entry dto out model get fetch retrieve find
    stop update delete wait td tr th li span code v`,
  ),
]);

const glue = codesOf(' \t"\'`*_-=:#<>\\~$!\u2192\u2022');

function isNamePart(code: number, isWithin: boolean): boolean {
  return (
    isLetterOrDigit(code) ||
    code > 0x2fff ||
    ((code === 0x5f || code === 0x2d || code === 0x2e) && isWithin)
  );
}

function isPathPart(code: number): boolean {
  return isLetterOrDigit(code) || pathSigns.has(code);
}

const pathSigns = codesOf('/._-~%:@');

function isLetterOrDigit(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0xc0 && code <= 0x24f)
  );
}
