import assert from 'node:assert/strict';
import type { TaskStatus } from '../../../../src/core/cloud/task';
import { keptTextLength } from '../../../../src/core/tasks/answeredTask';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { stopPatienceMs } from '../../../../src/core/tasks/trackedTask';
import type { TaskChange } from '../../../../src/core/tasks/taskPatch';

const ref = { apiVersion: 'v2', id: 'a' } as const;
const statuses: TaskStatus[] = [
  'created',
  'running',
  'paused',
  'finished',
  'stopped',
  'failed',
  'unknown',
];

describe('TaskStore', () => {
  let store: TaskStore;
  let changes: TaskChange[];

  beforeEach(() => {
    store = new TaskStore();
    changes = [];
    store.onDidChange((batch) => changes.push(...batch));
  });

  function update(status: TaskStatus, now = 1000, isFull = false): void {
    store.applyUpdate(ref, { status, rawStatus: status }, now, isFull);
  }

  it('tracks each task once and keeps the order', () => {
    const b = { apiVersion: 'v2', id: 'b' } as const;
    const old = { apiVersion: 'v1', id: 'a' } as const;
    store.track([ref, b], 1);
    const added = store.track([ref, old], 2);
    assert.deepEqual(
      added.map(({ apiVersion, id }) => `${apiVersion}/${id}`),
      ['v1/a'],
    );
    assert.deepEqual(
      store.tasks().map(({ apiVersion, id }) => `${apiVersion}/${id}`),
      ['v2/a', 'v2/b', 'v1/a'],
    );
    assert.equal(changes.length, 3);
    assert.ok(changes.every(({ before, after }) => !before && after));
  });

  it('tells of a task that goes, and of nothing where none went', () => {
    store.track([ref], 1);
    changes.length = 0;
    assert.equal(store.untrack([ref]).length, 1);
    assert.equal(store.untrack([ref]).length, 0);
    assert.equal(changes.length, 1);
    assert.equal(changes[0]?.after, undefined);
    assert.equal(changes[0]?.before?.id, 'a');
  });

  it('ignores an answer about a task that is not tracked', () => {
    update('running');
    assert.deepEqual(store.tasks(), []);
    assert.deepEqual(changes, []);
  });

  it('is silent about a poll that found all as it was, but notes when it was', () => {
    store.track([ref], 1);
    update('running', 10);
    changes.length = 0;
    update('running', 20);
    assert.deepEqual(changes, []);
    assert.equal(store.get(ref)?.checkedAt, 20);
    assert.equal(store.get(ref)?.changedAt, 10);
  });

  it('tells at once what one answer shows of many tasks, and by itself of those it found as they were', () => {
    const [b, c] = [
      { apiVersion: 'v2', id: 'b' },
      { apiVersion: 'v2', id: 'c' },
    ] as const;
    store.track([ref, b, c], 1);
    const batches: string[] = [];
    const shortened = (task: { id: string; rawStatus: string } | undefined): string =>
      `${task?.id} ${task?.rawStatus}`;
    const running = { status: 'running', rawStatus: 'started' } as const;
    store.applyUpdates([{ ref, update: running }], 500, () => true);
    store.onDidChange((batch) => batches.push(batch.map(({ after }) => shortened(after)).join()));
    store.onDidCheck((task) => batches.push(`checked ${shortened(task)}`));
    const unknown = { apiVersion: 'v2', id: 'd' } as const;
    const ended = { status: 'finished', rawStatus: 'finished' } as const;
    store.applyUpdates(
      [
        { ref: c, update: running },
        { ref, update: running },
        { ref: unknown, update: running },
        { ref: b, update: running },
        { ref: b, update: ended },
      ],
      1000,
      () => true,
    );
    assert.deepEqual(batches, ['c started,b started,b finished', 'checked a started']);
    assert.deepEqual(
      store.tasks().map(({ checkedAt }) => checkedAt),
      [1000, 1000, 1000],
    );
    store.applyUpdates([{ ref, update: running }], 1000, () => true);
    assert.equal(batches.length, 2);
  });

  it('keeps what an answer does not speak of', () => {
    store.track([ref], 1);
    store.applyUpdate(
      ref,
      { status: 'running', rawStatus: 'started', prompt: 'Buy milk' },
      2,
      true,
    );
    store.applyUpdate(
      ref,
      { status: 'finished', rawStatus: 'finished', prompt: undefined, cost: '0.10' },
      3,
      false,
    );
    assert.equal(store.get(ref)?.prompt, 'Buy milk');
    assert.equal(store.get(ref)?.cost, '0.10');
    assert.equal(store.get(ref)?.readAs, 'running');
  });

  it('never lets an answer rename a task', () => {
    store.track([ref], 1);
    const stray = { status: 'running', rawStatus: 'started', id: 'b', apiVersion: 'v1' } as const;
    store.applyUpdate(ref, stray, 2, true);
    assert.equal(store.get(ref)?.id, 'a');
    assert.equal(store.get(ref)?.apiVersion, 'v2');
  });

  for (const ended of ['finished', 'stopped', 'failed'] as const) {
    for (const later of statuses.filter((status) => status !== ended)) {
      it(`drops "${later}" after "${ended}": that answer is older`, () => {
        store.track([ref], 1);
        update('running');
        update(ended);
        update(later);
        assert.equal(store.get(ref)?.status, ended);
      });
    }

    it(`still takes in what comes to light after "${ended}"`, () => {
      store.track([ref], 1);
      update(ended);
      store.applyUpdate(ref, { status: ended, rawStatus: ended, judgeVerdict: false }, 2, true);
      assert.equal(store.get(ref)?.judgeVerdict, false);
      assert.equal(store.get(ref)?.readAs, ended);
    });
  }

  it('leaves a task of v3 as it ended whose session times out later, but for a verdict', () => {
    const session = { apiVersion: 'v3', id: 'a' } as const;
    const timeOut = { status: 'failed', rawStatus: 'timed_out' } as const;
    store.track([session], 1);
    for (const [known, isSuccess, expected] of [
      [{ status: 'running', rawStatus: 'running' }, undefined, 'failed'],
      [{ status: 'stopped', rawStatus: 'idle' }, undefined, 'stopped'],
      [{ status: 'finished', rawStatus: 'idle' }, undefined, 'finished'],
      [{ status: 'stopped', rawStatus: 'idle' }, true, 'finished'],
    ] as const) {
      store.applyUpdate(session, known, 2, true);
      const status = isSuccess ? 'finished' : 'failed';
      store.applyUpdate(session, { ...timeOut, status, isSuccess, cost: '1' }, 3, true);
      const task = store.get(session);
      assert.deepEqual([task?.status, task?.readAs], [expected, expected]);
      assert.deepEqual([task?.rawStatus, task?.cost], ['timed_out', '1'], 'all else is taken in');
    }
  });

  it('drops "created" after "running", but lets a paused task run again', () => {
    store.track([ref], 1);
    update('running');
    update('created');
    assert.equal(store.get(ref)?.status, 'running');
    update('paused');
    update('running');
    assert.equal(store.get(ref)?.status, 'running');
  });

  it('drops the answer to a request that was sent before the one it knows the answer of', () => {
    store.track([ref], 1);
    const early = store.stampRequest();
    const features = store.stampRequest();
    store.applyUpdate(ref, { status: 'paused', rawStatus: 'paused' }, 2, true, features);
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, 3, true, early);
    assert.equal(store.get(ref)?.status, 'paused');
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, 4, true, features);
    assert.equal(store.get(ref)?.status, 'running');
    store.untrack([ref]);
    store.track([ref], 5);
    store.applyUpdate(ref, { status: 'paused', rawStatus: 'paused' }, 6, true, early);
    assert.equal(store.get(ref)?.status, 'paused', 'knows what was known before it was untracked');
  });

  it('marks an observed end unseen, until somebody opens the task', () => {
    store.track([ref], 1);
    update('running');
    update('failed');
    assert.equal(store.get(ref)?.isUnseen, true);
    store.markSeen(ref);
    assert.equal(store.get(ref)?.isUnseen, false);
    changes.length = 0;
    store.markSeen(ref);
    assert.deepEqual(changes, []);
  });

  it('marks ends as unseen again, and as seen, all at once; what runs has no mark', () => {
    const other = { apiVersion: 'v2', id: 'b' } as const;
    const runs = { apiVersion: 'v2', id: 'runs' } as const;
    store.track([ref, other, runs], 1);
    for (const each of [ref, other])
      store.applyUpdate(each, { status: 'finished', rawStatus: 'finished' }, 2, true);
    store.applyUpdate(runs, { status: 'running', rawStatus: 'started' }, 2, true);
    let events = 0;
    store.onDidChange(() => events++);
    const unseen = (): readonly string[] =>
      store
        .tasks()
        .filter(({ isUnseen }) => isUnseen)
        .map(({ id }) => id);
    store.setUnseen(store.tasks(), true);
    assert.deepEqual([unseen(), events], [[ref.id, other.id], 1]);
    store.setUnseen(store.tasks(), true);
    assert.equal(events, 1);
    store.setUnseen([other, { apiVersion: 'v2', id: 'nobody' }], false);
    assert.deepEqual([unseen(), events], [[ref.id], 2]);
  });

  it('does not mark what had ended before the first poll', () => {
    store.track([ref], 1);
    update('finished');
    assert.equal(store.get(ref)?.isUnseen, false);
  });

  it('keeps the last state through trouble, with the time when the trouble began', () => {
    store.track([ref], 1);
    update('running', 10);
    store.noteTrouble(ref, { kind: 'server', since: 20 }, false);
    changes.length = 0;
    store.noteTrouble(ref, { kind: 'server', since: 30 }, false);
    assert.deepEqual(changes, [], 'the same trouble is no change');
    assert.deepEqual(store.get(ref)?.trouble, { kind: 'server', since: 20 });
    assert.equal(store.get(ref)?.status, 'running');
    store.noteTrouble(ref, { kind: 'taskNotFound', since: 40 }, true);
    assert.deepEqual(store.get(ref)?.trouble, { kind: 'taskNotFound', since: 40 });
    assert.equal(store.get(ref)?.isMissing, true);
    update('running', 50);
    assert.equal(store.get(ref)?.trouble, undefined);
    assert.equal(store.get(ref)?.isMissing, false);
  });

  it('cuts what it keeps of long texts', () => {
    store.track([ref], 1);
    const output = 'x'.repeat(1_000_000);
    store.applyUpdate(ref, { status: 'finished', rawStatus: 'finished', output }, 2, true);
    assert.equal(store.get(ref)?.output?.length, keptTextLength);
  });

  it('replaces every task by others in one batch', () => {
    store.track([ref], 1);
    let batches = 0;
    store.onDidChange(() => batches++);
    const other = new TaskStore();
    other.track([{ apiVersion: 'v1', id: 'z' }], 5);
    store.replaceAll(other.tasks());
    assert.equal(batches, 1);
    assert.deepEqual(
      store.tasks().map(({ id }) => id),
      ['z'],
    );
  });

  it('marks a task that is being stopped until its end shows, which is no news then', () => {
    store.track([ref], 1);
    update('running', 10);
    store.setStopping(ref, 20);
    update('running', 30);
    assert.equal(store.get(ref)?.stoppingSince, 20, 'it may take a while');
    update('stopped', 40);
    assert.equal(store.get(ref)?.stoppingSince, undefined);
    assert.equal(store.get(ref)?.isUnseen, false, 'who stopped it need not be told');
  });

  it('tells of a task that finished before it could be stopped', () => {
    store.track([ref], 1);
    update('running', 10);
    store.setStopping(ref, 20);
    update('finished', 30);
    assert.equal(store.get(ref)?.isUnseen, true);
    assert.equal(store.get(ref)?.stoppingSince, undefined);
  });

  it('no longer waits for the end of a task that goes on for minutes after it was to stop', () => {
    store.track([ref], 1);
    update('running', 10);
    store.setStopping(ref, 20);
    update('running', 20 + stopPatienceMs);
    assert.equal(store.get(ref)?.stoppingSince, 20);
    update('running', 21 + stopPatienceMs);
    assert.equal(store.get(ref)?.stoppingSince, undefined);
    update('stopped', 30 + stopPatienceMs);
    assert.equal(store.get(ref)?.isUnseen, true);
  });

  it('no longer waits for the end either where the clock was set back by more', () => {
    store.track([ref], 1);
    store.setStopping(ref, 20 + 2 * stopPatienceMs);
    update('running', 20 + stopPatienceMs);
    assert.equal(store.get(ref)?.stoppingSince, 20 + 2 * stopPatienceMs);
    update('running', 19 + stopPatienceMs);
    assert.equal(store.get(ref)?.stoppingSince, undefined);
  });

  it('tells once that a stop has begun, and nothing of what is not tracked', () => {
    store.setStopping(ref, 20);
    assert.deepEqual(store.tasks(), []);
    store.track([ref], 1);
    changes.length = 0;
    store.setStopping(ref, 20);
    store.setStopping(ref, 20);
    assert.equal(changes.length, 1);
    store.setStopping(ref, undefined);
    assert.equal(changes.length, 2);
    assert.equal(store.get(ref)?.stoppingSince, undefined);
  });

  it('tells nobody after disposal', () => {
    store.dispose();
    store.track([ref], 1);
    assert.deepEqual(changes, []);
  });
});
