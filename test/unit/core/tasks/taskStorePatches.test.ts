import assert from 'node:assert/strict';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';
import type { TaskChange } from '../../../../src/core/tasks/taskPatch';

/** "running > finished", "> running", "running >": what became of each task. */
function inShort(changes: readonly TaskChange[]): string[] {
  return changes.map(({ before, after }) =>
    `${before?.status ?? ''} > ${after?.status ?? ''}`.trim(),
  );
}

describe('TaskStore and what others hold', () => {
  let store: TaskStore;
  let batches: (readonly TaskChange[])[];
  let updates: TrackedTask[];
  const running = aTask();
  const ref = { apiVersion: 'v2', id: 'a1' } as const;

  beforeEach(() => {
    store = new TaskStore();
    store.replaceAll([running]);
    batches = [];
    updates = [];
    store.onDidChange((batch) => batches.push(batch));
    store.onDidCheck((task) => updates.push(task));
  });

  function changes(): string[] {
    return inShort(batches.flat());
  }

  describe('restoring', () => {
    it('brings tasks back as they were, and tells of them', () => {
      const [removed] = store.untrack([running]);
      assert.equal(removed, running);
      batches.length = 0;
      store.restore([running, aTask({ id: 'b', status: 'finished' })]);
      assert.equal(store.get(ref), running);
      assert.deepEqual(changes(), ['> running', '> finished']);
    });

    it('leaves a task that is tracked again as it is', () => {
      store.restore([aTask({ status: 'finished' })]);
      assert.equal(store.get(ref), running);
      assert.deepEqual(batches, []);
    });
  });

  describe('replacing all', () => {
    it('tells of who went, who came and who is another now, in one batch', () => {
      const same = aTask({ id: 'same' });
      store.replaceAll([running, same, aTask({ id: 'gone', status: 'stopped' })]);
      batches.length = 0;
      store.replaceAll([
        aTask({ status: 'failed' }),
        { ...same, checkedAt: 5 },
        aTask({ id: 'new', status: 'paused' }),
      ]);
      assert.equal(batches.length, 1);
      assert.deepEqual(changes(), ['stopped >', 'running > failed', '> paused']);
      assert.equal(store.get({ apiVersion: 'v2', id: 'same' })?.checkedAt, 5);
      assert.deepEqual(
        store.tasks().map(({ id }) => id),
        ['a1', 'same', 'new'],
      );
    });

    it('tells nothing where nothing is another', () => {
      store.replaceAll([{ ...running }]);
      assert.deepEqual(batches, []);
    });
  });

  describe('troubles', () => {
    it('are told when they begin, turn into others, and end', () => {
      store.noteTrouble(ref, { kind: 'server', since: 1 }, false);
      store.noteTrouble(ref, { kind: 'server', since: 2 }, false);
      assert.equal(batches.length, 1, 'the same trouble is no news');
      assert.deepEqual(store.get(ref)?.trouble, { kind: 'server', since: 1 });
      store.noteTrouble(ref, { kind: 'timeout', since: 3 }, false);
      assert.equal(batches.length, 2);
      store.replaceAll([{ ...running, trouble: { kind: 'timeout', since: 9 } }]);
      assert.equal(batches.length, 3, 'nor is it the same where it began at another time');
      store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, 10, false);
      assert.equal(batches.length, 4);
      assert.equal(store.get(ref)?.trouble, undefined);
    });

    it('of who is not tracked are nobody’s', () => {
      store.noteTrouble({ apiVersion: 'v2', id: 'b' }, { kind: 'server', since: 1 }, true);
      store.markSeen({ apiVersion: 'v2', id: 'b' });
      assert.equal(store.tasks().length, 1);
      assert.deepEqual(batches, []);
    });
  });

  it('tells of a poll that changed nothing, and of no poll that was not', () => {
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, 77, false);
    assert.deepEqual(batches, []);
    assert.deepEqual(
      updates.map(({ checkedAt }) => checkedAt),
      [77],
    );
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, 77, false);
    assert.equal(updates.length, 1);
    store.markSeen(ref);
    assert.deepEqual([batches.length, updates.length], [0, 1]);
  });

  it('lets neither a running nor a paused task be created again', () => {
    for (const status of ['running', 'paused'] as const) {
      store.replaceAll([aTask({ status })]);
      store.applyUpdate(ref, { status: 'created', rawStatus: 'created' }, 5, true);
      assert.equal(store.get(ref)?.status, status);
    }
    store.replaceAll([aTask({ status: 'unknown' })]);
    store.applyUpdate(ref, { status: 'created', rawStatus: 'created' }, 5, true);
    assert.equal(store.get(ref)?.status, 'created');
  });

  it('are marked as unseen by a person in another window, though not by an end that it sees late', () => {
    store.replaceAll([aTask({ status: 'finished' })]);
    store.applyPatches([{ of: ref, set: { isUnseen: true }, unset: [] }], false);
    assert.equal(store.get(ref)?.isUnseen, true);
    store.markSeen(ref);
    const set = { status: 'finished', rawStatus: 'finished', isUnseen: true } as const;
    store.applyPatches([{ of: ref, set, unset: [] }], false);
    assert.equal(store.get(ref)?.isUnseen, false);
  });

  describe('patches', () => {
    const end = {
      of: ref,
      set: { status: 'finished', rawStatus: 'finished' },
      unset: [],
    } as const;

    it('let tasks come, go, and become others, told in one batch', () => {
      const b = aTask({ id: 'b', status: 'created' });
      store.applyPatches([{ added: b }, { removed: ref }], false);
      assert.equal(batches.length, 1);
      assert.deepEqual(changes(), ['> created', 'running >']);
      assert.deepEqual(store.tasks(), [b]);
    });

    it('take fields and leave the others', () => {
      store.applyPatches([{ of: ref, set: { cost: '0.5' }, unset: ['prompt'] }], false);
      assert.equal(store.get(ref)?.cost, '0.5');
      assert.equal(store.get(ref)?.prompt, undefined);
      assert.equal(store.get(ref)?.status, 'running');
    });

    it('do nothing to who is not tracked, nor where they make no task', () => {
      store.applyPatches([{ removed: { apiVersion: 'v1', id: 'a1' } }], true);
      store.applyPatches([{ ...end, of: { apiVersion: 'v1', id: 'a1' } }], true);
      store.applyPatches([{ of: ref, set: {}, unset: ['status'] }], true);
      store.applyPatches([{ of: ref, set: { id: 'b' }, unset: [] }], true);
      assert.deepEqual(batches, []);
      assert.deepEqual(store.tasks(), [running]);
    });

    it('of a window that does not poll tell nothing of who is tracked already', () => {
      const other = aTask({ prompt: 'Known better' });
      store.applyPatches([{ added: other }], false);
      assert.equal(store.get(ref), running);
      store.applyPatches([{ added: other }], true);
      assert.equal(store.get(ref), other);
    });

    it('take back no end, but for the word of the window that polls', () => {
      store.applyPatches([end], false);
      const again = {
        of: ref,
        set: { status: 'running', rawStatus: 'started' },
        unset: [],
      } as const;
      store.applyPatches([again], false);
      assert.equal(store.get(ref)?.status, 'finished');
      store.applyPatches([again], true);
      assert.equal(store.get(ref)?.status, 'running');
    });

    it('leave an end seen that was seen here, and make one unseen that was not known', () => {
      store.applyPatches([{ ...end, set: { ...end.set, isUnseen: true } }], false);
      assert.equal(store.get(ref)?.isUnseen, true);
      store.markSeen(ref);
      const unseen = { of: ref, set: { isUnseen: true, cost: '1' }, unset: [] } as const;
      store.applyPatches([unseen], false);
      assert.deepEqual([store.get(ref)?.isUnseen, store.get(ref)?.cost], [false, '1']);
      store.applyPatches([unseen], true);
      assert.equal(store.get(ref)?.isUnseen, true);
      store.applyPatches([{ of: ref, set: { cost: '2' }, unset: [] }], false);
      assert.equal(store.get(ref)?.isUnseen, true, 'who was unseen stays so');
    });

    it('that tell only of a poll are told as one, and with a change of the same task once', () => {
      store.applyPatches([{ of: ref, set: { checkedAt: 9 }, unset: [] }], true);
      assert.equal(batches.length, 0);
      assert.deepEqual(
        updates.map(({ checkedAt }) => checkedAt),
        [9],
      );
      store.applyPatches([{ of: ref, set: { checkedAt: 9 }, unset: [] }], true);
      assert.equal(updates.length, 1, 'the same time again is no update');
      store.applyPatches([end, { of: ref, set: { checkedAt: 10 }, unset: [] }], true);
      assert.deepEqual(changes(), ['running > finished']);
      assert.equal(batches.flat()[0]?.after?.checkedAt, 10);
      assert.equal(updates.length, 1);
    });

    it('that change a task twice are told in their order', () => {
      store.applyPatches([end, { removed: ref }, { added: running }], true);
      assert.deepEqual(changes(), ['running > finished', 'finished >', '> running']);
    });
  });
});
