import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import type { ApiVersion, TaskRef } from '../../src/core/cloud/task';
import type { Cloud } from '../../src/core/cloud/taskClient';
import { deleteSessions, doomedSessions } from '../../src/core/steering/deleteSessions';
import { OpenSessions } from '../../src/core/steering/openSessions';
import type { SteerAction } from '../../src/core/steering/steerActions';
import { TaskSteering } from '../../src/core/steering/taskSteering';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { virtualClock } from '../simulator/clock';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { never } from '../fakes/never';

/** Time that passes at once: what is tested are requests, not pauses. */
const clock = {
  now: () => Date.now(),
  sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
};

describe('steering, against the simulator', () => {
  let simulator: Simulator;
  let cloud: Cloud;
  let store: TaskStore;
  let steering: TaskSteering;

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock(Date.now()) });
    cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
    store = new TaskStore();
    steering = new TaskSteering({ clock, poll });
  });

  afterEach(() => simulator.close());

  async function poll(refs: readonly TaskRef[]): Promise<void> {
    for (const ref of refs) {
      const task = await cloud.client(ref.apiVersion).getTask(ref.id, never);
      store.applyUpdate(ref, task, clock.now(), true);
    }
  }

  /** A tracked task that has been running for ten seconds. */
  async function run(apiVersion: ApiVersion, more: Partial<TaskScript> = {}): Promise<TaskRef> {
    const { id } = simulator.addTask({ apiVersion, prompt: 'x', lengthMs: 3_600_000, ...more });
    simulator.clock.advance(10_000);
    const ref = { apiVersion, id };
    store.track([ref], clock.now());
    await poll([ref]);
    assert.equal(store.get(ref)?.status, 'running');
    return ref;
  }

  async function steer(action: SteerAction, ref: TaskRef): Promise<string | undefined> {
    const account = { store, connect: () => Promise.resolve(cloud) };
    const [result] = await steering.run(action, [ref], { account, signal: never });
    return result?.kind;
  }

  const changes = () => simulator.counts.seen.filter(({ method }) => method !== 'GET').length;
  const open = () =>
    new OpenSessions({
      connect: () => Promise.resolve(cloud),
      clock,
      onError: (error) => assert.fail(String(error)),
    });

  for (const apiVersion of ['v1', 'v2', 'v4'] as const)
    it(`stops a task of ${apiVersion} by one request, also where its answer is lost`, async () => {
      assert.equal(await steer('stop', await run(apiVersion)), 'done');
      assert.equal(changes(), 1);
      const ref = await run(apiVersion);
      simulator.faults.add({ route: 'P* /api/*', effect: { kind: 'reset' } });
      assert.equal(await steer('stop', ref), 'done');
      assert.equal(store.get(ref)?.status, 'stopped');
      assert.equal(changes(), 2);
    });

  for (const apiVersion of ['v2', 'v3', 'v4'] as const)
    it(`stops a task of ${apiVersion} with what would stay open and cost money`, async () => {
      const ref = await run(apiVersion, { keepAlive: true });
      const sessions = open();
      await sessions.read();
      assert.deepEqual(
        sessions.state.entries.map((entry) => [entry.apiVersion, entry.sessionId]),
        [[apiVersion, store.get(ref)?.sessionId]],
      );
      assert.equal(await steer('stopSession', ref), 'done');
      assert.equal(store.get(ref)?.status, 'stopped');
      await sessions.read();
      assert.deepEqual(sessions.state.entries, []);
      sessions.dispose();
    });

  it('pauses and resumes a task of v1', async () => {
    const ref = await run('v1');
    assert.equal(await steer('pause', ref), 'done');
    assert.equal(store.get(ref)?.status, 'paused');
    assert.equal(await steer('resume', ref), 'done');
    assert.equal(store.get(ref)?.status, 'running');
    assert.equal(changes(), 2);
  });

  for (const apiVersion of ['v1', 'v2', 'v4'] as const)
    it(`says that a task of ${apiVersion} had finished first`, async () => {
      const ref = await run(apiVersion);
      simulator.clock.advance(4_000_000);
      assert.equal(await steer('stop', ref), 'hadEnded');
      assert.equal(store.get(ref)?.status, 'finished');
    });

  it('stops what is open of every version, each by one request', async () => {
    await run('v4', { lengthMs: 15_000 });
    await run('v3');
    await run('v2', { keepAlive: true });
    const sessions = open();
    await sessions.read();
    const { entries } = sessions.state;
    assert.deepEqual(entries.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).sort(), [
      'v2 session',
      'v3 session',
      'v4 browser',
    ]);
    const stopped = await sessions.stop(entries, { signal: never });
    assert.deepEqual(
      stopped.map(({ outcome }) => outcome.kind),
      ['done', 'done', 'done'],
    );
    assert.equal(changes(), 3);
    await sessions.read();
    assert.deepEqual(sessions.state.entries, []);
    sessions.dispose();
  });

  for (const apiVersion of ['v2', 'v3', 'v4'] as const)
    it(`deletes a session of ${apiVersion} by one request, also where its answer is lost`, async () => {
      const ref = await run(apiVersion);
      simulator.faults.add({ route: 'DELETE /api/*', effect: { kind: 'reset' } });
      const doomed = doomedSessions([ref], store.tasks());
      const connect = () => Promise.resolve(cloud);
      const [deleted] = await deleteSessions(doomed, { connect, clock, signal: never });
      // What is missing afterwards may have been missing before, for this key.
      assert.equal(deleted?.outcome.kind, 'unknown');
      assert.equal(changes(), 1);
      assert.equal(simulator.tasks.has(ref.id), false);
    });
});
