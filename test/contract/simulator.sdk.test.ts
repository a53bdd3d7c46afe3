import assert from 'node:assert/strict';
import { BrowserUse } from 'browser-use-sdk';
import { runningClock } from '../simulator/clock';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import type { Simulator } from '../simulator/startSimulator';

// The package's main entry is the client of v2. The clock runs fifty times as fast as the world, so that whole tasks
// pass while the SDK polls; nothing here depends on how fast exactly.
describe('simulator, spoken to by the official SDK', function () {
  // Generous, for a busy machine; each takes a quarter of a second.
  this.timeout(20_000);
  let simulator: Simulator;
  let client: BrowserUse;

  beforeEach(async () => {
    simulator = await startSimulator({
      clock: runningClock({ speed: 50 }),
      scriptFor: ({ prompt }) => ({
        prompt,
        steps: 4,
        lengthMs: 10_000,
        output: `Done: ${prompt}`,
        files: [{ name: 'answer.txt', content: 'forty-two' }],
        ...(prompt.startsWith('Never') ? { end: 'never', keepAlive: true } : {}),
      }),
    });
    client = new BrowserUse({
      apiKey: simulatorKey,
      baseUrl: `${simulator.url}/api/v2`,
      maxRetries: 0,
    });
  });

  afterEach(async () => {
    await simulator.close();
  });

  it('creates a task and waits for its result', async () => {
    const result = await client.run('Find the answer', { interval: 20 });
    assert.equal(result.status, 'finished');
    assert.equal(result.output, 'Done: Find the answer');
    assert.equal(result.isSuccess, true);
    assert.equal(result.steps.length, 4);
    assert.equal(typeof result.cost, 'string');
    assert.ok(simulator.counts.of('GET /api/v2/tasks/{task_id}/status') > 1);
  });

  it('yields steps as they appear', async () => {
    const numbers: number[] = [];
    for await (const step of client.run('Count the steps', { interval: 20 })) {
      numbers.push(step.number);
    }
    assert.deepEqual(numbers, [1, 2, 3, 4]);
    assert.ok(simulator.counts.of('GET /api/v2/tasks/{task_id}') > 1);
  });

  it('waits for a task that it created before', async () => {
    const { id } = await client.tasks.create({ task: 'Wait for me', metadata: { a: 'b' } });
    const task = await client.tasks.wait(id, { interval: 20 });
    assert.equal(task.status, 'finished');
    assert.deepEqual(task.metadata, { a: 'b' });
  });

  it('lists tasks by page and status', async () => {
    const ids: string[] = [];
    for (let number = 1; number <= 3; number++) {
      ids.push((await client.tasks.create({ task: `Never end ${number}` })).id);
    }
    await client.tasks.stop(ids[0] ?? '');
    const first = await client.tasks.list({ pageSize: 2, pageNumber: 1 });
    const second = await client.tasks.list({ pageSize: 2, pageNumber: 2 });
    assert.equal(first.totalItems, 3);
    assert.deepEqual(
      [...first.items, ...second.items].map((task) => task.id),
      ids.toReversed(),
    );
    const started = await client.tasks.list({ filterBy: 'started' });
    assert.deepEqual(
      started.items.map((task) => task.id),
      ids.slice(1).toReversed(),
    );
  });

  it('stops a task, and its session if asked', async () => {
    const created = await client.tasks.create({ task: 'Never end' });
    assert.equal((await client.tasks.stop(created.id)).status, 'stopped');
    assert.equal((await client.sessions.get(created.sessionId)).status, 'active');
    const next = await client.tasks.create({ task: 'Never', sessionId: created.sessionId });
    assert.equal(next.sessionId, created.sessionId);
    assert.equal((await client.tasks.stopTaskAndSession(next.id)).status, 'stopped');
    const session = await client.sessions.get(created.sessionId);
    assert.equal(session.status, 'stopped');
    assert.equal(session.liveUrl, null);
    assert.equal(session.tasks.length, 2);
  });

  it('shares a session and takes it back', async () => {
    const { sessionId } = await client.tasks.create({ task: 'Never end' });
    const share = await client.sessions.createShare(sessionId);
    assert.equal((await client.sessions.getShare(sessionId)).shareToken, share.shareToken);
    assert.equal((await fetch(share.shareUrl)).status, 200);
    assert.equal((await client.sessions.getShare(sessionId)).viewCount, 1);
    await client.sessions.deleteShare(sessionId);
    await assert.rejects(client.sessions.getShare(sessionId), { statusCode: 404 });
  });

  it('gets links to a task’s file and log that open without a key', async () => {
    const task = await client.run('Write a file', { interval: 20 });
    const [file] = task.outputFiles;
    const { downloadUrl } = await client.files.taskOutput(task.id, file?.id ?? '');
    assert.equal(await (await fetch(downloadUrl)).text(), 'forty-two');
    const log = await client.tasks.logs(task.id);
    assert.match(await (await fetch(log.downloadUrl)).text(), /Task: Write a file/);
  });

  it('reads the account, and learns of a wrong key', async () => {
    assert.equal((await client.billing.account()).totalCreditsBalanceUsd, 42.75);
    simulator.keys.clear();
    await assert.rejects(client.billing.account(), { statusCode: 401 });
  });
});
