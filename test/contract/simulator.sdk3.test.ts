import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrowserUse } from 'browser-use-sdk/v3';
import { runningClock } from '../simulator/clock';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import type { Simulator } from '../simulator/startSimulator';

// The clock runs ten times as fast as the world, so that whole tasks pass while the SDK polls; nothing here depends
// on how fast exactly.
describe('simulator, spoken to by the official SDK for v3', function () {
  // Generous, for a busy machine; each takes a quarter of a second.
  this.timeout(20_000);
  let simulator: Simulator;
  let client: BrowserUse;

  beforeEach(async () => {
    simulator = await startSimulator({
      clock: runningClock({ speed: 10 }),
      scriptFor: ({ prompt }) => ({
        prompt,
        steps: 4,
        lengthMs: 2_000,
        output: `Done: ${prompt}`,
        files: [{ name: 'answer.txt', content: 'forty-two' }],
        ...(prompt.startsWith('Never') ? { end: 'never' } : {}),
        // The SDK takes the idle before the work for its end: see cloud-api-v3-v4.md §9.
        ...(prompt.startsWith('Idle') ? { startsAfterMs: 'never', v3: { idleAfterMs: 0 } } : {}),
      }),
    });
    client = new BrowserUse({
      apiKey: simulatorKey,
      baseUrl: `${simulator.url}/api/v3`,
      maxRetries: 0,
    });
  });

  afterEach(async () => {
    await simulator.close();
  });

  it('creates a session and waits for its result', async () => {
    const result = await client.run('Find the answer', { interval: 20 });
    assert.equal(result.status, 'stopped');
    assert.equal(result.output, 'Done: Find the answer');
    assert.equal(result.isTaskSuccessful, true);
    assert.equal(result.stepCount, 4);
    assert.ok(simulator.counts.of('GET /api/v3/sessions/{session_id}') > 1);
  });

  it('returns at once from a session that is idle before its work', async () => {
    const result = await client.run('Idle first', { interval: 20 });
    assert.deepEqual([result.status, result.output, result.isTaskSuccessful], ['idle', null, null]);
  });

  it('yields messages as they appear, and the result after them', async () => {
    const types: string[] = [];
    const run = client.run('Count the steps', { interval: 20 });
    for await (const message of run) types.push(message.type ?? '');
    assert.equal(types[0], 'user_message');
    assert.equal(types.at(-1), 'completion');
    assert.equal(types.filter((type) => type === 'browser_action').length, 4);
    assert.equal(run.result?.output, 'Done: Count the steps');
  });

  it('gives a session that is kept alive one task after another', async () => {
    const first = await client.run('First', { interval: 20, keepAlive: true });
    assert.equal(first.status, 'idle');
    const { id, status } = await client.sessions.create({
      task: 'Never ending',
      sessionId: first.id,
      keepAlive: true,
    });
    assert.deepEqual([id, status], [first.id, 'running']);
    assert.equal((await client.sessions.stop(id, { strategy: 'task' })).status, 'idle');
    assert.equal((await client.sessions.stop(id)).status, 'stopped');
  });

  it('lists and deletes sessions', async () => {
    const { id } = await client.sessions.create({ task: 'Never ending' });
    const { sessions, total } = await client.sessions.list({ page: 1, page_size: 10 });
    assert.deepEqual([total, sessions[0]?.id], [1, id]);
    await client.sessions.delete(id);
    await assert.rejects(client.sessions.get(id), { statusCode: 404 });
  });

  it('gets the recording, and the browser that held it', async () => {
    const { id } = await client.run('Record it', { interval: 20, enableRecording: true });
    const [url] = await client.sessions.waitForRecording(id);
    assert.equal((await fetch(url ?? '')).headers.get('content-type'), 'image/png');
    const { items } = await client.browsers.list();
    assert.equal(items[0]?.status, 'stopped');
    assert.equal((await client.browsers.stop(items[0]?.id ?? '')).status, 'stopped');
  });

  it('puts files into a workspace and gets a task’s files from it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    try {
      const input = join(folder, 'input.csv');
      await writeFile(input, 'a,b\n');
      const { id: workspaceId } = await client.workspaces.create({ name: 'Mine' });
      assert.deepEqual(await client.workspaces.upload(workspaceId, input), ['input.csv']);
      await client.run('Write a file', { interval: 20, workspaceId });
      const all = await client.workspaces.files(workspaceId);
      assert.deepEqual(
        all.files.map(({ path }) => path),
        ['answer.txt', 'input.csv'],
      );
      const to = join(folder, 'answer.txt');
      await client.workspaces.download(workspaceId, 'answer.txt', { to });
      assert.equal(await readFile(to, 'utf8'), 'forty-two');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads the account, and learns of a wrong key', async () => {
    assert.equal((await client.billing.account()).totalCreditsBalanceUsd, 42.75);
    simulator.keys.clear();
    await assert.rejects(client.billing.account(), { statusCode: 401 });
  });
});
