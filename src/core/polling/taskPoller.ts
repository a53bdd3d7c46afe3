import { PollLoop, type LoopStep } from './pollLoop';
import type { Poll } from './pollPlanner';
import type { PollRoundResult, PollRounds } from './pollRound';
import { PollSchedule } from './pollSchedule';
import { FailedPolls } from './failedPolls';
import type { Clock } from '../base/clock';
import { Emitter, type Disposable, type Event } from '../base/event';
import { PollPauses } from './pollPauses';
import type { Attention, PollerState, Polling, PollIntervals } from './polling';
import type { PollRequestsOptions } from './pollRequests';
import { RefreshRequests } from './refreshRequests';
import { hasEnded, type TaskRef } from '../cloud/task';
import type { Cloud } from '../cloud/taskClient';
import type { TaskStore } from '../tasks/taskStore';
import type { TokenBucket } from './tokenBucket';
import { isActive, type TrackedTask } from '../tasks/trackedTask';

export interface TaskPollerOptions {
  readonly store: TaskStore;
  /** The current server with its key. @throws {CloudError} of kind `noKey` where there is none */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  /** How many requests may be sent; the requests themselves take the tokens. */
  readonly bucket: Pick<TokenBucket, 'available'>;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly intervals: PollIntervals;
  /** Loads the code that sends requests, at the first tick, as nothing is sent at start-up. */
  readonly loadRounds: () => Promise<{ readonly PollRounds: typeof PollRounds }>;
  /** Called with each page of a list that was read. */
  readonly onListed?: PollRequestsOptions['onListed'];
  /** Called with every failed poll, and with what was polled, for the log. */
  readonly onError: (error: unknown, what: string) => void;
}

/** A tick sends no more requests than this, so that a new task or a refresh never waits long. */
const mostPerTick = 10;
/** Tasks that are due within this many intervals are polled with a list that is read anyway: that costs nothing, and they stay due together. */
const rideAlong = 1.1;
/** A refresh of everything polls this many of the tasks that ended last. */
const mostEndedInRefresh = 100;
/** A timer this late, or a wall clock this far off, means a sleep of the machine or a clock that was set. */
const clockJumpMs = 5000;
/** For a damaged installation, in milliseconds. */
const damagedPauseMs = 60 * 60 * 1000;

/**
 * Keeps the store's active tasks up to date: one chained loop, one tick in flight, no timer while there is nothing to poll.
 * Its answers go into the store and nowhere else. Disposing it aborts what is under way.
 */
export class TaskPoller implements Polling, Disposable {
  readonly #options: TaskPollerOptions;
  readonly #didChangeState = new Emitter<PollerState>();
  readonly #subscription: Disposable;
  readonly #schedule: PollSchedule;
  readonly #pauses = new PollPauses();
  readonly #refreshes = new RefreshRequests();
  readonly #failed: FailedPolls;
  readonly #loop: PollLoop;
  #intervals: PollIntervals;
  #attention: Attention = 'hidden';
  #epoch = new AbortController();
  #rounds: Promise<PollRounds> | undefined;
  #isPolling = false;
  /** True while a list is half read. */
  #isUnfinished = false;
  #isDisposed = false;
  #checkedAt: number | undefined;

  readonly onDidChangeState: Event<PollerState> = this.#didChangeState.event;

