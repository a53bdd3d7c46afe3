/**
 * Waits until something holds, in real time.
 *
 * @throws {Error} that names it, after 10 seconds.
 */
export async function waitFor<T>(
  what: string,
  check: () => T | Promise<T>,
): Promise<NonNullable<T>> {
  const until = Date.now() + 10_000;
  for (;;) {
    const seen = await check();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (Date.now() > until) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
