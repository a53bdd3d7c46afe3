import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { virtualClock } from '../simulator/clock';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import type { FaultEffect } from '../simulator/faults';
import type { Simulator } from '../simulator/startSimulator';

const headers = { 'X-Browser-Use-API-Key': simulatorKey };
const statusRoute = 'GET /api/v2/tasks/{task_id}/status';

describe('simulator’s faults and counts', function () {
  // Generous, for a busy machine: what goes wrong here goes wrong at once.
  this.timeout(20_000);
  let simulator: Simulator;
  let id: string;

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock() });
    id = simulator.addTask({ prompt: 'Suffer', lengthMs: 10_000 }).id;
  });

  afterEach(async () => {
    await simulator.close();
  });

  const statusUrl = (): string => `${simulator.url}/api/v2/tasks/${id}/status`;
  const poll = (signal?: AbortSignal): Promise<Response> =>
    fetch(statusUrl(), { headers, redirect: 'manual', ...(signal ? { signal } : {}) });
  const fault = (effect: FaultEffect): void => {
    simulator.faults.add({ route: statusRoute, times: 1, effect });
  };

  it('hit so many requests of a route, and no other route', async () => {
    const effect: FaultEffect = { kind: 'answer', status: 503, body: { detail: 'Busy' } };
    const scripted = simulator.faults.add({ route: statusRoute, times: 3, effect });
    const other = await fetch(`${simulator.url}/api/v2/tasks/${id}`, { headers });
    assert.equal(other.status, 200);
    const statuses: number[] = [];
    for (let count = 0; count < 5; count++) statuses.push((await poll()).status);
    assert.deepEqual(statuses, [503, 503, 503, 200, 200]);
    assert.equal(scripted.hits, 3);
  });

  it('let requests pass first, last until they are cleared, and name a single task', async () => {
    const effect: FaultEffect = { kind: 'answer', status: 500 };
    const route = `GET /api/v2/tasks/${id}/*`;
    const scripted = simulator.faults.add({ route, skip: 1, effect });
    const statuses = [(await poll()).status, (await poll()).status, (await poll()).status];
    assert.deepEqual(statuses, [200, 500, 500]);
    scripted.clear();
    assert.equal((await poll()).status, 200);
    simulator.faults.add({ route: '*', effect });
    assert.equal((await poll()).status, 500);
    simulator.faults.clear();
    assert.equal((await poll()).status, 200);
  });

  it('answer with any status, headers and body', async () => {
    fault({
      kind: 'answer',
      status: 429,
      headers: { 'Retry-After': '5' },
      body: { detail: 'Slow' },
    });
    const slow = await poll();
    assert.deepEqual([slow.status, slow.headers.get('retry-after')], [429, '5']);
    fault({ kind: 'answer', status: 200, body: '{"id": 1, "id": null}' });
    assert.equal(await (await poll()).text(), '{"id": 1, "id": null}');
  });

  it('answer as what stands between does: with a page, a word or nothing', async () => {
    fault({ kind: 'html', status: 403 });
    const page = await poll();
    assert.deepEqual([page.status, page.headers.get('content-type')], [403, 'text/html']);
    assert.match(await page.text(), /<h1>403 Forbidden<\/h1>/u);
    fault({ kind: 'text', status: 404 });
    assert.equal(await (await poll()).text(), '404 Not Found');
    fault({ kind: 'empty', status: 401 });
    const nothing = await poll();
    assert.deepEqual([nothing.status, await nothing.text()], [401, '']);
  });

  it('answer 429 of each kind', async () => {
    fault({ kind: 'tooMany', what: 'requests' });
    const throttle = await poll();
    assert.deepEqual([throttle.status, throttle.headers.get('retry-after')], [429, '5']);
    assert.match(await throttle.text(), /"error":"rate_limited"/u);
    fault({ kind: 'tooMany', what: 'requestsOfAddress' });
    const edge = await poll();
    assert.deepEqual([edge.status, edge.headers.get('retry-after')], [429, '300']);
    fault({ kind: 'tooMany', what: 'sessions' });
    const slots = await poll();
    assert.deepEqual([slots.status, slots.headers.get('retry-after')], [429, null]);
    assert.match(await slots.text(), /Too many concurrent active sessions/u);
  });

  it('reset the connection, at once or in mid-body', async () => {
    fault({ kind: 'reset' });
    await assert.rejects(poll(), causedBy('ECONNRESET'));
    fault({ kind: 'reset', afterBytes: 20 });
    const response = await poll();
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
  });

  it('stay silent until the client gives up', async () => {
    fault({ kind: 'silence' });
    const gone = new AbortController();
    const waiting = assert.rejects(poll(gone.signal), { name: 'AbortError' });
    await until(() => simulator.counts.concurrent === 1);
    gone.abort();
    await waiting;
    await until(() => simulator.counts.concurrent === 0);
    assert.equal(simulator.counts.seen.at(-1)?.status, undefined);
  });

  it('stall after the headers and some of the body', async () => {
    fault({ kind: 'stall', afterBytes: 10 });
    const answer = await rawAnswer();
    assert.equal(answer.statusCode, 200);
    const first = (await answer[Symbol.asyncIterator]().next()) as { value: Buffer };
    assert.equal(first.value.length, 10);
    assert.ok(Number(answer.headers['content-length']) > 10);
    assert.equal(answer.complete, false);
    answer.destroy();
    await until(() => simulator.counts.concurrent === 0);
  });

  it('drip the true answer a byte at a time', async () => {
    fault({ kind: 'drip', intervalMs: 1 });
    const answer = await rawAnswer();
    const parts: Buffer[] = [];
    for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
    assert.ok(parts.length > 20, `${parts.length} parts`);
    const task = JSON.parse(Buffer.concat(parts).toString()) as { id: string };
    assert.equal(task.id, id);
  });

  it('answer with HTML, with truncated JSON, or with a redirect', async () => {
    fault({ kind: 'html' });
    const html = await poll();
    assert.deepEqual([html.status, html.headers.get('content-type')], [200, 'text/html']);
    fault({ kind: 'truncated' });
    const truncated = await (await poll()).text();
    assert.ok(truncated.startsWith(`{"id":"${id}`));
    assert.throws(() => JSON.parse(truncated) as unknown);
    fault({ kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' });
    const redirect = await poll();
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.get('location'), 'http://127.0.0.1:9/elsewhere');
  });

  it('send a small gzip body that expands hugely, or a large plain one', async () => {
    fault({ kind: 'gzipBomb', expandedBytes: 5_000_000 });
    const bomb = await poll();
    assert.ok(Number(bomb.headers.get('content-length')) < 50_000);
    assert.equal((await bomb.arrayBuffer()).byteLength, 5_000_000);
    fault({ kind: 'largeBody', bytes: 3_000_000 });
    const large = await poll();
    assert.equal(large.headers.get('content-length'), '3000000');
    assert.equal(((await large.json()) as { filler: string }).filler.length, 3_000_000 - 13);
  });

  it('let a request do its work before its answer is lost, or keep it from doing any', async () => {
    const stop = async (): Promise<number> => {
      const url = `${simulator.url}/api/v2/tasks/${id}`;
      const body = JSON.stringify({ action: 'stop' });
      return (await fetch(url, { method: 'PATCH', headers, body })).status;
    };
    const status = async (): Promise<unknown> =>
      ((await (await poll()).json()) as { status: unknown }).status;
    const lost = { route: 'PATCH *', times: 1, effect: { kind: 'html', status: 502 } } as const;
    simulator.faults.add({ ...lost, preventsAction: true });
    assert.deepEqual([await stop(), await status()], [502, 'started']);
    simulator.faults.add(lost);
    assert.deepEqual([await stop(), await status()], [502, 'stopped']);
  });

  it('delay an answer that tells what was true when it was asked for', async () => {
    simulator.faults.add({ route: statusRoute, times: 1, delayMs: 50 });
    const features = poll();
    await until(() => simulator.counts.concurrent === 1);
    simulator.clock.advance(10_000);
    const early = (await (await poll()).json()) as { status: string };
    assert.equal(early.status, 'finished');
    const old = (await (await features).json()) as { status: string };
    assert.equal(old.status, 'started');
  });

  it('count requests by route, at once and in total, and bytes; never keep a key', async () => {
    await Promise.all([poll(), poll(), poll()]);
    await fetch(`${simulator.url}/nowhere`);
    const { counts } = simulator;
    await until(() => counts.concurrent === 0);
    assert.equal(counts.total, 4);
    assert.deepEqual(counts.requests, { [statusRoute]: 3, 'GET unknown': 1 });
    assert.ok(counts.peakConcurrent >= 1 && counts.peakConcurrent <= 3);
    assert.ok(counts.bytesIn > 400 && counts.bytesOut > 800);
    const [first] = counts.seen;
    assert.equal(first?.route, statusRoute);
    assert.equal(first.status, 200);
    assert.equal(first.hasKeyHeader, true);
    assert.ok(first.headerNames.includes('x-browser-use-api-key'));
    assert.equal(counts.seen[3]?.hasKeyHeader, false);
    assert.ok(!JSON.stringify(counts.seen).includes(simulatorKey));
    counts.reset();
    assert.deepEqual([counts.total, counts.bytesIn, counts.seen.length], [0, 0, 0]);
  });

  it('measure how many requests are under way at once', async () => {
    simulator.faults.add({ route: statusRoute, times: 4, effect: { kind: 'silence' } });
    const gone = new AbortController();
    const waiting = Promise.allSettled([1, 2, 3, 4].map(() => poll(gone.signal)));
    await until(() => simulator.counts.concurrent === 4);
    gone.abort();
    await waiting;
    await until(() => simulator.counts.concurrent === 0);
    assert.equal(simulator.counts.peakConcurrent, 4);
  });

  describe('driven by another process', () => {
    const control = async (method: string, path: string, body?: unknown): Promise<Response> =>
      fetch(`${simulator.url}/simulator/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });

    it('take tasks, faults and time by HTTP, and tell counts', async () => {
      const added = await control('POST', 'tasks', { prompt: 'From afar', lengthMs: 5_000 });
      assert.equal(added.status, 201);
      ({ id } = (await added.json()) as { id: string });
      await control('POST', 'faults', { route: '*', times: 1, effect: { kind: 'html' } });
      assert.equal((await poll()).headers.get('content-type'), 'text/html');
      await control('POST', 'advance', { ms: 5_000 });
      assert.equal(((await (await poll()).json()) as { status: string }).status, 'finished');
      const counts = (await (await control('GET', 'counts')).json()) as { total: number };
      assert.equal(counts.total, 2);
      await control('DELETE', 'counts');
      assert.equal(simulator.counts.total, 0);
    });

    it('change keys, API versions and the account', async () => {
      await control('PUT', 'keys', ['bu_other']);
      assert.equal((await poll()).status, 401);
      await control('PUT', 'keys', [simulatorKey]);
      await control('PUT', 'api-versions', ['v1']);
      assert.equal((await poll()).status, 404);
      await control('PUT', 'account', { maxConcurrentSessions: 2 });
      assert.equal(simulator.account.maxConcurrentSessions, 2);
    });

    it('say what is wrong with a request', async () => {
      const wrong = [
        await control('POST', 'tasks', {}),
        await control('POST', 'tasks', { prompt: 'Twice', id }),
        await control('POST', 'faults', { route: '*', effect: { kind: 'earthquake' } }),
        await control('POST', 'faults', { effect: { kind: 'reset' } }),
        await control('POST', 'advance', { ms: 'long' }),
        await control('PUT', 'keys', 'bu_other'),
      ];
      for (const response of wrong) assert.equal(response.status, 400, await response.text());
    });
  });

  function rawAnswer(): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      request(statusUrl(), { headers, agent: false }, resolve).on('error', reject).end();
    });
  }
});

/** Waits for what another connection brings about; mocha's own time limit ends it where that never comes. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** True for fetch's error with this cause. */
function causedBy(code: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof Error &&
    error.cause instanceof Error &&
    'code' in error.cause &&
    error.cause.code === code;
}
