import { backoffCapMs, nextBackoffMs, refusedCapMs } from './backoff';
import { PollLoop, type LoopStep } from './pollLoop';
import type { Attention, PollerState, PollIntervals, Polling } from './polling';
import type { Clock } from '../base/clock';
import { disposeAll, type Disposable, type Event } from '../base/event';
import { isCloudError } from '../cloud/errors';
import type { TaskRef } from '../cloud/task';
import type { Cloud } from '../cloud/taskClient';
import type { TaskStore } from '../tasks/taskStore';

/** What is polled beside the tasks themselves, and puts what it learns into the store. */
export interface ExtraPolls {
  /** What is polled, for the log. */
  readonly name: string;
  /**
   * When the next request is due, in milliseconds since 1970; `undefined` while there is nothing to poll.
   * @param intervalMs the pause between two polls of a task at the moment
   */
  dueAt(intervalMs: number): number | undefined;
  /**
   * Sends what is due: one request, and another where that shows something new.
   * @throws {CloudError} where it fails: then it is tried again after a growing pause
   */
  poll(connect: (signal: AbortSignal) => Promise<Cloud>, signal: AbortSignal): Promise<void>;
  /** A person refreshes, or the key is another one: what is polled is due at once. */
  makeDue(): void;
  /** The key is another one, perhaps of another account. Called before `makeDue`. */
  reconnect?(): void;
}

export interface PollerWithExtrasOptions {
  /** Polls the tasks. Ends with this. */
  readonly poller: Polling & Disposable;
  readonly extras: readonly ExtraPolls[];
  readonly store: Pick<TaskStore, 'onDidChange'>;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly intervals: PollIntervals;
  /** Called with every failure, and with what was polled, for the log. */
  readonly onError: (error: unknown, what: string) => void;
}

/** After a failure, until when an extra waits. */
interface Backoff {
  readonly ms: number;
  readonly until: number;
}

/**
 * The poller of the tasks, and beside it a loop of what else is polled: one request under way, none while polling is paused, and
 * no timer while there is nothing to poll. Its failures pause nothing else.
 */
export class PollerWithExtras implements Polling, Disposable {
  readonly #options: PollerWithExtrasOptions;
  readonly #loop: PollLoop;
  readonly #subscriptions: readonly Disposable[];
  readonly #backoffs = new Map<ExtraPolls, Backoff>();
  #epoch = new AbortController();
  #intervals: PollIntervals;
  #attention: Attention = 'hidden';
  #pausedUntil: number | undefined;

  readonly onDidChangeState: Event<PollerState>;

  constructor(options: PollerWithExtrasOptions) {
    const { poller, store, clock, intervals } = options;
    this.#options = options;
    this.#intervals = intervals;
    this.onDidChangeState = poller.onDidChangeState;
    this.#loop = new PollLoop({ clock, next: () => this.#nextStep() });
    this.#subscriptions = [
      store.onDidChange(() => this.#loop.wake()),
      poller.onDidChangeState(() => {
        if (this.#pausedUntil !== this.#pauseEnd()) this.#loop.wake();
      }),
    ];
    this.#loop.wake();
  }

  get state(): PollerState {
    return this.#options.poller.state;
  }

  setIntervals(intervals: PollIntervals): void {
    this.#intervals = intervals;
    this.#options.poller.setIntervals(intervals);
    this.#loop.wake();
  }

  setAttention(attention: Attention): void {
    this.#attention = attention;
    this.#options.poller.setAttention(attention);
    this.#loop.wake();
  }

  reconnect(): void {
    this.#epoch.abort();
    this.#epoch = new AbortController();
    this.#options.poller.reconnect();
    for (const extra of this.#options.extras) extra.reconnect?.();
    this.#makeDue();
  }

  refresh(refs?: readonly TaskRef[]): Promise<void> {
    const done = this.#options.poller.refresh(refs);
    if (!refs) this.#makeDue();
    return done;
  }

  dispose(): void {
    this.#epoch.abort();
    this.#loop.dispose();
    disposeAll(this.#subscriptions);
    this.#options.poller.dispose();
  }

  #makeDue(): void {
    this.#backoffs.clear();
    for (const extra of this.#options.extras) extra.makeDue();
    this.#loop.wake();
  }

  /** When the pause of everything ends, in milliseconds since 1970: 0 without one, `Infinity` where only a person ends it. */
  #pauseEnd(): number {
    const pause = this.state.pauses.find(({ apiVersion }) => apiVersion === undefined);
    return pause ? (pause.until ?? Infinity) : 0;
  }

  #nextStep(): LoopStep {
    const { clock, extras } = this.#options;
    const pausedUntil = this.#pauseEnd();
    this.#pausedUntil = pausedUntil;
    const intervalMs = this.#intervals[this.#attention];
    const [next] = extras
      .map((extra) => {
        const backoffUntil = this.#backoffs.get(extra)?.until ?? 0;
        const dueAt = extra.dueAt(intervalMs) ?? Infinity;
        return { extra, at: Math.max(dueAt, backoffUntil, pausedUntil) };
      })
      .filter(({ at }) => at < Infinity)
      .sort((a, b) => a.at - b.at);
    if (!next) return undefined;
    const { extra, at } = next;
    const waitMs = at - clock.now();
    return waitMs > 0 ? waitMs : () => this.#poll(extra);
  }

  /** Never rejects. */
  async #poll(extra: ExtraPolls): Promise<void> {
    const { connect, clock, random, onError } = this.#options;
    const { signal } = this.#epoch;
    try {
      await extra.poll(connect, signal);
      if (!signal.aborted) this.#backoffs.delete(extra);
    } catch (error) {
      if (signal.aborted) return;
      onError(error, extra.name);
      const before = this.#backoffs.get(extra)?.ms ?? 0;
      const ms = nextBackoffMs(before, random, isTrouble(error) ? backoffCapMs : refusedCapMs);
      this.#backoffs.set(extra, { ms, until: clock.now() + ms });
    }
  }
}

/** True for a failure that may pass by itself soon. */
function isTrouble(error: unknown): boolean {
  return (
    isCloudError(error) && ['network', 'timeout', 'server', 'rateLimited'].includes(error.kind)
  );
}
