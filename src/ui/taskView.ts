import { commands, window, type TreeView } from 'vscode';
import type { Clock } from '../core/clock';
import { Emitter, type Disposable, type Event } from '../core/event';
import type { TaskRef } from '../core/task';
import { unseenWords } from '../core/statusBarWords';
import type { TaskPoller } from '../core/taskPoller';
import type { TaskStore } from '../core/taskStore';
import { viewWords } from '../core/viewWords';
import type { Settings } from './settings';
import type { TaskTree } from './taskTree';
import { clockWords } from './timeWords';

/** The view's ID in package.json. */
export const viewId = 'browserUseTasks.tasks';

export interface TaskViewOptions {
  readonly tree: TaskTree;
  readonly store: TaskStore;
  readonly poller: TaskPoller;
  readonly settings: Settings;
  readonly clock: Clock;
}

/** How often the words for ages and countdowns are made anew while somebody sees them. */
const freshnessMs = 5000;

/** The view around the rows: its badge, and the words for how fresh it is. */
export class TaskView implements Disposable {
  readonly #options: TaskViewOptions;
  readonly #view: TreeView<TaskRef>;
  readonly #didChangeVisible = new Emitter<void>();
  readonly #disposed = new AbortController();
  readonly #subscriptions: Disposable[];
  #isTicking = false;

  /** Fires when the view comes into sight or leaves it. */
  readonly onDidChangeVisible: Event<void> = this.#didChangeVisible.event;

  constructor(options: TaskViewOptions) {
    this.#options = options;
    this.#view = window.createTreeView(viewId, {
      treeDataProvider: options.tree,
      canSelectMany: true,
    });
    this.#subscriptions = [
      this.#view,
      this.#view.onDidChangeVisibility(() => {
        this.#refreshWords();
        this.#didChangeVisible.fire();
      }),
      options.poller.onDidChangeState(() => this.#refreshWords()),
      options.settings.onDidChange(() => this.#refreshWords()),
      options.store.onDidChange((changes) => {
        if (changes.some(({ before, after }) => before?.isUnseen !== after?.isUnseen))
          this.#refreshBadge();
        this.#refreshWords();
      }),
    ];
  }

  get isVisible(): boolean {
    return this.#view.visible;
  }

  get selection(): readonly TaskRef[] {
    return this.#view.selection;
  }

  /** Brings the view into sight and the task's row with it, without taking the focus. */
  async reveal(ref: TaskRef): Promise<void> {
    const { store, tree } = this.#options;
    if (!store.get(ref)) return;
    tree.drawNow();
    await this.#view.reveal(tree.element(ref), { select: true, focus: false });
  }

  /** Brings the view into sight and the focus into it. */
  async focus(): Promise<void> {
    await commands.executeCommand(`${viewId}.focus`);
  }

  dispose(): void {
    this.#disposed.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#didChangeVisible.dispose();
  }

  #refreshBadge(): void {
    const unseen = this.#options.store.tasks().filter((task) => task.isUnseen).length;
    if (unseen === (this.#view.badge?.value ?? 0)) return;
    this.#view.badge = unseen === 0 ? undefined : { value: unseen, tooltip: unseenWords(unseen) };
  }

  /** Each assignment is a message to the window, so only what differs is assigned. */
  #refreshWords(): void {
    if (!this.#view.visible) return;
    const { store, poller, settings, clock } = this.#options;
    const { server } = settings;
    const { description, message } = viewWords({
      state: poller.state,
      taskCount: store.tasks().length,
      now: clock.now(),
      host: typeof server === 'string' ? 'the server' : server.host,
      baseUrlProblem: typeof server === 'string' ? server : undefined,
      timeWords: clockWords,
    });
    if ((this.#view.description ?? '') !== description) this.#view.description = description;
    if ((this.#view.message ?? '') !== message) this.#view.message = message;
    this.#tickWhileSeen();
  }

  /** One chained timer, and none while nothing ages: with the view out of sight, or nothing active. */
  #tickWhileSeen(): void {
    if (this.#isTicking || !this.#view.visible || this.#options.poller.state.activeCount === 0)
      return;
    this.#isTicking = true;
    void this.#options.clock.sleep(freshnessMs, this.#disposed.signal).then(() => {
      this.#isTicking = false;
      if (this.#disposed.signal.aborted) return;
      this.#options.tree.dropOldTooltips();
      this.#refreshWords();
    });
  }
}
