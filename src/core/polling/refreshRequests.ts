import { refKey, type TaskRef } from '../cloud/task';

/** The tasks that a person wants polled now, whatever their state, and who waits for that. */
export class RefreshRequests {
  readonly #requested = new Map<string, { readonly ref: TaskRef; readonly serial: number }>();
  #serial = 0;
  #waiting: (() => void)[] = [];

  /** How many tasks are still to be polled. */
  get size(): number {
    return this.#requested.size;
  }

  /** Names this moment: a request that is sent now satisfies what was requested until now. */
  get serial(): number {
    return this.#serial;
  }

  has(ref: TaskRef): boolean {
    return this.#requested.has(refKey(ref));
  }

  add(refs: readonly TaskRef[]): void {
    this.#serial++;
    for (const ref of refs) this.#requested.set(refKey(ref), { ref, serial: this.#serial });
  }

  /** Resolves when nothing is requested any more. */
  done(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /**
   * These tasks were polled, with or without success. Those requested again since stay requested.
   * @param serial of the moment when the request was sent
   */
  satisfy(refs: readonly TaskRef[], serial: number): void {
    for (const ref of refs) {
      const key = refKey(ref);
      if ((this.#requested.get(key)?.serial ?? Infinity) <= serial) this.#requested.delete(key);
    }
  }

  /** These are not polled for now, and no refresh waits for them. */
  drop(isDropped: (ref: TaskRef) => boolean): void {
    for (const [key, { ref }] of this.#requested) if (isDropped(ref)) this.#requested.delete(key);
  }

  /** Resolves the refreshes that wait, if all was polled. */
  settle(): void {
    if (this.#requested.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Drops what is requested, and resolves the refreshes that wait. */
  clear(): void {
    this.#requested.clear();
    this.settle();
  }
}
