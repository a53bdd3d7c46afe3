import assert from 'node:assert/strict';
import type { TaskRef } from '../../../../src/core/cloud/task';
import { viewMessage } from '../../../../src/core/labels/viewMessage';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { FakeWindow } from '../../../fakes/fakeWindow';
import { FakeWindows } from '../../../fakes/fakeWindows';

const a: TaskRef = { apiVersion: 'v2', id: 'a' };
const b: TaskRef = { apiVersion: 'v2', id: 'b' };

describe('windows of one user, where the one that polls hangs but lives,', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let machine: FakeWindows;
  let disk: Map<string, string>;
  let windows: FakeWindow[];

  beforeEach(async () => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    machine = new FakeWindows(clock);
    disk = new Map();
    windows = [];
    cloud.set('a', 'running');
    cloud.set('b', 'running');
    await open();
  });

  afterEach(async () => {
    for (const window of windows) window.close();
    for (const window of windows) window.wake();
    await clock.advance(2000);
    assert.equal(clock.timers, 0, 'nothing ticks when all have closed');
  });

  async function open(): Promise<FakeWindow> {
    const window = new FakeWindow({ clock, cloud, disk, join: machine.join }, 'watching');
    windows.push(window);
    await clock.advance(10);
    return window;
  }

  const ids = ({ store }: FakeWindow): string[] => store.tasks().map(({ id }) => id);
  const saved = (): string[] => [...disk.keys()].map((name) => name.split('/').at(-1) ?? '');
  const polling = (): FakeWindow[] =>
    windows.filter(({ isPolling, isHanging }) => isPolling && !isHanging);
  const first = (): FakeWindow => windows[0] as FakeWindow;

  it('say so, save what is tracked in them, and one of them takes over', async () => {
    const second = await open();
    const third = await open();
    first().hang();
    second.store.track([a], clock.now());
    await clock.advance(2500);
    assert.equal(second.polling.state.isLeaderSilent, undefined);
    assert.deepEqual(saved(), []);
    await clock.advance(1000);
    const { state } = second.polling;
    assert.equal(state.isLeaderSilent, true);
    const options = { now: clock.now(), taskCount: 1, host: 'x', formatTime: () => '' };
    assert.match(
      viewMessage({ state, ...options }),
      /^Another window is not responding · 1 active\./u,
    );
    assert.deepEqual(saved(), ['a']);
    second.store.track([b], clock.now());
    await settle();
    assert.deepEqual(saved(), ['a', 'b'], 'at once, while nobody answers');
    await clock.advance(4000);
    assert.equal(polling().length, 1);
    assert.equal(second.polling.state.isLeaderSilent, undefined);
    for (const window of [second, third]) assert.deepEqual(ids(window), ['a', 'b']);
    assert.equal(third.store.get(a)?.status, 'running');
  });

  it('notice it while tasks run, though nobody does anything', async () => {
    const second = await open();
    first().store.track([a], clock.now());
    await clock.advance(1000);
    first().hang();
    cloud.set('a', 'finished');
    await clock.advance(15_000);
    assert.equal(second.store.get(a)?.status, 'finished');
    assert.deepEqual(second.notices.length, 1);
  });

  it('notice it when they open, and have lost nothing that was on the disk', async () => {
    first().store.track([a], clock.now());
    await clock.advance(100);
    first().hang();
    const second = await open();
    assert.deepEqual(ids(second), ['a']);
    second.store.track([b], clock.now());
    await clock.advance(7000);
    assert.deepEqual(polling(), [second]);
    assert.deepEqual(ids(second), ['a', 'b']);
    assert.deepEqual(saved(), ['a', 'b']);
  });

  it('leave it where it is when it wakes in time', async () => {
    const second = await open();
    first().hang();
    second.store.track([a], clock.now());
    await clock.advance(4000);
    assert.equal(second.polling.state.isLeaderSilent, true);
    first().wake();
    await clock.advance(10_000);
    assert.deepEqual(polling(), [first()]);
    assert.equal(second.polling.state.isLeaderSilent, undefined);
    assert.equal(first().store.get(a)?.status, 'running');
    assert.deepEqual(
      windows.map(({ terms }) => terms),
      [1, 0],
    );
  });

  it('find it their follower when it wakes: it has polled, saved and announced nothing, and brings nothing back', async () => {
    const second = await open();
    first().store.track([a], clock.now());
    await clock.advance(100);
    cloud.set('a', 'finished');
    // Its answer is on its way to the notice, which waits for ten seconds as another task runs.
    first().store.track([b], clock.now());
    await clock.advance(3000);
    assert.equal(first().store.get(a)?.status, 'finished');
    assert.deepEqual(first().notices, []);
    first().hang();
    // Waits in its socket.
    second.store.track([{ ...a, id: 'c' }], clock.now());
    await clock.advance(20_000);
    assert.deepEqual(polling(), [second]);
    assert.equal(second.notices.length, 1);
    second.store.untrack([a, { ...a, id: 'c' }]);
    await clock.advance(60_000);
    const requested = cloud.requested.length;
    const onDisk = new Map(disk);
    first().wake();
    await settle();
    assert.equal(cloud.requested.length, requested, 'it has polled nothing');
    assert.deepEqual(disk, onDisk, 'it has saved nothing');
    await clock.advance(30_000);
    assert.deepEqual(polling(), [second]);
    for (const window of windows) assert.deepEqual(ids(window), ['b']);
    assert.deepEqual(saved(), ['b']);
    assert.deepEqual([first().notices.length, second.notices.length], [0, 1]);
  });

  it('find what was done in it in the moment in which it woke', async () => {
    const second = await open();
    first().hang();
    second.store.track([a], clock.now());
    await clock.advance(10_000);
    first().wake();
    first().store.track([b], clock.now());
    await clock.advance(2000);
    for (const window of windows) assert.deepEqual(ids(window).sort(), ['a', 'b']);
    assert.deepEqual(saved(), ['a', 'b']);
  });

  it('leave to it on the disk what they did, where they have all gone when it wakes', async () => {
    const second = await open();
    first().store.track([a], clock.now());
    await clock.advance(100);
    first().hang();
    second.store.track([b], clock.now());
    await clock.advance(10_000);
    second.store.untrack([a]);
    await clock.advance(100);
    second.close();
    await clock.advance(10_000);
    first().wake();
    await clock.advance(2000);
    assert.deepEqual(polling(), [first()]);
    assert.deepEqual(ids(first()), ['b']);
    assert.deepEqual(saved(), ['b']);
  });

  for (const next of [0, 1])
    it(`do not undo what is done in one of them while nobody answers, whoever of them leads next (${next})`, async () => {
      machine.pickNext = (waiting) => Math.min(next, waiting - 1);
      const second = await open();
      const third = await open();
      second.store.track([a], clock.now());
      third.store.track([b], clock.now());
      await clock.advance(20);
      third.store.untrack([b]);
      await clock.advance(20);
      first().hang();
      second.store.untrack([a]);
      second.store.track([b], clock.now());
      await clock.advance(15_000);
      for (const window of [second, third]) assert.deepEqual(ids(window), ['b']);
      assert.deepEqual(saved(), ['b']);
      first().wake();
      await clock.advance(2000);
      for (const window of windows) assert.deepEqual(ids(window), ['b']);
    });

  it('have one that polls, however many find out at the same moment', async () => {
    machine.pickNext = (waiting) => waiting - 1;
    const others = [await open(), await open(), await open()];
    first().hang();
    for (const [index, { store }] of others.entries())
      store.track([{ ...a, id: `t${index}` }], clock.now());
    await clock.advance(10_000);
    assert.equal(polling().length, 1);
    for (const window of others) assert.deepEqual(ids(window).sort(), ['t0', 't1', 't2']);
    assert.deepEqual(saved().sort(), ['t0', 't1', 't2']);
  });

  it('keep no timer in a window that is alone and has nothing to do', async () => {
    await clock.advance(60_000);
    assert.equal(clock.timers, 0);
    await open();
    await clock.advance(60_000);
    assert.equal(clock.timers, 0, 'nor in one that follows');
  });
});
