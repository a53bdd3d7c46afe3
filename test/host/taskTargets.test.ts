import assert from 'node:assert/strict';
import { Uri } from 'vscode';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { targetsOf, type TargetSource } from '../../src/ui/tree/taskTargets';
import { aTask } from '../fakes/aTask';
import { Person } from './person';

describe('the tasks that a command acts on', () => {
  let store: TaskStore;
  let person: Person;
  let pickers: (readonly string[])[];

  beforeEach(() => {
    store = new TaskStore();
    person = new Person();
    pickers = [];
    person.pick = (labels) => {
      pickers.push(labels);
      return labels.slice(0, 1);
    };
  });

  afterEach(() => person.end());

  const target = {
    question: 'Which task?',
    canPickMany: false,
    isOffered: ({ sessionId }: { sessionId?: string | undefined }) => sessionId !== undefined,
    noneOffered: 'No session is known.',
  };

  let view: TargetSource['view'] = { selection: [] };

  function choose(...args: readonly unknown[]): Promise<readonly unknown[]> {
    return targetsOf(args, { tasks: store, view }, target);
  }

  it('are chosen from those that it can act on', async () => {
    store.replaceAll([
      aTask({ id: 'a', prompt: 'A' }),
      aTask({ id: 'b', prompt: 'B', sessionId: 's' }),
    ]);
    assert.equal((await choose()).length, 1);
    assert.deepEqual(pickers, [['B']]);
  });

  it('are the selection of the view for a key, and picked where nothing is selected', async () => {
    const [first, second] = [aTask({ id: 'a', prompt: 'A' }), aTask({ id: 'b', sessionId: 's' })];
    store.replaceAll([first, second]);
    view = { selection: [first, second] };
    assert.deepEqual(await choose('selection'), [first, second]);
    assert.deepEqual(pickers, []);
    view = { selection: [] };
    await choose('selection');
    assert.equal(pickers.length, 1);
  });

  it('are never the selection where an argument was to name others and names none', async () => {
    const first = aTask({ id: 'a', prompt: 'A', sessionId: 's' });
    store.replaceAll([first]);
    view = { selection: [first] };
    for (const argument of [
      [],
      [{ apiVersion: 'v2', id: 'a' }, undefined],
      { apiVersion: 'v9', id: 'a' },
      { apiVersion: 'v2', id: undefined },
      { id: 'a', confirm: false },
    ])
      await assert.rejects(choose(argument), /named by its ID/u);
    // A button of an editor hands over what is open in it.
    assert.deepEqual(await choose(Uri.file('/a')), [first]);
    view = { selection: [] };
    assert.deepEqual(pickers, []);
  });

  it('are not asked for where none is tracked; a message says so', async () => {
    await assert.rejects(choose(), { message: 'No task is tracked yet. Track one first.' });
    assert.deepEqual(pickers, []);
  });

  it('are not asked for where it can act on none; a message says why', async () => {
    store.replaceAll([aTask()]);
    await assert.rejects(choose(), { message: 'No session is known.' });
    assert.deepEqual(pickers, []);
  });
});
