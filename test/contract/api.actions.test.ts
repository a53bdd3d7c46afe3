import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import { capabilitiesOf } from '../../src/core/cloud/apiVersions';
import { isCloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { ApiVersion } from '../../src/core/cloud/task';
import type { RunRequest } from '../../src/core/cloud/taskActions';
import type { Cloud, TaskClient } from '../../src/core/cloud/taskClient';
import { DraftUploads } from '../../src/ui/running/draftUploads';
import { virtualClock } from '../simulator/clock';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { loadOpenapi, type OpenapiDocument } from './openapi';
import { problemsOf, recordRequests } from './sentRequests';
import { never } from '../fakes/never';

const versions = ['v1', 'v2', 'v3', 'v4'] as const;
const profileId = '6e1f0b2c-0000-4000-8000-00000000abcd';
const outputSchema = { type: 'object', properties: { price: { type: 'number' } } };

/** All that each version can be given. */
const fullRequests: Readonly<Record<ApiVersion, RunRequest>> = {
  v1: {
    prompt: 'Find a flight',
    model: 'gpt-4.1',
    maxSteps: 20,
    outputSchema,
    allowedDomains: ['example.com'],
    metadata: { from: 'a test' },
    secrets: { password: 'hunter2!' },
  },
  v2: {
    prompt: 'Find a flight',
    model: 'browser-use-2.0',
    startUrl: 'https://example.com/',
    maxSteps: 20,
    outputSchema,
    allowedDomains: ['example.com'],
    profileId,
    metadata: { from: 'a test' },
    secrets: { password: 'hunter2!' },
    judge: true,
  },
  v3: {
    prompt: 'Find a flight',
    model: 'bu-mini',
    maxCostUsd: 0.5,
    outputSchema,
    profileId,
    keepAlive: true,
    secrets: { password: 'hunter2!' },
  },
  v4: {
    prompt: 'Find a flight',
    model: 'gpt-5.6',
    maxCostUsd: 0.5,
    outputSchema,
    profileId,
    judge: true,
  },
};

describe('what clients change', () => {
  const documents = new Map<ApiVersion, OpenapiDocument>();
  const sent = recordRequests();
  let simulator: Simulator;
  let cloud: Cloud;

  before(() => {
    for (const [version, name] of [
      ['v2', 'v2'],
      ['v3', 'v3'],
      ['v4', 'v4-newer'],
    ] as const) {
      const document = loadOpenapi(name);
      if (document) documents.set(version, document);
    }
  });

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock(Date.now()) });
    cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
  });

  afterEach(async () => {
    await simulator.close();
    for (const [version, document] of documents)
      if (version !== 'v1') assert.deepEqual(problemsOf(sent, version, document), []);
  });

  const add = (apiVersion: ApiVersion, script: Partial<TaskScript> = {}) =>
    simulator.addTask({ apiVersion, prompt: 'Find a flight', lengthMs: 60_000, ...script });
  const changes = () => sent.filter(({ method }) => method !== 'GET');

  for (const apiVersion of versions)
    describe(`by ${apiVersion}`, () => {
      const { stops, canPause, canDeleteSessions, openSessions, runOptions } =
        capabilitiesOf(apiVersion);
      let client: TaskClient;

      beforeEach(() => {
        client = cloud.client(apiVersion);
      });

      it('starts a task with a prompt alone, in one request', async () => {
        const { id } = await client.startTask({ prompt: 'Find a flight' }, never);
        const task = await client.getTask(id, never);
        assert.equal(task.apiVersion, apiVersion);
        assert.equal((await client.getDetails(id, never)).prompt, 'Find a flight');
        assert.equal(changes().length, 1);
        assert.equal(simulator.tasks.size, 1);
      });

      it('starts a task with all that it can be given', async () => {
        const request = fullRequests[apiVersion];
        const given = Object.keys(request).filter((name) => name !== 'prompt');
        const rest = [...runOptions].filter((option) => !given.includes(option));
        assert.deepEqual(
          rest.filter((option) => option !== 'sessionId' && option !== 'files'),
          [],
          'an option is not tried',
        );
        const { id, sessionId } = await client.startTask(request, never);
        const task = await client.getTask(id, never);
        assert.equal(task.sessionId, sessionId);
        // v1 does not tell it.
        if (task.model !== undefined) assert.equal(task.model, request.model);
      });

      it('refuses an option that it does not have, and sends nothing', async () => {
        const all: RunRequest = { ...fullRequests.v1, ...fullRequests.v2, ...fullRequests.v3 };
        for (const [option, value] of Object.entries(all) as [keyof RunRequest, unknown][]) {
          if (option === 'prompt' || runOptions.has(option)) continue;
          await assert.rejects(
            client.startTask({ prompt: 'x', [option]: value }, never),
            (error) =>
              isCloudError(error) &&
              error.kind === 'invalidRequest' &&
              error.isUnsent &&
              error.details?.field === option,
          );
        }
        assert.equal(simulator.counts.total, 0);
      });

      for (const scope of stops)
        it(`stops a task, scope ${scope}, and knows that it has`, async () => {
          const { id } = add(apiVersion, { keepAlive: true });
          simulator.clock.advance(30_000);
          assert.equal(await client.checkStop(id, scope, never), undefined);
          const standing = await client.stopTask(id, scope, never);
          if (standing) assert.equal(standing.status, 'stopped');
          assert.equal((await client.checkStop(id, scope, never))?.status, 'stopped');
          const { sessionId } = await client.getTask(id, never);
          if (openSessions === undefined || sessionId === undefined) return;
          assert.equal(
            await client.isOpen({ kind: 'session', id: sessionId }, never),
            scope === 'task',
          );
        });

      it('stops what has finished before, and says so', async () => {
        const { id } = add(apiVersion, { lengthMs: 2_000 });
        simulator.clock.advance(60_000);
        const standing = await client.stopTask(id, 'task', never);
        if (standing) assert.equal(standing.status, 'finished');
        assert.equal((await client.checkStop(id, 'task', never))?.status, 'finished');
      });

      it('says that there is no such task', async () => {
        const call = client.stopTask(profileId, 'task', never);
        await assert.rejects(call, { kind: 'taskNotFound' });
      });

      it('pauses and resumes, or says that it cannot', async () => {
        const { id } = add(apiVersion);
        simulator.clock.advance(1_000);
        if (!canPause) {
          await assert.rejects(client.pauseTask(id, never), isUnsent);
          await assert.rejects(client.resumeTask(id, never), isUnsent);
          return;
        }
        await client.pauseTask(id, never);
        assert.equal((await client.getStatus(id, never)).status, 'paused');
        await client.resumeTask(id, never);
        assert.equal((await client.getStatus(id, never)).status, 'running');
      });

      it('lists what is open, and closes it', async () => {
        if (openSessions === undefined) {
          await assert.rejects(client.listOpenSessions(never), isUnsent);
          return;
        }
        const { sessionId } = add(apiVersion, { keepAlive: true, lengthMs: 2_000 });
        add(apiVersion, { lengthMs: 2_000, end: 'stopped' });
        simulator.clock.advance(5_000);
        const found = (await client.listOpenSessions(never)).open.filter(
          (open) => open.sessionId === sessionId,
        );
        const [open] = found;
        assert.ok(open);
        assert.equal(found.length, 1);
        assert.equal(open.kind, openSessions);
        assert.ok(Date.parse(open.startedAt ?? '') <= simulator.clock.now());
        assert.ok(Number(open.cost) >= 0, open.cost);
        if (openSessions === 'browser')
          assert.ok(Date.parse(open.closesAt ?? '') > simulator.clock.now());
        assert.equal(await client.isOpen(open, never), true);
        await client.stopOpenSession(open, never);
        assert.equal(await client.isOpen(open, never), false);
        const left = (await client.listOpenSessions(never)).open;
        assert.ok(left.every((other) => other.id !== open.id));
      });

      it('deletes a session with its task, or says that it cannot', async () => {
        const { id, sessionId } = add(apiVersion);
        if (!canDeleteSessions) {
          await assert.rejects(client.deleteSession(sessionId, never), isUnsent);
          return;
        }
        await client.deleteSession(sessionId, never);
        await assert.rejects(client.getTask(id, never), { kind: 'taskNotFound' });
        await assert.rejects(client.findSessionTasks(sessionId, never), { kind: 'taskNotFound' });
      });

      it('names what was asked for last, and when the cloud answered by its own clock', async () => {
        simulator.clock.advance(3_600_000);
        const { id } = await client.startTask({ prompt: 'Find a flight' }, never);
        const { prompts, answeredAtMs = 0 } = await client.listNewestPrompts(undefined, never);
        const [newest] = prompts;
        assert.equal(newest?.taskId, id);
        assert.ok(Math.abs(answeredAtMs - simulator.clock.now()) < 5_000);
        assert.ok(Math.abs(Date.parse(newest.createdAt ?? '') - answeredAtMs) < 5_000);
        if (apiVersion !== 'v3') assert.equal(newest.prompt, 'Find a flight');
      });

      it('says what the cloud says of a refusal, and nothing of what was sent', async () => {
        const fault = (status: number, body: unknown) =>
          void simulator.faults.add({
            route: 'POST *',
            times: 1,
            preventsAction: true,
            effect: { kind: 'answer', status, body },
          });
        const refusalOf = async (status: number, body: unknown) => {
          fault(status, body);
          const secrets = runOptions.has('secrets') ? { secrets: { password: 'hunter2!' } } : {};
          const request = { prompt: 'Find\na flight', ...secrets };
          return client.startTask(request, never).then(
            () => assert.fail(`${status} was taken for a yes`),
            (error: unknown) => {
              assert.ok(isCloudError(error));
              assert.doesNotMatch(JSON.stringify([error.message, error.details]), /hunter2|Find/u);
              return error;
            },
          );
        };
        // v4 is given no secrets.
        const detail = `Bad "Find a flight" with ${runOptions.has('secrets') ? 'hunter2!' : 'Find a flight'}`;
        const expected: readonly [number, unknown, CloudErrorKind, string][] = [
          [400, { detail }, 'invalidRequest', 'Bad "[…]" with […]'],
          [402, { detail: 'Insufficient credits' }, 'payment', 'Insufficient credits'],
          [403, { detail: 'Not on your plan' }, 'forbidden', 'Not on your plan'],
          [
            409,
            { detail: 'Session already has an active run' },
            'refused',
            'Session already has an active run',
          ],
          [413, { detail: 'Too large' }, 'refused', 'Too large'],
          [
            429,
            { detail: 'Too many concurrent active sessions' },
            'noFreeSlot',
            'Too many concurrent active sessions',
          ],
        ];
        for (const [status, body, kind, text] of expected) {
          const error = await refusalOf(status, body);
          assert.deepEqual([error.kind, error.details?.text], [kind, text]);
        }
        const loc = ['body', 'browserSettings', 'profileId'];
        const invalid = await refusalOf(422, { detail: [{ loc, msg: 'Not a UUID', type: 'x' }] });
        assert.deepEqual(invalid.details, {
          field: 'browserSettings.profileId',
          text: 'Not a UUID',
        });
      });

      it('sends nothing twice, whatever becomes of the answer', async () => {
        for (const effect of [
          { kind: 'reset' },
          { kind: 'empty', status: 500 },
          { kind: 'html', status: 502 },
          { kind: 'tooMany', what: 'requests' },
          { kind: 'truncated' },
        ] as const) {
          simulator.counts.reset();
          simulator.faults.add({ route: 'POST *', times: 1, effect });
          await assert.rejects(client.startTask({ prompt: effect.kind }, never));
          assert.equal(simulator.counts.total, 1, effect.kind);
        }
      });
    });

  describe('with files', () => {
    const bytes = new TextEncoder().encode('city,price\nRome,42\n');
    const file = { name: 'prices.csv', contentType: 'text/csv', bytes };

    for (const apiVersion of ['v3', 'v4'] as const) {
      it(`uploads them to ${apiVersion}, without the key, and starts a task with them`, async () => {
        const client = cloud.client(apiVersion);
        const progress: number[] = [];
        const large = { ...file, name: 'large.bin', bytes: new Uint8Array(6 << 20).fill(7) };
        // A piece of a larger buffer: only the piece is the file.
        const piece = { ...file, name: 'piece.txt', bytes: bytes.subarray(5, 10) };
        const onProgress = (count: number) => void progress.push(count);
        const files = await client.uploadFiles([file, large, piece], { signal: never, onProgress });
        assert.deepEqual(
          progress,
          progress.toSorted((a, b) => a - b),
        );
        for (const whole of [19, 19 + (6 << 20), 24 + (6 << 20)])
          assert.ok(progress.includes(whole), String(progress));
        assert.equal(progress.at(-1), 24 + (6 << 20));
        assert.equal(new Set(progress).size, progress.length);
        assert.ok(
          progress.some((count) => count > 19 && count < 19 + (6 << 20)),
          'while it is on its way',
        );
        const puts = sent.filter(({ method }) => method === 'PUT');
        assert.equal(puts.length, 3);
        for (const { headers } of puts) assert.ok(!headers.has('x-browser-use-api-key'));
        const { id, missingFiles } = await client.startTask({ prompt: 'Read it', files }, never);
        assert.equal(missingFiles, undefined);
        simulator.clock.advance(600_000);
        const { sessionId = '' } = await client.getTask(id, never);
        const again = await client.uploadFiles([file], { sessionId, signal: never });
        assert.equal(again.workspaceId, files.workspaceId, 'a session keeps its workspace');
      });

      it(`refuses files for ${apiVersion} that the cloud does not take, and sends nothing`, async () => {
        const client = cloud.client(apiVersion);
        const empty = { ...file, bytes: new Uint8Array() };
        const huge = { ...file, bytes: { byteLength: 60_000_000 } as Uint8Array };
        const unnamed = { ...file, name: 'n'.repeat(256) };
        for (const wrong of [empty, huge, unnamed])
          await assert.rejects(client.uploadFiles([file, wrong], { signal: never }), isUnsent);
        assert.equal(simulator.counts.total, 0);
      });

      it(`uploads to ${apiVersion} also by a fetch that sends bytes only as a whole`, async () => {
        const { fetch } = globalThis;
        globalThis.fetch = (input, init) => {
          const request = new Request(input, init);
          return request.headers.has('content-length')
            ? Promise.reject(new TypeError('net::ERR_INVALID_ARGUMENT'))
            : fetch(request);
        };
        const progress: number[] = [];
        const onProgress = (count: number) => void progress.push(count);
        await cloud.client(apiVersion).uploadFiles([file], { signal: never, onProgress });
        assert.equal(progress.at(-1), bytes.length);
        assert.equal(sent.filter(({ method }) => method === 'PUT').length, 1);
      });

      it(`says when ${apiVersion} gives a link that is too old`, async () => {
        const client = cloud.client(apiVersion);
        simulator.faults.add({ route: 'PUT /presigned/*', effect: { kind: 'text', status: 403 } });
        await assert.rejects(client.uploadFiles([file], { signal: never }), (error) => {
          assert.ok(isCloudError(error));
          assert.equal(error.kind, 'refused');
          assert.doesNotMatch(error.message, /presigned|X-Amz/u);
          return true;
        });
      });
    }

    for (const apiVersion of ['v3', 'v4'] as const)
      it(`go on where an upload to ${apiVersion} broke off, in the workspace that is there`, async () => {
        const client = cloud.client(apiVersion);
        const files = ['a.csv', 'b.csv', 'c.csv'].map((name) => ({ ...file, name }));
        const uploads = new DraftUploads();
        const upload = (given = files) => uploads.upload(client, given, { signal: never });
        const { faults, counts } = simulator;
        const made = () => counts.of(`POST /api/${apiVersion}/workspaces`);
        const puts = () => sent.filter(({ method }) => method === 'PUT').length;
        const breakSecond = () =>
          faults.add({
            route: 'PUT /presigned/*',
            skip: 1,
            times: 1,
            effect: { kind: 'text', status: 503 },
            preventsAction: true,
          });
        breakSecond();
        await assert.rejects(upload());
        assert.deepEqual([made(), puts()], [1, 2]);
        const uploaded = await upload();
        assert.deepEqual([made(), puts()], [1, 4]);
        assert.deepEqual(
          uploaded.files.map(({ name }) => name),
          ['a.csv', 'b.csv', 'c.csv'],
        );
        assert.deepEqual(await upload(), uploaded, 'the start was refused, and is tried again');
        assert.deepEqual([made(), puts()], [1, 4]);
        const { missingFiles } = await client.startTask(
          { prompt: 'Read it', files: uploaded },
          never,
        );
        assert.equal(missingFiles, undefined);
        uploads.forget();
        breakSecond();
        await assert.rejects(upload());
        assert.equal(made(), 2);
        const [, second, third] = files;
        assert.ok(second && third);
        await upload([second, third]);
        assert.equal(made(), 3, 'the first file is not for this task');
        const changed = { ...second, bytes: bytes.slice().fill(65) };
        await upload([changed, third]);
        assert.equal(made(), 4, 'what lies there has changed since');
      });

    it('go to another workspace where the one of an earlier try is gone', async () => {
      const client = cloud.client('v4');
      const uploads = new DraftUploads();
      const [first, second] = [file, { ...file, name: 'second.csv' }];
      const { workspaceId } = await uploads.upload(client, [first], { signal: never });
      const url = `${simulator.url}/api/v4/workspaces/${workspaceId}`;
      const headers = { 'X-Browser-Use-API-Key': simulatorKey };
      assert.equal((await fetch(url, { method: 'DELETE', headers })).status, 204);
      const both = () => uploads.upload(client, [first, second], { signal: never });
      await assert.rejects(both(), { status: 404 });
      const again = await both();
      assert.notEqual(again.workspaceId, workspaceId);
      assert.equal(again.files.length, 2);
    });

    it('names those that v4 did not find', async () => {
      const client = cloud.client('v4');
      const { workspaceId, files } = await client.uploadFiles([file], { signal: never });
      const gone = { name: 'gone.csv', id: profileId };
      const request = { prompt: 'Read it', files: { workspaceId, files: [...files, gone] } };
      assert.deepEqual((await client.startTask(request, never)).missingFiles, ['gone.csv']);
    });
  });

  describe('of sessions', () => {
    it('goes on in a session of v2, v3 and v4', async () => {
      for (const apiVersion of ['v2', 'v3', 'v4'] as const) {
        const client = cloud.client(apiVersion);
        const { id, sessionId } = add(apiVersion, { keepAlive: true, lengthMs: 2_000 });
        simulator.clock.advance(10_000);
        const next = await client.startTask({ prompt: 'And back', sessionId }, never);
        assert.equal(next.sessionId, sessionId);
        assert.equal(next.id === id, apiVersion === 'v3');
        const { prompts } = await client.listNewestPrompts(sessionId, never);
        simulator.clock.advance(10_000);
        const later = await client.listNewestPrompts(sessionId, never);
        const all = [...prompts, ...later.prompts].map(({ prompt }) => prompt);
        assert.ok(all.includes('And back'), `${apiVersion}: ${all.join()}`);
      }
    });

    it('does not keep a session of v3 open that was not asked to stay', async () => {
      const { sessionId } = add('v3', { keepAlive: true, lengthMs: 2_000 });
      simulator.clock.advance(10_000);
      await cloud.client('v3').startTask({ prompt: 'And back', sessionId }, never);
      assert.deepEqual(changes()[0]?.body, { task: 'And back', sessionId });
    });

    it('keeps the country of a task of v2 that is given a profile', async () => {
      const client = cloud.client('v2');
      await client.startTask({ prompt: 'x', profileId }, never);
      assert.deepEqual(changes()[0]?.body, {
        task: 'x',
        sessionSettings: { profileId, proxyCountryCode: 'us' },
      });
      const { sessionId } = add('v2', { keepAlive: true });
      await assert.rejects(
        client.startTask({ prompt: 'x', profileId, sessionId }, never),
        isUnsent,
      );
    });

    it('says that a session is busy, and queues or interrupts in v4', async () => {
      const client = cloud.client('v4');
      const { id, sessionId } = add('v4');
      simulator.clock.advance(2_000);
      const busy = client.startTask({ prompt: 'And back', sessionId }, never);
      await assert.rejects(busy, { kind: 'refused', status: 409 });
      await client.queueFollowUp(sessionId, 'And back', 'wait', never);
      const { prompts } = await client.listNewestPrompts(sessionId, never);
      assert.ok(
        prompts.some(({ prompt, taskId }) => prompt === 'And back' && taskId === undefined),
      );
      assert.equal((await client.getStatus(id, never)).status, 'running');
      await client.queueFollowUp(sessionId, 'Stop that', 'interrupt', never);
      assert.equal((await client.getStatus(id, never)).status, 'stopped');
      simulator.account.maxQueuedMessages = 1;
      const full = client.queueFollowUp(sessionId, 'More', 'wait', never);
      await assert.rejects(full, { kind: 'noFreeSlot' });
      for (const other of ['v1', 'v2', 'v3'] as const)
        await assert.rejects(
          cloud.client(other).queueFollowUp(sessionId, 'x', 'wait', never),
          isUnsent,
        );
    });

    it('takes v4’s own 502 for a refusal, and a gateway’s for a lost answer', async () => {
      const client = cloud.client('v4');
      const { id, sessionId } = add('v4');
      const route = '* /api/v4/*';
      const body = { detail: 'Control plane unreachable' };
      const fault = { route, preventsAction: true, times: 1 };
      simulator.faults.add({ ...fault, effect: { kind: 'answer', status: 502, body } });
      await assert.rejects(client.stopTask(id, 'task', never), { kind: 'refused', status: 502 });
      simulator.faults.add({ ...fault, effect: { kind: 'answer', status: 502, body } });
      await assert.rejects(client.deleteSession(sessionId, never), { kind: 'refused' });
      simulator.faults.add({ ...fault, effect: { kind: 'html', status: 502 } });
      await assert.rejects(client.stopTask(id, 'task', never), { kind: 'server', status: 502 });
    });

    it('finds open sessions of v3 among hundreds that have ended, in few requests', async () => {
      const client = cloud.client('v3');
      for (let index = 0; index < 450; index++) add('v3', { lengthMs: 1_000 });
      simulator.clock.advance(6 * 60 * 60_000);
      for (let index = 0; index < 3; index++) add('v3', { keepAlive: true });
      simulator.clock.advance(1_000);
      simulator.counts.reset();
      const { open, isPart } = await client.listOpenSessions(never);
      assert.equal(open.length, 3);
      assert.equal(isPart, false);
      assert.ok(simulator.counts.total <= 2, String(simulator.counts.total));
    });

    it('lists what is open in the background', async () => {
      const isBackground: (boolean | undefined)[] = [];
      const rateLimiter = {
        take: (_signal: AbortSignal, each?: boolean) =>
          Promise.resolve(void isBackground.push(each)),
        noteRateLimit() {},
        noteAllowance() {},
      };
      const limited = createCloud({ baseUrl: simulator.url, key: simulatorKey, rateLimiter });
      for (const version of ['v4', 'v3', 'v2'] as const)
        await limited.client(version).listOpenSessions(never);
      assert.deepEqual(isBackground, [true, true, true]);
    });

    it('says so where more sessions of v3 are young than it reads', async () => {
      const client = cloud.client('v3');
      add('v3', { keepAlive: true, lengthMs: 1_000 });
      simulator.clock.advance(10_000);
      for (let index = 0; index < 1000; index++) add('v3', { lengthMs: 1_000 });
      simulator.clock.advance(60_000);
      simulator.counts.reset();
      assert.deepEqual(await client.listOpenSessions(never), { open: [], isPart: true });
      assert.equal(simulator.counts.total, 10);
      simulator.clock.advance(6 * 60 * 60_000);
      assert.equal((await client.listOpenSessions(never)).isPart, false);
    });
  });
});

function isUnsent(error: unknown): boolean {
  return isCloudError(error) && error.kind === 'invalidRequest' && error.isUnsent;
}
