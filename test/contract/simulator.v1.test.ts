import assert from 'node:assert/strict';
import { virtualClock } from '../simulator/clock';
import { startSimulator } from '../simulator/startSimulator';
import { requestSimulator, v1Key } from './requestSimulator';
import type { Simulator } from '../simulator/startSimulator';
import type { Answer } from './requestSimulator';

describe('simulator, speaking v1', function () {
  // Generous, for a busy machine; the whole suite takes half a second.
  this.timeout(20_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock() });
  });

  afterEach(async () => {
    await simulator.close();
  });

  const asV1 = (path: string, method = 'GET', body?: unknown): Promise<Answer> =>
    requestSimulator(simulator, `/api/v1${path}`, { method, headers: v1Key, body });

  it('tells the status as a bare JSON string', async () => {
    const { id } = simulator.addTask({ prompt: 'Bare', apiVersion: 'v1', id: 'task_0123' });
    const answer = await asV1(`/task/${id}/status`);
    assert.equal(answer.text, '"running"');
    assert.equal(answer.headers.get('content-type'), 'application/json');
  });

  it('describes a task in snake_case, with zones on its times', async () => {
    const { id } = simulator.addTask({
      prompt: 'Snake',
      apiVersion: 'v1',
      steps: [{ goal: 'Look', url: 'https://example.com/a' }],
      files: [{ name: 'a b.txt', content: 'A' }],
      output: 'Seen',
    });
    const running = (await asV1(`/task/${id}`)).json;
    assert.match(String(running['live_url']), /\/live\//);
    assert.deepEqual([running['output'], running['finished_at']], [null, null]);
    simulator.clock.advance(2_000);
    const { steps, ...task } = (await asV1(`/task/${id}`)).json;
    assert.deepEqual(task, {
      id,
      task: 'Snake',
      output: 'Seen',
      status: 'finished',
      created_at: '2026-01-13T12:00:00.123037Z',
      finished_at: '2026-01-13T12:00:02.123037Z',
      live_url: null,
      public_share_url: null,
      output_files: ['a b.txt'],
      metadata: {},
    });
    const [step] = steps as Record<string, unknown>[];
    assert.deepEqual(Object.keys(step ?? {}), [
      'id',
      'step',
      'evaluation_previous_goal',
      'next_goal',
      'url',
    ]);
    const file = await asV1(`/task/${id}/output-file/a%20b.txt`);
    const download = await requestSimulator(simulator, String(file.json['download_url']), {
      headers: {},
    });
    assert.equal(download.text, 'A');
  });

  it('runs, pauses, resumes and stops a task; paused time does not count', async () => {
    const { id } = (await asV1('/run-task', 'POST', { task: 'Drive' })).json as { id: string };
    const status = async (): Promise<string> => (await asV1(`/task/${id}/status`)).text;
    simulator.clock.advance(3_000);
    assert.equal((await asV1(`/pause-task?task_id=${id}`, 'PUT')).status, 200);
    simulator.clock.advance(60_000);
    assert.equal(await status(), '"paused"');
    await asV1(`/resume-task?task_id=${id}`, 'PUT');
    simulator.clock.advance(2_999);
    assert.equal(await status(), '"running"');
    await asV1(`/stop-task?task_id=${id}`, 'PUT');
    simulator.clock.advance(60_000);
    assert.equal(await status(), '"stopped"');
    await asV1(`/resume-task?task_id=${id}`, 'PUT');
    assert.equal(await status(), '"stopped"');
  });

  it('lists its tasks without steps, the newest first', async () => {
    for (const prompt of ['one', 'two', 'three']) {
      simulator.addTask({ prompt, apiVersion: 'v1' });
      simulator.clock.advance(1);
    }
    simulator.addTask({ prompt: 'not of v1' });
    const { tasks, ...page } = (await asV1('/tasks?page=1&limit=2')).json;
    assert.deepEqual(page, { total_pages: 2, page: 1, limit: 2, total_count: 3 });
    const prompts = (tasks as Record<string, unknown>[]).map((task) => task['task']);
    assert.deepEqual(prompts, ['three', 'two']);
    assert.ok(!JSON.stringify(tasks).includes('"steps"'));
    assert.equal((await asV1('/tasks?limit=101')).status, 422);
  });

  it('has media and screenshots that may be null, or missing though the task exists', async () => {
    const plain = simulator.addTask({ prompt: 'Media', apiVersion: 'v1' });
    assert.deepEqual((await asV1(`/task/${plain.id}/media`)).json, { recordings: null });
    assert.deepEqual((await asV1(`/task/${plain.id}/screenshots`)).json, { screenshots: null });
    simulator.clock.advance(60_000);
    const { screenshots } = (await asV1(`/task/${plain.id}/screenshots`)).json;
    assert.equal((screenshots as string[]).length, 3);
    const { recordings } = (await asV1(`/task/${plain.id}/media`)).json;
    assert.equal((recordings as string[]).length, 1);
    const bare = simulator.addTask({ prompt: 'None', apiVersion: 'v1', hasNoMedia: true });
    assert.equal((await asV1(`/task/${bare.id}/media`)).status, 404);
    assert.equal((await asV1(`/task/${bare.id}/screenshots`)).status, 404);
    assert.equal((await asV1(`/task/${bare.id}`)).status, 200);
  });

  it('tells the balance in cents, and what is wrong with a request', async () => {
    assert.deepEqual((await asV1('/balance')).json, { balance: 4_275 });
    assert.deepEqual((await asV1('/stop-task', 'PUT')).json, {
      detail: [{ loc: ['query', 'task_id'], msg: 'field required', type: 'value_error.missing' }],
    });
    assert.equal((await asV1('/run-task', 'POST', {})).status, 422);
    assert.equal((await asV1('/stop-task?task_id=nobody', 'PUT')).status, 404);
  });
});
