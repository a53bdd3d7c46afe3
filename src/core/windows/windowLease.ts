import type { Disposable, Event } from '../base/event';

/** Another window of the same user. Messages arrive whole and in their order, until it has gone. */
export interface Peer {
  send(message: string): void;
  readonly onDidReceive: Event<string>;
  /** Fires once, when the window closed, crashed or gave up. */
  readonly onDidClose: Event<void>;
}

/** What comes of the election of the leader. `onLead` and `onFollow` end what the last of them said. */
export interface LeaseHandlers {
  /** This window is the one that polls. */
  onLead(): void;
  /** It is no longer, and nobody else is yet. */
  onLeave(): void;
  /** Another window polls. When it goes, the election begins anew by itself. */
  onFollow(leader: Peer): void;
  /** Another window follows this one. */
  onPeer(peer: Peer): void;
}

/** A window's place in the election, in which at most one has the lease at a time. Disposing it leaves the lease to the others. */
export interface Lease extends Disposable {
  /** Leaves the lease to whoever wants it, and takes part again a moment later. */
  yield(): void;
  /** Opens the election for the place of the leader that this window follows, which lives but does not answer. */
  takeOver(): void;
  /**
   * Whether another window has taken the lease since this one had it. Tells at once and at any time:
   * a window that hung learns so in the moment in which it wakes that it leads no more.
   */
  isSuperseded(): boolean;
}
