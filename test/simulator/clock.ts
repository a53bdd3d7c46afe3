/** The time that the simulated cloud lives by, in milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Jumps by this many milliseconds; a negative number jumps back, as a wall clock that is set right does. */
  advance(milliseconds: number): void;
}

/** A clock that stands still until it is advanced. Starts at a fixed moment, so that answers repeat exactly. */
export function virtualClock(startMs: number = Date.UTC(2026, 0, 13, 12, 0, 0, 123)): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (milliseconds) => {
      nowMs += milliseconds;
    },
  };
}

/** A clock that runs, starting at the present moment. Its speed is in simulated seconds for each real second. */
export function runningClock({ speed = 1 }: { readonly speed?: number } = {}): Clock {
  const startMs = Date.now();
  let offsetMs = 0;
  return {
    // Whole milliseconds, as a cloud's clock shows; a fast clock would yield fractions otherwise.
    now: () => Math.floor(startMs + (Date.now() - startMs) * speed + offsetMs),
    advance: (milliseconds) => {
      offsetMs += milliseconds;
    },
  };
}
