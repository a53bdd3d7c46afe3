import assert from 'node:assert/strict';
import type { ListPoll } from '../../../../src/core/polling/pollPlanner';
import { ListReading } from '../../../../src/core/polling/listReading';
import { ListSweep } from '../../../../src/core/polling/listSweep';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

describe('ListSweep', () => {
  let cloud: FakeCloud;

  beforeEach(() => {
    cloud = new FakeCloud(() => 0);
  });

  function listOf(ids: readonly string[], more: Partial<ListPoll> = {}): ListPoll {
    const expects = ids.map((id) => aTask({ id }));
    const query = { createdFrom: 0, createdUntil: Date.UTC(2027, 0) };
    return { kind: 'list', way: 'spans', apiVersion: 'v2', query, expects, mostPages: 9, ...more };
  }

  /** Takes every turn. @returns what was requested */
  async function run(sweep: ListSweep): Promise<string[]> {
    const requested: string[] = [];
    while (!sweep.isDone) {
      const next = sweep.next();
      assert.ok(next);
      requested.push(next instanceof ListReading ? 'page' : next.id);
      if (next instanceof ListReading) await next.readPage(cloud.client('v2'), never);
    }
    return requested;
  }

  const byId = (a: TrackedTask, b: TrackedTask): number => b.id.localeCompare(a.id);

  it('reads page after page of one list after the other', async () => {
    for (let index = 0; index < 150; index++) cloud.set(`t${index}`, 'running');
    const sweep = new ListSweep([listOf(['t0', 't149']), listOf(['t1'])], byId);
    assert.deepEqual(await run(sweep), ['page', 'page', 'page']);
  });

  it('has those polled by themselves whom a list did not show, in their order and ten at most', async () => {
    cloud.set('a', 'running');
    const hidden = Array.from({ length: 12 }, (_, index) => `h${index + 10}`);
    const sweep = new ListSweep([listOf(['a', ...hidden])], byId);
    const [page, ...singles] = await run(sweep);
    assert.equal(page, 'page');
    assert.deepEqual(singles, hidden.toReversed().slice(0, 10));
  });

  it('polls no task by itself after a list within bounds that it gave up', async () => {
    for (let index = 0; index < 250; index++) cloud.set(`t${index}`, 'running');
    assert.deepEqual(await run(new ListSweep([listOf(['nobody'], { mostPages: 1 })], byId)), [
      'page',
    ]);
    const recent = listOf(['nobody'], { way: 'recent', query: {}, mostPages: 1 });
    assert.deepEqual(await run(new ListSweep([recent], byId)), ['page', 'nobody']);
  });

  describe('of a list whose tasks move while it is read', () => {
    /** Begins with what changed last. Before each later page, `moving` tasks from beyond it move to its front. */
    async function singlesOf(moving: number, unlisted: readonly string[] = []): Promise<string[]> {
      const ids = Array.from({ length: 300 }, (_, index) => `t${index}`);
      let changedAt = Date.UTC(2026, 0);
      const change = (id: string): void =>
        cloud.set(id, 'running', { createdAt: new Date(changedAt++).toISOString() });
      for (const id of ids.toReversed()) change(id);
      const expects = [...ids, ...unlisted].map((id) => aTask({ apiVersion: 'v1', id }));
      const sweep = new ListSweep([listOf([], { apiVersion: 'v1', query: {}, expects })], byId);
      const requested: string[] = [];
      while (!sweep.isDone) {
        const next = sweep.next();
        assert.ok(next);
        if (next instanceof ListReading) {
          await next.readPage(cloud.client('v1'), never);
          for (const id of ids.splice(ids.length - moving)) change(id);
        } else requested.push(next.id);
      }
      return requested;
    }

    it('has one polled by itself, and leaves to the next reading as many as may have moved', async () => {
      assert.deepEqual(await singlesOf(0), []);
      assert.equal((await singlesOf(20)).length, 1);
    });

    it('has those polled by themselves who are missing besides', async () => {
      const unlisted = ['x1', 'x2', 'x3'];
      assert.equal((await singlesOf(0, unlisted)).length, 3);
      assert.equal((await singlesOf(20, unlisted)).length, 3);
      assert.deepEqual(await singlesOf(1, ['x1']), ['x1']);
    });
  });

  it('expects whoever is to be told of yet', async () => {
    cloud.set('a', 'running');
    const [a, hidden] = [aTask({ id: 'a' }), aTask({ id: 'hidden' })];
    const sweep = new ListSweep([listOf(['a', 'hidden'])], byId);
    const expected = () => [sweep.expects(a), sweep.expects(hidden)];
    assert.deepEqual(expected(), [true, true]);
    const reading = sweep.next();
    assert.ok(reading instanceof ListReading);
    await reading.readPage(cloud.client('v2'), never);
    assert.deepEqual(expected(), [false, true]);
    assert.equal(sweep.isDone, false);
    assert.deepEqual(expected(), [false, true], 'also while it waits to be confirmed');
    sweep.keep(({ id }) => id !== 'hidden');
    assert.deepEqual([...expected(), sweep.isDone], [false, false, true]);
  });
});
