import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface NewestFrameOptions {
  /** The index of the step that the last frame shows. */
  readonly newest: number;
  /** Whether the reader begins at the newest frame. */
  readonly beginsAtNewest: boolean;
  /** Whether frames are still being drawn that were there before. */
  readonly isGrowing: boolean;
}

/** How many pixels of a row may be out of sight at its end for the reader to be there: less than half a frame. */
const nearEnd = 40;

/**
 * Keeps the newest frame of a row in sight for a reader who is at the newest; leaves one who is at an older frame
 * where they are. What the reader did last says which: they chose a frame, or scrolled the row.
 * @returns the step of the frame where the Tab key stops, if it is not the first; and what notes that the reader chose
 * a frame, always the same function
 */
export function useNewestFrame(
  row: { readonly current: HTMLElement | null },
  { newest, beginsAtNewest, isGrowing }: NewestFrameOptions,
): readonly [number | undefined, (index: number) => void] {
  const last = useRef(newest);
  const isAtNewest = useRef(beginsAtNewest);
  const [chosen, setChosen] = useState<number>();

  const choose = useCallback((index: number) => {
    isAtNewest.current = index === last.current;
    setChosen(index);
  }, []);

  useLayoutEffect(() => {
    const element = row.current;
    if (!element) return undefined;
    const onScroll = (): void => {
      const { scrollLeft, scrollWidth, clientWidth } = element;
      isAtNewest.current = scrollLeft + clientWidth >= scrollWidth - nearEnd;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, []);

  useLayoutEffect(() => {
    last.current = newest;
    const element = row.current;
    if (!element || isGrowing || !isAtNewest.current) return;
    element.scrollLeft = element.scrollWidth;
    // Who is in the row by keyboard keeps their place in it.
    if (!element.contains(document.activeElement)) setChosen(newest);
  }, [newest, isGrowing]);

  return [chosen, choose];
}
