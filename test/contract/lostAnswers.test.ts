import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import {
  openSessionStop,
  sessionDeletion,
  taskPause,
  taskResume,
  taskStop,
} from '../../src/core/actions/taskChanges';
import { followUp, taskStart } from '../../src/core/actions/taskStart';
import type { Clock } from '../../src/core/base/clock';
import { capabilitiesOf } from '../../src/core/cloud/apiVersions';
import { requestChange } from '../../src/core/cloud/changeRequest';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { RunRequest } from '../../src/core/cloud/taskActions';
import { virtualClock } from '../simulator/clock';
import type { FaultEffect } from '../simulator/faults';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { never } from '../fakes/never';

const losses: readonly FaultEffect[] = [
  { kind: 'reset' },
  { kind: 'empty', status: 500 },
  { kind: 'html', status: 502 },
  { kind: 'html' },
];

/** Checks follow at once. */
const clock: Clock = { now: () => Date.now(), sleep: () => Promise.resolve() };

for (const apiVersion of ['v1', 'v2', 'v3', 'v4'] as const)
  describe(`changes by ${apiVersion} whose answers are lost, against the simulator`, () => {
    const { stops, canPause, canDeleteSessions, openSessions, followUps } =
      capabilitiesOf(apiVersion);
    let simulator: Simulator;
    const connect = () =>
      Promise.resolve(
        createCloud({ baseUrl: simulator.url, key: simulatorKey }).client(apiVersion),
      );
    const common = { connect, clock };

    beforeEach(async () => {
      // The cloud's clock is three hours ahead of ours.
      simulator = await startSimulator({ clock: virtualClock(Date.now() + 3 * 3_600_000) });
    });

    afterEach(() => simulator.close());

    const add = (script: Partial<TaskScript> = {}, version: ApiVersion = apiVersion) =>
      simulator.addTask({ apiVersion: version, prompt: 'Find it', lengthMs: 60_000, ...script });
    /** The next request that changes something does its work or not; its answer is lost. */
    const lose = (effect: FaultEffect, does: 'work' | 'nothing') => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        simulator.faults.add({
          route: `${method} *`,
          effect,
          times: 1,
          preventsAction: does === 'nothing',
        });
      simulator.counts.reset();
    };
    const changesSent = () => simulator.counts.seen.filter(({ method }) => method !== 'GET').length;
    const start = (request: RunRequest) =>
      requestChange(taskStart({ ...common, request, isKnown: () => false }));

    it('find the task that was started, sent once', async () => {
      for (const [index, effect] of losses.entries()) {
        const prompt = `Find a flight ${index}`;
        add();
        lose(effect, 'work');
        const outcome = await start({ prompt });
        assert.ok(outcome.kind === 'done', `${JSON.stringify(effect)}: ${outcome.kind}`);
        assert.equal(simulator.tasks.get(outcome.value.id)?.script.prompt, prompt);
        assert.equal(changesSent(), 1);
        simulator.faults.clear();
      }
    });

    it('do not know of a task that is not seen, and do not start it again', async () => {
      for (const effect of losses) {
        lose(effect, 'nothing');
        assert.equal((await start({ prompt: 'Find a flight' })).kind, 'unknown');
        assert.equal(changesSent(), 1);
        assert.equal(simulator.tasks.size, 0);
        simulator.faults.clear();
      }
    });

    if (followUps !== 'none')
      it('find what a session was told next', async () => {
        const { sessionId } = add({ keepAlive: true, lengthMs: 1_000 });
        simulator.clock.advance(30_000);
        lose({ kind: 'reset' }, 'work');
        const request = { prompt: 'And back', sessionId };
        const outcome = requestChange(taskStart({ ...common, request, isKnown: () => true }));
        // What v3 has been told it shows once it runs; the others name a task that nobody knows yet.
        simulator.clock.advance(500);
        if (apiVersion === 'v3') assert.equal((await outcome).kind, 'done');
        else assert.equal((await outcome).kind, 'unknown');
        assert.equal(changesSent(), 1);
      });

    if (followUps === 'always')
      it('find what waits in the queue of a session, and know nothing of what does not', async () => {
        const { sessionId } = add();
        simulator.clock.advance(2_000);
        const queue = () =>
          requestChange(followUp({ ...common, sessionId, prompt: 'And back', mode: 'wait' }));
        lose({ kind: 'reset' }, 'nothing');
        assert.equal((await queue()).kind, 'unknown');
        lose({ kind: 'reset' }, 'work');
        assert.equal((await queue()).kind, 'done');
        assert.equal(changesSent(), 1);
      });

    if (apiVersion === 'v4')
      it('do not call a stop refused whose browser could not be stopped for the moment', async () => {
        const { id } = add();
        simulator.clock.advance(30_000);
        simulator.faults.add({
          route: 'GET /api/v4/browsers',
          effect: { kind: 'answer', status: 429, body: { error: 'rate_limited' } },
        });
        const outcome = await requestChange(taskStop({ ...common, id, scope: 'session' }));
        assert.equal(outcome.kind, 'unknown');
      });

    for (const scope of stops)
      it(`see whether a task has stopped, scope ${scope}`, async () => {
        const { id } = add({ keepAlive: true });
        simulator.clock.advance(30_000);
        const stop = () => requestChange(taskStop({ ...common, id, scope }));
        lose({ kind: 'reset' }, 'nothing');
        assert.equal((await stop()).kind, 'refused');
        assert.equal(changesSent(), 1);
        simulator.faults.clear();
        lose({ kind: 'reset' }, 'work');
        const outcome = await stop();
        const isHalfDone = apiVersion === 'v4' && scope === 'session';
        // The run is cancelled, and its browser is still open: that is told as not done, and can be done again.
        if (isHalfDone) assert.equal(outcome.kind, 'refused');
        else assert.equal(outcome.kind === 'done' && outcome.value?.status, 'stopped');
        simulator.faults.clear();
        assert.equal((await stop()).kind, 'done');
      });

    it('see that a task had ended before', async () => {
      const { id } = add({ lengthMs: 1_000 });
      simulator.clock.advance(120_000);
      lose({ kind: 'reset' }, 'nothing');
      const outcome = await requestChange(taskStop({ ...common, id, scope: 'task' }));
      assert.equal(outcome.kind === 'done' && outcome.value?.status, 'finished');
    });

    if (canPause)
      it('see whether a task pauses or goes on', async () => {
        const { id } = add();
        simulator.clock.advance(1_000);
        for (const change of [taskPause, taskResume])
          for (const [does, kind] of [
            ['nothing', 'refused'],
            ['work', 'done'],
          ] as const) {
            lose({ kind: 'reset' }, does);
            assert.equal((await requestChange(change({ ...common, id }))).kind, kind);
            assert.equal(changesSent(), 1);
            simulator.faults.clear();
          }
      });

    if (canDeleteSessions)
      it('see whether a session is still there; one that is not may be of another account', async () => {
        const { sessionId } = add();
        const remove = () => requestChange(sessionDeletion({ ...common, id: sessionId }));
        for (const [does, kind] of [
          ['nothing', 'refused'],
          ['work', 'unknown'],
        ] as const) {
          lose({ kind: 'reset' }, does);
          assert.equal((await remove()).kind, kind);
          simulator.faults.clear();
        }
        // The deletion of v4 can be repeated by who could delete it, and answers as before.
        assert.equal((await remove()).kind, apiVersion === 'v4' ? 'done' : 'refused');
      });

    if (openSessions !== undefined)
      it('see whether what was open is closed', async () => {
        add({ keepAlive: true, lengthMs: 2_000 });
        simulator.clock.advance(10_000);
        const [open] = (await (await connect()).listOpenSessions(never)).open;
        assert.ok(open);
        for (const [does, kind] of [
          ['nothing', 'refused'],
          ['work', 'done'],
        ] as const) {
          lose({ kind: 'reset' }, does);
          assert.equal((await requestChange(openSessionStop({ ...common, open }))).kind, kind);
          simulator.faults.clear();
        }
        assert.equal((await requestChange(openSessionStop({ ...common, open }))).kind, 'done');
      });
  });
