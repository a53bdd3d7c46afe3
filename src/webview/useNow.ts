import { useEffect, useState } from 'preact/hooks';

/** The wall clock in milliseconds since 1970, each second while `ticks`; no timer otherwise. */
export function useNow(ticks: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticks) return undefined;
    // One after the other: a page that was asleep catches up with one tick, not with many.
    const timer = setTimeout(() => setNow(Date.now()), 1000 - (Date.now() % 1000));
    return () => clearTimeout(timer);
  }, [ticks, now]);
  return ticks ? Math.max(now, Date.now()) : now;
}
