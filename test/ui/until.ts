import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Checks again and again until `check` gives something: anything but `undefined`, `null` and
 * `false`. What it throws in between counts as nothing.
 *
 * @throws {Error} that says `what` did not come, after `timeoutMs` milliseconds (20,000 without).
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | null | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await check();
      if (found !== undefined && found !== null && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  const why = last instanceof Error ? ` (${last.message})` : '';
  throw new Error(`${what} did not come within ${timeoutMs / 1000} s${why}.`);
}
