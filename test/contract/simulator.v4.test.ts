import assert from 'node:assert/strict';
import { virtualClock } from '../simulator/clock';
import { startSimulator } from '../simulator/startSimulator';
import { requestSimulator, v2Key } from './requestSimulator';
import type { Simulator, SimulatorOptions } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import type { Answer, Poll } from './requestSimulator';

type Json = Record<string, unknown>;

/** What v4 does that surprises a client. The numbers are sections of cloud-api-v3-v4.md. */
describe('simulator, speaking v4', function () {
  // Generous, for a busy machine.
  this.timeout(20_000);
  let simulator: Simulator;

  async function restart(options: SimulatorOptions = {}): Promise<void> {
    await simulator.close();
    simulator = await startSimulator({ clock: virtualClock(), ...options });
  }

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock() });
  });

  afterEach(async () => {
    await simulator.close();
  });

  const poll = (path: string, options?: Poll): Promise<Answer> =>
    requestSimulator(simulator, `/api/v4${path}`, options);
  const post = (path: string, body?: Json): Promise<Answer> =>
    poll(path, { method: 'POST', ...(body ? { body } : {}) });
  const add = (script: Partial<TaskScript> = {}) =>
    simulator.addTask({ prompt: 'Do it', ...script, apiVersion: 'v4' });
  const read = async (id: string): Promise<Json> => (await poll(`/runs/${id}`)).json;
  const status = async (id: string): Promise<unknown> =>
    (await poll(`/runs/${id}/status`)).json['status'];
  const events = async (id: string, query = ''): Promise<Json[]> =>
    (await poll(`/runs/${id}/events?${query}`)).json['events'] as Json[];
  const types = (all: readonly Json[]): unknown[] => all.map(({ type }) => type);

  it('knows a run by its own ID, and its session by another (§2)', async () => {
    assert.equal((await poll('/runs/nonsense', { headers: {} })).status, 401);
    const run = add();
    assert.notEqual(run.id, run.sessionId);
    assert.equal((await read(run.id))['sessionId'], run.sessionId);
    const session = (await poll(`/sessions/${run.sessionId}`)).json;
    assert.equal(session['latestRunId'], run.id);
    assert.deepEqual((await poll(`/runs/${run.sessionId}`)).json, { detail: 'Run not found' });
    const other = simulator.addTask({ prompt: 'Not of v4' });
    assert.equal((await poll(`/runs/${other.id}`)).status, 404);
  });

  describe('the status (§3)', () => {
    it('goes from queued over dispatching and running to completed, which is no verdict', async () => {
      const { id } = add({
        startsAfterMs: 2_000,
        lengthMs: 3_000,
        isSuccess: false,
        v4: { dispatchesAfterMs: 1_000 },
      });
      const seen: unknown[] = [];
      for (let second = 0; second < 6; second++) {
        seen.push(await status(id));
        simulator.clock.advance(1_000);
      }
      assert.deepEqual(seen, [
        'queued',
        'dispatching',
        'running',
        'running',
        'running',
        'completed',
      ]);
      const run = await read(id);
      assert.deepEqual(
        [run['result'], run['error'], run['judgement']],
        ['The task is done.', null, null],
      );
      assert.ok(!Object.keys(run).some((key) => /success|finished|started/i.test(key)));
    });

    it('is failed with a text or without one, or a word that nobody knows', async () => {
      const failed = add({ steps: 1, end: 'failed', v4: { error: 'No slot' } });
      const silent = add({ steps: 1, end: 'failed', v4: { error: null } });
      const odd = add({ end: 'never', rawStatus: 'thinking', llm: 'gpt-7' });
      simulator.clock.advance(2_000);
      const of = async (id: string): Promise<unknown[]> => {
        const run = await read(id);
        return [run['status'], run['error'], run['model']];
      };
      assert.deepEqual(await of(failed.id), ['failed', 'No slot', 'gpt-6-luna']);
      assert.deepEqual(await of(silent.id), ['failed', null, 'gpt-6-luna']);
      assert.deepEqual(await of(odd.id), ['thinking', null, 'gpt-7']);
    });

    it('stays cancelled however often it is cancelled, and completed if that came first', async () => {
      const { id } = add({ end: 'never' });
      const late = add({ lengthMs: 1_000 });
      simulator.clock.advance(5_000);
      assert.equal((await post(`/runs/${id}/cancel`)).json['status'], 'cancelled');
      assert.equal((await post(`/runs/${id}/cancel`)).json['status'], 'cancelled');
      assert.equal((await post(`/runs/${late.id}/cancel`)).json['status'], 'completed');
      assert.equal((await read(id))['result'], null);
    });

    it('is what it was after a 502 on cancel', async () => {
      const { id } = add({ end: 'never' });
      simulator.faults.add({
        route: 'POST /api/v4/runs/{run_id}/cancel',
        times: 1,
        preventsAction: true,
        effect: { kind: 'html', status: 502 },
      });
      assert.equal((await post(`/runs/${id}/cancel`)).status, 502);
      assert.equal(await status(id), 'running');
      assert.equal((await post(`/runs/${id}/cancel`)).json['status'], 'cancelled');
    });
  });

  describe('what comes after the end (§3)', () => {
    it('is the cost, which rises for 90 seconds and moves updatedAt', async () => {
      const { id } = add({ lengthMs: 3_000, cost: '0.3', titleAfterMs: 0 });
      const costs: unknown[] = [];
      const updates = new Set<unknown>();
      simulator.clock.advance(3_000);
      for (let count = 0; count < 5; count++) {
        const run = await read(id);
        costs.push(run['totalCostUsd']);
        updates.add(run['updatedAt']);
        simulator.clock.advance(30_000);
      }
      assert.deepEqual(costs, ['0.240000', '0.260000', '0.280000', '0.300000', '0.300000']);
      assert.equal(updates.size, 4);
    });

    it('is the judgement, if it was asked for; its own cost is on top', async () => {
      const { json } = await post('/runs', { task: 'Judge me', judge: {} });
      const id = String(json['id']);
      const never = add({
        lengthMs: 1_000,
        v4: { judgement: { a: 1 }, judgementAfterMs: 'never' },
      });
      const odd = add({ lengthMs: 1_000, v4: { judgement: { a: 1 }, judgementAfterMs: 100_000 } });
      simulator.clock.advance(6_000);
      assert.deepEqual([await status(id), (await read(id))['judgement']], ['completed', null]);
      simulator.clock.advance(30_000);
      const judged = await read(id);
      assert.equal((judged['judgement'] as Json)['verdict'], true);
      simulator.clock.advance(90_000);
      assert.equal((await read(id))['totalCostUsd'], '0.039200');
      assert.equal((await read(never.id))['judgement'], null);
      assert.deepEqual((await read(odd.id))['judgement'], { a: 1 });
    });

    it('is the title, which comes by itself and is later changed by a person', async () => {
      const { id, sessionId } = add({ lengthMs: 1_000, title: 'Made up', titleAfterMs: 60_000 });
      simulator.clock.advance(2_000);
      assert.equal((await read(id))['title'], null);
      simulator.clock.advance(60_000);
      assert.equal((await read(id))['title'], 'Made up');
      const body = { title: 'Mine' };
      const { json } = await poll(`/sessions/${sessionId}`, { method: 'PATCH', body });
      assert.equal(json['title'], 'Mine');
      assert.equal((await read(id))['title'], 'Mine');
      await poll(`/sessions/${sessionId}`, { method: 'PATCH', body: { title: null } });
      assert.equal((await read(id))['title'], null);
    });
  });

  describe('creating (§6)', () => {
    it('answers where the events are, the model, and which files are missing', async () => {
      const missing = '00000000-0000-4000-8000-000000000000';
      const { json } = await post('/runs', {
        task: 'Read it',
        attachedFileIds: [missing],
        browserSettings: { record: true },
      });
      const { id, sessionId, workspaceId, ...rest } = json;
      assert.deepEqual(rest, {
        status: 'running',
        model: 'gpt-6-luna',
        eventsUrl: `/api/v4/runs/${String(id)}/events`,
        missingFileIds: [missing],
      });
      assert.ok(sessionId && workspaceId);
    });

    it('tells each field that it doesn’t know, and each that is wrong', async () => {
      const { status: code, json } = await post('/runs', {
        task: '',
        maxCostUsd: -1,
        max_cost_usd: 1,
        judge: { model: 'x' },
      });
      assert.equal(code, 422);
      const problems = (json['detail'] as { loc: string[]; type: string }[]).map(({ loc, type }) =>
        [...loc, type].join(' '),
      );
      assert.deepEqual(problems, [
        'body task string_too_short',
        'body judge model extra_forbidden',
        'body maxCostUsd greater_than',
        'body max_cost_usd extra_forbidden',
      ]);
      assert.equal(simulator.tasks.size, 0);
    });

    it('takes a follow-up in a session that is not busy, as a run of its own', async () => {
      const first = add({ lengthMs: 1_000 });
      const { sessionId } = first;
      assert.equal((await post('/runs', { task: 'Next', sessionId })).status, 409);
      simulator.clock.advance(1_000);
      const { json } = await post('/runs', { task: 'Next', sessionId });
      assert.equal(json['sessionId'], sessionId);
      assert.notEqual(json['id'], first.id);
      assert.equal(await status(first.id), 'completed');
      const session = (await poll(`/sessions/${sessionId}`)).json;
      assert.deepEqual([session['task'], session['status']], ['Next', 'running']);
      const listed = (await poll('/sessions')).json['sessions'] as Json[];
      assert.deepEqual(listed, [session]);
      const runs = (await poll(`/runs?sessionId=${sessionId}`)).json['runs'] as Json[];
      assert.deepEqual(
        runs.map(({ task }) => task),
        ['Next', 'Do it'],
      );
    });

    it('has an output of its own beside the text where a schema asks for it', async () => {
      const schema = { type: 'object' };
      await restart({
        scriptFor: ({ prompt }) => ({ prompt, steps: 1, structuredOutput: { price: 42 } }),
      });
      const { json } = await post('/runs', { task: 'Structure', outputSchema: schema });
      simulator.clock.advance(10_000);
      const run = await read(String(json['id']));
      assert.deepEqual([run['output'], run['outputSchema']], [{ price: 42 }, schema]);
      assert.equal(typeof run['result'], 'string');
    });
  });

  describe('the lists (§5)', () => {
    it('have a cursor that nothing new shifts, and refuse one that is none', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 5; count++) {
        ids.unshift(add({ prompt: `Run ${count}`, end: 'never' }).id);
        simulator.clock.advance(1_000);
      }
      const first = (await poll('/runs?limit=2')).json;
      const idsIn = (page: Json): unknown[] => (page['runs'] as Json[]).map(({ id }) => id);
      assert.deepEqual(idsIn(first), ids.slice(0, 2));
      assert.equal(first['hasMore'], true);
      add({ prompt: 'New' });
      const second = (await poll(`/runs?limit=3&cursor=${String(first['nextCursor'])}`)).json;
      assert.deepEqual(idsIn(second), ids.slice(2));
      assert.deepEqual([second['nextCursor'], second['hasMore']], [null, false]);
      assert.equal('total' in second, false);
      const wrong = await poll('/runs?cursor=2');
      assert.deepEqual(
        [wrong.status, wrong.json],
        [400, { detail: 'Malformed pagination cursor' }],
      );
    });

    it('know a run before its own routes do, or after them', async () => {
      const early = add({ visibleAfterMs: { byId: 2_000 } });
      const late = add({ visibleAfterMs: { inLists: 2_000 } });
      const listed = async (): Promise<unknown[]> =>
        ((await poll('/runs')).json['runs'] as Json[]).map(({ id }) => id);
      assert.deepEqual(await listed(), [early.id]);
      assert.equal((await poll(`/runs/${early.id}/status`)).status, 404);
      assert.equal(await status(late.id), 'running');
      assert.equal((await poll(`/sessions/${early.sessionId}`)).status, 404);
      simulator.clock.advance(2_000);
      assert.equal((await listed()).length, 2);
      assert.equal(await status(early.id), 'running');
    });

    it('hold a hundred runs at most, whatever is asked for', async () => {
      for (let count = 0; count < 101; count++) add({ prompt: `Run ${count}` });
      assert.equal(((await poll('/runs?limit=500')).json['runs'] as Json[]).length, 100);
    });
  });

  describe('events (§5)', () => {
    it('tell a run’s story, with the end among them and some after it', async () => {
      const { id } = add({
        lengthMs: 4_000,
        steps: 1,
        files: [{ name: 'a.txt', content: 'A' }],
        v4: { events: [{ afterMs: 2_000, type: 'moon.phase' }] },
      });
      simulator.clock.advance(60_000);
      assert.deepEqual(types(await events(id)), [
        'run.created',
        'run.dispatching',
        'run.dispatched',
        'run.started',
        'workspace.ready',
        'worker.started',
        'llm.request',
        'llm.response',
        'core.event',
        'core.event',
        'browser.ready',
        'moon.phase',
        'core.event',
        'outputs.promoted',
        'core.event',
        'run.completed',
        'worker.session_released',
        'browser.released',
      ]);
      const calls = (await events(id))
        .map(({ data }) => (data as { part?: Json }).part ?? {})
        .filter((part) => part['callID'] !== undefined);
      assert.deepEqual(
        calls.map((part) => [part['callID'], (part['state'] as Json)['status']]),
        [
          ['call_1', 'pending'],
          ['call_1', 'completed'],
        ],
      );
    });

    it('come after a cursor, stay as they are, and end with an empty page', async () => {
      const { id } = add({ lengthMs: 10_000, steps: 2 });
      simulator.clock.advance(6_000);
      const early = await events(id);
      simulator.clock.advance(60_000);
      const all = await events(id);
      assert.deepEqual(all.slice(0, early.length), early);
      const after = String(early.at(-1)?.['id']);
      assert.deepEqual(await events(id, `after=${after}`), all.slice(early.length));
      const last = String(all.at(-1)?.['id']);
      assert.deepEqual((await poll(`/runs/${id}/events?after=${last}`)).json, {
        events: [],
        nextAfter: null,
        hasMore: false,
      });
      const full = (await poll(`/runs/${id}/events?limit=${all.length}`)).json;
      assert.deepEqual([full['hasMore'], String(full['nextAfter'])], [true, last]);
    });

    it('may be behind the status', async () => {
      const { id } = add({ lengthMs: 2_000, steps: 1, v4: { eventsLagMs: 3_000 } });
      simulator.clock.advance(2_000);
      assert.equal(await status(id), 'completed');
      assert.deepEqual(await events(id), []);
      simulator.clock.advance(3_000);
      assert.equal(types(await events(id)).at(-1), 'run.completed');
    });

    it('leave out what tools put out if asked to', async () => {
      const { id } = add({ lengthMs: 2_000, steps: 1 });
      simulator.clock.advance(2_000);
      assert.match(JSON.stringify(await events(id)), /"output":/);
      assert.doesNotMatch(JSON.stringify(await events(id, 'include_output=false')), /"output":/);
    });

    it('end with why the run failed, or with its cancellation', async () => {
      const failed = add({ steps: 1, end: 'failed', v4: { error: 'No slot' } });
      const { id } = add({ end: 'never' });
      simulator.clock.advance(5_000);
      const before = await events(id);
      await post(`/runs/${id}/cancel`);
      simulator.clock.advance(60_000);
      const after = await events(id);
      assert.deepEqual(after.slice(0, before.length), before);
      assert.equal(types(after)[before.length], 'run.cancelled');
      const end = (await events(failed.id)).find(({ type }) => type === 'run.failed');
      assert.deepEqual(end?.['data'], { error: 'No slot' });
    });
  });

  describe('a browser (§3, §5)', () => {
    const browsers = async (query: string): Promise<Json[]> =>
      (await poll(`/browsers?${query}`)).json['items'] as Json[];

    it('has the only live link of a run in an event, which needs no key', async () => {
      const { id } = add({ end: 'never' });
      assert.deepEqual(
        Object.keys(await read(id)).filter((key) => /live/i.test(key)),
        [],
      );
      simulator.clock.advance(5_000);
      const ready = (await events(id)).find(({ type }) => type === 'browser.ready');
      const url = String((ready?.['data'] as Json | undefined)?.['live_view_url']);
      const page = await requestSimulator(simulator, url, { headers: {} });
      assert.match(page.text, /Live view/);
    });

    it('outlives its run for twenty minutes, and holds a slot for so long', async () => {
      simulator.account.maxConcurrentSessions = 1;
      const { id, sessionId } = add({ lengthMs: 3_000 });
      simulator.clock.advance(60_000);
      assert.equal(await status(id), 'completed');
      const [browser] = await browsers(`agentSessionId=${sessionId}&filterBy=active`);
      assert.equal((await post('/runs', { task: 'Two' })).status, 429);
      assert.equal((await post('/runs', { task: 'Follow up', sessionId })).status, 200);
      simulator.clock.advance(60_000);
      const stopped = await poll(`/browsers/${String(browser?.['id'])}`, {
        method: 'PATCH',
        body: { action: 'stop' },
      });
      assert.equal(stopped.json['status'], 'stopped');
      assert.equal((await post('/runs', { task: 'Two' })).status, 200);
      simulator.clock.advance(21 * 60_000);
      assert.deepEqual(await browsers('filterBy=active'), []);
    });

    it('is taken over by the next run, or replaced when it is gone', async () => {
      const first = add({ lengthMs: 4_000 });
      simulator.clock.advance(10_000);
      const second = add({ sessionId: first.sessionId, lengthMs: 4_000 });
      simulator.clock.advance(30 * 60_000);
      const third = add({ sessionId: first.sessionId, lengthMs: 4_000 });
      simulator.clock.advance(10_000);
      const idIn = async (run: { id: string }): Promise<unknown[]> => {
        const words = ['browser.ready', 'browser.reattached'];
        return (await events(run.id))
          .filter(({ type }) => words.includes(String(type)))
          .flatMap(({ type, data }) => [type, (data as Json)['browser_session_id']]);
      };
      const [ready, browserId] = await idIn(first);
      assert.equal(ready, 'browser.ready');
      assert.deepEqual(await idIn(second), ['browser.reattached', browserId]);
      const [again, otherId] = await idIn(third);
      assert.equal(again, 'browser.ready');
      assert.notEqual(otherId, browserId);
    });

    it('has a recording once it has stopped, and none in lists, or never any', async () => {
      const recorded = add({ lengthMs: 2_000 });
      const plain = add({ lengthMs: 2_000, isRecorded: false });
      simulator.clock.advance(2_000);
      const of = async (sessionId: string): Promise<unknown[]> => {
        const [listed] = await browsers(`agentSessionId=${sessionId}`);
        const one = (await poll(`/browsers/${String(listed?.['id'])}`)).json;
        return [listed?.['recordingUrl'], one['recordingUrl'], one['recordingAvailable']];
      };
      assert.deepEqual(await of(recorded.sessionId), [null, null, true]);
      simulator.clock.advance(30 * 60_000);
      const [inList, url] = await of(recorded.sessionId);
      assert.equal(inList, null);
      const recording = await requestSimulator(simulator, String(url), { headers: {} });
      assert.equal(recording.headers.get('content-type'), 'image/png');
      assert.deepEqual(await of(plain.sessionId), [null, null, false]);
    });
  });

  describe('the queue (§5, §6)', () => {
    const send = (sessionId: string, body: Json, headers = {}): Promise<Answer> =>
      poll(`/sessions/${sessionId}/queue`, {
        method: 'POST',
        body,
        headers: { ...v2Key, ...headers },
      });
    const queue = async (sessionId: string): Promise<Json[]> =>
      (await poll(`/sessions/${sessionId}/queue`)).json['queue'] as Json[];

    it('keeps messages with integers for IDs until the run has ended, then runs one after the other', async () => {
      const { sessionId } = add({ lengthMs: 10_000 });
      const first = await send(sessionId, { text: 'One' });
      await send(sessionId, { text: 'Two' });
      assert.ok(Number.isInteger(first.json['id']));
      assert.deepEqual(
        (await queue(sessionId)).map((message) => [message['text'], message['status']]),
        [
          ['One', 'pending'],
          ['Two', 'pending'],
        ],
      );
      simulator.clock.advance(12_000);
      const session = (await poll(`/sessions/${sessionId}`)).json;
      assert.deepEqual([session['task'], session['status']], ['One', 'running']);
      const path = `/sessions/${sessionId}/queue/${String(first.json['id'])}`;
      const { json } = await poll(path);
      assert.deepEqual([json['status'], json['runId']], ['consumed', session['latestRunId']]);
      assert.equal((await poll(path, { method: 'DELETE' })).status, 409);
      simulator.clock.advance(60_000);
      const runs = (await poll(`/runs?sessionId=${sessionId}`)).json['runs'] as Json[];
      assert.deepEqual(
        runs.map((run) => [run['task'], run['status']]),
        [
          ['Two', 'completed'],
          ['One', 'completed'],
          ['Do it', 'completed'],
        ],
      );
    });

    it('runs at once in an idle session, and cancels the active run to interrupt', async () => {
      const run = add({ lengthMs: 1_000 });
      simulator.clock.advance(1_000);
      const sent = await send(run.sessionId, { text: 'Now' });
      assert.equal(sent.json['status'], 'consumed');
      const runId = String(sent.json['runId']);
      simulator.clock.advance(1_000);
      await send(run.sessionId, { text: 'Later' });
      const other = await send(run.sessionId, { text: 'No, this', interrupt: true });
      assert.equal(other.json['status'], 'consumed');
      assert.equal(await status(runId), 'cancelled');
      assert.equal((await poll(`/sessions/${run.sessionId}`)).json['task'], 'No, this');
    });

    it('is full with ten, can be shortened, and takes the same message once', async () => {
      const { sessionId } = add({ end: 'never' });
      const ids: unknown[] = [];
      for (let count = 0; count < 10; count++) {
        ids.push((await send(sessionId, { text: `${count}` })).json['id']);
      }
      const full = await send(sessionId, { text: 'Too much' });
      assert.deepEqual(
        [full.status, full.headers.get('retry-after')],
        [429, null],
        'no seconds help here',
      );
      await poll(`/sessions/${sessionId}/queue/${String(ids[3])}`, { method: 'DELETE' });
      const once = { 'X-V4-Queue-Deduplicate': 'a' };
      const one = await send(sessionId, { text: 'Once' }, once);
      const two = await send(sessionId, { text: 'Once' }, once);
      assert.equal(one.json['id'], two.json['id']);
      assert.equal((await queue(sessionId)).length, 10);
    });
  });

  describe('files (§5)', () => {
    it('of a run lie under outputs, and inputs are uploaded before it exactly as announced', async () => {
      const { id: workspaceId } = (await post('/workspaces', {})).json;
      const path = `/workspaces/${String(workspaceId)}/files`;
      const wanted = { name: 'my data.csv', contentType: 'text/csv', size: 4 };
      const { json } = await post(`${path}/upload`, { files: [wanted] });
      const [upload] = json['files'] as Record<string, string>[];
      assert.equal(upload?.['path'], 'uploads/my_data.csv');
      const put = async (body: string): Promise<number> =>
        (
          await fetch(upload?.['uploadUrl'] ?? '', {
            method: 'PUT',
            headers: { 'content-type': 'text/csv' },
            body,
          })
        ).status;
      const created = await post('/runs', {
        task: 'Read',
        workspaceId,
        attachedFileIds: [upload?.['id']],
      });
      assert.equal('missingFileIds' in created.json, false);
      const attachments = async (): Promise<unknown> =>
        (await poll(`/runs/${String(created.json['id'])}/attachments`)).json['attachments'];
      const view = {
        id: upload?.['id'],
        name: 'my data.csv',
        contentType: 'text/csv',
        sizeBytes: 4,
      };
      assert.deepEqual(await attachments(), [{ ...view, status: 'pending' }]);
      assert.equal(await put('longer'), 403);
      assert.equal(await put('a,b\n'), 200);
      assert.deepEqual(await attachments(), [{ ...view, status: 'uploaded' }]);
      const again = { files: [wanted], allowOverrides: false };
      assert.equal((await post(`${path}/upload`, again)).status, 409);
      simulator.clock.advance(300_000);
      assert.equal(await put('a,b\n'), 403);
      const done = add({
        lengthMs: 1,
        createdWith: { workspaceId: String(workspaceId) },
        files: [{ name: 'result.txt', content: 'R' }],
      });
      simulator.clock.advance(10);
      assert.equal((await read(done.id))['workspaceId'], workspaceId);
      const paths = ((await poll(path)).json['files'] as Json[]).map((file) => file['path']);
      assert.deepEqual(paths, ['outputs/result.txt', 'uploads/my_data.csv']);
      const { json: size } = await poll(`/workspaces/${String(workspaceId)}/size`);
      assert.equal(size['usedBytes'], 5);
    });

    it('that a browser downloaded have links for a quarter of an hour', async () => {
      const { sessionId } = add({
        lengthMs: 1_000,
        downloads: [{ name: 'a.pdf', content: 'PDF' }],
      });
      simulator.clock.advance(1_000);
      const { json } = await poll(`/browsers?agentSessionId=${sessionId}`);
      const [browser] = json['items'] as Json[];
      const path = `/browsers/${String(browser?.['id'])}/downloads?includeUrls=true`;
      const [file] = (await poll(path)).json['files'] as { url: string }[];
      const download = (): Promise<Answer> =>
        requestSimulator(simulator, file?.url ?? '', { headers: {} });
      simulator.clock.advance(899_000);
      assert.equal((await download()).text, 'PDF');
      simulator.clock.advance(1_000);
      assert.equal((await download()).status, 403);
    });
  });

  it('shares a session, switches that off, and deletes the session twice (§5)', async () => {
    const { id, sessionId } = add({ end: 'never' });
    const path = `/sessions/${sessionId}/share`;
    assert.equal((await poll(path)).text, 'null');
    const { json } = await post(path);
    assert.equal(String(json['shareToken']).length, 32);
    const page = (): Promise<Answer> =>
      requestSimulator(simulator, String(json['shareUrl']), { headers: {} });
    assert.equal((await page()).status, 200);
    assert.equal((await poll(path)).json['viewCount'], 1);
    await poll(path, { method: 'PUT', body: { isActive: false } });
    assert.equal((await page()).status, 404);
    const remove = { method: 'DELETE' };
    assert.equal((await poll(`/sessions/${sessionId}`, remove)).status, 204);
    assert.equal((await poll(`/sessions/${sessionId}`, remove)).status, 204);
    assert.equal((await poll(`/runs/${id}`)).status, 404);
  });

  it('has costs and a cap of the session (§5)', async () => {
    const { sessionId } = add({ end: 'never', createdWith: { maxCostUsd: 2 } });
    simulator.clock.advance(3_600_000);
    const cost = (await poll(`/sessions/${sessionId}/cost`)).json;
    assert.match(String(cost['totalCostUsd']), /^\d+\.\d{6}$/);
    const path = `/sessions/${sessionId}/cost-cap`;
    assert.equal((await poll(path)).json['maxCostUsd'], '2');
    await poll(path, { method: 'PATCH', body: { maxCostUsd: '3.5' } });
    assert.equal((await poll(path)).json['maxCostUsd'], '3.5');
  });

  describe('what is refused (§7)', () => {
    it('is 402 with a text without credits, and with an object at a key’s limit', async () => {
      simulator.account.keySpendLimit = { capUsd: '20.00', spentUsd: '20.01' };
      const capped = await post('/runs', { task: 'x' });
      assert.equal(capped.status, 402);
      assert.deepEqual(capped.json['detail'], {
        code: 'api_key_monthly_spend_limit_reached',
        message: 'This API key has reached its monthly spend limit.',
        cap: '20.00',
        spent: '20.01',
      });
      simulator.account.keySpendLimit = undefined;
      simulator.account.monthlyCreditsUsd = 0;
      simulator.account.additionalCreditsUsd = 0;
      const poor = await post('/runs', { task: 'x' });
      assert.deepEqual([poor.status, poor.json], [402, { detail: 'Insufficient credits' }]);
    });

    it('is 403 on every route but some for a project with Zero Data Retention', async () => {
      const { id } = add();
      simulator.account.hasZeroDataRetention = true;
      assert.equal((await poll(`/runs/${id}/status`)).status, 403);
      assert.equal((await poll('/browsers')).status, 200);
      assert.equal((await poll('/runs', { headers: {} })).status, 401);
    });

    it('is 429 beyond the project’s rate, with headers that tell it before', async () => {
      await restart({ rateLimits: { generalPerSecond: 1, pollPerSecond: 2 } });
      const { id } = add();
      const limits = ({ status: code, headers }: Answer): unknown[] => [
        code,
        headers.get('x-ratelimit-limit'),
        headers.get('x-ratelimit-remaining'),
        headers.get('x-ratelimit-reset'),
        headers.get('retry-after'),
      ];
      simulator.clock.advance(2_000);
      for (let count = 4; count >= 0; count--) {
        assert.deepEqual(limits(await poll('/runs')), [200, '5', `${count}`, '3', null]);
      }
      const refused = await poll('/runs');
      assert.deepEqual(limits(refused), [429, '5', '0', '3', '3']);
      assert.deepEqual(refused.json, {
        error: 'rate_limited',
        limit_rps: 1,
        retry_after_seconds: 3,
      });
      assert.deepEqual(limits(await poll(`/runs/${id}/status`)), [200, '10', '9', '3', null]);
      assert.equal((await requestSimulator(simulator, '/api/v2/tasks')).status, 429);
      simulator.clock.advance(3_000);
      assert.deepEqual(limits(await poll('/runs')), [200, '5', '4', '5', null]);
    });
  });

  it('counts requests by route, and lets faults hit one of them', async () => {
    const { id } = add();
    const route = 'GET /api/v4/runs/{run_id}/status';
    simulator.faults.add({ route, times: 1, effect: { kind: 'tooMany', what: 'requests' } });
    const refused = await poll(`/runs/${id}/status`);
    assert.deepEqual([refused.status, refused.headers.get('x-ratelimit-reset')], [429, '5']);
    assert.equal(await status(id), 'running');
    assert.equal(simulator.counts.of(route), 2);
    assert.equal(simulator.counts.total, 2);
  });

  it('takes tasks of v3 and v4 from another process', async () => {
    for (const apiVersion of ['v3', 'v4'] as const) {
      const path = { v3: 'sessions', v4: 'runs' }[apiVersion];
      const body = { prompt: 'From afar', apiVersion, startsAfterMs: 'never' };
      const added = await requestSimulator(simulator, '/simulator/tasks', { method: 'POST', body });
      assert.equal(added.json['id'] === added.json['sessionId'], apiVersion === 'v3');
      const url = `/api/${apiVersion}/${path}/${String(added.json['id'])}`;
      assert.equal((await requestSimulator(simulator, url)).status, 200);
    }
  });

  it('serves two regions from two stores (§2)', async () => {
    const europe = await startSimulator({ clock: virtualClock(), keys: ['bu_europe'] });
    try {
      const { id } = add();
      const headers = { 'X-Browser-Use-API-Key': 'bu_europe' };
      assert.equal((await requestSimulator(europe, `/api/v4/runs/${id}`, { headers })).status, 404);
      assert.equal((await requestSimulator(europe, `/api/v4/runs/${id}`)).status, 401);
    } finally {
      await europe.close();
    }
  });
});
