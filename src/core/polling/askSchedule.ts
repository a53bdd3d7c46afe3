import { backoffCapMs, nextBackoffMs, refusedCapMs } from './backoff';
import type { CloudErrorKind } from '../cloud/errors';
import { hasEnded, refKey, type TaskRef } from '../cloud/task';
import { isActive, isStale, needsFullRead, type TrackedTask } from '../tasks/trackedTask';

/** Pauses are spread by this share either way, so that users and API versions fall out of step. */
const jitter = 0.1;
/** However a user sets it, in milliseconds. */
const shortestPauseMs = 2000;
/** For a status word that nobody knows. */
const slowPauseMs = 60_000;
/** For a task whose status has not changed for hours. */
const stalePauseMs = 5 * 60_000;
const mostFullReadFailures = 3;
/** For so long, and in so many answers in a row, the cloud must say that a task does not exist: a new one takes a moment to be known everywhere. */
const missingAfterMs = 5 * 60_000;
const answersUntilMissing = 4;

interface Ask {
  /** In milliseconds since 1970. Absent: due at once. */
  askedAt?: number;
  /** From 0.9 to 1.1. */
  spread: number;
  backoffMs: number;
  /** Whether the cloud has said anything of it, be it that there is no such task. */
  wasAnswered: boolean;
  /** How often in a row the cloud has said that there is no such task, and since when. */
  notFoundCount: number;
  notFoundSince: number;
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
    if (!isActive(task) && !task.isMissing && !this.owesFullRead(task)) return undefined;
    const ask = this.#asks.get(refKey(task));
    // Another key, or another day, may know it: it is asked once for each poller and key.
    if (task.isMissing && ask?.wasAnswered === true) return undefined;
    // Asked in the future: the clock was set back since.
    if (ask?.askedAt === undefined || ask.askedAt > now) return 0;
    const pause =
      hasEnded(task.status) && !task.isMissing ? 0 : pauseOf(task, pauseMs, now) * ask.spread;
    return ask.askedAt + Math.max(pause, ask.backoffMs);
  }

  /** True for a task that nobody has asked for yet, neither now nor before. */
  isNew(task: TrackedTask): boolean {
    return task.lookedAt === undefined && !task.isMissing && !this.#asks.has(refKey(task));
  }

  /** When a task was last asked for, in milliseconds since 1970; 0 for never. */
  askedAt(ref: TaskRef): number {
    return this.#asks.get(refKey(ref))?.askedAt ?? 0;
  }

  /** A task whose full answer keeps failing, for instance for its size, is asked for its status only. */
  owesFullRead(task: TrackedTask): boolean {
    // Of ten thousand tasks that have ended this is asked at each tick.
    if (task.isMissing || !needsFullRead(task)) return false;
    const failures = this.#asks.get(refKey(task))?.fullReadFailures ?? 0;
    return failures < mostFullReadFailures;
  }

  /** Whom one answer showed falls due together: else the hastiest of a hundred would make every pause a short one. */
  succeeded(refs: readonly TaskRef[], now: number): void {
    const spread = this.#newSpread();
    for (const ref of refs) {
      const ask = this.#ask(ref);
      ask.askedAt = now;
      ask.spread = spread;
      ask.wasAnswered = true;
      ask.backoffMs = ask.notFoundCount = ask.fullReadFailures = 0;
    }
  }

  failed(ref: TaskRef, now: number): void {
    const ask = this.#ask(ref);
    ask.askedAt = now;
    ask.spread = this.#newSpread();
  }

  /** Notes a failure that is this task's own. */
  backOff(ref: TaskRef, kind: CloudErrorKind): void {
    const ask = this.#ask(ref);
    const capMs = kind === 'forbidden' ? refusedCapMs : backoffCapMs;
    ask.backoffMs = nextBackoffMs(ask.backoffMs, this.#random, capMs);
  }

  noteFullReadFailure(ref: TaskRef): void {
    this.#ask(ref).fullReadFailures++;
  }

  /**
   * The cloud has said that there is no such task. It is asked again with growing pauses.
   * @returns whether it has said so for long enough to be believed
   */
  noteNotFound(ref: TaskRef, now: number): boolean {
    const ask = this.#ask(ref);
    ask.wasAnswered = true;
    // A clock that was set back must not make this last longer.
    if (ask.notFoundCount === 0 || ask.notFoundSince > now) ask.notFoundSince = now;
    ask.backoffMs = nextBackoffMs(ask.backoffMs, this.#random);
    const isBelieved = now - ask.notFoundSince >= missingAfterMs;
    return ++ask.notFoundCount >= answersUntilMissing && isBelieved;
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

  #newSpread(): number {
    return 1 + jitter * (2 * this.#random() - 1);
  }

  #ask(ref: TaskRef): Ask {
    const key = refKey(ref);
    let ask = this.#asks.get(key);
    if (!ask) {
      ask = {
        spread: 1,
        backoffMs: 0,
        wasAnswered: false,
        notFoundCount: 0,
        notFoundSince: 0,
        fullReadFailures: 0,
      };
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
