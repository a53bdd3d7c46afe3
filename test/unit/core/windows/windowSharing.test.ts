import assert from 'node:assert/strict';
import { reportListenerErrors } from '../../../../src/core/base/event';
import type { Attention } from '../../../../src/core/polling/polling';
import { refKey, type TaskRef } from '../../../../src/core/cloud/task';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { FakeWindow, fakeOrigin } from '../../../fakes/fakeWindow';
import { FakeWindows } from '../../../fakes/fakeWindows';

const a: TaskRef = { apiVersion: 'v2', id: 'a' };
const b: TaskRef = { apiVersion: 'v2', id: 'b' };

describe('windows of one user', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let machine: FakeWindows;
  let disk: Map<string, string>;
  let windows: FakeWindow[];

  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    machine = new FakeWindows(clock);
    disk = new Map();
    windows = [];
  });

  afterEach(async () => {
    for (const window of windows) window.close();
    await clock.advance(2000);
    assert.equal(clock.timers, 0, 'nothing ticks when all have closed');
  });

  /** Opens windows one after another; the first is the one that polls. */
  async function open(
    count: number,
    attention: Attention = 'hidden',
  ): Promise<[FakeWindow, FakeWindow, FakeWindow]> {
    for (let index = 0; index < count; index++) {
      windows.push(new FakeWindow({ clock, cloud, disk, join: machine.join }, attention));
      await clock.advance(10);
    }
    return windows as [FakeWindow, FakeWindow, FakeWindow];
  }

  const statuses = (ref = a): (string | undefined)[] =>
    windows.filter(({ isDead }) => !isDead).map(({ store }) => store.get(ref)?.status);

  const shown = ({ store }: FakeWindow): unknown => plain(store.tasks());

  const leaders = (): FakeWindow[] => windows.filter(({ isPolling }) => isPolling);

  it('poll once for all: one polls, the others show the same', async () => {
    cloud.set('a', 'running');
    const [first, second, third] = await open(3);
    second.store.track([a], clock.now());
    await clock.advance(1000);
    assert.deepEqual(statuses(), ['running', 'running', 'running']);
    assert.deepEqual(
      [first, second, third].map(({ terms }) => terms),
      [1, 0, 0],
    );
    assert.equal(cloud.requested.length, 1);
    assert.deepEqual(shown(second), shown(first));
    assert.deepEqual(shown(third), shown(first));
  });

  it('remove no file of a task that the window which led could not read', async () => {
    const [first] = await open(1);
    first.store.track([a, b], clock.now());
    await clock.advance(1000);
    first.close();
    await clock.advance(1000);
    const files = [...disk.keys()];
    assert.equal(files.length, 2);
    // As where the system has no more files to open for the moment.
    disk[Symbol.iterator] = () => new Map<string, string>().entries();
    const [, second] = await open(1);
    Reflect.deleteProperty(disk, Symbol.iterator);
    const [, , third] = await open(1);
    assert.deepEqual(shown(third), []);
    second.close();
    await clock.advance(5000);
    assert.ok(third.isPolling);
    assert.deepEqual([...disk.keys()], files);
  });

  for (const [how, fail] of [
    ['fails to read', () => assert.fail('EMFILE')],
    ['reads as none', () => new Map<string, string>().entries()],
  ] as const)
    it(`show what the window that led ${how} once it can be read`, async () => {
      const [first] = await open(1);
      first.store.track([a, b], clock.now());
      await clock.advance(1000);
      first.close();
      await clock.advance(1000);
      disk[Symbol.iterator] = fail;
      const [, second] = await open(1);
      await clock.advance(1000);
      Reflect.deleteProperty(disk, Symbol.iterator);
      const [, , third] = await open(1);
      assert.deepEqual(shown(third), []);
      if (how === 'reads as none') second.close();
      await clock.advance(61_000);
      assert.equal(third.store.tasks().length, 2);
      if (!second.isDead) assert.deepEqual(shown(second), shown(third));
    });

  it('poll no task that another window reads by itself, as its details are open there', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2, 'watching');
    second.store.track([a], clock.now());
    await clock.advance(1000);
    const requests = cloud.requested.length;
    const { status, rawStatus } = second.store.get(a) ?? assert.fail();
    for (let reading = 0; reading < 10; reading++) {
      second.store.applyUpdate(a, { status, rawStatus }, clock.now(), true);
      await clock.advance(2000);
    }
    assert.equal(cloud.requested.length, requests);
    assert.equal(first.store.get(a)?.checkedAt, clock.now() - 2000);
    await clock.advance(4000);
    assert.ok(cloud.requested.length > requests, 'but again once nobody reads it');
  });

  it('go on polling and sharing where a listener throws in each of them, which is reported', async () => {
    const reported: unknown[] = [];
    const subscriptions = [reportListenerErrors((error) => reported.push(error))];
    try {
      cloud.set('a', 'running');
      const [first, second, third] = await open(3);
      const mistake = new Error('ours');
      for (const { store, polling } of windows)
        for (const event of [store.onDidChange, store.onDidCheck, polling.onDidChangeState])
          subscriptions.unshift(
            event(() => {
              throw mistake;
            }),
          );
      second.store.track([a], clock.now());
      await clock.advance(1000);
      assert.deepEqual(statuses(), ['running', 'running', 'running']);
      cloud.set('a', 'finished');
      await clock.advance(60_000);
      assert.deepEqual(statuses(), ['finished', 'finished', 'finished']);
      assert.deepEqual(shown(third), shown(first));
      assert.equal(windows.flatMap(({ notices }) => notices).length, 1);
      assert.ok(reported.length > 0 && reported.every((error) => error === mistake));
    } finally {
      for (const subscription of subscriptions) subscription.dispose();
    }
  });

  it('show a change within a second of the one that asked', async () => {
    cloud.set('a', 'running');
    const [first, , third] = await open(3);
    first.store.track([a], clock.now());
    await clock.advance(100);
    cloud.set('a', 'finished');
    while (first.store.get(a)?.status !== 'finished') await clock.advance(100);
    await clock.advance(1000);
    assert.deepEqual(statuses(), ['finished', 'finished', 'finished']);
    assert.equal(third.store.get(a)?.isUnseen, true);
  });

  it('show everything at once in a window that opens late, and request nothing for it', async () => {
    for (let index = 0; index < 1200; index++) cloud.set(`t${index}`, 'finished');
    const [first] = await open(1);
    const refs = Array.from({ length: 1200 }, (_, index): TaskRef => ({ ...a, id: `t${index}` }));
    first.store.track(refs, clock.now());
    await clock.advance(3_600_000);
    const requested = cloud.requested.length;
    const [, features] = await open(1);
    assert.deepEqual(shown(features), shown(first));
    await clock.advance(60_000);
    assert.equal(cloud.requested.length, requested);
  });

  it('share what is tracked, untracked, restored and seen, wherever it is done', async () => {
    cloud.set('a', 'running');
    cloud.set('b', 'running');
    const [first, second, third] = await open(3);
    second.store.track([a], clock.now());
    third.store.track([b], clock.now());
    await clock.advance(1000);
    for (const { store } of windows) assert.equal(store.tasks().length, 2);
    cloud.set('a', 'failed');
    await clock.advance(60_000);
    for (const { store } of windows) assert.equal(store.get(a)?.isUnseen, true);
    third.store.markSeen(a);
    const removed = second.store.untrack([b]);
    await clock.advance(10);
    for (const { store } of windows) {
      assert.equal(store.get(a)?.isUnseen, false);
      assert.equal(store.get(b), undefined);
    }
    second.store.restore(removed);
    await clock.advance(10);
    for (const { store } of windows) assert.equal(store.get(b)?.status, 'running');
    assert.deepEqual(shown(first), shown(third));
  });

  it('undo nothing of each other when they change the same task at once', async () => {
    cloud.set('a', 'running');
    const [first, second, third] = await open(3);
    first.store.track([a], clock.now());
    await clock.advance(100);
    cloud.set('a', 'finished');
    await clock.advance(60_000);
    // Three windows, three fields, one moment.
    const features = { status: 'finished', rawStatus: 'finished' } as const;
    first.store.applyUpdate(a, { ...features, cost: '0.10' }, clock.now(), false);
    second.store.applyUpdate(a, { ...features, output: 'Done' }, clock.now(), false);
    third.store.markSeen(a);
    await clock.advance(10);
    for (const { store } of windows) {
      const { cost, output, isUnseen } = store.get(a) ?? {};
      assert.deepEqual(
        { cost, output, isUnseen },
        { cost: '0.10', output: 'Done', isUnseen: false },
      );
    }
  });

  it('track a task that two of them track at the same moment, once', async () => {
    cloud.set('a', 'running');
    const [, second, third] = await open(3);
    second.store.track([a], clock.now());
    third.store.track([a], clock.now());
    await clock.advance(1000);
    assert.deepEqual(statuses(), ['running', 'running', 'running']);
    for (const { store } of windows) assert.equal(store.tasks().length, 1);
  });

  it('never lead an ended task back by what a slower window read', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(3);
    first.store.track([a], clock.now());
    await clock.advance(100);
    // At the same moment: the leader sees the end, the other reads an older answer.
    first.store.applyUpdate(a, { status: 'finished', rawStatus: 'finished' }, clock.now(), true);
    second.store.applyUpdate(a, { status: 'paused', rawStatus: 'paused' }, clock.now(), true);
    await clock.advance(10);
    assert.deepEqual(statuses(), ['finished', 'finished', 'finished']);
  });

  it('do not call an end unseen again that was seen while another window observed it', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(3);
    first.store.track([a], clock.now());
    await clock.advance(100);
    const end = { status: 'finished', rawStatus: 'finished' } as const;
    first.store.applyUpdate(a, end, clock.now(), true);
    first.store.markSeen(a);
    second.store.applyUpdate(a, end, clock.now(), true);
    await clock.advance(10);
    for (const { store } of windows) assert.equal(store.get(a)?.isUnseen, false);
  });

  describe('tell of an end', () => {
    async function endOfA(): Promise<void> {
      cloud.set('a', 'running');
      windows[0]?.store.track([a], clock.now());
      await clock.advance(100);
      cloud.set('a', 'finished');
      await clock.advance(70_000);
    }

    beforeEach(async () => {
      await open(3, 'away');
    });

    const noticeCounts = (): number[] => windows.map(({ notices }) => notices.length);

    it('once, in the window that polls where nobody is anywhere', async () => {
      await endOfA();
      assert.deepEqual(noticeCounts(), [1, 0, 0]);
    });

    it('once, in the window where the person is', async () => {
      const [first, second, third] = windows as [FakeWindow, FakeWindow, FakeWindow];
      first.polling.setAttention('watching');
      second.polling.setAttention('watching');
      await clock.advance(10);
      first.polling.setAttention('away');
      third.polling.setAttention('away');
      await clock.advance(10);
      await endOfA();
      assert.deepEqual(noticeCounts(), [0, 1, 0]);
    });

    it('once, in another window where that one goes before it has told', async () => {
      const [first, second] = windows as [FakeWindow, FakeWindow];
      first.polling.setAttention('away');
      second.polling.setAttention('watching');
      await clock.advance(10);
      cloud.set('a', 'running');
      first.store.track([a], clock.now());
      await clock.advance(100);
      const unsubscribe = first.store.onDidChange((changes) => {
        if (changes.some(({ after }) => after?.status === 'finished')) second.kill();
      });
      cloud.set('a', 'finished');
      await clock.advance(60_000);
      unsubscribe.dispose();
      assert.deepEqual(noticeCounts(), [1, 0, 0]);
    });

    it('once, though the window that saw it is killed before it has told', async () => {
      const [first] = windows as [FakeWindow];
      cloud.set('a', 'running');
      cloud.set('b', 'running');
      first.store.track([a, b], clock.now());
      await clock.advance(1000);
      cloud.set('a', 'finished');
      while (first.store.get(a)?.status !== 'finished') await clock.advance(500);
      // As b runs on, the notice waits for further ends.
      await clock.advance(100);
      assert.deepEqual(noticeCounts(), [0, 0, 0]);
      first.kill();
      await clock.advance(60_000);
      assert.equal(
        noticeCounts().reduce((sum, count) => sum + count, 0),
        1,
      );
      await clock.advance(600_000);
      assert.equal(
        noticeCounts().reduce((sum, count) => sum + count, 0),
        1,
      );
    });

    it('once, where end and verdict come in one poll, and its window is killed later', async () => {
      const [first, second] = windows as [FakeWindow, FakeWindow];
      cloud.set('a', 'running');
      first.kill();
      await clock.advance(5000);
      second.store.track([a], clock.now());
      await clock.advance(1000);
      cloud.set('a', 'finished', { isSuccess: true });
      // A refresh reads all of the task.
      void leaders()[0]?.polling.refresh([a]);
      await clock.advance(5000);
      leaders()[0]?.kill();
      await clock.advance(600_000);
      assert.equal(
        noticeCounts().reduce((sum, count) => sum + count, 0),
        1,
      );
    });

    it('never again after the window that told it is killed', async () => {
      const [first] = windows as [FakeWindow];
      await endOfA();
      first.kill();
      await clock.advance(600_000);
      assert.deepEqual(noticeCounts(), [1, 0, 0]);
    });
  });

  it('replace the one that polls when it is killed, and lose nothing of what was just done', async () => {
    cloud.set('a', 'running');
    cloud.set('b', 'running');
    const [first, second, third] = await open(3);
    first.store.track([a], clock.now());
    await clock.advance(1000);
    third.store.track([b], clock.now());
    // The word of it never arrives.
    first.kill();
    await clock.advance(5000);
    assert.equal(leaders().length, 1);
    assert.notEqual(leaders()[0], first);
    assert.equal(second.store.get(b)?.status, 'running');
    assert.deepEqual(
      second.store.tasks().map(refKey).sort(),
      third.store.tasks().map(refKey).sort(),
    );
    const requested = cloud.requested.length;
    await clock.advance(120_000);
    assert.ok(cloud.requested.length > requested, 'somebody polls');
  });

  it('keep what was done last even where a window that has just opened gets the lease', async () => {
    cloud.set('a', 'running');
    cloud.set('b', 'running');
    const [first, second] = await open(2);
    first.store.track([a], clock.now());
    await clock.advance(1000);
    // The leader dies before its file is written; who has just opened knows the disk alone.
    first.isDead = true;
    first.store.track([b], clock.now());
    await clock.advance(2);
    machine.pickNext = (waiting) => waiting - 1;
    windows.push(new FakeWindow({ clock, cloud, disk, join: machine.join }));
    await settle();
    first.kill();
    await clock.advance(20_000);
    const fresh = windows.at(-1);
    assert.equal(fresh?.terms, 1);
    assert.ok(fresh?.store.get(b), 'the others told it');
    assert.ok(second.store.get(b));
  });

  it('leave the files to the one that polls, whose successor writes what it could not', async () => {
    cloud.set('a', 'running');
    cloud.set('b', 'running');
    const [first, second, third] = await open(3);
    second.store.track([a], clock.now());
    await clock.advance(100);
    assert.deepEqual([...disk.keys()], [`${fakeOrigin} v2/a`]);
    // Its disk is full, say.
    first.isDead = true;
    third.store.track([b], clock.now());
    await clock.advance(100);
    assert.equal(disk.size, 1);
    first.kill();
    await clock.advance(5000);
    await second.persistence.flush();
    await third.persistence.flush();
    assert.deepEqual([...disk.keys()].sort(), [`${fakeOrigin} v2/a`, `${fakeOrigin} v2/b`]);
    leaders()[0]?.store.untrack([a, b]);
    await clock.advance(100);
    assert.equal(disk.size, 0);
  });

  it('poll as often as the window that is watched most closely wants', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(3);
    for (const { polling } of windows) polling.setAttention('away');
    first.store.track([a], clock.now());
    await clock.advance(100);
    const count = async (): Promise<number> => {
      const before = cloud.requested.length;
      await clock.advance(60_000);
      return cloud.requested.length - before;
    };
    assert.ok((await count()) <= 2);
    second.polling.setAttention('watching');
    assert.ok((await count()) >= 20);
    second.close();
    await clock.advance(10);
    assert.ok((await count()) <= 2);
  });

  it('refresh from any window, and say when it is done', async () => {
    cloud.set('a', 'finished');
    const [first, second] = await open(2);
    first.store.track([a], clock.now());
    await clock.advance(60_000);
    const requested = cloud.requested.length;
    let isDone = false;
    void second.polling.refresh([a]).then(() => (isDone = true));
    await clock.advance(100);
    assert.equal(isDone, true);
    assert.equal(cloud.requested.length, requested + 1);
  });

  it('refresh though the one that polls is killed meanwhile', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2);
    first.store.track([a], clock.now());
    await clock.advance(100);
    cloud.gate = new Promise(() => undefined);
    let isDone = false;
    void second.polling.refresh([a]).then(() => (isDone = true));
    await clock.advance(100);
    cloud.gate = undefined;
    first.kill();
    await clock.advance(5000);
    assert.equal(isDone, true);
  });

  it('say the same of how fresh all is, and of what pauses the polls', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2);
    first.store.track([a], clock.now());
    await clock.advance(30_010);
    assert.deepEqual(plain(second.polling.state), plain(first.polling.state));
    assert.notEqual(second.polling.state.checkedAt, undefined);
    assert.equal(second.store.get(a)?.checkedAt, first.store.get(a)?.checkedAt);
    cloud.fail('rateLimited', 600_000);
    await clock.advance(60_010);
    assert.equal(second.polling.state.pauses[0]?.kind, 'rateLimited');
    assert.deepEqual(plain(second.polling.state), plain(first.polling.state));
  });

  it('let one with a key poll, where the one that polls has none', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2);
    first.hasKey = second.hasKey = false;
    first.store.track([a], clock.now());
    await clock.advance(5000);
    assert.equal(first.polling.state.pauses[0]?.kind, 'noKey');
    second.hasKey = true;
    second.polling.reconnect();
    await clock.advance(5000);
    assert.deepEqual(statuses(), ['running', 'running']);
    assert.equal(second.isPolling, true);
    assert.equal(leaders().length, 1);
  });

  it('let the one that polls read a key again that another window has set', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2);
    cloud.fail('auth');
    first.store.track([a], clock.now());
    await clock.advance(60_000);
    const requested = cloud.requested.length;
    await clock.advance(600_000);
    assert.equal(cloud.requested.length, requested, 'a refused key is not tried again');
    cloud.heal();
    second.polling.reconnect();
    await clock.advance(5000);
    assert.deepEqual(statuses(), ['running', 'running']);
  });

  for (const [order, first, second] of [
    ['the one that polls', 0, 1],
    ['another one', 1, 0],
  ] as const)
    it(`keep every task where the base URL changes in all of them, first in ${order}`, async () => {
      cloud.set('a', 'running');
      const [leading] = await open(2);
      leading.store.track([a], clock.now());
      await clock.advance(1000);
      for (const to of ['https://another.example', fakeOrigin]) {
        windows[first]?.open(to);
        await clock.advance(20);
        windows[second]?.open(to);
        await clock.advance(5000);
        assert.deepEqual([...disk.keys()], [`${fakeOrigin} v2/a`], to);
      }
      assert.deepEqual(statuses(), ['running', 'running']);
    });

  it('keep what is done while another server’s tasks are read', async () => {
    cloud.set('a', 'running');
    const [, second] = await open(2);
    for (const window of windows) window.open('https://another.example');
    second.store.track([a], clock.now());
    await settle();
    second.store.track([b], clock.now());
    await clock.advance(5000);
    for (const { store } of windows) assert.ok(store.get(b));
  });

  it('keep what was done while nobody answered for long', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2);
    machine.pickNext = () => -1;
    first.kill();
    await clock.advance(10);
    second.store.track([a], clock.now());
    await clock.advance(60_000);
    const features = new FakeWindow({ clock, cloud, disk, join: machine.join });
    windows.push(features);
    machine.pickNext = (waiting) => waiting - 1;
    await clock.advance(60_000);
    assert.ok(features.store.get(a) && second.store.get(a));
  });

  it('part when they show different servers', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2);
    first.store.track([a], clock.now());
    await clock.advance(1000);
    second.open('https://another.example');
    await clock.advance(1000);
    assert.deepEqual(second.store.tasks(), []);
    assert.equal(first.store.tasks().length, 1);
  });

  it('ignore what is no message of theirs', async () => {
    cloud.set('a', 'running');
    const [first, second] = await open(2);
    first.store.track([a], clock.now());
    await clock.advance(1000);
    const known = shown(second);
    for (const message of [
      'no JSON',
      'null',
      '[]',
      '{"type":"tasks"}',
      '{"type":"patches","patches":[{"of":{"apiVersion":"v2","id":"a"},"set":{"status":"exploded"},"cleared":["id","status"]}]}',
      '{"type":"patches","patches":[{"came":{"id":"x"}},{"went":"a"},7]}',
      '{"type":"attention","attention":"furious"}',
      '{"type":"refresh"}',
      '{"type":"tell","id":1,"announcement":{"notice":{"text":1}}}',
    ])
      machine.sendToAll(message);
    await clock.advance(1000);
    assert.deepEqual(shown(second), known);
    assert.deepEqual(first.store.tasks().length, 1);
    assert.equal(second.announced.length, 0);
  });
});

/** Without fields that are there but hold nothing. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
