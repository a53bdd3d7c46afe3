import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import { apiVersions } from '../../src/core/cloud/versionList';
import { isCloudError } from '../../src/core/cloud/errors';
import { outcomeOf } from '../../src/core/cloud/task';
import {
  getWholeDetails,
  summaryOf,
  type Cloud,
  type TaskClient,
  type TaskQuery,
} from '../../src/core/cloud/taskClient';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { moveToVersionFound } from '../../src/core/tracking/otherVersions';
import { followSession } from '../../src/core/following/sessionFollowing';
import { SessionPolls } from '../../src/core/following/sessionPolls';
import { sessionCostRows } from '../../src/core/labels/sessionCost';
import { OpenBrowserPolls } from '../../src/core/polling/openBrowserPolls';
import { VersionSearch } from '../../src/core/tracking/versionSearch';
import { aTask } from '../fakes/aTask';
import { allPages } from '../fakes/clientPages';
import { never } from '../fakes/never';
import { virtualClock } from '../simulator/clock';
import type { TaskScript } from '../simulator/taskScript';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';

const nobody = '00000000-0000-4000-8000-000000000000';

for (const apiVersion of ['v3', 'v4'] as const)
  describe(`${apiVersion} client, against the simulator`, () => {
    let simulator: Simulator;
    let cloud: Cloud;
    let client: TaskClient;

    beforeEach(async () => {
      simulator = await startSimulator({ clock: virtualClock(Date.now()) });
      cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
      client = cloud.client(apiVersion);
    });

    afterEach(() => simulator.close());

    const add = (script: Partial<TaskScript> = {}) =>
      simulator.addTask({ apiVersion, prompt: 'Find a flight', lengthMs: 6_000, ...script });

    it('sees a task created, running and finished, with its cost and output', async () => {
      const { id } = add({ startsAfterMs: 1_000, output: '42 EUR', cost: '0.12' });
      const check = async () => (await client.getStatus(id, never)).status;
      assert.equal(await check(), 'created');
      simulator.clock.advance(2_000);
      assert.equal(await check(), 'running');
      simulator.clock.advance(200_000);
      assert.equal(await check(), 'finished');
      const task = await client.getTask(id, never);
      assert.equal(task.output, '42 EUR');
      assert.equal(Number(task.cost), 0.12);
      assert.equal(task.sessionId === undefined, false);
    });

    it('says why steps could not be read, and reads them the next time', async () => {
      const { id } = add({ steps: 3 });
      simulator.clock.advance(200_000);
      const route = `GET /api/*/${id}/${apiVersion === 'v3' ? 'messages' : 'events'}`;
      simulator.faults.add({ route, effect: { kind: 'html', status: 502 }, times: 1 });
      const first = await client.getDetails(id, never);
      assert.deepEqual([first.unread?.steps?.kind, first.steps.length], ['server', 0]);
      assert.equal(first.status, 'finished');
      const second = await client.getDetails(id, never, first);
      assert.deepEqual([second.unread, second.steps.length], [undefined, 3]);
      simulator.faults.add({ route, effect: { kind: 'html', status: 502 }, times: 1 });
      await assert.rejects(getWholeDetails(client, id, never), { kind: 'server' });
    });

    it('says which parts a key may not read, and why', async () => {
      const workspaceId = '11111111-2222-4333-8444-555555555555';
      const createdWith = { attachedFileIds: ['f-1'], workspaceId };
      const { id } = add({ steps: 3, createdWith });
      simulator.clock.advance(200_000);
      const own = `GET /api/*/${id}`;
      const body = { detail: 'Not with this plan' };
      for (const route of [`${own}/messages`, `${own}/events`, `${own}/attachments`, '*/files'])
        simulator.faults.add({ route, effect: { kind: 'answer', status: 403, body } });
      const { unread = {}, steps } = await getWholeDetails(client, id, never);
      assert.deepEqual(
        Object.entries(unread).map(([part, error]) => [part, error?.kind]),
        [
          ['steps', 'forbidden'],
          ['files', 'forbidden'],
          ...(apiVersion === 'v4' ? [['attachments', 'forbidden']] : []),
        ],
      );
      assert.equal(steps.length, 0);
    });

    for (const [end, status] of [
      ['stopped', 'stopped'],
      ['failed', 'failed'],
    ] as const)
      it(`sees a task end as ${status}`, async () => {
        const { id } = add({ end });
        simulator.clock.advance(200_000);
        const update = await client.getStatus(id, never);
        assert.equal(update.status, status, update.rawStatus);
        assert.equal(outcomeOf(update), undefined);
      });

    it('reads the steps of a task that runs, and goes on from those that it knows', async () => {
      const { id } = add({ steps: 3 });
      simulator.clock.advance(2_500);
      const first = await client.getDetails(id, never);
      assert.equal(first.prompt, 'Find a flight');
      assert.ok(first.steps.length > 0, JSON.stringify(first));
      assert.ok(first.session?.liveUrl);
      simulator.clock.advance(200_000);
      const second = await client.getDetails(id, never, first);
      const whole = await client.getDetails(id, never);
      assert.equal(second.steps.length, 3);
      assert.deepEqual(
        second.steps.map(({ goal, actions, url }) => [goal, actions, url]),
        whole.steps.map(({ goal, actions, url }) => [goal, actions, url]),
      );
      assert.ok(second.steps.every(({ goal, actions }) => goal !== '' && actions.length > 0));
      assert.equal(second.isPartial, false);
    });

    it('reads a task of hundreds of steps in pieces', async () => {
      const { id } = add({ steps: 900, lengthMs: 900 * 1_000 });
      simulator.clock.advance(2_000_000);
      let details = await client.getDetails(id, never);
      assert.equal(details.isPartial, true);
      let readings = 1;
      for (; details.isPartial === true; readings++)
        details = await client.getDetails(id, never, details);
      assert.equal(details.steps.length, 900);
      assert.ok(readings < 30, String(readings));
    });

    it('lists a hundred and thirty tasks', async () => {
      const ids = new Set<string>();
      for (let index = 0; index < 130; index++) ids.add(add({ prompt: `Task ${index}` }).id);
      const pages = await allPages(client, {}, never);
      const listed = pages.flatMap(({ tasks }) => tasks);
      assert.equal(new Set(listed.map(({ id }) => id)).size, 130);
      assert.ok(listed.every(({ id }) => ids.has(id)));
      assert.equal(pages.at(-1)?.isLast, true);
    });

    it('downloads the files that a task has left', async () => {
      const { id } = add({ files: [{ name: 'prices.csv', content: 'a,b' }] });
      simulator.clock.advance(200_000);
      const { files } = await client.getDetails(id, never);
      const [file] = files;
      assert.deepEqual(
        files.map(({ name }) => name),
        ['prices.csv'],
      );
      assert.ok(file);
      const url = await client.getFileUrl(id, file, never);
      const bytes = await cloud.download(url, { maxBytes: 100, signal: never });
      assert.equal(new TextDecoder().decode(bytes), 'a,b');
    });

    it('says that there is no such task, and names the account', async () => {
      await assert.rejects(client.getStatus(nobody, never), { kind: 'taskNotFound' });
      await assert.rejects(client.getTask(nobody, never), { kind: 'taskNotFound' });
      assert.match((await client.getAccount(never)).description, /left/u);
    });

    it('is not served elsewhere', async () => {
      simulator.apiVersions.delete(apiVersion);
      const { id } = add();
      await assert.rejects(client.getStatus(id, never), { kind: 'notServed' });
    });
  });

