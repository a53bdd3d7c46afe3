import { capabilitiesOf } from '../cloud/apiVersions';
import { isApiVersion } from '../cloud/versionList';
import type { Region } from '../cloud/regions';
import type { PastedRecord } from './namesAround';
import { findMentions, type Mention, type PastedMentions } from './pastedMentions';
import { readLink, type LinkedId, type RefusedPiece } from './taskLinks';
import { asUuid, isBrokenUuid } from '../text/uuids';
import type { ApiVersion, TaskRef } from '../cloud/task';

/** What a person's paste holds. */
export interface TaskInput {
  /** Each task once, in the order given; with `ids`, at most `maxTasksAtOnce`. */
  readonly refs: readonly TaskRef[];
  /** IDs of tasks, or of sessions that nothing calls so, whose API version only the cloud knows. Each once. */
  readonly ids: readonly string[];
  /** Sessions whose tasks are meant, each once; at most `maxSessionsAtOnce`. The cloud knows their tasks. */
  readonly sessions: readonly NamedSession[];
  /** The regions of Browser Use Cloud that links name, each once. */
  readonly regions: readonly Region[];
  /** How many times a task or session was named again. */
  readonly duplicates: number;
  /** Pieces that name no task. */
  readonly rejected: readonly RefusedPiece[];
  /** How many more tasks and sessions are named than are read at once. */
  readonly beyond: { readonly tasks: number; readonly sessions: number };
}

/** A session that a text names. */
export interface NamedSession {
  readonly id: string;
  /** Absent: only the cloud knows it. */
  readonly apiVersion?: ApiVersion | undefined;
}

/** More in one paste is an accident. */
export const maxTasksAtOnce = 1000;
/** Each takes a request of its own, of which two a second are sent. */
export const maxSessionsAtOnce = 200;

/**
 * Reads what a paste names: IDs, links, logs, JSON, tables, whatever holds them.
 * Where there are UUIDs they are the tasks, but for those that are named as something else; without any, what could be
 * an ID is one, as only the cloud knows.
 * The same text twice, or with its records in another order, names the same. Never throws, whatever it is given, and
 * takes time in proportion to it.
 * @param apiVersion for IDs whose version the text does not tell; `undefined` leaves that to the cloud
 */
export function parseTaskInput(text: string, apiVersion: ApiVersion | undefined): TaskInput {
  const plain = plainPaste(text);
  const found = findMentions(plain);
  const selection = new Selection(apiVersion);
  if (found.hasUuid) {
    const known = selectMentions(found.mentions, selection);
    rejectWhatWasMeant(found, known, selection);
  } else {
    const { ids, refused } = readIdList(plain);
    const record = { parent: undefined, hasTask: false };
    selectMentions(
      ids.map((id) => ({ ...id, record, isItem: true })),
      selection,
    );
    for (const piece of refused) selection.reject(piece);
  }
  return selection.input();
}

/**
 * Decides what each ID is, by all that the text says of it, and which sessions stand for their tasks.
 * @returns all IDs, also those that do not count
 */
function selectMentions(mentions: readonly Mention[], selection: Selection): readonly string[] {
  const verdicts = new Map<string, Verdict>();
  const judged = mentions.map((mention) => ({ mention, verdict: judge(mention, verdicts) }));
  // What nothing names is a task.
  for (const { mention, verdict } of judged)
    if (verdict.kind === 'task' || verdict.kind === 'unnamed') markWithTask(mention.record);
  for (const { mention, verdict } of judged) {
    // A session beside a task in one record only says where that ran.
    if (verdict.kind !== 'session' || mention.isItem || !mention.record.hasTask) verdict.count++;
    if (mention.region) selection.noteRegion(mention.region);
  }
  for (const [id, verdict] of verdicts) if (verdict.count > 0) selection.add(id, verdict);
  return [...verdicts.keys()];
}

/** What a text says of an ID. */
interface Verdict {
  kind: 'task' | 'session' | 'unnamed' | 'other';
  /** How many of its mentions count. */
  count: number;
  /** Those that the text tells. */
  readonly versions: Set<string>;
}

/** A name counts more than none, a task's most; "user" beside an ID may be said of what is around it. */
const ranks = { other: 0, unnamed: 1, session: 2, task: 3 } as const;

function judge({ id, kind: named, version }: Mention, verdicts: Map<string, Verdict>): Verdict {
  const kind = named === 'open' || named === 'unknown' ? 'unnamed' : named;
  let verdict = verdicts.get(id);
  if (!verdict) verdicts.set(id, (verdict = { kind, count: 0, versions: new Set() }));
  else if (ranks[kind] > ranks[verdict.kind]) verdict.kind = kind;
  if (version !== undefined) verdict.versions.add(version);
  return verdict;
}

