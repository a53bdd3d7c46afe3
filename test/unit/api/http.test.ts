import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { createCloud } from '../../../src/api/index';
import { defaultLimits, type Limits } from '../../../src/api/http';
import type { CloudErrorKind } from '../../../src/core/errors';
import { RequestTurns } from '../../../src/core/requestTurns';
import type { TaskClient } from '../../../src/core/taskClient';
import { TokenBucket } from '../../../src/core/tokenBucket';
import { FakeClock, settle } from '../../fakes/fakeClock';
import { canaryKey, failureOf, rejectionOf } from './canary';
import { localServers } from './localServer';

const never = new AbortController().signal;

function clientOf(url: string, limits: Partial<Limits> = {}): TaskClient {
  return createCloud({ baseUrl: url, key: canaryKey }, { ...defaultLimits, ...limits }).client(
    'v2',
  );
}

function answerWith(status: number, body: string, headers: Record<string, string> = {}) {
  return (_request: unknown, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

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
      const asked = server.requests.at(-1)?.url ?? '';
      assert.equal(asked, `/api/v2/tasks/${encodeURIComponent(id)}/status`);
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
    const turns = new RequestTurns({ clock, bucket });
    const cloud = createCloud({ baseUrl: server.url, key: canaryKey, turns });
    const file = { id: 'f', name: 'f' };
    for (const apiVersion of ['v1', 'v2'] as const) {
      const client = cloud.client(apiVersion);
      await client.getStatus(id, never);
      await client.getTask(id, never);
      await client.getDetails(id, never);
      await client.listTasks({ page: 1 }, never);
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
    const turns = new RequestTurns({
      clock,
      bucket: new TokenBucket({ clock, perSecond: 2, burst: 1 }),
    });
    const client = createCloud({ baseUrl: server.url, key: canaryKey, turns }).client('v2');
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

  it('is not sent by anybody before a rate limit that any other met has passed', async () => {
    const server = await serve(answerWith(429, '{}', { 'retry-after': '5' }));
    const clock = new FakeClock();
    const turns = new RequestTurns({
      clock,
      bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
    });
    const cloud = createCloud({ baseUrl: server.url, key: canaryKey, turns });
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
    const asked: Request[] = [];
    globalThis.fetch = async (input, init) => {
      asked.push(new Request(input, init));
      return original(input, init);
    };
    try {
      await client.getStatus('1', never);
    } finally {
      globalThis.fetch = original;
    }
    assert.equal(asked.length, 1);
    assert.equal(asked[0]?.redirect, 'error');
    assert.equal(asked[0].credentials, 'omit');
    assert.equal(asked[0].cache, 'no-store');
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

describe('an answer that breaks', () => {
  const serve = localServers();

  const brokenAnswers: readonly [string, CloudErrorKind, RequestListener][] = [
    ['a connection that is reset', 'network', (request) => request.socket.destroy()],
    [
      'a body that breaks off',
      'network',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"status":');
        setImmediate(() => request.socket.destroy());
      },
    ],
    ['something that is not HTTP', 'network', (request) => request.socket.end('SSH-2.0-x\r\n\r\n')],
    ['HTML with status 200', 'badAnswer', answerWith(200, '<!doctype html><p>Hello')],
    ['no body', 'badAnswer', answerWith(200, '')],
    ['status 204', 'badAnswer', (_request, response) => response.writeHead(204).end()],
    ['truncated JSON', 'badAnswer', answerWith(200, '{"status":"finis')],
    ['broken gzip', 'badAnswer', answerWith(200, 'not gzip', { 'content-encoding': 'gzip' })],
    ['deep JSON', 'badAnswer', answerWith(200, `{"status":"x","a":${'['.repeat(100_000)}`)],
    ['a list with too many entries', 'badAnswer', answerWith(200, `[${'0,'.repeat(50_000)}0]`)],
    ['JSON of another shape', 'badAnswer', answerWith(200, '["finished"]')],
    ['a status that is null', 'badAnswer', answerWith(200, '{"status":null}')],
    ['a status that is empty', 'badAnswer', answerWith(200, '{"status":""}')],
    ['a status that is a number', 'badAnswer', answerWith(200, '{"status":3}')],
    ['a status that is a novel', 'badAnswer', answerWith(200, `{"status":"${'x'.repeat(101)}"}`)],
    ['another task', 'badAnswer', answerWith(200, '{"id":"2","status":"finished"}')],
    ['a key that is echoed', 'badAnswer', answerWith(200, `{"${canaryKey}":"${canaryKey}"}`)],
  ];
  for (const [name, kind, listener] of brokenAnswers) {
    it(`is of kind ${kind} for ${name}`, async () => {
      const server = await serve(listener);
      const error = await failureOf(clientOf(server.url).getStatus('1', never));
      assert.equal(error.kind, kind, error.message);
      assert.match(error.message, /^GET \/api\/v2\/tasks\/1\/status: /);
    });
  }

  it('is of kind network, with its code, where nobody listens', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const error = await failureOf(clientOf(`http://127.0.0.1:${port}`).getStatus('1', never));
    assert.equal(error.kind, 'network');
    assert.match(error.message, /\(ECONNREFUSED\)$/);
  });

  it('is of kind tooLarge for 200 MB in 199 KB of gzip, and frees the connection', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
    assert.ok(bomb.byteLength < 210_000);
    const server = await serve((_request, response) => {
      // Held open: only the client can end this.
      response.writeHead(200, { 'content-encoding': 'gzip' }).write(bomb);
    });
    const error = await failureOf(clientOf(server.url).getStatus('1', never));
    assert.equal(error.kind, 'tooLarge');
    await server.firstClosed;
  }).timeout(10_000);

  it('is of kind tooLarge for an endless body, whatever its length is said to be', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    const error = await failureOf(clientOf(server.url).getStatus('1', never));
    assert.equal(error.kind, 'tooLarge');
    await server.firstClosed;
  });

  it('frees the connection of a refusal that never ends, whose status says enough', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(500);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    const error = await failureOf(clientOf(server.url).getStatus('1', never));
    assert.deepEqual([error.kind, error.status], ['server', 500]);
    await server.firstClosed;
  });

  it('frees the connection also where memory was tidied up in mid-answer', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let pour = (): void => undefined;
    const server = await serve((_request, response) => {
      response.writeHead(200).write('x');
      pour = () => response.write('x'.repeat(9 * 1024 * 1024));
    });
    const failure = failureOf(clientOf(server.url).getStatus('1', never));
    await server.firstAsked;
    // Until the client has the headers and reads the body.
    await new Promise((resolve) => setTimeout(resolve, 30));
    for (let round = 0; round < 4; round++) collect();
    await new Promise((resolve) => setImmediate(resolve));
    pour();
    assert.equal((await failure).kind, 'tooLarge');
    await server.firstClosed;
  });

  it('may be as large as the cap, and larger for all details', async () => {
    const body = JSON.stringify({ status: 'finished', output: 'x'.repeat(100) });
    const server = await serve(answerWith(200, body));
    const at = clientOf(server.url, { maxBytes: body.length });
    assert.equal((await at.getStatus('1', never)).status, 'finished');
    const below = clientOf(server.url, { maxBytes: body.length - 1 });
    assert.equal((await failureOf(below.getStatus('1', never))).kind, 'tooLarge');
    assert.equal((await failureOf(below.getTask('1', never))).kind, 'tooLarge');
    assert.equal((await below.getDetails('1', never)).status, 'finished');
  });

  const slowAnswers: readonly [string, RequestListener][] = [
    ['headers never come', () => undefined],
    ['the body stalls', (_request, response) => response.writeHead(200).write('{')],
    ['the body of a refusal stalls', (_request, response) => response.writeHead(500).write('{')],
    [
      'the body drips',
      (_request, response) => {
        response.writeHead(200);
        const drip = (): void => {
          if (!response.destroyed) response.write(' ', () => setTimeout(drip, 5));
        };
        drip();
      },
    ],
  ];
  for (const [name, listener] of slowAnswers) {
    it(`is of kind timeout when ${name}, and frees the connection`, async () => {
      const server = await serve(listener);
      const client = clientOf(server.url, { deadlineMs: 40 });
      assert.equal((await failureOf(client.getStatus('1', never))).kind, 'timeout');
      await server.firstClosed;
    });

    it(`ends at once on the caller's abort when ${name}`, async () => {
      const server = await serve(listener);
      const controller = new AbortController();
      const call = rejectionOf(clientOf(server.url).getStatus('1', controller.signal));
      await server.firstAsked;
      controller.abort();
      assert.equal((await call).name, 'AbortError');
      await server.firstClosed;
    });
  }

  it('does not come at all to a call that was aborted before', async () => {
    const server = await serve(answerWith(200, '{"status":"finished"}'));
    const call = clientOf(server.url).getStatus('1', AbortSignal.abort());
    assert.equal((await rejectionOf(call)).name, 'AbortError');
    assert.equal(server.requests.length, 0);
  });

  it('leaves no listener on the caller’s signal, however the call ends', async () => {
    const { signal } = new AbortController();
    const listeners: readonly RequestListener[] = [
      answerWith(200, '{"status":"finished"}'),
      answerWith(500, ''),
      answerWith(302, '', { location: '/' }),
      (request) => request.socket.destroy(),
      () => undefined,
    ];
    for (const listener of listeners) {
      const server = await serve(listener);
      const call = clientOf(server.url, { deadlineMs: 40 }).getStatus('1', signal);
      await call.catch(() => undefined);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  });
});

