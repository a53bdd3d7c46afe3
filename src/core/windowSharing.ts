import type { Clock } from './clock';
import type { Disposable } from './event';
import { NoticeQueue, type NoticeQueueOptions } from './noticeQueue';
import type { Polling, WindowPolling } from './polling';
import type { TaskKeeper } from './taskKeeper';
import { patchesOf, type TaskPatch } from './taskPatch';
import type { TaskStore } from './taskStore';
import { WindowFollower } from './windowFollower';
import { WindowLeader } from './windowLeader';
import type { Announcement } from './windowMessages';
import type { Peer, Seat, SeatHandlers } from './windowSeat';

export interface WindowSharingOptions {
  readonly store: TaskStore;
  readonly keeper: TaskKeeper;
  readonly polling: WindowPolling;
  readonly clock: Clock;
  /** For the window that polls; disposed when it no longer does. */
  readonly createPoller: () => Polling & Disposable;
  /** Takes part in the contest for the seat among the windows that show this server's tasks. */
  readonly join: (origin: string, handlers: SeatHandlers) => Seat;
  /** Which ends the user wants to be told of. */
  readonly isWanted: NoticeQueueOptions['isWanted'];
  /** Tells the person at this window. */
  readonly announce: (announcement: Announcement) => void;
  /** Whether this window has an API key for the server of the moment. */
  readonly hasKey: () => boolean;
  readonly readKey: () => Promise<unknown>;
}

/** What happened in the store, whoever did it. */
interface RecentPatches {
  readonly at: number;
  readonly patches: readonly TaskPatch[];
  /** False for what nobody else has heard of, however long ago it was. */
  readonly isTold: boolean;
}

/** A leader that is killed may take with it what happened so short a time before, in milliseconds: its successor hears it from the others. */
const recentMs = 10_000;

/**
 * Makes all windows of a user one: one of them polls, saves and announces, all show the same.
 * The leader's store is the truth. Others repeat it, and do at once what is done in them; the leader hears of it field by field,
 * so that nothing that two windows do at the same time undoes the other.
 */
export class WindowSharing implements Disposable {
  readonly #options: WindowSharingOptions;
  readonly #notices: NoticeQueue;
  readonly #subscription: Disposable;
  #seat: Seat | undefined;
  #role: WindowLeader | WindowFollower | undefined;
  #origin: string | undefined;
  #recent: readonly RecentPatches[] = [];
  /** While the leader fills the store, nothing is anybody's doing. */
  #isFilling = false;
  /** While the store repeats what the leader says, nothing is this window's doing. */
  #isRepeating = false;
  #isDisposed = false;
  #onRole: () => void = () => undefined;

  /** Resolves when this window first has a part: whatever is done from then on reaches the others. */
  readonly whenReady = new Promise<void>((resolve) => (this.#onRole = resolve));

  constructor(options: WindowSharingOptions) {
    this.#options = options;
    const { store, keeper, clock, isWanted } = options;
    // Before the notices listen: that something ended is told before that somebody was told so.
    this.#subscription = store.onDidChange((changes) => {
      if (this.#isFilling || keeper.isFilling) return;
      const patches = patchesOf(changes);
      const isTold = this.#isRepeating || (this.#role?.tell(patches) ?? false);
      this.#recent = [...this.#stillRecent(), { at: clock.now(), patches, isTold }];
    });
    this.#notices = new NoticeQueue({
      store,
      clock,
      isWanted,
      show: (notice) => this.announce({ notice }),
      onSettled: (refs) => {
        if (this.#role instanceof WindowLeader) this.#role.settle(refs);
      },
    });
    // Until this window has the seat, as it may have something to hand on.
    this.#notices.setAnnouncing(false);
  }

  /** Shares the tasks of another server than before, as soon as they are read. */
  async open(origin: string): Promise<void> {
    if (this.#isDisposed || origin === this.#origin) return;
    this.#origin = origin;
    this.#leave();
    const { keeper, join } = this.#options;
    this.#recent = [];
    this.#notices.forget(this.#notices.waiting);
    keeper.setSaving(false);
    await keeper.open(origin);
    if (this.#isDisposed || this.#origin !== origin) return;
    this.#seat = join(origin, {
      onLead: () => this.#lead(),
      onLeave: () => this.#endRole(),
      onFollow: (leader) => this.#follow(leader),
      onPeer: (peer) => {
        if (this.#role instanceof WindowLeader) this.#role.admit(peer);
      },
      onSilence: (isSilent) => {
        if (!(this.#role instanceof WindowFollower)) return;
        this.#role.setLeaderSilent(isSilent);
        // Nobody else saves meanwhile what is done here.
        keeper.setSaving(isSilent);
      },
    });
  }

  /** Tells the person, in the window where they are. Only the window that polls has something to announce. */
  announce(announcement: Announcement): void {
    void this.#announce(announcement);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription.dispose();
    this.#leave();
    this.#notices.dispose();
    this.#onRole();
  }

  /** A window that was replaced while it could not act announces nothing: its successor does. Never rejects. */
  async #announce(announcement: Announcement): Promise<void> {
    const role = this.#role;
    if (!(role instanceof WindowLeader) || (await this.#seat?.confirm()) !== true) return;
    if (this.#role === role) role.announce(announcement);
  }

  #lead(): void {
    this.#endRole();
    const seat = this.#seat;
    const { store, keeper, createPoller, hasKey, readKey, announce } = this.#options;
    keeper.setSaving(true, () => seat?.confirm() ?? Promise.resolve(true));
    const role = new WindowLeader({
      store,
      poller: createPoller(),
      notices: this.#notices,
      hasKey,
      readKey,
      announce,
      yield: () => {
        // It asks this after it has read the key: by then this window may have another part, or another server.
        if (this.#role === role) this.#seat?.yield();
      },
    });
    this.#take(role);
    this.#notices.setAnnouncing(true);
  }

  #follow(leader: Peer): void {
    this.#endRole();
    const { store, hasKey, announce } = this.#options;
    const role = new WindowFollower({
      leader,
      store,
      notices: this.#notices,
      hasKey,
      announce,
      takeRecent: () => {
        this.#recent = this.#stillRecent().map((entry) => ({ ...entry, isTold: true }));
        return this.#recent.flatMap(({ patches }) => patches);
      },
      fill: (change) => {
        this.#isFilling = true;
        try {
          change();
        } finally {
          this.#isFilling = false;
        }
      },
      repeat: (change) => {
        this.#isRepeating = true;
        try {
          change();
        } finally {
          this.#isRepeating = false;
        }
      },
    });
    this.#take(role);
    leader.onDidClose(() => {
      if (this.#role === role) this.#endRole();
    });
  }

  #take(role: WindowLeader | WindowFollower): void {
    this.#role = role;
    this.#options.polling.setBy(role);
    this.#onRole();
  }

  #leave(): void {
    this.#endRole();
    this.#seat?.dispose();
    this.#seat = undefined;
  }

  /** Until there is a next one, ends are gathered and changes noted. */
  #endRole(): void {
    const role = this.#role;
    if (!role) return;
    this.#role = undefined;
    this.#notices.setAnnouncing(false);
    this.#options.keeper.setSaving(false);
    this.#options.polling.setBy(undefined);
    role.dispose();
  }

  #stillRecent(): readonly RecentPatches[] {
    const since = this.#options.clock.now() - recentMs;
    return this.#recent.filter(({ at, isTold }) => at > since || !isTold);
  }
}
