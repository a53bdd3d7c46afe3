import type { Clock } from '../../src/core/base/clock';
import { Emitter } from '../../src/core/base/event';
import type { Peer, Lease, LeaseHandlers } from '../../src/core/windows/windowLease';

/** How long a message takes from window to window, in milliseconds. */
const travelMs = 1;

/**
 * The windows of one machine without a machine: one of them has the lease, messages take a moment on their way,
 * and a window that is killed takes along what it has not sent. Who is next in the queue gets the lease.
 */
export class FakeWindows {
  readonly #clock: Clock;
  readonly #candidates: Candidate[] = [];
  /** Which of those that wait gets a free lease, as an index into them. */
  pickNext: (waiting: number) => number = () => 0;
  /** By the server whose tasks they show. */
  readonly #leaders = new Map<string, Candidate>();
  /** Lost the lease, and will hear so when somebody else has it. */
  readonly #deposed: Candidate[] = [];
  readonly #latestTerms = new Map<string, number>();
  #isDeciding = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly join = (origin: string, handlers: LeaseHandlers): Lease & { kill(): void } => {
    const candidate = new Candidate(origin, handlers);
    this.#candidates.push(candidate);
    this.#decide();
    return {
      yield: () => {
        this.#drop(candidate);
        handlers.onLeave();
        void this.#after(1000).then(() => {
          if (candidate.isGone) return;
          this.#candidates.push(candidate);
          this.#decide();
        });
      },
      takeOver: () => {
        const silent = this.#leaders.get(origin);
        // Another window may have been faster.
        if (!silent || !candidate.lines.some((line) => silent.lines.includes(line))) return;
        this.#deposed.push(silent);
        this.#drop(silent);
      },
      isSuperseded: () =>
        candidate.term !== undefined && (this.#latestTerms.get(origin) ?? 0) > candidate.term,
      dispose: () => {
        candidate.isGone = true;
        this.#drop(candidate);
      },
      kill: () => {
        candidate.isGone = true;
        for (const line of candidate.lines) line.lose();
        this.#drop(candidate);
      },
    };
  };

  /** Delivers a message to every window, as if a peer had sent it. */
  sendToAll(message: string): void {
    for (const { lines } of this.#candidates)
      for (const { ends } of lines) for (const end of ends) end.send(message);
  }

  #drop(candidate: Candidate): void {
    const at = this.#candidates.indexOf(candidate);
    if (at >= 0) this.#candidates.splice(at, 1);
    if (this.#leaders.get(candidate.origin) === candidate) this.#leaders.delete(candidate.origin);
    for (const line of candidate.lines.splice(0)) void line.end();
    this.#decide();
  }

  /** A moment later, as everything among processes. */
  #decide(): void {
    if (this.#isDeciding) return;
    this.#isDeciding = true;
    void this.#after(travelMs).then(() => {
      this.#isDeciding = false;
      for (const origin of new Set(this.#candidates.map((one) => one.origin)))
        this.#decideFor(origin);
    });
  }

  #decideFor(origin: string): void {
    const waiting = this.#candidates.filter(
      (one) => one.origin === origin && one !== this.#leaders.get(origin) && one.lines.length === 0,
    );
    let leader = this.#leaders.get(origin);
    if (!leader) {
      [leader] = waiting.splice(this.pickNext(waiting.length), 1);
      if (!leader) return;
      this.#appoint(leader);
    }
    for (const one of waiting) this.#connect(one, leader);
  }

  #appoint(leader: Candidate): void {
    const { origin } = leader;
    leader.term = (this.#latestTerms.get(origin) ?? 0) + 1;
    this.#latestTerms.set(origin, leader.term);
    this.#leaders.set(origin, leader);
    leader.handlers.onLead();
    for (const deposed of this.#deposed.splice(0)) if (!deposed.isGone) deposed.handlers.onLeave();
  }

  #connect(follower: Candidate, leader: Candidate): void {
    const line = new Line(this.#clock);
    follower.lines.push(line);
    leader.lines.push(line);
    line.onCut.push(() => {
      for (const one of [follower, leader]) {
        const at = one.lines.indexOf(line);
        if (at >= 0) one.lines.splice(at, 1);
      }
      this.#decide();
    });
    follower.handlers.onFollow(line.ends[0]);
    leader.handlers.onPeer(line.ends[1]);
  }

  async #after(ms: number): Promise<void> {
    await this.#clock.sleep(ms, new AbortController().signal);
  }
}

class Candidate {
  readonly lines: Line[] = [];
  isGone = false;
  /** That it leads, or led last. */
  term: number | undefined;
  constructor(
    readonly origin: string,
    readonly handlers: LeaseHandlers,
  ) {}
}

/** Carries messages both ways, in order, until it ends. */
class Line {
  readonly onCut: (() => void)[] = [];
  readonly ends: readonly [Peer, Peer];
  readonly #clock: Clock;
  readonly #closed = new Emitter<void>();
  #isEnding = false;
  #isLost = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    const first = new Emitter<string>();
    const second = new Emitter<string>();
    const end = (into: Emitter<string>, outOf: Emitter<string>): Peer => ({
      send: (message) => {
        if (this.#isEnding) return;
        void this.#travel().then(() => {
          if (!this.#isLost) into.fire(message);
        });
      },
      onDidReceive: outOf.event,
      onDidClose: this.#closed.event,
    });
    this.ends = [end(second, first), end(first, second)];
  }

  /** What is under way arrives nowhere, as when its sender is killed before it has sent it. */
  lose(): void {
    this.#isLost = true;
  }

  /** What is under way still arrives; then both ends hear of the end. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    for (const act of this.onCut) act();
    await this.#travel();
    this.#closed.fire();
  }

  #travel(): Promise<void> {
    return this.#clock.sleep(travelMs, new AbortController().signal);
  }
}
