import assert from 'node:assert/strict';
import { PollCosts } from '../../../../src/core/polling/pollCosts';
import { planPolls, type Poll, type ListPoll } from '../../../../src/core/polling/pollPlanner';
import { newlyTracked, type TrackedTask } from '../../../../src/core/tasks/trackedTask';
import type { ApiVersion } from '../../../../src/core/cloud/task';

const now = Date.UTC(2026, 0, 13, 12);
const minute = 60_000;
const hour = 60 * minute;

function aTask(id: string, more: Partial<TrackedTask> = {}): TrackedTask {
  return {
    ...newlyTracked({ apiVersion: 'v2', id }, now),
    status: 'running',
    rawStatus: 'started',
    createdAt: new Date(now - minute).toISOString(),
    ...more,
  };
}

function many(count: number, more: (index: number) => Partial<TrackedTask> = () => ({})) {
  return Array.from({ length: count }, (_, index) => aTask(`t${index}`, more(index)));
}

/** "list span(3)", "task t1": what is polled, in short. */
function inShort(polls: readonly Poll[]): string[] {
  return polls.map((poll) =>
    poll.kind === 'task' ? `task ${poll.task.id}` : `list ${poll.way}(${poll.expects.length})`,
  );
}

function lists(polls: readonly Poll[]): ListPoll[] {
  return polls.filter((poll) => poll.kind === 'list');
}

