import assert from 'node:assert/strict';
import { polledTasks, ref } from './polledTasks';

const second = 1000;
const minute = 60 * second;

describe('TaskPoller and lists', () => {
  const polled = polledTasks();

  describe('with many tasks', () => {
    function many(count: number, createdAt = (index: number) => index * second): string[] {
      const ids = Array.from({ length: count }, (_, index) => `task-${index}`);
      ids.forEach((id, index) =>
        polled.cloud.set(id, 'running', {
          rawStatus: 'started',
          createdAt: new Date(Date.UTC(2026, 0, 13, 11) + createdAt(index)).toISOString(),
        }),
      );
      return ids;
    }

    it('learns all of a hundred new tasks from a page of the newest', async () => {
      polled.track(...many(100));
      await polled.clock.advance(0);
      assert.equal(polled.cloud.requested.length, 1);
      assert.ok(polled.store.tasks().every(({ status, prompt }) => status === 'running' && prompt));
    });

    it('sends one request in each interval for a hundred', async () => {
      polled.track(...many(100));
      await polled.clock.advance(second);
      const before = polled.cloud.requested.length;
      await polled.clock.advance(minute);
      const requested = polled.cloud.requested.length - before;
      assert.ok(requested <= 34, `${requested} requests in a minute`);
      assert.ok(requested >= 27, `${requested} requests in a minute`);
    });

    it('sees within a pause that some have ended, without a further question', async () => {
      const ids = many(100);
      polled.track(...ids);
      await polled.clock.advance(10 * second);
      for (const id of ids.slice(0, 10)) polled.cloud.set(id, 'finished', { cost: '0.5' });
      const before = polled.cloud.requested.length;
      await polled.clock.advance(2.3 * second);
      for (const id of ids.slice(0, 10)) {
        assert.equal(polled.statusOf(id), 'finished');
        assert.equal(polled.store.get(ref(id))?.cost, '0.5');
      }
      assert.ok(polled.cloud.requested.length - before <= 2);
    });

    it('reads runs of v4 that end together in whole by a list, and a single one by itself', async () => {
      const ids = many(30);
      polled.store.track(
        ids.map((id) => ref(id, 'v4')),
        polled.clock.now(),
      );
      await polled.clock.advance(5 * second);
      assert.ok(polled.cloud.requested.every(({ what }) => what === 'list'));
      const end = async (...ended: string[]) => {
        for (const id of ended) polled.cloud.set(id, 'finished', { output: 'Found' });
        polled.cloud.requested.length = 0;
        await polled.clock.advance(3 * second);
        for (const id of ended) assert.equal(polled.store.get(ref(id, 'v4'))?.readAs, 'finished');
        return polled.cloud.requested.filter(({ what }) => what === 'task').map(({ id }) => id);
      };
      assert.deepEqual(await end(...ids.slice(0, 15)), []);
      await polled.clock.advance(minute);
      assert.deepEqual(await end('task-20'), ['task-20']);
    });

    it('keeps a thousand up to date within the two requests a second that it may send', async () => {
      const ids = many(1000);
      polled.track(...ids);
      await polled.clock.advance(minute);
      for (const id of ids) assert.equal(polled.statusOf(id), 'running', id);
      polled.cloud.set('task-500', 'failed');
      await polled.clock.advance(8 * second);
      assert.equal(polled.statusOf('task-500'), 'failed');
    });

    it('filters by status where thousands of others were created meanwhile', async () => {
      const ids = many(20, (index) => index * 2 * minute);
      for (let index = 0; index < 3000; index++)
        polled.cloud.set(`other-${index}`, 'finished', {
          createdAt: new Date(Date.UTC(2026, 0, 13, 11) + index * 700).toISOString(),
        });
      polled.track(...ids);
      await polled.clock.advance(minute);
      const before = polled.cloud.requested.length;
      await polled.clock.advance(minute);
      const requested = polled.cloud.requested.slice(before);
      assert.ok(requested.length <= 34, `${requested.length} requests in a minute`);
      assert.ok(requested.every(({ id }) => id === 'started'));
      polled.cloud.set('task-3', 'finished', { judgeVerdict: false });
      await polled.clock.advance(3 * second);
      assert.equal(polled.statusOf('task-3'), 'finished');
      assert.equal(polled.store.get(ref('task-3'))?.judgeVerdict, false);
    });

    it('polls a task by itself that the list does not show, before its state changes', async () => {
      const ids = many(10);
      polled.track(...ids);
      await polled.clock.advance(5 * second);
      polled.cloud.unlisted.add('task-4');
      await polled.clock.advance(10 * second);
      assert.equal(polled.statusOf('task-4'), 'running');
      assert.equal(polled.store.get(ref('task-4'))?.isMissing, false);
      polled.cloud.set('task-4', 'finished');
      await polled.clock.advance(6 * second);
      assert.equal(polled.statusOf('task-4'), 'finished');
    });

    it('finds tasks on whichever page they are, and shifting', async () => {
      const ids = many(150);
      polled.track(...ids);
      await polled.clock.advance(minute);
      let created = 0;
      for (let round = 0; round < 20; round++) {
        polled.cloud.set(`new-${created++}`, 'running', {
          createdAt: new Date(polled.clock.now()).toISOString(),
        });
        await polled.clock.advance(2 * second);
      }
      assert.ok(
        polled.store.tasks().every(({ isMissing, status }) => !isMissing && status === 'running'),
      );
    });

    it('keeps up with sessions of v3 whose list begins with what changed last', async () => {
      const ids = many(500);
      const change = (id: string, status: 'running' | 'finished' = 'running'): void =>
        polled.cloud.set(id, status, { createdAt: new Date(polled.clock.now()).toISOString() });
      polled.store.track(
        ids.map((id) => ref(id, 'v3')),
        polled.clock.now(),
      );
      const running = [...ids];
      const go = async (seconds: number): Promise<void> => {
        for (let tenth = 0; tenth < 10 * seconds; tenth++) {
          // Seventy steps a second, each by whoever has been silent for longest.
          for (const id of running.splice(0, 7)) {
            change(id);
            running.push(id);
          }
          await polled.clock.advance(100);
        }
      };
      await go(10);
      const seen = polled.store.tasks().filter(({ status }) => status === 'running');
      assert.equal(seen.length, 500, 'all were seen soon');
      polled.cloud.requested.length = 0;
      for (let end = 0; end < 10; end++) {
        const [id] = running.splice(37, 1);
        assert.ok(id);
        change(id, 'finished');
        await go(5);
        assert.equal(polled.store.get(ref(id, 'v3'))?.status, 'finished', `end ${end}`);
      }
      const pages = polled.cloud.requested.filter(({ what }) => what === 'list').length;
      const singles = polled.cloud.requested.length - pages;
      assert.ok(singles <= pages / 2, `${singles} requests beside ${pages} pages`);
    });

    it('sees new sessions of v3 soon that come while a long list of known ones is read', async () => {
      const track = (ids: readonly string[]): void => {
        polled.store.track(
          ids.map((id) => ref(id, 'v3')),
          polled.clock.now(),
        );
      };
      track(many(1000));
      await polled.clock.advance(30 * second);
      for (let index = 0; index < 100; index++) {
        polled.cloud.set(`new-${index}`, 'running', {
          createdAt: new Date(polled.clock.now()).toISOString(),
        });
        track([`new-${index}`]);
        await polled.clock.advance(300);
        const waiting = polled.store
          .tasks()
          .filter(({ checkedAt }) => checkedAt === undefined)
          .map(({ trackedAt }) => polled.clock.now() - trackedAt);
        assert.ok(Math.max(0, ...waiting) <= 5 * second, `at ${index}: ${waiting.join(' ')}`);
      }
    });

    it('goes on by single questions where lists fail, and comes back to lists', async () => {
      const ids = many(5);
      polled.track(...ids);
      await polled.clock.advance(5 * second);
      polled.distrustLists();
      await polled.clock.advance(20 * second);
      polled.cloud.set('task-2', 'finished');
      await polled.clock.advance(8 * second);
      assert.equal(polled.statusOf('task-2'), 'finished');
      assert.deepEqual(polled.poller.state.pauses, []);
      polled.cloud.heal();
      await polled.clock.advance(2 * minute);
      assert.equal(polled.cloud.requested.at(-1)?.what, 'list');
    });

    it('lists v1 from the newest where that is cheaper, and polls one by itself', async () => {
      polled.cloud.set('only', 'running');
      polled.store.track([ref('only', 'v1')], polled.clock.now());
      await polled.clock.advance(5 * second);
      assert.deepEqual(
        new Set(polled.cloud.requested.slice(1).map(({ what }) => what)),
        new Set(['status']),
      );
      const ids = many(40);
      polled.store.track(
        ids.map((id) => ref(id, 'v1')),
        polled.clock.now(),
      );
      await polled.clock.advance(10 * second);
      const before = polled.cloud.requested.length;
      await polled.clock.advance(minute);
      assert.ok(
        polled.cloud.requested.length - before <= 36,
        `${polled.cloud.requested.length - before} requests`,
      );
    });
  });
});
