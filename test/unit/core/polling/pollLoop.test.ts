import assert from 'node:assert/strict';
import { PollLoop, type LoopStep } from '../../../../src/core/polling/pollLoop';
import { FakeClock, settle } from '../../../fakes/fakeClock';

describe('PollLoop', () => {
  let clock: FakeClock;
  let loop: PollLoop;
  /** What `next` gives, first to last; after them nothing. */
  let steps: LoopStep[];
  let nextCalls: number;
  let waited: (readonly [number, number])[];
  let idle: number;

  beforeEach(() => {
    clock = new FakeClock();
    steps = [];
    nextCalls = 0;
    waited = [];
    idle = 0;
    loop = new PollLoop({
      clock,
      next: () => {
        nextCalls++;
        return steps.shift();
      },
      onWaited: (waitMs, elapsedMs) => waited.push([waitMs, elapsedMs]),
      onIdle: () => idle++,
    });
  });

  it('does nothing before it is woken, and stops where there is nothing to do', async () => {
    await clock.advance(60_000);
    assert.equal(nextCalls, 0);
    loop.wake();
    assert.deepEqual([nextCalls, idle, clock.timers], [1, 1, 0]);
    await clock.advance(60_000);
    assert.equal(nextCalls, 1);
  });

  it('begins what is due before wake returns', () => {
    let begun = 0;
    steps = [() => Promise.resolve(void begun++)];
    loop.wake();
    assert.equal(begun, 1);
  });

  it('has one step under way, and asks what is next once it has ended', async () => {
    let end = (): void => undefined;
    const step = (): Promise<void> => new Promise((resolve) => (end = resolve));
    steps = [step, step];
    loop.wake();
    loop.wake();
    await settle();
    assert.deepEqual([nextCalls, idle], [1, 0]);
    end();
    await settle();
    assert.deepEqual([nextCalls, idle], [2, 0]);
    end();
    await settle();
    assert.deepEqual([nextCalls, idle], [3, 1]);
  });

  it('waits as long as it is told, and says how far the wall clock went', async () => {
    steps = [5000, 2000];
    loop.wake();
    await clock.advance(4999);
    assert.deepEqual([nextCalls, waited], [1, []]);
    await clock.advance(1);
    clock.jump(-60_000);
    await clock.advance(2000);
    assert.deepEqual(waited, [
      [5000, 5000],
      [2000, -58_000],
    ]);
    assert.deepEqual([nextCalls, idle, clock.timers], [3, 1, 0]);
  });

  it('ends a wait when it is woken, however often', async () => {
    steps = [60_000, 60_000];
    loop.wake();
    await clock.advance(1000);
    for (let time = 0; time < 3; time++) loop.wake();
    await settle();
    assert.deepEqual(waited, [[60_000, 1000]]);
    assert.deepEqual([nextCalls, clock.timers], [2, 1]);
  });

  it('can be woken again once it has stopped', async () => {
    loop.wake();
    steps = [1000];
    loop.wake();
    await clock.advance(1000);
    assert.deepEqual([nextCalls, idle], [3, 2]);
  });

  it('ends with its wait when it is disposed, and is not woken any more', async () => {
    steps = [60_000, 60_000];
    loop.wake();
    loop.dispose();
    await settle();
    loop.wake();
    await settle();
    assert.deepEqual([nextCalls, idle, clock.timers], [1, 1, 0]);
  });

  it('lets a step under way be the last when it is disposed', async () => {
    let end = (): void => undefined;
    steps = [() => new Promise((resolve) => (end = resolve)), 1000];
    loop.wake();
    loop.dispose();
    await settle();
    assert.equal(idle, 0);
    end();
    await settle();
    assert.deepEqual([nextCalls, idle, clock.timers], [1, 1, 0]);
  });
});
