import assert from 'node:assert/strict';
import type { TaskDetails } from '../../../../src/core/cloud/task';
import { hasSameStatus, withStatusOf } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';

const details: TaskDetails = {
  apiVersion: 'v2',
  id: 'a1',
  status: 'running',
  rawStatus: 'started',
  prompt: 'Find a flight',
  output: 'so far',
  isSuccess: true,
  steps: [],
  files: [],
  metadata: '{}',
  screenshotUrls: [],
};

describe('details beside the row of their task', () => {
  it('are the same object where both say the same', () => {
    assert.equal(withStatusOf(details, aTask()), details);
  });

  it('take the newer status of the row, and keep what only they know', () => {
    const finishedAt = '2026-01-13T12:00:00Z';
    const task = aTask({ status: 'finished', rawStatus: 'finished', cost: '0.1', finishedAt });
    const shown = withStatusOf(details, task);
    assert.deepEqual(shown, {
      ...details,
      status: 'finished',
      rawStatus: 'finished',
      cost: '0.1',
      finishedAt,
    });
    assert.equal(hasSameStatus(shown, withStatusOf(details, { ...task, checkedAt: 99 })), true);
    assert.equal(hasSameStatus(shown, details), false);
  });

  it('take nothing of a row that was never checked', () => {
    const { checkedAt, ...unchecked } = aTask({ status: 'unknown', rawStatus: '' });
    assert.equal(withStatusOf(details, unchecked), details);
    assert.notEqual(checkedAt, undefined);
  });
});
