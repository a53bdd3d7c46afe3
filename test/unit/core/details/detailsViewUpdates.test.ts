import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  mostSteps,
  taskViewOf,
  type TaskView,
  updateOf,
  withUpdate,
} from '../../../../src/core/details/detailsView';
import { aDetails } from '../../../fakes/fakeCloud';

function aView(goals: readonly string[], more: Parameters<typeof aDetails>[1] = {}): TaskView {
  const steps = goals.map((goal, index) => ({
    number: index + 1,
    goal,
    evaluation: '',
    memory: '',
    url: '',
    actions: [],
  }));
  return taskViewOf(aDetails('a', { steps, ...more }));
}

/** As it is on the other side of a message. */
const sent = (view: TaskView): TaskView => structuredClone(view);

describe('an update of a view', () => {
  it('holds of the steps those that are new or changed, and all else', () => {
    const after = aView(['one', 'changed', 'three'], { output: 'Done' });
    const update = updateOf(aView(['one', 'two']), after);
    assert.deepEqual(
      update.steps.map(({ index, goal }) => [index, goal]),
      [
        [1, 'changed'],
        [2, 'three'],
      ],
    );
    assert.deepEqual({ ...update, steps: [] }, { ...after, steps: [] });
  });

  it('keeps the objects of steps that are as they were', () => {
    const before = aView(['one', 'two']);
    const after = aView(['one', 'changed', 'three']);
    const page = withUpdate(before, sent(updateOf(before, after)));
    assert.equal(page.steps[0], before.steps[0]);
    assert.deepEqual(page, sent(after));
  });

  it('leads to the very view, whatever becomes of the steps', () => {
    const goals = fc.array(fc.constantFrom('a', 'b'), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(goals), (rounds) => {
        let before = aView([]);
        let page = sent(before);
        for (const round of rounds) {
          const view = aView(round);
          page = withUpdate(page, sent(updateOf(before, view)));
          before = view;
          assert.deepEqual(page, sent(view));
        }
      }),
    );
  });

  it('leads to the last steps of a task that has more than a page gets', () => {
    const many = (count: number) => aView(Array.from({ length: count }, (_, index) => `${index}`));
    const before = many(mostSteps);
    for (const count of [mostSteps + 3, mostSteps - 3, 2 * mostSteps + 1]) {
      const view = many(count);
      assert.deepEqual(withUpdate(sent(before), sent(updateOf(before, view))), sent(view));
    }
  });

  it('is small for a task whose steps are the same objects as before', () => {
    const details = aDetails('a', {
      steps: Array.from({ length: 500 }, (_, index) => ({
        number: index,
        goal: 'g'.repeat(100),
        evaluation: '',
        memory: '',
        url: '',
        actions: [],
      })),
    });
    const [first, second] = [taskViewOf(details), taskViewOf({ ...details, cost: '0.20' })];
    assert.equal(second.steps[17], first.steps[17]);
    const update = updateOf(first, second);
    assert.deepEqual(update.steps, []);
    assert.ok(JSON.stringify(update).length < 2000);
  });
});
