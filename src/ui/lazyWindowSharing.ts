import type { Disposable } from '../core/base/event';
import type { Announcement } from '../core/windows/windowMessages';
import type { WindowSharing } from '../core/windows/windowSharing';

/** What polls and speaks with the other windows, loaded right after start-up. */
export class LazyWindowSharing implements Disposable {
  readonly #sharing: Promise<WindowSharing | undefined>;

  /** @param onError Called where the bundle is missing or damaged: then nothing is polled. */
  constructor(load: () => Promise<WindowSharing>, onError: (error: unknown) => void) {
    this.#sharing = load().catch((error: unknown) => {
      onError(error);
      return undefined;
    });
  }

  /** Resolves when whatever is done in this window reaches the others. Never rejects. */
  readonly whenReady = async (): Promise<void> => (await this.#sharing)?.whenReady;

  /** Shares the tasks of this server from now on. */
  readonly open = (origin: string): void => this.#do((sharing) => void sharing.open(origin));

  /** Has the person notified in the window where they are. Does nothing in a window that does not poll. */
  readonly announce = (announcement: Announcement): void =>
    this.#do((sharing) => sharing.announce(announcement));

  dispose(): void {
    this.#do((sharing) => sharing.dispose());
  }

  #do(act: (sharing: WindowSharing) => void): void {
    void this.#sharing.then((sharing) => sharing && act(sharing));
  }
}
