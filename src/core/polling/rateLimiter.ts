import { rateLimitPauseMs } from './backoff';
import type { Clock } from '../base/clock';
import { CloudError } from '../cloud/errors';
import type { QuietKind, RequestGate } from '../cloud/taskClient';
import type { TokenBucket } from './tokenBucket';

export interface RateLimiterOptions {
  readonly clock: Clock;
  /** The one that all requests share, whichever server and key they are for. */
  readonly bucket: TokenBucket;
  /** Until when a rate limit of another window lasts, in milliseconds since 1970. */
  readonly pausedUntil?: (() => number | undefined) | undefined;
}

/**
 * When a request may be sent to one server with one key: each takes a token, and none is sent while the server wants to be left alone.
 * Whoever meets a rate limit quiets everybody.
 */
export class RateLimiter implements RequestGate {
  readonly #options: RateLimiterOptions;
  /** In milliseconds since 1970, and how long from then. */
  #quiet: { readonly from: number; readonly ms: number; readonly kind: QuietKind } = {
    from: 0,
    ms: 0,
    kind: 'rateLimited',
  };

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when a request may be sent.
   * @throws {CloudError} of the kind that began the pause, with what is left of it; an `AbortError` when the signal aborted
   */
  async take(signal: AbortSignal): Promise<void> {
    this.#checkQuiet();
    await this.#options.bucket.take(signal);
    signal.throwIfAborted();
    // Somebody else may have met the limit while this one waited.
    this.#checkQuiet();
  }

  /**
   * The server has answered 429, or anything else with a `Retry-After`.
   * @param retryAfterMs what it asked for, if anything, in milliseconds from now
   */
  noteRateLimit(retryAfterMs: number | undefined, kind: QuietKind = 'rateLimited'): void {
    const ms = rateLimitPauseMs(retryAfterMs);
    if (ms > this.#leftMs()) this.#quiet = { from: this.#options.clock.now(), ms, kind };
  }

  #checkQuiet(): void {
    const retryAfterMs = this.#leftMs();
    if (retryAfterMs <= 0) return;
    const seconds = Math.ceil(retryAfterMs / 1000);
    throw new CloudError(this.#kind(), `Nothing is sent for another ${seconds} s`, {
      retryAfterMs,
    });
  }

  /** Why nothing is sent: another window knows of rate limits only. */
  #kind(): QuietKind {
    const { from, ms, kind } = this.#quiet;
    return from + ms > this.#options.clock.now() ? kind : 'rateLimited';
  }

  #leftMs(): number {
    const { clock, pausedUntil } = this.#options;
    const now = clock.now();
    // A wall clock that was set back makes no pause longer.
    if (now < this.#quiet.from) this.#quiet = { ...this.#quiet, from: now };
    return Math.max(this.#quiet.from + this.#quiet.ms, pausedUntil?.() ?? 0) - now;
  }
}
