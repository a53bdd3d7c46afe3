import { backoffBaseMs, nextBackoffMs } from './backoff';
import type { Clock } from './clock';
import { CloudError, isAbort, isCloudError, type CloudErrorKind } from './errors';
import { Emitter, type Disposable, type Event } from './event';
import { hasEnded, refKey, type ApiVersion, type TaskRef } from './task';
import { summaryOf, type Cloud } from './taskClient';
import type { TaskStore } from './taskStore';
import type { TokenBucket } from './tokenBucket';
import { isActive, isStale, needsFullRead, type TrackedTask } from './trackedTask';

/** How closely the user watches: the view or a details panel is visible, neither is, or the window has no focus. */
export type Attention = 'watching' | 'hidden' | 'away';

/** The pause between two looks at a task, in milliseconds from one answer to the next question; at least 2,000. */
export type Pauses = Readonly<Record<Attention, number>>;

/** Why nothing is asked at the moment. */
export interface PollHold {
  readonly kind: CloudErrorKind;
  /** When polling goes on by itself, in milliseconds since 1970. Absent: only a new key, a new URL or a refresh helps. */
  readonly until?: number | undefined;
  /** Present where only tasks of this API version are held. */
  readonly apiVersion?: ApiVersion | undefined;
}

export interface PollerState {
  /** Tasks that have not ended and that the cloud knows. */
  readonly activeCount: number;
  readonly isLooking: boolean;
  /** The last look at any task that succeeded, in milliseconds since 1970. */
  readonly lookedAt?: number | undefined;
  readonly holds: readonly PollHold[];
}

export interface TaskPollerOptions {
  readonly store: TaskStore;
  /** The server with the key of the moment. @throws {CloudError} of kind `noKey` where there is none */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  readonly bucket: TokenBucket;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pauses: Pauses;
  /** Told of every failed look, for the log. */
  readonly onError?: ((error: unknown, ref: TaskRef) => void) | undefined;
}

const concurrency = 4;
/** A tick asks no more than this, so that a new task or a refresh never waits long. */
const mostPerTick = 10;
const jitter = 0.1;
const rateLimitMs = 60_000;
const longestRateLimitMs = 60 * 60 * 1000;
const slowPauseMs = 60_000;
const stalePauseMs = 5 * 60_000;
const refusedPauseMs = 10 * 60_000;
const mostFullReadFailures = 3;
/** A refresh of everything looks again at this many of the tasks that ended last. */
const mostEndedInRefresh = 100;
/** A timer this late, or a wall clock this far off, means a sleep of the machine or a clock that was set. */
const clockJumpMs = 5000;
const longestSleepMs = 60 * 60 * 1000;

/** What the poller knows of a task beyond the store. */
interface Ask {
  askedAt?: number;
  /** From 0.9 to 1.1: spreads the looks of many windows and tasks. */
  spread: number;
  backoffMs: number;
  notFoundCount: number;
  fullReadFailures: number;
}

/**
 * Keeps the store's active tasks up to date: one chained loop, one tick in flight, no timer while there is nothing to ask.
 * Its answers go into the store and nowhere else. Disposing it aborts what is under way.
 */
export class TaskPoller implements Disposable {
  readonly #options: TaskPollerOptions;
  readonly #didChangeState = new Emitter<PollerState>();
  readonly #subscription: Disposable;
  readonly #asks = new Map<string, Ask>();
  /** Refs that somebody wants looked at now, whatever their state. */
  readonly #wanted = new Map<string, TaskRef>();
  readonly #versionHolds = new Map<ApiVersion, PollHold>();
  #wantedWaiters: (() => void)[] = [];
  #pauses: Pauses;
  #attention: Attention = 'hidden';
  #hold: PollHold | undefined;
  #backoffMs = 0;
  /** Ticks in a row without any success. */
  #failedTicks = 0;
  #epoch = new AbortController();
  #nap = new AbortController();
  #isRunning = false;
  #isLooking = false;
  #isDisposed = false;
  #lookedAt: number | undefined;

  /** Fires when what `state` tells has changed, but for `lookedAt` alone. */
  readonly onDidChangeState: Event<PollerState> = this.#didChangeState.event;

