import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ViewStep } from '../../core/details/detailsView';
import { memo } from '../parts/memo';
import { goToStep } from './goToStep';
import { rejectPicture, usePictureAt } from './pictures';
import { placeAfterKey, rowKeys } from '../parts/rovingFocus';
import { oneLine } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';

interface FilmStripProps {
  readonly steps: readonly ViewStep[];
  /** Whether steps are still being drawn that were there before. */
  readonly isGrowing: boolean;
  /** Whether the task may take more steps. */
  readonly isActive: boolean;
}

/** The screenshots of the steps in a row. Each leads to its step. Begins at the newest where more may come. */
export function FilmStrip({ steps, isGrowing, isActive }: FilmStripProps) {
  const shots = useMemo(() => steps.filter(({ hasScreenshot }) => hasScreenshot), [steps]);
  const last = shots.at(-1);
  if (!last || shots.length < 2) return null;
  return <Film shots={shots} newest={last.index} isGrowing={isGrowing} beginsAtNewest={isActive} />;
}

interface FilmProps extends NewestFrameOptions {
  readonly shots: readonly ViewStep[];
}

function Film({ shots, ...newestFrame }: FilmProps) {
  const row = useRef<HTMLDivElement>(null);
  const [chosen, choose] = useNewestFrame(row, newestFrame);
  const stop = Math.max(
    0,
    shots.findIndex(({ index }) => index === chosen),
  );
  return (
    <div
      ref={row}
      class="film"
      role="toolbar"
      aria-label="Screenshots of the steps"
      onKeyDown={(event) => {
        const at = placeAfterKey(event, { at: stop, count: shots.length, keys: rowKeys });
        const shot = at === undefined ? undefined : shots[at];
        if (at === undefined || !shot) return;
        event.preventDefault();
        choose(shot.index);
        const next = event.currentTarget.children[at];
        if (!(next instanceof HTMLElement)) return;
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      }}
    >
      {shots.map((step, position) => (
        <Frame key={step.index} step={step} isStop={position === stop} onGo={choose} />
      ))}
    </div>
  );
}

interface FrameProps {
  readonly step: ViewStep;
  readonly isStop: boolean;
  /** The same function at each drawing, as another one would draw all frames again. */
  readonly onGo: (index: number) => void;
}

const Frame = memo(({ step: { index, number, goal }, isStop, onGo }: FrameProps) => {
  const place = useRef<HTMLButtonElement>(null);
  const state = usePictureAt({ of: 'step', index }, place);
  const text = shorten(oneLine(goal), 80);
  return (
    <button
      ref={place}
      type="button"
      class="frame"
      title={text === '' ? `Step ${number}` : `Step ${number}: ${text}`}
      aria-label={`Go to step ${number}`}
      tabIndex={isStop ? 0 : -1}
      onClick={() => {
        onGo(index);
        goToStep(index);
      }}
    >
      {state.kind === 'shown' && (
        <img
          src={state.url}
          alt=""
          decoding="async"
          onError={() => rejectPicture({ of: 'step', index })}
        />
      )}
      <span class="frame-number" aria-hidden="true">
        {number}
      </span>
    </button>
  );
});

interface NewestFrameOptions {
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
function useNewestFrame(
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
