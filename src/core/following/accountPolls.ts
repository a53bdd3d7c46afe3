import { capabilitiesOf } from '../cloud/apiVersions';
import { isCloudError, type CloudError, type CloudErrorKind } from '../cloud/errors';
import { hasEnded, refKey, type ApiVersion, type TaskRef } from '../cloud/task';
import {
  nextPage,
  type Cloud,
  type ListedTask,
  type TaskPage,
  type TaskQuery,
} from '../cloud/taskClient';
import type { ExtraPolls } from '../polling/pollerWithExtras';
import { matchesSearch } from '../tasks/matchesSearch';
import type { TaskStore } from '../tasks/taskStore';
import { newlyTracked, type TrackedTask } from '../tasks/trackedTask';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** What a person wants of the account's new tasks. */
export interface AccountFollowing {
  /** Only tasks whose prompt, title or ID has each word of this are tracked. In lower case; empty: all. */
  readonly filter: string;
  /** The most tasks that are tracked by following at a time; at least 1. */
  readonly limit: number;
}

/**
 * What the limit has done: ended tasks made room for new ones, or new ones wait until some have ended; where too many wait, for an
 * end or for a title to judge by, further ones are left out for good.
 */
export type LimitEffect = 'replaced' | 'waiting' | 'leftOut';

export interface AccountPollsOptions {
  readonly store: TaskStore;
  /** The wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** The API versions whose lists may show new tasks. */
  readonly versions: readonly ApiVersion[];
  /** Asked before each poll; `undefined` while the account is not followed. */
  readonly following: () => AccountFollowing | undefined;
  /** Called each time that the limit has an effect, with how many tasks it concerns. */
  readonly onLimit: (effect: LimitEffect, count: number) => void;
  /** Called where the key is missing or refused: nothing is sent until there is another one, or a person refreshes. */
  readonly onRefused: (error: CloudError) => void;
}

/** A list of one API version. */
interface List {
  readonly apiVersion: ApiVersion;
  /**
   * What was created earlier is not new, in milliseconds since 1970 by the server's clock; `undefined` before the first page. It only
   * grows, so that what lies on pages that were never read stays old.
   */
  floor: number | undefined;
  /** When the newest task was created that it has shown. */
  newest: number;
  /** When the tasks were created that it has shown since `floor`, by their IDs. */
  readonly seen: Map<string, number>;
  /** Tasks that tell neither prompt nor title yet, so that the filter cannot judge them. */
  readonly undecided: Set<string>;
  /** Where a page was full of new tasks, what reads the next. */
  reading: AsyncIterator<TaskPage, unknown> | undefined;
  /**
   * True until it has been read to where nothing is new. Pages of known tasks may come before: pages shift while more tasks are
   * started, and a reading that broke off begins anew.
   */
  isBehind: boolean;
  /** How many pages in a row have shown nothing new. */
  inVain: number;
  /** The turn at which it was last read. */
  turn: number;
  /** Its API version cannot be listed until then, in milliseconds since 1970. */
  restsUntil: number;
  /** It is not asked to tell all until then, in milliseconds since 1970, as that was too large. */
  briefUntil: number;
}

/** The pause of a person who looks is the shortest, in milliseconds. */
const shortestPauseMs = 2 * secondMs;
/**
 * A task may be listed so much later than others that were created after it; and so much before a window takes over, tasks count as
 * new, as another one may have followed until then. In milliseconds.
 */
const overlapMs = minuteMs;
/** How long a version rests that is not served or refuses the key, in milliseconds. */
const restMs = 10 * minuteMs;
/** A list that has shown a task of the last day gets so many turns for one of the others. */
const livelyTurns = 3;
const dayMs = 24 * 60 * minuteMs;
/**
 * A list that shows the latest run of each session would miss runs before it. So lists are asked to tell all, which is as few bytes:
 * twenty runs of v4 with their results are as large as a hundred of its sessions. Where a page holds only new ones, it is read on.
 */
