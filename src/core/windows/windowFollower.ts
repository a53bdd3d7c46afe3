import type { Clock } from '../base/clock';
import { Emitter, type Disposable, type Event } from '../base/event';
import { LeaderPing } from './leaderPing';
import type { NoticeQueue } from '../notices/notices';
import type { Attention, PollerState, Polling } from '../polling/polling';
import type { TaskRef } from '../cloud/task';
import type { TaskPatch } from '../tasks/taskPatch';
import type { TaskStore } from '../tasks/taskStore';
import { isActive, type TrackedTask } from '../tasks/trackedTask';
import {
  parseToFollower,
  type Announcement,
  type ToFollower,
  type ToLeader,
} from './windowMessages';
import type { Peer } from './windowLease';

export interface WindowFollowerOptions {
  readonly leader: Peer;
  readonly clock: Clock;
  readonly store: TaskStore;
  readonly notices: NoticeQueue;
  /** Runs while the leader's tasks fill the store, which are no changes to pass on. */
  readonly fill: (change: () => void) => void;
  /** Runs while the store repeats the leader's changes, which are not to be sent back. */
  readonly repeat: (change: () => void) => void;
  /** The changes of the last seconds and those that no other window has received, which the leader before may have lost. */
  readonly recent: () => readonly RecentPatches[];
  /** Called when the leader does not answer, and when it answers after all. */
  readonly onSilence: (isSilent: boolean) => void;
  /** Called once, when the leader has not answered for so long that this window wants its place. */
  readonly onGiveUp: () => void;
  readonly hasKey: () => boolean;
  /** Notifies the person at this window. */
  readonly announce: (announcement: Announcement) => void;
}

/** Changes of the store, of this window or another one. */
export interface RecentPatches {
  readonly at: number;
  readonly patches: readonly TaskPatch[];
  /** False until another window is known to have received them. */
  isReceived: boolean;
}

/** A window while another one polls: its store repeats the leader's, and changes made here are sent there. */
export class WindowFollower implements Polling, Disposable {
  readonly #options: WindowFollowerOptions;
  readonly #didChangeState = new Emitter<PollerState>();
  readonly #subscription: Disposable;
  readonly #refreshes = new Map<number, () => void>();
  readonly #ping: LeaderPing;
  #refreshCount = 0;
  #state: PollerState | undefined;
  /** The beginning of what is tracked, until all of it is here. */
  #arriving: TrackedTask[] = [];
  #isComplete = false;
  #isSilent = false;

  readonly onDidChangeState: Event<PollerState> = this.#didChangeState.event;

  constructor(options: WindowFollowerOptions) {
    this.#options = options;
    const { leader, store, clock, hasKey, onSilence, onGiveUp } = options;
    this.#ping = new LeaderPing({
      clock,
      send: (id) => this.#send({ type: 'ping', id }),
      isWatching: () => store.tasks().some(isActive),
      onSilence: (isSilent) => {
        this.#isSilent = isSilent;
        onSilence(isSilent);
        this.#didChangeState.fire(this.state);
      },
      onGiveUp,
    });
    this.#subscription = leader.onDidReceive((text) => this.#onMessage(text));
    this.#send({ type: 'key', hasKey: hasKey() });
    this.#ping.expect(() => undefined);
  }

  get state(): PollerState {
    const activeCount = this.#options.store.tasks().filter(isActive).length;
    const state = { isPolling: false, pauses: [], ...this.#state, activeCount };
    return this.#isSilent ? { ...state, isLeaderSilent: true } : state;
  }

  /** Whether the leader does not answer at the moment. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /**
   * Sends the leader the changes made in this window. Before the leader has sent its tasks they wait, and are sent as recent ones.
   * @param onReceived called when the leader has certainly received it
   */
  sendPatches(patches: readonly TaskPatch[], onReceived: () => void): void {
    if (!this.#isComplete) return;
    this.#send({ type: 'patches', patches });
    this.#ping.expect(onReceived);
  }

  /** Sends the leader a check that changed nothing but its time: were it lost, the leader would poll once more. */
  sendCheck(patch: TaskPatch): void {
    if (this.#isComplete) this.#send({ type: 'patches', patches: [patch] });
  }

  /** The settings are the same in all windows. */
  setIntervals(): void {}

  setAttention(attention: Attention): void {
    this.#send({ type: 'attention', attention });
  }

  reconnect(): void {
    this.#send({ type: 'key', hasKey: this.#options.hasKey() });
  }

  /** Stays unresolved where the leader goes before it has refreshed. */
  refresh(refs?: readonly TaskRef[]): Promise<void> {
    const id = ++this.#refreshCount;
    return new Promise((resolve) => {
      this.#refreshes.set(id, resolve);
      this.#send({ type: 'refresh', id, refs });
      this.#ping.expect(() => undefined);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#ping.dispose();
    this.#didChangeState.dispose();
    this.#refreshes.clear();
  }

  #send(message: ToLeader): void {
    this.#options.leader.send(JSON.stringify(message));
  }

  #onMessage(text: string): void {
    const message = parseToFollower(text);
    if (!message) return;
    this.#act(message);
    // Afterwards, as only what it sent may give a reason to watch the leader.
    this.#ping.onMessage(message.type === 'pong' ? message.id : undefined);
  }

  #act(message: ToFollower): void {
    const { store, notices, repeat, announce } = this.#options;
    switch (message.type) {
      case 'tasks':
        this.#arriving.push(...message.tasks);
        if (message.isLast) this.#complete();
        return;
      case 'patches':
        return repeat(() => store.applyPatches(message.patches, true));
      case 'state':
        this.#state = message.state;
        return this.#didChangeState.fire(this.state);
      case 'ended':
        return notices.expect(message.refs);
      case 'announced':
        return notices.forget(message.refs);
      case 'refreshed':
        this.#refreshes.get(message.id)?.();
        this.#refreshes.delete(message.id);
        return;
      case 'pong':
        return;
      case 'notify':
        announce(message.announcement);
        return this.#send({ type: 'notified', id: message.id });
    }
  }

  #complete(): void {
    const { store, notices, fill, recent } = this.#options;
    const tasks = this.#arriving;
    this.#arriving = [];
    const waiting = notices.waiting;
    const handedOn = recent();
    const patches = handedOn.flatMap((entry) => entry.patches);
    fill(() => {
      store.replaceAll(tasks);
      store.applyPatches(patches, false);
    });
    // Only the ends that the leader names wait for a notice: it may have announced the others already.
    notices.replace(waiting);
    this.#isComplete = true;
    // Each with its time, as the leader may know what became of it since.
    for (const entry of handedOn) {
      this.#send({ type: 'patches', patches: entry.patches, at: entry.at });
      this.#ping.expect(() => (entry.isReceived = true));
    }
    if (waiting.length > 0) this.#send({ type: 'ended', refs: waiting });
  }
}
