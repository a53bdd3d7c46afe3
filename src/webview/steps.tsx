import { useLayoutEffect, useRef } from 'preact/hooks';
import type { TaskView } from '../core/detailsView';
import { hasEnded } from '../core/task';
import { oneLine } from '../core/taskWords';
import { Icon } from './icon';
import { Section } from './section';
import { StepCard } from './stepCard';

interface StepsProps {
  readonly task: TaskView;
  readonly isReading: boolean;
}

/** What the agent did, step by step. */
export function Steps({ task, isReading }: StepsProps) {
  const list = useFollowedEnd(task);
  if (!task.isWhole)
    return isReading ? (
      <Section id="steps" title="Steps">
        <p class="nothing">Loading the steps…</p>
      </Section>
    ) : null;
  if (task.steps.length === 0)
    return (
      <Section id="steps" title="Steps">
        <p class="nothing">
          {hasEnded(task.status) ? 'The agent took no step.' : 'The agent has taken no step yet.'}
        </p>
      </Section>
    );
  const left = task.stepCount - task.steps.length;
  return (
    <Section id="steps" title="Steps" count={task.stepCount}>
      {left > 0 && <p class="note">The first {left} steps are not shown.</p>}
      <ol class="steps" ref={list}>
        {task.steps.map((step) => (
          <StepCard key={step.index} step={step} />
        ))}
      </ol>
    </Section>
  );
}

/** The step that the agent is at, near the top; leads to its place among the steps. */
export function Latest({ task }: { readonly task: TaskView }) {
  const last = task.steps.at(-1);
  if (!last) return null;
  const goal = oneLine(last.goal);
  return (
    <button
      type="button"
      class="latest"
      onClick={() => {
        const place = document.getElementById(`step-${last.index}`);
        place?.scrollIntoView({ block: 'center' });
        place?.focus({ preventScroll: true });
      }}
    >
      <span class="latest-number">Step {last.number}</span>
      <span class="latest-goal" dir="auto">
        {goal === '' ? 'No goal given' : goal}
      </span>
      <Icon name="arrow-down" />
    </button>
  );
}

/** Keeps the newest step in view for a reader who was at the end; leaves every other reader where they are. */
function useFollowedEnd({ stepCount, status }: TaskView) {
  const list = useRef<HTMLOListElement>(null);
  const shownCount = useRef(stepCount);
  // While this renders, the page still is as it was before.
  const end = list.current?.getBoundingClientRect().bottom;
  const grows = stepCount > shownCount.current && shownCount.current > 0 && !hasEnded(status);
  const follows = grows && end !== undefined && end > 0 && end <= window.innerHeight + 40;
  useLayoutEffect(() => {
    shownCount.current = stepCount;
    if (follows) list.current?.lastElementChild?.scrollIntoView({ block: 'end' });
  });
  return list;
}
