import assert from 'node:assert/strict';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { FaultEffect } from '../simulator/faults';
import { Engine, faultyVersions } from './engine';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const notFound: FaultEffect = { kind: 'answer', status: 404, body: { detail: 'Task not found' } };

// The rows of the engine's fault table about one task among others, by their names there.
/** What the list of each version's tasks is called. */
const listOf: Readonly<Record<ApiVersion, string>> = {
  v1: 'tasks',
  v2: 'tasks',
  v3: 'sessions',
  v4: 'sessions',
};
/** Empty in the words of every version. */
const emptyLists = { items: [], totalItems: 0, sessions: [], total: 0, hasMore: false };
/** v1 has rows of its own, beside those of v2. */
const versionsOf = { v2: ['v1', 'v2'], v3: ['v3'], v4: ['v4'] } as const;

for (const apiVersion of faultyVersions)
  describe(`fault table: one task and all others (${apiVersion})`, function () {
    // Generous, for a busy machine.
    this.timeout(60_000);
    let engine: Engine;

    beforeEach(async () => {
      engine = await Engine.start({ apiVersion });
    });

    afterEach(() => engine.dispose());

    /** Lays a fault over the list of an API version. */
    function befallList(effect: FaultEffect, version: ApiVersion = apiVersion): void {
      engine.simulator.faults.add({ route: `GET /api/${version}/${listOf[version]}`, effect });
    }

    /** Lays a fault over whatever is asked about one task. */
    function befallTask(id: string, effect: FaultEffect): void {
      engine.simulator.faults.add({ route: `GET /api/*/*/${id}*`, effect });
    }

    /** The task does not exist for the moment, nor does any list have it. */
    function hide(...ids: string[]): void {
      for (const id of ids) befallTask(id, notFound);
      befallList({ kind: 'answer', status: 200, body: emptyLists });
    }

    describe('one task always 403 · all tasks 403', () => {
      it('one: that row says so, others go on', async () => {
        const bad = engine.track({ isUnlisted: true });
        befallTask(bad, { kind: 'answer', status: 403, body: { detail: 'Not yours' } });
        const good = engine.track();
        await engine.pass(2 * minute);
        assert.equal(engine.task(bad).trouble?.kind, 'forbidden');
        assert.equal(engine.task(bad).isMissing, false);
        assert.deepEqual(engine.paused, []);
        engine.stop(good);
        await engine.pass(5 * second);
        assert.equal(engine.task(good).status, 'stopped');
      });

      it('all: growing pauses, resumes by itself', async () => {
        const ids = [await engine.follow(), engine.track(), engine.track()];
        engine.befall({ kind: 'answer', status: 403, body: { detail: 'Forbidden' } });
        const before = engine.requests;
        await engine.pass(hour);
        assert.ok(engine.requests - before <= 20, `${engine.requests - before} in an hour`);
        assert.deepEqual(engine.paused, ['forbidden']);
        engine.simulator.faults.clear();
        await engine.pass(10 * minute);
        for (const id of ids) assert.equal(engine.task(id).status, 'running');
        await engine.assertItSeesTheEndOf(ids[0] ?? '');
      });

      it('all: resumes at once on focus', async () => {
        const id = await engine.follow();
        engine.befall({ kind: 'answer', status: 403, body: { detail: 'Forbidden' } });
        engine.poller.setAttention('away');
        await engine.pass(hour);
        engine.simulator.faults.clear();
        engine.stop(id);
        engine.poller.setAttention('watching');
        await engine.answered();
        assert.equal(engine.task(id).status, 'stopped');
      });
    });

    describe('404 `Task not found` for 10 s, new or in mid-run', () => {
      for (const count of [1, 4])
        it(`seen again, no notice, not missing: ${count}`, async () => {
          const known = await engine.follow();
          const others = Array.from({ length: count }, () => engine.track());
          hide(known, ...others);
          await engine.pass(10 * second);
          for (const id of [known, ...others]) {
            assert.equal(engine.task(id).isMissing, false);
            assert.equal(engine.task(id).trouble?.kind, 'taskNotFound');
          }
          engine.simulator.faults.clear();
          await engine.pass(30 * second);
          for (const id of [known, ...others]) {
            assert.equal(engine.task(id).status, 'running');
            assert.equal(engine.task(id).trouble, undefined);
          }
          assert.deepEqual([engine.notices, engine.paused], [[], []]);
          await engine.assertItSeesTheEndOf(known);
        });
    });

    describe('list route 403/404/405/422/garbage for ever', () => {
      const effects: readonly [string, FaultEffect][] = [
        ...[400, 401, 402, 403, 404, 405, 422, 500].map((status): [string, FaultEffect] => [
          `${status}`,
          {
            kind: 'answer',
            status,
            body: { detail: status === 404 ? 'Not Found' : 'No lists here' },
          },
        ]),
        ['garbage', { kind: 'answer', status: 200, body: 'lists? no' }],
        ['a page', { kind: 'html' }],
        ['elsewhere', { kind: 'redirect', location: '/elsewhere' }],
        ['reset', { kind: 'reset' }],
      ];
      for (const version of versionsOf[apiVersion])
        for (const [name, effect] of effects)
          it(`polled one by one at once, without a message: ${version} ${name}`, async () => {
            befallList(effect, version);
            const ids = Array.from({ length: 8 }, () => engine.track({}, version));
            await engine.pass(6 * second);
            for (const id of ids) assert.equal(engine.task(id, version).status, 'running');
            engine.stop(ids[3] ?? '');
            await engine.pass(10 * second);
            assert.equal(engine.task(ids[3] ?? '', version).status, 'stopped');
            engine.assertNobodyIsTroubled();
            if (name !== 'reset') assert.deepEqual(engine.paused, []);
            assert.ok(
              engine.store.tasks().every(({ isMissing, trouble }) => !isMissing && !trouble),
            );
            if (name !== '404') return;
            // Tried again later, ever more rarely, and taken when it works.
            engine.simulator.counts.reset();
            await engine.pass(10 * minute);
            const isList = (url: string): boolean => /\/(?:tasks|sessions)(?:\?|$)/.test(url);
            const tried = engine.simulator.counts.seen.filter(({ url }) => isList(url)).length;
            assert.ok(tried >= 1 && tried <= 8, `${tried} in ten minutes`);
            engine.simulator.faults.clear();
            await engine.pass(11 * minute);
            engine.simulator.counts.reset();
            await engine.pass(20 * second);
            const urls = engine.simulator.counts.seen.map(({ url }) => url);
            assert.ok(urls.length > 0 && urls.every(isList), urls.join());
          });
    });

    it('1,000 running tasks and one new: the new one is seen within 1.5 pauses', async () => {
      for (let index = 0; index < 1000; index++) engine.track();
      await engine.pass(20 * second);
      assert.ok(engine.store.tasks().every(({ status }) => status === 'running'));
      for (let time = 0; time < 5; time++) {
        const id = engine.track();
        const old = engine.track({ createdAtMs: engine.clock.now() - hour }, 'v1');
        await engine.pass(3 * second);
        assert.equal(engine.task(id).status, 'running');
        await engine.pass(1.3 * second);
        assert.equal(engine.task(old, 'v1').status, 'running', 'and that of the other version');
      }
      const last = engine.store.tasks().at(-1);
      engine.stop(last?.id ?? '');
      await engine.pass(6 * second);
      assert.equal(engine.task(last?.id ?? '', 'v1').status, 'stopped');
    });

    it('wrong key, then the right one: what was missing is polled again', async () => {
      const ids = Array.from({ length: 3 }, () => engine.track());
      hide(...ids);
      await engine.pass(8 * minute);
      for (const id of ids) assert.equal(engine.task(id).isMissing, true);
      const before = engine.requests;
      await engine.pass(hour);
      assert.equal(engine.requests, before);
      engine.simulator.faults.clear();
      engine.simulator.keys.add('bu_another');
      engine.key = 'bu_another';
      engine.poller.reconnect();
      await engine.pass(5 * second);
      for (const id of ids)
        assert.deepEqual(
          [engine.task(id).isMissing, engine.task(id).status, engine.task(id).trouble],
          [false, 'running', undefined],
        );
      await engine.assertItSeesTheEndOf(ids[0] ?? '');
    });
  });
