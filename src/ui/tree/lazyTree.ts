import { EventEmitter, type Event, type TreeDataProvider, type TreeItem } from 'vscode';
import type { Disposable } from '../../core/base/event';
import type { TaskRef } from '../../core/cloud/task';
import type { TaskTree } from './taskTree';

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
