import assert from 'node:assert/strict';
import { isErrorKind } from '../../../../src/core/cloud/errors';
import {
  choiceDescription,
  hasRowTime,
  recentDescription,
  rowDescription,
  rowSentence,
} from '../../../../src/core/labels/rowDescription';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';

const now = Date.UTC(2026, 0, 13, 12);
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const plain = { now, showsVersion: false, title: { label: 'Find a flight' } };

const ago = (ms: number): string => new Date(now - ms).toISOString();
const running = (more: Partial<TrackedTask> = {}): TrackedTask =>
  aTask({ createdAt: ago(5 * minuteMs), startedAt: ago(4 * minuteMs), ...more });
const ended = (more: Partial<TrackedTask> = {}): TrackedTask =>
  running({ status: 'finished', finishedAt: ago(2 * hourMs), cost: '0.31', ...more });

describe('the description of a row', () => {
  for (const [what, task, description] of [
    ['a running task by its time so far', running(), '4 min'],
    ['one whose cost grows, too', running({ cost: '0.1200' }), '4 min'],
    ['one that has just begun', running({ startedAt: ago(59 * secondMs) }), '<1 min'],
    ['one that began a minute ago', running({ startedAt: ago(minuteMs) }), '1 min'],
    ['one of a clock that is ahead', running({ startedAt: ago(-hourMs) }), '<1 min'],
    ['a long one', running({ startedAt: ago(125 * minuteMs + 7000) }), '2 h 5 min'],
    ['a very long one', running({ startedAt: ago(49 * hourMs + 7000) }), '2 d 1 h'],
    ['one whose start is not known', running({ startedAt: undefined }), '5 min'],
    ['one without times', aTask(), ''],
    ['one that is being stopped by that', running({ stoppingSince: now }), 'stopping…'],
    ['a paused task by its time so far', running({ status: 'paused' }), '4 min'],
    ['a created task by nothing', running({ status: 'created', startedAt: undefined }), ''],
    ['an ended one by cost and age', ended(), '$0.31 · 2 h ago'],
    [
      'one whose browser costs money by that first',
      ended({ browserOpenUntil: now + 1 }),
      'browser open · $0.31 · 2 h ago',
    ],
    ['one whose browser has closed', ended({ browserOpenUntil: now }), '$0.31 · 2 h ago'],
    ['one that runs again', running({ browserOpenUntil: now + 1 }), '4 min'],
    ['one of a session that is followed', ended({ followedAt: 1 }), '$0.31 · 2 h ago · following'],
    ['one without a cost', ended({ cost: undefined }), '2 h ago'],
    ['one without a time', ended({ finishedAt: undefined }), '$0.31'],
    ['one that has just ended', ended({ finishedAt: ago(59 * secondMs) }), '$0.31 · just now'],
    ['one of a minute ago', ended({ finishedAt: ago(minuteMs) }), '$0.31 · 1 min ago'],
    ['one of minutes ago', ended({ finishedAt: ago(119 * secondMs) }), '$0.31 · 1 min ago'],
    ['one of days ago', ended({ finishedAt: ago(72 * hourMs) }), '$0.31 · 3 d ago'],
    ['a successful one', ended({ judgeVerdict: true }), '$0.31 · 2 h ago'],
    ['goal not reached', ended({ judgeVerdict: false }), '$0.31 · 2 h ago'],
    ['a failed one', ended({ status: 'failed' }), '$0.31 · 2 h ago'],
    ['a stopped one', ended({ status: 'stopped' }), '$0.31 · 2 h ago'],
    [
      'a word nobody knows',
      running({ status: 'unknown', rawStatus: 'in\u202Ereview' }),
      'inreview',
    ],
    ['one that was never checked', aTask({ status: 'unknown', rawStatus: '' }), 'Not checked yet'],
  ] as const)
    it(`tells ${what}: ${description}`, () => {
      assert.equal(rowDescription(task, plain), description);
      assert.doesNotMatch(description, /running|finished|stopped|failed|paused|created/iu);
    });

  it('tells trouble, and no time that nobody can know', () => {
    const trouble = { kind: 'server', since: 1 } as const;
    assert.equal(rowDescription(running({ trouble }), plain), 'server error');
    assert.equal(rowDescription(ended({ trouble }), plain), 'server error · $0.31 · 2 h ago');
    const tooLarge = { kind: 'tooLarge', since: 1 } as const;
    assert.equal(rowDescription(running({ trouble: tooLarge }), plain), 'too large to check');
    const unread = aTask({ status: 'unknown', rawStatus: '', trouble });
    assert.equal(rowDescription(unread, plain), 'Not checked yet · server error');
    const missing = ended({ trouble: { kind: 'taskNotFound', since: 1 }, isMissing: true });
    assert.equal(rowDescription(missing, plain), 'Not found');
  });

  it('has a label for each kind of trouble, which fits beside a title', () => {
    const names =
      'auth forbidden payment taskNotFound notServed refused noFreeSlot invalidRequest rateLimited server timeout network redirect tooLarge badAnswer noKey otherKey';
    const kinds = names.split(' ').filter(isErrorKind);
    const labels = kinds.map((kind) =>
      rowDescription(running({ trouble: { kind, since: 1 } }), plain),
    );
    assert.equal(new Set(labels).size, 17);
    for (const label of labels) assert.match(label, /^[a-zA-Z ]{5,25}$/u);
  });

  it('names the API version only where several stand side by side', () => {
    const task = running({ apiVersion: 'v1' });
    assert.equal(rowDescription(task, { ...plain, showsVersion: true }), '4 min · v1');
    assert.equal(
      rowDescription(aTask({ apiVersion: 'v1' }), { ...plain, showsVersion: true }),
      'v1',
    );
  });

  it('ends with the beginning that the label leaves out', () => {
    const title = { label: '…to Oslo', beginning: 'Find the cheapest…' };
    const options = { ...plain, title };
    assert.equal(rowDescription(ended(), options), '$0.31 · 2 h ago · Find the cheapest…');
    assert.equal(rowDescription(aTask(), options), 'Find the cheapest…');
  });

  it('is not drawn among the words of a title that runs from right to left', () => {
    const title = (label: string) => ({ ...plain, title: { label } });
    for (const label of ['ارزان‌ترین پرواز', 'טיסה', 'Find ارزان'])
      assert.equal(rowDescription(running(), title(label)), '\u200E4 min');
    assert.equal(rowDescription(running(), title('文 and 👩‍👩‍👧‍👦')), '4 min');
    assert.equal(rowDescription(aTask(), title('טיסה')), '');
  });

  it('tells moments instead of ages in rows that are not redrawn', () => {
    const momentLabel = (at: number): string => new Date(at).toISOString().slice(11, 16);
    assert.equal(rowDescription(running(), { ...plain, momentLabel }), 'since 11:56');
    assert.equal(rowDescription(ended(), { ...plain, momentLabel }), '$0.31 · 10:00');
  });

  it('rounds the cost to four decimals', () => {
    const label = (cost: string) => rowDescription(ended({ cost, finishedAt: undefined }), plain);
    assert.equal(label('0.126235'), '$0.1262');
    assert.equal(label('0.99999'), '$1.00');
    assert.equal(label('12.3456'), '$12.3456');
    assert.equal(label('0.00009999'), '<$0.0001');
    assert.equal(label('0.0001000'), '$0.0001');
    assert.equal(label('-0.50000'), '-$0.50');
    assert.equal(label('0.000000'), '$0.00');
    assert.equal(label('free'), 'free');
    assert.match(rowSentence(aTask({ cost: '0.126235' }), plain), /It cost \$0\.1262\./u);
  });

  it('changes as time goes by only where there is a time to tell', () => {
    assert.ok(hasRowTime(running()));
    assert.ok(hasRowTime(ended()));
    const trouble = { kind: 'server', since: 1 } as const;
    for (const task of [
      aTask(),
      running({ trouble }),
      running({ status: 'created' }),
      ended({ isMissing: true }),
      ended({ finishedAt: undefined }),
    ]) {
      assert.ok(!hasRowTime(task));
      const later = { ...plain, now: now + 100 * hourMs };
      assert.equal(rowDescription(task, later), rowDescription(task, plain));
    }
  });

  it('has the status as text in lists, which have no icons', () => {
    assert.equal(choiceDescription(running()), 'Running · v2');
    assert.equal(
      choiceDescription(ended({ judgeVerdict: false })),
      'Finished, goal not reached · $0.31 · v2',
    );
    const trouble = { kind: 'server', since: 1 } as const;
    assert.equal(choiceDescription(running({ trouble })), 'Running · server error · v2');
    assert.equal(choiceDescription(aTask({ isMissing: true, trouble })), 'Not found · v2');
    assert.equal(choiceDescription(aTask({ status: 'unknown', rawStatus: '\u202E' })), 'v2');
  });

  it('says in the lists of an account when a task was created, and whether it is tracked', () => {
    const task = running({ cost: '0.31' });
    assert.equal(
      recentDescription(task, { now, isTracked: true }),
      'Running · $0.31 · 5 min ago · v2 · tracked',
    );
    assert.equal(recentDescription(aTask(), { now, isTracked: false }), 'Running · v2');
  });
});

