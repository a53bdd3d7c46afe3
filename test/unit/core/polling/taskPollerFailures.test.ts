import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import { aTask } from '../../../fakes/aTask';
import { settle } from '../../../fakes/fakeClock';
import { polledTasks, ref } from './polledTasks';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('TaskPoller and failures', () => {
  const polled = polledTasks();

  describe('when one question fails', () => {
    for (const kind of ['server', 'network', 'timeout', 'badAnswer', 'tooLarge'] as const) {
      it(`tries again after ${kind}, keeps the last state, and sees the change`, async () => {
        polled.cloud.set('a', 'running');
        polled.track('a');
        await polled.clock.advance(0);
        polled.cloud.fail(kind);
        await polled.clock.advance(3 * second);
        assert.equal(polled.statusOf('a'), 'running');
        assert.equal(
          polled.pause()?.kind ?? polled.store.get(ref('a'))?.trouble?.kind,
          kind,
          'the view can say so',
        );
        await polled.clock.advance(7 * second);
        assert.equal(polled.pause()?.kind, kind, 'after a second failure it is nobody else either');
        polled.cloud.heal();
        polled.cloud.set('a', 'finished');
        await polled.clock.advance(30 * second);
        assert.equal(polled.statusOf('a'), 'finished');
        assert.equal(polled.pause(), undefined);
        assert.equal(polled.store.get(ref('a'))?.trouble, undefined);
      });
    }

    it("keeps one task's trouble from the others", async () => {
      polled.cloud.set('good', 'running');
      polled.cloud.set('bad', 'running');
      polled.track('good', 'bad');
      await polled.clock.advance(0);
      polled.cloud.failWith = ({ id, what }) =>
        id === 'bad' || what === 'list' ? new CloudError('server', '500') : undefined;
      const before = polled.cloud.requested.length;
      await polled.clock.advance(60 * second);
      const good = polled.cloud.requested.slice(before).filter(({ id }) => id === 'good').length;
      assert.ok(good >= 20, `the good one was polled ${good} times in a minute`);
      assert.equal(polled.store.get(ref('bad'))?.trouble?.kind, 'server');
      assert.equal(polled.statusOf('bad'), 'running');
      polled.cloud.heal();
      await polled.clock.advance(70 * second);
      assert.equal(polled.store.get(ref('bad'))?.trouble, undefined);
    });

    it('requests the status alone where the full answer keeps failing', async () => {
      polled.cloud.set('a', 'running');
      polled.cloud.failWith = ({ what }) =>
        what === 'task' ? new CloudError('tooLarge', 'too large') : undefined;
      polled.track('a');
      await polled.clock.advance(3 * minute);
      assert.equal(polled.statusOf('a'), 'running');
      polled.cloud.set('a', 'finished');
      await polled.clock.advance(3 * minute);
      assert.equal(polled.statusOf('a'), 'finished');
      const requested = polled.cloud.requested.length;
      await polled.clock.advance(hour);
      assert.equal(polled.cloud.requested.length, requested, 'and an ended task is left in peace');
    });

    it('needs at most 15 requests for ten minutes offline, and sees the change within 60 s', async () => {
      const ids = Array.from({ length: 30 }, (_, index) => `task-${index}`);
      for (const id of ids) polled.cloud.set(id, 'running');
      polled.track(...ids);
      await polled.clock.advance(minute);
      polled.cloud.fail('network');
      const before = polled.cloud.requested.length;
      await polled.clock.advance(10 * minute);
      const requested = polled.cloud.requested.length - before;
      assert.ok(requested <= 15, `${requested} requests`);
      polled.cloud.heal();
      await polled.clock.advance(minute);
      assert.equal(polled.pause(), undefined);
    });

    it('tries at once on focus after the network failed', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      polled.poller.setAttention('away');
      polled.cloud.fail('network');
      await polled.clock.advance(5 * minute);
      polled.cloud.heal();
      polled.cloud.set('a', 'finished');
      polled.poller.setAttention('watching');
      await settle();
      assert.equal(polled.statusOf('a'), 'finished');
    });
  });

  describe('when the cloud says slow down', () => {
    for (const [name, retryAfterMs, expectedMs] of [
      ['for the time it names', 5 * second, 5 * second],
      ['for a minute where it names none', undefined, minute],
      ['for an hour at most', 24 * hour, hour],
    ] as const) {
      it(`requests nothing ${name}`, async () => {
        polled.cloud.set('a', 'running');
        polled.track('a');
        await polled.clock.advance(0);
        polled.cloud.fail('rateLimited', retryAfterMs);
        await polled.clock.advance(2.5 * second);
        const paused = polled.pause();
        assert.equal(paused?.kind, 'rateLimited');
        polled.cloud.heal();
        const before = polled.cloud.requested.length;
        const limitedAt = polled.cloud.requested.at(-1)?.at ?? 0;
        assert.equal(paused.until, limitedAt + expectedMs);
        polled.poller.setAttention('away');
        polled.poller.setAttention('watching');
        void polled.poller.refresh();
        await polled.clock.advance(limitedAt + expectedMs - 1 - polled.clock.now());
        assert.equal(polled.cloud.requested.length, before, 'not on focus nor on a refresh either');
        await polled.clock.advance(2.5 * second);
        assert.ok(polled.cloud.requested.length > before);
      });
    }
  });

  it('waits as long as the server says with any failure, and not only on 429', async () => {
    for (const id of ['a', 'b', 'c', 'd']) polled.cloud.set(id, 'running');
    for (const isOfList of [true, false]) {
      polled.track('a', 'b', 'c', 'd');
      await polled.clock.advance(minute);
      polled.cloud.failWith = ({ what }) =>
        isOfList === (what === 'list')
          ? new CloudError('server', '503', { retryAfterMs: 2 * minute })
          : undefined;
      if (!isOfList) polled.store.untrack([ref('b'), ref('c'), ref('d')]);
      if (!isOfList) void polled.poller.refresh();
      await polled.clock.advance(3 * second);
      const lastAt = polled.cloud.requested.at(-1)?.at ?? 0;
      assert.deepEqual(polled.pause(), { kind: 'server', until: lastAt + 2 * minute });
      const before = polled.cloud.requested.length;
      polled.cloud.heal();
      polled.poller.setAttention('away');
      polled.poller.setAttention('watching');
      await polled.poller.refresh();
      await polled.clock.advance(lastAt + 2 * minute - 1 - polled.clock.now());
      assert.equal(polled.cloud.requested.length, before);
      await polled.clock.advance(3 * second);
      assert.ok(polled.cloud.requested.length > before);
      assert.equal(polled.pause(), undefined);
    }
  });

  describe('when the key is refused', () => {
    for (const kind of ['auth', 'noKey'] as const) {
      it(`stops after ${kind} until the key changes`, async () => {
        polled.cloud.set('a', 'running');
        polled.track('a');
        await polled.clock.advance(0);
        polled.cloud.fail(kind);
        await polled.clock.advance(2.5 * second);
        const before = polled.cloud.requested.length;
        await polled.clock.advance(hour);
        assert.equal(polled.cloud.requested.length, before);
        assert.equal(polled.clock.timers, 0);
        assert.deepEqual(polled.poller.state.pauses, [{ kind }]);
        polled.cloud.heal();
        polled.poller.reconnect();
        await polled.clock.advance(0);
        assert.equal(polled.cloud.requested.length, before + 1);
        assert.deepEqual(polled.poller.state.pauses, []);
      });
    }

    it('polls again with pauses that grow to ten minutes where every task is forbidden', async () => {
      polled.track('a', 'b');
      polled.cloud.fail('forbidden');
      await polled.clock.advance(hour);
      assert.equal(polled.pause()?.kind, 'forbidden');
      const times = polled.cloud.requested.map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / minute);
      assert.ok(gaps.length <= 15, `${gaps.length} in an hour`);
      assert.ok((gaps.at(-1) ?? 0) >= 9 && Math.max(...gaps) <= 10, gaps.join());
      polled.cloud.set('a', 'running');
      polled.cloud.set('b', 'running');
      polled.cloud.heal();
      await polled.clock.advance(10 * minute);
      assert.deepEqual([polled.statusOf('a'), polled.statusOf('b')], ['running', 'running']);
      assert.deepEqual(polled.poller.state.pauses, []);
    });

    for (const [name, come] of [
      [
        'on focus',
        () => {
          polled.poller.setAttention('away');
          polled.poller.setAttention('watching');
        },
      ],
      ['on a refresh', () => void polled.poller.refresh()],
      ['with another key', () => polled.poller.reconnect()],
    ] as const)
      it(`polls again at once ${name} where every task is forbidden`, async () => {
        polled.track('a', 'b');
        polled.cloud.fail('forbidden');
        await polled.clock.advance(30 * minute);
        polled.cloud.set('a', 'running');
        polled.cloud.set('b', 'running');
        polled.cloud.heal();
        come();
        await settle();
        assert.deepEqual([polled.statusOf('a'), polled.statusOf('b')], ['running', 'running']);
      });

    it("takes one task's 403 for its own trouble, and goes on with the others", async () => {
      for (const id of ['good', 'bad']) polled.cloud.set(id, 'running');
      polled.track('good', 'bad');
      polled.cloud.failWith = ({ id, what }) =>
        id === 'bad' || what === 'list' ? new CloudError('forbidden', '403') : undefined;
      const paused: unknown[] = [];
      polled.poller.onDidChangeState(({ pauses }) => paused.push(...pauses));
      await polled.clock.advance(hour);
      assert.deepEqual(paused, []);
      assert.equal(polled.store.get(ref('bad'))?.trouble?.kind, 'forbidden');
      assert.equal(polled.store.get(ref('bad'))?.isMissing, false);
      const polls = (id: string) =>
        polled.cloud.requested.filter((requested) => requested.id === id).length;
      assert.ok(polls('good') > 1500, `${polls('good')}`);
      assert.ok(polls('bad') <= 15, `${polls('bad')}`);
    });

    it('sends nothing without a key and goes on when there is one', async () => {
      polled.connectError = new CloudError('noKey', 'no key');
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(hour);
      assert.equal(polled.cloud.requested.length, 0);
      assert.equal(polled.pause()?.kind, 'noKey');
      polled.connectError = undefined;
      polled.poller.reconnect();
      await polled.clock.advance(0);
      assert.equal(polled.statusOf('a'), 'running');
    });

    it('drops an answer to the old key', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      let open = (): void => undefined;
      polled.cloud.gate = new Promise((resolve) => (open = resolve));
      polled.cloud.set('a', 'failed');
      await polled.clock.advance(2.2 * second);
      polled.cloud.gate = undefined;
      polled.cloud.set('a', 'running');
      polled.poller.reconnect();
      open();
      await settle();
      assert.equal(polled.statusOf('a'), 'running');
    });

    it('polls again after ten minutes when credits ran out', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      polled.cloud.fail('payment');
      await polled.clock.advance(2.5 * second);
      const before = polled.cloud.requested.length;
      await polled.clock.advance(9 * minute);
      assert.equal(polled.cloud.requested.length, before);
      polled.cloud.heal();
      await polled.clock.advance(2 * minute);
      assert.ok(polled.cloud.requested.length > before);
    });
  });

  describe('when something is not there', () => {
    it('polls again with growing pauses for about five minutes before a task is missing', async () => {
      polled.track('gone');
      await polled.clock.advance(4.9 * minute);
      assert.equal(polled.store.get(ref('gone'))?.isMissing, false);
      assert.equal(polled.store.get(ref('gone'))?.trouble?.kind, 'taskNotFound');
      await polled.clock.advance(1.3 * minute);
      assert.equal(polled.store.get(ref('gone'))?.isMissing, true);
      const requested = polled.cloud.requested.length;
      assert.ok(requested >= 6 && requested <= 12, `${requested}`);
      await polled.clock.advance(hour);
      assert.equal(polled.cloud.requested.length, requested);
      assert.equal(polled.clock.timers, 0);
      assert.deepEqual(polled.poller.state.pauses, []);
    });

    it('sees a task again that is not found for a moment, be it new or known', async () => {
      polled.cloud.set('known', 'running');
      polled.track('known', 'new');
      await polled.clock.advance(10 * second);
      polled.cloud.tasks.clear();
      await polled.clock.advance(10 * second);
      assert.equal(polled.store.get(ref('known'))?.trouble?.kind, 'taskNotFound');
      for (const id of ['known', 'new']) polled.cloud.set(id, 'finished');
      await polled.clock.advance(40 * second);
      for (const id of ['known', 'new']) {
        assert.equal(polled.statusOf(id), 'finished');
        assert.equal(polled.store.get(ref(id))?.trouble, undefined);
      }
    });

    it('polls missing tasks once more with another key, or as a window begins', async () => {
      polled.store.replaceAll([
        aTask({ id: 'active', isMissing: true }),
        aTask({ id: 'ended', status: 'finished', readAs: 'finished', isMissing: true }),
      ]);
      const requested = () => polled.cloud.requested.map(({ id }) => id).sort();
      await polled.clock.advance(hour);
      assert.deepEqual(requested(), ['active', 'ended'], 'once');
      assert.ok(
        polled.store.tasks().every(({ isMissing }) => isMissing),
        'and it stays missing',
      );
      polled.cloud.set('active', 'running');
      polled.cloud.set('ended', 'finished');
      polled.cloud.fail('server');
      polled.poller.reconnect();
      await polled.clock.advance(minute);
      polled.cloud.heal();
      await polled.clock.advance(2 * minute);
      assert.ok(polled.store.tasks().every(({ isMissing }) => !isMissing));
    });

    it('marks a task missing whose ID the cloud calls invalid, and polls it no more', async () => {
      polled.cloud.fail('invalidRequest');
      polled.track('odd');
      await polled.clock.advance(0);
      assert.equal(polled.store.get(ref('odd'))?.isMissing, true);
      assert.equal(polled.store.get(ref('odd'))?.trouble?.kind, 'invalidRequest');
      await polled.clock.advance(hour);
      assert.equal(polled.cloud.requested.length, 1);
    });

    it('finds a missing task again on a refresh', async () => {
      polled.track('late');
      await polled.clock.advance(minute);
      polled.cloud.set('late', 'running');
      await polled.poller.refresh();
      assert.equal(polled.store.get(ref('late'))?.isMissing, false);
      assert.equal(polled.statusOf('late'), 'running');
    });

    it('holds only the API version that is not served', async () => {
      polled.cloud.set('old', 'running');
      polled.cloud.set('new', 'running');
      polled.store.track([ref('old', 'v1'), ref('new')], polled.clock.now());
      polled.cloud.failWith = ({ apiVersion }) =>
        apiVersion === 'v1' ? new CloudError('notServed', 'Not Found') : undefined;
      await polled.clock.advance(minute);
      assert.equal(polled.pause()?.kind, 'notServed');
      assert.equal(polled.pause()?.apiVersion, 'v1');
      const requested = () =>
        polled.cloud.requested.filter(({ apiVersion }) => apiVersion === 'v1').map(({ at }) => at);
      const [first = 0, second = 0, ...others] = requested();
      assert.deepEqual([second - first, others], [30_000, []], 'again after half a minute');
      assert.equal(polled.statusOf('new'), 'running');
      assert.equal(polled.store.get(ref('old', 'v1'))?.isMissing, false);
      await polled.clock.advance(hour);
      assert.ok(requested().length <= 11, `${requested().length} in an hour`);
      polled.cloud.heal();
      await polled.clock.advance(10 * minute);
      assert.equal(polled.store.get(ref('old', 'v1'))?.status, 'running');
    });
  });

  describe('when the wall clock jumps', () => {
    for (const [name, jumpMs] of [
      ['an hour ahead', hour],
      ['an hour back', -hour],
    ] as const) {
      it(`polls once and goes on as before: ${name}`, async () => {
        polled.cloud.set('a', 'running');
        polled.track('a');
        polled.poller.setAttention('away');
        await polled.clock.advance(40 * second);
        polled.clock.jump(jumpMs);
        const before = polled.cloud.requested.length;
        await polled.clock.advance(33 * second);
        assert.equal(polled.cloud.requested.length, before + 1);
        await polled.clock.advance(5 * minute);
        const requested = polled.cloud.requested.length - before;
        assert.ok(requested >= 9 && requested <= 12, `${requested} polls in about five minutes`);
      });
    }

    it('goes on as before though the clock was set back while a question was under way', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      let open = (): void => undefined;
      polled.cloud.gate = new Promise((resolve) => (open = resolve));
      polled.cloud.fail('server');
      await polled.clock.advance(10 * second);
      polled.cloud.gate = undefined;
      polled.cloud.heal();
      polled.clock.jump(-hour);
      open();
      polled.cloud.set('a', 'finished');
      await polled.clock.advance(minute);
      assert.equal(polled.statusOf('a'), 'finished');
    });

    it('keeps a rate limit when the clock is set back, and no longer than it was', async () => {
      polled.cloud.set('a', 'running');
      polled.track('a');
      await polled.clock.advance(0);
      polled.cloud.fail('rateLimited');
      await polled.clock.advance(2.5 * second);
      polled.cloud.heal();
      polled.clock.jump(-hour);
      const before = polled.cloud.requested.length;
      await polled.clock.advance(55 * second);
      assert.equal(polled.cloud.requested.length, before);
      await polled.clock.advance(10 * second);
      assert.ok(polled.cloud.requested.length > before);
    });
  });
});
