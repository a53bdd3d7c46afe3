import { useMemo, useRef, useState } from 'preact/hooks';
import type { ViewStep } from '../core/detailsView';
import { oneLine, shorten } from '../core/taskWords';
import { goToStep } from './goToStep';
import { rejectPicture, usePictureAt } from './pictures';
import { placeAfterKey, rowKeys } from './rovingFocus';

interface FilmStripProps {
  readonly steps: readonly ViewStep[];
  readonly currentIndex: number | undefined;
}

/** The screenshots of the steps in a row. Each leads to its step. */
export function FilmStrip({ steps, currentIndex }: FilmStripProps) {
  const shots = useMemo(() => steps.filter(({ hasScreenshot }) => hasScreenshot), [steps]);
  const [focusAt, setFocusAt] = useState(0);
  if (shots.length < 2) return null;
  const stop = Math.min(focusAt, shots.length - 1);
  return (
    <div
      class="film"
      role="toolbar"
      aria-label="Screenshots of the steps"
      onKeyDown={(event) => {
        const at = placeAfterKey(event, { at: stop, count: shots.length, keys: rowKeys });
        if (at === undefined) return;
        event.preventDefault();
        setFocusAt(at);
        const next = event.currentTarget.children[at];
        if (!(next instanceof HTMLElement)) return;
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      }}
    >
      {shots.map((step, position) => (
        <Frame
          key={step.index}
          step={step}
          isStop={position === stop}
          isCurrent={step.index === currentIndex}
          onGo={setFocusAt}
          position={position}
        />
      ))}
    </div>
  );
}

interface FrameProps {
  readonly step: ViewStep;
  readonly position: number;
  readonly isStop: boolean;
  readonly isCurrent: boolean;
  /** Never another function, so that a frame is drawn again only when it changes. */
  readonly onGo: (position: number) => void;
}

function Frame({ step, position, isStop, isCurrent, onGo }: FrameProps) {
  return useMemo(
    () => (
      <FrameButton
        step={step}
        position={position}
        isStop={isStop}
        isCurrent={isCurrent}
        onGo={onGo}
      />
    ),
    [step, position, isStop, isCurrent, onGo],
  );
}

function FrameButton({
  step: { index, number, goal },
  position,
  isStop,
  isCurrent,
  onGo,
}: FrameProps) {
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
      aria-current={isCurrent ? 'step' : undefined}
      tabIndex={isStop ? 0 : -1}
      onClick={() => {
        onGo(position);
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
}