  constructor(options: TaskPollerOptions) {
    this.#options = options;
    this.#intervals = options.intervals;
    this.#schedule = new PollSchedule(options.random);
    this.#failed = new FailedPolls({ ...options, schedule: this.#schedule, pauses: this.#pauses });
    this.#loop = new PollLoop({
      clock: options.clock,
      next: () => this.#nextStep(),
      onWaited: (waitMs, elapsedMs) => this.#noteWaited(waitMs, elapsedMs),
      onIdle: () => this.#refreshes.clear(),
    });
    this.#subscription = options.store.onDidChange((changes) => {
      for (const { before, after } of changes) {
        if (!before || after) continue;
        this.#schedule.forget(before);
      }
      this.#refreshes.drop((ref) => options.store.get(ref) === undefined);
      this.#refreshes.settle();
      this.#loop.wake();
    });
    this.#loop.wake();
  }

  get state(): PollerState {
    return {
      activeCount: this.#options.store.tasks().filter(isActive).length,
      isPolling: this.#isPolling,
      checkedAt: this.#checkedAt,
      pauses: this.#pauses.all(),
    };
  }

  setIntervals(intervals: PollIntervals): void {
    this.#intervals = intervals;
    this.#loop.wake();
  }

  setAttention(attention: Attention): void {
    if (attention === this.#attention) return;
    const wasAway = this.#attention === 'away';
    this.#attention = attention;
    if (wasAway && this.#pauses.dropBackoff()) this.#changed();
    this.#loop.wake();
  }

  reconnect(): void {
    this.#epoch.abort();
    this.#epoch = new AbortController();
    this.#pauses.clear();
    this.#schedule.clear();
    this.#rounds = undefined;
    this.#isUnfinished = false;
    this.#refreshes.clear();
    this.#failed.forget();
    // What another key or another server has shown does not apply to this one.
    this.#checkedAt = undefined;
    this.#changed();
    this.#loop.wake();
  }

  refresh(refs?: readonly TaskRef[]): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    const { store } = this.#options;
    this.#refreshes.add((refs ?? this.#worthRefreshing()).filter((ref) => store.get(ref)));
    this.#pauses.dropForRefresh();
    this.#failed.forget();
    this.#changed();
    const done = this.#refreshes.done();
    this.#loop.wake();
    return done;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#epoch.abort();
    this.#loop.dispose();
    this.#subscription.dispose();
    this.#refreshes.clear();
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

  #nextStep(): LoopStep {
    this.#pauses.dropPassed(this.#options.clock.now());
    const dueAt = this.#nextDueAt();
    if (dueAt === undefined) return undefined;
    const waitMs = dueAt - this.#options.clock.now();
    // Every failure of a poll is taken in there.
    return waitMs > 0 ? waitMs : () => this.#tick();
  }

  /** A wall clock that jumped meanwhile makes every task due. */
  #noteWaited(waitMs: number, elapsedMs: number): void {
    const wentBack = elapsedMs < -1000;
    if (!wentBack && elapsedMs < waitMs + clockJumpMs) return;
    this.#schedule.makeAllDue();
    if (wentBack) this.#pauses.shift(elapsedMs - waitMs);
    if (this.#pauses.dropBackoff()) this.#changed();
  }

  /** `undefined` while there is nothing to poll, or nothing that may be polled before the user acts. */
  #nextDueAt(): number | undefined {
    const pause = this.#pauses.general;
    if (pause) this.#refreshes.clear();
    if (pause && pause.until === undefined) return undefined;
    if (this.#isUnfinished) return pause?.until ?? 0;
    let earliest: number | undefined;
    for (const task of this.#options.store.tasks()) {
      const dueAt = this.#dueAt(task);
      if (dueAt !== undefined && (earliest === undefined || dueAt < earliest)) earliest = dueAt;
    }
    return earliest === undefined ? undefined : Math.max(earliest, pause?.until ?? 0);
  }

  /** When a task is to be polled next, in milliseconds since 1970; `undefined` for never. */
  #dueAt(task: TrackedTask): number | undefined {
    const pauseMs = this.#intervals[this.#attention];
    const now = this.#options.clock.now();
    const dueAt = this.#refreshes.has(task) ? 0 : this.#schedule.dueAt(task, pauseMs, now);
    if (dueAt === undefined) return undefined;
    return Math.max(dueAt, this.#pauses.ofVersion(task.apiVersion)?.until ?? 0);
  }

  async #tick(): Promise<void> {
    const { signal } = this.#epoch;
    this.#isPolling = true;
    this.#changed();
    const result = await this.#pollRound(signal);
    this.#isPolling = false;
    if (result && !signal.aborted) {
      this.#isUnfinished = result.isUnfinished;
      if (result.successes > 0) this.#checkedAt = this.#options.clock.now();
      this.#failed.takeIn(result);
    }
    // A refresh does not wait for a long pause.
    this.#refreshes.drop(({ apiVersion }) => this.#pauses.ofVersion(apiVersion) !== undefined);
    this.#refreshes.settle();
    this.#changed();
  }

  async #pollRound(signal: AbortSignal): Promise<PollRoundResult | undefined> {
    try {
      this.#rounds ??= this.#loadRounds();
      const rounds = await this.#rounds;
      if (signal.aborted) return undefined;
      // After a tick in which every request failed, one request finds out whether others can succeed.
      const most = this.#failed.isAny ? 1 : mostPerTick;
      const room = Math.min(most, Math.max(1, this.#options.bucket.available()));
      return await rounds.poll(this.#nextPolls(rounds), signal, room);
    } catch (error) {
      // A damaged installation: nothing but a new one helps, and the log says so.
      this.#options.onError(error, 'any task');
      this.#pauses.pause('badAnswer', damagedPauseMs, this.#options.clock.now());
      return undefined;
    }
  }

  async #loadRounds(): Promise<PollRounds> {
    const { store, connect, clock, onListed, onError, loadRounds } = this.#options;
    const { PollRounds } = await loadRounds();
    const parts = { schedule: this.#schedule, pauses: this.#pauses, refreshes: this.#refreshes };
    return new PollRounds({ store, connect, clock, onListed, onError, ...parts });
  }

  #nextPolls(rounds: PollRounds): readonly Poll[] {
    const now = this.#options.clock.now();
    const soon = now + rideAlong * this.#intervals[this.#attention];
    const due: { readonly task: TrackedTask; readonly at: number }[] = [];
    const soonDue: TrackedTask[] = [];
    for (const task of this.#options.store.tasks()) {
      const at = this.#dueAt(task);
      if (at === undefined) continue;
      if (at <= now) due.push({ task, at });
      else if (at <= soon) soonDue.push(task);
    }
    due.sort((a, b) => a.at - b.at);
    const tasks = due.map(({ task }) => task);
    // A list may be what does not work.
    if (this.#failed.isAny) return tasks.slice(0, 1).map((task) => ({ kind: 'task', task }));
    return rounds.plan(tasks, soonDue);
  }

  #changed(): void {
    if (!this.#isDisposed) this.#didChangeState.fire(this.state);
  }
}
