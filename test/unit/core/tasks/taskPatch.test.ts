import assert from 'node:assert/strict';
import { parsePatch, parseRef, patched, patchesOf } from '../../../../src/core/tasks/taskPatch';
import { aTask } from '../../../fakes/aTask';

const ref = { apiVersion: 'v2', id: 'a1' } as const;

describe('patches of tasks', () => {
  describe('made of changes', () => {
    it('hold all of a task that came, and the name of one that went', () => {
      const task = aTask();
      assert.deepEqual(patchesOf([{ after: task }, { before: task }]), [
        { came: task },
        { went: ref },
      ]);
    });

    it('name only the fields that changed, and those that are gone', () => {
      const before = aTask({ cost: '1', output: 'Half', trouble: { kind: 'server', since: 3 } });
      const after = { ...aTask({ cost: '2' }), output: 'Half', trouble: undefined };
      assert.deepEqual(patchesOf([{ before, after }]), [
        { of: ref, set: { cost: '2' }, cleared: ['trouble'] },
      ]);
    });

    it('are none for a change of nothing', () => {
      assert.deepEqual(patchesOf([{ before: aTask(), after: aTask() }, {}]), []);
    });
  });

  describe('applied to a task', () => {
    it('set and clear what they name and leave the rest', () => {
      const task = aTask({ cost: '1', output: 'Half' });
      const after = patched(task, { of: ref, set: { cost: '2' }, cleared: ['output'] });
      assert.deepEqual(after, aTask({ cost: '2' }));
    });

    it('do nothing that would leave no task, or another one', () => {
      const task = aTask();
      assert.equal(patched(task, { of: ref, set: {}, cleared: ['status'] }), undefined);
      assert.equal(patched(task, { of: ref, set: { id: 'b' }, cleared: [] }), undefined);
    });
  });

  describe('read from JSON', () => {
    it('come out as they went in', () => {
      const change = { of: ref, set: { status: 'finished', cost: '2' }, cleared: ['output'] };
      for (const patch of [{ came: aTask() }, { went: ref }, change])
        assert.deepEqual(parsePatch(JSON.parse(JSON.stringify(patch))), patch);
    });

    it('lose what no field of a task may hold', () => {
      assert.deepEqual(
        parsePatch({ of: ref, set: { status: 'exploded', cost: '2', evil: 1 }, cleared: ['a', 7] }),
        { of: ref, set: { cost: '2' }, cleared: ['a'] },
      );
    });

    for (const [what, value] of [
      ['nothing', null],
      ['a number', 7],
      ['a task that came without its fields', { came: { id: 'a1' } }],
      ['a task that came as a word', { came: 'a1' }],
      ['a task that went without a version', { went: { id: 'a1' } }],
      ['a change of no task', { set: {}, cleared: [] }],
      ['a change that sets no object', { of: ref, set: null, cleared: [] }],
      ['a change that clears no list', { of: ref, set: {}, cleared: 'output' }],
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
