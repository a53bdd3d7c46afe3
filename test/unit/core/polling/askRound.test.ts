import assert from 'node:assert/strict';
import type { Ask, ListAsk } from '../../../../src/core/polling/askPlanner';
import { AskRounds, type AskRoundResult } from '../../../../src/core/polling/askRound';
import { AskSchedule } from '../../../../src/core/polling/askSchedule';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import { PollHolds } from '../../../../src/core/polling/pollHolds';
import { RefreshRequests } from '../../../../src/core/polling/refreshRequests';
import type { ApiVersion, TaskRef } from '../../../../src/core/cloud/task';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { isActive } from '../../../../src/core/tasks/trackedTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud, type Asked } from '../../../fakes/fakeCloud';

const second = 1000;
const minute = 60 * second;

function ref(id: string, apiVersion: ApiVersion = 'v2'): TaskRef {
  return { apiVersion, id };
}

describe('AskRounds', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let store: TaskStore;
  let schedule: AskSchedule;
  let holds: PollHolds;
  let refreshes: RefreshRequests;
  let rounds: AskRounds;
  let told: string[];
  let round: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    store = new TaskStore();
    schedule = new AskSchedule(() => 0.5);
    holds = new PollHolds();
    refreshes = new RefreshRequests();
    told = [];
    round = new AbortController();
    const connect = () => Promise.resolve(cloud);
    const onError = (error: unknown, what: string) => void told.push(`${what}: ${String(error)}`);
    rounds = new AskRounds({ store, connect, clock, schedule, holds, refreshes, onError });
  });

  /** Tracked tasks that the cloud has, and that were looked at. */
  async function known(count: number, apiVersion: ApiVersion = 'v2'): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, (_, index) => `t${index}`);
    for (const id of ids) cloud.set(id, 'running', { rawStatus: 'started' });
    store.track(
      ids.map((id) => ref(id, apiVersion)),
      clock.now(),
    );
    await ask(store.tasks().map((task) => ({ kind: 'task', task })));
    cloud.asked.length = 0;
    return ids;
  }

  function plan(): readonly Ask[] {
    return rounds.plan(store.tasks().filter(isActive));
  }

  function ask(asks = plan()) {
    return rounds.ask(asks, round.signal);
  }

  /** Tasks of the same time, which lists show before the known ones. */
  function addOthers(count: number): void {
    for (let index = 0; index < count; index++)
      cloud.set(`other-${index}`, 'finished', { createdAt: '2026-01-13T11:59:00.500Z' });
  }

  function failWhere(isHit: (asked: Asked) => boolean, kind: CloudErrorKind): void {
    cloud.failWith = (asked) =>
      isHit(asked) ? new CloudError(kind, `ordered ${kind}`) : undefined;
  }

  function whatCame({ successes, failures }: AskRoundResult) {
    return { successes, failures };
  }

  function whats(): string[] {
    return cloud.asked.map(({ what, id }) => (id === '' ? what : `${what} ${id}`));
  }

  /** How the plan for all tasks asks now. */
  function way(): string {
    const [first] = plan();
    return first?.kind === 'list' ? first.way : 'each';
  }

  it('counts what has succeeded, and names whose question failed', async () => {
    await known(3);
    failWhere(({ id }) => id === 't1', 'server');
    const { successes, failures } = await ask(
      store.tasks().map((task) => ({ kind: 'task', task })),
    );
    assert.equal(successes, 2);
    assert.deepEqual(
      failures.map(({ task, error }) => [task?.id, error.kind]),
      [['t1', 'server']],
    );
    assert.deepEqual(told, ['v2/t1: CloudError: ordered server']);
  });

  it('sends one question ahead, and no more where the network is gone', async () => {
    await known(6);
    const each = store.tasks().map((task): Ask => ({ kind: 'task', task }));
    cloud.gate = new Promise(() => undefined);
    void ask(each);
    await settle();
    assert.equal(cloud.asked.length, 1);
    cloud.gate = undefined;
    cloud.asked.length = 0;
    for (const kind of ['network', 'redirect'] as const) {
      cloud.fail(kind);
      assert.equal((await ask(each)).failures.length, 1);
    }
    cloud.fail('server');
    assert.equal((await ask(each)).failures.length, 6);
  });

  it('ends at a hold on everything, and passes over a held API version', async () => {
    await known(5);
    const each = store.tasks().map((task): Ask => ({ kind: 'task', task }));
    cloud.fail('auth');
    assert.equal((await ask(each)).failures.length, 1);
    assert.equal(holds.general?.kind, 'auth');
    holds.clear();
    cloud.heal();
    cloud.asked.length = 0;
    holds.takeIn(new CloudError('notServed', ''), 'v1', clock.now());
    store.track([ref('old', 'v1')], clock.now());
    cloud.set('old', 'running');
    const [old] = store.tasks().filter(({ apiVersion }) => apiVersion === 'v1');
    assert.ok(old);
    const { successes } = await ask([{ kind: 'task', task: old }, ...each]);
    assert.equal(successes, 5, 'what comes after it is asked');
    assert.ok(cloud.asked.every(({ id }) => id !== 'old'));
  });

  it('drops what comes after the round has ended, and says nothing of it', async () => {
    const [id = ''] = await known(1);
    refreshes.add([ref(id)]);
    for (const asks of [plan(), [taskAsk(id)]]) {
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      round = new AbortController();
      cloud.set(id, 'running', { prompt: 'Another', rawStatus: 'started' });
      const asked = ask(asks);
      await settle();
      round.abort();
      open();
      assert.deepEqual(whatCame(await asked), { successes: 0, failures: [] });
    }
    assert.equal(store.get(ref(id))?.prompt, `Do ${id}`);
    assert.deepEqual(told, []);
    assert.equal(refreshes.size, 1, 'it is still to be looked at');
  });

  it('drops an answer that comes though its question was aborted, and a failure, too', async () => {
    const [id = ''] = await known(1);
    cloud.isDeafToAborts = true;
    for (const fails of [false, true])
      for (const asks of [plan(), [taskAsk(id)]]) {
        let open = (): void => undefined;
        cloud.gate = new Promise((resolve) => (open = resolve));
        round = new AbortController();
        cloud.set(id, 'running', { prompt: 'Another', rawStatus: 'started' });
        if (fails) cloud.fail('auth');
        const asked = ask(asks);
        await settle();
        round.abort();
        open();
        assert.deepEqual(whatCame(await asked), { successes: 0, failures: [] });
        cloud.heal();
      }
    assert.equal(store.get(ref(id))?.prompt, `Do ${id}`);
    assert.deepEqual([told, holds.all()], [[], []]);
  });

  it('asks nothing more where everything was held while it connected', async () => {
    await known(1);
    for (const asks of [plan(), [taskAsk('t0')]]) {
      holds.clear();
      const asked = ask(asks);
      holds.hold('network', minute, clock.now());
      assert.deepEqual(whatCame(await asked), { successes: 0, failures: [] });
    }
    assert.deepEqual(whats(), []);
  });

  function taskAsk(id: string, apiVersion: ApiVersion = 'v2'): Ask {
    const task = store.get(ref(id, apiVersion));
    assert.ok(task);
    return { kind: 'task', task };
  }

  it('requests no longer whoever was polled, by itself, in vain or in a list', async () => {
    await known(3);
    refreshes.add(store.tasks());
    await ask([taskAsk('t0')]);
    assert.deepEqual(whats(), ['task t0'], 'all of one who is requested is read');
    cloud.fail('server');
    await ask([taskAsk('t1')]);
    assert.deepEqual(
      ['t0', 't1', 't2'].map((id) => refreshes.has(ref(id))),
      [false, false, true],
    );
    cloud.heal();
    await ask();
    assert.equal(refreshes.size, 0);
  });

  it('makes a failure of its own of what is no failure of the cloud', async () => {
    await known(1);
    for (const [thrown, kind, message] of [
      [new TypeError('a mistake'), 'badAnswer', 'Unexpected failure of a look: a mistake'],
      [
        Object.assign(new Error('of another bundle'), {
          name: 'CloudError',
          kind: 'server',
          status: 503,
          retryAfterMs: 7,
        }),
        'server',
        'of another bundle',
      ],
    ] as const) {
      cloud.failWith = () => {
        throw thrown;
      };
      const [failure] = (await ask([taskAsk('t0')])).failures;
      assert.ok(failure?.error instanceof CloudError);
      assert.deepEqual([failure.error.kind, failure.error.message], [kind, message]);
      if (kind === 'server')
        assert.deepEqual([failure.error.status, failure.error.retryAfterMs], [503, 7]);
    }
    assert.equal(told.length, 2);
  });

  it('asks for at most ten in one round of those whom a list does not show', async () => {
    const ids = await known(14);
    for (const id of ids) cloud.unlisted.add(id);
    const { successes } = await ask();
    assert.equal(successes, 11);
    assert.deepEqual(whats().slice(0, 2), ['list', 'status t0']);
    assert.equal(cloud.asked.length, 11);
  });

  it('asks for nobody by itself after a list that it gave up', async () => {
    await known(2);
    for (let index = 0; index < 500; index++) cloud.set(`other-${index}`, 'finished');
    cloud.unlisted.add('t0');
    await ask();
    assert.deepEqual(whats(), ['list']);
    assert.equal(way(), 'status', 'and takes another way');
  });

  it('asks for the rest by themselves after the newest did not show them', async () => {
    for (let index = 0; index < 300; index++)
      cloud.set(`other-${index}`, 'finished', { createdAt: '2026-01-14T00:00:00.000Z' });
    for (const id of ['a', 'b', 'c', 'd']) cloud.set(id, 'running');
    store.track(
      ['a', 'b', 'c', 'd'].map((id) => ref(id)),
      clock.now(),
    );
    await ask();
    assert.deepEqual(whats(), ['list', 'list', 'task a', 'task b', 'task c', 'task d']);
    assert.ok(store.tasks().every(({ status }) => status === 'running'));
    store.track(
      ['e', 'f', 'g', 'h', 'i'].map((id) => ref(id)),
      clock.now(),
    );
    assert.equal(
      rounds.plan(store.tasks().slice(4))[0]?.kind,
      'task',
      'five are not worth the six that it took',
    );
  });

  for (const kind of [
    'server',
    'timeout',
    'tooLarge',
    'badAnswer',
    'invalidRequest',
    'taskNotFound',
    'auth',
    'forbidden',
    'payment',
    'notServed',
    'refused',
    'redirect',
    'network',
  ] as const)
    it(`tries no list for a while after one failed: ${kind}`, async () => {
      await known(3);
      failWhere(({ what }) => what === 'list', kind);
      const { failures } = await ask();
      assert.deepEqual(
        failures.map(({ task, error }) => [task, error.kind]),
        [[undefined, kind]],
      );
      assert.deepEqual(told, [`the list of v2: CloudError: ordered ${kind}`]);
      assert.deepEqual(holds.all(), [], 'and a list judges nothing');
      assert.equal(way(), 'each');
      await clock.advance(10 * second);
      assert.equal(way(), 'span');
    });

  it('still trusts lists after a rate limit, or without a key', async () => {
    await known(3);
    for (const kind of ['rateLimited', 'noKey'] as const) {
      cloud.fail(kind);
      await ask();
      assert.equal(holds.general?.kind, kind);
      holds.clear();
      assert.equal(way(), 'span');
    }
  });

  it('reads no further page of a list once everything is held, and begins anew then', async () => {
    await known(150);
    let pages = 0;
    const list = plan().find((each): each is ListAsk => each.kind === 'list');
    assert.ok(list);
    cloud.failWith = ({ what }) => {
      if (what === 'list' && ++pages === 1) holds.hold('network', minute, clock.now());
      return undefined;
    };
    assert.equal((await ask([list])).isUnfinished, false);
    assert.equal(pages, 1);
  });

  describe('where there is no room for all', () => {
    const one = (): Promise<AskRoundResult> => rounds.ask(plan(), round.signal, 1);

    /** What is requested next, one request at a time. */
    async function nextWhats(count: number): Promise<string[]> {
      const before = cloud.asked.length;
      for (let request = 0; request < count; request++) await one();
      return whats().slice(before);
    }

    it('goes on with a list where it was, in the next round', async () => {
      await known(250);
      const { isUnfinished } = await one();
      assert.equal(isUnfinished, true);
      await clock.advance(3 * second);
      assert.deepEqual(await nextWhats(2), ['list', 'list']);
      assert.equal((await one()).isUnfinished, true, 'and only then begins the next');
      assert.deepEqual(told, []);
    });

    it('lets one who is new, one who is requested and one who is due have their turn beside a long list', async () => {
      await known(900);
      cloud.set('old', 'running', { createdAt: undefined });
      store.track([ref('old', 'v1')], clock.now());
      await ask([taskAsk('old', 'v1')]);
      await one();
      cloud.set('new', 'running');
      store.track([ref('new')], clock.now());
      refreshes.add([ref('t5')]);
      const next = (await nextWhats(4)).map((what) => (what.startsWith('list') ? 'list' : what));
      assert.deepEqual(next.sort(), ['list', 'status old', 'task new', 'task t5']);
    });

    it('reads on for nobody once none of a list is tracked', async () => {
      await known(250);
      await one();
      store.untrack(store.tasks());
      assert.equal((await one()).isUnfinished, false);
      assert.deepEqual(whats(), ['list']);
    });

    it('confirms everyone in turn whom no list shows, however many', async () => {
      const ids = await known(140);
      const hidden = ids.slice(0, 25);
      for (const id of hidden) cloud.unlisted.add(id);
      for (let sweep = 0; sweep < 4; sweep++) {
        await clock.advance(second);
        await ask();
      }
      const asked = new Set(cloud.asked.map(({ id }) => id));
      assert.deepEqual(
        hidden.filter((id) => !asked.has(id)),
        [],
      );
    });
  });

  it('is not satisfied by what was asked for before somebody requested it', async () => {
    await known(3);
    for (const asks of [() => plan(), () => [taskAsk('t0')]]) {
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      const asked = ask(asks());
      await settle();
      refreshes.add([ref('t0')]);
      open();
      await asked;
      assert.equal(refreshes.has(ref('t0')), true);
      await ask(asks());
      assert.equal(refreshes.has(ref('t0')), false);
    }
  });

  it('learns what a list has cost: its pages, and questions in vain, not those about ends', async () => {
    await known(3);
    addOthers(250);
    await ask();
    assert.equal(way(), 'status', 'three pages for three tasks');
    cloud.unlisted.add('t0').add('t1').add('t2');
    await ask();
    assert.equal(way(), 'span', 'one page, and three questions that told nothing new');
  });

  it('turns to lists that show ends where many end', async () => {
    const ids = await known(20);
    addOthers(150);
    await ask();
    assert.equal(way(), 'status');
    for (const id of ids.slice(0, 8)) cloud.set(id, 'finished');
    await ask();
    assert.equal(way(), 'span', 'a page and about two ends cost more than two pages');
  });

  it('lists no ended task that was read, and leaves alone those whom nobody tracks', async () => {
    await known(2);
    cloud.set('stranger', 'running');
    await ask();
    assert.equal(store.get(ref('stranger')), undefined);
    assert.equal(store.tasks().length, 2);
  });
});
