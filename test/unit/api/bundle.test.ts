import assert from 'node:assert/strict';
import { runInThisContext } from 'node:vm';
import { build } from 'esbuild';
import type { createCloud } from '../../../src/api/index';
import { CloudError } from '../../../src/core/cloud/errors';
import { canaryKey, failureOf } from './canary';
import { localServers } from './localServer';
import { never } from '../../fakes/never';

/** Built as the extension is: with axios' browser build, for both extension hosts. */
async function buildApi(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [require.resolve('../../../src/api/index.ts')],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'cjs',
    target: 'es2022',
    write: false,
  });
  const [file] = outputFiles;
  assert.ok(file);
  return file.text;
}

describe('the bundle of the API', () => {
  const serve = localServers();
  let code = '';
  let create: typeof createCloud;

  let codeMade = 0;

  before(async () => {
    code = await buildApi();
    const module: { exports: { createCloud?: typeof createCloud } } = { exports: {} };
    // What a web worker lacks, or forbids, stands before the global of the same name.
    const given: Readonly<Record<string, unknown>> = {
      module,
      exports: module.exports,
      require: (name: string) => assert.fail(`requires ${name}`),
      process: undefined,
      Buffer: undefined,
      global: undefined,
      window: undefined,
      document: undefined,
      Function: function () {
        codeMade++;
        throw new Error('forbidden');
      },
    };
    const names = Object.keys(given).join();
    const load = runInThisContext(`(function (${names}) {${code}\n})`) as (
      ...values: unknown[]
    ) => void;
    load(...Object.values(given));
    assert.ok(module.exports.createCloud);
    create = module.exports.createCloud;
  });

  it('makes no code from text, which the web host forbids', async () => {
    const server = await serve((_request, response) => response.end('{"status":"failed"}'));
    const client = create({ baseUrl: server.url, key: canaryKey }).client('v2');
    await client.getTask('1', never);
    assert.equal(codeMade, 0);
  });

  it('is small enough', () => {
    assert.ok(code.length < 144 * 1024, `${code.length} bytes`);
  });

  it('asks, and reads the answer', async () => {
    const server = await serve((_request, response) => response.end('{"status":"failed"}'));
    const client = create({ baseUrl: server.url, key: canaryKey }).client('v2');
    assert.deepEqual(await client.getStatus('1', never), { status: 'failed', rawStatus: 'failed' });
    assert.equal(server.requests[0]?.headers['x-browser-use-api-key'], canaryKey);
  });

  it('follows no redirect, stops at the cap and at an abort, and frees the connections', async () => {
    const other = await serve((_request, response) => response.end());
    const server = await serve((_request, response) => {
      response.writeHead(307, { location: other.url }).end();
    });
    const redirected = create({ baseUrl: server.url, key: canaryKey }).client('v1');
    assert.equal((await failureOf(redirected.getStatus('1', never))).kind, 'redirect');
    assert.equal(other.requests.length, 0);

    const large = await serve((_request, response) => response.write(' '.repeat(9 * 1024 * 1024)));
    const flooded = create({ baseUrl: large.url, key: canaryKey }).client('v2');
    assert.equal((await failureOf(flooded.getStatus('1', never))).kind, 'tooLarge');
    await large.firstClosed;

    const silent = await serve(() => undefined);
    const controller = new AbortController();
    const waiting = create({ baseUrl: silent.url, key: canaryKey }).client('v2');
    const call = assert.rejects(waiting.getStatus('1', controller.signal), { name: 'AbortError' });
    await silent.firstRequested;
    controller.abort();
    await call;
    await silent.firstClosed;
  });

  it('throws errors that are known by name', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(401).end('{"detail":"Invalid API key"}'),
    );
    const client = create({ baseUrl: server.url, key: canaryKey }).client('v2');
    const error = await failureOf(client.getAccount(never));
    assert.equal(error.kind, 'auth');
    assert.ok(!(error instanceof CloudError));
  });
});
