import assert from 'node:assert/strict';
import type { TaskUpdate } from '../../../../src/core/cloud/taskClient';
import { browserOpenUntil } from '../../../../src/core/tasks/openBrowser';
import { patchesOf } from '../../../../src/core/tasks/taskPatch';
import { formatTaskRecord, parseTaskRecord } from '../../../../src/core/tasks/taskRecord';
import { TaskStore } from '../../../../src/core/tasks/taskStore';

const ref = { apiVersion: 'v3', id: 'a' } as const;
const minuteMs = 60_000;
const now = Date.UTC(2026, 0, 13, 12);

describe('when the browser of an idle session closes by itself', () => {
  let store: TaskStore;
  let follower: TaskStore;
  let changeCount: number;

  beforeEach(() => {
    store = new TaskStore();
    follower = new TaskStore();
    changeCount = 0;
    store.onDidChange((changes) => {
      changeCount++;
      follower.applyPatches(patchesOf(changes), true);
    });
    store.track([ref], now);
  });

  const idle = (closesInMs?: number): TaskUpdate => ({
    status: 'finished',
    rawStatus: 'idle',
    isSuccess: true,
    ...(closesInMs !== undefined && { closesInMs }),
  });
  const answer = (update: TaskUpdate, at: number): void =>
    store.applyUpdate(ref, update, at, false);
  /** What this window, one that follows it, and the next start of either know. */
  const closesAt = (at: number): number | undefined => {
    const task = store.get(ref);
    const followed = follower.get(ref);
    const read = task && parseTaskRecord(formatTaskRecord(task));
    assert.ok(task && followed && read);
    const known = browserOpenUntil(task, at);
    assert.equal(browserOpenUntil(followed, at), known);
    assert.equal(browserOpenUntil(read, at), known);
    return known;
  };

  it('is what the cloud says, where it was tracked long after it went idle', () => {
    answer(idle(2 * minuteMs), now);
    assert.equal(closesAt(now), now + 2 * minuteMs);
    assert.equal(closesAt(now + 2 * minuteMs), undefined);
  });

  it('is past where it should have closed before', () => {
    answer(idle(-minuteMs), now);
    assert.equal(closesAt(now), undefined);
  });

  it('stays the same moment where later answers say the same but for a second, and changes nothing then', () => {
    answer(idle(15 * minuteMs), now);
    const before = changeCount;
    answer(idle(14 * minuteMs + 900), now + minuteMs);
    answer(idle(13 * minuteMs - 900), now + 2 * minuteMs);
    assert.equal(closesAt(now + 2 * minuteMs), now + 15 * minuteMs);
    assert.equal(changeCount, before);
  });

  it('is later where it ran again between two answers', () => {
    answer(idle(15 * minuteMs), now);
    answer(idle(14 * minuteMs), now + 10 * minuteMs);
    assert.equal(closesAt(now + 10 * minuteMs), now + 24 * minuteMs);
  });

  it('is unknown again once it runs, has stopped or has timed out', () => {
    for (const [status, rawStatus] of [
      ['running', 'running'],
      ['finished', 'stopped'],
      ['finished', 'timed_out'],
    ] as const) {
      answer(idle(15 * minuteMs), now);
      assert.ok(closesAt(now), rawStatus);
      answer({ status, rawStatus, isSuccess: true }, now + 1);
      assert.equal(closesAt(now + 1), undefined, rawStatus);
      assert.equal(store.get(ref)?.browserOpenUntil, undefined, rawStatus);
    }
  });

  it('counts from when it was first seen where nobody says since when, as in an older record', () => {
    answer(idle(), now);
    assert.equal(store.get(ref)?.browserOpenUntil, undefined);
    assert.equal(closesAt(now), now + 15 * minuteMs);
    answer(idle(minuteMs), now + 5 * minuteMs);
    assert.equal(closesAt(now + 5 * minuteMs), now + 6 * minuteMs);
  });

  it('leaves what is known of the browser of a v4 run as it is', () => {
    const run = { apiVersion: 'v4', id: 'b' } as const;
    store.track([run], now);
    store.applyUpdate(run, { status: 'finished', rawStatus: 'completed' }, now, true);
    const [task] = store.tasks().filter(({ id }) => id === 'b');
    assert.ok(task);
    store.put([{ ...task, browserOpenUntil: now + minuteMs }]);
    const settled = { status: 'finished', rawStatus: 'completed', cost: '0.5' } as const;
    store.applyUpdate(run, settled, now + 1, true);
    assert.equal(store.get(run)?.cost, '0.5');
    assert.equal(store.get(run)?.browserOpenUntil, now + minuteMs);
  });
});
