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
const shareToken = 'share_token';

interface World {
  readonly simulator: Simulator;
  /** A run that is active, with a message in its session's queue. */
  readonly active: Ids;
  /** A run that is done, with a file; its session is shared. */
  readonly done: Ids;
  readonly messageId: string;
}

interface Ids {
  readonly runId: string;
  readonly sessionId: string;
  readonly workspaceId: string;
  readonly browserId: string;
}

const idsOf = (ids: Ids, world: World): Record<string, string> => ({
  run_id: ids.runId,
  session_id: ids.sessionId,
  workspace_id: ids.workspaceId,
  message_id: world.messageId,
  [shareToken]: world.simulator.sessions.get(ids.sessionId)?.share?.token ?? '',
});
const done = (world: World): Record<string, string> => idsOf(world.done, world);
const active = (world: World): Record<string, string> => idsOf(world.active, world);
const browser = (world: World): Record<string, string> => ({ session_id: world.done.browserId });
const unknown = (): Record<string, string> => ({
  run_id: nobody,
  session_id: nobody,
  workspace_id: nobody,
  message_id: '1',
  [shareToken]: 'x'.repeat(32),
});
const nonsense = (): Record<string, string> => ({
  run_id: 'no',
  session_id: 'no',
  workspace_id: 'no',
  message_id: 'no',
});

const isPrivate = ({ simulator }: World): void => {
  simulator.account.hasZeroDataRetention = true;
};
const isPoor = ({ simulator }: World): void => {
  simulator.account.monthlyCreditsUsd = 0;
  simulator.account.additionalCreditsUsd = 0;
};
const isCapped = ({ simulator }: World): void => {
  simulator.account.keySpendLimit = { capUsd: '20.00', spentUsd: '20.01' };
};
const hasFullQueue = ({ simulator }: World): void => {
  simulator.account.maxQueuedMessages = 1;
};
const cannotReach = ({ simulator }: World): void => {
  simulator.faults.add({
    route: '* /api/v4/*',
    preventsAction: true,
    effect: { kind: 'answer', status: 502, body: { detail: 'Control plane unreachable' } },
  });
};

const file = { name: 'a.csv', size: 4, contentType: 'text/csv' };

/** What a route answers to IDs that nobody has, to such that are none, and to a project that v4 doesn't serve. */
function refusals(route: string, body?: unknown): Call<World>[] {
  const sent = body === undefined ? {} : { body };
  return [
    { route, status: 404, parameters: unknown, ...sent },
    { route, status: 422, parameters: nonsense, ...sent },
    { route, status: 403, parameters: done, prepare: isPrivate, ...sent },
  ];
}

