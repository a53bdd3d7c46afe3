import { useRef } from 'preact/hooks';
import type { TaskView, ViewStep } from '../../core/details/detailsView';
import { linkParts } from '../../core/text/safeLink';
import { hasEnded } from '../../core/cloud/task';
import { goToStep } from './goToStep';
import { Icon } from '../parts/icon';
import { rejectPicture, usePictureAt } from './pictures';
import { oneLine } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';

/** The newest step near the top: where the agent is, or where it broke off. Leads to its place among the steps. */
export function Latest({ task }: { readonly task: TaskView }) {
  const last = task.steps.at(-1);
  if (!last || task.status === 'finished') return null;
  const goal = oneLine(last.goal);
  return (
    <button
      type="button"
      id="latest"
      class={`latest ${task.status}`}
      onClick={() => goToStep(last.index, hasEnded(task.status) ? 'start' : 'end')}
    >
      <span class="latest-texts">
        <span class="latest-label">
          {labelOf(task, last)}
          <Icon name="arrow-down" />
        </span>
        <span class="latest-goal" dir="auto">
          {goal === '' ? 'No goal given' : shorten(goal, 300)}
        </span>
        {linkParts(last.url) && <span class="latest-host">{linkParts(last.url)?.host}</span>}
      </span>
      {last.hasScreenshot && <Thumbnail key={last.index} index={last.index} />}
    </button>
  );
}

function labelOf({ status, steps }: TaskView, { number }: ViewStep): string {
  switch (status) {
    case 'failed':
      return `Broke off at step ${number}`;
    case 'stopped':
      return `Stopped at step ${number}`;
    case 'paused':
      return `Paused at step ${number}`;
    default:
      return steps.length === 1 ? 'First step' : `Newest step: ${number}`;
  }
}

/** Says nothing of its own to who can't see it. */
function Thumbnail({ index }: { readonly index: number }) {
  const place = useRef<HTMLSpanElement>(null);
  const state = usePictureAt({ of: 'step', index }, place);
  return (
    <span ref={place} class="latest-picture">
      {state.kind === 'shown' && (
        <img src={state.url} alt="" onError={() => rejectPicture({ of: 'step', index })} />
      )}
    </span>
  );
}
