import assert from 'node:assert/strict';
import { CloudError, isCloudError } from '../../../../src/core/cloud/errors';
import { PollerWithExtras, type ExtraPolls } from '../../../../src/core/polling/pollerWithExtras';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { FakePolling } from '../../../fakes/fakePolling';

const minute = 60_000;

/** Due each so many milliseconds, and at once when a person refreshes. */
class FakeExtra implements ExtraPolls {
  #polledAt = -Infinity;
  failure: Error | undefined;
  /** Called while it is polled. */
  onPoll: () => void = () => undefined;

  constructor(
    readonly name: string,
    private readonly clock: FakeClock,
    private readonly polled: string[],
    public everyMs: number,
  ) {}

  dueAt(): number {
    return this.#polledAt + this.everyMs;
  }

  poll(): Promise<void> {
    const { failure } = this;
    this.polled.push(this.name);
    this.onPoll();
    if (failure) return Promise.reject(failure);
    this.#polledAt = this.clock.now();
    return Promise.resolve();
  }

  makeDue(): void {
    this.#polledAt = -Infinity;
  }
}

describe('what is polled beside tasks', () => {
  let clock: FakeClock;
  let tasks: FakePolling;
  let polled: string[];
  let logged: string[];
  let rare: FakeExtra;
  let often: FakeExtra;
  let poller: PollerWithExtras;

  beforeEach(async () => {
    clock = new FakeClock();
    tasks = new FakePolling();
    [polled, logged] = [[], []];
    rare = new FakeExtra('rare', clock, polled, 30 * minute);
    often = new FakeExtra('often', clock, polled, 10 * minute);
    const cloud = new FakeCloud(() => clock.now());
    poller = new PollerWithExtras({
      poller: tasks,
      extras: [rare, often],
      store: new TaskStore(),
      clock,
      connect: () => Promise.resolve(cloud),
      random: () => 0.5,
      intervals: { watching: 2000, hidden: 10_000, away: 30_000 },
      onError: (_, what) => logged.push(what),
    });
    await settle();
    polled.length = 0;
  });

  afterEach(async () => {
    poller.dispose();
    await settle();
    assert.equal(clock.timers, 0);
  });

  it('is polled when each is due, whichever comes first', async () => {
    await clock.advance(30 * minute);
    assert.deepEqual(polled, ['often', 'often', 'rare', 'often']);
  });

  it('is due at once where a person refreshes all, not some tasks', async () => {
    await poller.refresh([{ apiVersion: 'v2', id: 'a' }]);
    await settle();
    assert.deepEqual(polled, []);
    await poller.refresh();
    await settle();
    assert.deepEqual(polled, ['rare', 'often']);
  });

  it('waits while all is paused, not while one API version is', async () => {
    tasks.become({ pauses: [{ kind: 'notServed', apiVersion: 'v1', until: Infinity }] });
    await clock.advance(10 * minute);
    assert.deepEqual(polled, ['often']);
    tasks.become({ pauses: [{ kind: 'auth' }] });
    await clock.advance(60 * minute);
    assert.deepEqual(polled, ['often']);
    tasks.become({ pauses: [] });
    await settle();
    assert.deepEqual(polled, ['often', 'often', 'rare']);
  });

  for (const [failure, most] of [
    [new CloudError('network', 'gone'), minute],
    [new CloudError('timeout', 'gone'), minute],
    [new CloudError('server', 'gone'), minute],
    [new CloudError('rateLimited', 'gone'), minute],
    [new CloudError('forbidden', 'no'), 10 * minute],
    [new Error('a mistake'), 10 * minute],
  ] as const)
    it(`is tried again after a growing pause, at most ${most / minute} min: ${isCloudError(failure) ? failure.kind : failure.message}`, async () => {
      often.failure = failure;
      rare.everyMs = Infinity;
      await clock.advance(3 * 60 * minute);
      const { length } = polled;
      await clock.advance(10 * most);
      const tries = polled.length - length;
      assert.ok(tries >= 10 && tries <= 12, `${tries}`);
      assert.equal(logged.length, polled.length);
      often.failure = undefined;
      await clock.advance(most + 10 * minute);
      assert.equal(logged.length, polled.length - 2);
    });

  it('says nothing of a failure that comes with another key', async () => {
    often.failure = new CloudError('auth', 'late');
    often.onPoll = () => {
      often.onPoll = () => undefined;
      often.failure = undefined;
      poller.reconnect();
    };
    await clock.advance(10 * minute);
    assert.deepEqual(polled, ['often', 'rare', 'often'], 'both at once with that key');
    assert.deepEqual(logged, []);
  });
});
