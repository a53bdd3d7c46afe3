import { Emitter, type Disposable, type Event } from '../../core/base/event';
import type { Polling } from '../../core/polling/polling';
import type { VisibleDetails } from '../notifications/attention';
import type { Features } from './features';
import type { TaskView } from '../tree/taskView';

/** The second half of the extension, loaded when something first needs it. */
export class LazyFeatures implements Disposable, VisibleDetails {
  readonly #load: () => Promise<Features>;
  readonly #didChangeVisible = new Emitter<void>();
  #features: Promise<Features> | undefined;
  #details: VisibleDetails | undefined;
  #isDisposed = false;

  readonly onDidChangeVisible: Event<void> = this.#didChangeVisible.event;

  constructor(load: () => Promise<Features>) {
    this.#load = load;
  }

  /** Rejects only where its bundle is missing or damaged. */
  readonly get = (): Promise<Features> => {
    this.#features ??= this.#load().then((features) => {
      if (this.#isDisposed) features.dispose();
      this.#details = features.details;
      features.details.onDidChangeVisible(() => this.#didChangeVisible.fire());
      return features;
    });
    return this.#features;
  };

  get hasVisible(): boolean {
    return this.#details?.hasVisible ?? false;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#didChangeVisible.dispose();
    void this.#features?.then(
      (features) => features.dispose(),
      () => undefined,
    );
  }
}

export interface FeatureTriggerOptions {
  readonly features: LazyFeatures;
  readonly view: Pick<TaskView, 'isVisible' | 'onDidChangeVisible'>;
  readonly poller: Polling;
  readonly onError: (error: unknown) => void;
}

/** Loads the second half when the view comes into sight, which wants words, and when something stops the looks, which may want a prompt. */
export function loadWhenNeeded({
  features,
  view,
  poller,
  onError,
}: FeatureTriggerOptions): Disposable {
  const load = (): void => {
    if (!view.isVisible && poller.state.pauses.length === 0) return;
    for (const subscription of subscriptions) subscription.dispose();
    features.get().catch(onError);
  };
  const subscriptions = [view.onDidChangeVisible(load), poller.onDidChangeState(load)];
  load();
  return {
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