const calls: Call<World>[] = [
  { route: 'POST /runs', status: 200, body: { task: 'Do it', model: 'minimax-m3' } },
  {
    route: 'POST /runs',
    status: 200,
    body: {
      task: 'Do it',
      judge: {},
      maxCostUsd: '2.5',
      attachedFileIds: [nobody],
      browserSettings: { proxyCountryCode: null, screenWidth: 800, record: true },
      outputSchema: { type: 'object' },
    },
  },
  { route: 'POST /runs', status: 400, bodyIn: otherWorkspace },
  { route: 'POST /runs', status: 402, body: { task: 'x' }, prepare: isPoor },
  { route: 'POST /runs', status: 402, body: { task: 'x' }, prepare: isCapped },
  { route: 'POST /runs', status: 403, body: { task: 'x' }, prepare: isPrivate },
  { route: 'POST /runs', status: 404, body: { task: 'x', sessionId: nobody } },
  { route: 'POST /runs', status: 404, body: { task: 'x', workspaceId: nobody } },
  { route: 'POST /runs', status: 409, bodyIn: busySession },
  ...[
    {},
    { task: '' },
    { task: 'x', sessionID: nobody },
    { task: 'x', max_cost_usd: 1 },
    { task: 'x', model: 'no-model' },
    { task: 'x', maxCostUsd: 0 },
    { task: 'x', judge: { strict: true } },
    { task: 'x', browserSettings: { screenWidth: 100 } },
    { task: 'x', browserSettings: { width: 800 } },
    { task: 'x', attachedFileIds: ['no'] },
    { task: 'x', attachedFileIds: Array.from({ length: 21 }, () => nobody) },
  ].map((body) => ({ route: 'POST /runs', status: 422, body })),
  { route: 'GET /runs', status: 200 },
  { route: 'GET /runs', status: 200, query: 'limit=1' },
  { route: 'GET /runs', status: 200, query: (world) => `sessionId=${world.done.sessionId}` },
  { route: 'GET /runs', status: 400, query: 'cursor=nonsense' },
  { route: 'GET /runs', status: 403, prepare: isPrivate },
  { route: 'GET /runs', status: 422, query: 'limit=many' },
  ...['', '/status', '/events', '/attachments'].flatMap((part) => [
    { route: `GET /runs/{run_id}${part}`, status: 200, parameters: done },
    { route: `GET /runs/{run_id}${part}`, status: 200, parameters: active },
    ...refusals(`GET /runs/{run_id}${part}`),
  ]),
  {
    route: 'GET /runs/{run_id}/events',
    status: 200,
    parameters: done,
    query: 'limit=3&include_output=false',
  },
  { route: 'GET /runs/{run_id}/events', status: 422, parameters: done, query: 'after=x' },
  { route: 'POST /runs/{run_id}/cancel', status: 200, parameters: active },
  { route: 'POST /runs/{run_id}/cancel', status: 200, parameters: done },
  { route: 'POST /runs/{run_id}/cancel', status: 502, parameters: active, prepare: cannotReach },
  ...refusals('POST /runs/{run_id}/cancel'),
  { route: 'GET /sessions', status: 200 },
  { route: 'GET /sessions', status: 200, query: 'limit=1' },
  { route: 'GET /sessions', status: 400, query: 'cursor=nonsense' },
  { route: 'GET /sessions', status: 403, prepare: isPrivate },
  { route: 'GET /sessions', status: 422, query: 'limit=101' },
  { route: 'GET /sessions/{session_id}', status: 200, parameters: done },
  ...refusals('GET /sessions/{session_id}'),
  {
    route: 'PATCH /sessions/{session_id}',
    status: 200,
    parameters: done,
    body: { title: 'Mine' },
  },
  ...refusals('PATCH /sessions/{session_id}', { title: null }),
  { route: 'PATCH /sessions/{session_id}', status: 422, parameters: done, body: { name: 'Mine' } },
  { route: 'DELETE /sessions/{session_id}', status: 204, parameters: active },
  { route: 'DELETE /sessions/{session_id}', status: 502, parameters: done, prepare: cannotReach },
  ...refusals('DELETE /sessions/{session_id}'),
  {
    route: 'POST /sessions/{session_id}/purge',
    status: 204,
    parameters: done,
    prepare: isPrivate,
  },
  { route: 'POST /sessions/{session_id}/purge', status: 403, parameters: done },
  { route: 'POST /sessions/{session_id}/purge', status: 404, parameters: unknown },
  { route: 'POST /sessions/{session_id}/purge', status: 422, parameters: nonsense },
  { route: 'GET /sessions/{session_id}/cost', status: 200, parameters: done },
  ...refusals('GET /sessions/{session_id}/cost'),
  { route: 'GET /sessions/{session_id}/cost-cap', status: 200, parameters: active },
  ...refusals('GET /sessions/{session_id}/cost-cap'),
  {
    route: 'PATCH /sessions/{session_id}/cost-cap',
    status: 200,
    parameters: active,
    body: { maxCostUsd: 3 },
  },
  ...refusals('PATCH /sessions/{session_id}/cost-cap', { maxCostUsd: 3 }),
  { route: 'POST /sessions/{session_id}/queue', status: 200, parameters: active, body: say() },
  { route: 'POST /sessions/{session_id}/queue', status: 200, parameters: done, body: say() },
  {
    route: 'POST /sessions/{session_id}/queue',
    status: 200,
    parameters: active,
    body: { ...say(), interrupt: true },
  },
  {
    route: 'POST /sessions/{session_id}/queue',
    status: 402,
    parameters: done,
    body: say(),
    prepare: isCapped,
  },
  {
    route: 'POST /sessions/{session_id}/queue',
    status: 429,
    parameters: active,
    body: say(),
    prepare: hasFullQueue,
  },
  {
    route: 'POST /sessions/{session_id}/queue',
    status: 422,
    parameters: active,
    body: { message: 'x' },
  },
  ...refusals('POST /sessions/{session_id}/queue', say()),
  { route: 'GET /sessions/{session_id}/queue', status: 200, parameters: active },
  ...refusals('GET /sessions/{session_id}/queue'),
  { route: 'GET /sessions/{session_id}/queue/{message_id}', status: 200, parameters: active },
  ...refusals('GET /sessions/{session_id}/queue/{message_id}'),
  { route: 'DELETE /sessions/{session_id}/queue/{message_id}', status: 200, parameters: active },
  {
    route: 'DELETE /sessions/{session_id}/queue/{message_id}',
    status: 409,
    parameters: active,
    prepare: isDelivered,
  },
  ...refusals('DELETE /sessions/{session_id}/queue/{message_id}'),
  { route: 'GET /sessions/{session_id}/share', status: 200, parameters: done },
  { route: 'GET /sessions/{session_id}/share', status: 200, parameters: active },
  ...refusals('GET /sessions/{session_id}/share'),
  { route: 'POST /sessions/{session_id}/share', status: 200, parameters: active },
  ...refusals('POST /sessions/{session_id}/share'),
  {
    route: 'PUT /sessions/{session_id}/share',
    status: 200,
    parameters: done,
    body: { isActive: false },
  },
  ...refusals('PUT /sessions/{session_id}/share', { isActive: true }),
  { route: 'GET /share/{share_token}/recording', status: 200, parameters: done },
  { route: 'GET /share/{share_token}/recording', status: 404, parameters: unknown },
  { route: 'POST /workspaces', status: 200, body: { name: 'Mine' } },
  { route: 'POST /workspaces', status: 422, body: { name: 7 } },
  { route: 'GET /workspaces/{workspace_id}', status: 200, parameters: done },
  { route: 'GET /workspaces/{workspace_id}', status: 422, parameters: nonsense },
  {
    route: 'PATCH /workspaces/{workspace_id}',
    status: 200,
    parameters: done,
    body: { name: 'New' },
  },
  {
    route: 'PATCH /workspaces/{workspace_id}',
    status: 404,
    parameters: unknown,
    body: { name: 'New' },
  },
  {
    route: 'PATCH /workspaces/{workspace_id}',
    status: 422,
    parameters: done,
    body: { name: 7 },
  },
  { route: 'DELETE /workspaces/{workspace_id}', status: 204, parameters: done },
  { route: 'DELETE /workspaces/{workspace_id}', status: 404, parameters: unknown },
  { route: 'DELETE /workspaces/{workspace_id}', status: 422, parameters: nonsense },
  { route: 'GET /workspaces/{workspace_id}/size', status: 200, parameters: done },
  { route: 'GET /workspaces/{workspace_id}/size', status: 404, parameters: unknown },
  { route: 'GET /workspaces/{workspace_id}/size', status: 422, parameters: nonsense },
  {
    route: 'GET /workspaces/{workspace_id}/files',
    status: 200,
    parameters: done,
    query: 'includeUrls=true',
  },
  {
    route: 'GET /workspaces/{workspace_id}/files',
    status: 400,
    parameters: done,
    query: 'cursor=nonsense',
  },
  ...refusals('GET /workspaces/{workspace_id}/files'),
  {
    route: 'DELETE /workspaces/{workspace_id}/files',
    status: 204,
    parameters: done,
    query: 'path=outputs/result.csv',
  },
  { route: 'DELETE /workspaces/{workspace_id}/files', status: 404, parameters: unknown },
  { route: 'DELETE /workspaces/{workspace_id}/files', status: 422, parameters: done },
  {
    route: 'POST /workspaces/{workspace_id}/files/upload',
    status: 200,
    parameters: done,
    body: { files: [file] },
  },
  ...refusals('POST /workspaces/{workspace_id}/files/upload', { files: [file] }),
  {
    route: 'POST /workspaces/{workspace_id}/files/upload',
    status: 422,
    parameters: done,
    body: { files: [{ name: 'a.csv' }] },
  },
  { route: 'GET /browsers', status: 200, query: 'filterBy=active' },
  { route: 'GET /browsers', status: 200, query: (world) => agentQuery(world) },
  { route: 'GET /browsers', status: 422, query: 'agentSessionId=no' },
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
  { route: 'PATCH /browsers/{session_id}', status: 422, parameters: browser, body: {} },
  { route: 'GET /browsers/{session_id}/downloads', status: 200, parameters: browser },
  { route: 'GET /browsers/{session_id}/downloads', status: 404, parameters: unknown },
  { route: 'GET /browsers/{session_id}/downloads', status: 422, parameters: nonsense },
];

