import { mostSteps, type TaskView, type ViewStep } from './detailsView';

/** A view as an update of one that was sent before: of its steps, only those that are new or changed. */
export function updateOf(before: TaskView, view: TaskView): TaskView {
  const known = stepsByIndex(before);
  return { ...view, steps: view.steps.filter((step) => !isEqual(known.get(step.index), step)) };
}

/**
 * The whole view of an update.
 * @param before what the update was made from: its steps stay the same objects, so that only the others are drawn again
 */
export function withUpdate(before: TaskView, update: TaskView): TaskView {
  const known = stepsByIndex(before);
  for (const step of update.steps) known.set(step.index, step);
  const first = Math.max(0, update.stepCount - mostSteps);
  const steps: ViewStep[] = [];
  for (let index = first; index < update.stepCount; index++) {
    const step = known.get(index);
    if (step) steps.push(step);
  }
  return { ...update, steps };
}

function stepsByIndex({ steps }: TaskView): Map<number, ViewStep> {
  return new Map(steps.map((step) => [step.index, step]));
}

/** Steps of versions that are read anew each time are other objects that say the same. */
function isEqual(before: ViewStep | undefined, step: ViewStep): boolean {
  return before === step || JSON.stringify(before) === JSON.stringify(step);
}
