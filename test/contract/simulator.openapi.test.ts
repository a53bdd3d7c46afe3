import assert from 'node:assert/strict';
import { virtualClock } from '../simulator/clock';
import { sampleTasks } from '../simulator/samples';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import { fileId } from '../simulator/v2Views';
import { loadOpenapi, validateAnswer } from './openapi';
import type { Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import type { OpenapiDocument } from './openapi';

const nobody = '00000000-0000-4000-8000-000000000000';
const malformed = 'not-a-uuid';

interface Call {
  /** As the document names it: `GET /tasks/{task_id}`. */
  readonly route: string;
  readonly status: number;
  /** What stands in for the braces, or none. */
  readonly parameters?: (world: World) => Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** Brings the simulator into the state that leads to the status. */
  readonly prepare?: (world: World) => void;
}

interface World {
  readonly simulator: Simulator;
  /** A task that runs, in a session that outlives it and is not shared. */
  readonly running: { readonly id: string; readonly sessionId: string };
  /** A task that finished, with one file, in a session that is shared. */
  readonly finished: { readonly id: string; readonly sessionId: string };
}

const task = (world: World): Record<string, string> => ({ task_id: world.finished.id });
const session = (world: World): Record<string, string> => ({
  session_id: world.finished.sessionId,
});
const running = (world: World): Record<string, string> => ({
  task_id: world.running.id,
  session_id: world.running.sessionId,
});
const unknown = (): Record<string, string> => ({ task_id: nobody, session_id: nobody });
const nonsense = (): Record<string, string> => ({ task_id: malformed, session_id: malformed });
const full = ({ simulator }: World): void => {
  simulator.account.maxConcurrentSessions = 1;
};

const calls: Call[] = [
  { route: 'GET /billing/account', status: 200 },
  { route: 'GET /tasks', status: 200 },
  { route: 'GET /tasks', status: 200, query: 'pageSize=1&pageNumber=2' },
  { route: 'GET /tasks', status: 200, query: 'filterBy=started' },
  { route: 'GET /tasks', status: 422, query: 'pageSize=101' },
  { route: 'GET /tasks', status: 422, query: 'pageSize=0' },
  { route: 'GET /tasks', status: 422, query: 'pageSize=ten' },
  { route: 'GET /tasks', status: 422, query: 'pageNumber=0' },
  { route: 'GET /tasks', status: 422, query: 'filterBy=paused' },
  { route: 'GET /tasks', status: 422, query: 'sessionId=1' },
  { route: 'GET /tasks', status: 422, query: 'after=yesterday' },
  { route: 'POST /tasks', status: 202, body: { task: 'Do it', llm: 'gpt-4.1' } },
  { route: 'POST /tasks', status: 422, body: { task: '' } },
  { route: 'POST /tasks', status: 422, body: {} },
  { route: 'POST /tasks', status: 404, body: { task: 'Do it', sessionId: nobody } },
  { route: 'POST /tasks', status: 429, body: { task: 'Do it' }, prepare: full },
  { route: 'GET /tasks/{task_id}', status: 200, parameters: task },
  { route: 'GET /tasks/{task_id}', status: 404, parameters: unknown },
  { route: 'GET /tasks/{task_id}', status: 422, parameters: nonsense },
  {
    route: 'PATCH /tasks/{task_id}',
    status: 200,
    parameters: running,
    body: { action: 'stop' },
  },
  {
    route: 'PATCH /tasks/{task_id}',
    status: 200,
    parameters: running,
    body: { action: 'stop_task_and_session' },
  },
  {
    route: 'PATCH /tasks/{task_id}',
    status: 404,
    parameters: unknown,
    body: { action: 'stop' },
  },
  {
    route: 'PATCH /tasks/{task_id}',
    status: 422,
    parameters: running,
    body: { action: 'pause' },
  },
  { route: 'GET /tasks/{task_id}/status', status: 200, parameters: task },
  { route: 'GET /tasks/{task_id}/status', status: 404, parameters: unknown },
  { route: 'GET /tasks/{task_id}/status', status: 422, parameters: nonsense },
  { route: 'GET /tasks/{task_id}/logs', status: 200, parameters: task },
  { route: 'GET /tasks/{task_id}/logs', status: 404, parameters: unknown },
  { route: 'GET /tasks/{task_id}/logs', status: 422, parameters: nonsense },
  {
    route: 'GET /files/tasks/{task_id}/output-files/{file_id}',
    status: 200,
    parameters: (world) => ({ ...task(world), file_id: fileId(world.finished.id, 'result.csv') }),
  },
  {
    route: 'GET /files/tasks/{task_id}/output-files/{file_id}',
    status: 404,
    parameters: (world) => ({ ...task(world), file_id: nobody }),
  },
  {
    route: 'GET /files/tasks/{task_id}/output-files/{file_id}',
    status: 422,
    parameters: (world) => ({ ...task(world), file_id: malformed }),
  },
  { route: 'GET /sessions', status: 200 },
  { route: 'GET /sessions', status: 422, query: 'filterBy=idle' },
  { route: 'POST /sessions', status: 201, body: { keepAlive: false, enableRecording: true } },
  { route: 'POST /sessions', status: 422, body: { keepAlive: 'for ever' } },
  { route: 'POST /sessions', status: 429, body: {}, prepare: full },
  { route: 'GET /sessions/{session_id}', status: 200, parameters: session },
  { route: 'GET /sessions/{session_id}', status: 200, parameters: running },
  { route: 'GET /sessions/{session_id}', status: 404, parameters: unknown },
  { route: 'GET /sessions/{session_id}', status: 422, parameters: nonsense },
  {
    route: 'PATCH /sessions/{session_id}',
    status: 200,
    parameters: running,
    body: { action: 'stop' },
  },
  {
    route: 'PATCH /sessions/{session_id}',
    status: 404,
    parameters: unknown,
    body: { action: 'stop' },
  },
  {
    route: 'PATCH /sessions/{session_id}',
    status: 422,
    parameters: running,
    body: { action: 'start' },
  },
  { route: 'DELETE /sessions/{session_id}', status: 204, parameters: session },
  { route: 'DELETE /sessions/{session_id}', status: 404, parameters: unknown },
  { route: 'DELETE /sessions/{session_id}', status: 422, parameters: nonsense },
  { route: 'GET /sessions/{session_id}/public-share', status: 200, parameters: session },
  { route: 'GET /sessions/{session_id}/public-share', status: 404, parameters: running },
  { route: 'GET /sessions/{session_id}/public-share', status: 404, parameters: unknown },
  { route: 'GET /sessions/{session_id}/public-share', status: 422, parameters: nonsense },
  { route: 'POST /sessions/{session_id}/public-share', status: 201, parameters: running },
  { route: 'POST /sessions/{session_id}/public-share', status: 404, parameters: unknown },
  { route: 'POST /sessions/{session_id}/public-share', status: 422, parameters: nonsense },
  { route: 'DELETE /sessions/{session_id}/public-share', status: 204, parameters: session },
  { route: 'DELETE /sessions/{session_id}/public-share', status: 404, parameters: unknown },
  { route: 'DELETE /sessions/{session_id}/public-share', status: 422, parameters: nonsense },
];

/** Documented, but beyond a simulator that has one account, no profiles and a store that never fails. */
const neverAnswered = new Set([
  'GET /billing/account 404',
  'GET /billing/account 422',
  'GET /tasks/{task_id}/logs 500',
  'GET /files/tasks/{task_id}/output-files/{file_id} 500',
  'POST /sessions 404',
]);

/** Answered in tests of their own below, as they need more than one call, or a body that is no JSON. */
const provenApart = new Set(['POST /tasks 400', 'POST /sessions 402']);

describe('simulator, held against the OpenAPI document of v2', function () {
  // Compiling the document's schemas takes its time on a busy machine.
  this.timeout(20_000);
  let document: OpenapiDocument;
  let world: World;

  before(function () {
    const loaded = loadOpenapi('v2');
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
    const { route, status } = call;
    const details = [call.query, call.body && JSON.stringify(call.body), call.parameters?.name];
    const name = [route, ...details.filter((detail) => detail)].join(' ');
    it(`answers ${status} as documented to ${name}`, async () => {
      call.prepare?.(world);
      const [method = '', template = ''] = route.split(' ');
      const path = template.replace(
        /\{(\w+)\}/g,
        (_whole, part: string) => call.parameters?.(world)[part] ?? '',
      );
      const answer = await poll(method, call.query ? `${path}?${call.query}` : path, call.body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.deepEqual(validateAnswer(document, method, template, status, answer.body), []);
    });
  }

  it('answers every documented status of its routes, but those that it has no cause for', () => {
    const tried = new Set(calls.map(({ route, status }) => `${route} ${status}`));
    const untried = v2Routes(world.simulator).flatMap(([method, path]) => {
      const responses = document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
      assert.notDeepEqual(responses, {}, `${method} ${path} is not in the document`);
      return Object.keys(responses)
        .map((status) => `${method} ${path} ${status}`)
        .filter((name) => !tried.has(name) && !provenApart.has(name) && !neverAnswered.has(name));
    });
    assert.deepEqual(untried, []);
  });

  it('refuses a task for a session that is stopped or busy, as documented', async () => {
    const busy = await poll('POST', '/tasks', { task: 'x', sessionId: world.running.sessionId });
    assert.match(JSON.stringify(busy.body), /already has a running task/);
    const stopped = await poll('POST', '/tasks', {
      task: 'x',
      sessionId: world.finished.sessionId,
    });
    assert.match(JSON.stringify(stopped.body), /session is stopped/);
    for (const { status, body } of [busy, stopped]) {
      assert.equal(status, 400);
      assert.deepEqual(validateAnswer(document, 'POST', '/tasks', 400, body), []);
    }
  });

  it('answers 402 without credits, as the document describes it', async () => {
    world.simulator.account.monthlyCreditsUsd = 0;
    world.simulator.account.additionalCreditsUsd = 0;
    const answers = [
      await poll('POST', '/sessions', {}),
      await poll('POST', '/tasks', { task: 'x' }),
    ];
    for (const { status, body } of answers) {
      assert.equal(status, 402);
      // The document gives 402 a schema only where it speaks of profiles and skills.
      assert.deepEqual(validateAnswer(document, 'POST', '/profiles', 402, body), []);
    }
  });

  const scripts: Record<string, Partial<TaskScript>> = {
    'created but not started': { startsAfterMs: 'never' },
    'in its first step': { lengthMs: 1e9 },
    'half done': { lengthMs: 20_000 },
    'running for ever': { end: 'never' },
    finished: { steps: 2 },
    'finished without steps': { steps: 0, cost: null, output: null, isSuccess: null },
    'finished and judged': { isSuccess: true, judgeVerdict: false, judgement: '{"verdict":false}' },
    'finished with files': { files: [{ name: 'a.txt', content: 'a' }], suggestions: [{ a: 1 }] },
    stopped: { end: 'stopped' },
    failed: { end: 'failed', isSuccess: false },
    'from an old agent': { browserUseVersion: null, metadata: { a: { b: [1] } } },
    'without a recording': { isRecorded: false, isShared: true },
  };
  for (const [state, script] of Object.entries(scripts)) {
    it(`describes a task that is ${state} as documented`, async () => {
      const { simulator } = world;
      const added = simulator.addTask({ prompt: state, ...script });
      simulator.clock.advance(10_000);
      await assertDocumented(added.id, added.sessionId);
    });
  }

  it('describes every sample task as documented, now and as time goes by', async () => {
    const { simulator } = world;
    const samples = sampleTasks(simulator.clock.now()).filter(
      ({ apiVersion, script }) =>
        apiVersion === 'v2' &&
        // These use statuses that the document doesn't know, on purpose.
        script.rawStatus === undefined &&
        script.pauses === undefined,
    );
    assert.ok(samples.length > 10);
    for (const { script } of samples) simulator.addTask(script);
    for (let minute = 0; minute < 4; minute++) {
      for (const { id } of samples) {
        await assertAnswer('/tasks/{task_id}', `/tasks/${id}`);
        await assertAnswer('/tasks/{task_id}/status', `/tasks/${id}/status`);
      }
      await assertAnswer('/tasks', '/tasks?pageSize=100');
      await assertAnswer('/sessions', '/sessions?pageSize=100');
      simulator.clock.advance(60_000);
    }
  });

  async function assertDocumented(taskId: string, sessionId: string): Promise<void> {
    const requests = [
      ['/tasks/{task_id}', `/tasks/${taskId}`],
      ['/tasks/{task_id}/status', `/tasks/${taskId}/status`],
      ['/tasks/{task_id}/logs', `/tasks/${taskId}/logs`],
      ['/tasks', `/tasks?sessionId=${sessionId}`],
      ['/sessions', '/sessions?pageSize=100'],
      ['/sessions/{session_id}', `/sessions/${sessionId}`],
    ] as const;
    for (const [template, path] of requests) await assertAnswer(template, path);
  }

  async function assertAnswer(template: string, path: string): Promise<void> {
    const { status, body } = await poll('GET', path);
    assert.equal(status, 200);
    assert.deepEqual(validateAnswer(document, 'GET', template, 200, body), []);
  }

  async function poll(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${world.simulator.url}/api/v2${path}`, {
      method,
      headers: { 'X-Browser-Use-API-Key': simulatorKey, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (text === '') return { status: response.status, body: undefined };
    assert.equal(response.headers.get('content-type'), 'application/json');
    return { status: response.status, body: JSON.parse(text) as unknown };
  }
});

describe('validateAnswer', () => {
  it('finds a missing field, an unknown one, a zone on a timestamp and an undocumented status', function () {
    const document = loadOpenapi('v2');
    if (!document) return this.skip();
    const problems = (status: number, body: unknown): string =>
      validateAnswer(document, 'GET', '/tasks/{task_id}/status', status, body).join('\n');
    const good = { id: nobody, status: 'started', finishedAt: '2026-01-13T12:00:00.123456' };
    assert.equal(problems(200, good), '');
    assert.match(problems(200, { id: nobody }), /required property 'status'/);
    assert.match(problems(200, { ...good, isDone: true }), /additional properties.*isDone/);
    assert.match(
      problems(200, { ...good, finishedAt: '2026-01-13T12:00:00.123456Z' }),
      /date-time/,
    );
    assert.match(problems(200, { ...good, cost: 0.5 }), /cost/);
    assert.match(problems(418, good), /418, which the document does not name/);
    assert.match(
      validateAnswer(document, 'GET', '/nowhere', 200, {}).join(),
      /not in the document/,
    );
  });
});

describe('validateAnswer, for v3 and v4', () => {
  it('wants a zone on a timestamp, no unknown field, and a text in a refusal', function () {
    const v3 = loadOpenapi('v3');
    const v4 = loadOpenapi('v4-newer');
    if (!v3 || !v4) return this.skip();
    const workspace = (more: object): string => {
      const moment = '2026-01-13T12:00:00.123456Z';
      const body = { id: nobody, archived: false, createdAt: moment, updatedAt: moment, ...more };
      return validateAnswer(v4, 'POST', '/workspaces', 200, body).join();
    };
    assert.equal(workspace({}), '');
    assert.match(workspace({ createdAt: '2026-01-13T12:00:00.123456' }), /date-time/);
    assert.match(workspace({ isOld: true }), /additional properties.*isOld/);
    assert.match(validateAnswer(v3, 'GET', '/sessions', 200, {}).join(), /sessions/);
    const refusal = (body: unknown): string =>
      validateAnswer(v4, 'GET', '/runs/{run_id}', 404, body).join();
    assert.equal(refusal({ detail: 'Run not found' }), '');
    assert.match(refusal({ message: 'Run not found' }), /without a text in "detail"/);
  });
});

async function createWorld(): Promise<World> {
  const simulator = await startSimulator({ clock: virtualClock() });
  const finished = simulator.addTask({
    prompt: 'Finish',
    lengthMs: 1_000,
    files: [{ name: 'result.csv', content: 'a,b\n' }],
    isShared: true,
  });
  simulator.clock.advance(2_000);
  const runningTask = simulator.addTask({ prompt: 'Run', end: 'never', keepAlive: true });
  return { simulator, finished, running: runningTask };
}

function v2Routes(simulator: Simulator): [method: string, path: string][] {
  return simulator.routeNames
    .filter((name) => name.includes(' /api/v2/'))
    .map((name) => {
      const [method = '', path = ''] = name.split(' ');
      return [method, path.replace('/api/v2', '')];
    });
}