describe('an answer that says no', () => {
  const serve = localServers();

  it('shows no key that the server echoes, plain or encoded', async () => {
    const key = `${canaryKey}/+=`;
    const echo = `Unknown key ${key}, ${encodeURIComponent(key)}, ${key.replace('_', '_\u200b')}`;
    const server = await serve(answerWith(401, JSON.stringify({ detail: echo })));
    const client = createCloud({ baseUrl: server.url, key }).client('v2');
    const error = await failureOf(client.getStatus(key, never));
    assert.equal(error.kind, 'auth');
    assert.match(error.message, /401 Unknown key \[key\]/);
  });

  it('keeps its kind when its body is endless or breaks off', async () => {
    const endless = await serve((_request, response) => {
      response.writeHead(503);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    assert.equal((await failureOf(clientOf(endless.url).getStatus('1', never))).kind, 'server');
    await endless.firstClosed;
    const broken = await serve((request, response) => {
      response.writeHead(429, { 'retry-after': '7', 'content-length': '9' }).write('{');
      setImmediate(() => request.socket.destroy());
    });
    const error = await failureOf(clientOf(broken.url).getStatus('1', never));
    assert.equal(error.kind, 'rateLimited');
    assert.equal(error.retryAfterMs, 7_000);
  });

  it('comes with what the server says, in one line', async () => {
    const detail = 'Slow\r\ndown\u202e please\u0007';
    const server = await serve(answerWith(429, JSON.stringify({ detail }), { 'retry-after': '5' }));
    const error = await failureOf(clientOf(server.url).getStatus('1', never));
    assert.equal(error.message, 'GET /api/v2/tasks/1/status: 429 Slow down please');
    assert.equal(error.status, 429);
    assert.equal(error.retryAfterMs, 5_000);
  });
});
