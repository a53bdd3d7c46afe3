import assert from 'node:assert/strict';
import { NoticeQueue } from '../../../../src/core/notices/noticeQueue';
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
  let retold: number[];
  let keyReads: number;
  let yields: number;
  let leader: WindowLeader;

  beforeEach(() => {
    store = new TaskStore();
    notices = new NoticeQueue({
      store,
      clock: new FakeClock(),
      isWanted: () => true,
      show: () => assert.fail('No end is announced here'),
    });
    notices.setAnnouncing(false);
    poller = new FakePolling();
    announced = [];
    retold = [];
    hasKey = isStillLeader = true;
    keyReads = 0;
    yields = 0;
    leader = new WindowLeader({
      store,
      poller,
      notices,
      isStillLeader: () => isStillLeader,
      isOutdated: (patch, at) => 'came' in patch && at < 5,
      retell: (at, change) => {
        retold.push(at);
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
    peer.heard.length = 0;
    return peer;
  }

  describe('to a window that comes', () => {
    it('asks again for what is missing, and for nothing else', () => {
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
      poller.state = { activeCount: 1, isLooking: true, lookedAt: 3, holds: [pausing] };
      const peer: Follower = new FakePeer();
      leader.admit(peer);
      assert.deepEqual(peer.heard, [
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
        const parts = peer.heard.filter((message) => message.type === 'tasks');
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

    it('tells no looks that were taken before it came', () => {
      store.replaceAll([aTask()]);
      store.applyLook(ref, aTask(), 5, false);
      const peer = follow();
      poller.become({ isLooking: true });
      assert.deepEqual(peer.heard, [{ type: 'state', state: poller.state }]);
    });
  });

  it('answers a ping at once', () => {
    const peer = follow();
    peer.say({ type: 'ping', id: 4 });
    assert.deepEqual(peer.heard, [{ type: 'pong', id: 4 }]);
  });

  it('takes in what is told again unless it knows better, and then says how things are', () => {
    const peer = follow();
    const other = aTask({ id: 'b' });
    peer.say({ type: 'patches', patches: [{ came: aTask() }], at: 4 });
    peer.say({ type: 'patches', patches: [{ came: other }], at: 6 });
    assert.deepEqual(retold, [4, 6]);
    assert.deepEqual(
      store.tasks().map(({ id }) => id),
      ['b'],
    );
    assert.deepEqual(peer.heard[0], { type: 'patches', patches: [{ went: ref }] });
    peer.say({ type: 'patches', patches: [{ came: other }], at: 4 });
    assert.deepEqual(peer.heard.at(-1), { type: 'patches', patches: [{ came: other }] });
  });

  it('does nothing of what it hears once another window has its place', () => {
    store.replaceAll([aTask()]);
    const peer = follow();
    isStillLeader = false;
    peer.say({ type: 'ping', id: 4 });
    peer.say({ type: 'patches', patches: [{ went: ref }] });
    assert.deepEqual(peer.heard, []);
    assert.equal(store.tasks().length, 1);
  });

  describe('to the windows that follow', () => {
    it('tells what has changed, to each of them', () => {
      const [one, other] = [follow(), follow()];
      const patches = [[{ came: aTask() }], [{ went: ref }]];
      let received = 0;
      for (const each of patches) leader.tell(each, () => received++);
      assert.equal(received, 2);
      for (const { heard } of [one, other])
        assert.deepEqual(
          heard,
          patches.map((each) => ({ type: 'patches', patches: each })),
        );
    });

    it('tells looks that changed nothing together, the last of each task, before the state after them', () => {
      store.replaceAll([aTask()]);
      const peer = follow();
      store.applyLook(ref, aTask(), 5, false);
      assert.deepEqual(peer.heard, []);
      poller.become({ activeCount: 1 });
      assert.deepEqual(peer.heard, [
        { type: 'patches', patches: [{ of: ref, set: { lookedAt: 5 }, cleared: [] }] },
        { type: 'state', state: poller.state },
      ]);
      poller.become({ activeCount: 2 });
      assert.deepEqual(peer.heard.slice(2), [{ type: 'state', state: poller.state }]);
    });

    it('tells which ends wait no more', () => {
      const peer = follow();
      leader.settle([ref]);
      assert.deepEqual(peer.heard, [{ type: 'announced', refs: [ref] }]);
    });

    it('tells nothing to one that has gone', () => {
      const peer = follow();
      peer.close();
      leader.settle([ref]);
      assert.deepEqual(peer.heard, []);
    });
  });

  describe('from a window that follows', () => {
    it('takes in what was done there, of which an older status never wins', () => {
      store.replaceAll([aTask({ status: 'finished' })]);
      const peer = follow();
      peer.say({
        type: 'patches',
        patches: [
          { of: ref, set: { status: 'running' }, cleared: [] },
          { came: aTask({ id: 'b' }) },
        ],
      });
      assert.equal(store.get(ref)?.status, 'finished');
      assert.equal(store.tasks().length, 2);
    });

    it('takes over ends that nobody has told of', () => {
      follow().say({ type: 'ended', refs: [ref] });
      assert.deepEqual(notices.waiting, [ref]);
    });

    it('heeds no words but those of the protocol', () => {
      store.replaceAll([aTask()]);
      const peer = follow();
      for (const words of ['', 'null', '{"type":"patches"}', '{"type":"evil"}']) peer.say(words);
      assert.deepEqual(peer.heard, []);
      assert.deepEqual(store.tasks(), [aTask()]);
    });

    it('hears nothing once that one has gone, or this one no longer leads', () => {
      const [gone, late] = [follow(), follow()];
      gone.close();
      gone.say({ type: 'patches', patches: [{ came: aTask() }] });
      leader.dispose();
      late.say({ type: 'patches', patches: [{ came: aTask() }] });
      assert.deepEqual(store.tasks(), []);
    });

    it('refreshes what it asks for, and says when that is done', async () => {
      let open: () => void = () => undefined;
      poller.gate = new Promise((resolve) => (open = resolve));
      const [one, other] = [follow(), follow()];
      one.say({ type: 'refresh', id: 4, refs: [ref] });
      other.say({ type: 'refresh', id: 5 });
      await settle();
      assert.deepEqual(poller.refreshes, [[ref], undefined]);
      assert.deepEqual(one.heard, []);
      other.close();
      open();
      await settle();
      assert.deepEqual(one.heard, [{ type: 'refreshed', id: 4 }]);
      assert.deepEqual(other.heard, [], 'it has gone');
    });
  });

  describe('where another window says it has a key', () => {
    it('keeps the seat while it has one itself', async () => {
      follow().say({ type: 'key', hasKey: true });
      await settle();
      assert.deepEqual([keyReads, yields, poller.reconnects], [1, 0, 0]);
    });

    it('leaves the seat where it has none', async () => {
      hasKey = false;
      poller.state = { ...poller.state, holds: [{ kind: 'noKey' }] };
      follow().say({ type: 'key', hasKey: true });
      await settle();
      assert.deepEqual([yields, poller.reconnects], [1, 0]);
    });

    it('stays where neither has one', async () => {
      hasKey = false;
      follow().say({ type: 'key', hasKey: false });
      await settle();
      assert.equal(yields, 0);
    });

    it('tries again where the key was refused, whatever else holds the looks', async () => {
      poller.state = { ...poller.state, holds: [pausing, refused] };
      follow().say({ type: 'key', hasKey: true });
      await settle();
      assert.deepEqual([yields, poller.reconnects], [0, 1]);
    });

    it('tries again where every task was forbidden, though that would end by itself', async () => {
      poller.state = { ...poller.state, holds: [{ kind: 'forbidden', until: 5 }] };
      follow().say({ type: 'key', hasKey: true });
      await settle();
      assert.equal(poller.reconnects, 1);
    });

    it('cuts no pause short that ends by itself', async () => {
      poller.state = { ...poller.state, holds: [pausing] };
      follow().say({ type: 'key', hasKey: true });
      await settle();
      assert.equal(poller.reconnects, 0);
    });
  });

  describe('announces', () => {
    it('here where nobody was in another window', () => {
      const peer = follow();
      leader.announce(announcementOf('Finished'));
      assert.deepEqual(announced, [announcementOf('Finished')]);
      assert.deepEqual(peer.heard, []);
    });

    it('in the window where the person was last, though they have left it', () => {
      const [one, other] = [follow(), follow()];
      other.say({ type: 'attention', attention: 'hidden' });
      one.say({ type: 'attention', attention: 'watching' });
      one.say({ type: 'attention', attention: 'away' });
      leader.announce(announcementOf('Finished'));
      assert.deepEqual(one.heard, [
        { type: 'tell', id: 1, announcement: announcementOf('Finished') },
      ]);
      assert.deepEqual([other.heard, announced], [[], []]);
    });

    it('here again once the person has come back', () => {
      const peer = follow();
      peer.say({ type: 'attention', attention: 'watching' });
      leader.setAttention('hidden');
      leader.setAttention('away');
      leader.announce(announcementOf('Finished'));
      assert.equal(announced.length, 1);
      assert.deepEqual(peer.heard, []);
    });

    it('in another window what one that goes has not told, each once', () => {
      const [one, other] = [follow(), follow()];
      one.say({ type: 'attention', attention: 'watching' });
      leader.announce(announcementOf('first'));
      leader.announce(announcementOf('second'));
      one.say({ type: 'told', id: 1 });
      other.say({ type: 'attention', attention: 'watching' });
      leader.announce(announcementOf('third'));
      other.heard.length = 0;
      one.close();
      assert.deepEqual(
        other.heard.map((message) => message.type === 'tell' && message.announcement),
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
      peer.say({ type: 'attention', attention: 'watching' });
      leader.announce(announcementOf('Finished'));
      leader.dispose();
      peer.close();
      assert.deepEqual(announced, []);
    });
  });

  it('polls by the window that is watched most closely', () => {
    const [one, other] = [follow(), follow()];
    one.say({ type: 'attention', attention: 'away' });
    assert.equal(poller.attention, 'hidden', 'nobody has said how closely this window is watched');
    leader.setAttention('away');
    assert.equal(poller.attention, 'away');
    one.say({ type: 'attention', attention: 'watching' });
    other.say({ type: 'attention', attention: 'hidden' });
    assert.equal(poller.attention, 'watching');
    one.close();
    assert.equal(poller.attention, 'hidden');
  });

  it('hands on what its own window asks of the poller, and ends it with itself', async () => {
    const pauses = { watching: 2000, hidden: 3000, away: 4000 };
    leader.setPauses(pauses);
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
    assert.deepEqual([poller.pauses, poller.reconnects], [pauses, 1]);
    assert.equal(leader.state, poller.state);
    leader.dispose();
    assert.equal(poller.isDisposed, true);
  });
});
