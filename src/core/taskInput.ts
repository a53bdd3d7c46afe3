import { refKey, type ApiVersion, type TaskRef } from './task';

/** What a person's paste holds. */
export interface TaskInput {
  /** Each task once, in the order given. */
  readonly refs: readonly TaskRef[];
  /** Sessions that dashboard URLs name, each once. The cloud knows their tasks. */
  readonly sessionIds: readonly string[];
  /** How many times a task was named again. */
  readonly duplicates: number;
  /** Pieces that name no task, as they were written. */
  readonly rejected: readonly { readonly text: string; readonly why: string }[];
}

/** More in one paste is an accident. */
export const maxTasksAtOnce = 1000;
/** Far over any ID seen (36 for a UUID). */
const maxIdLength = 128;
const maxInputLength = 1_000_000;

/**
 * Reads task IDs and dashboard or API URLs, apart by white space, commas or semicolons.
 * IDs are opaque: what could be one is taken, as only the cloud knows.
 * Never throws, whatever it is given.
 * @param apiVersion for IDs whose version the text does not tell
 */
export function parseTaskInput(text: string, apiVersion: ApiVersion): TaskInput {
  const refs = new Map<string, TaskRef>();
  const sessionIds = new Set<string>();
  const rejected: { text: string; why: string }[] = [];
  let duplicates = 0;
  const pieces = text
    .slice(0, maxInputLength)
    .split(/[\s,;]+/u)
    .map((piece) => piece.replace(/^["'`<([{]+|["'`>)\]}.]+$/gu, ''))
    .filter((piece) => piece !== '');
  for (const piece of pieces) {
    const read = readPiece(piece, apiVersion);
    if (typeof read === 'string') {
      rejected.push({ text: piece, why: read });
      continue;
    }
    if ('sessionId' in read) {
      if (sessionIds.has(read.sessionId)) duplicates++;
      sessionIds.add(read.sessionId);
      continue;
    }
    const key = refKey(read);
    if (refs.has(key)) duplicates++;
    else if (refs.size >= maxTasksAtOnce)
      rejected.push({ text: piece, why: `only ${maxTasksAtOnce} tasks can be tracked at once` });
    else refs.set(key, read);
  }
  return { refs: [...refs.values()], sessionIds: [...sessionIds], duplicates, rejected };
}

type Named = TaskRef | { readonly sessionId: string };

/** @returns what the piece names, or why it names nothing, as the end of a sentence */
function readPiece(piece: string, apiVersion: ApiVersion): Named | string {
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(piece)) return readUrl(piece, apiVersion);
  const version = /^(v[12])[/:](.+)$/u.exec(piece);
  if (version?.[2]) return readId(version[2], version[1] as ApiVersion);
  return readId(piece, apiVersion);
}

function readId(id: string, apiVersion: ApiVersion): TaskRef | string {
  if (id.startsWith('bu_')) return 'this looks like an API key, not a task ID';
  if (id.length > maxIdLength) return `a task ID has at most ${maxIdLength} characters`;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/u.test(id))
    return 'a task ID has only letters, digits, "-" and "_"';
  if (!/\d/u.test(id)) return 'this looks like a word, not a task ID';
  // UUIDs are equal whatever their case; the cloud writes them in lower case.
  return { apiVersion, id: isUuid(id) ? id.toLowerCase() : id };
}

function readUrl(text: string, apiVersion: ApiVersion): Named | string {
  let path: string[];
  try {
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only web links are read';
    path = url.pathname.split('/').filter((part) => part !== '');
  } catch {
    return 'this is not a whole URL';
  }
  // An API URL tells its version: …/api/v2/tasks/{id}[/status], …/api/v1/task/{id}[/status].
  const at = path.findIndex((part) => part === 'task' || part === 'tasks');
  const id = at < 0 ? undefined : path[at + 1];
  if (id !== undefined) {
    const version = path[at - 1];
    return readId(id, version === 'v1' || version === 'v2' ? version : apiVersion);
  }
  // The dashboard's page of a session: https://cloud.browser-use.com/agent/{sessionId}.
  const sessionAt = path.findIndex((part) => part === 'agent' || part === 'sessions');
  const sessionId = sessionAt < 0 ? undefined : path[sessionAt + 1];
  if (sessionId !== undefined && isUuid(sessionId)) return { sessionId: sessionId.toLowerCase() };
  const ids = path.filter(isUuid);
  const [only] = ids;
  return only !== undefined && ids.length === 1
    ? readId(only, apiVersion)
    : 'there is no task ID in this URL';
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu.test(text);
}
