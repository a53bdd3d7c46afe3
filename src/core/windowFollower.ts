import { Emitter, type Disposable, type Event } from './event';
import type { NoticeQueue } from './noticeQueue';
import type { Attention, PollerState, Polling } from './polling';
import type { TaskRef } from './task';
import type { TaskPatch } from './taskPatch';
import type { TaskStore } from './taskStore';
import { isActive, type TrackedTask } from './trackedTask';
import { parseToFollower, type Announcement, type ToLeader } from './windowMessages';
import type { Peer } from './windowSeat';

export interface WindowFollowerOptions {
  readonly leader: Peer;
  readonly store: TaskStore;
  readonly notices: NoticeQueue;
  /** Changes that fill the store are nobody's doing. */
  readonly fill: (change: () => void) => void;
  /** Changes that repeat the leader's are not this window's doing. */
  readonly repeat: (change: () => void) => void;
  /** What happened in the last seconds and what nobody else has heard of, which the leader before may have taken with it. */
  readonly takeRecent: () => readonly TaskPatch[];
  readonly hasKey: () => boolean;
  /** Tells the person at this window. */
  readonly announce: (announcement: Announcement) => void;
}

/** A window's part while another one polls: its store repeats the leader's, and what is done here is sent there. */
export class WindowFollower implements Polling, Disposable {
  readonly #options: WindowFollowerOptions;
  readonly #didChangeState = new Emitter<PollerState>();
  readonly #subscription: Disposable;
  readonly #refreshes = new Map<number, () => void>();
  #refreshCount = 0;
  #state: PollerState | undefined;
  /** The beginning of what is tracked, until all of it is here. */
  #arriving: TrackedTask[] = [];
  #isComplete = false;
  #isLeaderSilent = false;

  readonly onDidChangeState: Event<PollerState> = this.#didChangeState.event;

  constructor(options: WindowFollowerOptions) {
    this.#options = options;
    this.#subscription = options.leader.onDidReceive((text) => this.#hear(text));
    this.#say({ type: 'key', hasKey: options.hasKey() });
  }

  get state(): PollerState {
    const activeCount = this.#options.store.tasks().filter(isActive).length;
    const state = { isLooking: false, holds: [], ...this.#state, activeCount };
    return this.#isLeaderSilent ? { ...state, isLeaderSilent: true } : state;
  }

  /** Passes on what somebody did in this window. @returns false where it has to wait until the leader has told what there is */
  tell(patches: readonly TaskPatch[]): boolean {
    if (this.#isComplete) this.#say({ type: 'patches', patches });
    return this.#isComplete;
  }

  /** The leader has not answered for some seconds, or does again. */
  setLeaderSilent(isSilent: boolean): void {
    if (isSilent === this.#isLeaderSilent) return;
    this.#isLeaderSilent = isSilent;
    this.#didChangeState.fire(this.state);
  }

  /** The settings are the same in all windows. */
  setPauses(): void {}

  setAttention(attention: Attention): void {
    this.#say({ type: 'attention', attention });
  }

  reconnect(): void {
    this.#say({ type: 'key', hasKey: this.#options.hasKey() });
  }

  /** Stays unresolved where the leader goes before it has looked. */
  refresh(refs?: readonly TaskRef[]): Promise<void> {
    const id = ++this.#refreshCount;
    return new Promise((resolve) => {
      this.#refreshes.set(id, resolve);
      this.#say({ type: 'refresh', id, refs });
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#didChangeState.dispose();
    this.#refreshes.clear();
  }

  #say(message: ToLeader): void {
    this.#options.leader.send(JSON.stringify(message));
  }

  #hear(text: string): void {
    const message = parseToFollower(text);
    if (!message) return;
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
      case 'tell':
        announce(message.announcement);
        return this.#say({ type: 'told', id: message.id });
    }
  }

  #complete(): void {
    const { store, notices, fill, takeRecent } = this.#options;
    const tasks = this.#arriving;
    this.#arriving = [];
    const waiting = notices.waiting;
    const patches = takeRecent();
    fill(() => {
      store.replaceAll(tasks);
      store.applyPatches(patches, false);
    });
    // What seems to have ended just now may be old news to the leader, who says what is not.
    notices.forget(notices.waiting);
    notices.expect(waiting);
    this.#isComplete = true;
    if (patches.length > 0) this.#say({ type: 'patches', patches });
    if (waiting.length > 0) this.#say({ type: 'ended', refs: waiting });
  }
}
