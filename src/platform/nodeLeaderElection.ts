import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Peer, Lease, LeaseHandlers } from '../core/windows/windowLease';
import {
  latestTermIn,
  noticeSuccessor,
  readLease,
  removeLeases,
  termsIn,
  writeLease,
} from './leaseFiles';
import { systemClock } from './systemClock';
import { call, clearSocket, Lead, SocketPeer } from './windowSockets';

export interface JoinOptions extends LeaseHandlers {
  /** Where the windows find each other: the same folder for all of them, and of this user only. Made where it is not there. */
  readonly folder: string;
  /** Called once where windows cannot find each other. This window then leads alone, whatever others do. */
  readonly onError: (error: unknown) => void;
}

/**
 * Takes part in the election of the leader among the windows of one machine.
 *
 * Whoever leads listens on a socket (a named pipe on Windows) and says so in a file `lease-<term>`, which is linked into place whole
 * and only where no such file is yet: so each term has one winner. A window whose socket does not answer has gone, and the next term is free.
 * A connection that closes tells the others at once, however the leader ended.
 */
export function joinWindows(options: JoinOptions): Lease {
  const election = new Election(options);
  void election.run();
  return election;
}

/** After leaving the lease to others, in milliseconds. */
const politePauseMs = 1000;
/** Between two attempts where another window was faster, in milliseconds. */
const retryPauseMs = 20;
/** Attempts that fail for an unknown reason, each after twice the pause, before a window works alone. */
const mostFailures = 6;
/** Until a window that works alone looks for others again, in milliseconds. */
const alonePauseMs = 60_000;

class Election implements Lease {
  readonly #options: JoinOptions;
  readonly #disposed = new AbortController();
  #lead: Lead | undefined;
  #follow: Socket | undefined;
  /** The term that this window leads, or led last. */
  #ownTerm: number | undefined;
  /** The term whose leader this window follows. */
  #leaderTerm: number | undefined;
  /** A term whose leader lives and does not answer: the next one is free. */
  #silentTerm: number | undefined;

  constructor(options: JoinOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#isDisposed) {
      try {
        await this.#takePart();
        failures = 0;
      } catch (error) {
        if (this.#isDisposed) return;
        if (++failures === mostFailures) {
          this.#options.onError(error);
          this.#options.onLead();
        }
      }
      const pauseMs = failures < mostFailures ? retryPauseMs * 2 ** failures : alonePauseMs;
      await systemClock.sleep(pauseMs, this.#disposed.signal);
    }
  }

  yield(): void {
    this.#lead?.end();
  }

  takeOver(): void {
    if (!this.#follow) return;
    this.#silentTerm = this.#leaderTerm;
    this.#follow.destroy();
  }

  /** Without waiting, so that nothing can happen between the answer and what is done by it. */
  isSuperseded(): boolean {
    const term = this.#ownTerm;
    if (term === undefined) return false;
    try {
      return (latestTermIn(this.#options.folder) ?? term) > term;
    } catch {
      // Where windows cannot find each other, this one leads alone.
      return false;
    }
  }

  dispose(): void {
    this.#disposed.abort();
    this.#lead?.end();
    this.#follow?.destroy();
  }

  get #isDisposed(): boolean {
    return this.#disposed.signal.aborted;
  }

  /** One term, or an attempt at one. */
  async #takePart(): Promise<void> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true });
    const terms = await termsIn(folder);
    const latest = terms.at(-1) ?? 0;
    const lease = latest === 0 ? undefined : await readLease(folder, latest);
    const isSilent = latest === this.#silentTerm;
    const socket = lease && !isSilent ? await call(lease, this.#disposed.signal) : undefined;
    if (this.#isDisposed) return void socket?.destroy();
    if (socket) return this.#followOn(socket, latest);
    const lead = await takeLease(folder, latest + 1, (peer) => this.#options.onPeer(peer));
    if (!lead) return;
    if (this.#isDisposed) return lead.end();
    this.#lead = lead;
    this.#ownTerm = latest + 1;
    // What former leaders left behind.
    if (lease) await clearSocket(lease.path);
    await removeLeases(folder, terms);
    if (this.#isDisposed) return;
    this.#options.onLead();
    lead.open();
    const successor = noticeSuccessor(folder, latest + 1, () => lead.end());
    await lead.whenEnded;
    successor.close();
    this.#lead = undefined;
    if (this.#isDisposed) return;
    this.#options.onLeave();
    await systemClock.sleep(politePauseMs, this.#disposed.signal);
  }

  async #followOn(socket: Socket, term: number): Promise<void> {
    this.#follow = socket;
    this.#leaderTerm = term;
    const peer = new SocketPeer(socket);
    const closed = new Promise<void>((resolve) => peer.onDidClose(() => resolve()));
    this.#options.onFollow(peer);
    // One follower finds out that a leader hangs; the others, who may have had nothing to say to it, follow the next with it.
    const successor = noticeSuccessor(this.#options.folder, term, () => socket.destroy());
    await closed;
    successor.close();
    this.#follow = undefined;
  }
}

/** @returns `undefined` where another window was faster */
async function takeLease(
  folder: string,
  term: number,
  onPeer: (peer: Peer) => void,
): Promise<Lead | undefined> {
  const lead = await Lead.listen(onPeer);
  let isTaken = false;
  try {
    isTaken = await writeLease(folder, term, lead.address);
    return isTaken ? lead : undefined;
  } finally {
    if (!isTaken) lead.end();
  }
}