  constructor(options: TaskPollerOptions) {
    this.#options = options;
    this.#pauses = options.pauses;
    this.#subscription = options.store.onDidChange((changes) => {
      for (const { before, after } of changes)
        if (before && !after) this.#asks.delete(refKey(before));
      if (changes.some(({ before, after }) => !before || !after)) this.#wake();
    });
    this.#wake();
  }

  get state(): PollerState {
    const holds = [...(this.#hold ? [this.#hold] : []), ...this.#versionHolds.values()];
    return {
      activeCount: this.#options.store.tasks().filter(isActive).length,
      isLooking: this.#isLooking,
      lookedAt: this.#lookedAt,
      holds,
    };
  }

  setPauses(pauses: Pauses): void {
    this.#pauses = pauses;
    this.#wake();
  }

  /** More attention makes overdue looks at once, and ends the pause after a failed connection. */
  setAttention(attention: Attention): void {
    if (attention === this.#attention) return;
    const wasAway = this.#attention === 'away';
    this.#attention = attention;
    if (wasAway) this.#forgetFailures();
    this.#wake();
  }

  /** The key or the base URL is another one: what is under way is thrown away, every hold ends. */
  reconnect(): void {
    this.#epoch.abort();
    this.#epoch = new AbortController();
    this.#hold = undefined;
    this.#versionHolds.clear();
    this.#backoffMs = 0;
    this.#asks.clear();
    this.#changed();
    this.#wake();
  }

  /**
   * Looks now, at ended and missing tasks too. Without refs: at every active or missing task and the last 100 that ended.
   * Ends every hold but the rate limit's.
   * Resolves when all were looked at, or when polling is held. Never rejects.
   */
  refresh(refs?: readonly TaskRef[]): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    for (const ref of refs ?? this.#worthRefreshing()) this.#wanted.set(refKey(ref), ref);
    if (this.#hold?.kind !== 'rateLimited') this.#hold = undefined;
    this.#versionHolds.clear();
    this.#backoffMs = 0;
    this.#changed();
    const done = new Promise<void>((resolve) => this.#wantedWaiters.push(resolve));
    this.#wake();
    return done;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#epoch.abort();
    this.#nap.abort();
    this.#subscription.dispose();
    this.#settleWanted();
    this.#didChangeState.dispose();
  }

  #worthRefreshing(): readonly TaskRef[] {
    const tasks = this.#options.store.tasks();
    const ended = tasks
      .filter((task) => hasEnded(task.status) && !task.isMissing)
      .sort((a, b) => (b.changedAt ?? b.trackedAt) - (a.changedAt ?? a.trackedAt));
    return [
      ...tasks.filter((task) => !hasEnded(task.status) || task.isMissing),
      ...ended.slice(0, mostEndedInRefresh),
    ];
  }

  #wake(): void {
    this.#nap.abort();
    if (this.#isRunning || this.#isDisposed) return;
    this.#isRunning = true;
    // Nothing in the loop rejects: every failure of a look is taken in there.
    void this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#isDisposed) {
      this.#dropPassedHolds();
      const dueAt = this.#nextDueAt();
      if (dueAt === undefined) break;
      const waitMs = dueAt - this.#options.clock.now();
      if (waitMs > 0) await this.#sleep(Math.min(waitMs, longestSleepMs));
      else await this.#tick();
    }
    this.#isRunning = false;
    this.#settleWanted();
  }

  /** Ends early on `#wake`. A wall clock that jumped meanwhile makes every task due. */
  async #sleep(waitMs: number): Promise<void> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    this.#nap = new AbortController();
    await clock.sleep(waitMs, this.#nap.signal);
    const elapsedMs = clock.now() - startedAt;
    const wentBack = elapsedMs < -1000;
    if (!wentBack && elapsedMs < waitMs + clockJumpMs) return;
    for (const ask of this.#asks.values()) delete ask.askedAt;
    const until = this.#hold?.until;
    // What was to pass of the hold has passed at most by the nap's length.
    if (wentBack && this.#hold && until !== undefined)
      this.#hold = { ...this.#hold, until: until + elapsedMs - waitMs };
    if (this.#hold?.kind !== 'rateLimited') this.#forgetFailures();
  }

  #forgetFailures(): void {
    if (this.#hold?.until === undefined || this.#hold.kind === 'rateLimited') return;
    this.#hold = undefined;
    this.#changed();
  }

  #dropPassedHolds(): void {
    const now = this.#options.clock.now();
    if (this.#hold?.until !== undefined && this.#hold.until <= now) this.#hold = undefined;
    for (const [version, hold] of this.#versionHolds)
      if (hold.until !== undefined && hold.until <= now) this.#versionHolds.delete(version);
  }

  /** `undefined` while there is nothing to ask, or nothing that may be asked before somebody acts. */
  #nextDueAt(): number | undefined {
    const hold = this.#hold;
    if (hold && hold.until === undefined) {
      this.#settleWanted();
      return undefined;
    }
    let earliest: number | undefined;
    for (const task of this.#options.store.tasks()) {
      const dueAt = this.#dueAt(task);
      if (dueAt !== undefined && (earliest === undefined || dueAt < earliest)) earliest = dueAt;
    }
    if (earliest === undefined) return undefined;
    if (hold?.until === undefined) return earliest;
    this.#settleWanted();
    return Math.max(earliest, hold.until);
  }

  /** When a task is to be asked next, in milliseconds since 1970; `undefined` for never. */
  #dueAt(task: TrackedTask): number | undefined {
    const key = refKey(task);
    const heldUntil = this.#versionHolds.get(task.apiVersion)?.until;
    if (this.#wanted.has(key)) return heldUntil ?? 0;
    const ask = this.#asks.get(key);
    if (!isActive(task) && !owesFullRead(task, ask)) return undefined;
    if (ask?.askedAt === undefined) return heldUntil ?? 0;
    const pauseMs = hasEnded(task.status) ? 0 : this.#pauseMs(task) * ask.spread;
    return Math.max(heldUntil ?? 0, ask.askedAt + Math.max(pauseMs, ask.backoffMs));
  }

  #pauseMs(task: TrackedTask): number {
    const pauseMs = Math.max(2000, this.#pauses[this.#attention]);
    if (isStale(task, this.#options.clock.now())) return Math.max(pauseMs, stalePauseMs);
    const isWordUnknown = task.status === 'unknown' && task.rawStatus !== '';
    return isWordUnknown ? Math.max(pauseMs, slowPauseMs) : pauseMs;
  }

  async #tick(): Promise<void> {
    const { signal } = this.#epoch;
    const queue = this.#dueTasks();
    const result = { successes: 0, failures: [] as { task: TrackedTask; error: CloudError }[] };
    this.#isLooking = true;
    this.#changed();
    const lookAtNext = async (): Promise<boolean> => {
      const task = queue.shift();
      if (!task || signal.aborted || this.#hold) return false;
      const outcome = await this.#look(task, signal);
      if (outcome === 'success') result.successes++;
      else if (outcome) result.failures.push({ task, error: outcome });
      return true;
    };
    const lane = async (): Promise<void> => {
      while (await lookAtNext());
    };
    // One question goes ahead: where the network is gone, it alone is lost.
    await lookAtNext();
    const isCutOff = result.failures.some(({ error }) => concernsAll(error));
    if (!isCutOff) await Promise.all(Array.from({ length: concurrency }, lane));
    this.#isLooking = false;
    if (!signal.aborted) this.#settle(result.successes, result.failures);
    if (this.#wanted.size === 0) this.#settleWanted();
    this.#changed();
  }

  /** New tasks first, the newest of them before all; then those that somebody wants; then whom nobody has asked for longest. */
  #dueTasks(): TrackedTask[] {
    const now = this.#options.clock.now();
    const rank = (task: TrackedTask): number => {
      if (task.lookedAt === undefined && !this.#asks.has(refKey(task))) return -task.trackedAt;
      if (this.#wanted.has(refKey(task))) return -1;
      return this.#asks.get(refKey(task))?.askedAt ?? 0;
    };
    // After a tick in which nothing worked, one question tells whether anything does.
    const most = this.#failedTicks > 0 ? 1 : mostPerTick;
    const room = Math.min(most, Math.max(1, this.#options.bucket.available()));
    return this.#options.store
      .tasks()
      .filter((task) => (this.#dueAt(task) ?? Infinity) <= now)
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, room);
  }

  /** Asks for one task and puts the answer into the store. @returns the failure, or nothing where the answer is not wanted any more */
  async #look(task: TrackedTask, signal: AbortSignal): Promise<'success' | CloudError | undefined> {
    const { bucket, clock, connect, store, random } = this.#options;
    const key = refKey(task);
    const isWanted = this.#wanted.has(key);
    const ask = this.#ask(key);
    try {
      const cloud = await connect(signal);
      if (!(await bucket.take(signal)) || this.#hold) return undefined;
      const isFull = isWanted || owesFullRead(task, ask);
      const client = cloud.client(task.apiVersion);
      const update = isFull
        ? summaryOf(await client.getTask(task.id, signal))
        : await client.getStatus(task.id, signal);
      if (signal.aborted) return undefined;
      this.#lookedAt = clock.now();
      ask.backoffMs = 0;
      ask.notFoundCount = 0;
      ask.fullReadFailures = 0;
      store.applyLook(task, update, clock.now(), isFull);
      // A status that shows an end asks for the rest at once.
      const after = store.get(task);
      if (after && hasEnded(after.status) && !isFull) delete ask.askedAt;
      else ask.askedAt = clock.now();
      return 'success';
    } catch (error) {
      if (signal.aborted || isAbort(error)) return undefined;
      this.#options.onError?.(error, task);
      ask.askedAt = clock.now();
      return this.#takeIn(isCloudError(error) ? error : unexpected(error));
    } finally {
      ask.spread = 1 + jitter * (2 * random() - 1);
      if (!signal.aborted) this.#wanted.delete(key);
    }
  }

  /** Failures that concern more than one task stop the others at once. */
  #takeIn(error: CloudError): CloudError {
    const now = this.#options.clock.now();
    switch (error.kind) {
      case 'auth':
      case 'forbidden':
      case 'noKey':
        this.#hold = { kind: error.kind };
        break;
      case 'payment':
        this.#hold = { kind: error.kind, until: now + refusedPauseMs };
        break;
      case 'rateLimited': {
        const pauseMs = Math.max(error.retryAfterMs ?? rateLimitMs, this.#backoffMs, backoffBaseMs);
        const until = now + Math.min(pauseMs, longestRateLimitMs);
        this.#hold = { kind: error.kind, until: Math.max(until, this.#hold?.until ?? 0) };
        break;
      }
      default:
        break;
    }
    return error;
  }

  /** Draws the consequences of a tick: whose trouble a failure is, one task's or everybody's. */
  #settle(successes: number, failures: readonly { task: TrackedTask; error: CloudError }[]): void {
    const { clock, random, store } = this.#options;
    const now = clock.now();
    if (successes > 0) this.#backoffMs = this.#failedTicks = 0;
    else if (failures.length > 0) this.#failedTicks++;
    // One task's failure is everybody's where nothing else works either.
    const isGeneral = (error: CloudError): boolean =>
      successes === 0 && (concernsAll(error) || failures.length > 1 || this.#failedTicks > 1);
    let general: CloudError | undefined;
    for (const { task, error } of failures) {
      const ask = this.#ask(refKey(task));
      switch (error.kind) {
        case 'auth':
        case 'forbidden':
        case 'noKey':
        case 'payment':
        case 'rateLimited':
          break;
        case 'notServed': {
          const { apiVersion } = task;
          const until = now + refusedPauseMs;
          this.#versionHolds.set(apiVersion, { kind: error.kind, until, apiVersion });
          break;
        }
        case 'taskNotFound':
        case 'invalidRequest':
          ask.notFoundCount++;
          store.noteTrouble(
            task,
            { kind: error.kind, since: now },
            error.kind === 'invalidRequest' || ask.notFoundCount >= 2,
          );
          break;
        case 'network':
        case 'redirect':
        case 'server':
        case 'timeout':
        case 'tooLarge':
        case 'badAnswer':
          if (needsFullRead(task)) ask.fullReadFailures++;
          if (isGeneral(error)) general = error;
          else {
            ask.backoffMs = nextBackoffMs(ask.backoffMs, random);
            store.noteTrouble(task, { kind: error.kind, since: now }, false);
          }
          break;
      }
    }
    if (!general || this.#hold) return;
    this.#backoffMs = nextBackoffMs(this.#backoffMs, random);
    this.#hold = { kind: general.kind, until: now + this.#backoffMs };
  }

  #ask(key: string): Ask {
    let ask = this.#asks.get(key);
    if (!ask) {
      ask = { spread: 1, backoffMs: 0, notFoundCount: 0, fullReadFailures: 0 };
      this.#asks.set(key, ask);
    }
    return ask;
  }

  #settleWanted(): void {
    this.#wanted.clear();
    const waiters = this.#wantedWaiters;
    this.#wantedWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #changed(): void {
    if (!this.#isDisposed) this.#didChangeState.fire(this.state);
  }
}

/** A task whose full answer keeps failing, for instance for its size, is asked for its status only. */
function owesFullRead(task: TrackedTask, ask: Ask | undefined): boolean {
  const failures = ask?.fullReadFailures ?? 0;
  return !task.isMissing && needsFullRead(task) && failures < mostFullReadFailures;
}

/** True for a failure that every other question would meet too. */
function concernsAll({ kind }: CloudError): boolean {
  return kind === 'network' || kind === 'redirect';
}

function unexpected(error: unknown): CloudError {
  const message = error instanceof Error ? error.message : String(error);
  return new CloudError('badAnswer', `Unexpected failure of a look: ${message}`);
}
