import assert from 'node:assert/strict';
import {
  NoticeQueue,
  noticeWindowMs,
  seenNoteMs,
  type Notice,
} from '../../../../src/core/notices/notices';
import type { TaskUpdate } from '../../../../src/core/cloud/taskClient';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { FakeClock } from '../../../fakes/fakeClock';
import { endKinds, type EndKind } from '../../../../src/core/notices/endKinds';

describe('NoticeQueue', () => {
  let clock: FakeClock;
  let store: TaskStore;
  let queue: NoticeQueue;
  let shown: Notice[];
  let preferred: Set<EndKind>;

  beforeEach(() => {
    clock = new FakeClock();
    store = new TaskStore();
    shown = [];
    preferred = new Set(endKinds);
    queue = new NoticeQueue({
      store,
      clock,
      isEnabled: (kind) => preferred.has(kind),
      show: (notice) => shown.push(notice),
    });
  });

  afterEach(() => {
    queue.dispose();
    assert.equal(clock.timers, 0);
  });

  function run(...ids: string[]): void {
    for (const id of ids) {
      store.track([{ apiVersion: 'v2', id }], clock.now());
      update(id, { status: 'running', rawStatus: 'started', prompt: `Do ${id}` });
    }
  }

  function update(id: string, update: TaskUpdate, isFull = true): void {
    store.applyUpdate({ apiVersion: 'v2', id }, update, clock.now(), isFull);
  }

  function end(id: string, status: 'finished' | 'stopped' | 'failed', more = {}): void {
    update(id, { status, rawStatus: status, ...more });
  }

  it('tells of a single end at once, with its cost', async () => {
    run('a');
    end('a', 'finished', { isSuccess: true, cost: '0.1200' });
    await clock.advance(seenNoteMs);
    assert.deepEqual(shown, [
      {
        text: 'Finished, successful: Do a ($0.12)',
        refs: [{ apiVersion: 'v2', id: 'a' }],
        isWarning: false,
      },
    ]);
  });

  it('tells once of several ends within ten seconds', async () => {
    run('a', 'b', 'c', 'still running');
    end('a', 'finished', { judgeVerdict: false, isSuccess: true });
    await clock.advance(4000);
    end('b', 'failed');
    await clock.advance(4000);
    end('c', 'finished');
    await clock.advance(noticeWindowMs);
    assert.equal(shown.length, 1);
    assert.equal(
      shown[0]?.text,
      '3 tasks ended: 1 finished, 1 finished without reaching the goal, 1 failed',
    );
    assert.equal(shown[0].isWarning, true);
    assert.equal(shown[0].refs.length, 3);
  });

  it('does not wait once nothing more can end', async () => {
    run('a', 'b');
    end('a', 'finished');
    await clock.advance(1000);
    assert.equal(shown.length, 0);
    end('b', 'finished');
    await clock.advance(seenNoteMs);
    assert.equal(shown.length, 1);
    assert.equal(shown[0]?.text, '2 tasks finished');
    assert.equal(shown[0].refs.length, 2);
  });

  it('waits for the verdict, and speaks of it', async () => {
    run('a');
    update('a', { status: 'finished', rawStatus: 'finished', isSuccess: true }, false);
    await clock.advance(500);
    assert.equal(shown.length, 0);
    update('a', { status: 'finished', rawStatus: 'finished', judgeVerdict: false });
    await clock.advance(seenNoteMs);
    assert.equal(shown[0]?.text, 'Finished, goal not reached: Do a');
  });

  it('waits for a verdict ten seconds at most', async () => {
    run('a');
    update('a', { status: 'finished', rawStatus: 'finished' }, false);
    await clock.advance(noticeWindowMs);
    assert.equal(shown[0]?.text, 'Finished: Do a');
  });

  it('says nothing of what had ended before the first poll', async () => {
    store.track([{ apiVersion: 'v2', id: 'a' }], 0);
    end('a', 'failed');
    await clock.advance(noticeWindowMs);
    assert.deepEqual(shown, []);
  });

  it('says nothing twice', async () => {
    run('a');
    end('a', 'finished');
    end('a', 'finished', { cost: '1' });
    await clock.advance(2 * noticeWindowMs);
    assert.equal(shown.length, 1);
  });

  it('tells only of the ends that the user wants to hear of', async () => {
    preferred = new Set<EndKind>(['failed']);
    run('a', 'b', 'c');
    end('a', 'finished');
    end('b', 'stopped');
    end('c', 'failed');
    await clock.advance(noticeWindowMs);
    assert.equal(shown.length, 1);
    assert.equal(shown[0]?.text, 'Failed: Do c');
  });

  it('says nothing of the only end where the person has the details before them', async () => {
    run('a');
    end('a', 'finished');
    assert.deepEqual(shown, [], 'told before any window could note that it is seen');
    await clock.advance(seenNoteMs - 1);
    store.markSeen({ apiVersion: 'v2', id: 'a' });
    await clock.advance(noticeWindowMs);
    assert.deepEqual(shown, []);
  });

  it('leaves out an end that somebody has seen meanwhile, and a task that is no longer tracked', async () => {
    run('a', 'b', 'c');
    end('a', 'finished');
    end('b', 'finished');
    store.markSeen({ apiVersion: 'v2', id: 'a' });
    store.untrack([{ apiVersion: 'v2', id: 'b' }]);
    await clock.advance(noticeWindowMs);
    assert.deepEqual(shown, []);
  });

  it('names a single stopped or failed task, and warns of what went wrong only', async () => {
    for (const [status, text, isWarning] of [
      ['stopped', 'Stopped: Do a', false],
      ['failed', 'Failed: Do a', true],
    ] as const) {
      store.replaceAll([]);
      shown.length = 0;
      run('a');
      end('a', status);
      await clock.advance(seenNoteMs);
      assert.deepEqual(
        shown.map((notice) => [notice.text, notice.isWarning]),
        [[text, isWarning]],
      );
    }
  });

  it('counts the stopped among others, and warns where one did not reach its goal', async () => {
    run('a', 'b');
    end('a', 'stopped');
    end('b', 'finished', { judgeVerdict: false });
    await clock.advance(seenNoteMs);
    assert.equal(shown[0]?.text, '2 tasks ended: 1 finished without reaching the goal, 1 stopped');
    assert.equal(shown[0].isWarning, true);
    shown.length = 0;
    run('c', 'd');
    end('c', 'stopped');
    end('d', 'failed');
    await clock.advance(seenNoteMs);
    assert.equal(shown[0]?.isWarning, true);
  });

  it('gathers while another window announces, and takes over what that has not told of', async () => {
    queue.setAnnouncing(false);
    run('a', 'b', 'c');
    end('a', 'finished');
    end('b', 'failed');
    await clock.advance(2 * noticeWindowMs);
    assert.deepEqual(shown, []);
    assert.equal(clock.timers, 0);
    assert.deepEqual(queue.waiting, [
      { apiVersion: 'v2', id: 'a' },
      { apiVersion: 'v2', id: 'b' },
    ]);
    queue.forget([{ apiVersion: 'v2', id: 'a' }]);
    queue.setAnnouncing(true);
    await clock.advance(noticeWindowMs);
    assert.deepEqual(
      shown.map(({ text }) => text),
      ['Failed: Do b'],
    );
    assert.deepEqual(queue.waiting, []);
  });

  it('stops its waiting when another window comes to announce', async () => {
    run('a', 'b');
    end('a', 'finished');
    assert.equal(clock.timers, 1);
    queue.setAnnouncing(false);
    queue.setAnnouncing(false);
    await clock.advance(noticeWindowMs);
    assert.equal(clock.timers, 0);
    assert.deepEqual(shown, []);
  });

  it('tells of ends that another window observed', async () => {
    queue.setAnnouncing(false);
    run('a', 'b');
    end('a', 'finished');
    queue.replace([]);
    queue.setAnnouncing(true);
    await clock.advance(noticeWindowMs);
    assert.deepEqual(shown, []);
    queue.expect([{ apiVersion: 'v2', id: 'a' }]);
    await clock.advance(noticeWindowMs);
    assert.equal(shown.length, 1);
  });

  it('does not tell again of ends that another window has told of, until they come anew', async () => {
    const ref = { apiVersion: 'v2', id: 'a' } as const;
    queue.setAnnouncing(false);
    run('a', 'b');
    end('a', 'finished');
    queue.forget([ref]);
    queue.setAnnouncing(true);
    queue.expect([ref]);
    await clock.advance(noticeWindowMs);
    assert.deepEqual(shown, []);
    store.untrack([ref]);
    run('a');
    end('a', 'finished');
    await clock.advance(noticeWindowMs);
    assert.equal(shown.length, 1);
  });

  it('waits ten seconds from the first end, whatever comes meanwhile', async () => {
    run('a', 'b', 'c');
    end('a', 'finished');
    await clock.advance(noticeWindowMs - 1);
    end('b', 'finished');
    assert.equal(shown.length, 0);
    assert.equal(clock.timers, 1);
    await clock.advance(1);
    assert.equal(shown[0]?.refs.length, 2);
  });

  it('says first that it waits no more, and then what ended', async () => {
    const order: string[] = [];
    queue.dispose();
    queue = new NoticeQueue({
      store,
      clock,
      isEnabled: () => true,
      show: () => order.push('shown'),
      onSettled: (refs) => order.push(`settled ${refs.map(({ id }) => id).join(' ')}`),
    });
    run('a');
    end('a', 'finished');
    await clock.advance(seenNoteMs);
    assert.deepEqual(order, ['settled a', 'shown']);
  });

  it('is silent after disposal', async () => {
    run('a', 'b');
    end('a', 'finished');
    queue.dispose();
    await clock.advance(noticeWindowMs);
    assert.deepEqual(shown, []);
  });
});
