import { regionOf, type Region } from '../cloud/regions';
import { contextOfPath, isOwnHost, kindOfName } from './idNames';
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

/** Why a link names nothing, as the end of a sentence. */
export interface LinkRefusal {
  readonly why: string;
  /** The link without what may be secret in it. Absent where all of it may be. */
  readonly shown?: string | undefined;
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
export function readLink(link: string, depth = 0): readonly LinkedId[] | LinkRefusal {
  const parts = splitLink(link);
  if (!parts) return { why: 'this is not a whole URL', isMeant: false };
  const { scheme, host, path, parameters } = parts;
  if (/^wss?$/u.test(scheme) || host.startsWith('live.') || parameters.some(isOfLiveBrowser))
    return { why: 'a link to a live browser names no task', isMeant: false };
  const shown = link.includes('bu_') ? undefined : `${scheme}://${host}${path}`;
  if (!/^https?$/u.test(scheme)) {
    // VS Code and each of its kin has a scheme of its own.
    if (host === ownAuthority) return readTrackLink(parts) ?? { ...notFollowed, shown };
    return { why: 'only web links are read', shown, isMeant: false };
  }
  const isOwn = isOwnHost(host);
  const names = path.split('/').filter((part) => part !== '');
  if (isOwn && names.includes('share'))
    return { why: 'a link to a shared page does not tell the task’s ID', isMeant: true };
  const found = [
    ...idsInPath(names, isOwn),
    ...parameters.flatMap((parameter) => idsInParameter(parameter, isOwn, depth)),
  ];
  const tasks = found.filter(({ kind }) => kind === 'task');
  // A task's session, which a link names before it, is told by the cloud.
  const ids = tasks.length > 0 ? tasks : found;
  const region = regionOf(host);
  if (region && ids.length > 0) return ids.map((id) => ({ ...id, region }));
  return ids.length > 0 ? ids : { why: 'there is no task ID in this URL', shown, isMeant: false };
}

/** In characters. A thousand links of the dashboard are half of it. */
export const maxTrackLinkLength = 200_000;

/** True where a link to this extension begins, which may be as long as its list of IDs. */
export function isTrackLink(text: string, at: number): boolean {
  return text.startsWith(`://${ownAuthority}/`, at);
}

/** The only path that this extension follows. */
export function isTrackPath(path: string): boolean {
  return /^\/track\/*$/u.test(path);
}

/** The IDs and links of a value of `id`: VS Code has decoded it once; what was encoded twice is read, too. */
export function trackPieces(value: string): readonly string[] {
  return decoded(value)
    .split(/[,\s]+/u)
    .filter((piece) => piece !== '');
}

/** What a piece names: a UUID, `v3/…` for an ID of a version, a link. `undefined` for anything else. */
export function readTrackPiece(piece: string): readonly LinkedId[] | undefined {
  const uuid = asUuid(piece);
  if (uuid !== undefined) return [{ kind: 'task', id: uuid }];
  const [, version, id] = /^(v\d)\/([A-Za-z0-9][\w-]{0,127})$/u.exec(piece) ?? [];
  if (id !== undefined) return [{ kind: 'task', id: asUuid(id) ?? id, version }];
  const read = /^https:\/\//iu.test(piece) ? readLink(piece) : undefined;
  return !read || 'why' in read ? undefined : read;
}

function readTrackLink({ path, parameters }: LinkParts): readonly LinkedId[] | undefined {
  // VS Code takes the choice of a window for itself.
  const passed = parameters.filter(([name]) => name !== 'windowId');
  if (!isTrackPath(path) || passed.some(([name]) => name !== 'id')) return undefined;
  const read = passed.flatMap(([, value]) => trackPieces(decoded(value)).map(readTrackPiece));
  const ids = read.filter((each) => each !== undefined).flat();
  return ids.length > 0 && !read.includes(undefined) ? ids : undefined;
}

const notFollowed: LinkRefusal = {
  why: 'a link to this extension names the IDs of tasks and nothing else',
  isMeant: true,
};

interface LinkParts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

type Parameter = readonly [name: string, value: string];

/** Splits without decoding: IDs need none. A user and password before the host are left out. */
function splitLink(link: string): LinkParts | undefined {
  const [, scheme, authority, path = '', rest = ''] =
    /^([a-z][a-z0-9+.-]{0,30}):\/\/([^/?#]*)([^?#]*)([^]*)$/iu.exec(link) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (!/^(?:[\p{L}\d_.-]+|\[[\da-f:.]+\])(?::\d*)?$/iu.test(host)) return undefined;
  const parameters = rest
    .split(/[?#&]/u)
    .filter((part) => part !== '')
    .map((part): Parameter => {
      const at = part.indexOf('=');
      return at < 0 ? ['', part] : [part.slice(0, at), part.slice(at + 1)];
    });
  return { scheme: scheme.toLowerCase(), host: host.toLowerCase(), path, parameters };
}

function isOfLiveBrowser([name]: Parameter): boolean {
  return name.toLowerCase() === 'wss';
}

function idsInPath(names: readonly string[], isOwn: boolean): readonly LinkedId[] {
  const ids: LinkedId[] = [];
  const unnamed: LinkedId[] = [];
  for (const [at, name] of names.entries()) {
    const before = names[at - 1] ?? '';
    const uuid = asUuid(name);
    const id = uuid ?? (/^tasks?$/u.test(before) && isOpaqueId(name) ? name : undefined);
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

function idsInParameter(
  [name, value]: Parameter,
  isOwn: boolean,
  depth: number,
): readonly LinkedId[] {
  if (value.length > maxParameterLength) return [];
  const id = asUuid(value);
  if (id !== undefined) {
    const kind = kindOfName(name);
    if (kind === 'task' || kind === 'session') return [{ kind, id }];
    return isOwn && kind === 'open' && name !== '' ? [{ kind: 'task', id }] : [];
  }
  // A link within a link: a redirect, as of vscode.dev, or a mail program's detour.
  if (depth > 0 || !/^(?:https?|vscode[a-z-]*)(?::|%3a)/iu.test(value)) return [];
  const inner = readLink(decoded(value), depth + 1);
  return 'why' in inner ? [] : inner;
}

/** A URL is hardly ever longer; a long one is not worth decoding. */
const maxParameterLength = 4000;

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
