import assert from 'node:assert/strict';
import { isSameSnapshot, snapshotOf } from '../../../../src/core/tasks/taskSnapshot';
import { aTask } from '../../../fakes/aTask';

describe('a snapshot for other extensions', () => {
  it('tells what is promised and nothing else', () => {
    const task = aTask({ status: 'finished', isSuccess: false, cost: '0.1', sessionId: 's' });
    assert.deepEqual(snapshotOf(task), {
      id: 'a1',
      apiVersion: 'v2',
      status: 'finished',
      rawStatus: 'finished',
      outcome: 'failure',
      prompt: 'Find a flight',
      output: undefined,
      cost: '0.1',
      createdAt: undefined,
      startedAt: undefined,
      finishedAt: undefined,
    });
  });

  it('cannot be changed', () => {
    assert.ok(Object.isFrozen(snapshotOf(aTask())));
  });

  it('is the same where only what it does not tell has changed', () => {
    const before = snapshotOf(aTask());
    assert.ok(isSameSnapshot(before, snapshotOf(aTask({ checkedAt: 5, isUnseen: true }))));
    assert.ok(!isSameSnapshot(before, snapshotOf(aTask({ status: 'paused' }))));
    assert.ok(!isSameSnapshot(before, undefined));
    assert.ok(isSameSnapshot(undefined, undefined));
  });
});
