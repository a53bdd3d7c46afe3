import type { Disposable, Event } from '../base/event';

/** Another window of the same user. Messages arrive whole and in their order, until it has gone. */
export interface Peer {
  send(message: string): void;
  readonly onDidReceive: Event<string>;
  /** Fires once, when the window closed, crashed or gave up. */
  readonly onDidClose: Event<void>;
}

/** The results of the election of the leader. `onLead` and `onFollow` replace the role that the last of them gave. */
export interface LeaseHandlers {
  /** This window is the one that polls. */
  onLead(): void;
  /** This window no longer leads, and no other one does yet. */
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
   * Whether another window has taken the lease since this one had it. Answers at once, so that a window that hung
   * knows when it wakes that it no longer leads.
   */
  isSuperseded(): boolean;
}
