import assert from 'node:assert/strict';
import type { ApiVersion } from '../../src/core/cloud/task';
import { Engine } from './engine';

/** What only the poller sends for a task that it knows. */
const pollRoutes: Partial<Readonly<Record<ApiVersion, string>>> = {
  v1: 'GET /api/v1/task/{task_id}/status',
  v2: 'GET /api/v2/tasks',
  v4: 'GET /api/v4/runs/{run_id}/status',
};

/** Details and poller would each ask for the same task. */
describe('a task whose details are open', () => {
  let engine: Engine;

  afterEach(() => engine.dispose());

  for (const apiVersion of ['v1', 'v2', 'v3', 'v4'] as const)
    it(`is not polled beside its details (${apiVersion})`, async () => {
      engine = await Engine.start({ apiVersion });
      const id = engine.track();
      // Between two polls.
      await engine.pass(11_000);
      const reader = engine.openDetails(id);
      await engine.pass(10_000);
      const { counts } = engine.simulator;
      counts.reset();
      await engine.pass(60_000);
      const readings = 30;
      const route = pollRoutes[apiVersion];
      if (route === undefined)
        assert.ok(counts.of('GET /api/v3/sessions/{session_id}') <= readings);
      else assert.equal(counts.of(route), 0);
      assert.ok(engine.clock.now() - (engine.task(id).checkedAt ?? 0) <= 3000, 'but checked');
      reader.setWatched(false);
      counts.reset();
      await engine.pass(4000);
      assert.notEqual(counts.total, 0, 'and polled again once nobody else checks it');
    });

  it('is polled while its details cannot be read', async () => {
    engine = await Engine.start({ apiVersion: 'v4' });
    const id = engine.track();
    await engine.pass(11_000);
    engine.openDetails(id);
    await engine.pass(10_000);
    engine.simulator.faults.add({
      route: 'GET /api/v4/runs/{run_id}',
      effect: { kind: 'text', status: 500 },
    });
    engine.simulator.counts.reset();
    await engine.pass(60_000);
    assert.ok(engine.simulator.counts.of('GET /api/v4/runs/{run_id}/status') >= 25);
    assert.equal(engine.task(id).trouble, undefined);
  });
});
