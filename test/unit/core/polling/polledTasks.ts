import assert from 'node:assert/strict';
import { PollRounds } from '../../../../src/core/polling/pollRound';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { PollerState } from '../../../../src/core/polling/polling';
import type { TaskRef } from '../../../../src/core/cloud/task';
import { TaskPoller } from '../../../../src/core/polling/taskPoller';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { TokenBucket } from '../../../../src/core/polling/tokenBucket';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';

/** A poller that watches, over a fake cloud, new for each test of the suite that calls this; none leaves a timer. */
export function polledTasks(): PolledTasks {
  const polled = new PolledTasks();
  beforeEach(() => polled.begin());
  afterEach(async () => {
    polled.poller.dispose();
    await settle();
    assert.equal(polled.clock.timers, 0, 'a disposed poller leaves no timer');
  });
  return polled;
}

/** Names a task. */
export function ref(id: string, apiVersion: TaskRef['apiVersion'] = 'v2'): TaskRef {
  return { apiVersion, id };
}

class PolledTasks {
  /** What connecting throws. */
  connectError: CloudError | undefined;
  connects = 0;
  /** What loading the request code throws, as in a damaged installation. */
  loadError: Error | undefined;
  /** What the log is told that was polled. */
  readonly failed: string[] = [];
  #parts = this.#newParts();

  get clock(): FakeClock {
    return this.#parts.clock;
  }

  get cloud(): FakeCloud {
    return this.#parts.cloud;
  }

  get store(): TaskStore {
    return this.#parts.store;
  }

  get poller(): TaskPoller {
    return this.#parts.poller;
  }

  begin(): void {
    this.poller.dispose();
    this.connectError = undefined;
    this.connects = 0;
    this.loadError = undefined;
    this.failed.length = 0;
    this.#parts = this.#newParts();
    this.poller.setAttention('watching');
  }

  track(...ids: string[]): void {
    this.store.track(
      ids.map((id) => ref(id)),
      this.clock.now(),
    );
  }

  statusOf(id: string): string | undefined {
    return this.store.get(ref(id))?.status;
  }

  pause(): PollerState['pauses'][number] | undefined {
    return this.poller.state.pauses[0];
  }

  /** Makes every list fail, so that each task is polled by itself. */
  distrustLists(): void {
    this.cloud.failWith = ({ what }) =>
      what === 'list' ? new CloudError('badAnswer', 'no list') : undefined;
  }

  #newParts() {
    const clock = new FakeClock();
    const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
    const cloud = new FakeCloud(() => clock.now(), bucket);
    const store = new TaskStore();
    const poller = new TaskPoller({
      store,
      clock,
      connect: () => {
        this.connects++;
        return this.connectError ? Promise.reject(this.connectError) : Promise.resolve(cloud);
      },
      bucket,
      random: () => 0.5,
      loadRounds: () =>
        this.loadError ? Promise.reject(this.loadError) : Promise.resolve({ PollRounds }),
      intervals: { watching: 2000, hidden: 10_000, away: 30_000 },
      onError: (_error, what) => this.failed.push(what),
    });
    return { clock, cloud, store, poller };
  }
}
