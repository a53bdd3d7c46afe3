import assert from 'node:assert/strict';
import { taskViewOf } from '../../../../src/core/details/detailsView';
import { keepEqualSteps } from '../../../../src/webview/steps/keepEqualSteps';
import type { PageView } from '../../../../src/webview/protocol';
import { aDetails } from '../../../fakes/fakeCloud';

function aView(goals: readonly string[]): PageView {
  const steps = goals.map((goal, index) => ({
    number: index + 1,
    goal,
    evaluation: '',
    memory: '',
    url: '',
    actions: [],
  }));
  const task = taskViewOf(aDetails('a', { steps }));
  return { task, origin: undefined, isReading: false, hasDashboard: false, canShare: false };
}

describe('keepEqualSteps', () => {
  it('keeps the objects of steps that are as they were, and only those', () => {
    const before = aView(['one', 'two']);
    const after = keepEqualSteps(before, aView(['one', 'changed', 'three']));
    assert.equal(after.task.steps[0], before.task.steps[0]);
    assert.notEqual(after.task.steps[1], before.task.steps[1]);
    assert.deepEqual(
      after.task.steps.map(({ goal }) => goal),
      ['one', 'changed', 'three'],
    );
  });

  it('takes the first view as it is', () => {
    const view = aView(['one']);
    assert.equal(keepEqualSteps(undefined, view), view);
  });
});
