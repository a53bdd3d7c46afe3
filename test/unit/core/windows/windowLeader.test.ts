import assert from 'node:assert/strict';
import { NoticeQueue } from '../../../../src/core/notices/notices';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { WindowLeader } from '../../../../src/core/windows/windowLeader';
import type { Announcement } from '../../../../src/core/windows/windowMessages';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakePeer } from '../../../fakes/fakePeer';
import { FakePolling } from '../../../fakes/fakePolling';

const ref = { apiVersion: 'v2', id: 'a1' } as const;
const refused = { kind: 'auth' } as const;
const pausing = { kind: 'network', until: 5 } as const;

type Follower = FakePeer<'follower'>;

function announcementOf(text: string): Announcement {
  return { notice: { text, refs: [ref], isWarning: false } };
}

describe('WindowLeader', () => {
  let store: TaskStore;
  let notices: NoticeQueue;
  let poller: FakePolling;
  let announced: Announcement[];
  let hasKey: boolean;
  let isStillLeader: boolean;
  let replayed: number[];
  let keyReads: number;
  let yields: number;
  let leader: WindowLeader;

  beforeEach(() => {
    store = new TaskStore();
    notices = new NoticeQueue({
      store,
      clock: new FakeClock(),
      isEnabled: () => true,
      show: () => assert.fail('No end is announced here'),
    });
    notices.setAnnouncing(false);
    poller = new FakePolling();
    announced = [];
    replayed = [];
    hasKey = isStillLeader = true;
    keyReads = 0;
    yields = 0;
    leader = new WindowLeader({
      store,
      poller,
      notices,
      isStillLeader: () => isStillLeader,
      isOutdated: (patch, at) => 'added' in patch && at < 5,
      replay: (at, change) => {
        replayed.push(at);
        change();
      },
      hasKey: () => hasKey,
      readKey: () => Promise.resolve(keyReads++),
      yield: () => yields++,
      announce: (announcement) => announced.push(announcement),
    });
  });

  afterEach(() => {
    leader.dispose();
    notices.dispose();
    store.dispose();
  });

  /** A window that has heard all there was to tell at first. */
  function follow(): Follower {
    const peer: Follower = new FakePeer();
    leader.admit(peer);
    peer.received.length = 0;
    return peer;
  }

  describe('to a window that comes', () => {
    it('polls what is missing again, and nothing else', () => {
      const missing = aTask({ id: 'missing', isMissing: true });
      store.replaceAll([aTask()]);
      follow();
      assert.deepEqual(poller.refreshes, []);
      store.replaceAll([aTask(), missing]);
      follow();
      assert.deepEqual(poller.refreshes, [[missing]]);
    });

    it('tells what is tracked, which ends wait and how polling goes, in this order', () => {
      store.replaceAll([aTask()]);
      notices.expect([ref]);
      poller.state = { activeCount: 1, isPolling: true, checkedAt: 3, pauses: [pausing] };
      const peer: Follower = new FakePeer();
      leader.admit(peer);
      assert.deepEqual(peer.received, [
        { type: 'tasks', tasks: [aTask()], isLast: true },
        { type: 'ended', refs: [ref] },
        { type: 'state', state: poller.state },
      ]);
    });

    for (const [count, sizes] of [
      [0, [0]],
      [499, [499]],
      [500, [500]],
      [501, [500, 1]],
      [1000, [500, 500]],
    ] as const)
      it(`tells ${count} tasks in messages of ${sizes.join(' and ')}, of which the last says so`, () => {
        const ids = Array.from({ length: count }, (_, index) => `t${index}`);
        store.replaceAll(ids.map((id) => aTask({ id })));
        const peer: Follower = new FakePeer();
        leader.admit(peer);
        const parts = peer.received.filter((message) => message.type === 'tasks');
        assert.deepEqual(
          parts.map(({ tasks }) => tasks.length),
          sizes,
        );
        assert.deepEqual(
          parts.flatMap(({ tasks }) => tasks.map(({ id }) => id)),
          ids,
        );
        assert.deepEqual(
          parts.map(({ isLast }) => isLast),
          sizes.map((_, index) => index === sizes.length - 1),
        );
      });

    it('tells no polls that were taken before it came', () => {
      store.replaceAll([aTask()]);
      store.applyUpdate(ref, aTask(), 5, false);
      const peer = follow();
      poller.become({ isPolling: true });
      assert.deepEqual(peer.received, [{ type: 'state', state: poller.state }]);
    });
  });

  it('answers a ping at once', () => {
    const peer = follow();
    peer.deliver({ type: 'ping', id: 4 });
    assert.deepEqual(peer.received, [{ type: 'pong', id: 4 }]);
  });

  it('takes in what is told again unless it knows better, and then says how things are', () => {
    const peer = follow();
    const other = aTask({ id: 'b', status: 'finished' });
    peer.deliver({ type: 'patches', patches: [{ added: aTask() }], at: 4 });
    peer.deliver({ type: 'patches', patches: [{ added: other }], at: 6 });
    assert.deepEqual(replayed, [4, 6]);
    assert.deepEqual(
      store.tasks().map(({ id }) => id),
      ['b'],
    );
    assert.deepEqual(peer.received, [{ type: 'patches', patches: [{ removed: ref }] }]);
    const running = {
      of: { apiVersion: 'v2', id: 'b' },
      set: { status: 'running' },
      unset: [],
    } as const;
    peer.deliver({ type: 'patches', patches: [running], at: 6 });
    assert.deepEqual(store.tasks(), [other], 'an older status never wins');
    peer.deliver({ type: 'patches', patches: [{ added: other }], at: 4 });
    assert.deepEqual(peer.received.at(-1), { type: 'patches', patches: [{ added: other }] });
  });

  it('does nothing of what it hears once another window has its place', () => {
    store.replaceAll([aTask()]);
    const peer = follow();
    isStillLeader = false;
    peer.deliver({ type: 'ping', id: 4 });
    peer.deliver({ type: 'patches', patches: [{ removed: ref }] });
    assert.deepEqual(peer.received, []);
    assert.equal(store.tasks().length, 1);
  });

  describe('to the windows that follow', () => {
    it('tells what has changed, to each of them', () => {
      const [one, other] = [follow(), follow()];
      const patches = [[{ added: aTask() }], [{ removed: ref }]];
      let received = 0;
      for (const each of patches) leader.sendPatches(each, () => received++);
      assert.equal(received, 2);
      for (const { received } of [one, other])
        assert.deepEqual(
          received,
          patches.map((each) => ({ type: 'patches', patches: each })),
        );
    });

    it('tells polls that changed nothing together, the last of each task, before the state after them', () => {
      store.replaceAll([aTask()]);
      const peer = follow();
      store.applyUpdate(ref, aTask(), 5, false);
      assert.deepEqual(peer.received, []);
      poller.become({ activeCount: 1 });
      assert.deepEqual(peer.received, [
        { type: 'patches', patches: [{ of: ref, set: { checkedAt: 5 }, unset: [] }] },
        { type: 'state', state: poller.state },
      ]);
      poller.become({ activeCount: 2 });
      assert.deepEqual(peer.received.slice(2), [{ type: 'state', state: poller.state }]);
    });

    it('tells which ends wait no more', () => {
      const peer = follow();
      leader.settle([ref]);
      assert.deepEqual(peer.received, [{ type: 'announced', refs: [ref] }]);
    });

    it('tells nothing to one that has gone', () => {
      const peer = follow();
      peer.close();
      leader.settle([ref]);
      assert.deepEqual(peer.received, []);
    });
  });

  describe('from a window that follows', () => {
    it('takes in what was done there, of which an older status never wins', () => {
      store.replaceAll([aTask({ status: 'finished' })]);
      const peer = follow();
      peer.deliver({
        type: 'patches',
        patches: [
          { of: ref, set: { status: 'running' }, unset: [] },
          { added: aTask({ id: 'b' }) },
        ],
      });
      assert.equal(store.get(ref)?.status, 'finished');
      assert.equal(store.tasks().length, 2);
    });

    it('takes over ends that nobody has told of', () => {
      follow().deliver({ type: 'ended', refs: [ref] });
      assert.deepEqual(notices.waiting, [ref]);
    });

    it('ignores what is no message of the protocol', () => {
      store.replaceAll([aTask()]);
      const peer = follow();
      for (const message of ['', 'null', '{"type":"patches"}', '{"type":"evil"}'])
        peer.deliver(message);
      assert.deepEqual(peer.received, []);
      assert.deepEqual(store.tasks(), [aTask()]);
    });

    it('hears nothing once that one has gone, or this one no longer leads', () => {
      const [gone, features] = [follow(), follow()];
      gone.close();
      gone.deliver({ type: 'patches', patches: [{ added: aTask() }] });
      leader.dispose();
      features.deliver({ type: 'patches', patches: [{ added: aTask() }] });
      assert.deepEqual(store.tasks(), []);
    });

    it('refreshes what it requests, and answers when that is done', async () => {
      let open: () => void = () => undefined;
      poller.gate = new Promise((resolve) => (open = resolve));
      const [one, other] = [follow(), follow()];
      one.deliver({ type: 'refresh', id: 4, refs: [ref] });
      other.deliver({ type: 'refresh', id: 5 });
      await settle();
      assert.deepEqual(poller.refreshes, [[ref], undefined]);
      assert.deepEqual(one.received, []);
      other.close();
      open();
      await settle();
      assert.deepEqual(one.received, [{ type: 'refreshed', id: 4 }]);
      assert.deepEqual(other.received, [], 'it has gone');
    });
  });

  describe('where another window says it has a key', () => {
    it('keeps the lease while it has one itself', async () => {
      follow().deliver({ type: 'key', hasKey: true });
      await settle();
      assert.deepEqual([keyReads, yields, poller.reconnects], [1, 0, 0]);
    });

    it('leaves the lease where it has none', async () => {
      hasKey = false;
      poller.state = { ...poller.state, pauses: [{ kind: 'noKey' }] };
      follow().deliver({ type: 'key', hasKey: true });
      await settle();
      assert.deepEqual([yields, poller.reconnects], [1, 0]);
    });

    it('stays where neither has one', async () => {
      hasKey = false;
      follow().deliver({ type: 'key', hasKey: false });
      await settle();
      assert.equal(yields, 0);
    });

    it('tries again where the key was refused, whatever else holds the polls', async () => {
      poller.state = { ...poller.state, pauses: [pausing, refused] };
      follow().deliver({ type: 'key', hasKey: true });
      await settle();
      assert.deepEqual([yields, poller.reconnects], [0, 1]);
    });

    it('tries again where every task was forbidden, though that would end by itself', async () => {
      poller.state = { ...poller.state, pauses: [{ kind: 'forbidden', until: 5 }] };
      follow().deliver({ type: 'key', hasKey: true });
      await settle();
      assert.equal(poller.reconnects, 1);
    });

    it('cuts no pause short that ends by itself', async () => {
      poller.state = { ...poller.state, pauses: [pausing] };
      follow().deliver({ type: 'key', hasKey: true });
      await settle();
      assert.equal(poller.reconnects, 0);
    });
  });

  describe('announces', () => {
    it('here where nobody was in another window', () => {
      const peer = follow();
      leader.announce(announcementOf('Finished'));
      assert.deepEqual(announced, [announcementOf('Finished')]);
      assert.deepEqual(peer.received, []);
    });

    it('in the window where the person was last, though they have left it', () => {
      const [one, other] = [follow(), follow()];
      other.deliver({ type: 'attention', attention: 'hidden' });
      one.deliver({ type: 'attention', attention: 'watching' });
      one.deliver({ type: 'attention', attention: 'away' });
      leader.announce(announcementOf('Finished'));
      assert.deepEqual(one.received, [
        { type: 'notify', id: 1, announcement: announcementOf('Finished') },
      ]);
      assert.deepEqual([other.received, announced], [[], []]);
    });

    it('here again once the person has come back', () => {
      const peer = follow();
      peer.deliver({ type: 'attention', attention: 'watching' });
      leader.setAttention('hidden');
      leader.setAttention('away');
      leader.announce(announcementOf('Finished'));
      assert.equal(announced.length, 1);
      assert.deepEqual(peer.received, []);
    });

    it('in another window what one that goes has not told, each once', () => {
      const [one, other] = [follow(), follow()];
      one.deliver({ type: 'attention', attention: 'watching' });
      leader.announce(announcementOf('first'));
      leader.announce(announcementOf('second'));
      one.deliver({ type: 'notified', id: 1 });
      other.deliver({ type: 'attention', attention: 'watching' });
      leader.announce(announcementOf('third'));
      other.received.length = 0;
      one.close();
      assert.deepEqual(
        other.received.map((message) => message.type === 'notify' && message.announcement),
        [announcementOf('second')],
      );
      other.close();
      assert.deepEqual(
        announced.map((each) => 'notice' in each && each.notice.text),
        ['third', 'second'],
      );
    });

    it('nothing again once it no longer leads', () => {
      const peer = follow();
      peer.deliver({ type: 'attention', attention: 'watching' });
      leader.announce(announcementOf('Finished'));
      leader.dispose();
      peer.close();
      assert.deepEqual(announced, []);
    });
  });

  it('polls by the window that is watched most closely', () => {
    const [one, other] = [follow(), follow()];
    one.deliver({ type: 'attention', attention: 'away' });
    assert.equal(poller.attention, 'hidden', 'nobody has said how closely this window is watched');
    leader.setAttention('away');
    assert.equal(poller.attention, 'away');
    one.deliver({ type: 'attention', attention: 'watching' });
    other.deliver({ type: 'attention', attention: 'hidden' });
    assert.equal(poller.attention, 'watching');
    one.close();
    assert.equal(poller.attention, 'hidden');
  });

  it('passes the requests of its own window on to the poller, and disposes it with itself', async () => {
    const intervals = { watching: 2000, hidden: 3000, away: 4000 };
    leader.setIntervals(intervals);
    leader.reconnect();
    let open: () => void = () => undefined;
    poller.gate = new Promise((resolve) => (open = resolve));
    let isRefreshed = false;
    void leader.refresh([ref]).then(() => (isRefreshed = true));
    await settle();
    assert.deepEqual([poller.refreshes, isRefreshed], [[[ref]], false]);
    open();
    await settle();
    assert.equal(isRefreshed, true);
    assert.deepEqual([poller.intervals, poller.reconnects], [intervals, 1]);
    assert.equal(leader.state, poller.state);
    leader.dispose();
    assert.equal(poller.isDisposed, true);
  });
});
