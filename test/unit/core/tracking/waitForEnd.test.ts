import assert from 'node:assert/strict';
import type { TaskRef, TaskStatus } from '../../../../src/core/cloud/task';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { waitForEnd, type WaitResult } from '../../../../src/core/tracking/waitForEnd';
import { FakeClock, settle } from '../../../fakes/fakeClock';

const ref: TaskRef = { apiVersion: 'v2', id: 'a' };

describe('waiting for the end of a task', () => {
  let clock: FakeClock;
  let store: TaskStore;
  let abort: AbortController;
  let result: WaitResult | undefined;
  let seen: string[];

  beforeEach(() => {
    clock = new FakeClock();
    store = new TaskStore();
    abort = new AbortController();
    result = undefined;
    seen = [];
    store.track([ref], clock.now());
  });

  afterEach(() => assert.equal(clock.timers, 0));

  function see(status: TaskStatus): void {
    store.applyUpdate(ref, { status, rawStatus: status }, clock.now(), true);
  }

  async function wait(): Promise<void> {
    void waitForEnd(ref, {
      tasks: store,
      clock,
      timeoutMs: 60_000,
      signal: abort.signal,
      onChange: ({ status }) => seen.push(status),
    }).then((ended) => (result = ended));
    await settle();
  }

  it('is over once an answer shows the end, and tells of changes until then', async () => {
    await wait();
    see('running');
    await settle();
    assert.equal(result, undefined);
    see('finished');
    await settle();
    assert.equal(result, 'ended');
    see('finished');
    assert.deepEqual(seen, ['unknown', 'running', 'finished']);
  });

  it('is over at once for a task that has ended', async () => {
    see('stopped');
    await wait();
    assert.equal(result, 'ended');
  });

  it('is over when the task is untracked, before or meanwhile', async () => {
    await wait();
    store.untrack([ref]);
    await settle();
    assert.equal(result, 'untracked');
    result = undefined;
    await wait();
    assert.equal(result, 'untracked');
  });

  it('is over when the time is, and when it is cancelled, also before it begins', async () => {
    await wait();
    await clock.advance(60_000);
    assert.equal(result, 'timeout');
    result = undefined;
    await wait();
    abort.abort();
    await settle();
    assert.equal(result, 'cancelled');
    result = undefined;
    await wait();
    assert.equal(result, 'cancelled');
  });
});
