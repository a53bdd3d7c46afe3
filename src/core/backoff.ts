/** The shortest pause after a failure, in milliseconds. */
export const backoffBaseMs = 2000;
/** The longest pause after failures in a row, in milliseconds. */
export const backoffCapMs = 60_000;

/**
 * The pause after one more failure: decorrelated jitter, which keeps many clients from coming back at once.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @param previousMs the pause before, 0 after a success
 * @param random from 0 to 1
 * @returns between `backoffBaseMs` and `backoffCapMs`
 */
export function nextBackoffMs(previousMs: number, random: () => number): number {
  const most = Math.max(backoffBaseMs, previousMs * 3);
  return Math.min(backoffCapMs, backoffBaseMs + random() * (most - backoffBaseMs));
}