describe('v4 client, against the simulator', () => {
  let simulator: Simulator;
  let client: TaskClient;

  beforeEach(async () => {
    simulator = await startSimulator({ clock: virtualClock(Date.now()) });
    client = createCloud({ baseUrl: simulator.url, key: simulatorKey }).client('v4');
  });

  afterEach(() => simulator.close());

  it('learns the cost and the verdict that come after the end', async () => {
    const { id } = simulator.addTask({
      apiVersion: 'v4',
      prompt: 'Find a flight',
      lengthMs: 2_000,
      cost: '0.90',
      createdWith: { judge: {} },
      v4: { judgement: { verdict: false, reasoning: 'Too dear' } },
    });
    simulator.clock.advance(2_100);
    const early = await client.getTask(id, never);
    assert.equal(early.status, 'finished');
    assert.ok(Number(early.cost) < 0.9, early.cost);
    assert.equal(outcomeOf(early), undefined);
    simulator.clock.advance(120_000);
    const late = await client.getTask(id, never);
    // The judge has a cost of its own.
    assert.ok(Number(late.cost) >= 0.9, late.cost);
    assert.equal(outcomeOf(late), 'failure');
  });

  it('finds the runs of a session, and the latest as its list shows it', async () => {
    const { id, sessionId } = simulator.addTask({ apiVersion: 'v4', prompt: 'Find a flight' });
    assert.ok(sessionId);
    simulator.clock.advance(200_000);
    assert.equal(await client.findLatestTask(sessionId, never), id);
    const next = simulator.addTask({ apiVersion: 'v4', prompt: 'Book it', sessionId });
    assert.equal(await client.findLatestTask(sessionId, never), next.id);
    assert.deepEqual(await client.findSessionTasks(sessionId, never), [next.id, id]);
    const [page] = await allPages(client, {}, never);
    assert.deepEqual(
      page?.tasks.map((task) => [task.id, task.sessionId]),
      [[next.id, sessionId]],
    );
    await assert.rejects(client.findLatestTask(nobody, never), { kind: 'taskNotFound' });
  });

  it('lists every run with its result and cost, those of one session, too', async () => {
    const first = simulator.addTask({ apiVersion: 'v4', prompt: 'Find a flight', lengthMs: 1_000 });
    const { sessionId = '' } = await client.getTask(first.id, never);
    simulator.clock.advance(2_000);
    for (let index = 0; index < 120; index++)
      simulator.addTask({
        apiVersion: 'v4',
        prompt: `Task ${index}`,
        lengthMs: 1_000,
        output: `Result ${index}`,
        ...(index === 0 ? { sessionId } : {}),
      });
    simulator.clock.advance(200_000);
    const listed = async (query: TaskQuery) =>
      (await allPages(client, query, never)).flatMap(({ tasks }) => tasks);
    const runs = await listed({ isFull: true });
    assert.equal(new Set(runs.map(({ id }) => id)).size, 121);
    for (const run of [runs[0], runs[119], runs.find(({ id }) => id === first.id)]) {
      assert.ok(run);
      assert.deepEqual(
        { apiVersion: 'v4', ...run },
        summaryOf(await client.getTask(run.id, never)),
      );
      assert.ok(run.output !== undefined && run.cost !== undefined);
    }
    const newest = await allPages(client, { isFull: true, pageSize: 50 }, never);
    assert.deepEqual(
      newest.map(({ tasks }) => tasks.length),
      [50, 50, 21],
    );
    const sessions = await listed({});
    assert.equal(sessions.length, 120, 'the other list tells of the latest run of each session');
    assert.ok(sessions.every(({ output }) => output === undefined));
  });

  it('reads what a session has cost, with its browser, where the server tells it', async () => {
    const { sessionId } = simulator.addTask({ apiVersion: 'v4', prompt: 'Go', cost: '0.90' });
    simulator.clock.advance(200_000);
    const parts = (await client.getSessionCost(sessionId, never)) ?? [];
    assert.deepEqual(
      sessionCostRows(parts).map(({ name }) => name),
      ['LLM', 'Browser', 'Proxy', 'Total'],
    );
    assert.ok(parts.every(({ amount }) => /^\d+\.\d+$/u.test(amount)));
    for (const status of [404, 405]) {
      const body = { detail: status === 404 ? 'Not Found' : 'Method Not Allowed' };
      simulator.faults.add({ route: 'GET *cost', effect: { kind: 'answer', status, body } });
      assert.equal(await client.getSessionCost(sessionId, never), undefined);
      simulator.faults.clear();
    }
    simulator.keys.clear();
    await assert.rejects(client.getSessionCost(sessionId, never), { kind: 'auth' });
  });

  it('finds the browser of a run that has ended, until it closes', async () => {
    const { id, sessionId } = simulator.addTask({ apiVersion: 'v4', prompt: 'Go' });
    simulator.clock.advance(200_000);
    const store = new TaskStore();
    const now = simulator.clock.now();
    const run = { apiVersion: 'v4', id, sessionId, status: 'finished', endSeenAt: now } as const;
    store.put([aTask({ ...run, createdAt: new Date(now).toISOString() })]);
    const polls = new OpenBrowserPolls({ store, now: () => simulator.clock.now() });
    const cloud = { ...createCloud({ baseUrl: simulator.url, key: simulatorKey }) };
    const poll = async (): Promise<number | undefined> => {
      await polls.poll(() => Promise.resolve(cloud), never);
      return store.tasks()[0]?.browserOpenUntil;
    };
    const before = simulator.counts.total;
    const until = await poll();
    assert.equal(simulator.counts.total - before, 1);
    assert.ok(until !== undefined && until > now && until < now + 21 * 60_000, String(until));
    simulator.clock.advance(21 * 60_000);
    assert.equal(await poll(), undefined);
  });

  it('finds new runs of two sessions that are followed with one list, and those of one by itself', async () => {
    const add = (sessionId?: string) =>
      simulator.addTask({
        apiVersion: 'v4',
        prompt: 'Go',
        lengthMs: 1000,
        ...(sessionId !== undefined && { sessionId }),
      });
    const [first, second] = [add(), add()];
    const store = new TaskStore();
    simulator.clock.advance(200_000);
    const now = (): number => simulator.clock.now();
    const polls = new SessionPolls({ store, now, onFollowingEnd: assert.fail });
    const cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
    const follow = ({ id, sessionId }: typeof first): void =>
      followSession(
        store,
        { apiVersion: 'v4', sessionId },
        { ids: [id], latestId: id, now: now() },
      );
    const ended = (): void =>
      store.put(store.tasks().map((task) => ({ ...task, status: 'finished' })));
    const poll = async (): Promise<string[]> => {
      ended();
      simulator.clock.advance(60_000);
      const before = simulator.counts.seen.length;
      await polls.poll(() => Promise.resolve(cloud), never);
      return simulator.counts.seen
        .slice(before)
        .map(({ url }) => url.replace(/[0-9a-f-]{36}/gu, 'ID'));
    };
    follow(first);
    assert.deepEqual(await poll(), ['/api/v4/sessions/ID']);
    follow(second);
    assert.deepEqual(await poll(), ['/api/v4/sessions?limit=100']);
    const next = add(second.sessionId);
    assert.deepEqual(await poll(), [
      '/api/v4/sessions?limit=100',
      '/api/v4/runs?limit=100&sessionId=ID',
    ]);
    assert.ok(store.get({ apiVersion: 'v4', id: next.id })?.followedAt);
    assert.equal(store.tasks().length, 3);
  });

  it('shares a session, finds the share, and takes it back', async () => {
    const { id } = simulator.addTask({ apiVersion: 'v4', prompt: 'Find a flight' });
    const { sessionId = '' } = await client.getTask(id, never);
    assert.equal(await client.getShare(sessionId, never), undefined);
    const { url } = await client.shareSession(sessionId, never);
    assert.equal((await client.getShare(sessionId, never))?.url, url);
    assert.equal((await client.getDetails(id, never)).session?.publicShareUrl, url);
    await client.unshareSession(sessionId, never);
    assert.equal(await client.getShare(sessionId, never), undefined);
  });
});

