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

/**
 * Gives a page that is ready 300 milliseconds to load its font, of which it tells nobody. VS Code 1.100 in a browser has
 * a service worker for each page, which starts when the one before it has nothing to do; and where a page is closed in
 * the middle of a request, its worker waits 30 seconds for the answer.
 */
export function waitForFont(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}