function markWithTask(record: PastedRecord): void {
  for (let at: PastedRecord | undefined = record; at && !at.hasTask; at = at.parent)
    at.hasTask = true;
}

/** Tells of what somebody meant to count and does not, and, where nothing counts, of what else there is. */
function rejectWhatWasMeant(
  { broken, refusedLinks }: PastedMentions,
  known: readonly string[],
  selection: Selection,
): void {
  const beginnings = new Set(known.map((id) => id.slice(0, 8)));
  for (const text of broken)
    // The short form of one that stands there whole.
    if (!beginnings.has(text.slice(0, 8))) selection.reject({ text, why: brokenUuidMessage });
  for (const refusal of refusedLinks) if (refusal.isMeant) selection.reject(refusal);
  if (!selection.isEmpty) return;
  for (const refusal of refusedLinks) selection.reject(refusal);
  for (const text of known) selection.reject({ text, why: 'this is the ID of something else' });
}

/** What is wrong with a word that looks like a UUID but is none, as the end of a sentence. */
const brokenUuidMessage = 'this is not a whole UUID: copy all 36 characters of it';

/** Far over any ID seen (36 for a UUID). */
const maxIdLength = 128;
/** A list of a thousand IDs of that length, parted, is shorter. */
const maxListLength = 200_000;

/**
 * Reads a list of IDs and links, apart by white space, commas or semicolons, in a text without UUIDs.
 * IDs are opaque: what could be one is taken, as only the cloud knows.
 */