describe('planPolls', () => {
  let costs: PollCosts;

  beforeEach(() => {
    costs = new PollCosts();
  });

  const plan = (tasks: readonly TrackedTask[], at = now) => planPolls(tasks, costs, at);

  it('plans nothing for no task', () => {
    assert.deepEqual(plan([]), []);
  });

  it('finds one task, or a hundred, in the list of their time', () => {
    assert.deepEqual(inShort(plan(many(1))), ['list span(1)']);
    assert.deepEqual(inShort(plan(many(100))), ['list span(100)']);
  });

  it('polls v3 by its list from two sessions on', () => {
    const v3 = { apiVersion: 'v3', readAs: 'running' } as const;
    assert.deepEqual(inShort(plan(many(1, () => v3))), ['task t0']);
    assert.deepEqual(inShort(plan(many(2, () => v3))), ['list span(2)']);
  });

  it('reads new sessions of v3 and known ones by the one list that there is', () => {
    const v3 = { apiVersion: 'v3', readAs: 'running' } as const;
    const fresh = { apiVersion: 'v3', rawStatus: '', createdAt: undefined } as const;
    const mixed = (known: number, unknown: number) => [
      ...many(known, () => v3),
      ...many(unknown, () => fresh),
    ];
    assert.deepEqual(inShort(plan(mixed(3, 2))), ['task t0', 'task t1', 'list span(3)']);
    costs.note('v3', 'span', 2, now);
    assert.deepEqual(inShort(plan(mixed(120, 3))), ['list recent(123)']);
    assert.equal(lists(plan(mixed(120, 3)))[0]?.mostPages, 2);
    costs.note('v3', 'span', 3, now);
    assert.deepEqual(inShort(plan(mixed(120, 3))), ['list recent(3)', 'list span(120)'], 'longer');
    costs.distrustLists('v3', now);
    assert.equal(lists(plan(mixed(3, 3))).length, 0);
  });

  describe('of v4, where a list of sessions tells the status alone', () => {
    const v4 = { apiVersion: 'v4', readAs: 'running' } as const;
    const ended = { ...v4, status: 'finished' } as const;
    const withEnded = (count: number) => [
      ...many(6, () => v4),
      ...Array.from({ length: count }, (_, index) => aTask(`ended${index}`, ended)),
    ];

    it('polls up to four runs one by one, and more by that list', () => {
      assert.equal(inShort(plan(many(4, () => v4))).length, 4);
      assert.deepEqual(inShort(plan(many(5, () => v4))), ['list span(5)']);
      assert.deepEqual(lists(plan(many(5, () => v4)))[0]?.query, {});
      const undated = plan(many(50, () => ({ ...v4, createdAt: undefined })));
      assert.deepEqual(inShort(undated), ['list span(50)']);
    });

    it('reads one that is owed in whole by itself, and several by the list that tells all', () => {
      assert.deepEqual(inShort(plan(withEnded(1))), ['task ended0', 'list span(6)']);
      const polls = plan(withEnded(2));
      assert.deepEqual(inShort(polls), ['list full(8)']);
      assert.deepEqual(lists(polls)[0]?.query, { isFull: true });
      const owing = plan(many(50, () => ({ ...v4, readAs: undefined })));
      assert.deepEqual(inShort(owing), ['list full(50)']);
      const few = plan([aTask('ended', ended), aTask('another', ended)]);
      assert.deepEqual(inShort(few), ['task ended', 'task another']);
    });

    it('reads no list of sessions for few runs beside others that stand in none', () => {
      const missing = many(4, () => ({ ...v4, isMissing: true }));
      const known = [aTask('a', v4), aTask('b', v4)];
      assert.equal(lists(plan([...missing, ...known])).length, 0);
    });

    it('reads the list that tells all at once where each round brings several ends', () => {
      costs.noteEnds('v4', 8);
      assert.deepEqual(inShort(plan(many(21, () => v4))), ['list full(21)']);
    });

    it('reads a short page of the list that tells all where up to twenty end again and again', () => {
      costs.noteEnds('v4', 1);
      assert.deepEqual(inShort(plan(many(20, () => v4))), ['list span(20)'], 'one has ended');
      costs.noteEnds('v4', 1);
      assert.deepEqual(inShort(plan(many(21, () => v4))), ['list span(21)'], 'a page is too short');
      for (const count of [20, 5, 4, 2]) {
        const polls = plan(many(count, () => v4));
        assert.deepEqual(inShort(polls), [`list brief(${count})`]);
        assert.deepEqual(lists(polls)[0]?.query, { isFull: true, pageSize: 20 });
      }
      assert.deepEqual(inShort(plan(many(1, () => v4))), ['task t0']);
      costs.note('v4', 'brief', 3, now);
      assert.deepEqual(inShort(plan(many(4, () => v4))), ['list brief(4)'], 'three pages for four');
      assert.deepEqual(inShort(plan(many(3, () => v4))), ['task t0', 'task t1', 'task t2']);
      assert.deepEqual(inShort(plan(many(20, () => v4))), ['list span(20)']);
    });

    it('reads no short page for what stands further back', () => {
      for (let round = 0; round < 2; round++) costs.noteEnds('v4', 1);
      costs.note('v4', 'span', 1, now);
      assert.deepEqual(inShort(plan(withEnded(1))), ['task ended0', 'list brief(6)']);
      costs.note('v4', 'span', 2, now);
      assert.deepEqual(
        inShort(plan(many(6, () => v4))),
        ['list span(6)'],
        'behind a hundred others',
      );
    });

    it('reads by itself what is owed of one that runs, but where a list tells all of it', () => {
      const oneOwed = many(6, (index) => (index === 0 ? { ...v4, readAs: undefined } : v4));
      assert.deepEqual(inShort(plan(oneOwed)), ['task t0', 'list span(6)']);
      for (let round = 0; round < 2; round++) costs.noteEnds('v4', 1);
      assert.deepEqual(inShort(plan(oneOwed)), ['list brief(6)']);
      assert.deepEqual(inShort(plan(withEnded(2))), ['list full(8)'], 'two that have ended');
    });

    it('reads two in whole beside the list of sessions where the other list is dearer than all of them', () => {
      costs.note('v4', 'full', 12, now);
      assert.deepEqual(inShort(plan(withEnded(12))), [
        'task ended0',
        'task ended1',
        'list span(6)',
      ]);
      assert.deepEqual(inShort(plan(withEnded(13))), ['list full(19)']);
    });

    it('reads new ones by the list that tells all', () => {
      const fresh = plan(many(50, () => ({ ...v4, rawStatus: '', createdAt: undefined })));
      assert.deepEqual(inShort(fresh), ['list recent(50)']);
      assert.deepEqual(lists(fresh)[0]?.query, { isFull: true });
      costs.note('v4', 'full', 99, now);
      const again = plan(many(50, () => ({ ...v4, rawStatus: '', createdAt: undefined })));
      assert.deepEqual(inShort(again), ['list recent(50)'], 'and none of them twice');
    });

    it('polls up to four that have ended one by one, however dear the list that tells all is', () => {
      costs.note('v4', 'full', 12, now);
      const four = ['a', 'b', 'c', 'd'].map((id) => aTask(id, ended));
      assert.deepEqual(inShort(plan(four)), ['task a', 'task b', 'task c', 'task d']);
    });
  });

  it('bounds the list by the oldest and the newest, with a second to spare', () => {
    const times = [now - 3 * minute, now - 9 * minute, now - minute];
    const [list] = lists(
      plan(many(3, (index) => ({ createdAt: new Date(times[index] ?? 0).toISOString() }))),
    );
    assert.deepEqual(list?.query, {
      createdFrom: now - 9 * minute - 1000,
      createdUntil: now - minute + 1000,
    });
  });

  it('turns to the list of their status once their time has proven crowded', () => {
    costs.note('v2', 'span', 31, now);
    costs.note('v2', 'spans', 31, now);
    const polls = plan([...many(20), aTask('waits', { status: 'created', rawStatus: 'created' })]);
    assert.deepEqual(inShort(polls), ['list status(1)', 'list status(20)']);
    assert.deepEqual(
      lists(polls).map(({ query }) => query.rawStatus),
      ['created', 'started'],
    );
  });

  it('prefers a list that shows ends where each round brings many', () => {
    costs.note('v2', 'span', 10, now);
    assert.deepEqual(inShort(plan(many(600))), ['list status(600)']);
    costs.noteEnds('v2', 20);
    assert.deepEqual(inShort(plan(many(600))), ['list span(600)'], '6 pages and 5 ends');
    for (let round = 0; round < 5; round++) costs.noteEnds('v2', 0);
    assert.deepEqual(inShort(plan(many(600))), ['list status(600)'], 'and forgets a burst');
  });

  it('polls a task by itself whose status no list is filtered by', () => {
    costs.note('v2', 'span', 31, now);
    costs.note('v2', 'spans', 31, now);
    const paused = aTask('paused', { status: 'paused', rawStatus: 'paused' });
    assert.deepEqual(inShort(plan([...many(20), paused])), ['list status(20)', 'task paused']);
  });

  it('cuts the list where hours lie between tasks, when one list for all is dear', () => {
    costs.note('v2', 'span', 12, now);
    const old = aTask('old', { createdAt: new Date(now - 5 * hour).toISOString() });
    const polls = plan([old, ...many(20)]);
    assert.deepEqual(inShort(polls), ['list status(21)'], 'one list of a status is cheaper still');
    costs.note('v2', 'status', 9, now);
    assert.deepEqual(inShort(plan([old, ...many(20)])), ['list spans(1)', 'list spans(20)']);
  });

  it('polls each task where every list is dearer', () => {
    for (const way of ['span', 'spans', 'status'] as const) costs.note('v2', way, 4, now);
    assert.deepEqual(inShort(plan(many(3))), ['task t0', 'task t1', 'task t2']);
  });

  it('polls each task for a while after a list has failed, longer each time in a row', () => {
    const second = 1000;
    const isDistrusted = (at: number) => lists(plan(many(2), at)).length === 0;
    let at = now;
    for (const pauseMs of [10 * second, 20 * second, 40 * second]) {
      costs.distrustLists('v2', at);
      assert.deepEqual(inShort(plan(many(2), at)), ['task t0', 'task t1']);
      assert.ok(isDistrusted(at + pauseMs - 1));
      at += pauseMs;
      assert.ok(!isDistrusted(at), 'and then tries lists again');
    }
    for (let failure = 0; failure < 10; failure++) costs.distrustLists('v2', at);
    assert.ok(isDistrusted(at + 10 * minute - 1));
    assert.ok(!isDistrusted(at + 10 * minute), 'ten minutes at most');
    costs.trustLists('v2');
    costs.distrustLists('v2', at);
    assert.ok(!isDistrusted(at + 10 * second), 'as at first, once a list was read');
  });

  it('forgets what it learnt after ten minutes, also when the clock was set back', () => {
    for (const way of ['span', 'spans', 'status'] as const) costs.note('v2', way, 50, now);
    assert.equal(lists(plan(many(3), now + 9 * minute)).length, 0);
    assert.equal(lists(plan(many(3), now + 10 * minute)).length, 1);
    assert.equal(lists(plan(many(3), now - hour)).length, 1);
  });

  it('lets no list be read further than the next best way would cost', () => {
    assert.equal(lists(plan(many(50)))[0]?.mostPages, 1);
    costs.note('v2', 'spans', 7, now);
    costs.note('v2', 'status', 5, now);
    assert.equal(lists(plan(many(50)))[0]?.mostPages, 5);
  });

  it('reads a list for three new tasks or more, and polls fewer one by one', () => {
    const fresh = (count: number, apiVersion: ApiVersion = 'v2') =>
      Array.from({ length: count }, (_, index) =>
        newlyTracked({ apiVersion, id: `n${index}` }, now),
      );
    assert.deepEqual(inShort(plan(fresh(2))), ['task n0', 'task n1']);
    assert.deepEqual(inShort(plan(fresh(3))), ['list recent(3)']);
    assert.deepEqual(inShort(plan(fresh(150))), ['list recent(150)']);
    assert.deepEqual(lists(plan(fresh(150)))[0]?.query, {});
    assert.equal(lists(plan(fresh(20)))[0]?.mostPages, 2);
    assert.equal(lists(plan(fresh(150)))[0]?.mostPages, 15, 'as others may stand before them');
    costs.note('v2', 'recent', 38, now);
    assert.equal(lists(plan(fresh(38))).length, 0, 'the list has shown none of them');
    assert.deepEqual(inShort(plan(fresh(39))), ['list recent(39)']);
  });

  it('reads no list for tasks that are missing, or that the cloud did not find', () => {
    const trouble = { kind: 'taskNotFound' as const, since: now };
    for (const more of [{ isMissing: true }, { trouble }])
      assert.equal(lists(plan(many(5, () => more))).length, 0);
  });

  it('polls a new task by itself whose first poll failed', () => {
    const fresh = many(3, () => ({ rawStatus: '', createdAt: undefined }));
    const failed = { ...newlyTracked({ apiVersion: 'v2', id: 'failed' }, now) };
    const trouble = { kind: 'server' as const, since: now };
    assert.deepEqual(inShort(plan([{ ...failed, trouble }, ...fresh])), [
      'task failed',
      'list recent(3)',
    ]);
  });

  it('polls one v1 task by itself, more by the list from the newest on', () => {
    const v1 = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...aTask(`t${index}`),
        apiVersion: 'v1' as const,
      }));
    assert.deepEqual(inShort(plan(v1(1))), ['task t0']);
    const [list] = lists(plan(v1(5)));
    assert.equal(list?.apiVersion, 'v1');
    assert.deepEqual(list.query, {});
  });

  it('plans each API version by itself', () => {
    const v1 = { ...aTask('old'), apiVersion: 'v1' as const };
    assert.deepEqual(inShort(plan([v1, ...many(3)])), ['list span(3)', 'task old']);
  });
});
