import { Emitter, type Disposable, type Event } from '../base/event';
import type { PollPause } from './pollPauses';
import type { TaskRef } from '../cloud/task';
import type { TaskSource } from '../tasks/taskStore';
import { isActive } from '../tasks/trackedTask';

/** How closely the user watches: the view or a details panel is visible, neither is, or the window has no focus. */
export type Attention = 'watching' | 'hidden' | 'away';

/** The pause between two polls of a task, in milliseconds from one answer to the next request; at least 2,000. */
export type PollIntervals = Readonly<Record<Attention, number>>;

export interface PollerState {
  /** Tasks that have not ended and that the cloud knows. */
  readonly activeCount: number;
  readonly isPolling: boolean;
  /** The last check of any task that succeeded, in milliseconds since 1970. */
  readonly checkedAt?: number | undefined;
  readonly pauses: readonly PollPause[];
  /** True where another window polls for this one, lives, and does not answer. */
  readonly isLeaderSilent?: boolean | undefined;
}

/** The polling of the active tasks, by this window or another one. */
export interface Polling {
  readonly state: PollerState;
  /** Fires when `state` has changed, but not for `checkedAt` alone. */
  readonly onDidChangeState: Event<PollerState>;
  setIntervals(intervals: PollIntervals): void;
  /** More attention polls overdue tasks at once, and ends the pause after a failed connection or a refusal. */
  setAttention(attention: Attention): void;
  /** The key or the base URL has changed: requests under way are aborted, every pause ends, missing tasks are polled again. */
  reconnect(): void;
  /**
   * Polls now, ended and missing tasks too. Without refs: every active or missing task and the last 100 that ended.
   * Ends every pause but one whose end the server named.
   * Resolves when all were checked by requests that were sent after this, or when polling is paused. Never rejects.
   */
  refresh(refs?: readonly TaskRef[]): Promise<void>;
}

export interface WindowPollingOptions {
  readonly tasks: TaskSource;
  readonly intervals: PollIntervals;
}

interface Refresh {
  readonly refs: readonly TaskRef[] | undefined;
  readonly resolve: () => void;
}

/**
 * Polling as a window sees it: by its own poller while it leads, by the leader's state while it follows.
 * The leader may change at any time; refreshes that are not done are then requested from the next one.
 */
export class WindowPolling implements Polling, Disposable {
  readonly #tasks: TaskSource;
  readonly #didChangeState = new Emitter<PollerState>();
  readonly #refreshes = new Set<Refresh>();
  #intervals: PollIntervals;
  #attention: Attention = 'hidden';
  #by: Polling | undefined;
  #subscription: Disposable | undefined;
  #isDisposed = false;

  readonly onDidChangeState: Event<PollerState> = this.#didChangeState.event;

  constructor({ tasks, intervals }: WindowPollingOptions) {
    this.#tasks = tasks;
    this.#intervals = intervals;
  }

  get state(): PollerState {
    if (this.#by) return this.#by.state;
    return {
      activeCount: this.#tasks.tasks().filter(isActive).length,
      isPolling: false,
      pauses: [],
    };
  }

  /** `undefined`: this window knows of no poller at the moment. */
  setBy(by: Polling | undefined): void {
    if (this.#isDisposed) return;
    this.#subscription?.dispose();
    this.#by = by;
    if (by) {
      by.setIntervals(this.#intervals);
      by.setAttention(this.#attention);
      this.#subscription = by.onDidChangeState((state) => this.#didChangeState.fire(state));
      for (const refresh of this.#refreshes) void this.#start(refresh, by);
    }
    this.#didChangeState.fire(this.state);
  }

  setIntervals(intervals: PollIntervals): void {
    this.#intervals = intervals;
    this.#by?.setIntervals(intervals);
  }

  setAttention(attention: Attention): void {
    this.#attention = attention;
    this.#by?.setAttention(attention);
  }

  reconnect(): void {
    this.#by?.reconnect();
  }

  refresh(refs?: readonly TaskRef[]): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    return new Promise((resolve) => {
      const refresh = { refs, resolve };
      this.#refreshes.add(refresh);
      if (this.#by) void this.#start(refresh, this.#by);
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription?.dispose();
    this.#didChangeState.dispose();
    for (const { resolve } of this.#refreshes) resolve();
    this.#refreshes.clear();
  }

  async #start(refresh: Refresh, by: Polling): Promise<void> {
    await by.refresh(refresh.refs);
    // A poller that was replaced meanwhile has not refreshed.
    if (this.#by === by && this.#refreshes.delete(refresh)) refresh.resolve();
  }
}
