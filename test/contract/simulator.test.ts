import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { requestSimulator, v1Key, v2Key } from './requestSimulator';
import type { Answer, Poll } from './requestSimulator';
import { runningClock, virtualClock } from '../simulator/clock';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import type { Simulator } from '../simulator/startSimulator';

const nobody = '00000000-0000-4000-8000-000000000000';

describe('simulator', function () {
  // Generous, for a busy machine; the whole suite takes a second.
  this.timeout(20_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock() });
  });

  afterEach(async () => {
    await simulator.close();
  });

  const poll = (path: string, options?: Poll): Promise<Answer> =>
    requestSimulator(simulator, path, options);
  const asV1 = (path: string): Promise<Answer> => poll(`/api/v1${path}`, { headers: v1Key });

  describe('keys', () => {
    it('asks v2’s clients for a header, and refuses a key that it does not know', async () => {
      const without = await poll('/api/v2/tasks', { headers: {} });
      assert.equal(without.status, 401);
      assert.deepEqual(without.json, { detail: 'X-Browser-Use-API-Key header is required' });
      const bearer = await poll('/api/v2/tasks', { headers: v1Key });
      assert.equal(bearer.status, 401);
      const wrong = await poll('/api/v2/tasks', { headers: { 'X-Browser-Use-API-Key': 'bu_no' } });
      assert.equal(wrong.status, 401);
      assert.deepEqual(wrong.json, { detail: 'Invalid API key' });
      assert.equal((await poll('/api/v2/tasks')).status, 200);
    });

    it('asks v1’s clients for a bearer token, but not for a ping', async () => {
      assert.equal((await poll('/api/v1/me', { headers: {} })).status, 401);
      assert.equal((await poll('/api/v1/me', { headers: v2Key })).status, 401);
      const wrong = await poll('/api/v1/me', { headers: { Authorization: 'Bearer bu_no' } });
      assert.equal(wrong.status, 401);
      assert.equal((await asV1('/me')).text, 'true');
      assert.equal((await poll('/api/v1/ping', { headers: {} })).status, 200);
    });

    it('answers 401 from the moment a key is revoked, before it checks anything else', async () => {
      simulator.keys.delete(simulatorKey);
      assert.equal((await poll('/api/v2/tasks/nonsense')).status, 401);
    });
  });

  describe('unknown paths', () => {
    it('answers 404 Not Found to routes and API versions that are not served, key or no key', async () => {
      for (const path of ['/', '/api/v2/nothing', '/api/v5/sessions', '/api/v2/tasks/']) {
        const answer = await poll(path, { headers: {} });
        assert.equal(answer.status, 404, path);
        assert.deepEqual(answer.json, { detail: 'Not Found' });
      }
      simulator.apiVersions.delete('v1');
      assert.deepEqual((await asV1('/me')).json, { detail: 'Not Found' });
      assert.equal((await poll('/api/v2/tasks')).status, 200);
    });

    it('answers 405 with the allowed methods to a wrong one', async () => {
      const answer = await poll('/api/v2/tasks', { method: 'DELETE' });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('allow'), 'POST, GET');
    });
  });

  describe('a task of v2', () => {
    it('goes from created over started to finished as the clock advances', async () => {
      const { id } = simulator.addTask({
        prompt: 'Go',
        startsAfterMs: 1_000,
        steps: 2,
        lengthMs: 10_000,
        output: 'Gone',
        cost: '0.50',
      });
      const status = async (): Promise<unknown> =>
        (await poll(`/api/v2/tasks/${id}/status`)).json['status'];
      const steps = async (): Promise<number> =>
        ((await poll(`/api/v2/tasks/${id}`)).json['steps'] as unknown[]).length;
      assert.equal(await status(), 'created');
      simulator.clock.advance(1_000);
      assert.equal(await status(), 'started');
      assert.equal(await steps(), 0);
      simulator.clock.advance(5_000);
      assert.equal(await steps(), 1);
      const half = await poll(`/api/v2/tasks/${id}/status`);
      assert.deepEqual(
        [half.json['output'], half.json['isSuccess'], half.json['cost']],
        [null, null, '0.25'],
      );
      simulator.clock.advance(5_000);
      const done = await poll(`/api/v2/tasks/${id}/status`);
      assert.deepEqual(done.json, {
        id,
        status: 'finished',
        output: 'Gone',
        finishedAt: '2026-01-13T12:00:11.123037',
        isSuccess: true,
        cost: '0.50',
      });
    });

    it('has a live URL while its session is active, and a recording after that', async () => {
      const { sessionId } = simulator.addTask({ prompt: 'Live', lengthMs: 5_000 });
      const live = (await poll(`/api/v2/sessions/${sessionId}`)).json;
      assert.equal(live['status'], 'active');
      assert.match(String(live['liveUrl']), /^http:\/\/127\.0\.0\.1:\d+\/live\//);
      assert.equal((await poll(String(live['liveUrl']), { headers: {} })).status, 200);
      assert.equal(live['recordingUrl'], null);
      simulator.clock.advance(5_000);
      const ended = (await poll(`/api/v2/sessions/${sessionId}`)).json;
      assert.equal(ended['status'], 'stopped');
      assert.equal(ended['liveUrl'], null);
      const recording = await poll(String(ended['recordingUrl']), { headers: {} });
      assert.equal(recording.headers.get('content-type'), 'image/png');
    });

    it('stays stopped once it is stopped, without an output', async () => {
      const { id } = simulator.addTask({ prompt: 'Stop me', lengthMs: 10_000, steps: 5 });
      simulator.clock.advance(4_000);
      const stop = { method: 'PATCH', body: { action: 'stop' } };
      const stopped = (await poll(`/api/v2/tasks/${id}`, stop)).json;
      assert.equal(stopped['status'], 'stopped');
      assert.equal((stopped['steps'] as unknown[]).length, 2);
      simulator.clock.advance(100_000);
      const later = (await poll(`/api/v2/tasks/${id}`, stop)).json;
      assert.equal(later['status'], 'stopped');
      assert.equal(later['finishedAt'], stopped['finishedAt']);
      assert.equal(later['output'], null);
    });

    it('gives statuses that nobody knows, and the old status paused', async () => {
      const odd = simulator.addTask({ prompt: 'Odd', end: 'never', rawStatus: 'dreaming' });
      const old = simulator.addTask({ prompt: 'Old', pauses: [{ afterMs: 0 }] });
      simulator.clock.advance(1_000_000);
      assert.equal((await poll(`/api/v2/tasks/${odd.id}/status`)).json['status'], 'dreaming');
      assert.equal((await poll(`/api/v2/tasks/${old.id}/status`)).json['status'], 'paused');
    });

    it('is found by its ID in any spelling of a UUID, and only in its own API version', async () => {
      const { id } = simulator.addTask({ prompt: 'Find me' });
      assert.equal((await poll(`/api/v2/tasks/${id.toUpperCase()}`)).json['id'], id);
      assert.equal((await poll(`/api/v2/tasks/${id.replaceAll('-', '')}`)).json['id'], id);
      assert.deepEqual((await asV1(`/task/${id}`)).json, { detail: 'Task not found' });
      assert.deepEqual((await poll(`/api/v2/tasks/${nobody}`)).json, { detail: 'Task not found' });
    });

    it('answers 422 with place, message and type to what makes no sense', async () => {
      assert.deepEqual((await poll('/api/v2/tasks/task_123')).json, {
        detail: [
          {
            loc: ['path', 'task_id'],
            msg: 'Input should be a valid UUID, invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `t` at 1',
            type: 'uuid_parsing',
          },
        ],
      });
      assert.deepEqual((await poll('/api/v2/tasks?pageSize=101')).json, {
        detail: [
          {
            loc: ['query', 'pageSize'],
            msg: 'Input should be less than or equal to 100',
            type: 'less_than_equal',
          },
        ],
      });
    });
  });

  describe('the list of v2', () => {
    const ids = (answer: Answer): unknown[] =>
      (answer.json['items'] as { id: string }[]).map((item) => item.id);

    it('pages from the newest to the oldest', async () => {
      const added: string[] = [];
      for (let number = 0; number < 5; number++) {
        added.unshift(simulator.addTask({ prompt: `Task ${number}` }).id);
        simulator.clock.advance(1_000);
      }
      const page = await poll('/api/v2/tasks?pageSize=2&pageNumber=2');
      assert.deepEqual(ids(page), added.slice(2, 4));
      assert.equal(page.json['totalItems'], 5);
      assert.deepEqual(ids(await poll('/api/v2/tasks?pageSize=2&pageNumber=4')), []);
    });

    it('filters by status, session and time of creation', async () => {
      const first = simulator.addTask({ prompt: 'First', lengthMs: 1_000 });
      simulator.clock.advance(60_000);
      const second = simulator.addTask({ prompt: 'Second', end: 'never' });
      assert.deepEqual(ids(await poll('/api/v2/tasks?filterBy=finished')), [first.id]);
      assert.deepEqual(ids(await poll('/api/v2/tasks?filterBy=started')), [second.id]);
      const bySession = await poll(`/api/v2/tasks?sessionId=${second.sessionId}`);
      assert.deepEqual(ids(bySession), [second.id]);
      for (const moment of ['2026-01-13T12:00:30', '2026-01-13T13:00:30%2B01:00']) {
        assert.deepEqual(ids(await poll(`/api/v2/tasks?after=${moment}`)), [second.id], moment);
        assert.deepEqual(ids(await poll(`/api/v2/tasks?before=${moment}`)), [first.id], moment);
      }
    });

    it('leaves out a task that is scripted to be unlisted, which can be asked for all the same', async () => {
      const { id } = simulator.addTask({ prompt: 'Hidden', isUnlisted: true });
      assert.equal((await poll('/api/v2/tasks')).json['totalItems'], 0);
      assert.equal((await poll(`/api/v2/tasks/${id}/status`)).status, 200);
    });

    it('holds everything of a task but steps and files', async () => {
      const { id } = simulator.addTask({ prompt: 'Item' });
      const list = await poll('/api/v2/tasks');
      const { steps, outputFiles, ...rest } = (await poll(`/api/v2/tasks/${id}`)).json;
      assert.deepEqual(list.json['items'], [rest]);
      assert.ok(steps && outputFiles);
    });
  });

  describe('presigned links', () => {
    async function screenshotUrl(): Promise<string> {
      const { id } = simulator.addTask({ prompt: 'Picture', lengthMs: 6_000 });
      simulator.clock.advance(6_000);
      const { steps } = (await poll(`/api/v2/tasks/${id}`)).json;
      return (steps as { screenshotUrl: string }[])[1]?.screenshotUrl ?? '';
    }

    it('lead to a real PNG, without a key', async () => {
      const response = await fetch(await screenshotUrl());
      assert.equal(response.headers.get('content-type'), 'image/png');
      const png = Buffer.from(await response.arrayBuffer());
      assert.equal(png.subarray(1, 4).toString(), 'PNG');
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [640, 400]);
      const data = png.indexOf('IDAT');
      const rows = inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
      assert.equal(rows.length, 641 * 400);
      assert.ok(new Set(rows).size > 8, 'draws with many colours');
    });

    it('expire by the simulator’s clock', async () => {
      const url = await screenshotUrl();
      simulator.clock.advance(299_000);
      assert.equal((await poll(url, { headers: {} })).status, 200);
      simulator.clock.advance(1_000);
      const features = await poll(url, { headers: {} });
      assert.equal(features.status, 403);
      assert.equal(features.headers.get('content-type'), 'application/xml');
      assert.match(features.text, /<Code>AccessDenied<\/Code><Message>Request has expired/);
    });

    it('refuse a link that was changed, has no signature, or comes with a bearer token', async () => {
      const url = await screenshotUrl();
      const longer = url.replace('X-Amz-Expires=300', 'X-Amz-Expires=9000');
      assert.match((await poll(longer, { headers: {} })).text, /SignatureDoesNotMatch/);
      const other = url.replace('/steps/2/', '/steps/1/');
      assert.equal((await poll(other, { headers: {} })).status, 403);
      assert.equal((await poll(url.split('?')[0] ?? '', { headers: {} })).status, 403);
      assert.equal((await poll(url, { headers: v1Key })).status, 400);
    });
  });

  describe('the account', () => {
    it('has room for so many sessions, and for none without credits', async () => {
      simulator.account.maxConcurrentSessions = 1;
      const create = { method: 'POST', body: { task: 'One' } };
      assert.equal((await poll('/api/v2/tasks', create)).status, 202);
      const second = await poll('/api/v2/tasks', create);
      assert.equal(second.status, 429);
      assert.match(String(second.json['detail']), /^Too many concurrent active sessions/);
      simulator.clock.advance(60_000);
      assert.equal((await poll('/api/v2/tasks', create)).status, 202);
      simulator.account.monthlyCreditsUsd = 0;
      simulator.account.additionalCreditsUsd = 0;
      assert.equal((await poll('/api/v1/run-task', { ...create, headers: v1Key })).status, 402);
    });
  });

  describe('the clock', () => {
    it('may jump back: a task is then as it was', async () => {
      const { id } = simulator.addTask({ prompt: 'Back', lengthMs: 1_000 });
      simulator.clock.advance(3_600_000);
      assert.equal((await poll(`/api/v2/tasks/${id}/status`)).json['status'], 'finished');
      simulator.clock.advance(-3_600_000);
      assert.equal((await poll(`/api/v2/tasks/${id}/status`)).json['status'], 'started');
    });

    it('runs by itself where it is a running one, and can jump too', () => {
      const clock = runningClock({ speed: 0 });
      const startMs = clock.now();
      clock.advance(5_000);
      assert.equal(clock.now(), startMs + 5_000);
    });
  });

  it('refuses a second task with the same ID', () => {
    simulator.addTask({ prompt: 'One', id: nobody });
    assert.throws(() => simulator.addTask({ prompt: 'Two', id: nobody }), /already/);
  });

  it('ends connections that wait for an answer when it closes, and closes twice without harm', async () => {
    simulator.faults.add({ route: '*', effect: { kind: 'silence' } });
    const waiting = assert.rejects(fetch(`${simulator.url}/api/v2/tasks`));
    while (simulator.counts.concurrent === 0) await new Promise((resolve) => setImmediate(resolve));
    await simulator.close();
    await waiting;
    await simulator.close();
  });
});
