import { areEndsFinal } from '../../src/core/cloud/versionList';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulatorKey } from '../simulator/startSimulator';
import { Engine, faultyVersions, until } from './engine';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

// The rows of the engine's fault table that need no window, by their names there.
for (const apiVersion of faultyVersions)
  describe(`fault table: time, lists, keys (${apiVersion})`, function () {
    // Generous, for a busy machine.
    this.timeout(30_000);
    let engine: Engine;

    beforeEach(async () => {
      engine = await Engine.start({ apiVersion });
    });

    afterEach(() => engine.dispose());

    it('`failed`; a status word nobody knows: ended; active with the raw word', async () => {
      const failing = engine.track({ end: 'failed', lengthMs: 65_000 });
      const odd = engine.track({ rawStatus: 'daydreaming' });
      await engine.pass(10 * second);
      assert.equal(engine.task(failing).status, 'failed');
      assert.deepEqual(
        [engine.task(odd).status, engine.task(odd).rawStatus],
        ['unknown', 'daydreaming'],
      );
      assert.equal(engine.poller.state.activeCount, 1);
    });

    // A session of v3 may run again: no end of it is final.
    if (areEndsFinal(apiVersion))
      it('answers out of order: no step back, one notice', async () => {
        const id = await engine.follow();
        engine.stop(id);
        await engine.pass(5 * second);
        assert.equal(engine.task(id).status, 'stopped');
        // A server of theirs that lags behind.
        const body = {
          id,
          status: 'started',
          output: null,
          steps: [],
          outputFiles: [],
          metadata: {},
        };
        engine.befall({ kind: 'answer', status: 200, body }, 1);
        await engine.poller.refresh([{ apiVersion, id }]);
        assert.equal(engine.task(id).status, 'stopped');
        engine.simulator.faults.clear();
        await engine.poller.refresh();
        await engine.pass(minute);
        assert.equal(engine.task(id).status, 'stopped');
        assert.equal(engine.notices.length, 1);
      });

    describe('a task absent from the list / pages shift: confirmed by status before its state changes', () => {
      it('a task that no list shows is polled by itself', async () => {
        const listed = await engine.follow();
        const hidden = engine.track({ isUnlisted: true, end: 'failed', lengthMs: 80_000 });
        await engine.pass(5 * second);
        assert.deepEqual(
          [engine.task(hidden).status, engine.task(hidden).isMissing, engine.task(hidden).trouble],
          ['running', false, undefined],
        );
        await engine.pass(20 * second);
        assert.equal(engine.task(hidden).status, 'failed');
        assert.equal(engine.task(listed).status, 'running');
      });

      it('tasks that come while pages are read hide nobody', async () => {
        const ids = Array.from({ length: 150 }, () => engine.track());
        for (let round = 0; round < 12; round++) {
          for (let count = 0; count < 7; count++)
            engine.simulator.addTask({
              prompt: 'Another',
              createdAtMs: engine.clock.now() - 60_000,
              end: 'never',
            });
          await engine.pass(2 * second);
        }
        assert.ok(
          ids.every((id) => engine.task(id).status === 'running' && !engine.task(id).isMissing),
        );
        const last = ids.at(-1) ?? '';
        engine.stop(last);
        await engine.pass(10 * second);
        assert.equal(engine.task(last).status, 'stopped');
      });
    });

    describe('clock jumps an hour either way: one poll, sane ages', () => {
      for (const jumpMs of [hour, -hour])
        it(`${jumpMs / hour} h`, async () => {
          const id = engine.track({ createdAtMs: engine.clock.now() - 2 * hour });
          await engine.pass(second);
          engine.poller.setAttention('away');
          await engine.pass(31 * second);
          const before = engine.requests;
          engine.clock.jump(jumpMs);
          await engine.pass(31 * second);
          assert.equal(engine.requests, before + 1);
          const age = engine.clock.now() - (engine.task(id).checkedAt ?? 0);
          assert.ok(age >= 0 && age < minute, `${age} ms old`);
          await engine.pass(2 * minute);
          assert.ok(engine.requests - before <= 6, `${engine.requests - before} requests`);
        });
    });

    describe('10 minutes offline', () => {
      it('at most 15 requests, seen within 60 s of coming back', async () => {
        const id = await engine.follow();
        const others = Array.from({ length: 20 }, () => engine.track());
        await engine.pass(5 * second);
        engine.befall({ kind: 'reset' });
        const before = engine.requests;
        engine.stop(id);
        await engine.pass(10 * minute);
        assert.ok(engine.requests - before <= 15, `${engine.requests - before} requests`);
        engine.simulator.faults.clear();
        await engine.pass(minute);
        assert.equal(engine.task(id).status, 'stopped');
        assert.ok(others.every((other) => engine.task(other).status === 'running'));
        engine.assertNobodyIsTroubled();
      });

      it('at once on focus', async () => {
        const id = await engine.follow();
        engine.poller.setAttention('away');
        engine.befall({ kind: 'reset' });
        await engine.pass(10 * minute);
        engine.simulator.faults.clear();
        engine.stop(id);
        engine.poller.setAttention('watching');
        await engine.answered();
        assert.equal(engine.task(id).status, 'stopped');
      });
    });

    it('key changed while a request is under way: its answer is dropped', async () => {
      const id = await engine.follow();
      engine.simulator.faults.add({ route: '*', times: 1, delayMs: 300 });
      const checkedAt = engine.task(id).checkedAt;
      await engine.clock.advance(2.5 * second);
      await engine.requested();
      engine.simulator.keys.clear();
      engine.simulator.keys.add('bu_another');
      engine.key = undefined;
      engine.poller.reconnect();
      await engine.pass(minute);
      assert.equal(engine.task(id).checkedAt, checkedAt);
      engine.key = 'bu_another';
      engine.poller.reconnect();
      await engine.assertItSeesTheEndOf(id);
    });

    it('no keyring: the secret reads undefined: signed out, nothing is sent, no crash', async () => {
      engine.key = undefined;
      const id = engine.track();
      await engine.pass(hour);
      assert.equal(engine.requests, 0);
      assert.deepEqual(engine.paused, ['noKey']);
      engine.key = simulatorKey;
      engine.poller.reconnect();
      await engine.pass(second);
      assert.equal(engine.task(id).status, 'running');
      await engine.assertItSeesTheEndOf(id);
    });

    it('redirect to another host: no key leaves', async () => {
      let visits = 0;
      const other = createServer((_request, response) => {
        visits++;
        response.end('{}');
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      try {
        const id = await engine.follow();
        const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
        for (const status of [301, 302, 307, 308])
          engine.befall({ kind: 'redirect', location, status }, 1);
        await engine.pass(minute);
        assert.equal(visits, 0);
        await engine.pass(minute);
        await engine.assertItSeesTheEndOf(id);
      } finally {
        await new Promise((resolve) => other.close(resolve));
      }
    });

    it('disposed in mid-request: no timer, socket or listener left', async () => {
      await engine.follow();
      engine.befall({ kind: 'silence' });
      await engine.clock.advance(2.5 * second);
      await engine.requested();
      engine.poller.dispose();
      await until(() => engine.simulator.counts.concurrent === 0, 'the connection is freed');
      const before = engine.requests;
      await engine.pass(hour);
      assert.equal(engine.requests, before);
      assert.equal(engine.clock.timers, 0);
    });
  });
