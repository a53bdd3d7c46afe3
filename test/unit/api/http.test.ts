import assert from 'node:assert/strict';
import { createCloud } from '../../../src/api/index';
import type { CloudErrorKind } from '../../../src/core/cloud/errors';
import { RateLimiter } from '../../../src/core/polling/rateLimiter';
import { TokenBucket } from '../../../src/core/polling/tokenBucket';
import { FakeClock, settle } from '../../fakes/fakeClock';
import { canaryKey, failureOf, rejectionOf } from './canary';
import { localServers } from './localServer';
import { answerWith, clientOf } from './clientUnderTest';
import { firstPage } from '../../fakes/clientPages';
import { never } from '../../fakes/never';

describe('a request to the cloud', () => {
  const serve = localServers();

  it('carries the key in the header of its API version, and in nothing else', async () => {
    const server = await serve(answerWith(200, '"running"'));
    const cloud = createCloud({ baseUrl: server.url, key: ` ${canaryKey}\n` });
    await cloud.client('v1').getStatus('1', never);
    await failureOf(cloud.client('v2').getStatus('2', never));
    const [v1, v2] = server.requests;
    assert.equal(v1?.url, '/api/v1/task/1/status');
    assert.equal(v1.headers.authorization, `Bearer ${canaryKey}`);
    assert.equal(v1.headers['x-browser-use-api-key'], undefined);
    assert.equal(v2?.url, '/api/v2/tasks/2/status');
    assert.equal(v2.headers['x-browser-use-api-key'], canaryKey);
    assert.equal(v2.headers.authorization, undefined);
    assert.equal(v2.headers.cookie, undefined);
  });

  it('is understood where Python has written NaN, and keeps the digits of what is JSON', async () => {
    const paused = '{"id":12345678901234567890,"price":1.10}';
    const step = `{"number":1,"duration":NaN,"actions":[${paused}]}`;
    const body = `{"status":"finished","isSuccess":true,"cost":1E-7,"task":"NaN","output":${paused},"judgement":${paused},
      "metadata":{"score":Infinity,"price":1.10},"steps":[${step}],"judgeVerdict":NaN}`;
    const server = await serve(answerWith(200, body));
    const task = await clientOf(server.url).getTask('1', never);
    assert.deepEqual(
      [task.prompt, task.isSuccess, task.judgeVerdict, task.cost],
      ['NaN', true, undefined, '0.0000001'],
    );
    assert.deepEqual([task.output, task.judgement], [paused, paused]);
    assert.equal(task.metadata, '{"price":1.10}');
    assert.deepEqual(task.steps[0]?.actions, [paused]);
    assert.equal(task.steps[0]?.durationSeconds, undefined);
  });

  it('tells when it was answered by the clock of the server, or else by the local one', async () => {
    const idleAtMs = Date.now() - 3_600_000;
    const updatedAt = new Date(idleAtMs).toISOString();
    const body = JSON.stringify({ status: 'idle', stepCount: 1, updatedAt, output: null });
    const statusAt = async (date: string): Promise<string> => {
      const server = await serve(answerWith(200, body, { date }));
      const cloud = createCloud({ baseUrl: server.url, key: canaryKey });
      return (await cloud.client('v3').getStatus('1', never)).status;
    };
    assert.equal(await statusAt(new Date(idleAtMs + 60_000).toUTCString()), 'running');
    for (const unreadable of ['', 'soon', '0', '5', 'never 5'])
      assert.equal(await statusAt(unreadable), 'stopped');
  });

  it('keeps the path prefix of the base URL', async () => {
    const server = await serve(answerWith(200, '{"status":"started"}'));
    await clientOf(`${server.url}/some/prefix/`).getStatus('1', never);
    assert.equal(server.requests[0]?.url, '/some/prefix/api/v2/tasks/1/status');
  });

  it('keeps a strange ID in its place in the path', async () => {
    const server = await serve(answerWith(200, '{"status":"started"}'));
    const ids = ['a/../../b', '//evil.example', 'https://evil.example/', '?x=1#y', '%2e%2e', 'ä b'];
    for (const id of ids) {
      await clientOf(server.url).getStatus(id, never);
      const sent = server.requests.at(-1)?.url ?? '';
      assert.equal(sent, `/api/v2/tasks/${encodeURIComponent(id)}/status`);
    }
  });

  it('takes a turn, whichever call sends it', async () => {
    const id = 'a';
    const server = await serve((request, response) => {
      const task = {
        id,
        status: 'started',
        sessionId: 's',
        tasks: [],
        live_url: 'https://a.example',
      };
      const status = request.url?.endsWith('/status') === true && !request.url.includes('v2');
      const list = { items: [], totalItems: 0, total_count: 0, downloadUrl: 'https://a.example' };
      const more = {
        download_url: 'https://a.example',
        recordings: [],
        screenshots: [],
        name: 'x',
      };
      const body = request.url?.endsWith('/me') ? true : { ...task, ...list, ...more, balance: 1 };
      answerWith(200, JSON.stringify(status ? 'running' : body))(request, response);
    });
    const clock = new FakeClock();
    const bucket = new TokenBucket({ clock, perSecond: 1, burst: 100 });
    const rateLimiter = new RateLimiter({ clock, bucket });
    const cloud = createCloud({ baseUrl: server.url, key: canaryKey, rateLimiter });
    const file = { id: 'f', name: 'f' };
    for (const apiVersion of ['v1', 'v2'] as const) {
      const client = cloud.client(apiVersion);
      await client.getStatus(id, never);
      await client.getTask(id, never);
      await client.getDetails(id, never);
      await firstPage(client, {}, never);
      await client.getFileUrl(id, file, never);
      await client.getLogUrl(id, never);
      await client.getAccount(never);
    }
    await cloud.client('v2').findSessionTasks('s', never);
    assert.equal(server.requests.length, 18);
    assert.equal(100 - bucket.available(), server.requests.length);
  });

  it('waits for its turn, and is not sent once it is aborted', async () => {
    const server = await serve(answerWith(200, '{"status":"started"}'));
    const clock = new FakeClock();
    const rateLimiter = new RateLimiter({
      clock,
      bucket: new TokenBucket({ clock, perSecond: 2, burst: 1 }),
    });
    const client = createCloud({ baseUrl: server.url, key: canaryKey, rateLimiter }).client('v2');
    await client.getStatus('1', never);
    const second = client.getStatus('2', never);
    const abort = new AbortController();
    const third = client.getStatus('3', abort.signal);
    await settle();
    assert.equal(server.requests.length, 1);
    abort.abort();
    assert.equal((await rejectionOf(third)).name, 'AbortError');
    await clock.advance(500);
    await second;
    assert.equal(server.requests.length, 2);
  });

  it('that changes something waits for its turn, and once it has left goes on to its end', async () => {
    let answer = (): void => undefined;
    const server = await serve((_request, response) => {
      answer = () => void response.writeHead(204).end();
    });
    const clock = new FakeClock();
    const bucket = new TokenBucket({ clock, perSecond: 2, burst: 1 });
    const rateLimiter = new RateLimiter({ clock, bucket });
    const client = createCloud({ baseUrl: server.url, key: canaryKey, rateLimiter }).client('v2');
    const abort = new AbortController();
    const left = client.unshareSession('1', abort.signal);
    const waiting = client.unshareSession('2', abort.signal);
    await server.firstRequested;
    abort.abort();
    assert.equal((await rejectionOf(waiting)).name, 'AbortError');
    answer();
    await left;
    assert.equal(server.requests.length, 1);
  });

  it('that changes something is sent once, whatever comes back', async () => {
    for (const listener of [answerWith(503, '{"detail":"later"}'), answerWith(200, '<html>')]) {
      const server = await serve(listener);
      await failureOf(clientOf(server.url).shareSession('1', never));
      assert.equal(server.requests.length, 1);
    }
  });

  it('is not sent by anybody before a rate limit that any other met has passed', async () => {
    const server = await serve(answerWith(429, '{}', { 'retry-after': '5' }));
    const clock = new FakeClock();
    const rateLimiter = new RateLimiter({
      clock,
      bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
    });
    const cloud = createCloud({ baseUrl: server.url, key: canaryKey, rateLimiter });
    assert.equal((await failureOf(cloud.client('v2').getDetails('1', never))).kind, 'rateLimited');
    await clock.advance(1000);
    const refused = await failureOf(cloud.client('v1').getStatus('2', never));
    assert.equal(refused.kind, 'rateLimited');
    assert.equal(refused.retryAfterMs, 4000);
    assert.equal(server.requests.length, 1);
    await clock.advance(4000);
    await failureOf(cloud.client('v1').getStatus('2', never));
    assert.equal(server.requests.length, 2);
  });

  it('is not sent for what can be no ID', async () => {
    const server = await serve(answerWith(200, '{"status":"started"}'));
    for (const id of ['', '.', '..', '\ud800', 'x'.repeat(1_001)]) {
      assert.equal(
        (await failureOf(clientOf(server.url).getStatus(id, never))).kind,
        'invalidRequest',
      );
    }
    assert.equal(server.requests.length, 0);
  });

  it('is not sent without a key, or with one that no header can carry', async () => {
    const server = await serve(answerWith(200, '{"status":"started"}'));
    const kindWith = async (key: string): Promise<CloudErrorKind> => {
      const client = createCloud({ baseUrl: server.url, key }).client('v2');
      return (await failureOf(client.getStatus('1', never))).kind;
    };
    assert.equal(await kindWith(''), 'noKey');
    assert.equal(await kindWith(' \n'), 'noKey');
    assert.equal(await kindWith(`${canaryKey}\r\nX-Evil: 1`), 'auth');
    assert.equal(await kindWith(`${canaryKey}ключ`), 'auth');
    assert.equal(server.requests.length, 0);
  });

  it('goes through the fetch of the moment, which in VS Code knows the proxy', async () => {
    const server = await serve(answerWith(200, '{"status":"started"}'));
    const client = clientOf(server.url);
    const original = globalThis.fetch;
    const sent: Request[] = [];
    globalThis.fetch = async (input, init) => {
      sent.push(new Request(input, init));
      return original(input, init);
    };
    try {
      await client.getStatus('1', never);
    } finally {
      globalThis.fetch = original;
    }
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.redirect, 'error');
    assert.equal(sent[0].credentials, 'omit');
    assert.equal(sent[0].cache, 'no-store');
  });

  it('shows the key in none of the objects that speak for it', () => {
    const cloud = createCloud({ baseUrl: 'https://127.0.0.1', key: canaryKey });
    for (const value of [cloud, cloud.client('v1'), cloud.client('v2')]) {
      assert.doesNotMatch(JSON.stringify(value) + Object.values(value).join(), /bu_canary/);
    }
  });

  it('is never redirected: the other host sees nothing', async () => {
    const other = await serve(answerWith(200, '{"status":"finished"}'));
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve(answerWith(status, '', { location: `${other.url}/` }));
      assert.equal((await failureOf(clientOf(server.url).getStatus('1', never))).kind, 'redirect');
      assert.equal(server.requests.length, 1);
    }
    assert.equal(other.requests.length, 0);
  });

  it('is not redirected within its own host either', async () => {
    const server = await serve(answerWith(302, '', { location: '/login' }));
    assert.equal((await failureOf(clientOf(server.url).getStatus('1', never))).kind, 'redirect');
    assert.equal(server.requests.length, 1);
  });
});
