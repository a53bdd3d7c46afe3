import { PollRounds } from '../../src/core/polling/pollRound';
import type { Clock } from '../../src/core/base/clock';
import { Emitter, type Event } from '../../src/core/base/event';
import { CloudError } from '../../src/core/cloud/errors';
import { WindowPolling, type Attention } from '../../src/core/polling/polling';
import { refKey } from '../../src/core/cloud/task';
import type { Cloud } from '../../src/core/cloud/taskClient';
import { ShownTasks } from '../../src/ui/account/currentAccount';
import { TaskPersistence, type TaskFiles } from '../../src/core/tasks/taskPersistence';
import { TaskPoller } from '../../src/core/polling/taskPoller';
import { formatTaskRecord, parseTaskRecord } from '../../src/core/tasks/taskRecord';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { TokenBucket } from '../../src/core/polling/tokenBucket';
import type { TrackedTask } from '../../src/core/tasks/trackedTask';
import type { Announcement } from '../../src/core/windows/windowMessages';
import type { Peer, Lease, LeaseHandlers } from '../../src/core/windows/windowLease';
import { WindowSharing } from '../../src/core/windows/windowSharing';

/** What the machine of all fake windows has. */
export interface FakeMachine {
  readonly clock: Clock;
  readonly cloud: Cloud;
  /** Texts by file name, as on a disk. */
  readonly disk: Map<string, string>;
  readonly join: (origin: string, handlers: LeaseHandlers) => Lease & { kill(): void };
  /** From 0 to 1. */
  readonly random?: (() => number) | undefined;
}

export const fakeOrigin = 'https://cloud.example';

/** Everything of the extension that has no face, in a window of its own. */
export class FakeWindow {
  readonly tasks = new ShownTasks();
  readonly polling = new WindowPolling({
    tasks: this.tasks,
    intervals: { watching: 2000, hidden: 15_000, away: 60_000 },
  });
  /** Of the account's session. */
  store!: TaskStore;
  persistence!: TaskPersistence;
  sharing!: WindowSharing;
  readonly announced: { readonly announcement: Announcement; readonly at: number }[] = [];
  /** How many pollers it has made: how often it was the one that polls. */
  terms = 0;
  hasKey = true;
  isPolling = false;
  /** Where set, it is told nothing any more, as if it had crashed. */
  isDead = false;
  /** What reaches it while it hangs, in its order. */
  #waiting: (() => void)[] | undefined;
  #kill: () => void = () => undefined;
  readonly #machine: FakeMachine;

  constructor(machine: FakeMachine, attention: Attention = 'hidden') {
    this.#machine = machine;
    this.polling.setAttention(attention);
    this.open(fakeOrigin);
  }

  /** Ends the session that it has, and begins one with another server, as the extension does it. */
  open(origin: string): void {
    this.#endSession();
    const after = this.persistence?.flush();
    const machine = this.#machine;
    const { cloud, join, random = () => 0.5 } = machine;
    const clock: Clock = {
      now: () => machine.clock.now(),
      sleep: async (ms, signal) => {
        await machine.clock.sleep(ms, signal);
        await new Promise<void>((resolve) => this.#reach(resolve));
      },
    };
    const store = new TaskStore();
    this.store = store;
    this.persistence = new TaskPersistence({
      store,
      files: this.#files(origin, machine.disk, after),
      clock: machine.clock,
      onError: (what, error) => {
        if (what === 'save') throw error;
      },
    });
    this.tasks.show(store);
    void this.persistence.load();
    this.sharing = new WindowSharing({
      store,
      persistence: this.persistence,
      polling: this.polling,
      clock,
      connect: () =>
        this.hasKey ? Promise.resolve(cloud) : Promise.reject(new CloudError('noKey', 'none')),
      createPoller: (connect) => {
        this.terms++;
        this.isPolling = true;
        const poller = new TaskPoller({
          store,
          connect,
          clock,
          bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
          random,
          intervals: { watching: 2000, hidden: 15_000, away: 60_000 },
          loadRounds: () => Promise.resolve({ PollRounds }),
          onError: () => undefined,
        });
        const dispose = poller.dispose.bind(poller);
        poller.dispose = () => {
          this.isPolling = false;
          dispose();
        };
        return poller;
      },
      join: (handlers) => {
        const lease = join(origin, {
          onLead: () => this.#reach(() => this.isDead || handlers.onLead()),
          onLeave: () => this.#reach(() => this.isDead || handlers.onLeave()),
          onFollow: (leader) => {
            const peer = this.#received(leader);
            this.#reach(() => this.isDead || handlers.onFollow(peer));
          },
          onPeer: (peer) => {
            const received = this.#received(peer);
            this.#reach(() => this.isDead || handlers.onPeer(received));
          },
        });
        this.#kill = () => lease.kill();
        return lease;
      },
      isEnabled: () => true,
      announce: (announcement) => {
        if (!this.isDead) this.announced.push({ announcement, at: clock.now() });
      },
      hasKey: () => this.hasKey,
      readKey: () => Promise.resolve(),
    });
  }

  /** The texts of the notices that the person saw here. */
  get notices(): string[] {
    return this.announced.flatMap(({ announcement }) =>
      'notice' in announcement ? [announcement.notice.text] : [],
    );
  }

  /** As SIGSTOP does, or an endless loop: it lives, and does nothing until it wakes. */
  hang(): void {
    this.#waiting ??= [];
  }

  get isHanging(): boolean {
    return this.#waiting !== undefined;
  }

  /** What it did before it hung goes on, and what has reached it meanwhile comes to it, as if no time had passed. */
  wake(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const act of waiting) act();
  }

  close(): void {
    this.#endSession();
    this.polling.dispose();
    this.isDead = true;
  }

  /** As SIGKILL does: nothing more is sent, written or told. */
  kill(): void {
    this.isDead = true;
    this.wake();
    this.#kill();
    this.close();
  }

  #endSession(): void {
    this.sharing?.dispose();
    this.persistence?.dispose();
    this.store?.dispose();
  }

  #reach(act: () => void): void {
    if (this.#waiting) this.#waiting.push(act);
    else act();
  }

  #received(peer: Peer): Peer {
    const gated = <T>(event: Event<T>): Event<T> => {
      const emitter = new Emitter<T>();
      event((value) => this.#reach(() => this.isDead || emitter.fire(value)));
      return emitter.event;
    };
    return {
      send: (message) => peer.send(message),
      onDidReceive: gated(peer.onDidReceive),
      onDidClose: gated(peer.onDidClose),
    };
  }

  #files(origin: string, disk: Map<string, string>, after?: Promise<void>): TaskFiles {
    const name = (ref: Parameters<typeof refKey>[0]): string => `${origin} ${refKey(ref)}`;
    return {
      load: async () => {
        await after;
        return [...disk]
          .filter(([file]) => file.startsWith(`${origin} `))
          .map(([, text]) => parseTaskRecord(text))
          .filter((task): task is TrackedTask => task !== undefined)
          .sort((a, b) => a.trackedAt - b.trackedAt);
      },
      save: async (task) => {
        await Promise.resolve();
        if (!this.isDead) disk.set(name(task), formatTaskRecord(task));
      },
      remove: async (ref) => {
        await Promise.resolve();
        if (!this.isDead) disk.delete(name(ref));
      },
    };
  }
}
