import { type Disposable, type Event, disposeAll } from '../base/event';
import type { NoticeQueue } from '../notices/notices';
import {
  attentions,
  parseToLeader,
  type Announcement,
  type ToFollower,
  type ToLeader,
} from './windowMessages';
import type { Attention, PollIntervals, PollerState, Polling } from '../polling/polling';
import type { TaskRef } from '../cloud/task';
import { refOfPatch, type TaskPatch } from '../tasks/taskPatch';
import type { TaskStore } from '../tasks/taskStore';
import type { Peer } from './windowLease';

export interface WindowLeaderOptions {
  readonly store: TaskStore;
  /** Ends with its leader. */
  readonly poller: Polling & Disposable;
  readonly notices: NoticeQueue;
  readonly hasKey: () => boolean;
  /** Reads the key from the secret storage again, as another window may have set it without an event here. */
  readonly readKey: () => Promise<unknown>;
  /** Whether this window still has the lease; where not, it has lost its part by the time this returns. */
  readonly isStillLeader: () => boolean;
  /** Whether the task was tracked or untracked after a change that is sent again. */
  readonly isOutdated: (patch: TaskPatch, at: number) => boolean;
  /** Applies changes that are sent again, with the time when they happened. */
  readonly replay: (at: number, change: () => void) => void;
  /** Leaves the lease to a window that has a key, where this one has none. */
  readonly yield: () => void;
  /** Notifies the person at this window. */
  readonly announce: (announcement: Announcement) => void;
}

interface Follower {
  readonly peer: Peer;
  attention: Attention;
  /** The higher, the later the person was there. */
  visit: number;
}

/** A message holds no more tasks than this, so that nobody parses for long at once. */
const tasksPerMessage = 500;

/** A window while it polls for all: sends changes to the followers and takes in those made there. */
export class WindowLeader implements Polling, Disposable {
  readonly #options: WindowLeaderOptions;
  readonly #followers = new Set<Follower>();
  readonly #subscriptions: Disposable[];
  /** Announcements under way to a window that has not shown them yet. */
  readonly #notifying = new Map<number, { announcement: Announcement; to: Follower }>();
  /** Polls that changed nothing but `checkedAt`, to be passed on together. */
  #updates = new Map<TaskRef, TaskPatch>();
  #notificationCount = 0;
  #attention: Attention = 'hidden';
  #visit = 0;
  #visitCount = 0;

  readonly onDidChangeState: Event<PollerState>;

  constructor(options: WindowLeaderOptions) {
    this.#options = options;
    const { store, poller } = options;
    this.onDidChangeState = poller.onDidChangeState;
    this.#subscriptions = [
      store.onDidCheck((task) => {
        const { apiVersion, id, checkedAt } = task;
        const patch = { of: { apiVersion, id }, set: { checkedAt }, unset: [] };
        if (this.#followers.size > 0) this.#updates.set(patch.of, patch);
      }),
      poller.onDidChangeState((state) => {
        this.#passOnChecks();
        this.#sendToAll({ type: 'state', state });
      }),
    ];
  }

  get state(): PollerState {
    return this.#options.poller.state;
  }