describe('the sentence of a row', () => {
  it('says that its session is followed, and that its browser is open', () => {
    const task = ended({ cost: undefined, followedAt: 1, browserOpenUntil: now + 1 });
    assert.equal(
      rowSentence(task, { showsVersion: false, now }),
      'Task “Find a flight”: finished. Its browser is still open. Its session is followed.',
    );
  });

  it('says of a session of v3 that is kept alive that its browser is open, until it has timed out', () => {
    const idle = ended({ apiVersion: 'v3', rawStatus: 'idle', cost: undefined, changedAt: now });
    const options = (at: number) => ({ ...plain, now: at });
    const closed = now + 15 * minuteMs;
    assert.match(rowDescription(idle, options(closed - 1)), /^browser open · /u);
    assert.match(rowSentence(idle, options(closed - 1)), / Its browser is still open\./u);
    for (const [task, at] of [
      [idle, closed],
      [{ ...idle, browserOpenUntil: now + 1 }, now + 1],
      [{ ...idle, rawStatus: 'timed_out' }, now],
      [{ ...idle, status: 'created' }, now],
      [{ ...idle, apiVersion: 'v2' }, now],
    ] as const) {
      assert.doesNotMatch(rowDescription(task, options(at)), /browser open/u);
      assert.doesNotMatch(rowSentence(task, options(at)), /browser/u);
    }
  });

  it('reads like sentences to a screen reader, and does not tick', () => {
    const task = ended({ cost: '0.5', judgeVerdict: true, isUnseen: true });
    assert.equal(
      rowSentence(task, { showsVersion: false, now }),
      'Task “Find a flight”: finished, successful. It cost $0.50. You have not opened it since it ended.',
    );
  });

  it('says that it is being stopped, cannot be read, and of which version it is', () => {
    const trouble = { kind: 'server', since: 1 } as const;
    const task = running({ stoppingSince: now, trouble });
    assert.equal(
      rowSentence(task, { showsVersion: true, now }),
      'Task “Find a flight”: running. It is being stopped. It cannot be read at the moment. API v2.',
    );
    assert.equal(
      rowSentence({ ...task, isMissing: true }, plain),
      'Task “Find a flight”: not found.',
    );
  });

  it('has the whole title', () => {
    const prompt = 'Find the cheapest direct train from Vienna to Venice, for two adults and a dog';
    assert.ok(rowSentence(aTask({ prompt }), plain).includes(`“${prompt}”`));
  });
});
