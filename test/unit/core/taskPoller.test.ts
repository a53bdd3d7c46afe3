import assert from 'node:assert/strict';
import { AskRounds } from '../../../src/core/askRound';
import { CloudError } from '../../../src/core/errors';
import type { TaskRef } from '../../../src/core/task';
import type { PollerState } from '../../../src/core/polling';
import { TaskPoller } from '../../../src/core/taskPoller';
import { TaskStore } from '../../../src/core/taskStore';
import { TokenBucket } from '../../../src/core/tokenBucket';
import { FakeClock, settle } from '../../fakes/fakeClock';
import { FakeCloud } from '../../fakes/fakeCloud';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

function ref(id: string, apiVersion: TaskRef['apiVersion'] = 'v2'): TaskRef {
  return { apiVersion, id };
}

describe('TaskPoller', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let store: TaskStore;
  let poller: TaskPoller;
  let connectError: CloudError | undefined;
  let connects: number;

  beforeEach(() => {
    clock = new FakeClock();
    const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
    cloud = new FakeCloud(() => clock.now(), bucket);
    store = new TaskStore();
    connectError = undefined;
    connects = 0;
    poller = new TaskPoller({
      store,
      clock,
      connect: () => {
        connects++;
        return connectError ? Promise.reject(connectError) : Promise.resolve(cloud);
      },
      bucket,
      random: () => 0.5,
      loadRounds: () => Promise.resolve({ AskRounds }),
      pauses: { watching: 2 * second, hidden: 10 * second, away: 30 * second },
      onError: () => undefined,
    });
    poller.setAttention('watching');
  });

  afterEach(async () => {
    poller.dispose();
    await settle();
    assert.equal(clock.timers, 0, 'a disposed poller leaves no timer');
  });

  function track(...ids: string[]): void {
    store.track(
      ids.map((id) => ref(id)),
      clock.now(),
    );
  }

  function statusOf(id: string): string | undefined {
    return store.get(ref(id))?.status;
  }

  function hold(): PollerState['holds'][number] | undefined {
    return poller.state.holds[0];
  }

  /** Makes every list fail, so that each task is asked for by itself. */
  function distrustLists(): void {
    cloud.failWith = ({ what }) =>
      what === 'list' ? new CloudError('badAnswer', 'no list') : undefined;
  }

  describe('with nothing active', () => {
    it('asks nothing and sets no timer without tasks', async () => {
      await clock.advance(hour);
      assert.equal(cloud.asked.length, 0);
      assert.equal(connects, 0, 'not even a connection is made');
      assert.equal(clock.timers, 0);
    });

    it('asks nothing and sets no timer once every task has ended', async () => {
      cloud.set('a', 'finished');
      track('a');
      await clock.advance(0);
      const asked = cloud.asked.length;
      await clock.advance(hour);
      assert.equal(cloud.asked.length, asked);
      assert.equal(clock.timers, 0);
    });
  });

  describe('looking', () => {
    it('reads all of a new task at once, then finds it in the list of its time', async () => {
      cloud.set('a', 'running');
      track('a');
      await clock.advance(0);
      assert.equal(store.get(ref('a'))?.prompt, 'Do a');
      await clock.advance(5 * second);
      assert.deepEqual(
        cloud.asked.map(({ what }) => what),
        ['task', 'list', 'list'],
      );
    });

    it('sees a change after one pause, and an end with all that belongs to it', async () => {
      cloud.set('a', 'created');
      track('a');
      await clock.advance(0);
      cloud.set('a', 'running');
      await clock.advance(2.2 * second);
      assert.equal(statusOf('a'), 'running');
      cloud.set('a', 'finished', { judgeVerdict: false });
      await clock.advance(2.2 * second);
      assert.equal(statusOf('a'), 'finished');
      assert.equal(store.get(ref('a'))?.judgeVerdict, false);
      assert.deepEqual(
        cloud.asked.map(({ what }) => what),
        ['task', 'list', 'list'],
      );
    });

    it('pauses longer while hidden and longest while away', async () => {
      cloud.set('a', 'running');
      track('a');
      for (const [attention, pause] of [
        ['hidden', 10 * second],
        ['away', 30 * second],
      ] as const) {
        poller.setAttention(attention);
        await clock.advance(pause);
        const before = cloud.asked.length;
        await clock.advance(10 * pause);
        const asked = cloud.asked.length - before;
        assert.ok(asked >= 9 && asked <= 11, `${attention}: ${asked} looks in ten pauses`);
      }
    });

    it('spreads the pauses by ten per cent and never pauses under two seconds', async () => {
      poller.setPauses({ watching: 1, hidden: 1, away: 1 });
      cloud.set('a', 'running');
      track('a');
      await clock.advance(100 * second);
      const gaps = cloud.asked.slice(1).map(({ at }, index) => at - (cloud.asked[index]?.at ?? 0));
      assert.ok(gaps.length > 40);
      assert.ok(
        gaps.every((gap) => gap >= 1800),
        `smallest gap ${Math.min(...gaps)} ms`,
      );
    });

    it('looks at once when attention returns and a look is overdue', async () => {
      cloud.set('a', 'running');
      track('a');
      poller.setAttention('away');
      await clock.advance(25 * second);
      const before = cloud.asked.length;
      poller.setAttention('watching');
      await settle();
      assert.equal(cloud.asked.length, before + 1);
    });

    it('looks at a new task at once, though a hundred others are due', async () => {
      const ids = Array.from({ length: 100 }, (_, index) => `task-${index}`);
      for (const id of [...ids, 'new']) cloud.set(id, 'running');
      track(...ids);
      await clock.advance(10 * second);
      track('new');
      await clock.advance(6 * second);
      assert.notEqual(store.get(ref('new'))?.lookedAt, undefined);
    });

    it('lets hundreds of new tasks that no list shows keep nobody waiting', async () => {
      distrustLists();
      cloud.set('running', 'running');
      track('running');
      await clock.advance(5 * second);
      const ids = Array.from({ length: 300 }, (_, index) => `new-${index}`);
      for (const id of ids) cloud.set(id, 'stopped');
      track(...ids);
      await clock.advance(2 * second);
      cloud.set('running', 'finished');
      await clock.advance(6 * second);
      assert.equal(statusOf('running'), 'finished');
    });

    it('asks at most four at a time and never overdraws the bucket', async () => {
      distrustLists();
      const ids = Array.from({ length: 50 }, (_, index) => `task-${index}`);
      for (const id of ids) cloud.set(id, 'running');
      track(...ids);
      await clock.advance(60 * second);
      assert.ok(cloud.peakConcurrency <= 4, `peak ${cloud.peakConcurrency}`);
      assert.ok(cloud.asked.length <= 10 + 60 * 2, `${cloud.asked.length} requests in a minute`);
      assert.ok(cloud.asked.length >= 100, 'and yet it uses what it may');
      for (const id of ids) assert.equal(statusOf(id), 'running', id);
    });

    it('asks slowly for a status word that nobody knows, and shows the word', async () => {
      cloud.set('a', 'unknown', { rawStatus: 'daydreaming' });
      track('a');
      await clock.advance(10 * minute);
      assert.equal(store.get(ref('a'))?.rawStatus, 'daydreaming');
      assert.ok(cloud.asked.length <= 12, `${cloud.asked.length} requests in ten minutes`);
      assert.ok(cloud.asked.length >= 9);
    });

    it('asks rarely for a task that has not changed for six hours', async () => {
      cloud.set('a', 'running');
      track('a');
      await clock.advance(6 * hour + minute);
      const before = cloud.asked.length;
      await clock.advance(hour);
      const asked = cloud.asked.length - before;
      assert.ok(asked >= 10 && asked <= 14, `${asked} requests in an hour`);
    });

    it('drops the answer for a task that was untracked meanwhile', async () => {
      cloud.set('a', 'running');
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      track('a');
      await settle();
      store.untrack([ref('a')]);
      open();
      await clock.advance(minute);
      assert.equal(store.get(ref('a')), undefined);
      assert.equal(cloud.asked.length, 1);
    });

    it('aborts what is under way when it is disposed, and then says nothing more', async () => {
      cloud.set('a', 'running');
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      track('a');
      await settle();
      poller.dispose();
      open();
      await clock.advance(minute);
      assert.equal(statusOf('a'), 'unknown');
    });
  });

  describe('with many tasks', () => {
    function many(count: number, createdAt = (index: number) => index * second): string[] {
      const ids = Array.from({ length: count }, (_, index) => `task-${index}`);
      ids.forEach((id, index) =>
        cloud.set(id, 'running', {
          rawStatus: 'started',
          createdAt: new Date(Date.UTC(2026, 0, 13, 11) + createdAt(index)).toISOString(),
        }),
      );
      return ids;
    }

    it('learns all of a hundred new tasks from a page of the newest', async () => {
      track(...many(100));
      await clock.advance(0);
      assert.equal(cloud.asked.length, 1);
      assert.ok(store.tasks().every(({ status, prompt }) => status === 'running' && prompt));
    });

    it('asks once every pause for a hundred', async () => {
      track(...many(100));
      await clock.advance(second);
      const before = cloud.asked.length;
      await clock.advance(minute);
      const asked = cloud.asked.length - before;
      assert.ok(asked <= 34, `${asked} requests in a minute`);
      assert.ok(asked >= 27, `${asked} requests in a minute`);
    });

    it('sees within a pause that some have ended, without a further question', async () => {
      const ids = many(100);
      track(...ids);
      await clock.advance(10 * second);
      for (const id of ids.slice(0, 10)) cloud.set(id, 'finished', { cost: '0.5' });
      const before = cloud.asked.length;
      await clock.advance(2.3 * second);
      for (const id of ids.slice(0, 10)) {
        assert.equal(statusOf(id), 'finished');
        assert.equal(store.get(ref(id))?.cost, '0.5');
      }
      assert.ok(cloud.asked.length - before <= 2);
    });

    it('keeps a thousand up to date within the two requests a second that it may send', async () => {
      const ids = many(1000);
      track(...ids);
      await clock.advance(minute);
      for (const id of ids) assert.equal(statusOf(id), 'running', id);
      cloud.set('task-500', 'failed');
      await clock.advance(8 * second);
      assert.equal(statusOf('task-500'), 'failed');
    });

    it('filters by status where thousands of others were created meanwhile', async () => {
      const ids = many(20, (index) => index * 2 * minute);
      for (let index = 0; index < 3000; index++)
        cloud.set(`other-${index}`, 'finished', {
          createdAt: new Date(Date.UTC(2026, 0, 13, 11) + index * 700).toISOString(),
        });
      track(...ids);
      await clock.advance(minute);
      const before = cloud.asked.length;
      await clock.advance(minute);
      const asked = cloud.asked.slice(before);
      assert.ok(asked.length <= 34, `${asked.length} requests in a minute`);
      assert.ok(asked.every(({ id }) => id === 'started'));
      cloud.set('task-3', 'finished', { judgeVerdict: false });
      await clock.advance(3 * second);
      assert.equal(statusOf('task-3'), 'finished');
      assert.equal(store.get(ref('task-3'))?.judgeVerdict, false);
    });

    it('asks by itself for a task that the list does not show, before anything is said of it', async () => {
      const ids = many(10);
      track(...ids);
      await clock.advance(5 * second);
      cloud.unlisted.add('task-4');
      await clock.advance(10 * second);
      assert.equal(statusOf('task-4'), 'running');
      assert.equal(store.get(ref('task-4'))?.isMissing, false);
      cloud.set('task-4', 'finished');
      await clock.advance(6 * second);
      assert.equal(statusOf('task-4'), 'finished');
    });

    it('finds tasks on whichever page they are, and shifting', async () => {
      const ids = many(150);
      track(...ids);
      await clock.advance(minute);
      let created = 0;
      for (let round = 0; round < 20; round++) {
        cloud.set(`new-${created++}`, 'running', {
          createdAt: new Date(clock.now()).toISOString(),
        });
        await clock.advance(2 * second);
      }
      assert.ok(store.tasks().every(({ isMissing, status }) => !isMissing && status === 'running'));
    });

    it('goes on by single questions where lists fail, and comes back to lists', async () => {
      const ids = many(5);
      track(...ids);
      await clock.advance(5 * second);
      distrustLists();
      await clock.advance(20 * second);
      cloud.set('task-2', 'finished');
      await clock.advance(8 * second);
      assert.equal(statusOf('task-2'), 'finished');
      assert.deepEqual(poller.state.holds, []);
      cloud.heal();
      await clock.advance(2 * minute);
      assert.equal(cloud.asked.at(-1)?.what, 'list');
    });

    it('lists v1 from the newest where that is cheaper, and asks for one by itself', async () => {
      cloud.set('only', 'running');
      store.track([ref('only', 'v1')], clock.now());
      await clock.advance(5 * second);
      assert.deepEqual(new Set(cloud.asked.slice(1).map(({ what }) => what)), new Set(['status']));
      const ids = many(40);
      store.track(
        ids.map((id) => ref(id, 'v1')),
        clock.now(),
      );
      await clock.advance(10 * second);
      const before = cloud.asked.length;
      await clock.advance(minute);
      assert.ok(cloud.asked.length - before <= 36, `${cloud.asked.length - before} requests`);
    });
  });

  describe('when one question fails', () => {
    for (const kind of ['server', 'network', 'timeout', 'badAnswer', 'tooLarge'] as const) {
      it(`tries again after ${kind}, keeps the last state, and sees the change`, async () => {
        cloud.set('a', 'running');
        track('a');
        await clock.advance(0);
        cloud.fail(kind);
        await clock.advance(3 * second);
        assert.equal(statusOf('a'), 'running');
        assert.equal(
          hold()?.kind ?? store.get(ref('a'))?.trouble?.kind,
          kind,
          'the view can say so',
        );
        await clock.advance(7 * second);
        assert.equal(hold()?.kind, kind, 'after a second failure it is nobody else either');
        cloud.heal();
        cloud.set('a', 'finished');
        await clock.advance(30 * second);
        assert.equal(statusOf('a'), 'finished');
        assert.equal(hold(), undefined);
        assert.equal(store.get(ref('a'))?.trouble, undefined);
      });
    }

    it("keeps one task's trouble from the others", async () => {
      cloud.set('good', 'running');
      cloud.set('bad', 'running');
      track('good', 'bad');
      await clock.advance(0);
      cloud.failWith = ({ id, what }) =>
        id === 'bad' || what === 'list' ? new CloudError('server', '500') : undefined;
      const before = cloud.asked.length;
      await clock.advance(60 * second);
      const good = cloud.asked.slice(before).filter(({ id }) => id === 'good').length;
      assert.ok(good >= 20, `the good one was asked for ${good} times in a minute`);
      assert.equal(store.get(ref('bad'))?.trouble?.kind, 'server');
      assert.equal(statusOf('bad'), 'running');
      cloud.heal();
      await clock.advance(70 * second);
      assert.equal(store.get(ref('bad'))?.trouble, undefined);
    });

    it('asks for the status alone where the full answer keeps failing', async () => {
      cloud.set('a', 'running');
      cloud.failWith = ({ what }) =>
        what === 'task' ? new CloudError('tooLarge', 'too large') : undefined;
      track('a');
      await clock.advance(3 * minute);
      assert.equal(statusOf('a'), 'running');
      cloud.set('a', 'finished');
      await clock.advance(3 * minute);
      assert.equal(statusOf('a'), 'finished');
      const asked = cloud.asked.length;
      await clock.advance(hour);
      assert.equal(cloud.asked.length, asked, 'and an ended task is left in peace');
    });

    it('needs at most 15 requests for ten minutes offline, and sees the change within 60 s', async () => {
      const ids = Array.from({ length: 30 }, (_, index) => `task-${index}`);
      for (const id of ids) cloud.set(id, 'running');
      track(...ids);
      await clock.advance(minute);
      cloud.fail('network');
      const before = cloud.asked.length;
      await clock.advance(10 * minute);
      const asked = cloud.asked.length - before;
      assert.ok(asked <= 15, `${asked} requests`);
      cloud.heal();
      await clock.advance(minute);
      assert.equal(hold(), undefined);
    });

    it('tries at once on focus after the network failed', async () => {
      cloud.set('a', 'running');
      track('a');
      await clock.advance(0);
      poller.setAttention('away');
      cloud.fail('network');
      await clock.advance(5 * minute);
      cloud.heal();
      cloud.set('a', 'finished');
      poller.setAttention('watching');
      await settle();
      assert.equal(statusOf('a'), 'finished');
    });
  });

  describe('when the cloud says slow down', () => {
    for (const [name, retryAfterMs, expectedMs] of [
      ['for the time it names', 5 * second, 5 * second],
      ['for a minute where it names none', undefined, minute],
      ['for an hour at most', 24 * hour, hour],
    ] as const) {
      it(`asks nothing ${name}`, async () => {
        cloud.set('a', 'running');
        track('a');
        await clock.advance(0);
        cloud.fail('rateLimited', retryAfterMs);
        await clock.advance(2.5 * second);
        const held = hold();
        assert.equal(held?.kind, 'rateLimited');
        cloud.heal();
        const before = cloud.asked.length;
        const limitedAt = cloud.asked.at(-1)?.at ?? 0;
        assert.equal(held.until, limitedAt + expectedMs);
        poller.setAttention('away');
        poller.setAttention('watching');
        void poller.refresh();
        await clock.advance(limitedAt + expectedMs - 1 - clock.now());
        assert.equal(cloud.asked.length, before, 'not on focus nor on a refresh either');
        await clock.advance(2.5 * second);
        assert.ok(cloud.asked.length > before);
      });
    }
  });

  describe('when the key is refused', () => {
    for (const kind of ['auth', 'forbidden'] as const) {
      it(`stops after ${kind} until the key changes`, async () => {
        cloud.set('a', 'running');
        track('a');
        await clock.advance(0);
        cloud.fail(kind);
        await clock.advance(2.5 * second);
        const before = cloud.asked.length;
        await clock.advance(hour);
        assert.equal(cloud.asked.length, before);
        assert.equal(clock.timers, 0);
        assert.deepEqual(poller.state.holds, [{ kind }]);
        cloud.heal();
        poller.reconnect();
        await clock.advance(0);
        assert.equal(cloud.asked.length, before + 1);
        assert.deepEqual(poller.state.holds, []);
      });
    }

    it('sends nothing without a key and goes on when there is one', async () => {
      connectError = new CloudError('noKey', 'no key');
      cloud.set('a', 'running');
      track('a');
      await clock.advance(hour);
      assert.equal(cloud.asked.length, 0);
      assert.equal(hold()?.kind, 'noKey');
      connectError = undefined;
      poller.reconnect();
      await clock.advance(0);
      assert.equal(statusOf('a'), 'running');
    });

    it('drops an answer to the old key', async () => {
      cloud.set('a', 'running');
      track('a');
      await clock.advance(0);
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      cloud.set('a', 'failed');
      await clock.advance(2.2 * second);
      cloud.gate = undefined;
      cloud.set('a', 'running');
      poller.reconnect();
      open();
      await settle();
      assert.equal(statusOf('a'), 'running');
    });

    it('asks again after ten minutes when credits ran out', async () => {
      cloud.set('a', 'running');
      track('a');
      await clock.advance(0);
      cloud.fail('payment');
      await clock.advance(2.5 * second);
      const before = cloud.asked.length;
      await clock.advance(9 * minute);
      assert.equal(cloud.asked.length, before);
      cloud.heal();
      await clock.advance(2 * minute);
      assert.ok(cloud.asked.length > before);
    });
  });

  describe('when something is not there', () => {
    it('calls a task missing after the second answer that says so', async () => {
      track('gone');
      await clock.advance(0);
      assert.equal(store.get(ref('gone'))?.isMissing, false);
      await clock.advance(2.5 * second);
      assert.equal(store.get(ref('gone'))?.isMissing, true);
      const asked = cloud.asked.length;
      await clock.advance(hour);
      assert.equal(cloud.asked.length, asked);
      assert.equal(clock.timers, 0);
    });

    it('finds a missing task again on a refresh', async () => {
      track('late');
      await clock.advance(minute);
      cloud.set('late', 'running');
      await poller.refresh();
      assert.equal(store.get(ref('late'))?.isMissing, false);
      assert.equal(statusOf('late'), 'running');
    });

    it('holds only the API version that is not served', async () => {
      cloud.set('old', 'running');
      cloud.set('new', 'running');
      store.track([ref('old', 'v1'), ref('new')], clock.now());
      cloud.failWith = ({ apiVersion }) =>
        apiVersion === 'v1' ? new CloudError('notServed', 'Not Found') : undefined;
      await clock.advance(minute);
      assert.equal(hold()?.kind, 'notServed');
      assert.equal(hold()?.apiVersion, 'v1');
      assert.equal(cloud.asked.filter(({ apiVersion }) => apiVersion === 'v1').length, 1);
      assert.equal(statusOf('new'), 'running');
      assert.equal(store.get(ref('old', 'v1'))?.isMissing, false);
    });
  });

  describe('refreshing', () => {
    it('looks at ended tasks too, once', async () => {
      cloud.set('a', 'finished');
      track('a');
      await clock.advance(minute);
      cloud.set('a', 'finished', { judgeVerdict: true });
      await poller.refresh([ref('a')]);
      assert.equal(store.get(ref('a'))?.judgeVerdict, true);
      const asked = cloud.asked.length;
      await clock.advance(hour);
      assert.equal(cloud.asked.length, asked);
    });

    it('ends also when the network fails', async () => {
      cloud.set('a', 'running');
      track('a');
      await clock.advance(0);
      cloud.fail('network');
      await poller.refresh();
      assert.equal(hold()?.kind, 'network');
    });

    it('ends when the tasks that it waits for are untracked', async () => {
      cloud.gate = new Promise(() => undefined);
      track('a', 'b');
      const refreshed = poller.refresh();
      await settle();
      store.untrack([ref('a'), ref('b')]);
      await refreshed;
    });

    it('ends when the server becomes another one', async () => {
      cloud.set('a', 'running');
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      track('a');
      const refreshed = poller.refresh();
      await settle();
      store.replaceAll([]);
      poller.reconnect();
      await refreshed;
      open();
    });

    it('does not wait for an API version that is not served', async () => {
      cloud.failWith = () => new CloudError('notServed', 'Not Found');
      store.track([ref('old', 'v1')], clock.now());
      await poller.refresh();
      assert.equal(hold()?.kind, 'notServed');
    });

    it('does not bring a missing task back for trouble of the server', async () => {
      track('gone');
      await clock.advance(minute);
      cloud.failWith = () => new CloudError('server', '503');
      await poller.refresh();
      await clock.advance(minute);
      assert.equal(store.get(ref('gone'))?.isMissing, true);
    });

    it('ends at once without tasks and after disposal', async () => {
      await poller.refresh();
      poller.dispose();
      await poller.refresh();
    });
  });

  describe('when the wall clock jumps', () => {
    for (const [name, jumpMs] of [
      ['an hour ahead', hour],
      ['an hour back', -hour],
    ] as const) {
      it(`looks once and goes on as before: ${name}`, async () => {
        cloud.set('a', 'running');
        track('a');
        poller.setAttention('away');
        await clock.advance(40 * second);
        clock.jump(jumpMs);
        const before = cloud.asked.length;
        await clock.advance(33 * second);
        assert.equal(cloud.asked.length, before + 1);
        await clock.advance(5 * minute);
        const asked = cloud.asked.length - before;
        assert.ok(asked >= 9 && asked <= 12, `${asked} looks in about five minutes`);
      });
    }

    it('keeps a rate limit when the clock is set back, and no longer than it was', async () => {
      cloud.set('a', 'running');
      track('a');
      await clock.advance(0);
      cloud.fail('rateLimited');
      await clock.advance(2.5 * second);
      cloud.heal();
      clock.jump(-hour);
      const before = cloud.asked.length;
      await clock.advance(55 * second);
      assert.equal(cloud.asked.length, before);
      await clock.advance(10 * second);
      assert.ok(cloud.asked.length > before);
    });
  });

  it('tells of its state when that changes', async () => {
    const seen: PollerState[] = [];
    poller.onDidChangeState((state) => seen.push(state));
    cloud.set('a', 'running');
    track('a');
    await clock.advance(0);
    assert.ok(seen.some(({ isLooking }) => isLooking));
    assert.deepEqual(seen.at(-1), {
      activeCount: 1,
      isLooking: false,
      lookedAt: clock.now(),
      holds: [],
    });
  });
});
