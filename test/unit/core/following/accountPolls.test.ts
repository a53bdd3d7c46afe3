import assert from 'node:assert/strict';
import { AccountPolls, type AccountFollowing } from '../../../../src/core/following/accountPolls';
import { PollerWithExtras } from '../../../../src/core/polling/pollerWithExtras';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { AccountLists } from '../../../fakes/accountLists';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakePolling } from '../../../fakes/fakePolling';
import { aTask } from '../../../fakes/aTask';

const second = 1000;
const minute = 60 * second;

describe('following an account', () => {
  let clock: FakeClock;
  let store: TaskStore;
  let lists: AccountLists;
  let following: AccountFollowing | undefined;
  let effects: string[];
  let polls: AccountPolls;
  let poller: PollerWithExtras;

  beforeEach(() => {
    clock = new FakeClock();
    store = new TaskStore();
    lists = new AccountLists(clock);
    following = { filter: '', limit: 200 };
    effects = [];
    polls = new AccountPolls({
      store,
      now: () => clock.now(),
      versions: ['v4', 'v2', 'v3'],
      following: () => following,
      onLimit: (effect, count) => effects.push(`${effect} ${count}`),
      onRefused: ({ kind }) => effects.push(kind),
    });
    poller = new PollerWithExtras({
      poller: new FakePolling(),
      extras: [polls],
      store,
      clock,
      connect: () => Promise.resolve(lists.cloud()),
      random: () => 0.5,
      intervals: { watching: 2000, hidden: 10_000, away: 30_000 },
      onError: () => effects.push('error'),
    });
  });

  afterEach(async () => {
    poller.dispose();
    await settle();
    assert.equal(clock.timers, 0);
  });

  const start: AccountLists['start'] = (...task) => lists.start(...task);
  const ids = (): string[] => store.tasks().map(({ id }) => id);

  it('tracks what is started from then on, in every version, and nothing older', async () => {
    start('v4', 'old', { agoMs: 10 * minute });
    start('v2', 'older', { agoMs: 600 * minute });
    poller.setAttention('watching');
    await clock.advance(20 * second);
    assert.deepEqual(ids(), []);
    start('v4', 'a');
    start('v2', 'b');
    start('v3', 'c');
    await clock.advance(30 * second);
    assert.deepEqual(ids().toSorted(), ['a', 'b', 'c']);
    const task = store.get({ apiVersion: 'v4', id: 'a' });
    assert.equal(task?.status, 'running');
    assert.equal(task.prompt, 'Do a');
    assert.equal(task.isFromAccount, true);
    assert.equal(task.isUnseen, false);
  });

  it('begins a minute before, so that nothing is missed where another window takes over', async () => {
    start('v4', 'just started', { agoMs: 30 * second });
    start('v2', 'too old', { agoMs: 2 * minute });
    poller.setAttention('watching');
    await clock.advance(20 * second);
    assert.deepEqual(ids(), ['just started']);
  });

  it('reads a list that never ends no further than there can be anything new, and goes on with it and the others', async () => {
    lists.endless.add('v4');
    poller.setAttention('watching');
    await clock.advance(20 * second);
    start('v4', 'a');
    await clock.advance(20 * second);
    start('v2', 'b');
    await clock.advance(5 * minute);
    start('v4', 'c');
    await clock.advance(5 * minute);
    assert.deepEqual(ids(), ['a', 'b', 'c']);
  });

  describe('that has started a task every three seconds', () => {
    const startMany = (): void => {
      for (let number = 400; number > 0; number--)
        for (const version of ['v4', 'v2', 'v3'] as const)
          start(version, `old ${version} ${number}`, { agoMs: number * 3 * second });
    };
    const follow = async (): Promise<void> => {
      following = { filter: '', limit: 1000 };
      poller.setAttention('watching');
      await clock.advance(20 * second);
    };

    beforeEach(async () => {
      following = undefined;
      poller.setIntervals({ watching: 2000, hidden: 10_000, away: 30_000 });
      await clock.advance(second);
      lists.requested.length = 0;
    });

    it('tracks none of before, though pages are read to where nothing is new', async () => {
      startMany();
      await follow();
      for (let number = 0; number < 120; number++)
        for (const version of ['v4', 'v2', 'v3'] as const) start(version, `${version} ${number}`);
      await clock.advance(3 * minute);
      assert.deepEqual(
        ids().filter((id) => id.startsWith('old')),
        [],
      );
      assert.equal(ids().length, 360);
    });

    for (const aheadMs of [10 * minute, -10 * minute, 3 * 24 * 60 * minute, -3 * 24 * 60 * minute])
      it(`tracks what starts, and none of before, where the cloud’s clock is ${aheadMs / minute} minutes ahead`, async () => {
        lists.aheadMs = aheadMs;
        startMany();
        following = { filter: '', limit: 1000 };
        poller.setAttention('watching');
        await clock.advance(second);
        assert.equal(lists.requested.length, 1);
        // Before the lists of the others are read for the first time.
        for (const version of ['v4', 'v2', 'v3'] as const) start(version, version);
        await clock.advance(20 * second);
        assert.deepEqual(ids().toSorted(), ['v2', 'v3', 'v4']);
      });

    it('tracks none of before that is dated wrong, or late', async () => {
      start('v2', 'of the future', { createdAt: '2999-01-01T00:00:00.000Z' });
      start('v2', 'undated', { createdAt: undefined });
      await follow();
      start('v2', 'undated', { agoMs: -minute });
      await clock.advance(20 * second);
      assert.deepEqual(ids(), []);
    });

    it('tracks what starts before the list of its version is read for the first time', async () => {
      startMany();
      following = { filter: '', limit: 1000 };
      poller.setAttention('watching');
      await clock.advance(second);
      assert.equal(lists.requested.length, 1);
      start('v3', 'a');
      await clock.advance(20 * second);
      assert.deepEqual(ids(), ['a']);
    });
  });

  it('goes on where the cloud dates a task years ahead', async () => {
    poller.setAttention('watching');
    await clock.advance(20 * second);
    start('v2', 'of the future', { createdAt: '2999-01-01T00:00:00.000Z' });
    await clock.advance(30 * second);
    start('v2', 'a');
    await clock.advance(30 * second);
    assert.deepEqual(ids(), ['of the future', 'a']);
  });

  it('sends one request in each pause for all versions together, for a thousand tasks an hour', async () => {
    following = { filter: '', limit: 1000 };
    poller.setAttention('watching');
    let started = 0;
    const versions = ['v4', 'v2', 'v4', 'v3'] as const;
    while (started < 1000) {
      start(versions[started % 4] ?? 'v4', `t${++started}`);
      await clock.advance(3.6 * second);
    }
    await clock.advance(30 * second);
    assert.equal(store.tasks().length, 1000);
    assert.ok(lists.requested.length <= 3630 / 2 + 1, String(lists.requested.length));
    assert.ok(
      lists.requested.every(
        ({ at }, index) => at - (lists.requested[index - 1]?.at ?? -Infinity) >= 2000,
      ),
    );
    assert.deepEqual(effects, []);
  }).timeout(30_000);

  it('reads on where more were started than a page holds, a page in each pause', async () => {
    following = { filter: '', limit: 1000 };
    poller.setAttention('watching');
    await clock.advance(20 * second);
    for (let number = 0; number < 250; number++) start('v2', `t${number}`);
    lists.requested.length = 0;
    await clock.advance(30 * second);
    assert.equal(store.tasks().length, 250);
    const pages = lists.requested
      .filter(({ what }) => what.startsWith('v2'))
      .map(({ what }) => what);
    assert.deepEqual(pages.slice(0, 3), ['v2 1', 'v2 2', 'v2 3']);
    assert.ok(
      lists.requested.every(
        ({ at }, index) => index === 0 || at - (lists.requested[index - 1]?.at ?? 0) >= 2000,
      ),
    );
  });

  it('tracks each run of a v4 session once, however many follow each other between two polls', async () => {
    poller.setAttention('away');
    await clock.advance(5 * minute);
    for (const id of ['a1', 'a2']) start('v4', id, { sessionId: 'a' });
    for (const id of ['b1', 'b2', 'b3', 'b4', 'b5'])
      start('v4', id, { sessionId: 'b', status: 'finished' });
    await clock.advance(5 * minute);
    start('v4', 'a3', { sessionId: 'a' });
    await clock.advance(5 * minute);
    assert.deepEqual(ids(), ['a1', 'a2', 'b1', 'b2', 'b3', 'b4', 'b5', 'a3']);
    assert.ok(
      lists.requested.every(
        ({ at }, index) => at - (lists.requested[index - 1]?.at ?? -Infinity) >= 30_000,
      ),
    );
  });

  it('reads the list of sessions for a while where that of runs is too large', async () => {
    poller.setAttention('watching');
    lists.areRunsTooLarge = true;
    await clock.advance(20 * second);
    start('v4', 'a', { sessionId: 'a' });
    await clock.advance(20 * second);
    assert.deepEqual(ids(), ['a']);
    lists.areRunsTooLarge = false;
    await clock.advance(10 * minute);
    for (const id of ['a2', 'a3']) start('v4', id, { sessionId: 'a' });
    await clock.advance(20 * second);
    assert.deepEqual(ids(), ['a', 'a2', 'a3']);
    assert.deepEqual(effects, []);
  });

  it('reads on past tasks that it knows, as pages shift while more are started', async () => {
    following = { filter: '', limit: 1000 };
    poller.setAttention('watching');
    await clock.advance(20 * second);
    for (let number = 0; number < 101; number++) start('v2', `t${number}`);
    lists.requested.length = 0;
    while (!lists.requested.at(-1)?.what.startsWith('v2')) await clock.advance(2 * second);
    for (let number = 101; number < 201; number++) start('v2', `t${number}`);
    await clock.advance(minute);
    assert.equal(store.tasks().length, 201);
  });

  it('reads on where it broke off, past tasks that it knows', async () => {
    poller.setAttention('watching');
    await clock.advance(20 * second);
    for (let number = 0; number < 30; number++) start('v4', `t${number}`);
    lists.requested.length = 0;
    while (!lists.requested.at(-1)?.what.startsWith('v4')) await clock.advance(2 * second);
    lists.failures.set('v4', 'network');
    await clock.advance(2 * second);
    lists.failures.clear();
    await clock.advance(minute);
    assert.equal(store.tasks().length, 30);
  });

  it('asks rarely while nobody looks, and nothing while the account is not followed', async () => {
    await clock.advance(5 * minute);
    assert.ok(lists.requested.length <= 31, String(lists.requested.length));
    following = undefined;
    poller.setIntervals({ watching: 2000, hidden: 10_000, away: 30_000 });
    lists.requested.length = 0;
    await clock.advance(60 * minute);
    assert.deepEqual(lists.requested, []);
    assert.equal(clock.timers, 0);
  });

  it('does not bring back what was untracked', async () => {
    poller.setAttention('watching');
    await clock.advance(20 * second);
    start('v4', 'a');
    await clock.advance(20 * second);
    store.untrack([{ apiVersion: 'v4', id: 'a' }]);
    await clock.advance(10 * minute);
    await poller.refresh();
    await clock.advance(minute);
    assert.deepEqual(ids(), []);
  });

  it('sees tasks that are listed late, and after others that were started later', async () => {
    poller.setAttention('watching');
    await clock.advance(20 * second);
    start('v4', 'b');
    await clock.advance(20 * second);
    start('v4', 'a', { agoMs: 40 * second });
    await clock.advance(20 * second);
    assert.deepEqual(ids(), ['b', 'a']);
  });

  it('tracks only what the filter lets through, and waits for a title to judge by', async () => {
    following = { filter: 'check prices', limit: 200 };
    poller.setAttention('watching');
    await clock.advance(20 * second);
    start('v4', 'a', { prompt: 'Check the PRICES of tents' });
    start('v4', 'b', { prompt: 'Check the weather' });
    start('v3', 'c', { prompt: undefined });
    start('v3', 'd', { prompt: undefined });
    await clock.advance(5 * minute);
    assert.deepEqual(ids(), ['a']);
    lists.tasks.set(
      'v3',
      (lists.tasks.get('v3') ?? []).map((task) => ({
        ...task,
        title: task.id === 'c' ? 'Prices check' : 'Else',
      })),
    );
    await clock.advance(30 * second);
    assert.deepEqual(ids(), ['a', 'c']);
  });

  describe('at its limit', () => {
    beforeEach(async () => {
      following = { filter: '', limit: 3 };
      poller.setAttention('watching');
      await clock.advance(20 * second);
      store.put([aTask({ id: 'mine', status: 'finished' })]);
    });

    it('lets ended tasks leave, those that were seen first, and never one of the person’s own', async () => {
      for (const id of ['a', 'b', 'c']) {
        start('v4', id, { status: id === 'c' ? 'running' : 'finished' });
        await clock.advance(20 * second);
      }
      store.setUnseen([{ apiVersion: 'v4', id: 'a' }], true);
      start('v4', 'd');
      await clock.advance(20 * second);
      assert.deepEqual(ids(), ['mine', 'a', 'c', 'd']);
      assert.deepEqual(effects, ['replaced 1']);
    });

    it('lets none leave that the person has tracked meanwhile', async () => {
      for (const id of ['a', 'b', 'c']) start('v4', id, { status: 'finished' });
      await clock.advance(20 * second);
      store.track([{ apiVersion: 'v4', id: 'a' }], clock.now());
      start('v4', 'd');
      start('v4', 'e');
      await clock.advance(20 * second);
      assert.deepEqual(ids(), ['mine', 'a', 'c', 'd', 'e']);
    });

    it('lets none leave, and takes in none, once it is switched off while a list is read', async () => {
      for (const id of ['a', 'b', 'c']) start('v4', id, { status: 'finished' });
      await clock.advance(20 * second);
      const wanted = following;
      start('v4', 'd');
      start('v2', 'e');
      start('v3', 'f');
      const connect = () => {
        following = undefined;
        return Promise.resolve(lists.cloud());
      };
      await polls.poll(connect, new AbortController().signal);
      polls.noteListed('v4', lists.tasks.get('v4') ?? []);
      assert.deepEqual(ids(), ['mine', 'a', 'b', 'c']);
      following = wanted;
      await clock.advance(20 * second);
      assert.deepEqual(ids().toSorted(), ['d', 'e', 'f', 'mine']);
    });

    it('has new tasks wait while none has ended, and says so once for them', async () => {
      for (const id of ['a', 'b', 'c', 'd', 'e']) start('v4', id);
      await clock.advance(minute);
      assert.deepEqual(ids(), ['mine', 'a', 'b', 'c']);
      assert.deepEqual(effects, ['waiting 2']);
      store.applyUpdate(
        { apiVersion: 'v4', id: 'b' },
        { status: 'finished', rawStatus: 'completed' },
        clock.now(),
        true,
      );
      await clock.advance(minute);
      assert.deepEqual(ids(), ['mine', 'a', 'c', 'd']);
    });
  });

  it('says how many new tasks it leaves out, where more wait than it keeps', async () => {
    following = { filter: '', limit: 1 };
    poller.setAttention('watching');
    await clock.advance(20 * second);
    for (let number = 0; number < 1012; number++) start('v2', `t${number}`);
    await clock.advance(2 * minute);
    assert.deepEqual(ids(), ['t912']);
    assert.deepEqual(effects.slice(-2), ['leftOut 11', 'waiting 1000']);
  });

  it('says how many it leaves out, where the filter cannot judge so many yet', async () => {
    following = { filter: 'prices', limit: 1 };
    poller.setAttention('watching');
    await clock.advance(20 * second);
    for (let number = 0; number < 1003; number++) start('v3', `t${number}`, { prompt: undefined });
    await clock.advance(2 * minute);
    assert.deepEqual(effects, ['leftOut 3']);
  });

  it('goes on with the others where one version is not served or refuses the key', async () => {
    lists.failures.set('v2', 'notServed').set('v3', 'forbidden');
    poller.setAttention('watching');
    await clock.advance(20 * second);
    start('v4', 'a');
    await clock.advance(10 * second);
    assert.deepEqual(ids(), ['a']);
    assert.equal(lists.requested.filter(({ what }) => !what.startsWith('v4')).length, 2);
    assert.deepEqual(effects, []);
  });

  it('waits where nothing answers, and finds afterwards what was started meanwhile', async () => {
    poller.setAttention('watching');
    await clock.advance(20 * second);
    for (const version of ['v4', 'v2', 'v3'] as const) lists.failures.set(version, 'network');
    start('v4', 'a');
    lists.requested.length = 0;
    await clock.advance(10 * minute);
    assert.ok(lists.requested.length <= 25, String(lists.requested.length));
    lists.failures.clear();
    await clock.advance(3 * minute);
    assert.deepEqual(ids(), ['a']);
  });

  it('stops where the key is refused, says so once, and goes on with another key', async () => {
    poller.setAttention('watching');
    await clock.advance(20 * second);
    lists.failures.set('v4', 'auth').set('v2', 'auth').set('v3', 'auth');
    lists.requested.length = 0;
    await clock.advance(60 * minute);
    assert.equal(lists.requested.length, 1);
    assert.deepEqual(effects, ['auth']);
    assert.equal(clock.timers, 0);
    lists.failures.clear();
    poller.reconnect();
    start('v4', 'a');
    await clock.advance(20 * second);
    assert.deepEqual(ids(), ['a']);
  });

  it('takes no past tasks of another account, when the key is another one', async () => {
    poller.setAttention('watching');
    start('v4', 'ours', { agoMs: 10 * minute });
    await clock.advance(20 * second);
    lists.tasks.clear();
    start('v4', 'theirs', { agoMs: 5 * minute });
    poller.reconnect();
    await clock.advance(20 * second);
    assert.deepEqual(ids(), []);
    start('v4', 'new');
    await clock.advance(20 * second);
    assert.deepEqual(ids(), ['new']);
  });

  it('sees at once what a list shows that was read anyway', async () => {
    await clock.advance(30 * second);
    start('v2', 'a');
    polls.noteListed('v2', lists.tasks.get('v2') ?? []);
    assert.deepEqual(ids(), ['a']);
  });
});
