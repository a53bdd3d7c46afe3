import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCloud } from '../../src/api/index';
import { isCloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import type { TaskClient } from '../../src/core/cloud/taskClient';
import { loadOpenapi, validateAnswer, type OpenapiDocument } from './openapi';
import { never } from '../fakes/never';

const id = '6e1f0b2c-0000-4000-8000-00000000abcd';

/** What the client asks for, as the document names it, and how it asks. */
const calls: Readonly<Record<string, (client: TaskClient) => Promise<unknown>>> = {
  '/tasks/{task_id}/status': (client) => client.getStatus(id, never),
  '/tasks/{task_id}': (client) => client.getTask(id, never),
  '/tasks/{task_id}/logs': (client) => client.getLogUrl(id, never),
  '/files/tasks/{task_id}/output-files/{file_id}': (client) =>
    client.getFileUrl(id, { id, name: 'x' }, never),
  '/sessions/{session_id}': (client) => client.findSessionTasks(id, never),
  '/billing/account': (client) => client.getAccount(never),
};

/** `whole` has every field; `bare` has the required ones only, null where that is allowed. */
type Fullness = 'whole' | 'bare';

describe('v2 client, held against the OpenAPI document of v2', () => {
  let document: OpenapiDocument;
  let server: Server;
  let client: TaskClient;
  /** By request path. */
  const answers = new Map<string, { status: number; body: unknown }>();

  before(async function () {
    const loaded = loadOpenapi('v2');
    if (!loaded) return this.skip();
    document = loaded;
    server = createServer((request, response) => {
      const answer = answers.get(request.url ?? '');
      response.statusCode = answer?.status ?? 500;
      response.end(JSON.stringify(answer?.body ?? { detail: `unexpected ${request.url}` }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = createCloud({ baseUrl: `http://127.0.0.1:${port}`, key: 'bu_key' }).client('v2');
  });

  after(() => {
    server?.closeAllConnections();
    server?.close();
  });

  beforeEach(() => answers.clear());

  /** Makes an answer by the document, checks it against the document, and has the server give it. */
  function prepare(path: string, status: number, fullness: Fullness, status200?: string): unknown {
    const response = document.paths[path]?.['get']?.responses[String(status)];
    const schema = response?.content?.['application/json']?.schema;
    assert.ok(schema, `GET ${path} ${status} has a schema`);
    const example = exampleOf(document, schema, fullness);
    const body = status200 === undefined ? example : { ...(example as object), status: status200 };
    assert.deepEqual(validateAnswer(document, 'GET', path, status, body), []);
    answers.set(`/api/v2${path.replaceAll(/\{\w+\}/g, id)}`, { status, body });
    return body;
  }

  for (const [path, poll] of Object.entries(calls)) {
    for (const fullness of ['whole', 'bare'] as const) {
      it(`reads a ${fullness} answer to GET ${path}`, async () => {
        prepare(path, 200, fullness);
        await poll(client);
      });
    }
  }

  it('knows every word that the document has for a status', async () => {
    const statuses = enumOf(document, 'TaskStatus');
    assert.ok(statuses.length >= 5);
    for (const word of statuses) {
      prepare('/tasks/{task_id}/status', 200, 'bare', word);
      const { status, rawStatus } = await client.getStatus(id, never);
      assert.notEqual(status, 'unknown', word);
      assert.equal(rawStatus, word);
    }
  });

  it('loses nothing of a whole task and its session', async () => {
    prepare('/tasks/{task_id}', 200, 'whole', 'finished');
    prepare('/sessions/{session_id}', 200, 'whole');
    const time = '2026-01-13T12:00:00.123456Z';
    assert.deepEqual(await client.getDetails(id, never), {
      apiVersion: 'v2',
      id,
      status: 'finished',
      rawStatus: 'finished',
      prompt: 'task',
      isSuccess: true,
      judgeVerdict: true,
      output: 'output',
      cost: '0.0125',
      model: 'llm',
      sessionId: id,
      createdAt: time,
      startedAt: time,
      finishedAt: time,
      steps: [
        {
          number: 1,
          goal: 'nextGoal',
          evaluation: 'evaluationPreviousGoal',
          memory: 'memory',
          url: 'https://files.example/url',
          actions: ['actions'],
          durationSeconds: 1,
          screenshotUrl: 'https://files.example/screenshotUrl',
        },
      ],
      files: [{ id, name: 'fileName' }],
      judgement: 'judgement',
      agentVersion: 'browserUseVersion',
      metadata: '{"anything":"goes"}',
      screenshotUrls: [],
      session: {
        status: 'active',
        liveUrl: 'https://files.example/liveUrl',
        recordingUrls: ['https://files.example/recordingUrl'],
        publicShareUrl: 'https://files.example/publicShareUrl',
      },
    });
  });

  it('loses nothing of a whole status', async () => {
    prepare('/tasks/{task_id}/status', 200, 'whole', 'finished');
    assert.deepEqual(await client.getStatus(id, never), {
      status: 'finished',
      rawStatus: 'finished',
      output: 'output',
      finishedAt: '2026-01-13T12:00:00.123456Z',
      isSuccess: true,
      cost: '0.0125',
    });
  });

  it('reads links, the tasks of a session and the account', async () => {
    for (const path of Object.keys(calls)) prepare(path, 200, 'whole');
    const link = 'https://files.example/downloadUrl';
    assert.equal(await client.getLogUrl(id, never), link);
    assert.equal(await client.getFileUrl(id, { id, name: 'x' }, never), link);
    assert.deepEqual(await client.findSessionTasks(id, never), [id]);
    const { description } = await client.getAccount(never);
    assert.equal(description, 'name, plan planName, $1.00 left');
  });

  const refusals: readonly [string, number, CloudErrorKind][] = [
    ['/tasks/{task_id}/status', 404, 'taskNotFound'],
    ['/tasks/{task_id}/status', 422, 'invalidRequest'],
    ['/tasks/{task_id}', 404, 'taskNotFound'],
    ['/tasks/{task_id}', 422, 'invalidRequest'],
    ['/tasks/{task_id}/logs', 404, 'taskNotFound'],
    ['/tasks/{task_id}/logs', 422, 'invalidRequest'],
    ['/tasks/{task_id}/logs', 500, 'server'],
    ['/files/tasks/{task_id}/output-files/{file_id}', 404, 'taskNotFound'],
    ['/files/tasks/{task_id}/output-files/{file_id}', 422, 'invalidRequest'],
    ['/files/tasks/{task_id}/output-files/{file_id}', 500, 'server'],
    ['/sessions/{session_id}', 404, 'taskNotFound'],
    ['/sessions/{session_id}', 422, 'invalidRequest'],
    ['/billing/account', 404, 'auth'],
    ['/billing/account', 422, 'invalidRequest'],
  ];
  for (const [path, status, kind] of refusals) {
    it(`takes ${status} of GET ${path} for ${kind}`, async () => {
      prepare(path, status, 'whole');
      await assert.rejects(
        calls[path]?.(client) ?? assert.fail(path),
        (error: unknown) => isCloudError(error) && error.kind === kind && error.status === status,
      );
    });
  }

  it('has an answer ready for every status that the document names', () => {
    const read = Object.keys(calls).map((path) => `${path} 200`);
    const expected = new Set([...read, ...refusals.map(([path, status]) => `${path} ${status}`)]);
    const documented = Object.keys(calls).flatMap((path) =>
      Object.keys(document.paths[path]?.['get']?.responses ?? {}).map(
        (status) => `${path} ${status}`,
      ),
    );
    assert.deepEqual(documented.toSorted(), [...expected].toSorted());
  });
});

/** What of JSON Schema the document uses. */
interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** An answer that fits a schema. Strings say the name of their field; links, times, IDs and sums look like such. */
function exampleOf(document: unknown, schema: unknown, fullness: Fullness, name = ''): unknown {
  const given = schema as Schema;
  if (given.$ref !== undefined) {
    return exampleOf(document, resolve(document, given.$ref), fullness, name);
  }
  if (given.anyOf !== undefined) {
    const nullSchema = given.anyOf.find(({ type }) => type === 'null');
    if (nullSchema !== undefined && fullness === 'bare') return null;
    return exampleOf(document, given.anyOf[0], fullness, name);
  }
  switch (given.type) {
    case 'object':
      return exampleObject(document, given, fullness);
    case 'array':
      return fullness === 'bare' ? [] : [exampleOf(document, given.items ?? {}, fullness, name)];
    case 'string':
      return exampleString(given, name);
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function exampleObject(document: unknown, schema: Schema, fullness: Fullness): object {
  if (schema.properties === undefined) return { anything: 'goes' };
  const names = Object.keys(schema.properties).filter(
    (name) => fullness === 'whole' || schema.required?.includes(name),
  );
  return Object.fromEntries(
    names.map((name) => [name, exampleOf(document, schema.properties?.[name], fullness, name)]),
  );
}

function exampleString(schema: Schema, name: string): string {
  if (typeof schema.default === 'string') return schema.default;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema.format === 'uuid') return id;
  if (schema.format === 'date-time') return '2026-01-13T12:00:00.123456';
  if (schema.pattern !== undefined) return '0.0125';
  return /url$/i.test(name) ? `https://files.example/${name}` : name;
}

function resolve(document: unknown, ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce((node: unknown, part) => (node as Record<string, unknown>)[part], document);
}

function enumOf(document: unknown, name: string): readonly string[] {
  return (resolve(document, `#/components/schemas/${name}`) as Schema).enum ?? [];
}
