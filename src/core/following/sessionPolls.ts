import { capabilitiesOf } from '../cloud/apiVersions';
import { isCloudError } from '../cloud/errors';
import { hasEnded, type ApiVersion } from '../cloud/task';
import { nextPage, type Cloud, type ListedTask } from '../cloud/taskClient';
import type { ExtraPolls } from '../polling/pollerWithExtras';
import type { TaskStore } from '../tasks/taskStore';
import { isActive, isStale } from '../tasks/trackedTask';
import {
  followedSessions,
  followSession,
  sessionKey,
  stopFollowing,
  type FollowedSession,
  type SessionRef,
} from './sessionFollowing';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long a session in which nothing happens is followed, in milliseconds. */
const followingEndsAfterMs = 24 * hourMs;

/** The shortest pause between two polls of a session, in milliseconds: it grows while nothing happens in it. */
const shortestPauseMs = 10 * secondMs;
/** While one of its tasks is at work, which is polled by itself: the next begins when that has ended. In milliseconds. */
const workingPauseMs = minuteMs;
/** So many answers in a row must say that there is no such session. */
const answersUntilGone = 4;

/** Why a session is no longer followed: nothing happens in it, or the cloud does not know it any more. */
export type FollowingEnd = 'idle' | 'gone';

export interface SessionPollsOptions {
  readonly store: TaskStore;
  /** The wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** Called where following a session has ended by itself: its tasks have lost their marks. */
  readonly onFollowingEnd: (session: SessionRef, why: FollowingEnd) => void;
}

/**
 * Finds new tasks of the sessions that are followed: with one request for all of them in each pause, or a request for one after
 * the other, and another one where there is something new. A session in which nothing happens for a day, or that the cloud
 * does not know any more, is no longer followed.
 */
export class SessionPolls implements ExtraPolls {
  readonly #options: SessionPollsOptions;
  /** When each session was last polled, in milliseconds since 1970. */
  readonly #polledAt = new Map<string, number>();
  /** The latest task of sessions, where it is another than the one that is known. */
  readonly #news = new Map<string, string>();
  /** Sessions that the first page of the list does not show. */
  readonly #unlisted = new Set<string>();
  readonly #notFound = new Map<string, number>();
  #lastPollAt = 0;
  /** Since when every session counts as never polled, in milliseconds since 1970. */
  #madeDueAt: number;

  readonly name = 'sessions that are followed';

  constructor(options: SessionPollsOptions) {
    this.#options = options;
    this.#madeDueAt = options.now();
  }

