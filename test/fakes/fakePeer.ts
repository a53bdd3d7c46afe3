import { Emitter } from '../../src/core/base/event';
import type { ToFollower, ToLeader } from '../../src/core/windows/windowMessages';
import type { Peer } from '../../src/core/windows/windowLease';

/** What each of two windows says to the other. */
interface Messages {
  readonly leader: ToFollower;
  readonly follower: ToLeader;
}

/** Another window as a test plays it: keeps what it is sent, and says what it is told to. */
export class FakePeer<Part extends keyof Messages> implements Peer {
  readonly received: Messages[Exclude<keyof Messages, Part>][] = [];
  isAnswering = true;
  readonly #received = new Emitter<string>();
  readonly #closed = new Emitter<void>();

  readonly onDidReceive = this.#received.event;
  readonly onDidClose = this.#closed.event;

  /** Answers a ping at once, as every leader that does not hang. */
  send(message: string): void {
    const received = JSON.parse(message) as Messages[Exclude<keyof Messages, Part>];
    if (received.type !== 'ping') this.received.push(received);
    else if (this.isAnswering)
      this.#received.fire(JSON.stringify({ type: 'pong', id: received.id }));
  }

  /** @param message a text where it is to be none of the protocol's */
  deliver(message: Messages[Part] | string): void {
    this.#received.fire(typeof message === 'string' ? message : JSON.stringify(message));
  }

  close(): void {
    this.#closed.fire();
  }
}