function readIdList(text: string): {
  readonly ids: readonly LinkedId[];
  readonly refused: readonly RefusedPiece[];
} {
  const ids: LinkedId[] = [];
  const refused: RefusedPiece[] = [];
  let isKeyNext = false;
  for (const piece of piecesOf(text.slice(0, maxListLength))) {
    const read = isKeyNext || piece.includes('bu_') ? keyRefusal : readPiece(piece);
    isKeyNext = /(?:key|token|secret|password|bearer|basic)["']?[:=]?$/iu.test(piece);
    if ('why' in read) refused.push(read);
    else ids.push(...read);
  }
  if (text.length > maxListLength)
    refused.push({ why: 'in a text this long, only UUIDs and links are found' });
  return { ids, refused };
}

const keyRefusal: RefusedPiece = { why: 'this looks like an API key, not a task ID' };

function piecesOf(text: string): string[] {
  return text
    .split(/[\s,;]/u)
    .map((piece) => piece.replace(/^["'`<([{]+/u, '').replace(/["'`>)\]}.]{1,100}$/u, ''))
    .filter((piece) => piece !== '');
}

function readPiece(piece: string): readonly LinkedId[] | RefusedPiece {
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\//iu.test(piece)) return readLink(piece);
  const version = /^v\d(?=[/:])/u.exec(piece)?.[0];
  const id = version === undefined ? piece : piece.slice(version.length + 1);
  const why = problemOf(id);
  return why === undefined ? [{ kind: 'task', id, version }] : { text: piece, why };
}

/** Why a text is no ID, as the end of a sentence. */
function problemOf(id: string): string | undefined {
  if (id.length > maxIdLength) return `a task ID has at most ${maxIdLength} characters`;
  const [beginning = '', ...rest] = id.split(/\u2026|\.\./u);
  if (isBrokenUuid(beginning, rest.length > 0)) return brokenUuidMessage;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/u.test(id))
    return 'a task ID has only letters, digits, "-" and "_"';
  // Every other UUID was found before.
  if (asUuid(id)) return 'an ID of zeros alone names no task';
  if (!/\d/u.test(id)) return 'this looks like a word, not a task ID';
  if (/^\d+$/u.test(id)) return 'this is a number, not a task ID';
  // Times stand beside dates: `20260113T120000Z`.
  return /^\d[\dTZ_-]+$/u.test(id) ? 'this is a date, not a task ID' : undefined;
}

/** Gathers what counts, each once and no more than is read at once. */
class Selection {
  readonly #apiVersion: ApiVersion | undefined;
  readonly #tasks = new Kept<NamedSession>(maxTasksAtOnce);
  readonly #sessions = new Kept<NamedSession>(maxSessionsAtOnce);
  readonly #regions = new Set<Region>();
  readonly #rejected = new Map<string, RefusedPiece>();
  #duplicates = 0;

  constructor(apiVersion: ApiVersion | undefined) {
    this.#apiVersion = apiVersion;
  }

  get isEmpty(): boolean {
    return [this.#tasks.all, this.#sessions.all, this.#rejected].every(({ size }) => size === 0);
  }

  /** Of several versions, the ID counts in each that this extension speaks. */
  add(id: string, { kind, versions, count }: Verdict): void {
    if (kind === 'other') return;
    const spoken = versions.size === 0 ? [this.#apiVersion] : [...versions].filter(isApiVersion);
    if (spoken.length === 0) {
      const why = `it belongs to API ${[...versions].join()}, which this extension does not support yet`;
      this.reject({ text: id, why });
      return;
    }
    this.#duplicates += Math.max(0, count - spoken.length);
    for (const apiVersion of spoken) {
      const sessions = apiVersion && capabilitiesOf(apiVersion).sessions;
      if (kind !== 'session' || sessions === 'areTasks')
        this.#tasks.add(`${apiVersion ?? ''}/${id}`, { id, apiVersion });
      else if (sessions === 'none') this.#sessions.add(id, { id });
      else this.#sessions.add(id, { id, ...(apiVersion && { apiVersion }) });
    }
  }

  noteRegion(region: Region): void {
    this.#regions.add(region);
  }

  /** Each piece once. */
  reject(piece: RefusedPiece): void {
    this.#rejected.set(`${piece.text ?? ''} ${piece.why}`, piece);
  }

  input(): TaskInput {
    const refs: TaskRef[] = [];
    const ids: string[] = [];
    for (const { id, apiVersion } of this.#tasks.all.values())
      if (apiVersion) refs.push({ id, apiVersion });
      else ids.push(id);
    return {
      refs,
      ids,
      sessions: [...this.#sessions.all.values()],
      regions: [...this.#regions],
      duplicates: this.#duplicates,
      rejected: [...this.#rejected.values()],
      beyond: { tasks: this.#tasks.beyond.size, sessions: this.#sessions.beyond.size },
    };
  }
}

/** Keeps so many values at most, each once. */
class Kept<Value> {
  readonly #most: number;
  readonly all = new Map<string, Value>();
  /** Those that are too many. */
  readonly beyond = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  add(key: string, value: Value): void {
    if (this.all.has(key)) return;
    if (this.all.size < this.#most) this.all.set(key, value);
    else this.beyond.add(key);
  }
}

/**
 * Makes pasted text plain, so that what is written alike reads alike: colour codes and invisible characters go,
 * typographic quotes, hyphens and blanks become those of ASCII, and the edges of drawn tables become `|`.
 * Takes time in proportion to the text, whatever that holds: no pattern repeats without a bound.
 */
function plainPaste(text: string): string {
  const plain = replaceAll(text, spelledOut);
  // Each pattern is a pass over the text, which most texts don't need.
  return beyondAscii.test(plain) ? replaceAll(plain, typographic) : plain;
}

type Replacement = readonly [pattern: RegExp, by: string];

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  return replacements.reduce((plain, [pattern, by]) => plain.replace(pattern, by), text);
}

const escape = String.raw`\x1b`;
const bell = String.raw`\x07`;
const verticalTab = String.raw`\x0b`;

const spelledOut: readonly Replacement[] = [
  [/\r\n?/gu, '\n'],
  // A terminal's link keeps its address: it stands between the two marks of OSC 8.
  [new RegExp(`${escape}\\]8;[^;${escape}${bell}\\n]{0,200};`, 'gu'), ' '],
  [new RegExp(`${escape}\\][^${escape}${bell}\\n]{0,4000}(?:${bell}|${escape}\\\\)?`, 'gu'), ''],
  [new RegExp(`${escape}\\[[0-?]{0,64}[ -/]{0,8}[@-~]`, 'gu'), ''],
  [new RegExp(`${escape}\\\\|${bell}`, 'gu'), ' '],
  // Colour codes whose escape is lost or spelled out, as logs on web pages and in JSON show them.
  [/(?:\\(?:u001b|x1b|033|e)|\^|\u241b)?\[\d{1,3}(?:;\d{1,3})*m/giu, ''],
  // A line end or tab spelled out, as in a string of JSON, before what could be an ID.
  [/\\[nrt](?=[0-9a-f]{8})/giu, ' '],
  [/\\\//gu, '/'],
  [/&(?:quot|apos|#34|#39);/gu, '"'],
  [/&(?:lt|gt|nbsp);/gu, ' '],
  [/&amp;/gu, '&'],
];

const typographic: readonly Replacement[] = [
  // Marks of direction, joiners, soft hyphens, tags; fillers and selectors that draw nothing.
  [/[\p{Cf}\p{Variation_Selector}\u115f\u1160\0]/gu, ''],
  [/\u034f/gu, ''],
  [/[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]/gu, '-'],
  [/[\u2018-\u201b\u2032\u2039\u203a]/gu, "'"],
  [/[\u201c-\u201f\u2033\u00ab\u00bb\u300c\u300d\uff02]/gu, '"'],
  [/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu, ' '],
  [new RegExp(`[\u2028\u2029\u0085${verticalTab}\f]`, 'gu'), '\n'],
  [/[\u2502\u2503\u2506\u250a\u2551\uff5c]/gu, '|'],
];

/** What is neither printed ASCII nor a usual blank. */
const beyondAscii = /[^\t\n\r -~]/u;
