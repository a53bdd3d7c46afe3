/** The shortest pause after a failure, in milliseconds. */
export const backoffBaseMs = 2000;
/** The longest pause after failures in a row, in milliseconds. */
export const backoffCapMs = 60_000;
/** The same after refusals, which seldom mend themselves soon, in milliseconds. */
export const refusedCapMs = 10 * 60_000;

/** Without a `Retry-After`, which no document promises, 429 means this pause. */
const rateLimitMs = 60_000;
/** The most that a server's `Retry-After` is obeyed. */
const longestRetryAfterMs = 60 * 60_000;

/**
 * The pause after 429, or after anything else with a `Retry-After`.
 * @param retryAfterMs what the server asked for, if anything, in milliseconds from now
 * @param atLeastMs the pause that failures in a row mean anyway
 * @returns between `atLeastMs` and an hour
 */
export function rateLimitPauseMs(
  retryAfterMs: number | undefined,
  atLeastMs = backoffBaseMs,
): number {
  return Math.min(Math.max(retryAfterMs ?? rateLimitMs, atLeastMs), longestRetryAfterMs);
}

/**
 * The pause after one more failure in a row: decorrelated jitter, which keeps many clients from coming back at once.
 * Its range is narrowed to two to three times the pause before (54 to 60 s at the cap),
 * as AWS's own, from the base up, may stay short for long: so ten minutes without a network cost at most 15 requests.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @param previousMs the pause before, 0 after a success
 * @param random from 0 to 1
 * @returns between `backoffBaseMs` and `capMs`
 */
export function nextBackoffMs(
  previousMs: number,
  random: () => number,
  capMs = backoffCapMs,
): number {
  const least = Math.min(Math.max(backoffBaseMs, previousMs * 2), capMs * 0.9);
  const most = Math.min(Math.max(backoffBaseMs, previousMs * 3), capMs);
  return least + random() * (most - least);
}
