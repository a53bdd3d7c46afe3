import type { Disposable } from '../core/base/event';
import type { Announcement } from '../core/windows/windowMessages';
import type { WindowSharing } from '../core/windows/windowSharing';

/** What polls and speaks with the other windows, loaded right after start-up. */
export class LazyWindowSharing implements Disposable {
  readonly #loading: Promise<WindowSharing | undefined>;
  #sharing: WindowSharing | undefined;
  #isDisposed = false;

  /** @param onError called where the bundle is missing or damaged: then nothing is polled */
  constructor(load: () => Promise<() => WindowSharing>, onError: (error: unknown) => void) {
    this.#loading = load()
      .then((create) => {
        if (!this.#isDisposed) this.#sharing = create();
        return this.#sharing;
      })
      .catch((error: unknown) => {
        onError(error);
        return undefined;
      });
  }

  /** Resolves when whatever is done in this window reaches the others. Never rejects. */
  readonly whenReady = async (): Promise<void> => (await this.#loading)?.whenReady;

  /** Notifies the person in the window where they are. Does nothing in a window that does not poll. */
  announce(announcement: Announcement): void {
    this.#sharing?.announce(announcement);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#sharing?.dispose();
  }
}
