import assert from 'node:assert/strict';
import { RefreshRequests } from '../../../../src/core/polling/refreshRequests';
import type { TaskRef } from '../../../../src/core/cloud/task';
import { settle } from '../../../fakes/fakeClock';

const [a, b] = ['a', 'b'].map((id): TaskRef => ({ apiVersion: 'v2', id })) as [TaskRef, TaskRef];

describe('RefreshRequests', () => {
  let refreshes: RefreshRequests;
  let done: number;

  beforeEach(() => {
    refreshes = new RefreshRequests();
    done = 0;
  });

  const wait = (): void => void refreshes.done().then(() => done++);

  it('requests a task until it was polled by a request that was sent later', () => {
    const before = refreshes.serial;
    refreshes.add([a, b]);
    refreshes.satisfy([a], before);
    assert.deepEqual([refreshes.has(a), refreshes.size], [true, 2]);
    const after = refreshes.serial;
    refreshes.add([b]);
    refreshes.satisfy([a, b], after);
    assert.deepEqual([refreshes.has(a), refreshes.has(b)], [false, true], 'b was requested again');
    refreshes.satisfy([b], refreshes.serial);
    assert.equal(refreshes.size, 0);
  });

  it('tells who waits once all were polled, and not before', async () => {
    refreshes.add([a, b]);
    wait();
    refreshes.satisfy([a], refreshes.serial);
    refreshes.settle();
    await settle();
    assert.equal(done, 0);
    refreshes.satisfy([b], refreshes.serial);
    refreshes.settle();
    await settle();
    assert.equal(done, 1);
  });

  it('waits for nobody who was dropped, and for nothing once it is given up', async () => {
    refreshes.add([a, b]);
    wait();
    refreshes.drop(({ id }) => id === 'a');
    assert.deepEqual([refreshes.has(a), refreshes.has(b)], [false, true]);
    refreshes.clear();
    await settle();
    assert.deepEqual([refreshes.size, done], [0, 1]);
  });
});
