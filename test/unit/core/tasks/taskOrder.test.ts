import assert from 'node:assert/strict';
import { inTaskOrder } from '../../../../src/core/tasks/taskOrder';
import { aTask } from '../../../fakes/aTask';

describe('the order of tasks', () => {
  it('puts active ones first, then the newest', () => {
    const tasks = [
      aTask({ id: 'oldEnd', status: 'failed', finishedAt: '2026-01-01T00:00:00Z' }),
      aTask({ id: 'newEnd', status: 'finished', finishedAt: '2026-01-12T00:00:00Z' }),
      aTask({ id: 'old', startedAt: '2026-01-01T00:00:00Z' }),
      aTask({ id: 'new', status: 'created', createdAt: '2026-01-02T00:00:00Z' }),
      aTask({ id: 'pending', status: 'unknown', rawStatus: '' }),
      aTask({ id: 'missing', isMissing: true }),
    ];
    const expected = ['pending', 'new', 'old', 'missing', 'newEnd', 'oldEnd'];
    assert.deepEqual(
      inTaskOrder(tasks).map(({ id }) => id),
      expected,
    );
    assert.deepEqual(
      inTaskOrder(tasks.toReversed()).map(({ id }) => id),
      expected,
    );
  });

  it('does not depend on the order of equals', () => {
    const tasks = ['c', 'a', 'b'].map((id) => aTask({ id }));
    assert.deepEqual(
      inTaskOrder(tasks).map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });
});
