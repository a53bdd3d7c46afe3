import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { createCloud } from '../../../src/api/index';
import type { CloudErrorKind } from '../../../src/core/cloud/errors';
import { canaryKey, failureOf, rejectionOf } from './canary';
import { localServers } from './localServer';
import { answerWith, clientOf, endless } from './clientUnderTest';
import { never } from '../../fakes/never';

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
      assert.equal(error.isUnsent, false);
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
    assert.equal(error.isUnsent, true);
  });

  it('says that nothing was sent where no name server knows the host', async () => {
    const error = await failureOf(clientOf('https://host.invalid').shareSession('1', never));
    assert.deepEqual([error.kind, error.isUnsent], ['network', true], error.message);
  });

  it('is of kind tooLarge for 200 MB in 199 KB of gzip, and frees the connection', async () => {
    const member = gzipSync(Buffer.alloc(10 * 1024 * 1024), { level: 9 });
    const bomb = Buffer.concat(Array.from({ length: 20 }, () => member));
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
    const server = await serve(endless(200));
    const error = await failureOf(clientOf(server.url).getStatus('1', never));
    assert.equal(error.kind, 'tooLarge');
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
    await server.firstRequested;
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
      const client = clientOf(server.url, { deadlineMs: 300 });
      assert.equal((await failureOf(client.getStatus('1', never))).kind, 'timeout');
      await server.firstClosed;
    });

    it(`ends at once on the caller's abort when ${name}`, async () => {
      const server = await serve(listener);
      const controller = new AbortController();
      const call = rejectionOf(clientOf(server.url).getStatus('1', controller.signal));
      await server.firstRequested;
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
    const server = await serve(endless(503));
    const refused = await failureOf(clientOf(server.url).getStatus('1', never));
    assert.deepEqual([refused.kind, refused.status], ['server', 503]);
    await server.firstClosed;
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
