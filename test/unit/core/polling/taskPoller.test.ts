import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { PollerState } from '../../../../src/core/polling/polling';
import { aTask } from '../../../fakes/aTask';
import { settle } from '../../../fakes/fakeClock';
import { polledTasks, ref } from './polledTasks';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('TaskPoller', () => {
  const polled = polledTasks();

  describe('with nothing active', () => {
    it('requests nothing and sets no timer without tasks', async () => {
      await polled.clock.advance(hour);
      assert.equal(polled.cloud.requested.length, 0);
      assert.equal(polled.connects, 0, 'not even a connection is made');
      assert.equal(polled.clock.timers, 0);
    });

    it('requests nothing and sets no timer once every task has ended', async () => {
      polled.cloud.set('a', 'finished');
      polled.track('a');
      await polled.clock.advance(0);
      const requested = polled.cloud.requested.length;
      await polled.clock.advance(hour);
      assert.equal(polled.cloud.requested.length, requested);
      assert.equal(polled.clock.timers, 0);
    });
  });

  describe('polling', () => {
    it('reads all of a new task at once, then finds it in the list of its time', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      assert.equal(polled.store.get(ref('a'))?.prompt, 'Do a');
      await polled.clock.advance(5 * second);
      assert.deepEqual(
        polled.cloud.requested.map(({ what }) => what),
        ['task', 'list', 'list'],
      );
    });

    it('sees a change after one pause, and an end with all that belongs to it', async () => {
      polled.cloud.set('a', 'created');
      polled.track('a');
      await polled.clock.advance(0);
      polled.cloud.set('a', 'running');
      await polled.clock.advance(2.2 * second);
      assert.equal(polled.statusOf('a'), 'running');
      polled.cloud.set('a', 'finished', { judgeVerdict: false });
      await polled.clock.advance(2.2 * second);
      assert.equal(polled.statusOf('a'), 'finished');
      assert.equal(polled.store.get(ref('a'))?.judgeVerdict, false);
      assert.deepEqual(
        polled.cloud.requested.map(({ what }) => what),
        ['task', 'list', 'list'],
      );
    });

    it('pauses longer while hidden and longest while away', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      for (const [attention, pause] of [
        ['hidden', 10 * second],
        ['away', 30 * second],
      ] as const) {
        polled.poller.setAttention(attention);
        await polled.clock.advance(pause);
        const before = polled.cloud.requested.length;
        await polled.clock.advance(10 * pause);
        const requested = polled.cloud.requested.length - before;
        assert.ok(
          requested >= 9 && requested <= 11,
          `${attention}: ${requested} polls in ten pauses`,
        );
      }
    });

    it('spreads the pauses by ten per cent and never pauses under two seconds', async () => {
      polled.poller.setIntervals({ watching: 1, hidden: 1, away: 1 });
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(100 * second);
      const gaps = polled.cloud.requested
        .slice(1)
        .map(({ at }, index) => at - (polled.cloud.requested[index]?.at ?? 0));
      assert.ok(gaps.length > 40);
      assert.ok(
        gaps.every((gap) => gap >= 1800),
        `smallest gap ${Math.min(...gaps)} ms`,
      );
    });

    it('polls at once when attention returns and a poll is overdue', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      polled.poller.setAttention('away');
      await polled.clock.advance(25 * second);
      const before = polled.cloud.requested.length;
      polled.poller.setAttention('watching');
      await settle();
      assert.equal(polled.cloud.requested.length, before + 1);
    });

    it('polls a new task at once, though a hundred others are due', async () => {
      const ids = Array.from({ length: 100 }, (_, index) => `task-${index}`);
      for (const id of [...ids, 'new']) polled.cloud.set(id, 'running');
      polled.track(...ids);
      await polled.clock.advance(10 * second);
      polled.track('new');
      await polled.clock.advance(6 * second);
      assert.notEqual(polled.store.get(ref('new'))?.checkedAt, undefined);
    });

    it('lets hundreds of new tasks that no list shows keep nobody waiting', async () => {
      polled.distrustLists();
      polled.cloud.set('running', 'running');
      polled.track('running');
      await polled.clock.advance(5 * second);
      const ids = Array.from({ length: 300 }, (_, index) => `new-${index}`);
      for (const id of ids) polled.cloud.set(id, 'stopped');
      polled.track(...ids);
      await polled.clock.advance(2 * second);
      polled.cloud.set('running', 'finished');
      await polled.clock.advance(6 * second);
      assert.equal(polled.statusOf('running'), 'finished');
    });

    it('sends at most four requests at a time and never overdraws the bucket', async () => {
      polled.distrustLists();
      const ids = Array.from({ length: 50 }, (_, index) => `task-${index}`);
      for (const id of ids) polled.cloud.set(id, 'running');
      polled.track(...ids);
      await polled.clock.advance(60 * second);
      assert.ok(polled.cloud.peakConcurrency <= 4, `peak ${polled.cloud.peakConcurrency}`);
      assert.ok(
        polled.cloud.requested.length <= 10 + 60 * 2,
        `${polled.cloud.requested.length} requests in a minute`,
      );
      assert.ok(polled.cloud.requested.length >= 100, 'and yet it uses what it may');
      for (const id of ids) assert.equal(polled.statusOf(id), 'running', id);
    });

    it('polls a task with an unknown status slowly, and keeps the raw status', async () => {
      polled.cloud.set('a', 'unknown', { rawStatus: 'daydreaming' });
      polled.track('a');
      await polled.clock.advance(10 * minute);
      assert.equal(polled.store.get(ref('a'))?.rawStatus, 'daydreaming');
      assert.ok(
        polled.cloud.requested.length <= 12,
        `${polled.cloud.requested.length} requests in ten minutes`,
      );
      assert.ok(polled.cloud.requested.length >= 9);
    });

    it('polls a task rarely that has not changed for six hours', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      // Six hours of few polls, then one in which nothing but its age keeps it from being polled often.
      polled.poller.setAttention('away');
      await polled.clock.advance(6 * hour + minute);
      polled.poller.setAttention('watching');
      const before = polled.cloud.requested.length;
      await polled.clock.advance(hour);
      const requested = polled.cloud.requested.length - before;
      assert.ok(requested >= 10 && requested <= 14, `${requested} requests in an hour`);
    });

    it('drops the answer for a task that was untracked meanwhile', async () => {
      polled.cloud.set('a', 'running');
      let open = (): void => undefined;
      polled.cloud.gate = new Promise((resolve) => (open = resolve));
      polled.track('a');
      await settle();
      polled.store.untrack([ref('a')]);
      open();
      await polled.clock.advance(minute);
      assert.equal(polled.store.get(ref('a')), undefined);
      assert.equal(polled.cloud.requested.length, 1);
    });

    it('aborts what is under way when it is disposed, and then says nothing more', async () => {
      polled.cloud.set('a', 'running');
      let open = (): void => undefined;
      polled.cloud.gate = new Promise((resolve) => (open = resolve));
      polled.track('a');
      await settle();
      polled.poller.dispose();
      open();
      await polled.clock.advance(minute);
      assert.equal(polled.statusOf('a'), 'unknown');
    });
  });

  describe('refreshing', () => {
    it('polls ended tasks too, once', async () => {
      polled.cloud.set('a', 'finished');
      polled.track('a');
      await polled.clock.advance(minute);
      polled.cloud.set('a', 'finished', { judgeVerdict: true });
      await polled.poller.refresh([ref('a')]);
      assert.equal(polled.store.get(ref('a'))?.judgeVerdict, true);
      const requested = polled.cloud.requested.length;
      await polled.clock.advance(hour);
      assert.equal(polled.cloud.requested.length, requested);
    });

    it('polls the last hundred that ended, and no others that have', async () => {
      polled.store.replaceAll(
        Array.from({ length: 120 }, (_, index) =>
          aTask({
            id: `t${index}`,
            status: 'stopped',
            readAs: 'stopped',
            // The first twenty ended before the others.
            changedAt: polled.clock.now() + ((index + 100) % 120),
          }),
        ),
      );
      for (const { id } of polled.store.tasks()) polled.cloud.set(id, 'stopped');
      polled.distrustLists();
      void polled.poller.refresh();
      await polled.clock.advance(5 * minute);
      const requested = new Set(
        polled.cloud.requested.map(({ id }) => id).filter((id) => id !== ''),
      );
      assert.equal(requested.size, 100);
      assert.deepEqual(
        Array.from({ length: 20 }, (_, index) => requested.has(`t${index + 20}`)),
        Array.from({ length: 20 }, () => false),
      );
    });

    it('ends also when the network fails', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      polled.cloud.fail('network');
      await polled.poller.refresh();
      assert.equal(polled.pause()?.kind, 'network');
    });

    it('ends when the tasks that it waits for are untracked', async () => {
      polled.cloud.gate = new Promise(() => undefined);
      polled.track('a', 'b');
      const refreshed = polled.poller.refresh();
      await settle();
      polled.store.untrack([ref('a'), ref('b')]);
      await refreshed;
    });

    it('ends when the server becomes another one', async () => {
      polled.cloud.set('a', 'running');
      let open = (): void => undefined;
      polled.cloud.gate = new Promise((resolve) => (open = resolve));
      polled.track('a');
      const refreshed = polled.poller.refresh();
      await settle();
      polled.store.replaceAll([]);
      polled.poller.reconnect();
      await refreshed;
      open();
    });

    it('does not wait for an API version that is not served', async () => {
      polled.cloud.failWith = () => new CloudError('notServed', 'Not Found');
      polled.store.track([ref('old', 'v1')], polled.clock.now());
      await polled.poller.refresh();
      assert.equal(polled.pause()?.kind, 'notServed');
    });

    it('does not bring a missing task back for trouble of the server', async () => {
      polled.track('gone');
      await polled.clock.advance(7 * minute);
      assert.equal(polled.store.get(ref('gone'))?.isMissing, true);
      polled.cloud.failWith = () => new CloudError('server', '503');
      await polled.poller.refresh();
      await polled.clock.advance(minute);
      assert.equal(polled.store.get(ref('gone'))?.isMissing, true);
    });

    it('is not satisfied by an answer that was polled before it', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      let open = (): void => undefined;
      polled.cloud.gate = new Promise((resolve) => (open = resolve));
      await polled.clock.advance(2.5 * second);
      const before = polled.cloud.requested.length;
      polled.cloud.set('a', 'finished');
      let isOver = false;
      const refreshed = polled.poller.refresh().then(() => (isOver = true));
      polled.cloud.gate = undefined;
      assert.equal(isOver, false);
      open();
      await refreshed;
      assert.equal(polled.cloud.requested.length, before + 1);
      assert.equal(polled.statusOf('a'), 'finished');
    });

    it('ends at once without tasks and after disposal', async () => {
      await polled.poller.refresh();
      polled.poller.dispose();
      await polled.poller.refresh();
    });
  });

  it('tells of its state when that changes', async () => {
    const seen: PollerState[] = [];
    polled.poller.onDidChangeState((state) => seen.push(state));
    polled.cloud.set('a', 'running');
    polled.track('a');
    await polled.clock.advance(0);
    assert.ok(seen.some(({ isPolling }) => isPolling));
    assert.deepEqual(seen.at(-1), {
      activeCount: 1,
      isPolling: false,
      checkedAt: polled.clock.now(),
      pauses: [],
    });
  });
});
