import assert from 'node:assert/strict';
import { WindowPolling } from '../../../../src/core/polling/polling';
import { refKey } from '../../../../src/core/cloud/task';
import { seenNoteMs } from '../../../../src/core/notices/notices';
import { ShownTasks } from '../../../../src/ui/account/currentAccount';
import { TaskPersistence } from '../../../../src/core/tasks/taskPersistence';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import type { Announcement } from '../../../../src/core/windows/windowMessages';
import type { LeaseHandlers } from '../../../../src/core/windows/windowLease';
import { WindowSharing } from '../../../../src/core/windows/windowSharing';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakePeer } from '../../../fakes/fakePeer';
import { FakePolling } from '../../../fakes/fakePolling';

const ref = { apiVersion: 'v2', id: 'a1' } as const;
const end = { status: 'finished', rawStatus: 'finished' } as const;
const server = 'https://cloud.example';
const otherServer = 'https://other.example';

type Leader = FakePeer<'leader'>;
type Follower = FakePeer<'follower'>;

/** A place in the election that a test decides. */
interface FakeLease extends LeaseHandlers {
  readonly origin: string;
  yields: number;
  takeOvers: number;
  isSuperseded: boolean;
  isDisposed: boolean;
}

describe('WindowSharing', () => {
  let clock: FakeClock;
  let store: TaskStore;
  let persistence: TaskPersistence;
  let tasks: ShownTasks;
  let polling: WindowPolling;
  /** The tasks in the files of each server. */
  let disk: Map<string, TrackedTask[]>;
  let saved: string[];
  let loading: Promise<void>;
  let saving: Promise<void>;
  let readingKey: Promise<void>;
  let hasKey: boolean;
  let leases: FakeLease[];
  let pollers: FakePolling[];
  let announced: Announcement[];
  let sharing: WindowSharing;

  beforeEach(() => {
    clock = new FakeClock();
    tasks = new ShownTasks();
    polling = new WindowPolling({ tasks, intervals: { watching: 2000, hidden: 3000, away: 4000 } });
    disk = new Map();
    saved = [];
    loading = saving = readingKey = Promise.resolve();
    hasKey = true;
    leases = [];
    pollers = [];
    announced = [];
  });

  afterEach(() => {
    endSession();
    polling.dispose();
  });

  function endSession(): void {
    sharing?.dispose();
    persistence?.dispose();
    store?.dispose();
  }

  /** Shows the tasks of a server from now on, and of none before, as the account's session does. Resolves when they are read. */
  function show(origin: string): Promise<void> {
    endSession();
    store = new TaskStore();
    tasks.show(store);
    persistence = new TaskPersistence({
      store,
      clock,
      files: {
        load: async () => {
          await loading;
          return disk.get(origin) ?? [];
        },
        save: async (task) => {
          saved.push(refKey(task));
          await saving;
        },
        remove: () => Promise.resolve(),
      },
      onError: (_what, error) => {
        throw error;
      },
    });
    const loaded = persistence.load();
    sharing = new WindowSharing({
      store,
      persistence,
      polling,
      clock,
      connect: () => assert.fail('Nothing is requested here'),
      createPoller: () => {
        const poller = new FakePolling();
        pollers.push(poller);
        return poller;
      },
      join: (handlers) => {
        const lease = {
          ...handlers,
          origin,
          yields: 0,
          takeOvers: 0,
          isSuperseded: false,
          isDisposed: false,
        };
        leases.push(lease);
        return {
          yield: () => {
            lease.yields++;
            handlers.onLeave();
          },
          takeOver: () => lease.takeOvers++,
          isSuperseded: () => lease.isSuperseded,
          dispose: () => (lease.isDisposed = true),
        };
      },
      isEnabled: () => true,
      announce: (announcement) => announced.push(announcement),
      hasKey: () => hasKey,
      readKey: () => readingKey,
    });
    return loaded;
  }

  async function open(): Promise<FakeLease> {
    await show(server);
    return lastLease();
  }

  function lastLease(): FakeLease {
    const lease = leases.at(-1);
    assert.ok(lease, 'takes part in the election');
    return lease;
  }

  /** Another window leads and has told all that it tracks. */
  function follow(lease: FakeLease, ...tasks: TrackedTask[]): Leader {
    const leader: Leader = new FakePeer();
    lease.onFollow(leader);
    leader.deliver({ type: 'tasks', tasks, isLast: true });
    return leader;
  }

  /** The IDs of the tasks that a leader is told have come. */
  function added({ received }: Leader): string[] {
    return received
      .flatMap((message) => (message.type === 'patches' ? message.patches : []))
      .flatMap((patch) => ('added' in patch ? [patch.added.id] : []));
  }

  function observeEnd(): void {
    store.replaceAll([aTask()]);
    store.applyUpdate(ref, end, clock.now(), true);
  }

  describe('takes part', () => {
    it('once for each server, and leaves the election for the one before', async () => {
      const lease = await open();
      assert.equal(leases.length, 1);
      await show(otherServer);
      assert.deepEqual(
        leases.map(({ origin, isDisposed }) => ({ origin, isDisposed })),
        [
          { origin: server, isDisposed: true },
          { origin: otherServer, isDisposed: false },
        ],
      );
      assert.equal(lease, leases[0]);
    });

    it('for the last server alone where another was opened before its tasks were read', async () => {
      await Promise.all([show(server), show(otherServer)]);
      assert.deepEqual(
        leases.map(({ origin }) => origin),
        [otherServer],
      );
    });

    it('no more once it is disposed, though its tasks were just being read', async () => {
      const opening = show(server);
      sharing.dispose();
      await opening;
      await settle();
      assert.deepEqual(leases, []);
    });

    it('and is ready when it first has a part, not before', async () => {
      let isReady = false;
      const lease = await open();
      void sharing.whenReady.then(() => (isReady = true));
      await settle();
      assert.equal(isReady, false);
      lease.onLead();
      await settle();
      assert.equal(isReady, true);
    });

    it('and keeps nobody waiting who asks when it is ready, where it never had a part', async () => {
      await open();
      sharing.dispose();
      await sharing.whenReady;
    });
  });

  describe('tells the window that leads', () => {
    it('what was done here before there was one', async () => {
      const lease = await open();
      store.track([ref], clock.now());
      assert.deepEqual(added(follow(lease)), ['a1']);
    });

    it('what was done here while it led itself', async () => {
      const lease = await open();
      lease.onLead();
      store.track([ref], clock.now());
      assert.deepEqual(added(follow(lease)), ['a1']);
    });

    it('nothing that happened ten seconds ago', async () => {
      const lease = await open();
      store.track([ref], clock.now());
      await clock.advance(9999);
      const first = follow(lease);
      await clock.advance(1);
      const second = follow(lease);
      assert.deepEqual([added(first), added(second)], [['a1'], []]);
    });

    it('nothing that happened before it led itself for long: it has saved that', async () => {
      const lease = await open();
      store.track([ref], clock.now());
      lease.onLead();
      await persistence.flush();
      await clock.advance(20_000);
      assert.deepEqual(added(follow(lease)), []);
    });

    it('nothing of what was only read from its files', async () => {
      disk.set(server, [aTask()]);
      const lease = await open();
      assert.deepEqual(added(follow(lease)), []);
      assert.deepEqual(store.tasks(), []);
    });

    it('nothing of what only the leader before had told', async () => {
      const lease = await open();
      follow(lease, aTask()).close();
      assert.deepEqual(added(follow(lease)), []);
      assert.deepEqual(store.tasks(), []);
    });

    it('nothing of what was done for another server', async () => {
      const lease = await open();
      lease.onLead();
      store.track([ref], clock.now());
      await show(otherServer);
      assert.deepEqual(added(follow(lastLease())), []);
    });
  });

  it('shows no more how the polling goes of a leader that has gone', async () => {
    const lease = await open();
    const leader = follow(lease);
    const pauses = [{ kind: 'auth', until: undefined, apiVersion: undefined }] as const;
    leader.deliver({ type: 'state', state: { activeCount: 0, isPolling: false, pauses } });
    assert.deepEqual(polling.state.pauses, pauses);
    leader.close();
    assert.deepEqual(polling.state.pauses, []);
  });

  it('goes on leading when the leader before it goes only now', async () => {
    const lease = await open();
    const leader = follow(lease);
    lease.onLead();
    leader.close();
    assert.equal(pollers[0]?.isDisposed, false);
    assert.equal(polling.state, pollers[0]?.state);
  });

  it('tells nothing to a window that takes it for the leader while it follows', async () => {
    const lease = await open();
    follow(lease, aTask());
    const peer: Follower = new FakePeer();
    lease.onPeer(peer);
    assert.deepEqual(peer.received, []);
  });

  describe('where another window has taken its place while it hung,', () => {
    let lease: FakeLease;

    beforeEach(async () => {
      lease = await open();
      lease.onLead();
      // Here it makes sure that it leads.
      store.track([{ ...ref, id: 'before' }], clock.now());
      await persistence.flush();
      saved.length = 0;
      lease.isSuperseded = true;
    });

    it('takes its word for a second, then begins anew and leaves the old election', async () => {
      await clock.advance(999);
      store.track([ref], clock.now());
      assert.equal(pollers[0]?.isDisposed, false);
      await clock.advance(1);
      store.markSeen(ref);
      store.untrack([ref]);
      assert.equal(pollers[0]?.isDisposed, true);
      await settle();
      assert.deepEqual([leases.length, lease.isDisposed], [2, true]);
    });

    it('shows what is on the disk, and hands on what was done since and nothing from before', async () => {
      disk.set(server, [aTask({ id: 'other' })]);
      await clock.advance(5000);
      store.track([ref], clock.now());
      await settle();
      assert.deepEqual(
        store.tasks().map(({ id }) => id),
        ['other', 'a1'],
      );
      assert.deepEqual(saved, []);
      assert.deepEqual(added(follow(lastLease(), aTask({ id: 'other' }))), ['a1']);
    });

    it('hands on what it did before where nobody followed it and its write had not ended', async () => {
      let endWrite = (): void => undefined;
      saving = new Promise((resolve) => (endWrite = resolve));
      store.track([ref], clock.now());
      await clock.advance(20_000);
      lease.onLeave();
      await settle();
      assert.equal(leases.length, 1, 'it waits for its writes');
      endWrite();
      await settle();
      assert.deepEqual(added(follow(lastLease())), ['a1']);
    });

    it('announces nothing, whether it is an end or a pause of polling', async () => {
      await clock.advance(5000);
      sharing.announce({ pause: { kind: 'auth' } });
      observeEnd();
      await clock.advance(20_000);
      assert.deepEqual(announced, []);
    });

    it('hands on an end that it could not announce, and forgets it where the other says that it has', async () => {
      store.replaceAll([aTask(), aTask({ id: 'b' })]);
      store.applyUpdate(ref, end, clock.now(), true);
      // Waits for ten seconds, as another task runs.
      await clock.advance(20_000);
      assert.deepEqual(announced, []);
      const leader = follow(lastLease(), aTask({ status: 'finished', isUnseen: true }));
      assert.deepEqual(leader.received.at(-1), { type: 'ended', refs: [ref] });
      leader.deliver({ type: 'announced', refs: [ref] });
      leader.close();
      lastLease().onLead();
      await clock.advance(20_000);
      assert.deepEqual(announced, []);
    });

    it('does not begin twice where its lease tells it, too', async () => {
      await clock.advance(5000);
      sharing.announce({ pause: { kind: 'auth' } });
      await settle();
      assert.equal(leases.length, 2);
      lastLease().onLead();
      lastLease().isSuperseded = true;
      lastLease().onLeave();
      await settle();
      assert.equal(leases.length, 3);
      assert.equal(pollers.at(-1)?.isDisposed, true);
    });

    it('comes to nothing where another server is opened meanwhile', async () => {
      await clock.advance(5000);
      sharing.announce({ pause: { kind: 'auth' } });
      await show(otherServer);
      await settle();
      assert.deepEqual(
        leases.map(({ origin }) => origin),
        [server, otherServer],
      );
    });
  });

  it('tells no end again that it has told, though a window that hung hands it on', async () => {
    const lease = await open();
    lease.onLead();
    const peer: Follower = new FakePeer();
    lease.onPeer(peer);
    observeEnd();
    await clock.advance(seenNoteMs);
    assert.equal(announced.length, 1);
    peer.deliver({ type: 'ended', refs: [ref] });
    await clock.advance(20_000);
    assert.equal(announced.length, 1);
    store.replaceAll([aTask()]);
    store.applyUpdate(ref, end, clock.now(), true);
    await clock.advance(seenNoteMs);
    assert.equal(announced.length, 2, 'but an end of its own anew');
  });

  it('wants the place of a leader that does not answer, and says so before', async () => {
    const lease = await open();
    const leader: Leader = new FakePeer();
    leader.isAnswering = false;
    lease.onFollow(leader);
    store.track([ref], clock.now());
    await clock.advance(3000);
    assert.equal(polling.state.isLeaderSilent, true);
    assert.deepEqual(saved, ['v2/a1']);
    assert.equal(lease.takeOvers, 0);
    await clock.advance(3000);
    assert.equal(lease.takeOvers, 1);
  });

  it('hands on to the next leader what the one before has not confirmed, however long ago it was', async () => {
    const lease = await open();
    const leader = follow(lease);
    await settle();
    leader.isAnswering = false;
    store.track([ref], clock.now());
    await clock.advance(30_000);
    leader.close();
    assert.deepEqual(added(follow(lease)), ['a1']);
    await settle();
    await clock.advance(30_000);
    assert.deepEqual(added(follow(lease)), [], 'and not again what it has');
  });

  it('tells of an end that it observed between two terms, once it leads again', async () => {
    const lease = await open();
    lease.onLead();
    hasKey = false;
    const peer: Follower = new FakePeer();
    lease.onPeer(peer);
    peer.deliver({ type: 'key', hasKey: true });
    await settle();
    assert.equal(lease.yields, 1);
    observeEnd();
    assert.equal(announced.length, 0);
    lease.onLead();
    await clock.advance(seenNoteMs);
    assert.equal(announced.length, 1);
  });

  it('tells the others of ends that it has announced', async () => {
    const lease = await open();
    lease.onLead();
    const peer: Follower = new FakePeer();
    lease.onPeer(peer);
    observeEnd();
    await clock.advance(seenNoteMs);
    assert.equal(announced.length, 1);
    assert.deepEqual(
      peer.received.filter(({ type }) => type === 'announced'),
      [{ type: 'announced', refs: [ref] }],
    );
  });

  it('writes to the files only while it leads', async () => {
    const lease = await open();
    lease.onLead();
    store.track([ref], clock.now());
    await persistence.flush();
    assert.deepEqual(saved, ['v2/a1']);
    follow(lease, aTask());
    store.track([{ ...ref, id: 'b' }], clock.now());
    await persistence.flush();
    assert.deepEqual(saved, ['v2/a1']);
  });

  describe('where a window with a key came while it had none', () => {
    let answer: () => void;

    beforeEach(async () => {
      hasKey = false;
      readingKey = new Promise((resolve) => (answer = resolve));
      const lease = await open();
      lease.onLead();
      const peer: Follower = new FakePeer();
      lease.onPeer(peer);
      peer.deliver({ type: 'key', hasKey: true });
    });

    it('leaves the lease once its key is read, and polls no more', async () => {
      answer();
      await settle();
      assert.deepEqual([leases[0]?.yields, pollers[0]?.isDisposed], [1, true]);
    });

    it('keeps the part that it got meanwhile', async () => {
      lastLease().onLead();
      answer();
      await settle();
      assert.deepEqual([leases[0]?.yields, pollers[1]?.isDisposed], [0, false]);
    });

    it('keeps its part at another server that it shows meanwhile', async () => {
      await show(otherServer);
      lastLease().onLead();
      answer();
      await settle();
      assert.deepEqual([leases[1]?.yields, pollers[1]?.isDisposed], [0, false]);
    });

    it('does nothing where it was closed meanwhile', async () => {
      sharing.dispose();
      answer();
      await settle();
      assert.equal(leases[0]?.yields, 0);
    });
  });
});
