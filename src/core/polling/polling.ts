import { Emitter, type Disposable, type Event } from '../base/event';
import type { PollPause } from './pollPauses';
import type { TaskRef } from '../cloud/task';
import type { TaskSource } from '../tasks/taskStore';
import { isActive } from '../tasks/trackedTask';

/** How closely the user watches: the view or a details panel is visible, neither is, or the window has no focus. */
export type Attention = 'watching' | 'hidden' | 'away';

/** The pause between two polls of a task, in milliseconds from one answer to the next question; at least 2,000. */
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

/** The regular looks at the active tasks, whoever takes them. */
export interface Polling {
  readonly state: PollerState;
  /** Fires when what `state` tells has changed, but for `checkedAt` alone. */
  readonly onDidChangeState: Event<PollerState>;
  setIntervals(intervals: PollIntervals): void;
  /** More attention makes overdue looks at once, and ends the pause after a failed connection or a refusal. */
  setAttention(attention: Attention): void;
  /** The key or the base URL is another one: what is under way is thrown away, every pause ends, missing tasks are polled again. */
  reconnect(): void;
  /**
   * Looks now, at ended and missing tasks too. Without refs: at every active or missing task and the last 100 that ended.
   * Ends every hold but one that the server named the time of.
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
 * Polling as a window sees it: its own poller while it polls for all windows, the word of the window that does while another one does.
 * Who polls may change at any time; what was polled meanwhile is asked of the next.
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

  /** Absent: nobody polls at the moment, as far as this window knows. */
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
    // Who gave up polling meanwhile has looked at nothing.
    if (this.#by === by && this.#refreshes.delete(refresh)) refresh.resolve();
  }
}
