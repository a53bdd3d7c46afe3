import type { Ask, TaskAsk } from './askPlanner';
import type { AskRoundResult, AskRounds } from './askRound';
import { AskSchedule } from './askSchedule';
import { nextBackoffMs } from './backoff';
import type { Clock } from './clock';
import { concernsAll, type CloudError } from './errors';
import { Emitter, type Disposable, type Event } from './event';
import { PollHolds } from './pollHolds';
import type { Attention, PollerState, Polling, Pauses } from './polling';
import { hasEnded, refKey, type TaskRef } from './task';
import type { Cloud } from './taskClient';
import type { TaskStore } from './taskStore';
import type { TokenBucket } from './tokenBucket';
import { isActive, needsFullRead, type TrackedTask } from './trackedTask';

export interface TaskPollerOptions {
  readonly store: TaskStore;
  /** The server with the key of the moment. @throws {CloudError} of kind `noKey` where there is none */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  /** Tells how much may be asked; the requests themselves take the tokens. */
  readonly bucket: Pick<TokenBucket, 'available'>;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pauses: Pauses;
  /** Loads what asks, at the first tick: start-up has nothing to ask. */
  readonly loadRounds: () => Promise<{ readonly AskRounds: typeof AskRounds }>;
  /** Told of every failed look, and what was asked for, for the log. */
  readonly onError: (error: unknown, what: string) => void;
}

/** A tick asks no more than this, so that a new task or a refresh never waits long. */
const mostPerTick = 10;
/** Who is due within this many pauses rides along on a list: it costs nothing, and all fall into step. */
const rideAlong = 1.1;
/** A refresh of everything looks again at this many of the tasks that ended last. */
const mostEndedInRefresh = 100;
/** A timer this late, or a wall clock this far off, means a sleep of the machine or a clock that was set. */
const clockJumpMs = 5000;
const longestSleepMs = 60 * 60 * 1000;

/**
 * Keeps the store's active tasks up to date: one chained loop, one tick in flight, no timer while there is nothing to ask.
 * Its answers go into the store and nowhere else. Disposing it aborts what is under way.
 */
export class TaskPoller implements Polling, Disposable {
  readonly #options: TaskPollerOptions;
  readonly #didChangeState = new Emitter<PollerState>();
  readonly #subscription: Disposable;
  readonly #schedule: AskSchedule;
  readonly #holds = new PollHolds();
  /** Refs that somebody wants looked at now, whatever their state. */
  readonly #wanted = new Map<string, TaskRef>();
  #wantedWaiters: (() => void)[] = [];
  #pauses: Pauses;
  #attention: Attention = 'hidden';
  #backoffMs = 0;
  /** Ticks in a row without any success. */
  #failedTicks = 0;
  #epoch = new AbortController();
  #nap = new AbortController();
  #rounds: Promise<AskRounds> | undefined;
  #isRunning = false;
  #isLooking = false;
  #isTurnOfNew = false;
  #isDisposed = false;
  #lookedAt: number | undefined;

  readonly onDidChangeState: Event<PollerState> = this.#didChangeState.event;

