import assert from 'node:assert/strict';
import { defaultLimits } from '../../src/api/http';
import type { FaultEffect } from '../simulator/faults';
import { Engine, faultyVersions, until } from './engine';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

// The rows of the engine's fault table that need no window, by their names there.
for (const apiVersion of faultyVersions)
  describe(`fault table: answers (${apiVersion})`, function () {
    // Generous, for a busy machine.
    this.timeout(30_000);
    let engine: Engine;

    beforeEach(async () => {
      engine = await Engine.start({ apiVersion });
    });

    afterEach(() => engine.dispose());

    describe('one 500 / 503 / connection reset / refused', () => {
      const effects: readonly [string, FaultEffect][] = [
        ['500', { kind: 'answer', status: 500 }],
        ['503', { kind: 'answer', status: 503, body: '<html>busy</html>' }],
        ['reset', { kind: 'reset' }],
        ['reset in mid-body', { kind: 'reset', afterBytes: 50 }],
      ];
      for (const [name, effect] of effects)
        it(`is survived: ${name}`, async () => {
          const id = await engine.follow();
          engine.befall(effect, 1);
          await engine.pass(3 * second);
          assert.equal(engine.task(id).status, 'running');
          await engine.assertItSeesTheEndOf(id);
          engine.assertNobodyIsTroubled();
        });

      it('is survived: refused', async () => {
        const id = await engine.follow();
        await engine.shutDown();
        await engine.pass(3 * second);
        assert.deepEqual(engine.paused, ['network']);
        await engine.bringBack();
        await engine.assertItSeesTheEndOf(id);
        engine.assertNobodyIsTroubled();
      });
    });

    describe('429', () => {
      const rows: readonly [string, () => Record<string, string>, number, number][] = [
        ['Retry-After: 5', () => ({ 'retry-after': '5' }), 5 * second, 5 * second],
        [
          'a date',
          () => ({ 'retry-after': new Date(Date.now() + 40 * second).toUTCString() }),
          38 * second,
          40 * second,
        ],
        ['garbage', () => ({ 'retry-after': 'soon' }), minute, minute],
        ['none', () => ({}), minute, minute],
      ];
      for (const [name, headers, leastMs, mostMs] of rows)
        it(`is waited out: ${name}`, async () => {
          const id = await engine.follow();
          engine.befall({ kind: 'answer', status: 429, headers: headers() }, 1);
          while (engine.paused.length === 0) await engine.pass(250);
          assert.deepEqual(engine.paused, ['rateLimited']);
          const before = engine.requests;
          void engine.poller.refresh();
          await engine.pass(leastMs - 500);
          assert.equal(engine.requests, before);
          await engine.pass(mostMs - leastMs + 3 * second);
          assert.ok(engine.requests > before);
          await engine.assertItSeesTheEndOf(id);
        });
    });

    describe('429 of each kind', () => {
      for (const [what, pauseMs] of [
        ['requests', 5 * second],
        ['requestsOfAddress', 5 * minute],
      ] as const)
        it(`no request for ${pauseMs / second} s: ${what}`, async () => {
          const id = await engine.follow();
          engine.befall({ kind: 'tooMany', what }, 1);
          while (engine.paused.length === 0) await engine.pass(250);
          assert.deepEqual(engine.paused, ['rateLimited']);
          const before = engine.requests;
          await engine.pass(pauseMs - 500);
          assert.equal(engine.requests, before);
          await engine.pass(4 * second);
          assert.ok(engine.requests > before);
          await engine.assertItSeesTheEndOf(id);
        });

      it('too many sessions at once pause nothing', async () => {
        const id = await engine.follow();
        engine.befall({ kind: 'tooMany', what: 'sessions' }, 3);
        const before = engine.requests;
        await engine.pass(10 * second);
        assert.ok(engine.requests - before >= 4, `${engine.requests - before} requests`);
        assert.deepEqual(engine.paused, []);
        await engine.assertItSeesTheEndOf(id);
      });
    });

    describe('503 with Retry-After: 120', () => {
      for (const [name, effect] of [
        ['JSON', { kind: 'answer', status: 503, headers: { 'retry-after': '120' } }],
        ['a page', { kind: 'answer', status: 503, headers: { 'retry-after': '120' }, body: '<p>' }],
      ] as const)
        it(`no request for 120 s: ${name}`, async () => {
          const id = await engine.follow();
          engine.befall(effect, 1);
          const before = engine.requests;
          while (engine.requests === before) await engine.pass(250);
          await engine.pass(119 * second);
          assert.equal(engine.requests, before + 1);
          // No longer than a backoff that was under way.
          await engine.pass(minute);
          assert.ok(engine.requests > before + 1);
          engine.assertNobodyIsTroubled();
          await engine.assertItSeesTheEndOf(id);
        });
    });

    describe('one or many 400/401/403/404/405 with HTML, text or nothing', () => {
      for (const status of [400, 401, 403, 404, 405])
        for (const kind of ['html', 'text', 'empty'] as const)
          it(`backed off as a 5xx, nothing blamed, the change is still seen: ${status} ${kind}`, async () => {
            const ids = [await engine.follow(), engine.track(), engine.track({}, 'v1')];
            await engine.pass(3 * second);
            engine.befall({ kind, status }, 1);
            await engine.pass(5 * second);
            engine.befall({ kind, status });
            const before = engine.requests;
            engine.stop(ids[0] ?? '');
            await engine.pass(10 * minute);
            assert.ok(engine.requests - before <= 25, `${engine.requests - before} in ten minutes`);
            assert.deepEqual([...new Set(engine.paused)], ['badAnswer']);
            for (const task of engine.store.tasks()) {
              assert.equal(task.status, 'running');
              assert.equal(task.isMissing, false);
            }
            engine.simulator.faults.clear();
            await engine.pass(65 * second);
            assert.equal(engine.task(ids[0] ?? '').status, 'stopped');
            assert.deepEqual(engine.poller.state.pauses, []);
            assert.equal(engine.notices.length, 1);
          });
    });

    it('401 in mid-run: polling stops, one prompt, resumes on a new key', async () => {
      const id = await engine.follow();
      engine.simulator.keys.clear();
      engine.simulator.keys.add('bu_another');
      await engine.pass(5 * second);
      const before = engine.requests;
      await engine.pass(hour);
      assert.equal(engine.requests, before);
      assert.deepEqual(engine.paused, ['auth']);
      assert.equal(engine.task(id).status, 'running');
      engine.key = 'bu_another';
      engine.poller.reconnect();
      await engine.assertItSeesTheEndOf(id);
    });

    describe('402 · 403', () => {
      for (const [status, kind, most] of [
        [402, 'payment', 7],
        // Ever longer pauses, up to ten minutes.
        [403, 'forbidden', 15],
      ] as const)
        it(`said once, no storm: ${status}`, async () => {
          const id = await engine.follow();
          engine.befall({ kind: 'answer', status });
          const before = engine.requests;
          await engine.pass(hour);
          assert.ok(engine.requests - before <= most, `${engine.requests - before} in an hour`);
          assert.deepEqual(engine.paused, [kind]);
          engine.simulator.faults.clear();
          await engine.poller.refresh();
          await engine.assertItSeesTheEndOf(id);
        });
    });

    describe('404 of either kind', () => {
      it('Task not found for five minutes: the task is missing, and polled on a refresh only', async () => {
        const known = await engine.follow();
        const id = '00000000-0000-4000-8000-000000000000';
        engine.store.track([{ apiVersion, id }], engine.clock.now());
        await engine.pass(4.5 * minute);
        assert.equal(engine.task(id).isMissing, false, 'not yet');
        const urls = () => engine.simulator.counts.seen.map(({ url }) => url);
        const requested = urls().filter((url) => url.includes(id)).length;
        assert.ok(requested >= 5 && requested <= 10, `${requested} with growing pauses`);
        await engine.pass(2 * minute);
        assert.equal(engine.task(id).isMissing, true);
        engine.simulator.counts.reset();
        await engine.pass(minute);
        assert.ok(urls().length > 20 && urls().every((url) => !url.includes(id)));
        engine.assertNobodyIsTroubled();
        await engine.assertItSeesTheEndOf(known);
      });

      it('Not Found: this API version is not served here, the other goes on', async () => {
        const id = await engine.follow();
        const old = engine.track({}, 'v1');
        engine.simulator.apiVersions.delete('v1');
        await engine.pass(5 * second);
        assert.deepEqual(engine.paused, ['notServed']);
        assert.equal(engine.task(old, 'v1').isMissing, false);
        engine.stop(id);
        await engine.pass(5 * second);
        assert.equal(engine.task(id).status, 'stopped');
        engine.simulator.counts.reset();
        await engine.pass(hour);
        const { total } = engine.simulator.counts;
        assert.ok(total >= 5 && total <= 11, `${total} in an hour`);
        engine.simulator.apiVersions.add('v1');
        await engine.pass(11 * minute);
        assert.equal(engine.task(old, 'v1').status, 'running');
      });

      it('one Not Found, as while they deploy: seen again after half a minute', async () => {
        const id = await engine.follow();
        engine.befall({ kind: 'answer', status: 404, body: { detail: 'Not Found' } }, 3);
        await engine.pass(10 * second);
        assert.deepEqual(engine.paused, ['notServed']);
        engine.simulator.faults.clear();
        await engine.pass(25 * second);
        assert.deepEqual(engine.poller.state.pauses, []);
        await engine.assertItSeesTheEndOf(id);
      });
    });

    describe('headers never come / body stalls / body drips', () => {
      // Real time: a hundredth of the deadline that holds elsewhere.
      const deadlineMs = 150;

      beforeEach(async () => {
        assert.equal(defaultLimits.deadlineMs, 15 * second);
        await engine.dispose();
        engine = await Engine.start({ limits: { deadlineMs }, apiVersion });
      });

      for (const [name, effect] of [
        ['headers never come', { kind: 'silence' }],
        // The status of a run of v4 has no more than twenty.
        ['body stalls', { kind: 'stall', afterBytes: 10 }],
        ['body drips', { kind: 'drip', intervalMs: 20 }],
      ] as const)
        it(`aborted at the deadline, the loop goes on: ${name}`, async () => {
          const id = await engine.follow();
          engine.befall(effect, 1);
          await engine.pass(3 * second);
          await until(() => engine.simulator.counts.concurrent === 0, 'the connection is freed');
          await engine.assertItSeesTheEndOf(id);
          engine.assertNobodyIsTroubled();
        });
    });

    describe('200 with HTML / truncated JSON / wrong types / null and duplicate fields', () => {
      const odd: readonly [string, FaultEffect][] = [
        ['HTML', { kind: 'html' }],
        ['truncated JSON', { kind: 'truncated' }],
        [
          'wrong types',
          { kind: 'answer', status: 200, body: { items: 'none', totalItems: 'few' } },
        ],
        [
          'nulls',
          { kind: 'answer', status: 200, body: { items: [null, { id: null }], totalItems: 2 } },
        ],
        ['null', { kind: 'answer', status: 200, body: 'null' }],
        ['a list', { kind: 'answer', status: 200, body: '[[[]]]' }],
        [
          'duplicates',
          { kind: 'answer', status: 200, body: '{"items":[],"totalItems":0,"items":7}' },
        ],
        ['brackets', { kind: 'answer', status: 200, body: '['.repeat(100_000) }],
      ];
      for (const [name, effect] of odd)
        it(`retried or tolerated, the last good state kept: ${name}`, async () => {
          const id = await engine.follow();
          engine.befall(effect, 3);
          await engine.pass(3 * second);
          assert.equal(engine.task(id).status, 'running');
          const { prompt, model } = engine.task(id);
          // Of a session of v3 the prompt is not known so early.
          if (apiVersion === 'v3') assert.ok(model);
          else assert.equal(prompt, 'Suffer');
          assert.equal(engine.task(id).isMissing, false);
          await engine.assertItSeesTheEndOf(id);
          engine.assertNobodyIsTroubled();
        });
    });

    describe('199 KB of gzip that is 200 MB / 50 MB body', () => {
      for (const [name, effect] of [
        ['199 KB of gzip', { kind: 'gzipBomb', expandedBytes: 200 << 20 }],
        ['50 MB', { kind: 'largeBody', bytes: 50 << 20 }],
      ] as const)
        it(`aborted at 8 MB: ${name}`, async () => {
          assert.equal(defaultLimits.maxBytes, 8 << 20);
          const id = await engine.follow();
          engine.befall(effect, 1);
          const before = engine.requests;
          await engine.pass(2.5 * second);
          assert.ok(engine.requests > before);
          await until(() => engine.simulator.counts.concurrent === 0, 'the connection is freed');
          assert.equal(engine.task(id).status, 'running');
          await engine.assertItSeesTheEndOf(id);
        });
    });
  });

describe('A project that others send requests for, too', () => {
  let engine: Engine;

  beforeEach(async () => {
    engine = await Engine.start({ apiVersion: 'v4', rateLimits: { pollPerSecond: 0.6 } });
  });

  afterEach(() => engine.dispose());

  it('is paced by what its answers say is left, and meets no 429', async () => {
    const [id = ''] = Array.from({ length: 4 }, () => engine.track());
    await engine.pass(30 * second);
    engine.stop(id);
    await engine.pass(10 * second);
    assert.equal(engine.task(id).status, 'stopped');
    assert.deepEqual(engine.paused, []);
    const polls = engine.simulator.counts.of('GET /api/v4/runs/{run_id}/status');
    assert.ok(polls > 15 && polls <= 24, `${polls} in eight windows of three`);
  });
});
