import { window, type TreeView } from 'vscode';
import { Emitter, type Disposable, type Event, disposeAll } from '../../core/base/event';
import type { TaskRef } from '../../core/cloud/task';
import { unseenLabel } from '../../core/labels/statusBarLabel';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { LazyTree } from './lazyTree';

/** The view's ID in package.json. */
export const viewId = 'browserUseTasks.tasks';

export interface TaskViewOptions {
  readonly tree: LazyTree;
  readonly tasks: TaskSource;
}

/** The view around the rows, and its badge. */
export class TaskView implements Disposable {
  readonly #options: TaskViewOptions;
  readonly #view: TreeView<TaskRef>;
  readonly #didChangeVisible = new Emitter<void>();
  readonly #subscriptions: Disposable[];

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
      this.#view.onDidChangeVisibility(() => this.#didChangeVisible.fire()),
      options.tasks.onDidChange((changes) => {
        if (changes.some(({ before, after }) => before?.isUnseen !== after?.isUnseen))
          this.#refreshBadge();
      }),
    ];
  }

  get isVisible(): boolean {
    return this.#view.visible;
  }

  get selection(): readonly TaskRef[] {
    return this.#view.selection;
  }

  /** The line above the rows. Each assignment is a message to the window, so only what differs is assigned. */
  setMessage(message: string): void {
    if ((this.#view.message ?? '') !== message) this.#view.message = message;
  }

  /** Brings the view into sight and the task's row with it, without taking the focus. */
  async reveal(ref: TaskRef): Promise<void> {
    const tree = await this.#options.tree.get();
    if (!this.#options.tasks.get(ref)) return;
    tree.drawNow();
    await this.#view.reveal(tree.element(ref), { select: true, focus: false });
  }

  dispose(): void {
    disposeAll(this.#subscriptions);
    this.#didChangeVisible.dispose();
  }

  #refreshBadge(): void {
    const unseen = this.#options.tasks.tasks().filter((task) => task.isUnseen).length;
    if (unseen === (this.#view.badge?.value ?? 0)) return;
    this.#view.badge = unseen === 0 ? undefined : { value: unseen, tooltip: unseenLabel(unseen) };
  }
}
