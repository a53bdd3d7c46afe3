import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import { OpenBrowserPolls } from '../../../../src/core/polling/openBrowserPolls';
import { PollerWithExtras } from '../../../../src/core/polling/pollerWithExtras';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { FakePolling } from '../../../fakes/fakePolling';

const minute = 60_000;
const hour = 60 * minute;

describe('polling browsers that are still open', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let store: TaskStore;
  let poller: PollerWithExtras;
  let failure: CloudError | undefined;
  let lists: number[];
  let onList: () => void;
  let startedAt: number;

  beforeEach(() => {
    clock = new FakeClock();
    startedAt = clock.now();
    cloud = new FakeCloud(() => clock.now());
    store = new TaskStore();
    failure = undefined;
    lists = [];
    onList = () => undefined;
    poller = new PollerWithExtras({
      poller: new FakePolling(),
      extras: [new OpenBrowserPolls({ store, now: () => clock.now() })],
      store,
      clock,
      connect: () =>
        Promise.resolve({
          download: () => cloud.download(),
          client: (apiVersion) => ({
            ...cloud.client(apiVersion),
            listOpenSessions: async (signal) => {
              lists.push((clock.now() - startedAt) / minute);
              if (failure) throw failure;
              const answer = await cloud.client(apiVersion).listOpenSessions(signal);
              onList();
              return answer;
            },
          }),
        }),
      random: () => 0.5,
      intervals: { watching: 2000, hidden: 10_000, away: 30_000 },
      onError: () => undefined,
    });
  });

  afterEach(async () => {
    poller.dispose();
    await settle();
    assert.equal(clock.timers, 0);
  });

  /** A run that ends just now. */
  const ends = (id: string, sessionId: string, more: Partial<TrackedTask> = {}): void => {
    const at = clock.now();
    store.put([
      aTask({
        apiVersion: 'v4',
        id,
        sessionId,
        status: 'finished',
        endSeenAt: at,
        changedAt: at,
        createdAt: new Date(at - minute).toISOString(),
        ...more,
      }),
    ]);
  };

  const opens = (sessionId: string, forMs: number): void => {
    const id = `browser of ${sessionId}`;
    const closesAt = new Date(clock.now() + forMs).toISOString();
    cloud.actions.open.push({ kind: 'browser', id, sessionId, closesAt });
  };

  const marked = () =>
    store
      .tasks()
      .filter(({ browserOpenUntil }) => browserOpenUntil !== undefined)
      .map(({ id }) => id);

  it('sends nothing while no run of v4 has ended, nor for those of other versions', async () => {
    ends('a', 's', { apiVersion: 'v2' });
    ends('b', 's', { apiVersion: 'v3' });
    ends('c', 's', { status: 'running', endSeenAt: undefined });
    ends('d', 's2', { endSeenAt: startedAt - 5 * hour });
    ends('e', 's3', { endSeenAt: undefined });
    ends('f', 's4', { sessionId: undefined });
    await clock.advance(hour);
    assert.deepEqual(lists, []);
    assert.equal(clock.timers, 0);
  });

  it('lists them once, two minutes after ends, and no more where none is open', async () => {
    ends('a', 's-a');
    await clock.advance(0.5 * minute);
    ends('b', 's-b');
    ends('of v2', 's-c', { apiVersion: 'v2' });
    await clock.advance(3 * hour);
    assert.deepEqual(lists, [2, 3]);
    assert.equal(clock.timers, 0);
  });

  it('marks the last run of a session whose browser is open until that closes', async () => {
    ends('old', 's-a', { createdAt: '2026-01-13T10:00:00Z' });
    ends('a', 's-a');
    ends('b', 's-b', { createdAt: new Date(startedAt + minute).toISOString() });
    opens('s-a', 22 * minute);
    opens('of somebody else', hour);
    await clock.advance(2 * minute);
    assert.deepEqual(marked(), ['a']);
    assert.equal(
      store.get({ apiVersion: 'v4', id: 'a' })?.browserOpenUntil,
      startedAt + 22 * minute,
    );
    await clock.advance(19 * minute);
    assert.deepEqual(lists, [2, 7, 12, 17]);
    cloud.actions.open.length = 0;
    await clock.advance(2 * minute);
    assert.deepEqual(marked(), []);
    await clock.advance(3 * hour);
    assert.deepEqual(lists.length, 5);
    assert.equal(clock.timers, 0);
  });

  it('marks nothing for a browser that tells no closing to come, and the latest of several', async () => {
    ends('a', 's-a');
    ends('b', 's-b');
    ends('c', 's-c');
    opens('s-a', minute);
    cloud.actions.open.push({ kind: 'browser', id: 'timeless', sessionId: 's-b' });
    opens('s-c', 20 * minute);
    opens('s-c', 30 * minute);
    opens('s-c', 25 * minute);
    await clock.advance(2 * minute);
    assert.deepEqual(marked(), ['c']);
    const { browserOpenUntil } = store.get({ apiVersion: 'v4', id: 'c' }) ?? {};
    assert.equal(browserOpenUntil, startedAt + 30 * minute);
  });

  it('marks one run of a session also where nobody tells which was the last', async () => {
    opens('s', hour);
    opens('other', hour);
    for (const id of ['a', 'b']) ends(id, 's', { createdAt: undefined });
    for (const id of ['c', 'd']) ends(id, 'other', { createdAt: new Date(0).toISOString() });
    await clock.advance(2 * minute);
    assert.deepEqual(marked(), ['a', 'c']);
  });

  it('marks nothing by an answer to another key', async () => {
    ends('a', 's-a');
    opens('s-a', 22 * minute);
    onList = () => {
      onList = () => undefined;
      cloud.actions.open.length = 0;
      poller.reconnect();
    };
    await clock.advance(2 * minute);
    assert.deepEqual(marked(), []);
    assert.deepEqual(lists, [2, 2]);
  });

  it('polls ever more rarely while one stays open for hours', async () => {
    ends('a', 's-a');
    opens('s-a', 4 * hour);
    await clock.advance(5 * hour);
    assert.ok(lists.length > 8 && lists.length < 20, lists.join());
    assert.deepEqual(marked(), []);
    assert.equal(clock.timers, 0);
  });

  it('takes the mark away at once when the session goes on, without a request', async () => {
    ends('a', 's-a');
    opens('s-a', 22 * minute);
    await clock.advance(2 * minute);
    assert.deepEqual(marked(), ['a']);
    store.put([aTask({ apiVersion: 'v4', id: 'next', sessionId: 's-a', status: 'running' })]);
    await settle();
    assert.deepEqual(marked(), []);
    assert.deepEqual(lists, [2]);
  });

  it('tries again where the network fails, and after the next end where it is refused', async () => {
    failure = new CloudError('network', 'gone');
    ends('a', 's-a');
    await clock.advance(4 * minute);
    assert.ok(lists.length > 1, lists.join());
    failure = new CloudError('forbidden', 'no');
    await clock.advance(hour);
    const { length } = lists;
    await clock.advance(hour);
    assert.equal(lists.length, length);
    failure = undefined;
    ends('b', 's-b');
    opens('s-b', 20 * minute);
    await clock.advance(2 * minute);
    assert.deepEqual(marked(), ['b']);
  });

  it('reads at once what a refresh asks for', async () => {
    ends('a', 's-a');
    opens('s-a', 22 * minute);
    await clock.advance(3 * minute);
    cloud.actions.open.length = 0;
    void poller.refresh();
    await settle();
    assert.deepEqual(marked(), []);
  });
});
