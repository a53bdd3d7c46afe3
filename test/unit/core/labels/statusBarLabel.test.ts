import assert from 'node:assert/strict';
import { statusBarLabel } from '../../../../src/core/labels/statusBarLabel';
import type { PausedLabel } from '../../../../src/core/labels/pausedLabel';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';

const ended = aTask({ status: 'finished' });
const now = 1000;
const labelOf = (tasks: readonly TrackedTask[], paused?: PausedLabel) =>
  statusBarLabel(tasks, { paused, now, formatTime: (at) => `t+${at - now}` });

describe('the status bar', () => {
  it('is silent while nothing is tracked', () => {
    assert.equal(labelOf([]), undefined);
  });

  it('is silent while nothing is active and every end has been seen', () => {
    assert.equal(labelOf([ended]), undefined);
    assert.equal(labelOf([aTask({ isMissing: true }), ended]), undefined);
  });

  it('shows for one end that nobody has seen', () => {
    assert.equal(labelOf([ended, { ...ended, id: 'b2', isUnseen: true }])?.text, '1 ended');
  });

  it('counts what runs and what has ended unseen', () => {
    const unseen = { ...ended, isUnseen: true };
    const label = labelOf([aTask(), aTask({ id: 'b2' }), unseen, ended]);
    assert.deepEqual(label, {
      text: '2 running, 1 ended',
      tooltip:
        'Browser Use: 4 tasks tracked, 2 active, 2 running. 1 task ended that you have not opened.',
      changesAt: undefined,
    });
  });

  it('counts what is active where nothing runs', () => {
    assert.equal(labelOf([aTask({ status: 'paused' })])?.text, '1 active');
  });

  it('says that polling is paused, and why', () => {
    const paused = { text: 'polling paused', reason: 'cloud.example does not accept the API key.' };
    assert.deepEqual(labelOf([aTask(), { ...ended, isUnseen: true }], paused), {
      text: '1 running, polling paused, 1 ended',
      tooltip:
        'Browser Use: 2 tasks tracked, 1 active, 1 running. Polling paused: cloud.example does not accept the API key. 1 task ended that you have not opened.',
      changesAt: undefined,
    });
  });

  it('says which browsers are still open, until when, and when that changes', () => {
    const open = (id: string, browserOpenUntil: number) =>
      aTask({ id, status: 'finished', browserOpenUntil });
    assert.deepEqual(labelOf([ended, open('a', 1060)]), {
      text: '1 browser open',
      tooltip:
        'Browser Use: 2 tasks tracked, 0 active, 0 running. 1 browser is still open after its task, which costs money; it closes by itself at t+60.',
      changesAt: 1060,
    });
    const several = labelOf([aTask(), open('a', 1090), open('b', 1060), open('closed', 1000)]);
    assert.equal(several?.text, '1 running, 2 browsers open');
    assert.match(
      several.tooltip,
      / 2 browsers are still open after their tasks, .* the last closes by itself at t\+90\.$/u,
    );
    assert.equal(several.changesAt, 1060);
    assert.equal(labelOf([open('closed', 1000)]), undefined);
    const changedAt = 1000 - 14 * 60_000;
    const keptAlive = aTask({ apiVersion: 'v3', status: 'finished', rawStatus: 'idle', changedAt });
    const both = labelOf([keptAlive, open('a', 1060)]);
    assert.equal(both?.text, '2 browsers open');
    assert.equal(both.changesAt, 1060);
    assert.equal(labelOf([keptAlive])?.changesAt, 1000 + 60_000);
  });
});
