import type { Disposable, Event } from './event';

/** Another window of the same user. Messages arrive whole and in their order, until it has gone. */
export interface Peer {
  send(message: string): void;
  readonly onDidReceive: Event<string>;
  /** Fires once, when the window closed, crashed or gave up. */
  readonly onDidClose: Event<void>;
}

/** What comes of the contest for the seat. `onLead` and `onFollow` end what the last of them said. */
export interface SeatHandlers {
  /** This window is the one that polls. */
  onLead(): void;
  /** It is no longer, and nobody else is yet. */
  onLeave(): void;
  /** Another window polls. When it goes, the contest begins anew by itself. */
  onFollow(leader: Peer): void;
  /** Another window follows this one. */
  onPeer(peer: Peer): void;
  /**
   * The window that this one follows lives, but has not answered for some seconds; or it answers again. Where it stays
   * silent, `onLead` or `onFollow` says some seconds later who polls instead.
   */
  onSilence(isSilent: boolean): void;
}

/** A window's place in the contest, in which at most one has the seat at a time. Disposing it leaves the seat to the others. */
export interface Seat extends Disposable {
  /**
   * Whether this window still has the seat. One that could not act for a while may have been replaced without knowing: it
   * asks before it writes or announces. False ends its part. True also once it is disposed: what it owes is its own.
   */
  confirm(): Promise<boolean>;
  /** Leaves the seat to whoever wants it, and takes part again a moment later. */
  yield(): void;
}
