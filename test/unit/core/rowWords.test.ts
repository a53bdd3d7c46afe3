import assert from 'node:assert/strict';
import { rowDescription, rowSentence } from '../../../src/core/rowWords';
import { aTask } from '../../fakes/aTask';

const plain = { showsVersion: false };

describe('a row', () => {
  it('says status, outcome and cost beside the name', () => {
    assert.equal(rowDescription(aTask(), plain), 'Running');
    const finished = aTask({ status: 'finished', cost: '0.1200' });
    assert.equal(rowDescription(finished, plain), 'Finished · $0.12');
    const judged = { ...finished, judgeVerdict: false, cost: '0.31' };
    assert.equal(rowDescription(judged, plain), 'Finished, goal not reached · $0.31');
  });

  it('names the API version only where several stand side by side', () => {
    assert.equal(
      rowDescription(aTask({ apiVersion: 'v1' }), { showsVersion: true }),
      'Running · v1',
    );
  });

  it('says that a task cannot be read, and not twice for one that is missing', () => {
    const trouble = { kind: 'server', since: 1 } as const;
    assert.equal(rowDescription(aTask({ trouble }), plain), 'Running · cannot be read');
    const missing = aTask({ trouble: { kind: 'taskNotFound', since: 1 }, isMissing: true });
    assert.equal(rowDescription(missing, plain), 'Not found');
  });

  it('reads like sentences to a screen reader', () => {
    const task = aTask({ status: 'finished', cost: '0.5', judgeVerdict: true, isUnseen: true });
    assert.equal(
      rowSentence(task, plain),
      'Task “Find a flight”: finished, successful. It cost $0.50. You have not opened it since it ended.',
    );
  });
});
