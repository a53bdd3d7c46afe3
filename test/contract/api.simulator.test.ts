import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import { defaultLimits, type Limits } from '../../src/api/http';
import { isCloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { Cloud, TaskClient, TaskQuery } from '../../src/core/cloud/taskClient';
import { virtualClock } from '../simulator/clock';
import type { FaultEffect } from '../simulator/faults';
import { sampleTasks } from '../simulator/samples';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { allPages, firstPage } from '../fakes/clientPages';
import { never } from '../fakes/never';

const nobody = '00000000-0000-4000-8000-000000000000';
const zonedTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function isKind(kind: CloudErrorKind) {
  return (error: unknown): true => {
    assert.ok(isCloudError(error), String(error));
    assert.equal(error.kind, kind, error.message);
    assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, new RegExp(simulatorKey));
    return true;
  };
}

for (const apiVersion of ['v1', 'v2'] as const satisfies readonly ApiVersion[]) {
  describe(`${apiVersion} client, against the simulator`, () => {
    let simulator: Simulator;
    let cloud: Cloud;
    let client: TaskClient;

    beforeEach(async () => {
      simulator = await startSimulator({ clock: virtualClock() });
      connect();
    });

    afterEach(() => simulator.close());

    function connect(options: { key?: string; limits?: Partial<Limits> } = {}): void {
      const key = options.key ?? simulatorKey;
      const limits = { ...defaultLimits, ...options.limits };
      cloud = createCloud({ baseUrl: simulator.url, key }, limits);
      client = cloud.client(apiVersion);
    }

    it('sees a task created, running and finished', async () => {
      const { id } = simulator.addTask({
        apiVersion,
        prompt: 'Do it',
        startsAfterMs: 1_000,
        lengthMs: 2_000,
      });
      const check = async () => (await client.getStatus(id, never)).status;
      assert.equal(await check(), 'created');
      simulator.clock.advance(1_500);
      assert.equal(await check(), 'running');
      simulator.clock.advance(2_000);
      assert.equal(await check(), 'finished');
    });

    it('lists tasks page by page, with all of them but steps and files', async () => {
      for (let index = 0; index < 130; index++)
        simulator.addTask({
          apiVersion,
          prompt: `Task ${index}`,
          createdAtMs: simulator.clock.now() - index * 1000,
          lengthMs: 60_000,
          output: `Output ${index}`,
        });
      const [first, second, ...more] = await allPages(client, {}, never);
      assert.ok(first && second);
      assert.deepEqual(more, []);
      assert.deepEqual([first.total, second.total], [130, 130]);
      assert.deepEqual([first.isLast, second.isLast], [false, true]);
      assert.equal(first.tasks.length, 100);
      assert.equal(second.tasks.length, 30);
      const ids = [...first.tasks, ...second.tasks].map(({ id }) => id);
      assert.equal(new Set(ids).size, 130);
      const ended = [...first.tasks, ...second.tasks].find(({ status }) => status === 'finished');
      assert.ok(ended);
      const { steps, files, metadata, screenshotUrls, judgement, agentVersion, session, ...known } =
        await client.getTask(ended.id, never);
      assert.deepEqual(
        ended,
        Object.fromEntries(Object.entries(known).filter(([key]) => key !== 'apiVersion')),
      );
    });

    if (apiVersion === 'v2')
      it('lists the tasks of one status, or of one span of time', async () => {
        const now = simulator.clock.now();
        const running = simulator.addTask({
          prompt: 'Runs',
          createdAtMs: now - 5000,
          lengthMs: 60_000,
        });
        const ended = simulator.addTask({
          prompt: 'Ended',
          createdAtMs: now - 90_000,
          lengthMs: 1000,
        });
        const idsOf = async (query: TaskQuery) =>
          (await firstPage(client, query, never)).tasks.map(({ id }) => id);
        assert.deepEqual(await idsOf({ rawStatus: 'started' }), [running.id]);
        assert.deepEqual(await idsOf({ rawStatus: 'finished' }), [ended.id]);
        assert.deepEqual(await idsOf({ createdFrom: now - 5000 }), [running.id]);
        assert.deepEqual(await idsOf({ createdUntil: now - 5001 }), [ended.id]);
        assert.deepEqual(await idsOf({ createdFrom: now - 5000, createdUntil: now - 5000 }), [
          running.id,
        ]);
      });

    for (const end of ['finished', 'stopped', 'failed'] as const) {
      it(`sees a task that has ended as ${end}, by its status and in whole`, async () => {
        const { id } = simulator.addTask({ apiVersion, prompt: 'Do it', lengthMs: 10, end });
        simulator.clock.advance(20);
        for (const name of ['getStatus', 'getTask', 'getDetails'] as const) {
          const { status, rawStatus } = await client[name](id, never);
          assert.equal(status, end);
          assert.equal(rawStatus, end);
        }
      });
    }

    it('sees a pause, and a word that nobody knows', async () => {
      const paused = simulator.addTask({ apiVersion, prompt: 'x', pauses: [{ afterMs: 0 }] });
      assert.equal((await client.getStatus(paused.id, never)).status, 'paused');
      const strange = simulator.addTask({ apiVersion, prompt: 'x', rawStatus: 'pondering' });
      const { status, rawStatus } = await client.getStatus(strange.id, never);
      assert.equal(status, 'unknown');
      assert.equal(rawStatus, 'pondering');
    });

    it('reads a whole task, with its session or its media, and downloads what it left', async () => {
      const { id, sessionId } = simulator.addTask({
        apiVersion,
        prompt: 'Find prices',
        steps: [{ goal: 'Open the shop', url: 'https://shop.example/' }],
        lengthMs: 1_000,
        output: '42 EUR',
        cost: '0.0123',
        isSuccess: false,
        metadata: { team: 'ops' },
        isShared: true,
        files: [{ name: 'a b.csv', content: 'a,b\n' }],
      });
      simulator.clock.advance(2_000);
      const details = await client.getDetails(id, never);
      assert.equal(details.apiVersion, apiVersion);
      assert.equal(details.id, id);
      assert.equal(details.prompt, 'Find prices');
      assert.equal(details.output, '42 EUR');
      assert.equal(details.metadata, '{"team":"ops"}');
      assert.match(details.createdAt ?? '', zonedTime);
      assert.match(details.finishedAt ?? '', zonedTime);
      assert.equal(details.steps[0]?.goal, 'Open the shop');
      assert.equal(details.steps[0].url, 'https://shop.example/');
      assert.equal(details.session?.recordingUrls.length, 1);
      assert.match(details.session.publicShareUrl ?? '', /^http/);

      const screenshots =
        apiVersion === 'v1' ? details.screenshotUrls : [details.steps[0].screenshotUrl ?? ''];
      const options = { maxBytes: 8_000_000, signal: never };
      const picture = await cloud.download(screenshots[0] ?? '', options);
      assert.equal(Buffer.from(picture.slice(1, 4)).toString(), 'PNG');

      const [file] = details.files;
      assert.equal(file?.name, 'a b.csv');
      const link = await client.getFileUrl(id, file, never);
      assert.equal(Buffer.from(await cloud.download(link, options)).toString(), 'a,b\n');

      const log = await client.getLogUrl(id, never);
      const sessionTasks = client.findSessionTasks(sessionId, never);
      if (apiVersion === 'v1') {
        assert.equal(log, undefined);
        await assert.rejects(sessionTasks, isKind('invalidRequest'));
        return;
      }
      assert.equal(details.isSuccess, false);
      assert.equal(details.cost, '0.0123');
      assert.equal(details.sessionId, sessionId);
      assert.match(details.startedAt ?? '', zonedTime);
      assert.deepEqual(await sessionTasks, [id]);
      assert.ok((await cloud.download(log ?? '', options)).byteLength > 0);
    });

    it('has a live view of a task that runs', async () => {
      const { id } = simulator.addTask({ apiVersion, prompt: 'x', end: 'never' });
      simulator.clock.advance(10);
      const { session } = await client.getDetails(id, never);
      assert.match(session?.liveUrl ?? '', /^http/);
    });

    it('reads a task without media', async () => {
      const { id } = simulator.addTask({ apiVersion, prompt: 'x', steps: 0, hasNoMedia: true });
      const details = await client.getDetails(id, never);
      assert.equal(details.prompt, 'x');
      assert.deepEqual(details.screenshotUrls, []);
    });

    it('reads every sample task, now and an hour later', async () => {
      const samples = sampleTasks(simulator.clock.now()).filter(
        (sample) => sample.apiVersion === apiVersion,
      );
      assert.ok(samples.length > 5);
      for (const { script } of samples) simulator.addTask(script);
      for (const hour of [0, 1]) {
        simulator.clock.advance(hour * 3_600_000);
        for (const { id, script } of samples) {
          assert.equal((await client.getDetails(id, never)).prompt, script.prompt);
          assert.equal((await client.getTask(id, never)).prompt, script.prompt);
          assert.notEqual((await client.getStatus(id, never)).rawStatus, '');
        }
      }
    });

    it('names the account', async () => {
      const { description } = await client.getAccount(never);
      const descriptions = {
        v1: 'an account of API v1, $42.75 left',
        v2: 'Ada Example, plan Pay As You Go, $42.75 left',
      };
      assert.equal(description, descriptions[apiVersion]);
    });

    it('asks once for a status, for a task and for a link', async () => {
      const { id } = simulator.addTask({ apiVersion, prompt: 'x' });
      await client.getStatus(id, never);
      assert.equal(simulator.counts.total, 1);
      await client.getTask(id, never);
      assert.equal(simulator.counts.total, 2);
    });

    const everyCall: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
      getStatus: (id) => client.getStatus(id, never),
      getTask: (id) => client.getTask(id, never),
      getDetails: (id) => client.getDetails(id, never),
      getFileUrl: (id) => client.getFileUrl(id, { id: nobody, name: 'x' }, never),
      getAccount: () => client.getAccount(never),
    };
    for (const [name, call] of Object.entries(everyCall)) {
      it(`${name} tells a wrong key, and a version that is not served`, async () => {
        const { id } = simulator.addTask({ apiVersion, prompt: 'x' });
        connect({ key: 'bu_wrong' });
        await assert.rejects(call(id), isKind('auth'));
        connect();
        simulator.apiVersions.delete(apiVersion);
        await assert.rejects(call(id), isKind('notServed'));
      });

      if (name === 'getAccount') continue;
      it(`${name} tells a task that is not there`, async () => {
        await assert.rejects(call(nobody), isKind('taskNotFound'));
      });
    }

    it('tells a file that is not there from a task that is not there', async () => {
      const { id } = simulator.addTask({ apiVersion, prompt: 'x' });
      const file = { id: nobody, name: 'x' };
      await assert.rejects(client.getFileUrl(id, file, never), isKind('refused'));
    });

    const faults: readonly [FaultEffect, CloudErrorKind][] = [
      [{ kind: 'answer', status: 500, body: { detail: 'Internal' } }, 'server'],
      [{ kind: 'answer', status: 503 }, 'server'],
      [{ kind: 'answer', status: 402, body: { detail: 'Insufficient credits' } }, 'payment'],
      [{ kind: 'answer', status: 403, body: { detail: 'Forbidden' } }, 'forbidden'],
      [{ kind: 'answer', status: 429, headers: { 'retry-after': '5' } }, 'rateLimited'],
      [{ kind: 'reset' }, 'network'],
      [{ kind: 'reset', afterBytes: 3 }, 'network'],
      [{ kind: 'silence' }, 'timeout'],
      [{ kind: 'stall', afterBytes: 3 }, 'timeout'],
      [{ kind: 'drip', intervalMs: 50 }, 'timeout'],
      [{ kind: 'html' }, 'badAnswer'],
      [{ kind: 'html', status: 401 }, 'badAnswer'],
      [{ kind: 'html', status: 404 }, 'badAnswer'],
      [{ kind: 'html', status: 502 }, 'server'],
      [{ kind: 'truncated' }, 'badAnswer'],
      [{ kind: 'gzipBomb', expandedBytes: 200 * 1024 * 1024 }, 'tooLarge'],
      [{ kind: 'largeBody', bytes: 50 * 1024 * 1024 }, 'tooLarge'],
      [{ kind: 'redirect', location: 'http://127.0.0.1:9/' }, 'redirect'],
    ];
    for (const [effect, kind] of faults) {
      it(`takes ${JSON.stringify(effect)} for ${kind}, and goes on after it`, async () => {
        const isSlow = kind === 'timeout';
        if (isSlow) connect({ limits: { deadlineMs: 300 } });
        const { id } = simulator.addTask({ apiVersion, prompt: 'x', end: 'never' });
        simulator.faults.add({ route: '*', times: 1, effect });
        await assert.rejects(client.getStatus(id, never), isKind(kind));
        connect();
        assert.equal((await client.getStatus(id, never)).status, 'running');
      }).timeout(10_000);
    }
  });
}
