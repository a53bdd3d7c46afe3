import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TaskView } from '../../core/details/detailsView';
import { hasEnded } from '../../core/cloud/task';

/** How many pixels below the window's edge the end of the steps may lie for the reader to be at the end. */
const nearEnd = 40;

/**
 * Keeps the newest step in view for a reader who is at the end of the steps; leaves every other reader where they are.
 * @param drawnCount How many steps are in the list so far.
 * @returns how many steps came that the reader has not been led to; none while they see the newest, at the top or in
 * its place, and none before it is measured whether they do
 */
export function useNews(
  list: { readonly current: HTMLElement | null },
  { steps, stepCount, status }: TaskView,
  drawnCount: number,
): readonly [number, () => void] {
  const shownCount = useRef(stepCount);
  const seenCount = useRef(stepCount);
  const [unseenCount, setUnseenCount] = useState(0);
  const newest = steps.at(-1)?.index;
  // While this renders, the page still is as it was before.
  const end = list.current?.getBoundingClientRect().bottom;
  const grows = stepCount > shownCount.current && shownCount.current > 0 && !hasEnded(status);
  const follows = grows && end !== undefined && end > 0 && end <= window.innerHeight + nearEnd;

  const noteSeen = (): void => {
    seenCount.current = stepCount;
    setUnseenCount(0);
  };

  useLayoutEffect(() => {
    shownCount.current = stepCount;
    if (follows) list.current?.lastElementChild?.scrollIntoView({ block: 'end' });
  });

  useLayoutEffect(() => {
    const places = placesOf(newest);
    if (stepCount <= seenCount.current || places.some(isInView)) return noteSeen();
    setUnseenCount(stepCount - seenCount.current);
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) noteSeen();
    });
    for (const place of places) observer.observe(place);
    return () => observer.disconnect();
  }, [newest, stepCount, drawnCount, status]);

  return [unseenCount, noteSeen];
}

/** Where the newest step is shown: among the steps, and at the top. */
function placesOf(newest: number | undefined): Element[] {
  const places = [document.getElementById(`step-${newest}`), document.getElementById('latest')];
  return places.filter((place) => place !== null);
}

function isInView(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}
