import { momentOf } from '../base/moment';
import { backoffCapMs, nextBackoffMs, refusedCapMs } from './backoff';
import type { CloudErrorKind } from '../cloud/errors';
import { hasEnded, outcomeOf, refKey, type TaskRef } from '../cloud/task';
import { hasIdleSession } from '../tasks/openBrowser';
import { isActive, isStale, needsFullRead, type TrackedTask } from '../tasks/trackedTask';
import { capabilitiesOf } from '../cloud/apiVersions';

/** Pauses are spread by this share either way, so that users and API versions fall out of step. */
const jitter = 0.1;
/** However a user sets it, in milliseconds. */
const shortestPauseMs = 2000;
/** For a task that has finished and may run again. */
const finishedPauseMs = 30_000;
/** For an unknown status. */
const slowPauseMs = 60_000;
/** For a task whose status has not changed for hours. */
const stalePauseMs = 5 * 60_000;
const mostFullReadFailures = 3;
/**
 * Open details read their task again and again, and a list that is followed shows tasks: whoever has checked a task since
 * it was polled is left so much more time for the next check, in milliseconds.
 */
const othersTurnMs = 2000;
/** For so long, and in so many answers in a row, the cloud must say that a task does not exist: a new one takes a moment to be known everywhere. */
const missingAfterMs = 5 * 60_000;
const answersUntilMissing = 4;

interface Poll {
  /** In milliseconds since 1970. Absent: due at once. */
  requestedAt?: number;
  /** From 0.9 to 1.1. */
  spread: number;
  backoffMs: number;
  /** Whether the cloud has answered for it, were it only that there is no such task. */
  wasAnswered: boolean;
  /** How often in a row the cloud has said that there is no such task, and since when. */
  notFoundCount: number;
  notFoundSince: number;
  fullReadFailures: number;
}

/** Remembers when each task was polled, with what success, and tells when it is due again. */
export class PollSchedule {
  readonly #polls = new Map<string, Poll>();
  readonly #random: () => number;

  /** @param random from 0 to 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * @param pauseMs the pause for a task like any other
   * @returns milliseconds since 1970, 0 for at once, `undefined` for never
   */
  dueAt(task: TrackedTask, pauseMs: number, now: number): number | undefined {
    const poll = this.#polls.get(refKey(task));
    const owesFullRead = this.owesFullRead(task, now);
    if (!isActive(task) && !task.isMissing && !owesFullRead && !mayRunAgain(task, now)) {
      const at = settlesAt(task);
      return at === undefined || (poll?.fullReadFailures ?? 0) >= mostFullReadFailures
        ? undefined
        : at;
    }
    // Another key, or another day, may know it: it is polled once for each poller and key.
    if (task.isMissing && poll?.wasAnswered === true) return undefined;
    // Asked in the future: the clock was set back since.
    if (poll?.requestedAt === undefined || poll.requestedAt > now) return 0;
    if (hasEnded(task.status) && owesFullRead) return poll.requestedAt + poll.backoffMs;
    const pause = pauseOf(task, pauseMs, now) * poll.spread;
    const dueAt = poll.requestedAt + Math.max(pause, poll.backoffMs);
    const { checkedAt = 0 } = task;
    if (checkedAt <= poll.requestedAt || checkedAt > now) return dueAt;
    return Math.max(dueAt, checkedAt + pause + othersTurnMs);
  }

  /** True for a task that was never polled. */
  isNew(task: TrackedTask): boolean {
    return task.checkedAt === undefined && !task.isMissing && !this.#polls.has(refKey(task));
  }

  /** When a task was last polled, in milliseconds since 1970; 0 for never. */
  requestedAt(ref: TaskRef): number {
    return this.#polls.get(refKey(ref))?.requestedAt ?? 0;
  }

  /** Of a task whose full answer keeps failing, for instance for its size, only the status is polled. */
  owesFullRead(task: TrackedTask, now: number): boolean {
    // Of ten thousand tasks that have ended this is computed at each tick.
    if (task.isMissing || !(needsFullRead(task) || hasSettled(task, now))) return false;
    const failures = this.#polls.get(refKey(task))?.fullReadFailures ?? 0;
    return failures < mostFullReadFailures;
  }

