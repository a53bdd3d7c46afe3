import assert from 'node:assert/strict';
import {
  Emitter,
  listenToAll,
  reportListenerErrors,
  type Disposable,
} from '../../../../src/core/base/event';
import { TaskStore } from '../../../../src/core/tasks/taskStore';

describe('an event with a listener that throws', () => {
  let reported: unknown[];
  let report: Disposable;

  beforeEach(() => {
    reported = [];
    report = reportListenerErrors((error) => reported.push(error));
  });

  afterEach(() => report.dispose());

  it('reaches all others, in their order, and whoever fires it notices nothing', () => {
    const emitter = new Emitter<number>();
    const received: string[] = [];
    const mistake = new Error('ours');
    emitter.event((value) => received.push(`first ${value}`));
    emitter.event(() => {
      throw mistake;
    });
    emitter.event((value) => received.push(`last ${value}`));
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(received, ['first 1', 'last 1', 'first 2', 'last 2']);
    assert.deepEqual(reported, [mistake, mistake]);
  });

  it('leaves the store as it should be', () => {
    const store = new TaskStore();
    const ref = { apiVersion: 'v2', id: 'a' } as const;
    store.onDidChange(() => {
      throw new Error('ours');
    });
    store.onDidCheck(() => {
      throw new Error('ours too');
    });
    store.track([ref], 1);
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, 2, true);
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, 3, true);
    assert.equal(store.get(ref)?.checkedAt, 3);
    assert.equal(reported.length, 3);
  });
});

describe('listenToAll', () => {
  it('calls the listener for each of the events, until it is disposed', () => {
    const numbers = new Emitter<number>();
    const words = new Emitter<string>();
    let calls = 0;
    const subscription = listenToAll([numbers.event, words.event], () => calls++);
    numbers.fire(1);
    words.fire('a');
    assert.equal(calls, 2);
    subscription.dispose();
    numbers.fire(2);
    words.fire('b');
    assert.equal(calls, 2);
  });
});
