import assert from 'node:assert/strict';
import { WindowPolling, type PollerState } from '../../../../src/core/polling/polling';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { aTask } from '../../../fakes/aTask';
import { settle } from '../../../fakes/fakeClock';
import { FakePolling } from '../../../fakes/fakePolling';

const intervals = { watching: 2000, hidden: 3000, away: 4000 };
const ref = { apiVersion: 'v2', id: 'a1' } as const;

describe('WindowPolling', () => {
  let store: TaskStore;
  let polling: WindowPolling;
  let poller: FakePolling;
  let states: PollerState[];

  beforeEach(() => {
    store = new TaskStore();
    polling = new WindowPolling({ tasks: store, intervals });
    poller = new FakePolling();
    states = [];
    polling.onDidChangeState((state) => states.push(state));
  });

  it('counts what is active while nobody polls, and knows no more', () => {
    store.replaceAll([aTask(), aTask({ id: 'b', status: 'finished' })]);
    assert.deepEqual(polling.state, { activeCount: 1, isPolling: false, pauses: [] });
  });

  it('hands on pauses and attention of the moment, now and later', () => {
    polling.setAttention('watching');
    polling.setIntervals({ ...intervals, away: 9000 });
    polling.setBy(poller);
    assert.deepEqual([poller.attention, poller.intervals?.away], ['watching', 9000]);
    polling.setAttention('away');
    polling.setIntervals(intervals);
    polling.reconnect();
    assert.deepEqual([poller.attention, poller.intervals?.away], ['away', 4000]);
    assert.equal(poller.reconnects, 1);
  });

  it('begins with the attention of a window whose view nobody sees', () => {
    polling.setBy(poller);
    assert.equal(poller.attention, 'hidden');
  });

  it('tells the state of who polls, and of nobody who no longer does', () => {
    polling.setBy(poller);
    poller.become({ activeCount: 7 });
    assert.equal(polling.state.activeCount, 7);
    const next = new FakePolling();
    polling.setBy(next);
    const count = states.length;
    poller.become({ activeCount: 8 });
    assert.equal(states.length, count);
    next.become({ activeCount: 9 });
    assert.equal(states.at(-1)?.activeCount, 9);
    polling.setBy(undefined);
    assert.equal(states.at(-1)?.activeCount, 0);
  });

  it('refreshes as soon as a poller is there, and again with the poller that takes over before it is done', async () => {
    let isDone = false;
    void polling.refresh([ref]).then(() => (isDone = true));
    poller.gate = new Promise(() => undefined);
    polling.setBy(poller);
    await settle();
    assert.deepEqual(poller.refreshes, [[ref]]);
    assert.equal(isDone, false);
    const next = new FakePolling();
    polling.setBy(next);
    await settle();
    assert.deepEqual(next.refreshes, [[ref]]);
    assert.equal(isDone, true);
    polling.setBy(poller);
    assert.equal(poller.refreshes.length, 1, 'what is done is not requested again');
  });

  it('takes no word for it of one who gave up polling meanwhile', async () => {
    let finish = (): void => undefined;
    poller.gate = new Promise((resolve) => (finish = resolve));
    polling.setBy(poller);
    let isDone = false;
    void polling.refresh().then(() => (isDone = true));
    polling.setBy(undefined);
    finish();
    await settle();
    assert.equal(isDone, false);
  });

  it('keeps nobody waiting once it is disposed', async () => {
    const waiting = polling.refresh();
    polling.dispose();
    await waiting;
    await polling.refresh();
    polling.setBy(poller);
    assert.equal(poller.attention, undefined);
    assert.deepEqual(states, []);
  });
});
