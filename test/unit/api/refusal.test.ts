import assert from 'node:assert/strict';
import { createCloud } from '../../../src/api/index';
import { accountIsMissing } from '../../../src/api/account';
import {
  errorOfRefusal,
  parseRetryAfter,
  partIsMissing,
  routeIsMissing,
  taskIsMissing,
} from '../../../src/api/refusal';
import { shareIsMissing } from '../../../src/api/share';
import type { CloudErrorKind } from '../../../src/core/cloud/errors';
import type { QuietKind } from '../../../src/core/cloud/taskClient';
import type { TaskClient } from '../../../src/core/cloud/taskClient';
import { canaryKey, failureOf } from './canary';
import { localServers } from './localServer';
import { firstPage } from '../../fakes/clientPages';
import { never } from '../../fakes/never';

const file = { id: 'f', name: 'f' };
const json = (detail: unknown): string => JSON.stringify({ detail });
const page = '<html><h1>404 Not Found</h1></html>';
const validation = json([{ loc: ['path', 'task_id'], msg: 'not a UUID', type: 'uuid_parsing' }]);

type Call = (client: TaskClient) => Promise<unknown>;
const getStatus: Call = (client) => client.getStatus('1', never);
const getTask: Call = (client) => client.getTask('1', never);
const getDetails: Call = (client) => client.getDetails('1', never);
const getFileUrl: Call = (client) => client.getFileUrl('1', file, never);
const getAccount: Call = (client) => client.getAccount(never);
const getShare: Call = (client) => client.getShare('s', never);
const listTasks: Call = (client) => firstPage(client, {}, never);

/** Every answer of cloud-api.md §5, and what else may come. */
const refusals: readonly [number, string, CloudErrorKind][] = [
  [400, json('Bad'), 'invalidRequest'],
  [401, json('X-Browser-Use-API-Key header is required'), 'auth'],
  [401, json('Invalid API key'), 'auth'],
  [402, json('Insufficient credits'), 'payment'],
  [402, json({ code: 'api_key_monthly_spend_limit_reached', message: 'Cap', cap: 5 }), 'payment'],
  [403, json('Not on your plan'), 'forbidden'],
  [404, json('Task not found'), 'taskNotFound'],
  [404, json('Agent task not found'), 'taskNotFound'],
  [404, json('No such agent run'), 'taskNotFound'],
  [404, json('Not Found'), 'notServed'],
  [404, json('Not found.'), 'notServed'],
  [405, json('Method Not Allowed'), 'refused'],
  [408, '', 'server'],
  [409, json('The session is busy'), 'refused'],
  [422, validation, 'invalidRequest'],
  [422, json('Malformed'), 'invalidRequest'],
  [429, json('Too many requests'), 'rateLimited'],
  [429, page, 'rateLimited'],
  [429, '', 'rateLimited'],
  [429, '{"error":"rate_limited","limit_rps":25,"retry_after_seconds":5}', 'rateLimited'],
  [429, json('Too many concurrent active sessions. Please wait for one to finish.'), 'noFreeSlot'],
  [429, json('Queue is full'), 'noFreeSlot'],
  [429, json('The queue of this session is full (10 messages)'), 'noFreeSlot'],
  [429, json('Too many concurrent requests'), 'rateLimited'],
  [500, json('An internal server error occurred'), 'server'],
  [502, page, 'server'],
  [503, '', 'server'],
  [504, page, 'server'],
  [300, '', 'redirect'],
  [304, '', 'redirect'],
];

