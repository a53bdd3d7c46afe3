import type { Clock } from '../base/clock';
import { type Disposable, disposeAll } from '../base/event';
import { NoticeQueue, type NoticeQueueOptions } from '../notices/notices';
import type { Polling, WindowPolling } from '../polling/polling';
import type { TaskPersistence } from '../tasks/taskPersistence';
import type { Cloud } from '../cloud/taskClient';
import { refKey } from '../cloud/task';
import { patchesOf, refOfPatch, type TaskPatch } from '../tasks/taskPatch';
import type { TaskStore } from '../tasks/taskStore';
import { WindowFollower, type RecentPatches } from './windowFollower';
import { WindowLeader } from './windowLeader';
import type { Announcement } from './windowMessages';
import type { Peer, Lease, LeaseHandlers } from './windowLease';

export interface WindowSharingOptions {
  readonly store: TaskStore;
  readonly persistence: TaskPersistence;
  readonly polling: WindowPolling;
  readonly clock: Clock;
  /** The account's server with its key. */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** For the window that polls; disposed when it no longer does. @param connect to be called before each request */
  readonly createPoller: (connect: WindowSharingOptions['connect']) => Polling & Disposable;
  /** Takes part in the election of the leader among the windows that show this account's tasks. */
  readonly join: (handlers: LeaseHandlers) => Lease;
  /** Which ends the user wants messages about. */
  readonly isEnabled: NoticeQueueOptions['isEnabled'];
  /** Notifies the person at this window. */
  readonly announce: (announcement: Announcement) => void;
  /** Whether this window has an API key for the account's server. */
  readonly hasKey: () => boolean;
  readonly readKey: () => Promise<unknown>;
}

/** Whose doing the changes of the store are. */
interface ChangeSource {
  /** The leader's tasks fill the store, which are no changes to pass on. */
  readonly isFilling?: true;
  /** The store repeats the leader's changes, which are not to be sent back. */
  readonly isRepeating?: true;
  /** Another window sends them again: when they happened, in milliseconds since 1970. */
  readonly replayedAt?: number;
}

/** A leader that is killed may lose the changes of this long before, in milliseconds; followers send them again to its successor. */
const recentMs = 10_000;
/**
 * So long after it last made sure, a leader makes sure again that it still is, in milliseconds.
 * Less than the others wait for its answer before one of them takes its place.
 */
const certainMs = 1000;

/**
 * Makes all windows that show an account one, from when its tasks are read: one of them polls, saves and announces, all show the same.
 * The leader's store is the truth. Others repeat it, and do at once what is done in them; it is sent to the leader field by field,
 * so that nothing that two windows do at the same time undoes the other.
 */
export class WindowSharing implements Disposable {
  readonly #options: WindowSharingOptions;
  readonly #notices: NoticeQueue;
  readonly #subscriptions: readonly Disposable[];
  #lease: Lease | undefined;
  #role: WindowLeader | WindowFollower | undefined;
  /** Goes up with each beginning, so that an older one that still reads its files comes to nothing. */
  #beginnings = 0;
  /** When this window last made sure that it leads, in milliseconds since 1970. */
  #certainAt = 0;
  #recent: readonly RecentPatches[] = [];
  /** While the store takes in what others send: why its changes are not those of this window and moment. */
  #source: ChangeSource = {};
  #isDisposed = false;
  #onRole: () => void = () => undefined;