/** Answered in tests of their own, as they need more than one call. */
const provenApart = new Set([
  'POST /workspaces/{workspace_id}/files/upload 409',
  'POST /workspaces/{workspace_id}/files/upload 400',
]);

/** A token of a share can be any text, so that there is none that is wrong in itself. */
const neverAnswered = new Set(['GET /share/{share_token}/recording 422']);

describe('simulator of v4, held against its OpenAPI documents', function () {
  // Compiling the documents' schemas takes its time on a busy machine.
  this.timeout(20_000);
  let newest: OpenapiDocument;
  let documents: readonly OpenapiDocument[];
  let world: World;

  before(function () {
    const newer = loadOpenapi('v4-newer');
    const published = loadOpenapi('v4');
    if (!newer || !published) return this.skip();
    newest = newer;
    documents = [newer, published];
  });

  beforeEach(async () => {
    world = await createWorld();
  });

  afterEach(async () => {
    await world.simulator.close();
  });

  for (const call of calls) {
    it(`answers ${call.status} to ${nameOf(call)}`, async () => {
      await assertCall(call, world, 'v4', documents);
    });
  }

  it('answers every documented status of its routes, but those that it has no cause for', () => {
    const untried = untriedStatuses(world.simulator, 'v4', newest, calls);
    assert.deepEqual(
      untried.filter((name) => !provenApart.has(name) && !neverAnswered.has(name)),
      [],
    );
  });

  const scripts: Record<string, Partial<TaskScript>> = {
    queued: { startsAfterMs: 'never' },
    dispatching: { startsAfterMs: 'never', v4: { dispatchesAfterMs: 1 } },
    running: { end: 'never' },
    completed: { steps: 2 },
    'completed without a step': { steps: 0, output: null, cost: null },
    'completed and judged': {
      steps: 1,
      v4: { judgement: { verdict: false }, judgementAfterMs: 1 },
    },
    'completed with an output of its own': {
      steps: 1,
      structuredOutput: [1, { a: null }],
      createdWith: { outputSchema: { type: 'array' } },
    },
    'completed with files': { steps: 1, files: [{ name: 'a.txt', content: 'a' }] },
    failed: { steps: 1, end: 'failed' },
    'failed without a word': { steps: 1, end: 'failed', v4: { error: null } },
    cancelled: { steps: 1, end: 'stopped' },
    'without a title': { title: null },
    'telling of unknown events': {
      v4: { events: [{ afterMs: 1, type: 'moon.phase', data: { a: [1] } }] },
    },
  };
  for (const [state, script] of Object.entries(scripts)) {
    it(`describes a run that is ${state} as documented`, async () => {
      const { simulator } = world;
      const run = simulator.addTask({ prompt: state, ...script, apiVersion: 'v4' });
      simulator.clock.advance(10_000);
      const requests = [
        ['/runs/{run_id}', `/runs/${run.id}`],
        ['/runs/{run_id}/status', `/runs/${run.id}/status`],
        ['/runs/{run_id}/events', `/runs/${run.id}/events`],
        ['/runs', '/runs?limit=100'],
        ['/sessions', '/sessions?limit=100'],
        ['/sessions/{session_id}', `/sessions/${run.sessionId}`],
        ['/browsers', '/browsers?pageSize=100'],
      ] as const;
      for (const [template, path] of requests) {
        const { status, body } = await send({ simulator, version: 'v4' }, 'GET', path);
        assert.equal(status, 200);
        for (const document of documents) {
          assert.deepEqual(validateAnswer(document, 'GET', template, 200, body), []);
        }
      }
    });
  }

  it('describes every sample as documented, now and as time goes by', async () => {
    const { simulator } = world;
    const samples = newerSampleTasks(simulator.clock.now()).filter(
      // Some use words that the document doesn't know, which is what they are for.
      ({ apiVersion, script }) => apiVersion === 'v4' && script.rawStatus === undefined,
    );
    assert.ok(samples.length > 5);
    for (const { script } of samples) simulator.addTask(script);
    const check = async (template: string, path: string): Promise<void> => {
      const { status, body } = await send({ simulator, version: 'v4' }, 'GET', path);
      assert.equal(status, 200, path);
      for (const document of documents) {
        assert.deepEqual(validateAnswer(document, 'GET', template, 200, body), []);
      }
    };
    for (let minute = 0; minute < 4; minute++) {
      for (const id of samples.map(({ id }) => id)) {
        await check('/runs/{run_id}', `/runs/${id}`);
        await check('/runs/{run_id}/status', `/runs/${id}/status`);
        await check('/runs/{run_id}/events', `/runs/${id}/events`);
      }
      await check('/runs', '/runs?limit=100');
      await check('/sessions', '/sessions?limit=100');
      simulator.clock.advance(60_000);
    }
  });
});

