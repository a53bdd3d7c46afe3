import type { PageView } from '../protocol';

/**
 * The view with the objects of the steps that are as they were, so that only new and changed steps are drawn again.
 * Messages are copies: without this every step of every message is another.
 */
export function keepEqualSteps(before: PageView | undefined, view: PageView): PageView {
  if (!before) return view;
  const known = new Map(before.task.steps.map((step) => [step.index, step]));
  const steps = view.task.steps.map((step) => {
    const old = known.get(step.index);
    return old && JSON.stringify(old) === JSON.stringify(step) ? old : step;
  });
  return { ...view, task: { ...view.task, steps } };
}
