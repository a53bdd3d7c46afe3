import { regionOf, type Region } from '../cloud/regions';
import { contextOfPath, isOwnHost, kindOfName } from './idNames';
import { parseUrl } from '../base/webUrl';
import { asUuid } from '../text/uuids';

/** An ID that a link names, and what it is there. */
export interface LinkedId {
  readonly kind: 'task' | 'session';
  readonly id: string;
  /** As in `v2`, where the link tells it: whether this extension speaks it is for the caller to say. */
  readonly version?: string | undefined;
  /** Of a link to Browser Use's own hosts. */
  readonly region?: Region | undefined;
}

/** A piece of a text that names nothing. */
export interface RefusedPiece {
  /** As it was written, a link without what may be secret in it. Absent where all of it may be. */
  readonly text?: string | undefined;
  /** Why, as the end of a sentence. */
  readonly why: string;
}

/** A link that names nothing. */
export interface LinkRefusal extends RefusedPiece {
  /** Whether it should be told of beside what else was found: somebody meant this link to count. */
  readonly isMeant: boolean;
}

/** Follows the scheme in links to this extension. */
const ownAuthority = 'browser-use-tasks.browser-use-tasks';

/**
 * Reads what a link names: pages of the dashboard, calls of the API on whichever server, parameters that say so, and what a link
 * to this extension asks to track.
 * Any other site's link names nothing, whatever UUIDs are in it. Links to live browsers are credentials and are not read at all.
 * @see ../shared/cloud-api-v3-v4.md §2, the table of links
 */
export function readLink(link: string): readonly LinkedId[] | LinkRefusal {
  const url = parseUrl(link);
  if (!url) return { why: 'this is not a whole URL', isMeant: false };
  const { protocol, host, pathname } = url;
  const parameters = parametersOf(url);
  const isLive = protocol.startsWith('ws') || host.startsWith('live.');
  if (isLive || parameters.some(([name]) => name === 'wss'))
    return { why: 'a link to a live browser names no task', isMeant: false };
  const text = link.includes('bu_') ? undefined : `${protocol}//${host}${pathname}`;
  if (protocol !== 'https:' && protocol !== 'http:') {
    // VS Code and each of its kin has a scheme of its own.
    if (host === ownAuthority)
      return readTrackLink(pathname, parameters) ?? { ...notFollowed, text };
    return { why: 'only web links are read', text, isMeant: false };
  }
  const isOwn = isOwnHost(host);
  const names = pathname.split('/');
  if (isOwn && names.includes('share'))
    return { why: 'a link to a shared page does not tell the task’s ID', isMeant: true };
  const found = [
    ...idsInPath(names, isOwn),
    ...parameters.flatMap((parameter) => idsInParameter(parameter, isOwn)),
  ];
  const tasks = found.filter(({ kind }) => kind === 'task');
  // A task's session, which a link names before it, is told by the cloud.
  const ids = tasks.length > 0 ? tasks : found;
  if (ids.length === 0) return { why: 'there is no task ID in this URL', text, isMeant: false };
  const region = regionOf(host);
  return ids.map((id) => ({ ...id, region }));
}

/** In characters. A link to this extension may be long: a thousand links of the dashboard are half of it. */
export const maxLinkLength = 200_000;

/** The only path that this extension follows. */
export function isTrackPath(path: string): boolean {
  return /^\/track\/*$/u.test(path);
}

/** The IDs and links of a value of `id`: VS Code has decoded it once; what was encoded twice is read, too. */
export function trackPieces(value: string): readonly string[] {
  return decoded(value)
    .split(/[,\s]/u)
    .filter((piece) => piece !== '');
}

/** What a piece names: a UUID, `v3/…` for an ID of a version, a link. `undefined` for anything else. */
export function readTrackPiece(piece: string): readonly LinkedId[] | undefined {
  const uuid = asUuid(piece);
  if (uuid !== undefined) return [{ kind: 'task', id: uuid }];
  const [, version, id] = /^(v\d)\/([A-Za-z0-9][\w-]{0,127})$/u.exec(piece) ?? [];
  if (id !== undefined) return [{ kind: 'task', id: asUuid(id) ?? id, version }];
  const read = readLink(piece);
  return 'why' in read ? undefined : read;
}

function readTrackLink(
  path: string,
  parameters: readonly Parameter[],
): readonly LinkedId[] | undefined {
  if (!isTrackPath(path)) return undefined;
  const ids: LinkedId[] = [];
  for (const [name, value] of parameters) {
    // VS Code takes the choice of a window for itself.
    if (name === 'windowId') continue;
    for (const piece of trackPieces(decoded(value))) {
      const read = name === 'id' ? readTrackPiece(piece) : undefined;
      if (!read) return undefined;
      ids.push(...read);
    }
  }
  return ids.length > 0 ? ids : undefined;
}

const notFollowed: LinkRefusal = {
  why: 'a link to this extension names the IDs of tasks and nothing else',
  isMeant: true,
};

type Parameter = readonly [name: string, value: string];

/** Those of the fragment, too, as they were written: IDs need no decoding. */
function parametersOf({ search, hash }: URL): Parameter[] {
  return `${search}${hash}`.split(/[?#&]/u).map((part): Parameter => {
    const at = part.indexOf('=');
    return [part.slice(0, Math.max(at, 0)), part.slice(at + 1)];
  });
}

function idsInPath(names: readonly string[], isOwn: boolean): readonly LinkedId[] {
  const ids: LinkedId[] = [];
  const unnamed: LinkedId[] = [];
  for (const [at, name] of names.entries()) {
    const before = names[at - 1] ?? '';
    const uuid = asUuid(name);
    const id = uuid ?? (['task', 'tasks'].includes(before) && isOpaqueId(name) ? name : undefined);
    if (id === undefined) continue;
    const { kind, version } = contextOfPath(names.slice(Math.max(0, at - 4), at));
    // Elsewhere only a call of the API names what it is about: behind a proxy, or on a server of one's own.
    if (!isOwn && !apiResource.test(`${version ?? ''}/${before}`)) continue;
    if (kind === 'task' || kind === 'session') ids.push({ kind, id, version });
    else if (kind !== 'other') unnamed.push({ kind: 'task', id, version });
  }
  if (ids.length > 0) return ids;
  // Of several that nothing names, nobody knows which is the task.
  return isOwn && unnamed.length === 1 ? unnamed : [];
}

/** What each version's API calls its tasks and sessions. */
const apiResource = /^(?:v[12]\/(?:task|session)s?|v3\/sessions?|v4\/(?:run|session)s?)$/u;

/** Not UUIDs, as in v1's documents: only a path that says "task" can tell that it is an ID. */
function isOpaqueId(text: string): boolean {
  return /^(?!bu_)(?=.*\d)[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/u.test(text);
}

function idsInParameter([name, value]: Parameter, isOwn: boolean): readonly LinkedId[] {
  const id = asUuid(value);
  if (id !== undefined) {
    const kind = kindOfName(name);
    if (kind === 'task' || kind === 'session') return [{ kind, id }];
    return isOwn && kind === 'open' ? [{ kind: 'task', id }] : [];
  }
  // A link within a link: a redirect, as of vscode.dev, or a mail program's detour.
  if (!/^(?:http|vscode)/iu.test(value)) return [];
  const inner = readLink(decoded(value));
  return 'why' in inner ? [] : inner;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
