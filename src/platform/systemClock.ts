import type { Clock } from '../core/base/clock';

/** More makes `setTimeout` fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. No timer and no listener is left behind, whichever way a sleep ends. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, longestTimerMs));
      signal.addEventListener('abort', end);
    }),
};
