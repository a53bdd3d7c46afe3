import assert from 'node:assert/strict';
import { formatTaskRecord, parseTaskRecord } from '../../../../src/core/tasks/taskRecord';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';

const whole: Required<Omit<TrackedTask, 'trouble' | 'stoppingSince'>> = {
  apiVersion: 'v1',
  id: 'task_1/../\u202e"',
  status: 'finished',
  rawStatus: 'finished',
  title: 'A flight',
  prompt: 'Line 1\nLine 2 – ünïcödé \ud83d\ude00',
  isSuccess: false,
  judgeVerdict: true,
  output: 'x'.repeat(20_000),
  cost: '0.10',
  model: 'm',
  sessionId: 's',
  createdAt: 'a',
  startedAt: 'b',
  finishedAt: 'c',
  trackedAt: 1,
  checkedAt: 2,
  endSeenAt: 5,
  changedAt: 3,
  readAs: 'finished',
  isMissing: false,
  isUnseen: true,
  followedAt: 6,
  followedTo: 'd',
  isFromAccount: true,
  browserOpenUntil: 7,
};

describe('a kept task', () => {
  it('is read as it was written, with every field', () => {
    assert.deepEqual(parseTaskRecord(formatTaskRecord(whole)), whole);
  });

  it('keeps when it was checked under the name that every version reads', () => {
    assert.match(formatTaskRecord(whole), /"lookedAt":2/u);
    assert.doesNotMatch(formatTaskRecord(whole), /checkedAt/u);
  });

  it('is kept without trouble and without a stop under way, which belong to the moment', () => {
    const task = aTask({ trouble: { kind: 'network', since: 1 }, stoppingSince: 1 });
    const { trouble, stoppingSince, ...rest } = task;
    assert.ok(trouble && stoppingSince);
    assert.deepEqual(parseTaskRecord(formatTaskRecord(task)), rest);
  });

  const good = JSON.parse(formatTaskRecord(whole)) as Record<string, unknown>;
  for (const [what, change] of [
    ['another format', { format: 2 }],
    ['no version', { apiVersion: undefined }],
    ['an unknown version', { apiVersion: 'v9' }],
    ['no ID', { id: '' }],
    ['an ID that is no text', { id: 7 }],
    ['a word for the status that is not ours', { status: 'started' }],
    ['a status of another kind', { status: ['finished'] }],
    ['no raw status', { rawStatus: null }],
    ['no time', { trackedAt: '1' }],
    ['a time that no clock has', { trackedAt: 8.64e15 + 1 }],
    ['a flag that is none', { isMissing: 1 }],
    ['no flag', { isUnseen: undefined }],
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.equal(parseTaskRecord(JSON.stringify({ ...good, ...change })), undefined);
    });

  for (const text of ['', '{', 'null', '[]', '"task"', '42', formatTaskRecord(whole).slice(0, -9)])
    it(`is refused where the file holds ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.equal(parseTaskRecord(text), undefined);
    });

  it('loses fields that are not ours or not of their kind', () => {
    const text = JSON.stringify({
      ...good,
      cost: 0.1,
      isSuccess: 'yes',
      lookedAt: '2',
      readAs: 'whenever',
      endSeenAt: -1e300,
      browserOpenUntil: 1e300,
      evil: true,
      trouble: { kind: 'auth', since: 1 },
      stoppingSince: 1,
    });
    const { cost, isSuccess, checkedAt, readAs, endSeenAt, browserOpenUntil, ...rest } = whole;
    assert.ok(cost && !isSuccess && checkedAt && readAs && endSeenAt && browserOpenUntil);
    assert.deepEqual(parseTaskRecord(text), rest);
  });

  it('never changes what objects are', () => {
    const text = formatTaskRecord(whole).replace('{', '{"__proto__":{"isMissing":true},');
    assert.deepEqual(parseTaskRecord(text), whole);
  });
});
