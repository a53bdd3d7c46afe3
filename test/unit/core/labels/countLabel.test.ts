import assert from 'node:assert/strict';
import {
  countLabel,
  formatCount,
  unreadTasksMessage,
} from '../../../../src/core/labels/countLabel';

describe('counts', () => {
  it('are written as an English sentence has them', () => {
    assert.deepEqual(
      [0, 1, 2, 2300].map((count) => countLabel(count)),
      ['0 tasks', '1 task', '2 tasks', '2,300 tasks'],
    );
    assert.deepEqual([countLabel(1, 'ID'), countLabel(12_000, 'ID')], ['1 ID', '12,000 IDs']);
    assert.equal(formatCount(1_234_567), '1,234,567');
  });

  it('say of how many tracked tasks nothing is known', () => {
    assert.deepEqual([1, 2300].map(unreadTasksMessage), [
      '1 tracked task could not be read and is left out; its file is kept.',
      '2,300 tracked tasks could not be read and are left out; their files are kept.',
    ]);
  });
});
