import type { Clock } from '../base/clock';
import type { Disposable } from '../base/event';

export interface LeaderPingOptions {
  readonly clock: Clock;
  /** Sends a ping, which the leader answers by its number. */
  readonly send: (id: number) => void;
  /** Whether a leader that hangs would be missed although nothing is sent to it. */
  readonly isWatching: () => boolean;
  /** Called when a ping has waited too long, and when its answer comes after all. */
  readonly onSilence: (isSilent: boolean) => void;
  /** Called once, when no answer has come for so long that another leader is needed. */
  readonly onGiveUp: () => void;
}

/** Until the window counts the leader as silent, in milliseconds; after as long again it gives up. */
const patienceMs = 3000;
/** Between two pings while nothing else comes from the leader, in milliseconds. */
const pauseMs = 3000;
/** A timer this late means that this window hung itself, in milliseconds. */
const delayMs = 1000;

/**
 * Notices a leader that hangs but lives: its connection stays open and nothing comes from it.
 * What is sent to it counts as received once a later ping is answered. No timer runs while nothing waits and nothing is watched.
 */
export class LeaderPing implements Disposable {
  readonly #options: LeaderPingOptions;
  readonly #disposed = new AbortController();
  #unconfirmed: (() => void)[] = [];
  #count = 0;
  #pause = new AbortController();
  #answer = new AbortController();
  #isRunning = false;
  /** Whether anything has come from the leader since the last pause began. */
  #isReceived = false;

  constructor(options: LeaderPingOptions) {
    this.#options = options;
  }

  /** Something was sent. @param onReceived called when the leader has certainly received it; never, where it goes before */
  expect(onReceived: () => void): void {
    this.#unconfirmed.push(onReceived);
    this.#pause.abort();
    this.#run();
  }

  /** Something has come from the leader. @param answered the number of the ping that it answers, where it does */
  onMessage(answered?: number): void {
    this.#isReceived = true;
    if (answered === this.#count) this.#answer.abort();
    this.#run();
  }

  dispose(): void {
    this.#disposed.abort();
    this.#pause.abort();
    this.#answer.abort();
  }

  #run(): void {
    if (this.#isRunning || !this.#isNeeded) return;
    this.#isRunning = true;
    // Nothing in the loop rejects.
    void this.#loop();
  }

  get #isNeeded(): boolean {
    if (this.#disposed.signal.aborted) return false;
    return this.#unconfirmed.length > 0 || this.#options.isWatching();
  }

  async #loop(): Promise<void> {
    while (this.#isNeeded) {
      if (this.#unconfirmed.length === 0 && (await this.#isReceivedInPause())) continue;
      if (!this.#isNeeded) break;
      if (!(await this.#isAnswered())) {
        if (!this.#disposed.signal.aborted) this.#options.onGiveUp();
        return;
      }
    }
    this.#isRunning = false;
  }

  async #isReceivedInPause(): Promise<boolean> {
    this.#isReceived = false;
    this.#pause = new AbortController();
    await this.#options.clock.sleep(pauseMs, this.#pause.signal);
    return this.#isReceived && this.#unconfirmed.length === 0;
  }

  async #isAnswered(): Promise<boolean> {
    const { onSilence } = this.#options;
    const sent = this.#unconfirmed;
    this.#unconfirmed = [];
    if (!(await this.#ping())) {
      if (this.#disposed.signal.aborted) return false;
      onSilence(true);
      if (!(await this.#ping())) return false;
      if (!this.#disposed.signal.aborted) onSilence(false);
    }
    if (this.#disposed.signal.aborted) return false;
    for (const onReceived of sent) onReceived();
    return true;
  }

  /** Counts only the time in which this window could have received an answer. */
  async #ping(): Promise<boolean> {
    const { clock, send } = this.#options;
    const answer = new AbortController();
    this.#answer = answer;
    let elapsedMs: number;
    do {
      const startedAt = clock.now();
      send(++this.#count);
      await clock.sleep(patienceMs, answer.signal);
      elapsedMs = clock.now() - startedAt;
    } while (elapsedMs > patienceMs + delayMs && !answer.signal.aborted);
    return answer.signal.aborted;
  }
}
