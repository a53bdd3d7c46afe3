import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/core/base/event';
import { NoticeQueue } from '../../../../src/core/notices/notices';
import type { PollerState } from '../../../../src/core/polling/polling';
import type { TaskPatch } from '../../../../src/core/tasks/taskPatch';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { WindowFollower, type RecentPatches } from '../../../../src/core/windows/windowFollower';
import type {
  Announcement,
  ToFollower,
  ToLeader,
} from '../../../../src/core/windows/windowMessages';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';

const ref = { apiVersion: 'v2', id: 'a1' } as const;
const ended = {
  of: ref,
  set: { status: 'finished', rawStatus: 'finished' },
  unset: [],
} as const satisfies TaskPatch;

describe('WindowFollower', () => {
  let store: TaskStore;
  let notices: NoticeQueue;
  let sent: ToLeader[];
  let announced: Announcement[];
  let recent: RecentPatches[];
  let silences: boolean[];
  let giveUps: number;
  let isAnswering: boolean;
  let clock: FakeClock;
  let doings: string[];
  let hasKey: boolean;
  let onMessage: (message: ToFollower | string) => void;
  let follower: WindowFollower;

  beforeEach(() => {
    store = new TaskStore();
    notices = new NoticeQueue({
      store,
      clock: new FakeClock(),
      isEnabled: () => true,
      show: () => assert.fail('Another window announces'),
    });
    notices.setAnnouncing(false);
    sent = [];
    announced = [];
    recent = [];
    silences = [];
    giveUps = 0;
    isAnswering = true;
    clock = new FakeClock();
    doings = [];
    hasKey = true;
    const received = new Emitter<string>();
    onMessage = (message) =>
      received.fire(typeof message === 'string' ? message : JSON.stringify(message));
    follower = new WindowFollower({
      leader: {
        send: (text) => {
          const message = JSON.parse(text) as ToLeader;
          if (message.type !== 'ping') sent.push(message);
          else if (isAnswering) onMessage({ type: 'pong', id: message.id });
        },
        onDidReceive: received.event,
        onDidClose: new Emitter<void>().event,
      },
      store,
      notices,
      fill: (change) => {
        doings.push('fill');
        change();
      },
      repeat: (change) => {
        doings.push('repeat');
        change();
      },
      clock,
      recent: () => recent,
      onSilence: (isSilent) => silences.push(isSilent),
      onGiveUp: () => giveUps++,
      hasKey: () => hasKey,
      announce: (announcement) => announced.push(announcement),
    });
  });

  afterEach(() => {
    follower.dispose();
    notices.dispose();
  });

  /** The leader tells all that it tracks. */
  function begin(...tasks: ReturnType<typeof aTask>[]): void {
    onMessage({ type: 'tasks', tasks, isLast: true });
    sent.length = 0;
    doings.length = 0;
  }

  it('says first whether it has a key, and again when that may have changed', () => {
    assert.deepEqual(sent, [{ type: 'key', hasKey: true }]);
    hasKey = false;
    follower.reconnect();
    assert.deepEqual(sent.at(-1), { type: 'key', hasKey: false });
  });

  it('shows all that is tracked once all of it has come, and says nothing of it', () => {
    sent.length = 0;
    onMessage({ type: 'tasks', tasks: [aTask()], isLast: false });
    assert.deepEqual(store.tasks(), []);
    onMessage({ type: 'tasks', tasks: [aTask({ id: 'b' })], isLast: true });
    assert.deepEqual(
      store.tasks().map(({ id }) => id),
      ['a1', 'b'],
    );
    assert.deepEqual(doings, ['fill']);
    assert.deepEqual(sent, []);
    onMessage({ type: 'tasks', tasks: [aTask({ id: 'c' })], isLast: true });
    assert.equal(store.tasks().length, 1, 'another beginning begins anew');
  });

  it('adds what has just happened here, and passes it on', () => {
    recent = [{ at: 0, patches: [ended], isReceived: false }];
    sent.length = 0;
    onMessage({ type: 'tasks', tasks: [aTask()], isLast: true });
    assert.equal(store.get(ref)?.status, 'finished');
    assert.deepEqual(sent, [{ type: 'patches', patches: [ended], at: 0 }]);
  });

  it('hands on ends that the window before has not told of, and none that it has only repeated', () => {
    notices.expect([ref]);
    sent.length = 0;
    onMessage({
      type: 'tasks',
      tasks: [aTask({ status: 'finished', isUnseen: true })],
      isLast: true,
    });
    assert.deepEqual(sent, [{ type: 'ended', refs: [ref] }]);
    assert.deepEqual(notices.waiting, [ref]);
  });

  it('forgets ends that only its own store saw while it was filled', () => {
    store.replaceAll([aTask()]);
    begin(aTask({ status: 'finished' }));
    assert.deepEqual(notices.waiting, []);
  });

  it('tells what is done here only after it knows what there is', () => {
    follower.sendPatches([ended], () => undefined);
    assert.equal(sent.length, 1, 'the key');
    begin(aTask());
    follower.sendPatches([ended], () => undefined);
    assert.deepEqual(sent, [{ type: 'patches', patches: [ended] }]);
  });

  it('repeats what the leader tells, whatever it was', () => {
    begin(aTask({ status: 'finished' }));
    onMessage({ type: 'patches', patches: [{ of: ref, set: { status: 'running' }, unset: [] }] });
    assert.equal(store.get(ref)?.status, 'running');
    assert.deepEqual(doings, ['repeat']);
    assert.deepEqual(sent, []);
  });

  it('shows the leader’s state, but counts for itself', () => {
    begin(aTask(), aTask({ id: 'b', status: 'finished' }));
    assert.deepEqual(follower.state, { isPolling: false, pauses: [], activeCount: 1 });
    const states: PollerState[] = [];
    follower.onDidChangeState((state) => states.push(state));
    const pauses = [{ kind: 'network', until: 5, apiVersion: undefined }] as const;
    onMessage({ type: 'state', state: { activeCount: 9, isPolling: true, checkedAt: 3, pauses } });
    assert.deepEqual(follower.state, { isPolling: true, checkedAt: 3, pauses, activeCount: 1 });
    assert.deepEqual(states, [follower.state]);
  });

  it('gathers ends that wait, and forgets those that wait no more', () => {
    const b = { apiVersion: 'v2', id: 'b' } as const;
    begin(aTask());
    onMessage({ type: 'ended', refs: [ref, b] });
    assert.deepEqual(notices.waiting, [ref, b]);
    onMessage({ type: 'announced', refs: [ref] });
    assert.deepEqual(notices.waiting, [b]);
  });

  it('tells the person here, and says that it has', () => {
    begin();
    const notice = { text: 'Finished', refs: [ref], isWarning: false };
    onMessage({ type: 'notify', id: 7, announcement: { notice } });
    assert.deepEqual(announced, [{ notice }]);
    assert.deepEqual(sent, [{ type: 'notified', id: 7 }]);
  });

  it('requests a refresh, each with a number of its own, and waits for its answer', async () => {
    begin();
    const done: number[] = [];
    void follower.refresh([ref]).then(() => done.push(1));
    void follower.refresh().then(() => done.push(2));
    assert.deepEqual(sent, [
      { type: 'refresh', id: 1, refs: [ref] },
      { type: 'refresh', id: 2 },
    ]);
    onMessage({ type: 'refreshed', id: 9 });
    await settle();
    assert.deepEqual(done, []);
    onMessage({ type: 'refreshed', id: 2 });
    await settle();
    assert.deepEqual(done, [2]);
    onMessage({ type: 'refreshed', id: 1 });
    await settle();
    assert.deepEqual(done, [2, 1]);
  });

  it('passes on how closely it is watched', () => {
    begin();
    follower.setAttention('watching');
    assert.deepEqual(sent, [{ type: 'attention', attention: 'watching' }]);
  });

  it('ignores what is no message, and any message after it is disposed', () => {
    begin(aTask());
    for (const message of ['', 'null', '{"type":"patches"}', '{"type":"evil"}']) onMessage(message);
    assert.equal(store.tasks().length, 1);
    follower.dispose();
    onMessage({ type: 'patches', patches: [{ removed: ref }] });
    assert.equal(store.tasks().length, 1);
    assert.deepEqual(sent, []);
  });
});
