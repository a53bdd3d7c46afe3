import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { PollerState } from '../../../../src/core/polling/polling';
import { aTask } from '../../../fakes/aTask';
import { settle } from '../../../fakes/fakeClock';
import { polledTasks, ref } from './polledTasks';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('TaskPoller and what happens around it', () => {
  const polled = polledTasks();

  /** The IDs of single tasks polled from here on. */
  function pollsFromHere(): () => string[] {
    const before = polled.cloud.requested.length;
    return () =>
      polled.cloud.requested
        .slice(before)
        .map(({ id }) => id)
        .filter((id) => id !== '');
  }

  function statesFromHere(): PollerState[] {
    const states: PollerState[] = [];
    polled.poller.onDidChangeState((state) => states.push(state));
    return states;
  }

  /** A hold that has passed is still told until something works. */
  function isWaiting({ pauses }: PollerState): boolean {
    return pauses.some(({ until }) => until === undefined || until > polled.clock.now());
  }

  function trackRunning(...ids: string[]): void {
    for (const id of ids) polled.cloud.set(id, 'running');
    polled.track(...ids);
  }

  describe('with another key', () => {
    it('no longer says when it polled with the one before', async () => {
      trackRunning('a');
      await polled.clock.advance(0);
      assert.notEqual(polled.poller.state.checkedAt, undefined);
      const states = statesFromHere();
      polled.cloud.gate = new Promise(() => undefined);
      polled.poller.reconnect();
      assert.deepEqual(
        states.map(({ checkedAt }) => checkedAt),
        [undefined],
      );
    });

    it('polls all at once, though nothing worked with the one before', async () => {
      trackRunning('a', 'b', 'c');
      await polled.clock.advance(0);
      polled.cloud.fail('network');
      await polled.clock.advance(minute);
      polled.distrustLists();
      polled.poller.reconnect();
      const requested = pollsFromHere();
      await polled.clock.advance(10 * second);
      assert.deepEqual(new Set(requested()), new Set(['a', 'b', 'c']));
    });

    it('trusts lists again that failed with the one before', async () => {
      trackRunning('a', 'b', 'c', 'd', 'e');
      polled.distrustLists();
      await polled.clock.advance(5 * second);
      polled.cloud.heal();
      polled.poller.reconnect();
      const before = polled.cloud.requested.length;
      await polled.clock.advance(0);
      assert.deepEqual(
        polled.cloud.requested.slice(before).map(({ what }) => what),
        ['list'],
      );
    });

    it('counts anew how long a task is not found', async () => {
      polled.track('gone');
      await polled.clock.advance(4.9 * minute);
      polled.poller.reconnect();
      await polled.clock.advance(4.9 * minute);
      assert.equal(polled.store.get(ref('gone'))?.isMissing, false);
      await polled.clock.advance(1.3 * minute);
      assert.equal(polled.store.get(ref('gone'))?.isMissing, true);
    });
  });

  describe('when the person comes', () => {
    async function failForMinutes(): Promise<void> {
      trackRunning('a');
      await polled.clock.advance(0);
      polled.cloud.fail('network');
      await polled.clock.advance(5 * minute);
    }

    it('goes on waiting after failures where the window had the focus already', async () => {
      polled.poller.setAttention('hidden');
      await failForMinutes();
      const requested = pollsFromHere();
      const paused = polled.pause();
      polled.poller.setAttention('watching');
      await settle();
      assert.deepEqual(requested(), []);
      assert.deepEqual(polled.pause(), paused);
    });

    it('goes on waiting after failures while nobody comes', async () => {
      polled.poller.setAttention('away');
      await failForMinutes();
      const paused = polled.pause();
      polled.poller.setAttention('away');
      assert.deepEqual(polled.pause(), paused);
    });

    it('says at once that it waits no longer', async () => {
      polled.poller.setAttention('away');
      await failForMinutes();
      assert.equal(isWaiting(polled.poller.state), true);
      const states = statesFromHere();
      polled.poller.setAttention('watching');
      assert.deepEqual(states.map(isWaiting), [false]);
    });

    it('takes a shorter pause at once', async () => {
      trackRunning('a');
      polled.poller.setIntervals({ watching: hour, hidden: hour, away: hour });
      await polled.clock.advance(minute);
      const before = polled.cloud.requested.length;
      polled.poller.setIntervals({ watching: 2000, hidden: 2000, away: 2000 });
      await settle();
      assert.equal(polled.cloud.requested.length, before + 1);
    });
  });

  describe('on a refresh', () => {
    it('polls first what was requested, before others that are due', async () => {
      const ids = Array.from({ length: 30 }, (_, index) => `t${index}`);
      trackRunning(...ids);
      polled.distrustLists();
      await polled.clock.advance(minute);
      const requested = pollsFromHere();
      void polled.poller.refresh([ref('t17')]);
      await polled.clock.advance(3 * second);
      const first = requested().slice(0, 3);
      assert.ok(first.includes('t17'), first.join());
    });

    it('polls a task again that had ended before it went missing', async () => {
      polled.store.replaceAll([
        aTask({ id: 'a', status: 'finished', readAs: 'finished', isMissing: true }),
      ]);
      polled.cloud.set('a', 'finished');
      await polled.poller.refresh();
      assert.equal(polled.store.get(ref('a'))?.isMissing, false);
    });

    it('leaves out what nobody tracks, and does not wait for it', async () => {
      trackRunning('a');
      let isOver = false;
      void polled.poller.refresh([ref('stranger')]).then(() => (isOver = true));
      await polled.clock.advance(minute);
      assert.equal(isOver, true);
      assert.ok(!polled.cloud.requested.some(({ id }) => id === 'stranger'));
    });

    it('polls a hundred that ended besides all that have not, or are missing', async () => {
      const now = polled.clock.now();
      const ended = Array.from({ length: 100 }, (_, index) =>
        aTask({ id: `t${index}`, status: 'stopped', readAs: 'stopped', changedAt: now - hour }),
      );
      polled.store.replaceAll([
        ...ended,
        aTask({ id: 'running', changedAt: now }),
        aTask({ id: 'missing', status: 'stopped', isMissing: true, changedAt: now }),
      ]);
      polled.distrustLists();
      const requested = pollsFromHere();
      void polled.poller.refresh();
      await polled.clock.advance(2 * minute);
      assert.equal(new Set(requested()).size, 102);
    });

    it('polls all at once again after failures, and ends their pause', async () => {
      trackRunning('a', 'b', 'c');
      await polled.clock.advance(0);
      polled.cloud.fail('network');
      await polled.clock.advance(5 * minute);
      polled.distrustLists();
      assert.equal(isWaiting(polled.poller.state), true);
      const states = statesFromHere();
      const requested = pollsFromHere();
      void polled.poller.refresh();
      assert.deepEqual(states.map(isWaiting), [false]);
      await polled.clock.advance(second);
      assert.deepEqual(new Set(requested()), new Set(['a', 'b', 'c']));
    });

    it('is over when the poller is disposed', async () => {
      trackRunning('a');
      polled.cloud.gate = new Promise(() => undefined);
      const refreshed = polled.poller.refresh();
      await settle();
      const states = statesFromHere();
      polled.poller.dispose();
      await refreshed;
      polled.poller.reconnect();
      assert.deepEqual(states, [], 'and it says nothing more');
    });

    it('is over only when all were checked', async () => {
      const ids = Array.from({ length: 15 }, (_, index) => `t${index}`);
      trackRunning(...ids);
      polled.distrustLists();
      let seen: number | undefined;
      void polled.poller.refresh().then(() => {
        seen = polled.store.tasks().filter(({ checkedAt }) => checkedAt !== undefined).length;
      });
      await polled.clock.advance(minute);
      assert.equal(seen, 15);
    });
  });

  describe('where the request code cannot be loaded', () => {
    it('says so, and tries again only after an hour', async () => {
      polled.loadError = new Error('Cannot find module');
      trackRunning('a');
      await polled.clock.advance(0);
      assert.deepEqual(polled.pause(), { kind: 'badAnswer', until: polled.clock.now() + hour });
      assert.deepEqual(polled.failed, ['any task']);
      await polled.clock.advance(hour - 1);
      assert.equal(polled.failed.length, 1);
      assert.equal(polled.poller.state.isPolling, false);
    });

    it('loads it anew for another key', async () => {
      polled.loadError = new Error('Cannot find module');
      trackRunning('a');
      await polled.clock.advance(0);
      polled.loadError = undefined;
      polled.poller.reconnect();
      await polled.clock.advance(0);
      assert.equal(polled.statusOf('a'), 'running');
    });
  });

  it('sends one request alone while nothing works, and all others once it does', async () => {
    trackRunning('a', 'b', 'c');
    await polled.clock.advance(0);
    polled.cloud.fail('server');
    await polled.clock.advance(10 * second);
    const requested = pollsFromHere();
    await polled.clock.advance((polled.pause()?.until ?? 0) - polled.clock.now());
    assert.equal(requested().length, 1);
    polled.distrustLists();
    await polled.clock.advance(2 * minute);
    assert.deepEqual(new Set(requested()), new Set(['a', 'b', 'c']));
  });

  it('polls no task before its interval is over because another is due', async () => {
    polled.distrustLists();
    trackRunning('a', 'c');
    await polled.clock.advance(10 * second);
    const lastAt = polled.cloud.requested.at(-1)?.at ?? 0;
    await polled.clock.advance(lastAt + 2001 - polled.clock.now());
    const requested = pollsFromHere();
    trackRunning('b');
    await polled.clock.advance(0);
    assert.deepEqual(requested(), ['b']);
  });

  it('gives each task its turn where fewer requests are allowed than there are tasks', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `t${index}`);
    ids.forEach((id, index) =>
      polled.cloud.set(id, 'running', {
        createdAt: new Date(polled.clock.now() - index * minute).toISOString(),
      }),
    );
    polled.track(...ids);
    polled.distrustLists();
    await polled.clock.advance(minute);
    const requested = pollsFromHere();
    await polled.clock.advance(2 * minute);
    const counts = ids.map((id) => requested().filter((other) => other === id).length);
    assert.ok(Math.min(...counts) >= 6, counts.join());
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 2, counts.join());
  });

  it('polls a new task within seconds where all that may be requested is polled', async () => {
    trackRunning(...Array.from({ length: 60 }, (_, index) => `t${index}`));
    polled.distrustLists();
    await polled.clock.advance(2 * minute);
    trackRunning('new');
    await polled.clock.advance(2 * second);
    assert.equal(polled.statusOf('new'), 'running');
  });

  it('takes the same trouble of all at once for everybody’s, and that of some for their own', async () => {
    trackRunning('a', 'b', 'c');
    polled.distrustLists();
    await polled.clock.advance(5 * second);
    polled.cloud.failWith = ({ id }) => (id === 'c' ? undefined : new CloudError('server', '500'));
    await polled.clock.advance(2.5 * second);
    assert.equal(polled.pause(), undefined);
    assert.equal(polled.store.get(ref('a'))?.trouble?.kind, 'server');
    assert.equal(polled.store.get(ref('c'))?.trouble, undefined);
    polled.cloud.heal();
    polled.poller.reconnect();
    polled.distrustLists();
    await polled.clock.advance(5 * second);
    assert.equal(polled.store.get(ref('a'))?.trouble, undefined);
    polled.cloud.fail('server');
    await polled.clock.advance(2.2 * second);
    assert.equal(polled.pause()?.kind, 'server');
    assert.equal(polled.store.get(ref('a'))?.trouble, undefined);
  });

  it('polls every task when the machine wakes, also those that it polls rarely', async () => {
    polled.cloud.set('slow', 'unknown', { rawStatus: 'daydreaming' });
    polled.track('slow');
    trackRunning('quick');
    polled.distrustLists();
    await polled.clock.advance(5 * second);
    const requested = pollsFromHere();
    await polled.clock.advance(10 * second);
    assert.ok(requested().length >= 4);
    assert.ok(!requested().includes('slow'), 'a minute has not passed yet');
    polled.clock.sleepMachine(20 * second);
    await polled.clock.advance(2.5 * second);
    assert.ok(requested().includes('slow'), requested().join());
  });

  it('counts the tasks that have not ended', async () => {
    trackRunning('a', 'b');
    polled.cloud.set('b', 'finished');
    await polled.clock.advance(0);
    assert.equal(polled.poller.state.activeCount, 1);
  });

  it('names the trouble of a task and since when it has it', async () => {
    trackRunning('good', 'bad');
    await polled.clock.advance(0);
    polled.cloud.failWith = ({ id, what }) =>
      id === 'bad' || what === 'list' ? new CloudError('timeout', 'too late') : undefined;
    const before = polled.clock.now();
    await polled.clock.advance(10 * second);
    const trouble = polled.store.get(ref('bad'))?.trouble;
    assert.equal(trouble?.kind, 'timeout');
    assert.ok(trouble.since > before && trouble.since <= before + 10 * second);
    assert.equal(polled.store.get(ref('good'))?.trouble, undefined);
  });
});
