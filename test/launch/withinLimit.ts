/**
 * Waits for `work`, but no longer than `limitMs` milliseconds; the work itself goes on.
 *
 * @throws {Error} that says `what` did not end in time, or what `work` rejects with.
 */
export async function withinLimit<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} did not end within ${limitMs / 1000} s.`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
