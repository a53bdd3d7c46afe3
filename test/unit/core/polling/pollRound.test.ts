import assert from 'node:assert/strict';
import type { Poll, ListPoll } from '../../../../src/core/polling/pollPlanner';
import { PollRounds, type PollRoundResult } from '../../../../src/core/polling/pollRound';
import { PollSchedule } from '../../../../src/core/polling/pollSchedule';
import { CloudError, type CloudErrorKind } from '../../../../src/core/cloud/errors';
import { PollPauses } from '../../../../src/core/polling/pollPauses';
import { RefreshRequests } from '../../../../src/core/polling/refreshRequests';
import type { ApiVersion, TaskRef } from '../../../../src/core/cloud/task';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { isActive } from '../../../../src/core/tasks/trackedTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud, type Requested } from '../../../fakes/fakeCloud';

const second = 1000;
const minute = 60 * second;

function ref(id: string, apiVersion: ApiVersion = 'v2'): TaskRef {
  return { apiVersion, id };
}

describe('PollRounds', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let store: TaskStore;
  let schedule: PollSchedule;
  let pauses: PollPauses;
  let refreshes: RefreshRequests;
  let rounds: PollRounds;
  let errors: string[];
  let listed: string[];
  let round: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    store = new TaskStore();
    schedule = new PollSchedule(() => 0.5);
    pauses = new PollPauses();
    refreshes = new RefreshRequests();
    errors = [];
    listed = [];
    round = new AbortController();
    const connect = () => Promise.resolve(cloud);
    const onError = (error: unknown, what: string) => void errors.push(`${what}: ${String(error)}`);
    const options = { store, connect, clock, schedule, pauses, refreshes, onError };
    rounds = new PollRounds({
      ...options,
      onListed: (apiVersion, tasks) => listed.push(`${apiVersion} ${tasks.length}`),
    });
  });

  /** Tracked tasks that the cloud has, and that were checked. */
  async function known(count: number, apiVersion: ApiVersion = 'v2'): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, (_, index) => `t${index}`);
    for (const id of ids) cloud.set(id, 'running', { rawStatus: 'started' });
    store.track(
      ids.map((id) => ref(id, apiVersion)),
      clock.now(),
    );
    await poll(store.tasks().map((task) => ({ kind: 'task', task })));
    cloud.requested.length = 0;
    return ids;
  }

  function plan(): readonly Poll[] {
    return rounds.plan(store.tasks().filter(isActive));
  }

  function poll(polls = plan()) {
    return rounds.poll(polls, round.signal);
  }

  /** Tasks of the same time, which lists show before the known ones. */
  function addOthers(count: number): void {
    for (let index = 0; index < count; index++)
      cloud.set(`other-${index}`, 'finished', { createdAt: '2026-01-13T11:59:00.500Z' });
  }

  function failWhere(isHit: (requested: Requested) => boolean, kind: CloudErrorKind): void {
    cloud.failWith = (requested) =>
      isHit(requested) ? new CloudError(kind, `ordered ${kind}`) : undefined;
  }

  function countsOf({ successes, failures }: PollRoundResult) {
    return { successes, failures };
  }

  function whats(): string[] {
    return cloud.requested.map(({ what, id }) => (id === '' ? what : `${what} ${id}`));
  }

  /** How the plan polls all tasks now. */
  function way(): string {
    const [first] = plan();
    return first?.kind === 'list' ? first.way : 'each';
  }

  it('counts what has succeeded, and names whose question failed', async () => {
    await known(3);
    failWhere(({ id }) => id === 't1', 'server');
    const { successes, failures } = await poll(
      store.tasks().map((task) => ({ kind: 'task', task })),
    );
    assert.equal(successes, 2);
    assert.deepEqual(
      failures.map(({ task, error }) => [task?.id, error.kind]),
      [['t1', 'server']],
    );
    assert.deepEqual(errors, ['v2/t1: CloudError: ordered server']);
  });

  it('sends one question ahead, and no more where the network is gone', async () => {
    await known(6);
    const each = store.tasks().map((task): Poll => ({ kind: 'task', task }));
    cloud.gate = new Promise(() => undefined);
    void poll(each);
    await settle();
    assert.equal(cloud.requested.length, 1);
    cloud.gate = undefined;
    cloud.requested.length = 0;
    for (const kind of ['network', 'redirect'] as const) {
      cloud.fail(kind);
      assert.equal((await poll(each)).failures.length, 1);
    }
    cloud.fail('server');
    assert.equal((await poll(each)).failures.length, 6);
  });

  it('ends at a pause of everything, and passes over a paused API version', async () => {
    await known(5);
    const each = store.tasks().map((task): Poll => ({ kind: 'task', task }));
    cloud.fail('auth');
    assert.equal((await poll(each)).failures.length, 1);
    assert.equal(pauses.general?.kind, 'auth');
    pauses.clear();
    cloud.heal();
    cloud.requested.length = 0;
    pauses.takeIn(new CloudError('notServed', ''), 'v1', clock.now());
    store.track([ref('old', 'v1')], clock.now());
    cloud.set('old', 'running');
    const [old] = store.tasks().filter(({ apiVersion }) => apiVersion === 'v1');
    assert.ok(old);
    const { successes } = await poll([{ kind: 'task', task: old }, ...each]);
    assert.equal(successes, 5, 'what comes after it is requested');
    assert.ok(cloud.requested.every(({ id }) => id !== 'old'));
  });

  it('drops what comes after the round has ended, and says nothing of it', async () => {
    const [id = ''] = await known(1);
    refreshes.add([ref(id)]);
    for (const polls of [plan(), [taskPoll(id)]]) {
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      round = new AbortController();
      cloud.set(id, 'running', { prompt: 'Another', rawStatus: 'started' });
      const requested = poll(polls);
      await settle();
      round.abort();
      open();
      assert.deepEqual(countsOf(await requested), { successes: 0, failures: [] });
    }
    assert.equal(store.get(ref(id))?.prompt, `Do ${id}`);
    assert.deepEqual(errors, []);
    assert.equal(refreshes.size, 1, 'it is still to be polled');
  });

  it('drops an answer that comes though its question was aborted, and a failure, too', async () => {
    const [id = ''] = await known(1);
    cloud.isDeafToAborts = true;
    for (const fails of [false, true])
      for (const polls of [plan(), [taskPoll(id)]]) {
        let open = (): void => undefined;
        cloud.gate = new Promise((resolve) => (open = resolve));
        round = new AbortController();
        cloud.set(id, 'running', { prompt: 'Another', rawStatus: 'started' });
        if (fails) cloud.fail('auth');
        const requested = poll(polls);
        await settle();
        round.abort();
        open();
        assert.deepEqual(countsOf(await requested), { successes: 0, failures: [] });
        cloud.heal();
      }
    assert.equal(store.get(ref(id))?.prompt, `Do ${id}`);
    assert.deepEqual([errors, pauses.all()], [[], []]);
  });

  it('requests nothing more where everything was paused while it connected', async () => {
    await known(1);
    for (const polls of [plan(), [taskPoll('t0')]]) {
      pauses.clear();
      const requested = poll(polls);
      pauses.pause('network', minute, clock.now());
      assert.deepEqual(countsOf(await requested), { successes: 0, failures: [] });
    }
    assert.deepEqual(whats(), []);
  });

  function taskPoll(id: string, apiVersion: ApiVersion = 'v2'): Poll {
    const task = store.get(ref(id, apiVersion));
    assert.ok(task);
    return { kind: 'task', task };
  }

  it('requests no longer whoever was polled, by itself, in vain or in a list', async () => {
    await known(3);
    refreshes.add(store.tasks());
    await poll([taskPoll('t0')]);
    assert.deepEqual(whats(), ['task t0'], 'all of one who is requested is read');
    cloud.fail('server');
    await poll([taskPoll('t1')]);
    assert.deepEqual(
      ['t0', 't1', 't2'].map((id) => refreshes.has(ref(id))),
      [false, false, true],
    );
    cloud.heal();
    await poll();
    assert.equal(refreshes.size, 0);
  });

  it('makes a failure of its own of what is no failure of the cloud', async () => {
    await known(1);
    for (const [thrown, kind, message] of [
      [
        new TypeError('a mistake'),
        'badAnswer',
        'Unexpected failure of a poll: TypeError: a mistake',
      ],
      [
        Object.assign(new Error('of another bundle'), {
          name: 'CloudError',
          kind: 'server',
          retryAfterMs: 7,
        }),
        'server',
        'of another bundle',
      ],
    ] as const) {
      cloud.failWith = () => {
        throw thrown;
      };
      const [failure] = (await poll([taskPoll('t0')])).failures;
      assert.deepEqual([failure?.error.kind, failure?.error.message], [kind, message]);
      if (kind === 'server') assert.equal(failure?.error.retryAfterMs, 7);
    }
    assert.equal(errors.length, 2);
  });

  it('says what each page of a list showed, but not of one that tells all', async () => {
    await known(3);
    await poll();
    assert.deepEqual(listed, ['v2 3']);
    const expects = store.tasks();
    const list = { kind: 'list', way: 'full', apiVersion: 'v2', expects, mostPages: 1 } as const;
    await poll([{ ...list, query: { isFull: true } }]);
    assert.deepEqual(listed, ['v2 3']);
  });

  it('polls at most ten tasks by themselves in one round that a list does not show', async () => {
    const ids = await known(14);
    for (const id of ids) cloud.unlisted.add(id);
    const { successes } = await poll();
    assert.equal(successes, 11);
    assert.deepEqual(whats().slice(0, 2), ['list', 'status t0']);
    assert.equal(cloud.requested.length, 11);
  });

  it('polls no task by itself after a list that it gave up', async () => {
    await known(2);
    for (let index = 0; index < 500; index++) cloud.set(`other-${index}`, 'finished');
    cloud.unlisted.add('t0');
    await poll();
    assert.deepEqual(whats(), ['list']);
    assert.equal(way(), 'status', 'and takes another way');
  });

  it('polls the rest by themselves after the list of the newest did not show them', async () => {
    for (let index = 0; index < 300; index++)
      cloud.set(`other-${index}`, 'finished', { createdAt: '2026-01-14T00:00:00.000Z' });
    for (const id of ['a', 'b', 'c', 'd']) cloud.set(id, 'running');
    store.track(
      ['a', 'b', 'c', 'd'].map((id) => ref(id)),
      clock.now(),
    );
    await poll();
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
      const { failures } = await poll();
      assert.deepEqual(
        failures.map(({ task, error }) => [task, error.kind]),
        [[undefined, kind]],
      );
      assert.deepEqual(errors, [`the list of v2: CloudError: ordered ${kind}`]);
      assert.deepEqual(pauses.all(), [], 'and a list judges nothing');
      assert.equal(way(), 'each');
      await clock.advance(10 * second);
      assert.equal(way(), 'span');
    });

  it('still trusts lists after a rate limit, or without a key', async () => {
    await known(3);
    for (const kind of ['rateLimited', 'noKey'] as const) {
      cloud.fail(kind);
      await poll();
      assert.equal(pauses.general?.kind, kind);
      pauses.clear();
      assert.equal(way(), 'span');
    }
  });

  it('reads no further page of a list once everything is paused, and begins anew then', async () => {
    await known(150);
    let pages = 0;
    const list = plan().find((each): each is ListPoll => each.kind === 'list');
    assert.ok(list);
    cloud.failWith = ({ what }) => {
      if (what === 'list' && ++pages === 1) pauses.pause('network', minute, clock.now());
      return undefined;
    };
    assert.equal((await poll([list])).isUnfinished, false);
    assert.equal(pages, 1);
  });

  describe('where there is no room for all', () => {
    const one = (): Promise<PollRoundResult> => rounds.poll(plan(), round.signal, 1);

    /** What is requested next, one request at a time. */
    async function nextWhats(count: number): Promise<string[]> {
      const before = cloud.requested.length;
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
      assert.deepEqual(errors, []);
    });

    it('lets one who is new, one who is requested and one who is due have their turn beside a long list', async () => {
      await known(900);
      cloud.set('old', 'running', { createdAt: undefined });
      store.track([ref('old', 'v1')], clock.now());
      await poll([taskPoll('old', 'v1')]);
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
        await poll();
      }
      const requested = new Set(cloud.requested.map(({ id }) => id));
      assert.deepEqual(
        hidden.filter((id) => !requested.has(id)),
        [],
      );
    });
  });

  it('is not satisfied by what was polled before somebody requested it', async () => {
    await known(3);
    for (const polls of [() => plan(), () => [taskPoll('t0')]]) {
      let open = (): void => undefined;
      cloud.gate = new Promise((resolve) => (open = resolve));
      const requested = poll(polls());
      await settle();
      refreshes.add([ref('t0')]);
      open();
      await requested;
      assert.equal(refreshes.has(ref('t0')), true);
      await poll(polls());
      assert.equal(refreshes.has(ref('t0')), false);
    }
  });

  it('learns what a list has cost: its pages, and questions in vain, not those about ends', async () => {
    await known(3);
    addOthers(250);
    await poll();
    assert.equal(way(), 'status', 'three pages for three tasks');
    cloud.unlisted.add('t0').add('t1').add('t2');
    await poll();
    assert.equal(way(), 'span', 'one page, and three questions that told nothing new');
  });

  it('stays with a list that shows most, though it leaves many to the next reading', async () => {
    const ids = await known(60, 'v1');
    const unlist = (count: number) => {
      for (const id of ids.slice(0, count)) cloud.unlisted.add(id);
    };
    unlist(29);
    await poll();
    assert.equal(plan().length, 1, 'one page and ten by themselves, for 41 of 60');
    unlist(60);
    await poll();
    assert.equal(plan().length, 60, 'one page and ten by themselves, for ten of 60');
  });

  it('turns to lists that show ends where many end', async () => {
    const ids = await known(20);
    addOthers(150);
    await poll();
    assert.equal(way(), 'status');
    for (const id of ids.slice(0, 8)) cloud.set(id, 'finished');
    await poll();
    assert.equal(way(), 'span', 'a page and about two ends cost more than two pages');
  });

  it('lists no ended task that was read, and leaves alone those whom nobody tracks', async () => {
    await known(2);
    cloud.set('stranger', 'running');
    await poll();
    assert.equal(store.get(ref('stranger')), undefined);
    assert.equal(store.tasks().length, 2);
  });
});