function say(): { text: string } {
  return { text: 'Go on' };
}

function agentQuery({ done }: World): string {
  return `agentSessionId=${done.sessionId}`;
}

function otherWorkspace({ active, done }: World): unknown {
  return { task: 'x', sessionId: done.sessionId, workspaceId: active.workspaceId };
}

function busySession({ active }: World): unknown {
  return { task: 'x', sessionId: active.sessionId };
}

function isDelivered(world: World): void {
  world.simulator.tasks.get(world.active.runId)?.stop(world.simulator.clock.now());
}

async function createWorld(): Promise<World> {
  const simulator = await startSimulator({ clock: virtualClock() });
  const doneRun = simulator.addTask({
    prompt: 'Finish',
    apiVersion: 'v4',
    lengthMs: 3_000,
    files: [{ name: 'result.csv', content: 'a,b\n' }],
    downloads: [{ name: 'report.pdf', content: '%PDF' }],
    isShared: true,
  });
  const activeRun = simulator.addTask({ prompt: 'Run', apiVersion: 'v4', end: 'never' });
  simulator.clock.advance(4_000);
  const idsOfRun = async (run: typeof doneRun): Promise<Ids> => {
    const path = `/browsers?agentSessionId=${run.sessionId}`;
    const { body } = await send({ simulator, version: 'v4' }, 'GET', path);
    return {
      runId: run.id,
      sessionId: run.sessionId,
      workspaceId: simulator.sessions.get(run.sessionId)?.workspaceId ?? '',
      browserId: (body as { items: { id: string }[] }).items[0]?.id ?? '',
    };
  };
  const message = await send(
    { simulator, version: 'v4' },
    'POST',
    `/sessions/${activeRun.sessionId}/queue`,
    { text: 'Then this' },
  );
  return {
    simulator,
    active: await idsOfRun(activeRun),
    done: await idsOfRun(doneRun),
    messageId: String((message.body as { id: number }).id),
  };
}
