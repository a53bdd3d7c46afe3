import assert from 'node:assert/strict';
import { ShownTasks } from '../../../../src/ui/account/currentAccount';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { aTask } from '../../../fakes/aTask';

describe('ShownTasks', () => {
  let shown: ShownTasks;
  let changes: string[];

  beforeEach(() => {
    shown = new ShownTasks();
    changes = [];
    shown.onDidChange((all) =>
      changes.push(
        all.map(({ before, after }) => `${before?.prompt ?? ''}→${after?.prompt ?? ''}`).join(' '),
      ),
    );
  });

  afterEach(() => shown.dispose());

  function storeWith(...prompts: string[]): TaskStore {
    const store = new TaskStore();
    store.replaceAll(prompts.map((prompt, index) => aTask({ id: `t${index}`, prompt })));
    return store;
  }

  it('are none before an account is shown', () => {
    assert.deepEqual(shown.tasks(), []);
    assert.equal(shown.get(aTask()), undefined);
  });

  it('are those of the account, and change with them', () => {
    const store = storeWith('a');
    shown.show(store);
    assert.deepEqual(shown.tasks(), store.tasks());
    assert.equal(shown.get({ apiVersion: 'v2', id: 't0' })?.prompt, 'a');
    store.replaceAll([aTask({ id: 't0', prompt: 'a2' })]);
    assert.deepEqual(changes, ['→a', 'a→a2']);
  });

  it('go and come in one change when another account is shown, those of the same ID too', () => {
    shown.show(storeWith('a', 'b'));
    shown.show(storeWith('c'));
    assert.deepEqual(changes, ['→a →b', 'a→ b→ →c']);
    assert.equal(shown.get({ apiVersion: 'v2', id: 't0' })?.prompt, 'c');
    shown.show(undefined);
    assert.deepEqual(changes.slice(2), ['c→']);
    assert.deepEqual(shown.tasks(), []);
  });

  it('go though their store has been disposed before', () => {
    const store = storeWith('a');
    shown.show(store);
    store.dispose();
    shown.show(new TaskStore());
    assert.deepEqual(changes, ['→a', 'a→']);
  });

  it('are told of no change where none of two accounts has any', () => {
    shown.show(new TaskStore());
    shown.show(new TaskStore());
    shown.show(undefined);
    assert.deepEqual(changes, []);
  });

  it('hear nothing of an account that is no longer shown, nor once they are disposed', () => {
    const [old, current] = [storeWith(), storeWith()];
    shown.show(old);
    shown.show(current);
    old.track([aTask({ id: 'late' })], 1);
    assert.deepEqual([changes, shown.tasks()], [[], []]);
    shown.dispose();
    current.track([aTask({ id: 'later' })], 1);
    assert.deepEqual(changes, []);
  });
});
