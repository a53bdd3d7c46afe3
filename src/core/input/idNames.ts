import { codesOf, signOf, wordSign } from './textSigns';

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
}

/** Reads a name from its last word to its first, past words that say nothing: `agentTaskId`, `session_ids`, `Task ID`. */
export function kindOfName(name: string): NamedKind {
  const words = name
    .replace(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .match(/[a-z]+/gu);
  if (!words) return 'unknown';
  for (const word of words.toReversed()) {
    const kind = kindOfWord.get(word) ?? kindOfWord.get(word.replace(/s$/u, '')) ?? 'unknown';
    if (kind !== 'open') return kind;
  }
  return 'open';
}

/**
 * What names the ID at a place of a text: the words right before it, past signs and words that say nothing.
 * @param floor nothing before it counts
 */
export function nameBefore(text: string, at: number, floor: number): IdContext {
  const from = Math.max(floor, at - maxLookBack);
  if (text[at - 1] === '/') return contextInText(text, at, from);
  let end = at;
  let isNumbered = false;
  for (;;) {
    while (glue.has(text.charCodeAt(end - 1))) end--;
    let start = end;
    while (start > from && isNamePart(text.charCodeAt(start - 1), start < end)) start--;
    if (start === end) break;
    const word = text.slice(start, end);
    if (versionPattern.test(word) && text.slice(end, at) === ':')
      return { kind: 'task', version: word };
    const isNumber = /^\d{1,3}$/u.test(word);
    isNumbered ||= isNumber;
    const kind = isNumber ? 'open' : kindOfName(word);
    // "Task 2: …" counts tasks; "user 2: …" may count anything that a user did.
    if (kind !== 'open') return { kind: isNumbered && kind === 'other' ? 'unknown' : kind };
    // What stands before a quoted text names the text, not an ID in the midst of it.
    if (/["']/u.test(text.charAt(start - 1))) break;
    end = start;
  }
  return { kind: 'open' };
}

/**
 * What the parts of a path say of the ID that follows them: `api/v2/tasks`, `agent`, `v1`.
 * @see ../shared/cloud-api-v3-v4.md §2, the table of links
 */
export function contextOfPath(parts: readonly string[]): IdContext {
  if (parts.includes('share')) return { kind: 'other' };
  const name = parts.at(-1) ?? '';
  const version =
    parts.findLast((part) => versionPattern.test(part)) ??
    (parts.includes('experimental') ? 'v3' : undefined);
  if (name === version) return { kind: 'task', version };
  return { kind: name === 'agent' ? 'session' : kindOfName(name), version };
}

/** Whether a host, perhaps with its port, is Browser Use's own or this machine. */
export function isOwnHost(host: string): boolean {
  return /^(?:(?:.*\.)?browser-use\.com|localhost|127\.[\d.]+|\[::1\])(?::\d*)?$/u.test(host);
}

const versionPattern = /^v\d$/u;
/** Characters; names are shorter, and a text of only one word must not be read again for each of its IDs. */
const maxLookBack = 160;

/** A path without a scheme: `GET /api/v2/tasks/…`, `cloud.browser-use.com/agent/…`. */
function contextInText(text: string, at: number, from: number): IdContext {
  let start = at;
  while (start > from && isPathPart(text.charCodeAt(start - 1))) start--;
  const parts = text.slice(start, at - 1).split('/');
  const context = contextOfPath(parts);
  const [host = ''] = parts;
  const isForeign = /^[\w.-]+\.[a-z]{2,}(?::\d+)?$/iu.test(host) && !isOwnHost(host);
  return isForeign && context.version === undefined ? { kind: 'other' } : context;
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

const glue = codesOf(' \t"\'`*_-=:\uff1a#<>\\~$!\u2192\u2022');

function isNamePart(code: number, isWithin: boolean): boolean {
  return signOf(code) === wordSign || (isWithin && code === dot);
}

function isPathPart(code: number): boolean {
  return signOf(code) === wordSign || pathSigns.has(code);
}

const dot = 0x2e;
const pathSigns = codesOf('/.~%:@');