describe('an answer that says no', () => {
  const serve = localServers();

  async function clientFor(status: number, body: string, apiVersion: 'v1' | 'v2') {
    const server = await serve((_request, response) => response.writeHead(status).end(body));
    return createCloud({ baseUrl: server.url, key: canaryKey }).client(apiVersion);
  }

  for (const [status, body, kind] of refusals) {
    it(`is of kind ${kind} for ${status} ${body.slice(0, 60)}`, async () => {
      for (const apiVersion of ['v1', 'v2'] as const) {
        const client = await clientFor(status, body, apiVersion);
        for (const call of [getStatus, getTask, getDetails]) {
          const error = await failureOf(call(client));
          assert.equal(error.kind, kind);
          assert.equal(error.status, status);
        }
      }
    });
  }

  // A gateway, a challenge page, a captive portal: whatever its status, it knows nothing of the key.
  const strangers: readonly string[] = [
    page,
    '',
    'Forbidden',
    '"Not Found"',
    'null',
    '[]',
    '{}',
    '{"error":"Task not found"}',
    '{"message":"Unauthorized"}',
    '{"detail":null}',
    '{"detail":401}',
    '{"detail":"Invalid API key"',
  ];
  const statuses = [400, 401, 402, 403, 404, 405, 409, 410, 413, 418, 422, 451];
  const meanings = [taskIsMissing, routeIsMissing, partIsMissing, accountIsMissing, shareIsMissing];
  for (const [index, status] of statuses.entries())
    it(`judges nothing where somebody else says ${status}`, async () => {
      for (const body of strangers)
        for (const notFoundKind of meanings) {
          const error = errorOfRefusal({ status, body, retryAfter: undefined }, notFoundKind);
          assert.deepEqual([error.kind, error.status], ['badAnswer', status], body);
        }
      // Each body once over HTTP, as an answer to every kind of request.
      const body = strangers[index % strangers.length] ?? '';
      for (const apiVersion of ['v1', 'v2'] as const) {
        const client = await clientFor(status, body, apiVersion);
        const calls = [getStatus, getTask, getDetails, listTasks, getFileUrl, getAccount];
        for (const call of apiVersion === 'v1' ? calls : [...calls, getShare]) {
          const error = await failureOf(call(client));
          assert.deepEqual([error.kind, error.status], ['badAnswer', status], body);
        }
      }
    });

  it('names the status and nothing of the page where somebody else answers', async () => {
    const error = await failureOf(getStatus(await clientFor(403, page, 'v2')));
    assert.equal(
      error.message,
      'GET /api/v2/tasks/1/status: 403 without a word of the API’s own: a proxy, a sign-in page or another server',
    );
  });

  it('says what an answer says whose detail is an object', async () => {
    const detail = { code: 'api_key_monthly_spend_limit_reached', message: 'Cap reached', cap: 5 };
    const error = await failureOf(getStatus(await clientFor(402, json(detail), 'v2')));
    assert.equal(error.message, 'GET /api/v2/tasks/1/status: 402 Cap reached');
  });

  it('tells which field of a request was malformed', async () => {
    const error = await failureOf(getStatus(await clientFor(422, validation, 'v2')));
    assert.equal(error.message, 'GET /api/v2/tasks/1/status: 422 path.task_id: not a UUID');
  });

  const otherNotFounds: readonly [string, 'v1' | 'v2', Call, string, CloudErrorKind][] = [
    ['a file of no task', 'v2', getFileUrl, json('Task not found'), 'taskNotFound'],
    ['a missing file of a task', 'v2', getFileUrl, json('Output file not found'), 'refused'],
    ['a missing file of a task', 'v1', getFileUrl, json('File not found'), 'refused'],
    ['files nowhere', 'v1', getFileUrl, json('Not Found'), 'notServed'],
    ['a key without account', 'v2', getAccount, json('Account not found'), 'auth'],
    ['no account route', 'v2', getAccount, json('Not Found'), 'notServed'],
    ['some other server', 'v2', getAccount, json('Nothing here'), 'notServed'],
    ['no account route', 'v1', getAccount, json('Not Found'), 'notServed'],
    ['some other server', 'v1', getAccount, json('User not found'), 'notServed'],
  ];
  for (const [what, apiVersion, call, body, kind] of otherNotFounds) {
    it(`is of kind ${kind} for ${what} in ${apiVersion}: 404 ${body}`, async () => {
      assert.equal((await failureOf(call(await clientFor(404, body, apiVersion)))).kind, kind);
    });
  }

  it('is of kind taskNotFound for a session that is not there', async () => {
    const client = await clientFor(404, json('Session not found'), 'v2');
    assert.equal((await failureOf(client.findSessionTasks('s', never))).kind, 'taskNotFound');
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 13, 12, 0, 0);
  const values: readonly [string | undefined, number | undefined][] = [
    ['5', 5_000],
    [' 120 ', 120_000],
    ['0', 0],
    ['Tue, 13 Jan 2026 12:00:30 GMT', 30_000],
    ['Tuesday, 13-Jan-26 12:01:00 GMT', 60_000],
    ['Tue Jan 13 12:00:10 2026', 10_000],
    ['Tue, 13 Jan 2026 11:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['5 apples', undefined],
    ['never 5', undefined],
    ['Infinity', undefined],
    ['1e3', undefined],
    ['9'.repeat(30), undefined],
    ['Mon, 99 Nothing 2026 99:00:00 GMT', undefined],
    ['2026-01-13', undefined],
  ];
  for (const [value, expected] of values) {
    it(`reads ${JSON.stringify(value)} as ${expected} ms`, () => {
      assert.equal(parseRetryAfter(value, now), expected);
    });
  }

  const serve = localServers();

  /** What a client carries away, and what it tells those who take turns. */
  async function delaysAfter(status: number, body: string, retryAfter?: string) {
    const server = await serve((_request, response) => {
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      response.end(body);
    });
    const reported: (readonly [number | undefined, QuietKind])[] = [];
    const rateLimiter = {
      take: () => Promise.resolve(),
      noteRateLimit: (ms: number | undefined, kind: QuietKind = 'rateLimited') =>
        void reported.push([ms, kind]),
      noteAllowance: () => undefined,
    };
    const cloud = createCloud({ baseUrl: server.url, key: canaryKey, rateLimiter });
    const { retryAfterMs } = await failureOf(getStatus(cloud.client('v1')));
    return { retryAfterMs, reported };
  }

  const statuses: readonly (readonly [number, string, QuietKind])[] = [
    [403, page, 'server'],
    [404, json('Task not found'), 'server'],
    [408, '', 'server'],
    [429, page, 'rateLimited'],
    [500, '', 'server'],
    [502, page, 'server'],
    [503, json('Down for maintenance'), 'server'],
  ];
  for (const [status, body, kind] of statuses)
    it(`counts on ${status}, and quiets everybody`, async () => {
      assert.deepEqual(await delaysAfter(status, body, '120'), {
        retryAfterMs: 120_000,
        reported: [[120_000, kind]],
      });
    });

  it('counts on a 503 as a date, too', async () => {
    const date = new Date(Date.now() + 90_000).toUTCString();
    const { retryAfterMs = 0 } = await delaysAfter(503, '', date);
    assert.ok(retryAfterMs > 80_000 && retryAfterMs <= 90_000, String(retryAfterMs));
  });

  it('quiets nobody where it is absent, but for a rate limit', async () => {
    for (const status of [404, 500, 503])
      assert.deepEqual(await delaysAfter(status, ''), { retryAfterMs: undefined, reported: [] });
    assert.deepEqual(await delaysAfter(429, ''), {
      retryAfterMs: undefined,
      reported: [[undefined, 'rateLimited']],
    });
  });

  it('quiets nobody where a slot is what is lacking', async () => {
    const body = json('Too many concurrent active sessions');
    assert.deepEqual(await delaysAfter(429, body, '30'), { retryAfterMs: 30_000, reported: [] });
  });

  // What takes a power of the length does not end within the time that a test has.
  it('counts beside megabytes of words', async () => {
    const body = json('concurrent queue '.repeat(400_000));
    assert.equal((await delaysAfter(429, body, '30')).retryAfterMs, 30_000);
  });

  it('stands in the body of the throttle, too', async () => {
    const body = '{"error":"rate_limited","limit_rps":25,"retry_after_seconds":7}';
    assert.equal((await delaysAfter(429, body)).retryAfterMs, 7_000);
    assert.equal((await delaysAfter(429, body, '5')).retryAfterMs, 5_000);
    const odd = '{"error":"rate_limited","retry_after_seconds":-1}';
    assert.equal((await delaysAfter(429, odd)).retryAfterMs, undefined);
  });
});
