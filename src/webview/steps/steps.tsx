import { countLabel, formatCount } from '../../core/labels/countLabel';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TaskView } from '../../core/details/detailsView';
import { hasEnded } from '../../core/cloud/task';
import { failedSteps } from '../../core/details/timeline';
import { FilmStrip } from './filmStrip';
import { goToStep } from './goToStep';
import { Icon } from '../parts/icon';
import { listKeys, placeAfterKey } from '../parts/rovingFocus';
import { Section } from '../parts/section';
import { StepCard } from './stepCard';
import { Strip, StripLabel } from './strip';
import { pageState } from '../parts/vscodeApi';

interface StepsProps {
  readonly task: TaskView;
  readonly isReading: boolean;
}

/** What the agent did, step by step. */
export function Steps({ task, isReading }: StepsProps) {
  if (task.isWhole && task.steps.length > 0) return <Timeline task={task} />;
  const message = !task.isWhole
    ? 'Loading the steps…'
    : task.unread.includes('steps')
      ? 'The steps could not be read.'
      : hasEnded(task.status)
        ? 'The agent took no step.'
        : 'The agent has taken no step yet.';
  if (!task.isWhole && !isReading) return null;
  return (
    <Section id="steps" title="Steps">
      <p class="nothing">{message}</p>
    </Section>
  );
}

function Timeline({ task }: { readonly task: TaskView }) {
  const { steps, stepCount } = task;
  const list = useRef<HTMLOListElement>(null);
  const drawnCount = useGrowing(steps.length);
  const [unseenCount, noteSeen] = useUnseenSteps(list, task, drawnCount);
  const [focusAt, setFocusAt] = useState<number>();
  const failed = useMemo(() => failedSteps(steps), [steps]);
  const left = stepCount - steps.length;
  const newest = steps.at(-1);
  const stop = focusAt ?? steps[0]?.index;
  const drawn = useMemo(() => steps.slice(0, drawnCount), [steps, drawnCount]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const focused = event.target instanceof Element && event.target.closest('.step');
    const at = steps.findIndex(({ index }) => focused && focused.id === `step-${index}`);
    const place = placeAfterKey(event, { at, count: steps.length, keys: listKeys });
    const step = place === undefined ? undefined : steps[place];
    if (!step || at === -1) return;
    event.preventDefault();
    goToStep(step.index, 'nearest');
  };

  return (
    <Section
      id="steps"
      title="Steps"
      count={stepCount}
      tools={
        <p id="steps-hint" class="hint">
          Keys: <kbd>↑</kbd> <kbd>↓</kbd> or <kbd>k</kbd> <kbd>j</kbd>, <kbd>Home</kbd>{' '}
          <kbd>End</kbd>
        </p>
      }
    >
      {task.unread.includes('steps') && <p class="note">Not all steps could be read.</p>}
      {left > 0 && <p class="note">The first {formatCount(left)} steps are not shown.</p>}
      <StripLabel steps={steps} />
      <Strip steps={steps} list={list} drawnCount={drawnCount} />
      <FilmStrip
        steps={drawn}
        isGrowing={drawnCount < steps.length}
        isActive={!hasEnded(task.status)}
      />
      <ol
        class="steps"
        ref={list}
        aria-describedby="steps-hint"
        onKeyDown={onKeyDown}
        onFocusIn={({ target }) => {
          const step = target instanceof Element ? target.closest('li') : null;
          if (step) setFocusAt(Number(step.getAttribute('data-index')));
        }}
      >
        {drawn.map((step, position) => (
          <StepCard
            key={step.index}
            step={step}
            hasFailed={failed.has(position)}
            isStop={step.index === stop}
          />
        ))}
      </ol>
      {unseenCount > 0 && newest && (
        <button
          type="button"
          class="news button primary"
          onClick={() => {
            noteSeen();
            goToStep(newest.index, 'end');
          }}
        >
          <Icon name="arrow-down" />
          <span>{countLabel(unseenCount, 'new step')}</span>
        </button>
      )}
    </Section>
  );
}

/** More than a window shows. */
const atFirst = 40;

/** With each frame. */
const perFrame = 80;

/**
 * How many of many things to draw: as many as can be in sight for the first paint, the others in the frames after it,
 * so that neither keeps the reader waiting. All at once for a reader who comes back to where they were.
 */
function useGrowing(count: number): number {
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

/** How many pixels below the window's edge the end of the steps may lie for the reader to be at the end. */
const nearEnd = 40;

/**
 * Keeps the newest step in view for a reader who is at the end of the steps; leaves every other reader where they are.
 * @param drawnCount How many steps are in the list so far.
 * @returns how many steps came that the reader has not been led to; none while they see the newest, at the top or in
 * its place, and none before it is measured whether they do
 */
function useUnseenSteps(
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
