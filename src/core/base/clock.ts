/** Time as core knows it: passed in, so that tests drive it. */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. May jump either way. */
  now(): number;
  /**
   * Resolves after `ms`, or at once when the signal aborts; never rejects.
   * A late timer (sleep of the machine) resolves late: compare `now()`.
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
