import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { ApiVersion, TaskDetails } from '../../../../src/core/cloud/task';
import { followSession } from '../../../../src/core/following/sessionFollowing';
import { SessionPolls } from '../../../../src/core/following/sessionPolls';
import { PollerWithExtras } from '../../../../src/core/polling/pollerWithExtras';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { FakePolling } from '../../../fakes/fakePolling';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('polling sessions that are followed', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let store: TaskStore;
  let tasks: FakePolling;
  let polls: SessionPolls;
  let poller: PollerWithExtras;
  let failed: string[];
  let ended: string[];
  let runCount: number;

  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    store = new TaskStore();
    tasks = new FakePolling();
    failed = [];
    runCount = 0;
    ended = [];
    polls = new SessionPolls({
      store,
      now: () => clock.now(),
      onFollowingEnd: ({ apiVersion, sessionId }, why) =>
        ended.push(`${apiVersion} ${sessionId} ${why}`),
    });
    poller = new PollerWithExtras({
      poller: tasks,
      extras: [polls],
      store,
      clock,
      connect: () => Promise.resolve(cloud),
      random: () => 0.5,
      intervals: { watching: 2000, hidden: 10_000, away: 30_000 },
      onError: (_error, what) => failed.push(what),
    });
    poller.setAttention('watching');
  });

  afterEach(async () => {
    poller.dispose();
    await settle();
    assert.equal(clock.timers, 0);
    assert.ok(tasks.isDisposed);
  });

  /** A run of a session, at the cloud, younger than all before. */
  const runs = (id: string, sessionId: string, more: Partial<TaskDetails> = {}): void => {
    const createdAt = new Date(Date.UTC(2026, 0, 13, 11, 0, runCount++)).toISOString();
    cloud.set(id, 'finished', { apiVersion: 'v4', sessionId, createdAt, ...more });
  };

  /** Follows sessions whose first run has ended just now. */
  const follow = (...sessionIds: string[]): void => followOf('v4', sessionIds);
  const followOf = (apiVersion: ApiVersion, sessionIds: readonly string[]): void => {
    for (const sessionId of sessionIds) {
      const id = `${sessionId}-1`;
      runs(id, sessionId, { apiVersion });
      const now = clock.now();
      const ended = { status: 'finished', changedAt: now, trackedAt: now } as const;
      store.put([aTask({ apiVersion, id, sessionId, ...ended })]);
      followSession(store, { apiVersion, sessionId }, { ids: [], latestId: id, now });
    }
  };

  const tracked = (): string[] => store.tasks().map(({ id }) => id);
  const requests = (): string[] => cloud.requested.map(({ what, id }) => `${what} ${id}`.trim());
  const isFollowed = (id: string): boolean =>
    store.get({ apiVersion: 'v4', id })?.followedAt !== undefined;

  it('sends nothing and sets no timer while nothing is followed', async () => {
    store.put([aTask({ apiVersion: 'v4', sessionId: 's' })]);
    await clock.advance(hour);
    assert.deepEqual(requests(), []);
    assert.equal(clock.timers, 0);
  });

  it('tracks a new run within ten seconds, and all that came between', async () => {
    follow('a');
    await clock.advance(9 * second);
    assert.deepEqual(requests(), []);
    runs('a-2', 'a');
    runs('a-3', 'a');
    await clock.advance(1 * second);
    assert.deepEqual(requests(), ['latest a', 'session a']);
    assert.deepEqual(tracked(), ['a-1', 'a-3', 'a-2']);
    assert.ok(isFollowed('a-3') && isFollowed('a-2'));
    assert.equal(store.get({ apiVersion: 'v4', id: 'a-3' })?.sessionId, 'a');
  });

  it('tracks what came between, also where the newest run is tracked already', async () => {
    follow('a');
    runs('a-2', 'a');
    runs('a-3', 'a');
    store.track([{ apiVersion: 'v4', id: 'a-3' }], clock.now());
    await clock.advance(10 * second);
    assert.deepEqual(tracked().toSorted(), ['a-1', 'a-2', 'a-3']);
    assert.ok(isFollowed('a-2') && isFollowed('a-3'));
  });

  it('reads one list for many sessions, once in each pause', async () => {
    follow('a', 'b', 'c');
    runs('b-2', 'b');
    await clock.advance(10 * second);
    assert.equal(requests().filter((each) => each === 'list').length, 1);
    assert.deepEqual(requests().slice(1), ['session b']);
    assert.ok(isFollowed('b-2'));
    cloud.requested.length = 0;
    await clock.advance(60 * second);
    assert.deepEqual(
      requests(),
      Array.from({ length: 6 }, () => 'list'),
    );
  });

  it('polls those that the list does not show one after the other', async () => {
    follow('a', 'b', 'c');
    cloud.unlisted.add('b-1').add('c-1');
    await clock.advance(40 * second);
    assert.deepEqual(requests(), ['list', 'latest a', 'latest b', 'latest c']);
  });

  it('reads no list for a session of another version, nor of a version whose list shows none', async () => {
    follow('a', 'b');
    followOf('v2', ['x', 'y']);
    await clock.advance(40 * second);
    assert.deepEqual(requests(), ['list', 'latest x', 'latest y', 'list']);
  });

  it('learns from a list that is read for tasks anyway', async () => {
    follow('a');
    runs('a-2', 'a');
    await clock.advance(1 * second);
    polls.noteListed('v4', [
      { id: 'a-2', sessionId: 'a', status: 'running', rawStatus: 'running' },
    ]);
    poller.setAttention('hidden');
    await settle();
    assert.deepEqual(requests(), ['session a']);
    assert.ok(isFollowed('a-2'));
    await clock.advance(9 * second);
    assert.deepEqual(requests(), ['session a']);
  });

  it('takes no run back that the user untracked', async () => {
    follow('a');
    runs('a-2', 'a');
    await clock.advance(10 * second);
    store.untrack([{ apiVersion: 'v4', id: 'a-2' }]);
    await clock.advance(minute);
    assert.deepEqual(tracked(), ['a-1']);
    assert.equal(requests().filter((each) => each === 'session a').length, 1);
    // Nor where the cloud shows an older state for a moment.
    cloud.tasks.delete('a-2');
    await clock.advance(minute);
    assert.deepEqual(tracked(), ['a-1']);
    assert.ok(isFollowed('a-1'));
  });

  it('takes in only what came after the newest that is known, tracked or not', async () => {
    runs('a-0', 'a');
    follow('a');
    runs('a-2', 'a');
    await clock.advance(10 * second);
    store.untrack([{ apiVersion: 'v4', id: 'a-2' }]);
    runs('a-3', 'a');
    await clock.advance(10 * second);
    assert.deepEqual(tracked(), ['a-1', 'a-3']);
    // Where the cloud has it no more, after the newest that is tracked.
    store.untrack([{ apiVersion: 'v4', id: 'a-3' }]);
    for (const id of ['a-2', 'a-3']) cloud.tasks.delete(id);
    runs('a-4', 'a');
    runs('a-5', 'a');
    await clock.advance(10 * second);
    assert.deepEqual(tracked().toSorted(), ['a-1', 'a-4', 'a-5']);
  });

  it('tracks the newest alone where the cloud has none of the known any more', async () => {
    follow('a');
    cloud.tasks.delete('a-1');
    for (const id of ['a-2', 'a-3', 'a-4']) runs(id, 'a');
    await clock.advance(10 * second);
    assert.deepEqual(tracked(), ['a-1', 'a-4']);
  });

  it('requests nothing for a list that is older than what is known, nor for one of another kind', async () => {
    follow('a');
    followOf('v2', ['x']);
    runs('a-2', 'a');
    const listed = (...ids: string[]) =>
      ids.map((id) => {
        const [sessionId = ''] = id.split('-');
        return { id, sessionId, status: 'running', rawStatus: 'running' } as const;
      });
    polls.noteListed('v4', listed('a-2'));
    poller.setAttention('hidden');
    await settle();
    assert.deepEqual(requests(), ['session a']);
    polls.noteListed('v4', listed('a-1'));
    polls.noteListed('v2', listed('x-2'));
    poller.setAttention('watching');
    await settle();
    assert.deepEqual(requests(), ['session a']);
    assert.deepEqual(tracked().toSorted(), ['a-1', 'a-2', 'x-1']);
  });

  it('takes nothing in of a session that is untracked while the cloud answers', async () => {
    follow('a', 'b');
    runs('a-2', 'a');
    cloud.failWith = ({ what }) => {
      if (what === 'session') store.untrack([{ apiVersion: 'v4', id: 'a-1' }]);
      return undefined;
    };
    await clock.advance(10 * second);
    assert.deepEqual(requests(), ['list', 'session a']);
    assert.deepEqual(tracked(), ['b-1']);
  });

  it('polls often again once a long run has ended', async () => {
    follow('a');
    const run = aTask({ apiVersion: 'v4', id: 'a-2', sessionId: 'a', trackedAt: clock.now() });
    const mark = { followedAt: clock.now(), followedTo: 'a-2' };
    store.put([{ ...run, ...mark, status: 'running' }]);
    runs('a-2', 'a', { status: 'running' });
    await clock.advance(3 * hour);
    store.put([{ ...run, ...mark, status: 'finished', changedAt: clock.now() }]);
    const { length } = cloud.requested;
    await clock.advance(minute);
    assert.equal(cloud.requested.length - length, 6);
  });

  it('waits no longer where the clock is set back', async () => {
    follow('a');
    await clock.advance(10 * second);
    clock.jump(-hour);
    await clock.advance(10 * second);
    assert.equal(cloud.requested.length, 2);
  });

  it('polls rarely while a run is at work, as it is polled by itself', async () => {
    follow('a');
    store.put([aTask({ apiVersion: 'v4', id: 'a-2', sessionId: 'a', status: 'running' })]);
    followSession(
      store,
      { apiVersion: 'v4', sessionId: 'a' },
      { ids: [], latestId: 'a-2', now: clock.now() },
    );
    runs('a-2', 'a', { status: 'running' });
    await clock.advance(10 * minute);
    assert.equal(cloud.requested.length, 10);
  });

  it('slows down as nothing happens, and ends after a day', async () => {
    follow('a');
    const inAllAfter = async (ms: number): Promise<number> => {
      await clock.advance(ms);
      return cloud.requested.length;
    };
    assert.equal(await inAllAfter(10 * minute), 59);
    assert.equal(await inAllAfter(50 * minute), 109);
    assert.ok((await inAllAfter(22 * hour)) < 110 + 22 * 12 + 1);
    assert.ok(isFollowed('a-1'));
    await clock.advance(hour + 5 * minute);
    assert.ok(!isFollowed('a-1'));
    assert.deepEqual(ended, ['v4 a idle']);
    assert.deepEqual(tracked(), ['a-1']);
    const { length } = cloud.requested;
    assert.ok(length < 400, String(length));
    await clock.advance(24 * hour);
    assert.equal(cloud.requested.length, length);
    assert.equal(clock.timers, 0);
  });

  it('follows the user’s own interval where that is longer', async () => {
    follow('a');
    poller.setAttention('away');
    await clock.advance(90 * second);
    assert.equal(cloud.requested.length, 3);
  });

  it('ends where the cloud says four times that there is no such session', async () => {
    follow('a');
    cloud.tasks.clear();
    await clock.advance(30 * second);
    assert.ok(isFollowed('a-1'));
    await clock.advance(10 * second);
    assert.ok(!isFollowed('a-1'));
    assert.deepEqual(ended, ['v4 a gone']);
    assert.deepEqual(failed, []);
    follow('a');
    cloud.tasks.clear();
    await clock.advance(30 * second);
    assert.ok(isFollowed('a-1'), 'it counts anew');
  });

  it('tries again with growing pauses where it fails, and at once with another key or a refresh', async () => {
    follow('a');
    cloud.fail('forbidden');
    await clock.advance(hour);
    const { length } = cloud.requested;
    assert.ok(length > 3 && length < 16, String(length));
    assert.deepEqual(new Set(failed), new Set(['sessions that are followed']));
    cloud.heal();
    runs('a-2', 'a');
    poller.reconnect();
    await settle();
    assert.ok(isFollowed('a-2'));
    assert.equal(tasks.reconnects, 1);
    await clock.advance(second);
    runs('a-3', 'a');
    void poller.refresh();
    await settle();
    assert.ok(isFollowed('a-3'));
  });

  it('waits for as long as polling is paused', async () => {
    follow('a');
    const until = clock.now() + minute;
    tasks.become({ pauses: [{ kind: 'rateLimited', until }] });
    await clock.advance(59 * second);
    assert.deepEqual(requests(), []);
    await clock.advance(1 * second);
    assert.deepEqual(requests(), ['latest a']);
    tasks.become({ pauses: [{ kind: 'auth' }] });
    await clock.advance(hour);
    assert.deepEqual(requests(), ['latest a']);
    assert.equal(clock.timers, 0);
    tasks.become({ pauses: [] });
    await settle();
    assert.equal(requests().length, 2);
  });

  it('keeps a failure of one from the sessions beside it', async () => {
    follow('a', 'b');
    cloud.failWith = ({ what }) =>
      what === 'session' ? new CloudError('server', 'Trouble') : undefined;
    runs('a-2', 'a');
    await clock.advance(10 * second);
    assert.ok(!isFollowed('a-2'));
    cloud.heal();
    await clock.advance(20 * second);
    assert.ok(isFollowed('a-2'));
  });
});
