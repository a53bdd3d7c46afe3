import type { Clock } from '../../src/core/base/clock';

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/**
 * A clock that stands still until a test drives it.
 * The wall clock (`now`) and the timers run apart when `jump` sets the wall clock, as they do on a real machine.
 */
export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  #sleepers: Sleeper[] = [];

  constructor(now = Date.UTC(2026, 0, 13, 12)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { wakesAt: this.#elapsed + ms, wake };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', wake);
    });
  }

  /** Lets time pass: wakes sleepers in their order, and lets what they started settle before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (;;) {
      const next = this.#sleepers
        .filter((sleeper) => sleeper.wakesAt <= end)
        .reduce<Sleeper | undefined>((a, b) => (a && a.wakesAt <= b.wakesAt ? a : b), undefined);
      if (!next) break;
      this.#pass(Math.max(0, next.wakesAt - this.#elapsed));
      next.wake();
      await settle();
    }
    this.#pass(end - this.#elapsed);
    await settle();
  }

  /** Sets the wall clock, as a person or a time server does; timers do not notice. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** The machine sleeps: the wall clock goes on, timers stand still. */
  sleepMachine(ms: number): void {
    this.#now += ms;
  }

  #pass(ms: number): void {
    this.#elapsed += ms;
    this.#now += ms;
  }
}

/** Lets every promise that can settle without a timer settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