  dueAt(intervalMs: number): number | undefined {
    const now = this.#options.now();
    const sessions = followedSessions(this.#options.store.tasks());
    if (sessions.length === 0) return undefined;
    if (sessions.some((session) => this.#news.has(sessionKey(session)) || isOver(session, now)))
      return 0;
    const earliest = Math.min(...sessions.map((session) => this.#dueAt(session, now)));
    return Math.max(earliest, since(this.#lastPollAt, now) + Math.max(shortestPauseMs, intervalMs));
  }

  async poll(connect: (signal: AbortSignal) => Promise<Cloud>, signal: AbortSignal): Promise<void> {
    const { store, now } = this.#options;
    for (const session of followedSessions(store.tasks()))
      if (isOver(session, now())) this.#end(session, 'idle');
    const sessions = followedSessions(store.tasks());
    if (!sessions.some((session) => this.#news.has(sessionKey(session)))) {
      const due = sessions.toSorted((a, b) => this.#dueAt(a, now()) - this.#dueAt(b, now()));
      const [first] = due;
      if (first && this.#dueAt(first, now()) <= now())
        await this.#pollNext(first, sessions, await connect(signal), signal);
    }
    for (const session of sessions) {
      const latestId = this.#news.get(sessionKey(session));
      if (latestId !== undefined && !signal.aborted)
        await this.#takeIn(session, latestId, await connect(signal), signal);
    }
  }

  /** Every session is due at once, as a person refreshes or the key is another one. */
  makeDue(): void {
    this.#polledAt.clear();
    this.#unlisted.clear();
    this.#notFound.clear();
    this.#lastPollAt = 0;
    this.#madeDueAt = this.#options.now();
  }

  /** What a list shows that was read anyway need not be requested. */
  noteListed(apiVersion: ApiVersion, listed: readonly ListedTask[]): void {
    if (!showsSessions(apiVersion)) return;
    const latest = new Map(listed.map(({ id, sessionId }) => [sessionId, id]));
    for (const session of followedSessions(this.#options.store.tasks())) {
      const id = session.apiVersion === apiVersion && latest.get(session.sessionId);
      if (typeof id === 'string') this.#noteLatest(session, id);
    }
  }

  /** Reads the list where that may show several at once. */
  async #pollNext(
    session: FollowedSession,
    sessions: readonly FollowedSession[],
    cloud: Cloud,
    signal: AbortSignal,
  ): Promise<void> {
    const { apiVersion, sessionId } = session;
    const now = this.#options.now();
    const isListed = (each: FollowedSession): boolean =>
      showsSessions(apiVersion) &&
      each.apiVersion === apiVersion &&
      !this.#unlisted.has(sessionKey(each));
    const listed = sessions.filter(isListed);
    const client = cloud.client(apiVersion);
    this.#lastPollAt = now;
    if (isListed(session) && listed.length > 1) {
      for (const each of listed) this.#polledAt.set(sessionKey(each), now);
      const { tasks } = await nextPage(client.listTasks({}, signal)[Symbol.asyncIterator]());
      this.noteListed(apiVersion, tasks);
      for (const each of listed)
        if (!tasks.some((task) => task.sessionId === each.sessionId))
          this.#unlisted.add(sessionKey(each));
      return;
    }
    this.#polledAt.set(sessionKey(session), now);
    try {
      this.#noteLatest(session, await client.findLatestTask(sessionId, signal));
    } catch (error) {
      if (!isCloudError(error) || error.kind !== 'taskNotFound') throw error;
      const count = (this.#notFound.get(sessionKey(session)) ?? 0) + 1;
      this.#notFound.set(sessionKey(session), count);
      if (count >= answersUntilGone) this.#end(session, 'gone');
    }
  }

  #noteLatest(session: FollowedSession, latestId: string): void {
    const key = sessionKey(session);
    this.#polledAt.set(key, this.#options.now());
    this.#notFound.delete(key);
    this.#unlisted.delete(key);
    if (latestId !== session.latestId) this.#news.set(key, latestId);
  }

  /** Tracks the tasks that came after the newest one that is known. */
  async #takeIn(
    session: FollowedSession,
    latestId: string,
    cloud: Cloud,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, now } = this.#options;
    const { apiVersion, sessionId } = session;
    this.#news.delete(sessionKey(session));
    const tracked = store.get({ apiVersion, id: latestId });
    // An answer may be older than what is known.
    if (tracked?.followedAt !== undefined) return;
    // One that is tracked by other means says nothing of those before it.
    const isKnown = (id: string): boolean =>
      id === session.latestId || store.get({ apiVersion, id })?.followedAt !== undefined;
    const ids = await cloud.client(apiVersion).findSessionTasks(sessionId, signal, isKnown);
    const known = ids.findIndex(isKnown);
    const newer = known < 0 ? [latestId] : ids.slice(0, known);
    const isFollowed = followedSessions(store.tasks()).some(
      (each) => sessionKey(each) === sessionKey(session),
    );
    const [newest] = newer;
    if (signal.aborted || !isFollowed || newest === undefined) return;
    followSession(store, session, { ids: newer, latestId: newest, now: now() });
  }

  #end(session: FollowedSession, why: FollowingEnd): void {
    const key = sessionKey(session);
    for (const known of [this.#polledAt, this.#news, this.#notFound, this.#unlisted])
      known.delete(key);
    stopFollowing(this.#options.store, session);
    this.#options.onFollowingEnd(session, why);
  }

  #dueAt(session: FollowedSession, now: number): number {
    // Whoever began to follow it since then has read it.
    const readAt = session.since >= this.#madeDueAt ? session.since : 0;
    const polledAt = this.#polledAt.get(sessionKey(session)) ?? readAt;
    return since(polledAt, now) + pauseOf(session, now);
  }
}

function showsSessions(apiVersion: ApiVersion): boolean {
  return capabilitiesOf(apiVersion).lists.showSessions === true;
}

/** A clock that was set back makes no pause longer. */
function since(at: number, now: number): number {
  return at > now ? 0 : at;
}

function isAtWork({ tasks }: FollowedSession, now: number): boolean {
  return tasks.some((task) => isActive(task) && !isStale(task, now));
}

/** How long nothing has happened in a session, in milliseconds. */
function idleMs({ since: followedAt, tasks }: FollowedSession, now: number): number {
  const moments = tasks.map(({ status, changedAt, trackedAt }) =>
    hasEnded(status) ? (changedAt ?? trackedAt) : trackedAt,
  );
  return Math.max(0, now - Math.max(followedAt, ...moments));
}

function isOver(session: FollowedSession, now: number): boolean {
  return !isAtWork(session, now) && idleMs(session, now) >= followingEndsAfterMs;
}

function pauseOf(session: FollowedSession, now: number): number {
  if (isAtWork(session, now)) return workingPauseMs;
  const idle = idleMs(session, now);
  if (idle < 10 * minuteMs) return shortestPauseMs;
  return idle < hourMs ? minuteMs : 5 * minuteMs;
}
