import { Emitter, type Disposable, type Event } from '../../core/base/event';
import type { Polling } from '../../core/polling/polling';
import type { VisibleDetails } from '../notifications/attention';
import type { Late } from './late';
import type { TaskView } from '../tree/taskView';

/** The second half of the extension, loaded when something first needs it. */
export class LateParts implements Disposable, VisibleDetails {
  readonly #load: () => Promise<Late>;
  readonly #didChangeVisible = new Emitter<void>();
  #late: Promise<Late> | undefined;
  #details: VisibleDetails | undefined;
  #isDisposed = false;

  readonly onDidChangeVisible: Event<void> = this.#didChangeVisible.event;

  constructor(load: () => Promise<Late>) {
    this.#load = load;
  }

  /** Rejects only where its bundle is missing or damaged. */
  readonly get = (): Promise<Late> => {
    this.#late ??= this.#load().then((late) => {
      if (this.#isDisposed) late.dispose();
      this.#details = late.details;
      late.details.onDidChangeVisible(() => this.#didChangeVisible.fire());
      return late;
    });
    return this.#late;
  };

  get hasVisible(): boolean {
    return this.#details?.hasVisible ?? false;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#didChangeVisible.dispose();
    void this.#late?.then(
      (late) => late.dispose(),
      () => undefined,
    );
  }
}

export interface LateTriggerOptions {
  readonly late: LateParts;
  readonly view: Pick<TaskView, 'isVisible' | 'onDidChangeVisible'>;
  readonly poller: Polling;
  readonly onError: (error: unknown) => void;
}

/** Loads the second half when the view comes into sight, which wants words, and when something stops the looks, which may want a prompt. */
export function loadWhenNeeded({ late, view, poller, onError }: LateTriggerOptions): Disposable {
  const load = (): void => {
    if (!view.isVisible && poller.state.holds.length === 0) return;
    for (const subscription of subscriptions) subscription.dispose();
    late.get().catch(onError);
  };
  const subscriptions = [view.onDidChangeVisible(load), poller.onDidChangeState(load)];
  load();
  return {
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
