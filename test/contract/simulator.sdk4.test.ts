import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrowserUse } from 'browser-use-sdk/v4';
import { runningClock } from '../simulator/clock';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import type { Simulator } from '../simulator/startSimulator';

// The clock runs ten times as fast as the world, so that whole runs pass while the SDK polls; nothing here depends
// on how fast exactly.
describe('simulator, spoken to by the official SDK for v4', function () {
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
        v4: { judgementAfterMs: 600_000 },
        ...(prompt.startsWith('Never') ? { end: 'never' } : {}),
      }),
    });
    client = new BrowserUse({
      apiKey: simulatorKey,
      baseUrl: `${simulator.url}/api/v4`,
      maxRetries: 0,
    });
  });

  afterEach(async () => {
    await simulator.close();
  });

  it('creates a run and waits for its result, which has no judgement yet', async () => {
    const created = await client.runs.create({ task: 'Find the answer', judge: {} });
    const run = await client.runs.waitForCompletion(created.id, { interval: 20 });
    assert.equal(run.status, 'completed');
    assert.equal(run.result, 'Done: Find the answer');
    assert.equal(run.judgement, null);
    assert.ok(simulator.counts.of('GET /api/v4/runs/{run_id}/status') > 1);
    assert.equal(simulator.counts.of('GET /api/v4/runs/{run_id}'), 1);
    simulator.clock.advance(600_000);
    assert.notEqual((await client.runs.get(created.id)).judgement, null);
  });

  it('waits for an event, and learns that a run ended before it', async () => {
    const { id } = await client.runs.create({ task: 'Never ending' });
    const event = await client.runs.waitForEvent(id, 'browser.ready', { interval: 20 });
    assert.match(String(event.data['live_view_url']), /^http:.*wss/);
    await client.runs.cancel(id);
    await assert.rejects(client.runs.waitForEvent(id, 'moon.phase', { interval: 20 }), {
      message: /emitted run\.cancelled before moon\.phase/,
    });
  });

  it('reads events page by page', async () => {
    const { id } = await client.runs.create({ task: 'Tell' });
    await client.runs.waitForCompletion(id, { interval: 20 });
    simulator.clock.advance(10_000);
    const types: string[] = [];
    let after: number | null = null;
    for (;;) {
      const page = await client.runs.events(id, { after, limit: 5 });
      types.push(...page.events.map(({ type }) => type));
      after = page.nextAfter ?? after;
      if (!page.hasMore) break;
    }
    assert.equal(types.filter((type) => type === 'llm.response').length, 4);
    assert.equal(types.at(-1), 'browser.released');
    assert.equal(new Set(types).size < types.length, true);
  });

  it('lists runs and sessions by cursor, and goes on in a session', async () => {
    const first = await client.runs.create({ task: 'First' });
    await client.runs.waitForCompletion(first.id, { interval: 20 });
    const { sessionId } = first;
    const second = await client.runs.create({ task: 'Never ending', sessionId });
    const page = await client.runs.list({ limit: 1 });
    assert.equal(page.runs[0]?.id, second.id);
    const next = await client.runs.list({ limit: 1, cursor: page.nextCursor ?? null });
    assert.equal(next.runs[0]?.id, first.id);
    const { sessions } = await client.sessions.list();
    assert.deepEqual(
      sessions.map((session) => session.latestRunId),
      [second.id],
    );
    await assert.rejects(client.runs.create({ task: 'Third', sessionId }), { statusCode: 409 });
    const message = await client.sessions.sendMessage(sessionId, {
      text: 'Third',
      interrupt: false,
    });
    assert.equal((await client.sessions.queue(sessionId)).queue[0]?.id, message.id);
    assert.equal((await client.sessions.removeMessage(sessionId, message.id)).status, 'cancelled');
  });

  it('stops a run twice, and its browser', async () => {
    const { id, sessionId } = await client.runs.create({ task: 'Never ending' });
    const event = await client.runs.waitForEvent(id, 'browser.ready', { interval: 20 });
    assert.equal((await client.runs.cancel(id)).status, 'cancelled');
    assert.equal((await client.runs.cancel(id)).status, 'cancelled');
    const browser = await client.browsers.stop(String(event.data['browser_session_id']));
    assert.equal(browser.status, 'stopped');
    assert.equal((await client.sessions.get(sessionId)).status, 'cancelled');
  });

  it('attaches a file, and finds what the run made of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    try {
      const input = join(folder, 'input.csv');
      await writeFile(input, 'a,b\n');
      const { id: workspaceId } = await client.workspaces.create({ name: 'Mine' });
      const [upload] = await client.workspaces.upload(workspaceId, input);
      const { id } = await client.runs.create({
        task: 'Read the file',
        workspaceId,
        attachedFileIds: [upload?.id ?? ''],
      });
      await client.runs.waitForCompletion(id, { interval: 20 });
      const { attachments } = await client.runs.attachments(id);
      assert.deepEqual(
        attachments.map(({ name, status }) => [name, status]),
        [['input.csv', 'uploaded']],
      );
      const { files } = await client.workspaces.files(workspaceId, { includeUrls: true });
      assert.deepEqual(
        files.map(({ path }) => path),
        ['outputs/answer.txt', 'uploads/input.csv'],
      );
      assert.equal(await (await fetch(files[0]?.url ?? '')).text(), 'forty-two');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('learns of a wrong key, and of a limit that is told in an object', async () => {
    simulator.account.keySpendLimit = { capUsd: '1', spentUsd: '1' };
    await assert.rejects(client.runs.create({ task: 'x' }), {
      statusCode: 402,
      message: /api_key_monthly_spend_limit_reached/,
    });
    simulator.keys.clear();
    await assert.rejects(client.runs.list(), { statusCode: 401 });
  });
});
