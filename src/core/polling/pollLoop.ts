import type { Disposable } from '../base/event';
import type { Clock } from '../base/clock';

/** What a loop does next: something at once, a wait of so many milliseconds, or nothing until it is woken. A wait may end sooner. */
export type LoopStep = (() => Promise<void>) | number | undefined;

export interface PollLoopOptions {
  readonly clock: Clock;
  /** Asked after each step, and on `wake`. */
  readonly next: () => LoopStep;
  /** Called after each wait, whole or not, with how long it was meant to be and how far the wall clock went, in milliseconds. */
  readonly onWaited?: (waitMs: number, elapsedMs: number) => void;
  /** Called when there is nothing to do, also after `dispose`. */
  readonly onIdle?: () => void;
}

/** A longer wait ends after this, in milliseconds, and `next` is asked again. */
const longestWaitMs = 60 * 60 * 1000;

/** One chained loop: one step under way, no timer while there is nothing to wait for. No step may reject. */
export class PollLoop implements Disposable {
  readonly #options: PollLoopOptions;
  #waiting = new AbortController();
  #isRunning = false;
  #isDisposed = false;

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  /** Ends a wait, or has an idle loop ask what is next: what begins at once has begun when this returns. */
  wake(): void {
    this.#endWait();
    if (this.#isRunning || this.#isDisposed) return;
    this.#isRunning = true;
    void this.#run();
  }

  /** Ends a wait; a step under way is the last. */
  dispose(): void {
    this.#isDisposed = true;
    this.#endWait();
  }

  #endWait(): void {
    // Aborting makes an exception each time, even of what is aborted: a busy store would make thousands.
    if (!this.#waiting.signal.aborted) this.#waiting.abort();
  }

  async #run(): Promise<void> {
    while (!this.#isDisposed) {
      const step = this.#options.next();
      if (step === undefined) break;
      if (typeof step === 'number') await this.#wait(Math.min(step, longestWaitMs));
      else await step();
    }
    this.#isRunning = false;
    this.#options.onIdle?.();
  }

  async #wait(waitMs: number): Promise<void> {
    const { clock, onWaited } = this.#options;
    const startedAt = clock.now();
    this.#waiting = new AbortController();
    await clock.sleep(waitMs, this.#waiting.signal);
    onWaited?.(waitMs, clock.now() - startedAt);
  }
}
