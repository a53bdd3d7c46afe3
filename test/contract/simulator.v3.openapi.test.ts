import assert from 'node:assert/strict';
import { virtualClock } from '../simulator/clock';
import { newerSampleTasks } from '../simulator/samples';
import { startSimulator } from '../simulator/startSimulator';
import { loadOpenapi, validateAnswer } from './openapi';
import { assertCall, nameOf, send, untriedStatuses } from './openapiCalls';
import type { Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import type { OpenapiDocument } from './openapi';
import type { Call } from './openapiCalls';

const nobody = '00000000-0000-4000-8000-000000000000';

interface World {
  readonly simulator: Simulator;
  /** A session whose task runs, and one whose task is done, with two files. */
  readonly running: string;
  readonly finished: string;
  /** The workspace and the browser of the latter. */
  readonly workspace: string;
  readonly browser: string;
}

const finished = (world: World): Record<string, string> => ({ session_id: world.finished });
const running = (world: World): Record<string, string> => ({ session_id: world.running });
const browser = (world: World): Record<string, string> => ({ session_id: world.browser });
const workspace = (world: World): Record<string, string> => ({ workspace_id: world.workspace });
const unknown = (): Record<string, string> => ({ session_id: nobody, workspace_id: nobody });
const nonsense = (): Record<string, string> => ({ session_id: 'no', workspace_id: 'no' });

const calls: Call<World>[] = [
  { route: 'GET /billing/account', status: 200 },
  { route: 'POST /sessions', status: 200, body: { task: 'Do it', model: 'bu-max' } },
  { route: 'POST /sessions', status: 200, body: {} },
  { route: 'POST /sessions', status: 200, body: { task: 'Do it', max_cost_usd: 'ignored' } },
  { route: 'POST /sessions', status: 422, body: { task: 7 } },
  { route: 'POST /sessions', status: 422, body: { task: 'x', model: 'no-model' } },
  { route: 'POST /sessions', status: 422, body: { task: 'x', maxCostUsd: 'much' } },
  { route: 'POST /sessions', status: 404, body: { task: 'x', sessionId: nobody } },
  { route: 'GET /sessions', status: 200 },
  { route: 'GET /sessions', status: 200, query: 'page=2&page_size=1' },
  { route: 'GET /sessions', status: 422, query: 'page_size=101' },
  { route: 'GET /sessions', status: 422, query: 'page=0' },
  { route: 'GET /sessions/{session_id}', status: 200, parameters: finished },
  { route: 'GET /sessions/{session_id}', status: 200, parameters: running },
  { route: 'GET /sessions/{session_id}', status: 404, parameters: unknown },
  { route: 'GET /sessions/{session_id}', status: 422, parameters: nonsense },
  { route: 'DELETE /sessions/{session_id}', status: 204, parameters: running },
  { route: 'DELETE /sessions/{session_id}', status: 422, parameters: nonsense },
  { route: 'POST /sessions/{session_id}/stop', status: 200, parameters: running },
  {
    route: 'POST /sessions/{session_id}/stop',
    status: 200,
    parameters: running,
    body: { strategy: 'task' },
  },
  {
    route: 'POST /sessions/{session_id}/stop',
    status: 422,
    parameters: running,
    body: { strategy: 'all' },
  },
  { route: 'GET /sessions/{session_id}/messages', status: 200, parameters: finished },
  {
    route: 'GET /sessions/{session_id}/messages',
    status: 200,
    parameters: finished,
    query: 'limit=100',
  },
  {
    route: 'GET /sessions/{session_id}/messages',
    status: 422,
    parameters: finished,
    query: 'limit=101',
  },
  {
    route: 'GET /sessions/{session_id}/messages',
    status: 422,
    parameters: finished,
    query: 'after=1',
  },
  { route: 'GET /browsers', status: 200 },
  { route: 'GET /browsers', status: 200, query: 'filterBy=active' },
  { route: 'GET /browsers', status: 422, query: 'filterBy=idle' },
  { route: 'GET /browsers/{session_id}', status: 200, parameters: browser },
  { route: 'GET /browsers/{session_id}', status: 404, parameters: unknown },
  { route: 'GET /browsers/{session_id}', status: 422, parameters: nonsense },
  {
    route: 'PATCH /browsers/{session_id}',
    status: 200,
    parameters: browser,
    body: { action: 'stop' },
  },
  {
    route: 'PATCH /browsers/{session_id}',
    status: 404,
    parameters: unknown,
    body: { action: 'stop' },
  },
  {
    route: 'PATCH /browsers/{session_id}',
    status: 422,
    parameters: browser,
    body: { action: 'go' },
  },
  {
    route: 'GET /browsers/{session_id}/downloads',
    status: 200,
    parameters: browser,
    query: 'includeUrls=true',
  },
  { route: 'GET /browsers/{session_id}/downloads', status: 404, parameters: unknown },
  { route: 'GET /browsers/{session_id}/downloads', status: 422, parameters: nonsense },
  { route: 'GET /workspaces', status: 200 },
  { route: 'GET /workspaces', status: 422, query: 'pageSize=0' },
  { route: 'POST /workspaces', status: 201, body: { name: 'Mine' } },
  { route: 'POST /workspaces', status: 422, body: { name: 'x'.repeat(101) } },
  { route: 'GET /workspaces/{workspace_id}', status: 200, parameters: workspace },
  { route: 'GET /workspaces/{workspace_id}', status: 404, parameters: unknown },
  { route: 'GET /workspaces/{workspace_id}', status: 422, parameters: nonsense },
  {
    route: 'PATCH /workspaces/{workspace_id}',
    status: 200,
    parameters: workspace,
    body: { name: 'New' },
  },
  {
    route: 'PATCH /workspaces/{workspace_id}',
    status: 422,
    parameters: workspace,
    body: { name: 7 },
  },
  { route: 'DELETE /workspaces/{workspace_id}', status: 204, parameters: workspace },
  { route: 'DELETE /workspaces/{workspace_id}', status: 422, parameters: nonsense },
  {
    route: 'GET /workspaces/{workspace_id}/files',
    status: 200,
    parameters: workspace,
    query: 'includeUrls=true&limit=1',
  },
  {
    route: 'GET /workspaces/{workspace_id}/files',
    status: 200,
    parameters: workspace,
    query: 'shallow=true',
  },
  {
    route: 'GET /workspaces/{workspace_id}/files',
    status: 422,
    parameters: workspace,
    query: 'includeUrls=perhaps',
  },
  {
    route: 'DELETE /workspaces/{workspace_id}/files',
    status: 204,
    parameters: workspace,
    query: 'path=a.csv',
  },
  { route: 'DELETE /workspaces/{workspace_id}/files', status: 422, parameters: workspace },
  { route: 'GET /workspaces/{workspace_id}/size', status: 200, parameters: workspace },
  { route: 'GET /workspaces/{workspace_id}/size', status: 422, parameters: nonsense },
  {
    route: 'POST /workspaces/{workspace_id}/files/upload',
    status: 200,
    parameters: workspace,
    body: { files: [{ name: 'a.csv' }] },
  },
  {
    route: 'POST /workspaces/{workspace_id}/files/upload',
    status: 422,
    parameters: workspace,
    body: { files: [] },
  },
];

/** Documented, but beyond a simulator that has one account. */
const neverAnswered = ['GET /billing/account 404', 'GET /billing/account 422'];

describe('simulator of v3, held against its OpenAPI document', function () {
  // Compiling the document's schemas takes its time on a busy machine.
  this.timeout(20_000);
  let document: OpenapiDocument;
  let world: World;

  before(function () {
    const loaded = loadOpenapi('v3');
    if (!loaded) return this.skip();
    document = loaded;
  });

  beforeEach(async () => {
    world = await createWorld();
  });

  afterEach(async () => {
    await world.simulator.close();
  });

  for (const call of calls) {
    it(`answers ${call.status} to ${nameOf(call)}`, async () => {
      await assertCall(call, world, 'v3', [document]);
    });
  }

  it('answers every documented status of its routes, but those that it has no cause for', () => {
    assert.deepEqual(untriedStatuses(world.simulator, 'v3', document, calls), neverAnswered);
  });

  const scripts: Record<string, Partial<TaskScript>> = {
    'created but not started': { startsAfterMs: 'never' },
    'idle before it runs': { startsAfterMs: 'never', v3: { idleAfterMs: 1 } },
    running: { end: 'never' },
    'idle after its task': { keepAlive: true, lengthMs: 1_000 },
    'stopped, as its task is done': { steps: 2 },
    'stopped by a person': { end: 'stopped', lengthMs: 1_000 },
    'timed out with a verdict': { keepAlive: true, steps: 1, v3: { idleLimitMs: 1_000 } },
    'timed out without a verdict': { end: 'never', v3: { lifeLimitMs: 5_000 } },
    'in error': { end: 'failed', lengthMs: 1_000 },
    'done with an object': { steps: 1, structuredOutput: { text: 'a', code: 'b', output: [1] } },
    'done with a number': { steps: 1, structuredOutput: 42 },
    'done with null': { steps: 1, structuredOutput: null },
    'done with files': { steps: 1, files: [{ name: 'a.txt', content: 'a' }] },
    'telling in the form of a chat': { v3: { messageForm: 'chat' } },
    'telling hidden and broken messages': {
      v3: { messages: [{ afterMs: 0, data: '{"content": [', isHidden: true, role: 'tool' }] },
    },
  };
  for (const [state, script] of Object.entries(scripts)) {
    it(`describes a session that is ${state} as documented`, async () => {
      const { simulator } = world;
      const { sessionId } = simulator.addTask({ prompt: state, ...script, apiVersion: 'v3' });
      simulator.clock.advance(10_000);
      const requests = [
        ['/sessions/{session_id}', `/sessions/${sessionId}`],
        ['/sessions/{session_id}/messages', `/sessions/${sessionId}/messages?limit=100`],
        ['/sessions', '/sessions?page_size=100'],
        ['/browsers', '/browsers?pageSize=100'],
      ] as const;
      for (const [template, path] of requests) {
        const { status, body } = await send({ simulator, version: 'v3' }, 'GET', path);
        assert.equal(status, 200);
        assert.deepEqual(validateAnswer(document, 'GET', template, 200, body), []);
      }
    });
  }

  it('describes every sample as documented, now and as time goes by', async () => {
    const { simulator } = world;
    const samples = newerSampleTasks(simulator.clock.now()).filter(
      // Some use words that the document doesn't know, which is what they are for.
      ({ apiVersion, script }) =>
        apiVersion === 'v3' && script.rawStatus === undefined && !script.llm?.startsWith('<'),
    );
    assert.ok(samples.length > 5);
    for (const { script } of samples) simulator.addTask(script);
    const check = async (template: string, path: string): Promise<void> => {
      const { status, body } = await send({ simulator, version: 'v3' }, 'GET', path);
      assert.equal(status, 200, path);
      assert.deepEqual(validateAnswer(document, 'GET', template, 200, body), []);
    };
    for (let minute = 0; minute < 4; minute++) {
      for (const id of samples.map(({ id }) => id)) {
        await check('/sessions/{session_id}', `/sessions/${id}`);
        await check('/sessions/{session_id}/messages', `/sessions/${id}/messages?limit=100`);
      }
      await check('/sessions', '/sessions?page_size=100');
      simulator.clock.advance(60_000);
    }
  });
});

async function createWorld(): Promise<World> {
  const simulator = await startSimulator({ clock: virtualClock() });
  const done = simulator.addTask({
    prompt: 'Finish',
    apiVersion: 'v3',
    lengthMs: 1_000,
    files: [
      { name: 'a.csv', content: 'a,b\n' },
      { name: 'folder/b.csv', content: 'b\n' },
    ],
    downloads: [{ name: 'report.pdf', content: '%PDF' }],
  });
  simulator.clock.advance(2_000);
  const { sessionId } = simulator.addTask({ prompt: 'Run', apiVersion: 'v3', end: 'never' });
  const browsers = await send({ simulator, version: 'v3' }, 'GET', '/browsers?filterBy=stopped');
  const [first] = (browsers.body as { items: { id: string }[] }).items;
  return {
    simulator,
    running: sessionId,
    finished: done.sessionId,
    workspace: simulator.sessions.get(done.sessionId)?.workspaceId ?? '',
    browser: first?.id ?? '',
  };
}