const wholeQuery: TaskQuery = { isFull: true, pageSize: 20 };
/** Pages of as many tasks as may be tracked and wait: a list that shows no other on so many has no end, whatever it says. */
const mostInVain = 100;
/** Of each list. */
const mostUndecided = 1000;
/** The most new tasks that wait; further ones are left out. */
export const mostWaiting = 1000;

/**
 * Follows an account: tracks every task that is created from now on, with one list request in each pause for all API versions
 * together, whose lists take turns. What it has tracked has a mark (`isFromAccount`), and no more than the limit: for new tasks
 * ended ones leave, those that were seen first; where none has ended, the new ones wait. Whoever untracks a task does not
 * get it back.
 */
export class AccountPolls implements ExtraPolls {
  readonly #options: AccountPollsOptions;
  #lists: readonly List[] | undefined;
  /** From when on tasks count as new, in milliseconds since 1970 by our clock. */
  #since = 0;
  /** How long before `#lists` are made tasks count as new, in milliseconds: not at all where the person has just begun to follow. */
  #headStartMs = overlapMs;
  #waiting = new Map<string, ListedTask & TaskRef>();
  #lastPollAt = -Infinity;
  #isRefused = false;
  #turn = 0;

  readonly name = 'new tasks of the account';

  constructor(options: AccountPollsOptions) {
    this.#options = options;
  }