  /** Resolves when this window first has a part: whatever is done from then on reaches the others. */
  readonly whenReady = new Promise<void>((resolve) => (this.#onRole = resolve));

  constructor(options: WindowSharingOptions) {
    this.#options = options;
    const { store, persistence, clock, isEnabled } = options;
    // Before the notices listen, so that followers receive an end before the message that it was announced.
    const onDidChange = store.onDidChange((changes) => {
      const { isFilling, isRepeating, replayedAt } = this.#source;
      if (isFilling || persistence.isFilling) return;
      // A leader that hung may learn only now, by a message that has waited, that it leads no more.
      this.#leader();
      const patches = patchesOf(changes);
      const entry = { at: replayedAt ?? clock.now(), patches, isReceived: isRepeating === true };
      this.#recent = [...this.#stillRecent(), entry];
      if (isRepeating) return;
      const onReceived = (): boolean => (entry.isReceived = true);
      this.#role?.sendPatches(patches, onReceived);
      // A window that opens later reads it.
      if (this.#role instanceof WindowLeader) void persistence.flush().then(onReceived);
      this.#saveWhereSilent();
    });
    const onDidCheck = store.onDidCheck(({ apiVersion, id, checkedAt }) => {
      // The leader need not poll what the details in this window read.
      if (this.#source.isRepeating || !(this.#role instanceof WindowFollower)) return;
      this.#role.sendCheck({ of: { apiVersion, id }, set: { checkedAt }, unset: [] });
    });
    this.#subscriptions = [onDidChange, onDidCheck];
    this.#notices = new NoticeQueue({
      store,
      clock,
      isEnabled,
      mayShow: () => this.#leader() !== undefined,
      show: (notice) => this.announce({ notice }),
      onSettled: (refs) => {
        if (this.#role instanceof WindowLeader) this.#role.settle(refs);
      },
    });
    // Until this window has the lease, as it may have something to hand on.
    this.#notices.setAnnouncing(false);
    persistence.setSaving(false);
    void persistence.whenReady.then(() => {
      if (!this.#isDisposed) this.#join();
    });
  }

  /** Notifies the person in the window where they are. Only the leader announces. */
  announce(announcement: Announcement): void {
    this.#leader()?.announce(announcement);
  }

  dispose(): void {
    this.#isDisposed = true;
    disposeAll(this.#subscriptions);
    this.#leave();
    this.#notices.dispose();
    this.#onRole();
  }

  #join(): void {
    const lease = this.#options.join({
      onLead: () => this.#lead(lease),
      onLeave: () => {
        if (lease.isSuperseded()) void this.#startAgain();
        else this.#endRole();
      },
      onFollow: (leader) => this.#follow(leader, lease),
      onPeer: (peer) => {
        this.#leader()?.admit(peer);
      },
    });
    this.#lease = lease;
  }

  /** @returns `undefined` where this window does not lead, or learns in this moment that another one has taken its place */
  #leader(): WindowLeader | undefined {
    const role = this.#role;
    if (!(role instanceof WindowLeader)) return undefined;
    // Either way, as the wall clock may have been set.
    if (Math.abs(this.#options.clock.now() - this.#certainAt) < certainMs) return role;
    if (this.#lease?.isSuperseded()) {
      void this.#startAgain();
      return undefined;
    }
    this.#certainAt = this.#options.clock.now();
    return role;
  }

  /**
   * Another window took the place of this one while it hung. What this window knows is old: it begins as one that has just opened,
   * and hands on only what nobody can have received.
   */
  async #startAgain(): Promise<void> {
    const beginning = ++this.#beginnings;
    this.#leave();
    const { store, persistence } = this.#options;
    // Without what others have received, as they may have undone it since. Copies, as a late write must not confirm them.
    this.#recent = this.#recent
      .filter(({ isReceived }) => !isReceived)
      .map((entry) => ({ ...entry }));
    const { waiting } = this.#notices;
    await persistence.reload();
    if (this.#isDisposed || this.#beginnings !== beginning) return;
    this.#takeIn({ isFilling: true }, () => {
      for (const { patches } of this.#recent) store.applyPatches(patches, false);
    });
    this.#notices.replace(waiting);
    this.#join();
  }

  #lead(lease: Lease): void {
    this.#endRole();
    const { store, persistence, connect, createPoller, hasKey, readKey, announce } = this.#options;
    // It may have hung since it won the lease.
    this.#certainAt = 0;
    persistence.setSaving(true, () => this.#leader() !== undefined || !lease.isSuperseded());
    const role = new WindowLeader({
      store,
      poller: createPoller(async (signal) => {
        this.#leader();
        signal.throwIfAborted();
        return connect(signal);
      }),
      isStillLeader: () => this.#leader() === role,
      isOutdated: (patch, at) => this.#isOutdated(patch, at),
      replay: (at, change) => this.#takeIn({ replayedAt: at }, change),
      notices: this.#notices,
      hasKey,
      readKey,
      announce,
      yield: () => {
        // It asks this after it has read the key: by then this window may have another part.
        if (this.#role === role) lease.yield();
      },
    });
    this.#take(role);
    this.#notices.setAnnouncing(true);
    // Once they are on disk, changes reach every window that joins.
    const handedOn = this.#recent;
    void persistence.flush().then(() => {
      if (this.#role === role) for (const entry of handedOn) entry.isReceived = true;
    });
  }

  #isOutdated(patch: TaskPatch, at: number): boolean {
    const key = comingOrGoing(patch);
    if (key === undefined) return false;
    return this.#recent.some(
      (entry) => entry.at > at && entry.patches.some((other) => comingOrGoing(other) === key),
    );
  }

  #follow(leader: Peer, lease: Lease): void {
    this.#endRole();
    const { store, persistence, clock, hasKey, announce } = this.#options;
    const role = new WindowFollower({
      leader,
      store,
      clock,
      notices: this.#notices,
      hasKey,
      announce,
      recent: () => (this.#recent = this.#stillRecent()),
      onSilence: () => this.#saveWhereSilent(),
      onGiveUp: () => {
        if (this.#role === role) lease.takeOver();
      },
      fill: (change) => persistence.fillByOther(() => this.#takeIn({ isFilling: true }, change)),
      repeat: (change) => this.#takeIn({ isRepeating: true }, change),
    });
    this.#take(role);
    leader.onDidClose(() => {
      if (this.#role === role) this.#endRole();
    });
  }

  /** Saves here what a leader that does not answer may never save. */
  #saveWhereSilent(): void {
    if (!(this.#role instanceof WindowFollower) || !this.#role.isSilent) return;
    const unreceived = this.#recent.filter(({ isReceived }) => !isReceived);
    this.#options.persistence.saveNow(unreceived.flatMap(({ patches }) => patches.map(refOfPatch)));
  }

  #takeIn(source: ChangeSource, change: () => void): void {
    this.#source = source;
    try {
      change();
    } finally {
      this.#source = {};
    }
  }

  #take(role: WindowLeader | WindowFollower): void {
    this.#role = role;
    this.#options.polling.setBy(role);
    this.#onRole();
  }

  #leave(): void {
    this.#endRole();
    this.#lease?.dispose();
    this.#lease = undefined;
  }

  /** Until there is a next role, ends are gathered and changes noted. */
  #endRole(): void {
    const role = this.#role;
    if (!role) return;
    this.#role = undefined;
    this.#notices.setAnnouncing(false);
    this.#options.persistence.setSaving(false);
    this.#options.polling.setBy(undefined);
    role.dispose();
  }

  #stillRecent(): readonly RecentPatches[] {
    const since = this.#options.clock.now() - recentMs;
    return this.#recent.filter(({ at, isReceived }) => at > since || !isReceived);
  }
}

/** The key of a task that comes or goes; `undefined` for a change of one that stays. */
function comingOrGoing(patch: TaskPatch): string | undefined {
  return 'of' in patch ? undefined : refKey(refOfPatch(patch));
}