  constructor(options: TaskPollerOptions) {
    this.#options = options;
    this.#pauses = options.pauses;
    this.#schedule = new AskSchedule(options.random);
    this.#subscription = options.store.onDidChange((changes) => {
      for (const { before, after } of changes) {
        if (!before || after) continue;
        this.#schedule.forget(before);
        this.#wanted.delete(refKey(before));
      }
      if (this.#wanted.size === 0) this.#settleWanted();
      this.#wake();
    });
    this.#wake();
  }

  get state(): PollerState {
    return {
      activeCount: this.#options.store.tasks().filter(isActive).length,
      isLooking: this.#isLooking,
      lookedAt: this.#lookedAt,
      holds: this.#holds.all(),
    };
  }

  setPauses(pauses: Pauses): void {
    this.#pauses = pauses;
    this.#wake();
  }

  setAttention(attention: Attention): void {
    if (attention === this.#attention) return;
    const wasAway = this.#attention === 'away';
    this.#attention = attention;
    if (wasAway && this.#holds.dropBackoff()) this.#changed();
    this.#wake();
  }

  reconnect(): void {
    this.#epoch.abort();
    this.#epoch = new AbortController();
    this.#holds.clear();
    this.#schedule.clear();
    this.#rounds = undefined;
    this.#settleWanted();
    this.#backoffMs = this.#failedTicks = 0;
    // What was seen with the other key, or at the other server, says nothing of this one.
    this.#lookedAt = undefined;
    this.#changed();
    this.#wake();
  }

  refresh(refs?: readonly TaskRef[]): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    for (const ref of refs ?? this.#worthRefreshing())
      if (this.#options.store.get(ref)) this.#wanted.set(refKey(ref), ref);
    this.#holds.dropForRefresh();
    this.#backoffMs = this.#failedTicks = 0;
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
    // Aborting makes an exception each time, even of what is aborted: a busy store would make thousands.
    if (!this.#nap.signal.aborted) this.#nap.abort();
    if (this.#isRunning || this.#isDisposed) return;
    this.#isRunning = true;
    // Nothing in the loop rejects: every failure of a look is taken in there.
    void this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#isDisposed) {
      this.#holds.dropPassed(this.#options.clock.now());
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
    this.#schedule.makeAllDue();
    if (wentBack) this.#holds.shift(elapsedMs - waitMs);
    if (this.#holds.dropBackoff()) this.#changed();
  }

  /** `undefined` while there is nothing to ask, or nothing that may be asked before somebody acts. */
  #nextDueAt(): number | undefined {
    const hold = this.#holds.general;
    if (hold) this.#settleWanted();
    if (hold && hold.until === undefined) return undefined;
    let earliest: number | undefined;
    for (const task of this.#options.store.tasks()) {
      const dueAt = this.#dueAt(task);
      if (dueAt !== undefined && (earliest === undefined || dueAt < earliest)) earliest = dueAt;
    }
    return earliest === undefined ? undefined : Math.max(earliest, hold?.until ?? 0);
  }

  /** When a task is to be asked for next, in milliseconds since 1970; `undefined` for never. */
  #dueAt(task: TrackedTask): number | undefined {
    const pauseMs = this.#pauses[this.#attention];
    const now = this.#options.clock.now();
    const isWanted = this.#wanted.size > 0 && this.#wanted.has(refKey(task));
    const dueAt = isWanted ? 0 : this.#schedule.dueAt(task, pauseMs, now);
    if (dueAt === undefined) return undefined;
    return Math.max(dueAt, this.#holds.ofVersion(task.apiVersion)?.until ?? 0);
  }

  async #tick(): Promise<void> {
    const { signal } = this.#epoch;
    this.#isLooking = true;
    this.#changed();
    const result = await this.#askRound(signal);
    this.#isLooking = false;
    if (result && !signal.aborted) this.#settle(result);
    // Nobody waits for what is held until much later.
    for (const [key, { apiVersion }] of this.#wanted)
      if (this.#holds.ofVersion(apiVersion)) this.#wanted.delete(key);
    if (this.#wanted.size === 0) this.#settleWanted();
    this.#changed();
  }

  async #askRound(signal: AbortSignal): Promise<AskRoundResult | undefined> {
    try {
      this.#rounds ??= this.#loadRounds();
      const rounds = await this.#rounds;
      return signal.aborted ? undefined : await rounds.ask(this.#nextAsks(rounds), signal);
    } catch (error) {
      // A damaged installation: nothing but a new one helps, and the log says so.
      this.#options.onError(error, 'any task');
      this.#holds.hold('badAnswer', longestSleepMs, this.#options.clock.now());
      return undefined;
    }
  }

  async #loadRounds(): Promise<AskRounds> {
    const { store, connect, clock, onError, loadRounds } = this.#options;
    const { AskRounds } = await loadRounds();
    const parts = { schedule: this.#schedule, holds: this.#holds, wanted: this.#wanted };
    return new AskRounds({ store, connect, clock, onError, ...parts });
  }

  #nextAsks(rounds: AskRounds): readonly Ask[] {
    const now = this.#options.clock.now();
    const dueAt = new Map<TrackedTask, number>();
    for (const task of this.#options.store.tasks()) {
      const at = this.#dueAt(task);
      if (at !== undefined) dueAt.set(task, at);
    }
    const isDue = (task: TrackedTask): boolean => (dueAt.get(task) ?? Infinity) <= now;
    const isWanted = (task: TrackedTask): number => (this.#wanted.has(refKey(task)) ? 0 : 1);
    const due = [...dueAt.keys()]
      .filter(isDue)
      .sort((a, b) => isWanted(a) - isWanted(b) || this.#schedule.rank(a) - this.#schedule.rank(b));
    // After a tick in which nothing worked, one question tells whether anything does.
    if (this.#failedTicks > 0) return due.slice(0, 1).map((task) => ({ kind: 'task', task }));
    const soon = now + rideAlong * this.#pauses[this.#attention];
    const riders = [...dueAt.keys()].filter(
      (task) => !isDue(task) && (dueAt.get(task) ?? Infinity) <= soon,
    );
    const asks = rounds.plan([...due, ...riders]);
    const place = new Map(due.map((task, index) => [task, index]));
    const lists = asks.filter((ask) => ask.kind === 'list' && ask.expects.some(isDue));
    const singles = asks
      .filter((ask) => ask.kind === 'task')
      .filter(({ task }) => isDue(task))
      .sort((a, b) => (place.get(a.task) ?? 0) - (place.get(b.task) ?? 0));
    const isNew = ({ task }: TaskAsk): boolean => task.lookedAt === undefined;
    const fresh = singles.filter(isNew);
    const known = singles.filter((ask) => !isNew(ask));
    // A paste of hundreds must not keep the running ones waiting; with room for one, they take turns.
    this.#isTurnOfNew = !this.#isTurnOfNew;
    const inTurn = this.#isTurnOfNew ? interleave(fresh, known) : interleave(known, fresh);
    const room = Math.min(mostPerTick, Math.max(1, this.#options.bucket.available()));
    return [...lists, ...inTurn].slice(0, room);
  }

  /** Draws the consequences of a tick: whose trouble a failure is, one task's or everybody's. */
  #settle({ successes, failures }: AskRoundResult): void {
    const { clock, random, store } = this.#options;
    const now = clock.now();
    if (successes > 0) {
      this.#lookedAt = now;
      this.#backoffMs = this.#failedTicks = 0;
      this.#holds.noteSuccess();
    } else if (failures.length > 0) this.#failedTicks++;
    // One task's failure is everybody's where nothing else works either.
    const isGeneral = (error: CloudError): boolean =>
      successes === 0 && (concernsAll(error) || failures.length > 1 || this.#failedTicks > 1);
    let general: CloudError | undefined;
    for (const { task, error } of failures) {
      const trouble = { kind: error.kind, since: now };
      switch (error.kind) {
        case 'auth':
        case 'forbidden':
        case 'noKey':
        case 'payment':
        case 'rateLimited':
        case 'noFreeSlot':
        case 'notServed':
          break;
        case 'taskNotFound':
          if (task) store.noteTrouble(task, trouble, this.#schedule.noteNotFound(task));
          break;
        case 'invalidRequest':
          if (task) store.noteTrouble(task, trouble, true);
          break;
        case 'network':
        case 'redirect':
        case 'server':
        case 'timeout':
        case 'tooLarge':
        case 'refused':
        case 'badAnswer':
          if (task && needsFullRead(task)) this.#schedule.noteFullReadFailure(task);
          if (isGeneral(error)) general = error;
          // A list that fails is left alone for a while; the next tick asks for its tasks in another way.
          else if (task) {
            this.#schedule.backOff(task);
            store.noteTrouble(task, trouble, task.isMissing);
          }
          break;
      }
    }
    if (!general || this.#holds.general) return;
    this.#backoffMs = nextBackoffMs(this.#backoffMs, random);
    this.#holds.hold(general.kind, this.#backoffMs, now);
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

/** One of each in turn, as long as both have some. */
function interleave<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  const length = Math.max(first.length, second.length);
  return Array.from({ length }, (_, index) => [
    ...first.slice(index, index + 1),
    ...second.slice(index, index + 1),
  ]).flat();
}
