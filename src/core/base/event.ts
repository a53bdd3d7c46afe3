/** Undoes a subscription or ends a thing. Safe to call twice. */
export interface Disposable {
  dispose(): void;
}

/** Disposes all, in their order. */
export function disposeAll(parts: Iterable<Disposable>): void {
  for (const part of parts) part.dispose();
}

/** Registers a listener. Shaped as VS Code's own events are. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** Registers a listener with several events that it need not tell apart. */
export function listenToAll(
  events: readonly ((listener: () => void) => Disposable)[],
  listener: () => void,
): Disposable {
  const subscriptions = events.map((event) => event(listener));
  return { dispose: () => disposeAll(subscriptions) };
}

/** Told of what listeners throw. Unset, it is thrown where nobody catches it, so that no test misses it. */
let onListenerError = (error: unknown): void =>
  queueMicrotask(() => {
    throw error;
  });

/** Has what listeners throw reported, by all emitters, until it is disposed. For the composition root. */
export function reportListenerErrors(report: (error: unknown) => void): Disposable {
  const before = onListenerError;
  onListenerError = report;
  return { dispose: () => void (onListenerError = before) };
}

/**
 * Notifies listeners in the order in which they came. One that throws disturbs neither the others nor whoever fires.
 * Owned and disposed by the class whose event it is.
 */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A wrapper for each subscription, so that the same function may listen twice.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return { dispose: () => void this.#listeners.delete(entry) };
  };

  fire(value: T): void {
    // A copy, as listeners may be added and removed while others are called.
    const listeners = Array.from(this.#listeners);
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
