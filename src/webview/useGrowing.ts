import { useEffect, useState } from 'preact/hooks';
import { pageState } from './extension';

/** More than a window shows. */
const atFirst = 40;
/** With each frame. */
const perFrame = 80;

/**
 * How many of many things to draw: as many as can be in sight for the first paint, the others in the frames after it,
 * so that neither keeps the reader waiting. All at once for a reader who comes back to where they were.
 */
export function useGrowing(count: number): number {
  const [drawn, setDrawn] = useState(() => (pageState().scrollY ? Infinity : atFirst));
  const isBehind = drawn < count;
  useEffect(() => {
    // Whatever comes later comes piece by piece anyway.
    if (!isBehind) return setDrawn(Infinity);
    const frame = requestAnimationFrame(() => setDrawn(drawn + perFrame));
    return () => cancelAnimationFrame(frame);
  }, [drawn, isBehind]);
  return Math.min(drawn, count);
}