  dueAt(intervalMs: number): number | undefined {
    const { following, now } = this.#options;
    if (!following()) {
      this.#end();
      return undefined;
    }
    if (this.#isRefused) return undefined;
    const restsUntil = Math.min(...this.#followed().map((list) => list.restsUntil));
    // A clock that was set back makes no pause longer.
    const lastPollAt = this.#lastPollAt > now() ? -Infinity : this.#lastPollAt;
    return Math.max(lastPollAt + Math.max(shortestPauseMs, intervalMs), restsUntil, 0);
  }

  async poll(connect: (signal: AbortSignal) => Promise<Cloud>, signal: AbortSignal): Promise<void> {
    const { following, now, store } = this.#options;
    if (!following()) return;
    this.#lastPollAt = now();
    const list = this.#nextList();
    if (!list) return;
    list.turn = ++this.#turn;
    try {
      const cloud = await connect(signal);
      signal.throwIfAborted();
      const stamp = store.stampRequest();
      const { reading = pagesOf(cloud, list, now(), signal) } = list;
      list.reading = undefined;
      const page = await nextPage(reading);
      // The person may have switched it off meanwhile.
      if (signal.aborted || !following() || !this.#lists?.includes(list)) return;
      if (this.#takeIn(list, page, stamp)) list.reading = reading;
    } catch (error) {
      list.reading = undefined;
      if (!isCloudError(error) || signal.aborted) throw error;
      if (error.kind === 'noKey' || error.kind === 'auth') {
        this.#isRefused = true;
        this.#options.onRefused(error);
      } else if (error.kind === 'tooLarge' && hasBriefList(list) && now() >= list.briefUntil)
        list.briefUntil = now() + restMs;
      else if (isOfVersion(error.kind)) list.restsUntil = now() + restMs;
      else throw error;
    }
  }

  /** Every list is due, where a person refreshes. */
  makeDue(): void {
    this.#isRefused = false;
    this.#lastPollAt = -Infinity;
    for (const list of this.#lists ?? []) list.restsUntil = 0;
  }

  /** The key may be another account's, whose tasks of the past are not new. */
  reconnect(): void {
    this.#end();
  }

  /** A list that was read anyway may show a new task sooner. */
  noteListed(apiVersion: ApiVersion, listed: readonly ListedTask[]): void {
    const list = this.#lists?.find((each) => each.apiVersion === apiVersion);
    if (list?.floor !== undefined && this.#options.following())
      this.#takeNew(list, list.floor, listed);
  }

  #end(): void {
    this.#lists = undefined;
    this.#headStartMs = 0;
    this.#waiting.clear();
    this.#lastPollAt = -Infinity;
  }

  #followed(): readonly List[] {
    if (this.#lists) return this.#lists;
    this.#since = this.#options.now() - this.#headStartMs;
    this.#lists = this.#options.versions.map((apiVersion) => ({
      apiVersion,
      floor: undefined,
      newest: -Infinity,
      seen: new Map(),
      undecided: new Set(),
      reading: undefined,
      isBehind: false,
      inVain: 0,
      turn: -Infinity,
      restsUntil: 0,
      briefUntil: 0,
    }));
    return this.#lists;
  }

  /** One that is read on, else the one that has waited longest for its share. */
  #nextList(): List | undefined {
    const now = this.#options.now();
    const lists = this.#followed().filter(({ restsUntil }) => restsUntil <= now);
    const waited = ({ turn, newest }: List): number =>
      (this.#turn - turn) * (newest > now - dayMs ? livelyTurns : 1);
    return (
      lists.find(({ reading }) => reading) ??
      lists.reduce<List | undefined>(
        (best, list) => (best && waited(best) >= waited(list) ? best : list),
        undefined,
      )
    );
  }

  /** @returns whether the next page may show more that is new */
  #takeIn(list: List, { tasks, isLast, answeredAtMs }: TaskPage, stamp: number): boolean {
    const ours = this.#options.now();
    const now = serverTime(ours, answeredAtMs);
    const times = tasks.map(createdAt).filter((at) => at !== undefined);
    // A date far in the future is wrong, and would make all that comes look old.
    const possible = times.filter((at) => at < now + dayMs);
    list.newest = possible.reduce((newest, at) => Math.max(newest, at), list.newest);
    if (list.floor === undefined) {
      const newest = Number.isFinite(list.newest) ? list.newest : now - overlapMs;
      // Where the newest is older, all that is listed is old, and any later one is new, whatever the clocks say.
      list.floor = Math.min(this.#since + now - ours, newest + 1);
      // What is dated wrong, or not at all yet, cannot be told by its date.
      for (const task of tasks)
        if (!possible.includes(createdAt(task) ?? NaN)) list.seen.set(task.id, Infinity);
    }
    const found = this.#takeNew(list, list.floor, tasks, stamp);
    const { floor } = list;
    list.inVain = found > 0 ? 0 : list.inVain + 1;
    const mayShowMore = !isLast && list.inVain < mostInVain && times.every((at) => at >= floor);
    list.isBehind = (found > 0 || list.isBehind) && mayShowMore;
    if (list.isBehind) return true;
    list.floor = Math.max(floor, list.newest - overlapMs);
    for (const [id, at] of list.seen) if (at < list.floor) list.seen.delete(id);
    return false;
  }

  /** @returns how many had not been seen before */
  #takeNew(list: List, floor: number, listed: readonly ListedTask[], stamp?: number): number {
    const { apiVersion, seen, undecided } = list;
    const { following, store, onLimit } = this.#options;
    const { filter = '' } = following() ?? {};
    const matching: (ListedTask & TaskRef)[] = [];
    let found = 0;
    let leftOut = 0;
    for (const task of listed) {
      const { id } = task;
      const at = createdAt(task);
      const isNew = at !== undefined && at >= floor && !seen.has(id);
      if (isNew) seen.set(id, at);
      if (isNew) found++;
      else if (!undecided.has(id)) continue;
      undecided.delete(id);
      if (store.get({ apiVersion, id })) continue;
      if (filter === '' || matchesSearch(task, filter)) matching.push({ ...task, apiVersion });
      else if (isTold(task)) continue;
      else if (undecided.size < mostUndecided) undecided.add(id);
      else leftOut++;
    }
    if (leftOut > 0) onLimit('leftOut', leftOut);
    this.#track(matching, stamp);
    return found;
  }

  /** Tracks what there is room for, and has the rest wait. */
  #track(found: readonly (ListedTask & TaskRef)[], stamp: number | undefined): void {
    const { store, now, following, onLimit } = this.#options;
    const { limit = 0 } = following() ?? {};
    // The oldest first, so that the newest stand where they would have come one by one.
    for (const task of found.toReversed()) this.#waiting.set(refKey(task), task);
    for (const [key, task] of this.#waiting) if (store.get(task)) this.#waiting.delete(key);
    if (this.#waiting.size === 0) return;
    const marked = store.tasks().filter(({ isFromAccount }) => isFromAccount === true);
    const leaving = mayLeave(marked).slice(
      0,
      Math.max(0, marked.length + this.#waiting.size - limit),
    );
    const room = Math.max(0, limit - marked.length + leaving.length);
    const coming = [...this.#waiting.values()].slice(0, room);
    for (const task of coming) this.#waiting.delete(refKey(task));
    const leftOut = [...this.#waiting.keys()].slice(mostWaiting);
    for (const key of leftOut) this.#waiting.delete(key);
    if (leaving.length > 0) store.untrack(leaving);
    const time = now();
    store.put(coming.map((task) => ({ ...newlyTracked(task, time), isFromAccount: true })));
    const updates = coming.map(({ apiVersion, id, ...update }) => ({
      ref: { apiVersion, id },
      update,
    }));
    store.applyUpdates(
      updates,
      time,
      ({ ref, update }) => capabilitiesOf(ref.apiVersion).lists.areFull || !hasEnded(update.status),
      stamp,
    );
    if (leaving.length > 0) onLimit('replaced', leaving.length);
    if (leftOut.length > 0) onLimit('leftOut', leftOut.length);
    if (this.#waiting.size > 0 && found.length > 0) onLimit('waiting', this.#waiting.size);
  }
}

/** Whether it shows less where it is not asked to tell all. */
function hasBriefList({ apiVersion }: List): boolean {
  return !capabilitiesOf(apiVersion).lists.areFull;
}

/** A clock that is off by less is right: the server tells whole seconds, and an answer is under way for a while. In milliseconds. */
const sameTimeMs = 2 * secondMs;

/** The server's time when it answered, as well as it is known. */
function serverTime(now: number, answeredAtMs = now): number {
  return Math.abs(answeredAtMs - now) < sameTimeMs ? now : answeredAtMs;
}

function pagesOf(
  cloud: Cloud,
  { apiVersion, briefUntil }: List,
  now: number,
  signal: AbortSignal,
): AsyncIterator<TaskPage, unknown> {
  const query = now < briefUntil ? {} : wholeQuery;
  return cloud.client(apiVersion).listTasks(query, signal)[Symbol.asyncIterator]();
}

/** True for a failure that keeps no other version from being listed. */
function isOfVersion(kind: CloudErrorKind): boolean {
  switch (kind) {
    case 'notServed':
    case 'forbidden':
    case 'invalidRequest':
    case 'refused':
    case 'badAnswer':
    case 'tooLarge':
      return true;
    default:
      return false;
  }
}

/** Whether there is a text that the filter can judge, or never will be. */
function isTold({ prompt, title, status }: ListedTask): boolean {
  return prompt !== undefined || title !== undefined || hasEnded(status);
}

/** Those that have ended: those that were seen first, and of these those that ended first. */
function mayLeave(tasks: readonly TrackedTask[]): readonly TrackedTask[] {
  const endedAt = (task: TrackedTask): number => task.endSeenAt ?? task.changedAt ?? task.trackedAt;
  return tasks
    .filter(({ status }) => hasEnded(status))
    .toSorted((a, b) => Number(a.isUnseen) - Number(b.isUnseen) || endedAt(a) - endedAt(b));
}

function createdAt({ createdAt: text }: ListedTask): number | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : at;
}
