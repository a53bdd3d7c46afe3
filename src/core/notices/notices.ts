import type { Clock } from '../base/clock';
import type { Disposable } from '../base/event';
import { isObservedEnd } from '../tasks/answeredTask';
import { refKey, type TaskRef } from '../cloud/task';
import type { TaskStore } from '../tasks/taskStore';
import { isActive, needsFullRead, type TrackedTask } from '../tasks/trackedTask';
import { countLabel, formatCount } from '../labels/countLabel';
import { appearanceLabel, formatCost, taskTitle } from '../labels/taskLabels';
import { endKindOf, endKinds, type EndKind } from './endKinds';

/** One message about one or several ends. */
export interface Notice {
  readonly text: string;
  readonly refs: readonly TaskRef[];
  /** True when any of the tasks failed or did not do its job. */
  readonly isWarning: boolean;
}

export interface NoticeQueueOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  /** Called when a notice is due. */
  readonly isEnabled: (kind: EndKind) => boolean;
  readonly show: (notice: Notice) => void;
  /** Called when ends are due: while it returns false, they wait. Absent: they are always shown. */
  readonly mayShow?: (() => boolean) | undefined;
  /** Called with ends that wait no more, before any notice of them is shown. */
  readonly onSettled?: ((refs: readonly TaskRef[]) => void) | undefined;
}

/** Ends within this many milliseconds of the first become one notice. */
export const noticeWindowMs = 10_000;
/** How long a window takes at most to note that the person has the task's details before them, in milliseconds. */
export const seenNoteMs = 300;

/**
 * Gathers the ends that the store observes and shows each once, but for those that the person sees by themselves.
 * Waits up to ten seconds for further ends and for verdicts; once nothing more can come, only until every window has noted
 * what is seen in it.
 */
export class NoticeQueue implements Disposable {
  readonly #options: NoticeQueueOptions;
  readonly #subscription: Disposable;
  readonly #ended = new Map<string, TaskRef>();
  /** Ends that some window has announced, and that are not to be announced again. */
  readonly #settled = new Set<string>();
  #window: { readonly abort: AbortController; readonly isShort: boolean } | undefined;
  #isAnnouncing = true;

  constructor(options: NoticeQueueOptions) {
    this.#options = options;
    this.#subscription = options.store.onDidChange((changes) => {
      for (const change of changes) {
        const { before, after } = change;
        if (before && !after) this.#settled.delete(refKey(before));
        if (!after || !isObservedEnd(change)) continue;
        this.#ended.set(refKey(after), after);
        this.#settled.delete(refKey(after));
      }
      this.#consider();
    });
  }

  /** The ends that wait to be announced. */
  get waiting(): readonly TaskRef[] {
    return [...this.#ended.values()].map(({ apiVersion, id }) => ({ apiVersion, id }));
  }

  /** While another window announces, ends are only gathered, so that this one can take over. */
  setAnnouncing(isAnnouncing: boolean): void {
    this.#isAnnouncing = isAnnouncing;
    if (isAnnouncing) return this.#consider();
    this.#endWindow();
  }

  /** Adds ends that another window has observed and not announced; it may have hung while another one announced them. */
  expect(refs: readonly TaskRef[]): void {
    for (const ref of refs) if (!this.#settled.has(refKey(ref))) this.#ended.set(refKey(ref), ref);
    this.#consider();
  }

  /** These are announced, by this window or another one. */
  forget(refs: readonly TaskRef[]): void {
    for (const ref of refs) {
      this.#ended.delete(refKey(ref));
      this.#settled.add(refKey(ref));
    }
  }

  /** These ends wait, and no others. */
  replace(refs: readonly TaskRef[]): void {
    this.#ended.clear();
    for (const ref of refs) this.#ended.set(refKey(ref), ref);
    this.#consider();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#endWindow();
  }

  #consider(): void {
    if (!this.#isAnnouncing || this.#ended.size === 0) return;
    const { store, clock } = this.#options;
    const isShort = !store.tasks().some(isActive) && !this.#tasks().some(needsFullRead);
    if (this.#window && (this.#window.isShort || !isShort)) return;
    this.#endWindow();
    const abort = new AbortController();
    this.#window = { abort, isShort };
    void clock.sleep(isShort ? seenNoteMs : noticeWindowMs, abort.signal).then(() => {
      if (!abort.signal.aborted) this.#flush();
    });
  }

  #endWindow(): void {
    this.#window?.abort.abort();
    this.#window = undefined;
  }

  /** The tasks as they are now, as the verdict may have come after the end, and the person may have seen it. */
  #tasks(): TrackedTask[] {
    return [...this.#ended.values()].flatMap((ref) => this.#options.store.get(ref) ?? []);
  }

  #flush(): void {
    this.#endWindow();
    if (this.#options.mayShow?.() === false) return;
    const tasks = this.#tasks().filter((task) => {
      const kind = endKindOf(task);
      return task.isUnseen && kind !== undefined && this.#options.isEnabled(kind);
    });
    const settled = this.waiting;
    this.forget(settled);
    this.#options.onSettled?.(settled);
    const notice = composeNotice(tasks);
    if (notice) this.#options.show(notice);
  }
}

/** The notice of these ends. @returns `undefined` for no tasks */
export function composeNotice(tasks: readonly TrackedTask[]): Notice | undefined {
  const [first] = tasks;
  if (!first) return undefined;
  const kinds = tasks.map(endKindOf);
  const isWarning = kinds.includes('failed') || kinds.includes('unsuccessful');
  const refs = tasks.map(({ apiVersion, id }) => ({ apiVersion, id }));
  if (tasks.length === 1) {
    const cost = first.cost === undefined ? '' : ` (${formatCost(first.cost)})`;
    return { text: `${appearanceLabel(first)}: ${taskTitle(first, 80)}${cost}`, refs, isWarning };
  }
  const found = endKinds.filter((kind) => kinds.includes(kind));
  const counts = found.map((kind) => {
    const count = kinds.filter((other) => other === kind).length;
    return `${formatCount(count)} ${kindLabel(kind)}`;
  });
  const [only, ...others] = found;
  const ended = only && others.length === 0 ? kindLabel(only) : `ended: ${counts.join(', ')}`;
  return { text: `${countLabel(tasks.length)} ${ended}`, refs, isWarning };
}

function kindLabel(kind: EndKind): string {
  switch (kind) {
    case 'finished':
      return 'finished';
    case 'unsuccessful':
      return 'finished without reaching the goal';
    case 'failed':
      return 'failed';
    case 'stopped':
      return 'stopped';
  }
}
