import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createCloud } from '../../../src/api/index';
import { defaultLimits } from '../../../src/api/http';
import type { CloudErrorKind } from '../../../src/core/cloud/errors';
import type { Cloud } from '../../../src/core/cloud/taskClient';
import { canaryKey, failureOf, rejectionOf } from './canary';
import { localServers } from './localServer';
import { never } from '../../fakes/never';

const options = { maxBytes: 1_000, signal: never };

function cloudAt(baseUrl: string, downloadDeadlineMs = 5_000): Cloud {
  return createCloud({ baseUrl, key: canaryKey }, { ...defaultLimits, downloadDeadlineMs });
}

describe('a download', () => {
  const serve = localServers();
  const onLoopback = cloudAt('http://127.0.0.1');

  it('gives the bytes, and sends no key', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_unused, index) => index);
    const server = await serve((_request, response) => response.end(bytes));
    assert.deepEqual(await onLoopback.download(`${server.url}/a?b=%2F&c=d`, options), bytes);
    const [request] = server.requests;
    assert.equal(request?.url, '/a?b=%2F&c=d');
    assert.doesNotMatch(JSON.stringify(request.headers), /bu_canary/);
    assert.equal(request.headers.authorization, undefined);
  });

  it('may be as large as the cap and no larger, counted after decompression', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).write(gzipSync(Buffer.alloc(1_001)));
    });
    const within = await serve((_request, response) => response.end(Buffer.alloc(1_000)));
    assert.equal((await onLoopback.download(within.url, options)).byteLength, 1_000);
    assert.equal((await failureOf(onLoopback.download(server.url, options))).kind, 'tooLarge');
    await server.firstClosed;
  });

  it('stops an endless stream at the cap', async () => {
    const server = await serve((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(500)));
      };
      response.on('drain', pour);
      pour();
    });
    assert.equal((await failureOf(onLoopback.download(server.url, options))).kind, 'tooLarge');
    await server.firstClosed;
  });

  it('tells how much has come, and of how much', async () => {
    const reported: (number | undefined)[][] = [];
    const onProgress = (...progress: (number | undefined)[]) => reported.push(progress);
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '600' }).write('x'.repeat(400));
      setTimeout(() => response.end('x'.repeat(200)), 50);
    });
    await onLoopback.download(server.url, { ...options, onProgress });
    assert.deepEqual(reported[0], [0, 600]);
    assert.deepEqual(reported.at(-1), [600, 600]);
    assert.ok(reported.length >= 3);
    reported.length = 0;
    const zipped = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(900)));
    });
    await onLoopback.download(zipped.url, { ...options, onProgress });
    assert.deepEqual(
      reported.at(-1),
      [900, undefined],
      'the length of what is compressed is no whole',
    );
  });

  it('tells nothing of an answer that says no', async () => {
    const server = await serve((_request, response) => response.writeHead(403).end('denied'));
    const onProgress = () => assert.fail('told of a refusal');
    await failureOf(onLoopback.download(server.url, { ...options, onProgress }));
  });

  it('may take long where it is followed and goes on, and ends where nothing comes', async () => {
    const patient = cloudAt('http://127.0.0.1', 200);
    const slow = await serve((_request, response) => {
      let left = 6;
      const drip = (): void => {
        left -= 1;
        if (left > 0) setTimeout(drip, 80);
        response[left > 0 ? 'write' : 'end']('x');
      };
      drip();
    });
    const followed = { ...options, onProgress: () => undefined };
    assert.equal((await patient.download(slow.url, followed)).byteLength, 6);
    assert.equal((await failureOf(patient.download(slow.url, options))).kind, 'timeout');
    const stalled = await serve((_request, response) => void response.write('x'));
    assert.equal((await failureOf(patient.download(stalled.url, followed))).kind, 'timeout');
    await stalled.firstClosed;
  });

  it('follows no redirect', async () => {
    const other = await serve((_request, response) => response.end('x'));
    const server = await serve((_request, response) => {
      response.writeHead(302, { location: other.url }).end();
    });
    assert.equal((await failureOf(onLoopback.download(server.url, options))).kind, 'redirect');
    assert.equal(other.requests.length, 0);
  });

  it('takes plain http only from loopback, while the base URL is there too', async () => {
    const server = await serve((_request, response) => response.end('x'));
    const elsewhere = cloudAt('https://api.browser-use.com');
    assert.equal((await failureOf(elsewhere.download(server.url, options))).kind, 'badAnswer');
    assert.equal(server.requests.length, 0);
    const links = [
      'http://files.example/x',
      'ftp://127.0.0.1/x',
      'file:///etc/passwd',
      'data:text/plain,x',
      'javascript:1',
      server.url.replace('//', '//user:password@'),
      '/relative',
      '',
    ];
    for (const link of links) {
      assert.equal((await failureOf(onLoopback.download(link, options))).kind, 'badAnswer', link);
    }
    assert.equal(server.requests.length, 0);
  });

  const refusals: readonly [number, CloudErrorKind][] = [
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'server'],
    [429, 'rateLimited'],
    [500, 'server'],
    [503, 'server'],
  ];
  for (const [status, kind] of refusals) {
    it(`is of kind ${kind} for ${status}, and keeps the link secret`, async () => {
      const server = await serve((_request, response) =>
        response.writeHead(status).end('<Error/>'),
      );
      const error = await failureOf(onLoopback.download(`${server.url}/a?sig=hunter2`, options));
      assert.equal(error.kind, kind);
      assert.equal(error.status, status);
      assert.doesNotMatch(error.message, /hunter2/);
    });
  }

  it('carries what a store says of when to come back', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(503, { 'retry-after': '30' }).end(),
    );
    assert.equal((await failureOf(onLoopback.download(server.url, options))).retryAfterMs, 30_000);
  });

  const stalls: readonly [string, RequestListener][] = [
    ['headers never come', () => undefined],
    ['the body stalls', (_request, response) => response.write('x')],
  ];
  for (const [what, listener] of stalls) {
    it(`ends at its deadline, and at once on an abort, when ${what}`, async () => {
      const server = await serve(listener);
      const hasty = cloudAt(server.url, 30);
      assert.equal((await failureOf(hasty.download(server.url, options))).kind, 'timeout');
      await server.firstClosed;
      const again = await serve(listener);
      const { signal, abort } = abortable();
      const call = rejectionOf(onLoopback.download(again.url, { maxBytes: 1_000, signal }));
      await again.firstRequested;
      abort();
      assert.equal((await call).name, 'AbortError');
      await again.firstClosed;
    });
  }

  it('keeps the link secret when it breaks off', async () => {
    const server = await serve((request) => request.socket.destroy());
    const error = await failureOf(onLoopback.download(`${server.url}/a?sig=hunter2`, options));
    assert.equal(error.kind, 'network');
    assert.doesNotMatch(error.message, /hunter2/);
  });
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
