import { nextBackoffMs } from './backoff';
import { hasEnded, refKey, type TaskRef } from './task';
import { isActive, isStale, needsFullRead, type TrackedTask } from './trackedTask';

/** Pauses are spread by this share either way, so that windows and tasks fall out of step. */
const jitter = 0.1;
/** However a user sets it, in milliseconds. */
const shortestPauseMs = 2000;
/** For a status word that nobody knows. */
const slowPauseMs = 60_000;
/** For a task whose status has not changed for hours. */
const stalePauseMs = 5 * 60_000;
const mostFullReadFailures = 3;
/** So many answers in a row must say that a task does not exist. */
const answersUntilMissing = 2;

interface Ask {
  /** In milliseconds since 1970. Absent: due at once. */
  askedAt?: number;
  /** From 0.9 to 1.1. */
  spread: number;
  backoffMs: number;
  notFoundCount: number;
  fullReadFailures: number;
}

/** Remembers when each task was asked for, with what success, and tells when it is due again. */
export class AskSchedule {
  readonly #asks = new Map<string, Ask>();
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
    if (!isActive(task) && !this.owesFullRead(task)) return undefined;
    const ask = this.#asks.get(refKey(task));
    // Asked in the future: the clock was set back since.
    if (ask?.askedAt === undefined || ask.askedAt > now) return 0;
    const pause = hasEnded(task.status) ? 0 : pauseOf(task, pauseMs, now) * ask.spread;
    return ask.askedAt + Math.max(pause, ask.backoffMs);
  }

  /** The lower, the sooner: new tasks first, the newest of them before all, then whom nobody has asked for longest. */
  rank(task: TrackedTask): number {
    const ask = this.#asks.get(refKey(task));
    return !ask && task.lookedAt === undefined ? -task.trackedAt : (ask?.askedAt ?? 0);
  }

  /** A task whose full answer keeps failing, for instance for its size, is asked for its status only. */
  owesFullRead(task: TrackedTask): boolean {
    // Of ten thousand tasks that have ended this is asked at each tick.
    if (task.isMissing || !needsFullRead(task)) return false;
    const failures = this.#asks.get(refKey(task))?.fullReadFailures ?? 0;
    return failures < mostFullReadFailures;
  }

  succeeded(ref: TaskRef, now: number): void {
    this.#asked(ref, now);
    Object.assign(this.#ask(ref), { backoffMs: 0, notFoundCount: 0, fullReadFailures: 0 });
  }

  failed(ref: TaskRef, now: number): void {
    this.#asked(ref, now);
  }

  /** Notes a failure that is this task's own. */
  backOff(ref: TaskRef): void {
    const ask = this.#ask(ref);
    ask.backoffMs = nextBackoffMs(ask.backoffMs, this.#random);
  }

  noteFullReadFailure(ref: TaskRef): void {
    this.#ask(ref).fullReadFailures++;
  }

  /** @returns whether the cloud has now said often enough that there is no such task */
  noteNotFound(ref: TaskRef): boolean {
    return ++this.#ask(ref).notFoundCount >= answersUntilMissing;
  }

  makeAllDue(): void {
    for (const ask of this.#asks.values()) delete ask.askedAt;
  }

  forget(ref: TaskRef): void {
    this.#asks.delete(refKey(ref));
  }

  clear(): void {
    this.#asks.clear();
  }

  #asked(ref: TaskRef, now: number): void {
    const ask = this.#ask(ref);
    ask.askedAt = now;
    ask.spread = 1 + jitter * (2 * this.#random() - 1);
  }

  #ask(ref: TaskRef): Ask {
    const key = refKey(ref);
    let ask = this.#asks.get(key);
    if (!ask) {
      ask = { spread: 1, backoffMs: 0, notFoundCount: 0, fullReadFailures: 0 };
      this.#asks.set(key, ask);
    }
    return ask;
  }
}

function pauseOf(task: TrackedTask, pauseMs: number, now: number): number {
  const pause = Math.max(shortestPauseMs, pauseMs);
  if (isStale(task, now)) return Math.max(pause, stalePauseMs);
  const isWordUnknown = task.status === 'unknown' && task.rawStatus !== '';
  return isWordUnknown ? Math.max(pause, slowPauseMs) : pause;
}
