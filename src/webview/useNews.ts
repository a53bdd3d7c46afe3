import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TaskView } from '../core/detailsView';
import { hasEnded } from '../core/task';

/** How many pixels below the window's edge the end of the steps may lie for the reader to be at the end. */
const nearEnd = 40;

/**
 * Keeps the newest step in view for a reader who is at the end of the steps; leaves every other reader where they are.
 * @returns how many steps came that the reader has not been led to; none while they see the newest at the top
 */
export function useNews(
  list: { readonly current: HTMLElement | null },
  { stepCount, status }: TaskView,
): readonly [number, () => void] {
  const shownCount = useRef(stepCount);
  const [seenCount, setSeenCount] = useState(stepCount);
  // While this renders, the page still is as it was before.
  const end = list.current?.getBoundingClientRect().bottom;
  const grows = stepCount > shownCount.current && shownCount.current > 0 && !hasEnded(status);
  const follows = grows && end !== undefined && end > 0 && end <= window.innerHeight + nearEnd;

  useLayoutEffect(() => {
    shownCount.current = stepCount;
    if (follows) list.current?.lastElementChild?.scrollIntoView({ block: 'end' });
  });

  const isUnseen = seenCount < stepCount;
  useEffect(() => {
    if (!isUnseen) return undefined;
    const look = (): void => {
      if (isNewestInView(list.current)) setSeenCount(stepCount);
    };
    look();
    document.addEventListener('scroll', look, { passive: true });
    return () => document.removeEventListener('scroll', look);
  }, [isUnseen, stepCount]);

  return [Math.max(0, stepCount - seenCount), () => setSeenCount(stepCount)];
}

function isNewestInView(list: HTMLElement | null): boolean {
  const isInView = (element: Element | null | undefined): boolean => {
    if (!element) return false;
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  };
  return isInView(list?.lastElementChild) || isInView(document.getElementById('latest'));
}
