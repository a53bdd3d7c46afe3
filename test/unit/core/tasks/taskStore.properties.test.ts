import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { hasEnded, refKey, type TaskRef, type TaskStatus } from '../../../../src/core/cloud/task';
import { patchOf } from '../../../../src/core/tasks/taskPatch';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';

const now = Date.UTC(2026, 0, 13, 12);
const statuses: readonly TaskStatus[] = [
  'created',
  'running',
  'paused',
  'unknown',
  'finished',
  'stopped',
  'failed',
];

type Act =
  | { readonly do: 'track' | 'untrack' | 'seen' | 'restore'; readonly ref: TaskRef }
  | {
      readonly do: 'update';
      readonly ref: TaskRef;
      readonly status: TaskStatus;
      readonly isFull: boolean;
    }
  | { readonly do: 'trouble'; readonly ref: TaskRef; readonly isMissing: boolean }
  /** What another window, which has seen only some of this, did and tells only now. */
  | { readonly do: 'patches'; readonly from: number };

const ref: fc.Arbitrary<TaskRef> = fc.record({
  apiVersion: fc.constantFrom('v1' as const, 'v2' as const),
  id: fc.constantFrom('a', 'b', 'c'),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'track' as const,
        'untrack' as const,
        'seen' as const,
        'restore' as const,
      ),
      ref,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      ref,
      status: fc.constantFrom(...statuses),
      isFull: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('trouble' as const), ref, isMissing: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('patches' as const), from: fc.nat(3) }) },
);
const acts = fc.array(act, { maxLength: 60, size: 'max' });

/** Does what was decided to one of several windows' stores, and checks that its events tell all of it. */
class Window {
  readonly store = new TaskStore();
  readonly patches: NonNullable<ReturnType<typeof patchOf>>[] = [];
  readonly #replica = new Map<string, TrackedTask>();
  readonly #ends = new Map<string, number>();
  #removed: readonly TrackedTask[] = [];

  constructor() {
    this.store.onDidChange((changes) => {
      for (const change of changes) {
        const { before, after } = change;
        const ref = after ?? before;
        assert.ok(ref, 'a change is of a task');
        const key = refKey(ref);
        assert.equal(
          this.#replica.get(key)?.status,
          before?.status,
          'changes follow on each other',
        );
        if (after) this.#replica.set(key, after);
        else this.#replica.delete(key);
        const patch = patchOf(change);
        if (patch) this.patches.push(patch);
        this.#checkEnd(key, before, after);
      }
    });
    this.store.onDidCheck((task) => this.#replica.set(refKey(task), task));
  }

  do(act: Act, at: number, windows: readonly Window[]): void {
    const { store } = this;
    switch (act.do) {
      case 'track':
        store.track([act.ref], at);
        break;
      case 'untrack':
        this.#removed = store.untrack([act.ref]);
        break;
      case 'restore':
        store.restore(this.#removed);
        break;
      case 'seen':
        store.markSeen(act.ref);
        break;
      case 'update':
        store.applyUpdate(act.ref, { status: act.status, rawStatus: act.status }, at, act.isFull);
        break;
      case 'trouble':
        store.noteTrouble(act.ref, { kind: 'server', since: at }, act.isMissing);
        break;
      case 'patches': {
        const other = windows[act.from % windows.length];
        if (other && other !== this) store.applyPatches(other.patches.splice(0), false);
        break;
      }
    }
    assert.deepEqual(
      new Map(store.tasks().map((task) => [refKey(task), task])),
      this.#replica,
      'the events tell all that readers see',
    );
    for (const task of store.tasks()) assert.equal(store.get(task), task);
  }

  /** An end is for ever, and becomes news once in a task's stay. */
  #checkEnd(key: string, before: TrackedTask | undefined, after: TrackedTask | undefined): void {
    if (!before || !after) return void this.#ends.delete(key);
    assert.equal(after.id, before.id);
    assert.equal(after.apiVersion, before.apiVersion);
    if (hasEnded(before.status)) assert.equal(after.status, before.status, 'an end is for ever');
    if (before.status === 'running' || before.status === 'paused')
      assert.notEqual(after.status, 'created', 'what has started is never merely created again');
    if (!before.isUnseen && after.isUnseen) {
      this.#ends.set(key, (this.#ends.get(key) ?? 0) + 1);
      assert.equal(this.#ends.get(key), 1, 'an end is news once');
      assert.ok(hasEnded(after.status) && !hasEnded(before.status), 'and only when it is observed');
    }
  }
}

describe('TaskStore, whatever happens', () => {
  const runs = Number(process.env['PROPERTY_RUNS'] ?? 300);

  it('never takes back an end, and tells of each change once', () => {
    fc.assert(
      fc.property(acts, (acts) => {
        const window = new Window();
        acts.forEach((act, index) => window.do(act, now + index, [window]));
      }),
      { numRuns: runs },
    );
  });

  it('holds the same where several windows act and hear of each other late', () => {
    const rateLimiter = fc.array(fc.tuple(fc.nat(2), act), { maxLength: 90, size: 'max' });
    fc.assert(
      fc.property(rateLimiter, (rateLimiter) => {
        const windows = [new Window(), new Window(), new Window()];
        rateLimiter.forEach(([window, act], index) =>
          windows[window]?.do(act, now + index, windows),
        );
      }),
      { numRuns: runs },
    );
  });
});