  /** Sends another window all tasks, and from now on what changes. */
  admit(peer: Peer): void {
    const { store, notices, poller } = this.#options;
    const follower: Follower = { peer, attention: 'away', visit: -1 };
    peer.onDidReceive((text) => this.#onMessage(text, follower));
    peer.onDidClose(() => this.#lose(follower));
    const tasks = store.tasks();
    for (let from = 0; from === 0 || from < tasks.length; from += tasksPerMessage) {
      const isLast = from + tasksPerMessage >= tasks.length;
      send(peer, { type: 'tasks', tasks: tasks.slice(from, from + tasksPerMessage), isLast });
    }
    send(peer, { type: 'ended', refs: notices.waiting });
    send(peer, { type: 'state', state: poller.state });
    this.#followers.add(follower);
    // The task may exist by now, as a person opens a window.
    const missing = tasks.filter(({ isMissing }) => isMissing);
    if (missing.length > 0) void poller.refresh(missing);
  }

  /** Notifies the person in the window where they are or were last, or in another one where that closes. */
  announce(announcement: Announcement): void {
    const latest = [...this.#followers].reduce<Follower | undefined>(
      (best, each) => (each.visit > (best?.visit ?? this.#visit) ? each : best),
      undefined,
    );
    if (!latest) return this.#options.announce(announcement);
    const id = ++this.#notificationCount;
    this.#notifying.set(id, { announcement, to: latest });
    send(latest.peer, { type: 'notify', id, announcement });
  }

  /** Sends all changes to the followers. @param onReceived called at once, where any other window follows */
  sendPatches(patches: readonly TaskPatch[], onReceived: () => void): void {
    this.#sendToAll({ type: 'patches', patches });
    if (this.#followers.size > 0) onReceived();
  }

  /** Ends that wait no more, in any window. */
  settle(refs: readonly TaskRef[]): void {
    this.#sendToAll({ type: 'announced', refs });
  }

  setIntervals(intervals: PollIntervals): void {
    this.#options.poller.setIntervals(intervals);
  }

  setAttention(attention: Attention): void {
    this.#attention = attention;
    if (attention !== 'away') this.#visit = ++this.#visitCount;
    this.#attend();
  }

  reconnect(): void {
    this.#options.poller.reconnect();
  }

  refresh(refs?: readonly TaskRef[]): Promise<void> {
    return this.#options.poller.refresh(refs);
  }

  dispose(): void {
    disposeAll(this.#subscriptions);
    this.#followers.clear();
    this.#options.poller.dispose();
    // Messages that were sent still arrive, but their answers do not.
    this.#notifying.clear();
  }

  #onMessage(text: string, follower: Follower): void {
    // What arrives after this window has left the lease is sent again to its successor.
    if (!this.#followers.has(follower)) return;
    const message = parseToLeader(text);
    // What has waited while this window hung was sent again to its successor, too.
    if (!message || !this.#options.isStillLeader()) return;
    const { notices } = this.#options;
    switch (message.type) {
      case 'patches':
        return this.#takeIn(message, follower);
      case 'ended':
        return notices.expect(message.refs);
      case 'attention':
        follower.attention = message.attention;
        if (message.attention !== 'away') follower.visit = ++this.#visitCount;
        return this.#attend();
      case 'key':
        return void this.#checkKey(message.hasKey);
      case 'refresh':
        return void this.#refreshFor(follower, message.id, message.refs);
      case 'ping':
        return send(follower.peer, { type: 'pong', id: message.id });
      case 'notified':
        return void this.#notifying.delete(message.id);
    }
  }

  /** Applies changes; of those that are sent again only the valid ones, and sends the follower the current state for the others. */
  #takeIn(
    { patches, at }: Extract<ToLeader, { readonly type: 'patches' }>,
    { peer }: Follower,
  ): void {
    const { store, isOutdated, replay } = this.#options;
    if (at === undefined) return store.applyPatches(patches, false);
    const outdated = patches.filter((patch) => isOutdated(patch, at));
    const valid = patches.filter((patch) => !outdated.includes(patch));
    replay(at, () => store.applyPatches(valid, false));
    if (outdated.length === 0) return;
    const truth = outdated.map(refOfPatch).map((ref): TaskPatch => {
      const task = store.get(ref);
      return task ? { added: task } : { removed: ref };
    });
    send(peer, { type: 'patches', patches: truth });
  }

  #lose(follower: Follower): void {
    if (!this.#followers.delete(follower)) return;
    this.#attend();
    for (const [id, { announcement, to }] of this.#notifying) {
      if (to !== follower) continue;
      this.#notifying.delete(id);
      this.announce(announcement);
    }
  }

  /** Gives the poller the attention of the window that is watched most closely. */
  #attend(): void {
    const all = [this.#attention, ...[...this.#followers].map(({ attention }) => attention)];
    this.#options.poller.setAttention(attentions.find((one) => all.includes(one)) ?? 'away');
  }

  async #checkKey(followerHasKey: boolean): Promise<void> {
    const { poller, hasKey, readKey } = this.#options;
    const isRefused = (): boolean =>
      poller.state.pauses.some(({ kind, until }) => until === undefined || kind === 'forbidden');
    await readKey();
    if (followerHasKey && !hasKey()) this.#options.yield();
    else if (isRefused()) poller.reconnect();
  }

  async #refreshFor(
    follower: Follower,
    id: number,
    refs: readonly TaskRef[] | undefined,
  ): Promise<void> {
    await this.#options.poller.refresh(refs);
    if (this.#followers.has(follower)) send(follower.peer, { type: 'refreshed', id });
  }

  #passOnChecks(): void {
    if (this.#updates.size === 0) return;
    const patches = [...this.#updates.values()];
    this.#updates = new Map();
    this.#sendToAll({ type: 'patches', patches });
  }

  #sendToAll(message: ToFollower): void {
    if (this.#followers.size === 0) return;
    const text = JSON.stringify(message);
    for (const { peer } of this.#followers) peer.send(text);
  }
}

function send(peer: Peer, message: ToFollower): void {
  peer.send(JSON.stringify(message));
}
