import { countLabel } from '../../core/labels/countLabel';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ViewStep } from '../../core/details/detailsView';
import { formatDuration } from '../../core/labels/taskLabels';
import { timeBars, type TimeBar } from '../../core/details/timeline';
import { memo } from '../parts/memo';
import { goToStep } from './goToStep';
import { Icon } from '../parts/icon';
import { placeAfterKey, rowKeys } from '../parts/rovingFocus';
import { oneLine } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';

interface StripProps {
  readonly steps: readonly ViewStep[];
  /** Where the steps are drawn, and how many are so far. */
  readonly list: { readonly current: HTMLElement | null };
  readonly drawnCount: number;
}

/** In pixels, with the gap beside it. */
const narrowestBar = 5;
/** Where the longest step takes no more than so many times what a step takes, none of them stands out. */
const evenSpread = 1.25;

/** Bars over the steps, as high as each took time. Each leads to its step. */
export function Strip({ steps, list, drawnCount }: StripProps) {
  const currentIndex = useCurrentStep(list, drawnCount);
  const row = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number>();
  const [focusAt, setFocusAt] = useState(0);
  const summary = useMemo(() => timeBars(steps, (width ?? 0) / narrowestBar), [steps, width]);
  const isShown = summary !== undefined && steps.length >= 2;

  useLayoutEffect(() => {
    const element = row.current;
    if (!element) return undefined;
    const measure = (): void => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [isShown]);

  if (!isShown) return null;
  // How many there is room for is known once the row is drawn, which is before it is seen.
  const bars = width === undefined ? [] : summary.bars;
  const stop = Math.min(focusAt, bars.length - 1);
  const currentPosition = steps.findIndex(({ index }) => index === currentIndex);
  return (
    <div class="strip">
      <div
        ref={row}
        class="bars"
        role="toolbar"
        aria-label="Time of each step"
        aria-describedby="strip-summary"
        onKeyDown={(event) => {
          const at = placeAfterKey(event, { at: stop, count: bars.length, keys: rowKeys });
          if (at === undefined) return;
          event.preventDefault();
          setFocusAt(at);
          const next = event.currentTarget.children[at];
          if (next instanceof HTMLElement) next.focus();
        }}
      >
        {bars.map((bar, position) => (
          <Bar
            key={bar.first}
            bar={bar}
            steps={steps}
            isStop={position === stop}
            isCurrent={bar.first <= currentPosition && currentPosition <= bar.last}
            position={position}
            onGo={setFocusAt}
          />
        ))}
      </div>
    </div>
  );
}

/** A text that sums up the bars. */
export function StripLabel({ steps }: { readonly steps: readonly ViewStep[] }) {
  const summary = useMemo(() => timeBars(steps, steps.length), [steps]);
  if (!summary || steps.length < 2) return null;
  const longest = steps[summary.longest];
  const isEven = summary.longestSeconds < summary.typicalSeconds * evenSpread;
  const failed = summary.bars.filter(({ hasFailed }) => hasFailed);
  const firstFailed = steps[failed[0]?.first ?? 0];
  return (
    <p id="strip-summary" class="strip-summary">
      {isEven && <span>About {formatDuration(summary.typicalSeconds * 1000)} a step</span>}
      {longest && !isEven && (
        <span>
          Longest:{' '}
          <button type="button" class="link" onClick={() => goToStep(longest.index)}>
            step {longest.number}
          </button>
          , {formatDuration(summary.longestSeconds * 1000)}
        </span>
      )}
      {!isEven && <span>Typical: {formatDuration(summary.typicalSeconds * 1000)}</span>}
      {firstFailed && failed.length > 0 && (
        <span class="failed-steps">
          <Icon name="warning" />
          {countLabel(failed.length, 'step')} that the agent calls failed,{' '}
          {failed.length === 1 ? '' : 'the first '}
          <button type="button" class="link" onClick={() => goToStep(firstFailed.index)}>
            step {firstFailed.number}
          </button>
        </span>
      )}
    </p>
  );
}

interface BarProps {
  readonly bar: TimeBar;
  readonly steps: readonly ViewStep[];
  readonly isStop: boolean;
  readonly isCurrent: boolean;
  readonly position: number;
  /** Never another function. */
  readonly onGo: (position: number) => void;
}

/** The step at hand changes often in scrolling, and most bars stay as they are. */
const Bar = memo(({ bar, steps, position, isStop, isCurrent, onGo }: BarProps) => {
  const label = barLabel(bar, steps);
  const fill = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    fill.current?.style.setProperty('height', `${Math.max(4, bar.share * 100)}%`);
  }, [bar.share]);
  return (
    <button
      type="button"
      class={bar.hasFailed ? 'bar failed' : 'bar'}
      title={label}
      aria-label={label}
      aria-current={isCurrent ? 'step' : undefined}
      tabIndex={isStop ? 0 : -1}
      onClick={() => {
        onGo(position);
        const step = steps[bar.longest];
        if (step) goToStep(step.index);
      }}
    >
      <span ref={fill} />
    </button>
  );
});

function barLabel(
  { first, last, longest, seconds, hasFailed }: TimeBar,
  steps: readonly ViewStep[],
): string {
  const step = steps[longest];
  const numbers =
    first === last
      ? `Step ${step?.number}`
      : `Steps ${steps[first]?.number} to ${steps[last]?.number}`;
  const judged = hasFailed ? ', called failed by the agent' : '';
  const goal = shorten(oneLine(step?.goal ?? ''), 80);
  return `${numbers}, ${formatDuration(seconds * 1000)}${judged}${goal === '' ? '' : `: ${goal}`}`;
}

/**
 * The index of the step that the reader is at: the focused one while it is in sight, else the first that lies in the
 * upper third of what they see.
 * @param count How many steps there are; when it changes, new ones are followed, too.
 */
function useCurrentStep(
  list: { readonly current: HTMLElement | null },
  count: number,
): number | undefined {
  const [current, setCurrent] = useState<number>();
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const inBand = new Set<number>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const index = Number(target.getAttribute('data-index'));
          if (isIntersecting) inBand.add(index);
          else inBand.delete(index);
        }
        setCurrent(focusedStep() ?? (inBand.size === 0 ? undefined : Math.min(...inBand)));
      },
      // A thin band; steps lie close to each other, so that one or two touch it.
      { rootMargin: '-25% 0px -70% 0px' },
    );
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [count]);
  return current;
}

function focusedStep(): number | undefined {
  const step = document.activeElement?.closest('.steps > li');
  if (!step) return undefined;
  const { top, bottom } = step.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight
    ? Number(step.getAttribute('data-index'))
    : undefined;
}
