import { rateLimitPauseMs } from './backoff';
import type { Clock } from '../base/clock';
import { CloudError } from '../cloud/errors';
import type { QuietKind, RequestAllowance, RequestGate } from '../cloud/taskClient';
import type { TokenBucket } from './tokenBucket';

export interface RateLimiterOptions {
  readonly clock: Clock;
  /** The one that all requests share, whichever server and key they are for. */
  readonly bucket: TokenBucket;
  /** Until when a rate limit of another window lasts, in milliseconds since 1970. */
  readonly pausedUntil?: (() => number | undefined) | undefined;
}

/** For how long a request of the background gives way at most, in milliseconds: where the others never end, it takes a tenth of the tokens at most. */
const longestGivingWayMs = 5000;
/** How long it waits before it tries again, in milliseconds. */
const givingWayMs = 250;

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

  /** How requests are spread for now: from and until when, the time between two, and when the next may be sent. */
  #pace = { from: 0, until: 0, gapMs: 0, nextAt: 0 };
  /** Requests that wait for a token or their pace, but for those of the background. */
  #waiting = 0;
  /** Resolves when no request of the background gives way any more. */
  #background: Promise<void> = Promise.resolve();

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when a request may be sent.
   * @param isBackground true for what nobody waits for: it gives way to all other requests, for five seconds at most
   * @throws {CloudError} of the kind that began the pause, with what is left of it; an `AbortError` when the signal aborted
   */
  async take(signal: AbortSignal, isBackground = false): Promise<void> {
    this.#checkQuiet();
    if (isBackground) await this.#giveWay(signal);
    else this.#waiting++;
    await this.#options.bucket.take(signal);
    await this.#waitForPace(signal);
    if (!isBackground) this.#waiting--;
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

  /**
   * An answer has said how many requests the server takes in the rest of its window. Where that is less than the bucket
   * gives, requests are spread over that rest, and with none left all wait for its end. The strictest of several such
   * answers holds, as the server counts some routes apart.
   */
  noteAllowance({ remaining, resetMs }: RequestAllowance): void {
    const { bucket, clock } = this.#options;
    const now = clock.now();
    const gapMs = resetMs / (remaining + 1);
    const isInForce = now >= this.#pace.from && now < this.#pace.until;
    if (gapMs <= (isInForce ? this.#pace.gapMs : 1000 / bucket.perSecond)) return;
    this.#pace = { from: now, until: now + resetMs, gapMs, nextAt: now + gapMs };
  }

  /** One after the other: until nobody waits, and so many tokens are left that nobody will for this one. */
  #giveWay(signal: AbortSignal): Promise<void> {
    const { bucket, clock } = this.#options;
    const hasRoom = (): boolean => this.#waiting === 0 && bucket.available() > bucket.burst / 2;
    this.#background = this.#background.then(async () => {
      for (let ms = 0; ms < longestGivingWayMs && !hasRoom() && !signal.aborted; ms += givingWayMs)
        await clock.sleep(givingWayMs, signal);
    });
    return this.#background;
  }

  /** Those who wait are let through one after the other. */
  async #waitForPace(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#options.clock.now();
      const { from, gapMs, nextAt, until } = this.#pace;
      // Also where the wall clock was set back.
      if (now >= until || now < from) return;
      if (now >= nextAt) {
        this.#pace = { ...this.#pace, nextAt: now + gapMs };
        return;
      }
      await this.#options.clock.sleep(nextAt - now, signal);
      if (signal.aborted) return;
    }
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
