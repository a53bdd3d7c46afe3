import {
  commands,
  EventEmitter,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';
import {
  Emitter,
  disposeAll,
  listenToAll,
  type Disposable,
  type Event,
} from '../../core/base/event';
import type { TaskRef } from '../../core/cloud/task';
import { unseenLabel } from '../../core/labels/countLabel';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { TaskTree } from './taskTree';
import type { CurrentAccount } from '../account/currentAccount';

/** The view's ID in package.json. */
export const viewId = 'browserUseTasks.tasks';

interface TaskViewOptions {
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

  /** Brings the view into sight and the task's row with it, without taking the focus. Does nothing for a row that goes meanwhile. */
  async reveal(ref: TaskRef): Promise<void> {
    const tree = await this.#options.tree.get();
    if (!this.#options.tasks.get(ref)) return;
    tree.drawNow();
    try {
      await this.#view.reveal(tree.element(ref), { select: true, focus: false });
    } catch (error) {
      // The task is untracked by now, or the base URL names another server.
      if (this.#options.tasks.get(ref)) throw error;
    }
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

/** Keeps the two context keys that package.json asks for: whether there is a key, and whether there are tasks. */
export function followContextKeys(account: CurrentAccount): Disposable {
  const { tasks } = account;
  const known = new Map<string, unknown>();
  const set = (name: string, value: unknown): void => {
    if (known.get(name) === value) return;
    known.set(name, value);
    void commands.executeCommand('setContext', `browserUseTasks.${name}`, value);
  };
  const refresh = (): void => {
    if (account.keyState) set('keyState', account.keyState);
    set('hasTasks', tasks.tasks().length > 0);
  };
  refresh();
  return listenToAll([account.onDidChange, tasks.onDidChange], refresh);
}

/** The rows of the view. What draws them is loaded when VS Code first asks for rows, so that starting up stays light. */
export class LazyTree implements TreeDataProvider<TaskRef>, Disposable {
  readonly #load: () => Promise<TaskTree>;
  readonly #didChangeRows = new EventEmitter<TaskRef[] | undefined>();
  #loading: Promise<TaskTree> | undefined;
  #tree: TaskTree | undefined;
  #isDisposed = false;

  readonly onDidChangeTreeData: Event<TaskRef[] | undefined> = this.#didChangeRows.event;

  /** Disposes the tree that `load` creates. */
  constructor(load: () => Promise<TaskTree>) {
    this.#load = load;
  }

  /** Rejects only where its bundle is missing or damaged. */
  get(): Promise<TaskTree> {
    this.#loading ??= this.#load().then((tree) => {
      if (this.#isDisposed) tree.dispose();
      tree.onDidChangeTreeData((elements) => this.#didChangeRows.fire(elements));
      this.#tree = tree;
      return tree;
    });
    return this.#loading;
  }

  /** The tree, where it is loaded. */
  get loaded(): TaskTree | undefined {
    return this.#tree;
  }

  async getChildren(parent?: TaskRef): Promise<TaskRef[]> {
    return (await this.get()).getChildren(parent);
  }

  getTreeItem(element: TaskRef): TreeItem {
    // VS Code has its elements from the tree.
    return this.#tree?.getTreeItem(element) ?? { label: element.id };
  }

  async resolveTreeItem(item: TreeItem, element: TaskRef): Promise<TreeItem> {
    return (await this.get()).resolveTreeItem(item, element);
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#tree?.dispose();
    this.#didChangeRows.dispose();
  }
}
