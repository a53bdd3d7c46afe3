import { Emitter } from '../core/event';
import type { Peer, Seat, SeatHandlers } from '../core/windowSeat';
import { systemClock } from './systemClock';

/** The part of the browser's lock manager that is used (https://w3c.github.io/web-locks/). */
export interface Locks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<unknown>;
}

export interface JoinWebOptions extends SeatHandlers {
  /** The same for all windows that belong together, and for no others of this origin. */
  readonly name: string;
  readonly locks: Locks;
  readonly createChannel: (name: string) => Channel;
  /** Told once where the browser gives no locks. This window then leads alone, whatever others do. */
  readonly onError: (error: unknown) => void;
}

/** The part of `BroadcastChannel` that is used. */
export interface Channel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

/** After leaving the seat to others, in milliseconds. */
const politePauseMs = 1000;

/**
 * Takes part in the contest for the seat among the windows of one browser: who holds the lock leads.
 * The browser gives the lock to the next in the queue when its owner's tab goes, however it goes. Each window holds a lock of its own too,
 * for which the leader queues: so it learns when a follower has gone.
 */
export function joinWebWindows(options: JoinWebOptions): Seat {
  return new WebContest(options);
}

/** What goes over the channel. */
type Words =
  | { readonly kind: 'leads'; readonly from: string }
  | { readonly kind: 'hello'; readonly from: string; readonly to: string }
  | { readonly kind: 'message'; readonly from: string; readonly to: string; readonly text: string };

class WebContest implements Seat {
  readonly #options: JoinWebOptions;
  readonly #id = crypto.randomUUID();
  readonly #channel: Channel;
  readonly #disposed = new AbortController();
  readonly #peers = new Map<string, ChannelPeer>();
  #leader: ChannelPeer | undefined;
  /** Set while this window leads. */
  #endTerm: (() => void) | undefined;
  #isAlone = false;

  constructor(options: JoinWebOptions) {
    this.#options = options;
    this.#channel = options.createChannel(options.name);
    void this.#hold(`${options.name} ${this.#id}`, () => {
      // Only now, as a leader that hears of this window takes a lock that nobody holds for its end.
      this.#takePart();
      return this.#untilDisposed();
    });
  }

  yield(): void {
    this.#endTerm?.();
  }

  /** The browser gives the lock to nobody while its owner's tab lives. */
  takeOver(): void {}

  isSuperseded(): boolean {
    return false;
  }

  dispose(): void {
    this.#disposed.abort();
    this.#endTerm?.();
    this.#leader?.close();
    this.#channel.close();
  }

  #takePart(): void {
    if (this.#disposed.signal.aborted) return;
    this.#channel.addEventListener('message', ({ data }) => this.#hear(data as Words));
    void this.#run();
    // Whoever leads answers.
    this.#say({ kind: 'hello', from: this.#id, to: anyLeader });
  }

  async #run(): Promise<void> {
    while (!this.#disposed.signal.aborted && !this.#isAlone) {
      await this.#hold(this.#options.name, () => this.#lead());
      await systemClock.sleep(politePauseMs, this.#disposed.signal);
    }
  }

  /** Resolves when the lock was held and given back, or when nobody wants it any more. */
  async #hold(name: string, held: () => Promise<void>): Promise<void> {
    const { signal } = this.#disposed;
    try {
      await this.#options.locks.request(name, { signal }, held);
    } catch (error) {
      // The signal may have ended the wait. Else the browser gives no locks here.
      if (!signal.aborted) this.#workAlone(error);
    }
  }

  #workAlone(error: unknown): void {
    if (this.#isAlone) return;
    this.#isAlone = true;
    this.#options.onError(error);
    this.#options.onLead();
  }

  async #lead(): Promise<void> {
    if (this.#disposed.signal.aborted) return;
    this.#leader?.close();
    this.#leader = undefined;
    this.#options.onLead();
    const ended = new Promise<void>((resolve) => (this.#endTerm = resolve));
    this.#say({ kind: 'leads', from: this.#id });
    await ended;
    this.#endTerm = undefined;
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    if (!this.#disposed.signal.aborted) this.#options.onLeave();
  }

  #hear(words: Words): void {
    if (words.kind === 'leads') return this.#followOn(words.from);
    if (words.kind === 'hello') {
      const isForUs = words.to === anyLeader || words.to === this.#id;
      if (!this.#endTerm || !isForUs) return;
      if (words.to === anyLeader) this.#say({ kind: 'leads', from: this.#id });
      else this.#admit(words.from);
      return;
    }
    if (words.to !== this.#id) return;
    (this.#endTerm ? this.#peers.get(words.from) : this.#leaderNamed(words.from))?.take(words.text);
  }

  #followOn(id: string): void {
    if (this.#endTerm || this.#leader?.id === id) return;
    this.#leader?.close();
    this.#leader = this.#peerNamed(id);
    this.#say({ kind: 'hello', from: this.#id, to: id });
    this.#options.onFollow(this.#leader);
  }

  #admit(id: string): void {
    this.#peers.get(id)?.close();
    const peer = this.#peerNamed(id);
    this.#peers.set(id, peer);
    this.#options.onPeer(peer);
    // Granted when the window of that name has gone.
    void this.#hold(`${this.#options.name} ${id}`, async () => {
      peer.close();
      if (this.#peers.get(id) === peer) this.#peers.delete(id);
      await Promise.resolve();
    });
  }

  #leaderNamed(id: string): ChannelPeer | undefined {
    return this.#leader?.id === id ? this.#leader : undefined;
  }

  #peerNamed(id: string): ChannelPeer {
    return new ChannelPeer(id, (text) =>
      this.#say({ kind: 'message', from: this.#id, to: id, text }),
    );
  }

  #say(words: Words): void {
    if (!this.#disposed.signal.aborted) this.#channel.postMessage(words);
  }

  #untilDisposed(): Promise<void> {
    const { signal } = this.#disposed;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  }
}

const anyLeader = '*';

class ChannelPeer implements Peer {
  readonly id: string;
  readonly #send: (text: string) => void;
  readonly #didReceive = new Emitter<string>();
  readonly #didClose = new Emitter<void>();
  #isClosed = false;
  readonly onDidReceive = this.#didReceive.event;
  readonly onDidClose = this.#didClose.event;

  constructor(id: string, send: (text: string) => void) {
    this.id = id;
    this.#send = send;
  }

  send(message: string): void {
    if (!this.#isClosed) this.#send(message);
  }

  take(text: string): void {
    if (!this.#isClosed) this.#didReceive.fire(text);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#didClose.fire();
  }
}
