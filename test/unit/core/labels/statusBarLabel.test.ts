import assert from 'node:assert/strict';
import { statusBarLabel } from '../../../../src/core/labels/statusBarLabel';
import { aTask } from '../../../fakes/aTask';

const ended = aTask({ status: 'finished' });

describe('the status bar', () => {
  it('is silent while nothing is tracked', () => {
    assert.equal(statusBarLabel([]), undefined);
  });

  it('is silent while nothing is active and every end has been seen', () => {
    assert.equal(statusBarLabel([ended]), undefined);
    assert.equal(statusBarLabel([aTask({ isMissing: true }), ended]), undefined);
  });

  it('shows for one end that nobody has seen', () => {
    assert.equal(statusBarLabel([ended, { ...ended, id: 'b2', isUnseen: true }])?.text, '1 ended');
  });

  it('counts what runs and what has ended unseen', () => {
    const unseen = { ...ended, isUnseen: true };
    const label = statusBarLabel([aTask(), aTask({ id: 'b2' }), unseen, ended]);
    assert.deepEqual(label, {
      text: '2 running, 1 ended',
      tooltip:
        'Browser Use: 4 tasks tracked, 2 active, 2 running. 1 task ended that you have not opened.',
    });
  });

  it('counts what is active where nothing runs', () => {
    assert.equal(statusBarLabel([aTask({ status: 'paused' })])?.text, '1 active');
  });

  it('says that polling is paused, and why', () => {
    const paused = { text: 'polling paused', reason: 'cloud.example does not accept the API key.' };
    assert.deepEqual(statusBarLabel([aTask(), { ...ended, isUnseen: true }], paused), {
      text: '1 running, polling paused, 1 ended',
      tooltip:
        'Browser Use: 2 tasks tracked, 1 active, 1 running. Polling paused: cloud.example does not accept the API key. 1 task ended that you have not opened.',
    });
  });
});
