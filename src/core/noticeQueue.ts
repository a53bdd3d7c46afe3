import type { Clock } from './clock';
import type { Disposable } from './event';
import { composeNotice, endKindOf, isObservedEnd, type EndKind, type Notice } from './notices';
import { refKey, type TaskRef } from './task';
import type { TaskStore } from './taskStore';
import { isActive, needsFullRead, type TrackedTask } from './trackedTask';

export interface NoticeQueueOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  /** Asked when a notice is due. */
  readonly isWanted: (kind: EndKind) => boolean;
  readonly show: (notice: Notice) => void;
}

/** Ends within this many milliseconds of the first become one notice. */
export const noticeWindowMs = 10_000;

/**
 * Gathers the ends that the store observes and shows each once.
 * Waits up to ten seconds for further ends and for verdicts; not at all once nothing more can come.
 */
export class NoticeQueue implements Disposable {
  readonly #options: NoticeQueueOptions;
  readonly #subscription: Disposable;
  readonly #disposed = new AbortController();
  #ended = new Map<string, TaskRef>();
  #window: AbortController | undefined;

  constructor(options: NoticeQueueOptions) {
    this.#options = options;
    this.#subscription = options.store.onDidChange((changes) => {
      for (const change of changes)
        if (change.after && isObservedEnd(change))
          this.#ended.set(refKey(change.after), change.after);
      if (this.#ended.size > 0) this.#consider();
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#disposed.abort();
    this.#window?.abort();
  }

  #consider(): void {
    const { store, clock } = this.#options;
    const nothingMoreToCome = !store.tasks().some(isActive) && !this.#tasks().some(needsFullRead);
    if (nothingMoreToCome) return this.#flush();
    if (this.#window) return;
    const window = new AbortController();
    this.#window = window;
    void clock.sleep(noticeWindowMs, window.signal).then(() => {
      if (!window.signal.aborted) this.#flush();
    });
  }

  /** As they are now: the verdict may have come after the end, and somebody may have looked already. */
  #tasks(): TrackedTask[] {
    return [...this.#ended.values()]
      .map((ref) => this.#options.store.get(ref))
      .filter((task) => task !== undefined);
  }

  #flush(): void {
    this.#window?.abort();
    this.#window = undefined;
    const tasks = this.#tasks().filter((task) => {
      const kind = endKindOf(task);
      return task.isUnseen && kind !== undefined && this.#options.isWanted(kind);
    });
    this.#ended = new Map();
    const notice = composeNotice(tasks);
    if (notice && !this.#disposed.signal.aborted) this.#options.show(notice);
  }
}
