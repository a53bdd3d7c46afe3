import { Emitter, type Disposable } from '../../src/core/base/event';
import type {
  Attention,
  PollIntervals,
  PollerState,
  Polling,
} from '../../src/core/polling/polling';
import type { TaskRef } from '../../src/core/cloud/task';

/** A poller that sends no requests: it records its calls, and is in the state that a test gives it. */
export class FakePolling implements Polling, Disposable {
  readonly #didChangeState = new Emitter<PollerState>();
  readonly onDidChangeState = this.#didChangeState.event;
  state: PollerState = { activeCount: 0, isPolling: false, pauses: [] };
  intervals: PollIntervals | undefined;
  attention: Attention | undefined;
  reconnects = 0;
  readonly refreshes: (readonly TaskRef[] | undefined)[] = [];
  isDisposed = false;
  /** Where set, refreshes wait for it. */
  gate: Promise<void> = Promise.resolve();

  become(state: Partial<PollerState>): void {
    this.state = { ...this.state, ...state };
    this.#didChangeState.fire(this.state);
  }

  setIntervals(intervals: PollIntervals): void {
    this.intervals = intervals;
  }

  setAttention(attention: Attention): void {
    this.attention = attention;
  }

  reconnect(): void {
    this.reconnects++;
  }

  async refresh(refs?: readonly TaskRef[]): Promise<void> {
    this.refreshes.push(refs);
    await this.gate;
  }

  dispose(): void {
    this.isDisposed = true;
    this.#didChangeState.dispose();
  }
}
