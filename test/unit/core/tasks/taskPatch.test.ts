import assert from 'node:assert/strict';
import { parsePatch, parseRef, patched, patchesOf } from '../../../../src/core/tasks/taskPatch';
import { aTask } from '../../../fakes/aTask';

const ref = { apiVersion: 'v2', id: 'a1' } as const;

describe('patches of tasks', () => {
  describe('made of changes', () => {
    it('hold all of a task that came, and the name of one that went', () => {
      const task = aTask();
      assert.deepEqual(patchesOf([{ after: task }, { before: task }]), [
        { added: task },
        { removed: ref },
      ]);
    });

    it('name only the fields that changed, and those that are gone', () => {
      const before = aTask({ cost: '1', output: 'Half', trouble: { kind: 'server', since: 3 } });
      const after = { ...aTask({ cost: '2' }), output: 'Half', trouble: undefined };
      assert.deepEqual(patchesOf([{ before, after }]), [
        { of: ref, set: { cost: '2' }, unset: ['trouble'] },
      ]);
    });

    it('tell another window that a task is being stopped, and that it no longer is', () => {
      const [before, after] = [aTask(), aTask({ stoppingSince: 5 })];
      const [begun, over] = [
        ...patchesOf([{ before, after }]),
        ...patchesOf([{ before: after, after: { ...before, stoppingSince: undefined } }]),
      ].map((patch) => parsePatch(JSON.parse(JSON.stringify(patch))));
      assert.deepEqual(begun, { of: ref, set: { stoppingSince: 5 }, unset: [] });
      assert.deepEqual(over, { of: ref, set: {}, unset: ['stoppingSince'] });
    });

    it('are none for a change of nothing', () => {
      assert.deepEqual(patchesOf([{ before: aTask(), after: aTask() }, {}]), []);
    });
  });

  describe('applied to a task', () => {
    it('set and clear what they name and leave the rest', () => {
      const task = aTask({ cost: '1', output: 'Half' });
      const after = patched(task, { of: ref, set: { cost: '2' }, unset: ['output'] });
      assert.deepEqual(after, aTask({ cost: '2' }));
    });

    it('do nothing that would leave no task, or another one', () => {
      const task = aTask();
      assert.equal(patched(task, { of: ref, set: {}, unset: ['status'] }), undefined);
      assert.equal(patched(task, { of: ref, set: { id: 'b' }, unset: [] }), undefined);
    });
  });

  describe('read from JSON', () => {
    it('come out as they went in', () => {
      const change = { of: ref, set: { status: 'finished', cost: '2' }, unset: ['output'] };
      for (const patch of [{ added: aTask() }, { removed: ref }, change])
        assert.deepEqual(parsePatch(JSON.parse(JSON.stringify(patch))), patch);
    });

    it('lose what no field of a task may hold', () => {
      assert.deepEqual(
        parsePatch({ of: ref, set: { status: 'exploded', cost: '2', evil: 1 }, unset: ['a', 7] }),
        { of: ref, set: { cost: '2' }, unset: ['a'] },
      );
    });

    for (const [what, value] of [
      ['nothing', null],
      ['a number', 7],
      ['a task that came without its fields', { added: { id: 'a1' } }],
      ['a task that came as a word', { added: 'a1' }],
      ['a task that went without a version', { removed: { id: 'a1' } }],
      ['a change of no task', { set: {}, unset: [] }],
      ['a change that sets no object', { of: ref, set: null, unset: [] }],
      ['a change that clears no list', { of: ref, set: {}, unset: 'output' }],
    ] as const)
      it(`are none: ${what}`, () => {
        assert.equal(parsePatch(value), undefined);
      });
  });

  it('name tasks by their version and ID, and by nothing less', () => {
    assert.deepEqual(parseRef({ ...ref, status: 'running' }), ref);
    for (const value of [undefined, null, 'a1', {}, { id: 'a1' }, { apiVersion: 'v2' }])
      assert.equal(parseRef(value), undefined);
  });
});