describe('v3 client, against a simulator whose clock differs from the local one', () => {
  for (const hours of [1, -1])
    it(`sees a task stopped two minutes after it went idle, ${hours} hours away`, async () => {
      const clock = virtualClock(Date.now() + hours * 3_600_000);
      const simulator = await startSimulator({ clock });
      try {
        const client = createCloud({ baseUrl: simulator.url, key: simulatorKey }).client('v3');
        const { id } = simulator.addTask({
          apiVersion: 'v3',
          prompt: 'Find a flight',
          end: 'stopped',
          keepAlive: true,
          lengthMs: 10_000,
        });
        clock.advance(70_000);
        const early = await client.getStatus(id, never);
        assert.deepEqual([early.rawStatus, early.status], ['idle', 'running']);
        clock.advance(90_000);
        const statuses = [
          (await client.getStatus(id, never)).status,
          (await client.getDetails(id, never)).status,
          (await client.checkStop(id, 'task', never))?.status,
          ...(await allPages(client, {}, never)).flatMap(({ tasks }) => tasks).map((t) => t.status),
        ];
        assert.deepEqual(statuses, ['stopped', 'stopped', 'stopped', 'stopped']);
      } finally {
        await simulator.close();
      }
    });
});

describe('the search for a version, against the simulator', () => {
  for (const apiVersion of apiVersions)
    it(`finds a task of ${apiVersion} that is tracked as one of another version, and puts it in its place`, async () => {
      const simulator = await startSimulator({ clock: virtualClock(Date.now()) });
      try {
        const cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
        const { id } = simulator.addTask({ apiVersion, prompt: 'Find a flight' });
        const store = new TaskStore();
        const wrong = apiVersions.filter((each) => each !== apiVersion);
        const refs = wrong.map((each) => ({ apiVersion: each, id }));
        const stranger = { apiVersion, id: nobody };
        store.track([...refs, stranger], 0);
        const move = await moveToVersionFound([...refs, stranger], {
          store,
          connect: () => Promise.resolve(cloud),
          isOfficial: false,
          clock: {
            now: () => simulator.clock.now(),
            sleep: (ms) => Promise.resolve(simulator.clock.advance(ms)),
          },
          signal: never,
        });
        assert.deepEqual(move.found, [
          { apiVersion, id },
          { apiVersion, id },
          { apiVersion, id },
        ]);
        assert.equal(move.unknownCount, 1);
        assert.deepEqual(
          store.tasks().map((task) => [task.apiVersion, task.id]),
          [
            [apiVersion, nobody],
            [apiVersion, id],
          ],
        );
      } finally {
        await simulator.close();
      }
    });

  it('finds tasks and sessions of every version, and nothing else', async () => {
    const simulator = await startSimulator({ clock: virtualClock(Date.now()) });
    try {
      const cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
      const connect = () => Promise.resolve(cloud);
      const clock = {
        now: () => simulator.clock.now(),
        sleep: (ms: number) => Promise.resolve(simulator.clock.advance(ms)),
      };
      const search = () =>
        new VersionSearch({ connect, isOfficial: false, last: undefined, clock });
      for (const apiVersion of ['v1', 'v2', 'v3', 'v4'] as const) {
        const { id } = simulator.addTask({ apiVersion, prompt: 'Find a flight' });
        assert.deepEqual(await search().find(id, 'task', never), [{ apiVersion, id }]);
        const { sessionId } = await cloud.client(apiVersion).getTask(id, never);
        if (sessionId === undefined) continue;
        assert.deepEqual(await search().find(sessionId, 'session', never), [{ apiVersion, id }]);
        assert.deepEqual(await search().find(sessionId, 'task', never), [{ apiVersion, id }]);
      }
      const { id } = simulator.addTask({
        apiVersion: 'v4',
        prompt: 'Begin just now',
        visibleAfterMs: { byId: 2000, inLists: 2000 },
        createdAtMs: clock.now(),
      });
      assert.deepEqual(await search().find(id, 'task', never), [{ apiVersion: 'v4', id }]);
      assert.equal(await search().find(nobody, 'task', never), undefined);
      const { hits } = { hits: simulator.counts.total };
      await assert.rejects(
        new VersionSearch({
          connect: () => Promise.resolve(createCloud({ baseUrl: simulator.url, key: 'bu_wrong' })),
          isOfficial: true,
          last: undefined,
          clock,
        }).find(nobody, 'task', never),
        (error) => isCloudError(error) && error.kind === 'auth',
      );
      assert.equal(simulator.counts.total - hits, 1, 'a wrong key ends the search');
    } finally {
      await simulator.close();
    }
  });
});
