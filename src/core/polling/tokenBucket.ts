import type { Clock } from '../base/clock';

export interface TokenBucketOptions {
  readonly clock: Clock;
  /** Tokens that come back each second. */
  readonly perSecond: number;
  /** The most that can be spent at once, and what the bucket starts with. */
  readonly burst: number;
}

/** Limits the rate of requests whatever bug there is: each takes a token first, and waits while there is none. */
export class TokenBucket {
  /** Tokens that come back each second. */
  readonly perSecond: number;
  /** The most that can be spent at once. */
  readonly burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #waiting = 0;
  #filledAt: number;

  constructor({ clock, perSecond, burst }: TokenBucketOptions) {
    this.#clock = clock;
    this.perSecond = perSecond;
    this.burst = burst;
    this.#tokens = burst;
    this.#filledAt = clock.now();
  }

  /** Whole tokens that could be taken now without waiting. Below 1 while others wait. */
  available(): number {
    this.#refill();
    return Math.floor(this.#tokens);
  }

  /**
   * Takes a token, in the order of calls, waiting for it where needed.
   * @returns false when the signal aborted first; no token is spent then
   */
  async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    this.#refill();
    // A token may be owed: later callers then wait for their own, so nobody overtakes.
    this.#tokens -= 1;
    if (this.#tokens >= 0) return true;
    this.#waiting++;
    await this.#clock.sleep((-this.#tokens / this.perSecond) * 1000, signal);
    this.#refill();
    this.#waiting--;
    if (!signal.aborted) return true;
    this.#tokens += 1;
    return false;
  }

  #refill(): void {
    const now = this.#clock.now();
    // A wall clock that was set back gives nothing, and takes nothing.
    const elapsedMs = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    // After a sleep of the machine, those who still wait send beside those who come.
    const most = this.burst - this.#waiting;
    this.#tokens = Math.min(most, this.#tokens + (elapsedMs / 1000) * this.perSecond);
  }
}