  /** Whom one answer showed falls due together: else the hastiest of a hundred would make every pause a short one. */
  succeeded(refs: readonly TaskRef[], now: number): void {
    const spread = this.#newSpread();
    for (const ref of refs) {
      const poll = this.#poll(ref);
      poll.requestedAt = now;
      poll.spread = spread;
      poll.wasAnswered = true;
      poll.backoffMs = poll.notFoundCount = poll.fullReadFailures = 0;
    }
  }

  failed(ref: TaskRef, now: number): void {
    const poll = this.#poll(ref);
    poll.requestedAt = now;
    poll.spread = this.#newSpread();
  }

  /** Notes a failure that is this task's own. */
  backOff(ref: TaskRef, kind: CloudErrorKind): void {
    const poll = this.#poll(ref);
    const capMs = kind === 'forbidden' ? refusedCapMs : backoffCapMs;
    poll.backoffMs = nextBackoffMs(poll.backoffMs, this.#random, capMs);
  }

  noteFullReadFailure(ref: TaskRef): void {
    this.#poll(ref).fullReadFailures++;
  }

  /**
   * The cloud has said that there is no such task. It is polled again with growing pauses.
   * @returns whether it has said so for long enough to be believed
   */
  noteNotFound(ref: TaskRef, now: number): boolean {
    const poll = this.#poll(ref);
    poll.wasAnswered = true;
    // A clock that was set back must not make this last longer.
    if (poll.notFoundCount === 0 || poll.notFoundSince > now) poll.notFoundSince = now;
    poll.backoffMs = nextBackoffMs(poll.backoffMs, this.#random);
    const isBelieved = now - poll.notFoundSince >= missingAfterMs;
    return ++poll.notFoundCount >= answersUntilMissing && isBelieved;
  }

  makeAllDue(): void {
    for (const poll of this.#polls.values()) delete poll.requestedAt;
  }

  forget(ref: TaskRef): void {
    this.#polls.delete(refKey(ref));
  }

  clear(): void {
    this.#polls.clear();
  }

  #newSpread(): number {
    return 1 + jitter * (2 * this.#random() - 1);
  }

  #poll(ref: TaskRef): Poll {
    const key = refKey(ref);
    let poll = this.#polls.get(key);
    if (!poll) {
      poll = {
        spread: 1,
        backoffMs: 0,
        wasAnswered: false,
        notFoundCount: 0,
        notFoundSince: 0,
        fullReadFailures: 0,
      };
      this.#polls.set(key, poll);
    }
    return poll;
  }
}

/** True where what was added after the end is to be read now. */
function hasSettled(task: TrackedTask, now: number): boolean {
  const at = settlesAt(task);
  return at !== undefined && at <= now;
}

function pauseOf(task: TrackedTask, pauseMs: number, now: number): number {
  const pause = Math.max(shortestPauseMs, pauseMs);
  if (mayRunAgain(task, now)) return Math.max(pause, finishedPauseMs);
  if (isStale(task, now)) return Math.max(pause, stalePauseMs);
  const isWordUnknown = task.status === 'unknown' && task.rawStatus !== '';
  return isWordUnknown ? Math.max(pause, slowPauseMs) : pause;
}

/** True for a finished task that another program may have run again by now. */
function mayRunAgain(task: TrackedTask, now: number): boolean {
  const withinMs = capabilitiesOf(task.apiVersion).idleSessions?.mayRunAgainMs ?? 0;
  const isIdle = hasIdleSession(task) && outcomeOf(task) !== undefined;
  return isIdle && now - (task.changedAt ?? 0) < withinMs;
}

/**
 * When all of a task that has ended is to be read once more, in milliseconds since 1970: the cloud goes on adding to what it
 * tells of it for a while. `undefined` where nothing more comes.
 */
function settlesAt(task: TrackedTask): number | undefined {
  if (!hasEnded(task.status) || task.changedAt === undefined) return undefined;
  const { settlesWithinMs } = capabilitiesOf(task.apiVersion);
  if (settlesWithinMs === undefined) return undefined;
  const at = task.changedAt + settlesWithinMs;
  if (task.checkedAt !== undefined && task.checkedAt >= at) return undefined;
  const createdAt = momentOf(task.createdAt);
  return task.changedAt - createdAt > longestLifeMs ? undefined : at;
}

/** A task is younger than this when its end is news, in milliseconds: no browser lives longer than 4 hours. */
const longestLifeMs = 5 * 60 * 60 * 1000;
