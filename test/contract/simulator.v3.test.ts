import assert from 'node:assert/strict';
import { virtualClock } from '../simulator/clock';
import { startSimulator } from '../simulator/startSimulator';
import { requestSimulator } from './requestSimulator';
import type { Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import type { Answer, Poll } from './requestSimulator';

type Json = Record<string, unknown>;

/** What v3 does that surprises a client. The numbers are sections of cloud-api-v3-v4.md. */
describe('simulator, speaking v3', function () {
  // Generous, for a busy machine.
  this.timeout(20_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock() });
  });

  afterEach(async () => {
    await simulator.close();
  });

  const poll = (path: string, options?: Poll): Promise<Answer> =>
    requestSimulator(simulator, `/api/v3${path}`, options);
  const add = (script: Partial<TaskScript> = {}): string =>
    simulator.addTask({ prompt: 'Do it', ...script, apiVersion: 'v3' }).sessionId;
  const read = async (id: string): Promise<Json> => (await poll(`/sessions/${id}`)).json;
  const messages = async (id: string, query = 'limit=100'): Promise<Json[]> =>
    (await poll(`/sessions/${id}/messages?${query}`)).json['messages'] as Json[];
  const create = (body: Json): Promise<Answer> => poll('/sessions', { method: 'POST', body });
  const stop = (id: string, body?: Json): Promise<Answer> =>
    poll(`/sessions/${id}/stop`, { method: 'POST', ...(body ? { body } : {}) });
  /** The parts that tell whether a session has ended, and how. */
  const standing = async (id: string): Promise<unknown[]> => {
    const { status, isTaskSuccessful, output, stepCount } = await read(id);
    return [status, isTaskSuccessful, output, stepCount];
  };

  it('asks for a key before anything else, and knows a task by its session’s ID (§2)', async () => {
    assert.equal((await poll('/sessions/nonsense', { headers: {} })).status, 401);
    const task = simulator.addTask({ prompt: 'Find me', apiVersion: 'v3' });
    assert.equal(task.id, task.sessionId);
    assert.equal((await read(task.id))['id'], task.id);
    const other = simulator.addTask({ prompt: 'Not of v3' });
    assert.equal((await poll(`/sessions/${other.sessionId}`)).status, 404);
  });

  describe('the status (§3)', () => {
    it('is idle before the work, which is no end', async () => {
      const id = add({ startsAfterMs: 5_000, lengthMs: 6_000, v3: { idleAfterMs: 1_000 } });
      assert.deepEqual(await standing(id), ['created', null, null, 0]);
      simulator.clock.advance(1_000);
      assert.deepEqual(await standing(id), ['idle', null, null, 0]);
      simulator.clock.advance(6_000);
      assert.deepEqual(await standing(id), ['running', null, null, 1]);
    });

    it('is stopped at the normal end, and after a stop without a verdict', async () => {
      const done = add({ lengthMs: 1_000 });
      const halted = add({ end: 'never' });
      simulator.clock.advance(2_000);
      await stop(halted);
      assert.deepEqual(await standing(done), ['stopped', true, 'The task is done.', 3]);
      assert.deepEqual(await standing(halted), ['stopped', null, null, 1]);
      assert.deepEqual((await stop(done)).json['status'], 'stopped');
    });

    it('is stopped with the verdict false when the agent gives up, and error without any text', async () => {
      const failed = add({ lengthMs: 1_000, isSuccess: false, output: 'No such page.' });
      const broken = add({ lengthMs: 1_000, end: 'failed' });
      simulator.clock.advance(1_000);
      assert.deepEqual(await standing(failed), ['stopped', false, 'No such page.', 3]);
      assert.deepEqual(await standing(broken), ['error', null, null, 3]);
      assert.equal('error' in (await read(broken)), false);
    });

    it('is idle after the work of a session that is kept alive, then timed out with the verdict', async () => {
      const id = add({ lengthMs: 1_000, keepAlive: true });
      simulator.clock.advance(1_000);
      assert.deepEqual(await standing(id), ['idle', true, 'The task is done.', 3]);
      simulator.clock.advance(15 * 60_000 - 1);
      assert.equal((await read(id))['status'], 'idle');
      simulator.clock.advance(1);
      assert.deepEqual(await standing(id), ['timed_out', true, 'The task is done.', 3]);
    });

    it('is timed out without a verdict when the session’s life is over', async () => {
      const id = add({ end: 'never' });
      simulator.clock.advance(4 * 3_600_000);
      assert.deepEqual((await standing(id)).slice(0, 3), ['timed_out', null, null]);
    });

    it('may be a word that nobody knows', async () => {
      const id = add({ end: 'never', rawStatus: 'hibernating' });
      assert.equal((await read(id))['status'], 'hibernating');
    });
  });

  describe('a session that runs again (§3, §6)', () => {
    it('shows the old verdict until its next task runs', async () => {
      const id = add({ lengthMs: 1_000, keepAlive: true });
      simulator.clock.advance(1_000);
      const { updatedAt } = await read(id);
      simulator.clock.advance(1_000);
      add({ sessionId: id, startsAfterMs: 3_000, lengthMs: 3_000, isSuccess: false, steps: 1 });
      assert.deepEqual(await standing(id), ['idle', true, 'The task is done.', 3]);
      assert.notEqual((await read(id))['updatedAt'], updatedAt);
      simulator.clock.advance(3_000);
      assert.deepEqual(await standing(id), ['running', null, null, 3]);
      simulator.clock.advance(3_000);
      assert.deepEqual(await standing(id), ['idle', false, 'The task is done.', 4]);
    });

    it('takes a task only while it is idle, and never none', async () => {
      const { id } = (await create({ task: 'First', keepAlive: true })).json as { id: string };
      assert.equal((await create({ task: 'Second', sessionId: id })).status, 409);
      assert.equal((await create({ sessionId: id })).status, 422);
      simulator.clock.advance(10_000);
      const again = await create({ task: 'Second', sessionId: id, keepAlive: true });
      assert.deepEqual([again.status, again.json['id']], [200, id]);
      const first = add({ lengthMs: 1 });
      simulator.clock.advance(10);
      assert.equal((await create({ task: 'Second', sessionId: first })).status, 409);
    });

    it('begins without a task where none is given', async () => {
      const { id, status } = (await create({})).json;
      assert.equal(status, 'idle');
      const { json } = await create({ task: 'Now', sessionId: id });
      assert.equal(json['status'], 'running');
      simulator.clock.advance(60_000);
      assert.equal((await read(String(id)))['status'], 'stopped');
    });
  });

  it('stops only the task if asked to, and the session lives on (§4)', async () => {
    const id = add({ end: 'never' });
    simulator.clock.advance(5_000);
    const { json } = await stop(id, { strategy: 'task' });
    assert.deepEqual(
      [json['status'], json['isTaskSuccessful'], json['stepCount']],
      ['idle', null, 2],
    );
    assert.notEqual(json['liveUrl'], null);
    assert.equal((await stop(id)).json['status'], 'stopped');
    assert.equal((await read(id))['liveUrl'], null);
    assert.equal((await poll(`/sessions/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await poll(`/sessions/${id}`)).status, 404);
  });

  it('has any JSON for an output, and the fields of the request (§4)', async () => {
    const output = { text: 'Done', code: 'print(1)', output: '1' };
    const id = add({
      steps: 1,
      structuredOutput: output,
      createdWith: { maxCostUsd: 2.5, outputSchema: { type: 'object' }, proxyCountryCode: null },
    });
    simulator.clock.advance(2_000);
    const session = await read(id);
    assert.deepEqual(session['output'], output);
    assert.equal(session['maxCostUsd'], '2.5');
    assert.equal(session['proxyCountryCode'], null);
    assert.deepEqual(session['outputSchema'], { type: 'object' });
  });

  it('ignores the snake case of a field in a body (§6)', async () => {
    const { json } = await create({ task: 'Cheap', max_cost_usd: 1, keep_alive: true });
    assert.equal(json['maxCostUsd'], null);
    simulator.clock.advance(60_000);
    assert.equal((await read(String(json['id'])))['status'], 'stopped');
  });

  it('gets its title late', async () => {
    const id = add({ end: 'never', title: 'A title', titleAfterMs: 4_000 });
    assert.equal((await read(id))['title'], null);
    simulator.clock.advance(4_000);
    assert.equal((await read(id))['title'], 'A title');
  });

  describe('the list (§4)', () => {
    const listed = async (query = ''): Promise<Json[]> =>
      (await poll(`/sessions?${query}`)).json['sessions'] as Json[];

    it('has its order by what changed last, so that its pages shift', async () => {
      const first = add({ lengthMs: 30_000, steps: 10 });
      simulator.clock.advance(1_000);
      const second = add({ lengthMs: 1_000, steps: 1, titleAfterMs: 0 });
      simulator.clock.advance(1_500);
      assert.deepEqual((await listed('page=1&page_size=1'))[0]?.['id'], second);
      simulator.clock.advance(1_000);
      assert.deepEqual((await listed('page=2&page_size=1'))[0]?.['id'], second);
      assert.deepEqual(
        (await listed()).map(({ id }) => id),
        [first, second],
      );
    });

    it('is without pictures and recordings', async () => {
      const id = add({ lengthMs: 1_000 });
      simulator.clock.advance(1_000);
      const [item] = await listed();
      assert.deepEqual([item?.['screenshotUrl'], item?.['recordingUrls']], [null, []]);
      const session = await read(id);
      assert.match(String(session['screenshotUrl']), /screenshot\.png/);
      assert.equal((session['recordingUrls'] as string[]).length, 1);
      const { screenshotUrl, recordingUrls, ...rest } = session;
      assert.deepEqual({ ...rest, screenshotUrl: null, recordingUrls: [] }, item);
      assert.ok(screenshotUrl && recordingUrls);
    });

    it('may know a session before the session’s own route does, and after it', async () => {
      const early = add({ visibleAfterMs: { byId: 2_000 } });
      const late = add({ visibleAfterMs: { inLists: 2_000 } });
      assert.deepEqual(
        (await listed()).map(({ id }) => id),
        [early],
      );
      assert.equal((await poll(`/sessions/${early}`)).status, 404);
      assert.equal((await poll(`/sessions/${late}`)).status, 200);
      simulator.clock.advance(2_000);
      assert.equal((await listed()).length, 2);
      assert.equal((await poll(`/sessions/${early}`)).status, 200);
    });
  });

  describe('messages (§4)', () => {
    it('come oldest first, page by page, and stay as they are', async () => {
      const id = add({ lengthMs: 6_000, steps: 3 });
      simulator.clock.advance(4_000);
      const early = await messages(id);
      assert.deepEqual(
        early.map(({ type }) => type),
        [
          'user_message',
          'planning',
          'browser_action',
          'browser_action_result',
          'browser_action',
          'browser_action_result',
        ],
      );
      simulator.clock.advance(60_000);
      const ids = async (query: string): Promise<unknown[]> =>
        (await messages(id, query)).map((message) => message['id']);
      const all = await ids('limit=100');
      assert.deepEqual(
        all.slice(0, early.length),
        early.map((message) => message['id']),
      );
      assert.deepEqual(await ids('limit=2'), all.slice(0, 2));
      assert.deepEqual(await ids(`limit=3&after=${String(all[1])}`), all.slice(2, 5));
      assert.deepEqual(await ids(`limit=2&before=${String(all[5])}`), all.slice(3, 5));
      assert.deepEqual(await ids(`after=${String(all.at(-1))}`), []);
      const last = await poll(`/sessions/${id}/messages?limit=${all.length}`);
      assert.equal(last.json['hasMore'], false);
    });

    it('have a picture whose link is another one at each request and dies after five minutes', async () => {
      const id = add({ lengthMs: 1_000, steps: 1 });
      simulator.clock.advance(1_000);
      const link = async (): Promise<string> =>
        String(
          (await messages(id)).find(({ type }) => type === 'browser_action')?.['screenshotUrl'],
        );
      const [one, other] = [await link(), await link()];
      assert.notEqual(one, other);
      const fetched = await requestSimulator(simulator, one, { headers: {} });
      assert.equal(fetched.headers.get('content-type'), 'image/png');
      simulator.clock.advance(300_000);
      assert.equal((await requestSimulator(simulator, one, { headers: {} })).status, 403);
    });

    it('may be hidden, hold broken JSON, or speak in the roles of a chat', async () => {
      const broken = '{"content": [{"type": "te';
      const id = add({
        steps: 1,
        prompt: 'Chat',
        v3: { messageForm: 'chat', messages: [{ afterMs: 1, data: broken, isHidden: true }] },
      });
      simulator.clock.advance(10_000);
      const all = await messages(id);
      const roles = new Set(all.map(({ role }) => String(role)));
      assert.deepEqual([...roles].toSorted(), ['ai', 'assistant', 'tool', 'user']);
      const found = all.find(({ data }) => data === broken);
      assert.equal(found?.['hidden'], true);
      const user = JSON.parse(String(all[0]?.['data'])) as { content: string };
      assert.match(user.content, /<user_request>\nChat\n/);
    });
  });

  describe('files (§4)', () => {
    it('lie in the session’s workspace, behind links that live for a minute', async () => {
      const id = add({
        lengthMs: 1_000,
        files: [
          { name: 'a.txt', content: 'A' },
          { name: 'b.txt', content: 'B' },
        ],
      });
      const { workspaceId } = await read(id);
      const path = `/workspaces/${String(workspaceId)}/files`;
      assert.deepEqual((await poll(path)).json['files'], []);
      simulator.clock.advance(1_000);
      const page = await poll(`${path}?limit=1&includeUrls=true`);
      assert.equal(page.json['hasMore'], true);
      const [file] = page.json['files'] as { path: string; url: string; size: number }[];
      assert.deepEqual([file?.path, file?.size], ['a.txt', 1]);
      const url = file?.url ?? '';
      assert.equal((await requestSimulator(simulator, url, { headers: {} })).text, 'A');
      simulator.clock.advance(60_000);
      assert.equal((await requestSimulator(simulator, url, { headers: {} })).status, 403);
      const next = await poll(`${path}?limit=1&cursor=${String(page.json['nextCursor'])}`);
      assert.deepEqual(
        (next.json['files'] as Json[]).map((each) => [each['path'], each['url']]),
        [['b.txt', null]],
      );
    });
  });

  describe('what is refused (§7)', () => {
    it('has no credits, or no slot: an idle session holds one', async () => {
      simulator.account.maxConcurrentSessions = 1;
      const id = add({ lengthMs: 1, keepAlive: true });
      simulator.clock.advance(10);
      assert.equal((await create({ task: 'Two' })).status, 429);
      await stop(id);
      assert.equal((await create({ task: 'Two' })).status, 200);
      simulator.account.monthlyCreditsUsd = 0;
      simulator.account.additionalCreditsUsd = 0;
      assert.equal((await create({ task: 'Three' })).status, 402);
    });
  });

  it('writes moments with a zone, or without one if told so (§14)', async () => {
    const id = add();
    assert.match(String((await read(id))['createdAt']), /^2026-01-13T12:00:00\.\d{6}Z$/);
    await simulator.close();
    simulator = await startSimulator({ clock: virtualClock(), hasNaiveMoments: true });
    assert.match(String((await read(add()))['createdAt']), /^2026-01-13T12:00:00\.\d{6}$/);
  });
});
