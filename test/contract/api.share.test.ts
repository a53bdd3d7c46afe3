import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCloud } from '../../src/api/index';
import { isCloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { TaskClient } from '../../src/core/cloud/taskClient';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { loadOpenapi, validateAnswer, type OpenapiDocument } from './openapi';
import { never } from '../fakes/never';

const id = '6e1f0b2c-0000-4000-8000-00000000abcd';
const path = '/sessions/{session_id}/public-share';
const share = { shareToken: 'token', shareUrl: 'https://share.example/token', viewCount: 3 };

function isKind(kind: CloudErrorKind) {
  return (error: unknown): boolean => isCloudError(error) && error.kind === kind;
}

describe('v2 client and public shares, held against the OpenAPI document of v2', () => {
  let document: OpenapiDocument;
  let server: Server;
  let client: TaskClient;
  let requested: string[];
  let answer: { readonly status: number; readonly body?: unknown };

  before(async function () {
    const loaded = loadOpenapi('v2');
    if (!loaded) return this.skip();
    document = loaded;
    server = createServer((request, response) => {
      requested.push(`${request.method} ${request.url} ${request.headers['content-length'] ?? ''}`);
      response.statusCode = answer.status;
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = createCloud({ baseUrl: `http://127.0.0.1:${port}`, key: 'bu_key' }).client('v2');
  });

  after(() => {
    server?.closeAllConnections();
    server?.close();
  });

  beforeEach(() => {
    requested = [];
  });

  /** Has the server give an answer that fits the document. */
  function prepare(method: 'GET' | 'POST' | 'DELETE', status: number, body?: unknown): void {
    assert.deepEqual(validateAnswer(document, method, path, status, body), []);
    answer = { status, body };
  }

  it('makes one', async () => {
    prepare('POST', 201, { ...share, lastViewedAt: null });
    const made = await client.shareSession(id, never);
    assert.deepEqual(made, { url: share.shareUrl, viewCount: 3 });
    assert.equal(requested.length, 1);
    assert.match(requested[0] ?? '', new RegExp(`^POST /api/v2/sessions/${id}/public-share 0?$`));
  });

  it('finds one, and knows when there is none', async () => {
    prepare('GET', 200, share);
    assert.deepEqual(await client.getShare(id, never), { url: share.shareUrl, viewCount: 3 });
    prepare('GET', 404, { detail: 'Public share not found' });
    assert.equal(await client.getShare(id, never), undefined);
  });

  it('does not take a stranger’s page for the word that there is none', async () => {
    for (const body of ['<h1>404 Not Found</h1>', '', { error: 'Not found' }]) {
      answer = { status: 404, body };
      await assert.rejects(client.getShare(id, never), isKind('badAnswer'));
    }
  });

  it('takes one away, which is answered without a body', async () => {
    prepare('DELETE', 204);
    assert.equal(await client.unshareSession(id, never), undefined);
    assert.match(requested[0] ?? '', /^DELETE /u);
  });

  it('says when there is no such session', async () => {
    prepare('POST', 404, { detail: 'Session not found' });
    await assert.rejects(client.shareSession(id, never), isKind('refused'));
    prepare('DELETE', 404, { detail: 'Session not found' });
    await assert.rejects(client.unshareSession(id, never), isKind('refused'));
  });

  it('takes nothing for a link that is none', async () => {
    for (const shareUrl of ['javascript:alert(1)', 'command:a', 'https://u:p@a.example/', '']) {
      answer = { status: 201, body: { ...share, shareUrl } };
      await assert.rejects(client.shareSession(id, never), isKind('badAnswer'), shareUrl);
    }
    answer = { status: 201 };
    await assert.rejects(client.shareSession(id, never), isKind('badAnswer'));
  });
});

describe('public shares, against the simulator', () => {
  let simulator: Simulator;
  let client: TaskClient;
  let taskId: string;
  let sessionId: string;

  beforeEach(async () => {
    simulator = await startSimulator();
    client = createCloud({ baseUrl: simulator.url, key: simulatorKey }).client('v2');
    const task = simulator.addTask({ prompt: 'x' });
    taskId = task.id;
    sessionId = task.sessionId;
  });

  afterEach(() => simulator.close());

  it('come, are told of with the details, and go', async () => {
    const linkOf = async () =>
      (await client.getDetails(taskId, never)).session?.publicShareUrl ?? 'none';
    assert.equal(await linkOf(), 'none');
    const made = await client.shareSession(sessionId, never);
    assert.equal(await linkOf(), made.url);
    assert.deepEqual(await client.shareSession(sessionId, never), made);
    assert.deepEqual(await client.getShare(sessionId, never), made);
    await client.unshareSession(sessionId, never);
    await client.unshareSession(sessionId, never);
    assert.equal(await client.getShare(sessionId, never), undefined);
    assert.equal(await linkOf(), 'none');
  });

  it('are not made with a wrong key', async () => {
    const other = createCloud({ baseUrl: simulator.url, key: 'bu_wrong' }).client('v2');
    await assert.rejects(other.shareSession(sessionId, never), isKind('auth'));
    assert.equal(await client.getShare(sessionId, never), undefined);
  });

  it('are nothing that v1 has', async () => {
    const v1 = createCloud({ baseUrl: simulator.url, key: simulatorKey }).client('v1');
    for (const call of ['shareSession', 'getShare', 'unshareSession'] as const)
      await assert.rejects(v1[call](sessionId, never), isKind('invalidRequest'));
    assert.equal(simulator.counts.total, 0);
  });
});
