import assert from 'node:assert/strict';
import { createCloud } from '../../../src/api/index';
import { parseRetryAfter } from '../../../src/api/refusal';
import type { CloudErrorKind } from '../../../src/core/errors';
import type { TaskClient } from '../../../src/core/taskClient';
import { never } from './answers';
import { canaryKey, failureOf } from './canary';
import { localServers } from './localServer';

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

/** Every answer of cloud-api.md §5, and what else may come. */
const refusals: readonly [number, string, CloudErrorKind][] = [
  [400, json('Bad'), 'invalidRequest'],
  [401, json('X-Browser-Use-API-Key header is required'), 'auth'],
  [401, json('Invalid API key'), 'auth'],
  [401, page, 'auth'],
  [402, json('Insufficient credits'), 'payment'],
  [403, json('Not on your plan'), 'forbidden'],
  [403, page, 'forbidden'],
  [404, json('Task not found'), 'taskNotFound'],
  [404, json('Agent task not found'), 'taskNotFound'],
  [404, json('No such agent run'), 'taskNotFound'],
  [404, json('Not Found'), 'notServed'],
  [404, json('Not found.'), 'notServed'],
  [404, page, 'notServed'],
  [404, '', 'notServed'],
  [404, '{"error":"Task not found"}', 'notServed'],
  [404, '[]', 'notServed'],
  [405, json('Method Not Allowed'), 'badAnswer'],
  [408, '', 'server'],
  [410, '', 'badAnswer'],
  [422, validation, 'invalidRequest'],
  [422, json('Malformed'), 'invalidRequest'],
  [429, json('Too many requests'), 'rateLimited'],
  [429, page, 'rateLimited'],
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

  it('tells which field of a request was malformed', async () => {
    const error = await failureOf(getStatus(await clientFor(422, validation, 'v2')));
    assert.equal(error.message, 'GET /api/v2/tasks/1/status: 422 path.task_id: not a UUID');
  });

  const otherNotFounds: readonly [string, 'v1' | 'v2', Call, string, CloudErrorKind][] = [
    ['a file of no task', 'v2', getFileUrl, json('Task not found'), 'taskNotFound'],
    ['a missing file of a task', 'v2', getFileUrl, json('Output file not found'), 'badAnswer'],
    ['a missing file of a task', 'v1', getFileUrl, json('File not found'), 'badAnswer'],
    ['files nowhere', 'v1', getFileUrl, json('Not Found'), 'notServed'],
    ['a key without account', 'v2', getAccount, json('Account not found'), 'auth'],
    ['no account route', 'v2', getAccount, json('Not Found'), 'notServed'],
    ['some other server', 'v2', getAccount, json('Nothing here'), 'notServed'],
    ['some other server', 'v2', getAccount, page, 'notServed'],
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
  it('counts in any refusal, as a date too', async () => {
    const server = await serve((_request, response) => {
      const date = new Date(Date.now() + 90_000).toUTCString();
      response.writeHead(503, { 'retry-after': date }).end();
    });
    const client = createCloud({ baseUrl: server.url, key: canaryKey }).client('v1');
    const { retryAfterMs = 0 } = await failureOf(getStatus(client));
    assert.ok(retryAfterMs > 80_000 && retryAfterMs <= 90_000, String(retryAfterMs));
  });
});
