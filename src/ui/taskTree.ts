import { EventEmitter, type Event, type TreeDataProvider, type TreeItem } from 'vscode';
import { isOfficial } from '../core/baseUrl';
import type { Clock } from '../core/clock';
import type { Disposable } from '../core/event';
import { refKey, type TaskRef } from '../core/task';
import { inTaskOrder } from '../core/taskOrder';
import type { TaskStore } from '../core/taskStore';
import type { Late } from './late';
import type { Settings } from './settings';
import { taskItem } from './taskItem';

export interface TaskTreeOptions {
  readonly store: TaskStore;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly late: () => Promise<Pick<Late, 'tooltip'>>;
}

/** Changes within this many milliseconds are drawn together. */
const burstMs = 50;
/** Many single rows cost VS Code more than the whole tree. */
const mostSingleRows = 100;
/** A hover tells ages that are at most this many milliseconds old. */
const tooltipAgeMs = 20_000;

/**
 * The rows of the view. Redraws only the rows that changed, and the whole tree only where their order did.
 * A task keeps its element object for as long as it is tracked: VS Code knows rows by it.
 */
export class TaskTree implements TreeDataProvider<TaskRef>, Disposable {
  readonly #options: TaskTreeOptions;
  readonly #elements = new Map<string, TaskRef>();
  readonly #didChangeRows = new EventEmitter<TaskRef[] | undefined>();
  readonly #disposed = new AbortController();
  readonly #subscriptions: Disposable[];
  readonly #changed = new Set<string>();
  /** When the tooltips that VS Code keeps were made. */
  readonly #hovered = new Map<string, number>();
  #order: readonly string[] = [];
  #showsVersion = false;
  #hasDashboard = false;
  #isDrawing = false;

  readonly onDidChangeTreeData: Event<TaskRef[] | undefined> = this.#didChangeRows.event;

  constructor(options: TaskTreeOptions) {
    this.#options = options;
    this.#subscriptions = [
      options.store.onDidChange((changes) => {
        for (const { before, after } of changes) {
          const task = after ?? before;
          if (task) this.#changed.add(refKey(task));
        }
        this.#drawSoon();
      }),
      options.settings.onDidChange((affects) => {
        if (affects('animateRunning') || affects('baseUrl')) this.#didChangeRows.fire(undefined);
      }),
    ];
  }

  getChildren(parent?: TaskRef): TaskRef[] {
    if (parent) return [];
    const tasks = inTaskOrder(this.#options.store.tasks());
    this.#order = tasks.map(refKey);
    this.#showsVersion = isMixed(tasks);
    this.#hasDashboard = isOfficial(this.#options.settings.server);
    return tasks.map((task) => this.element(task));
  }

  getTreeItem(element: TaskRef): TreeItem {
    const task = this.#options.store.get(element);
    // Untracked since VS Code asked for the rows; it asks anew in a moment.
    if (!task) return { id: refKey(element), label: element.id };
    this.#hovered.delete(refKey(element));
    const { animateRunning } = this.#options.settings;
    return taskItem(task, {
      element,
      animateRunning,
      showsVersion: this.#showsVersion,
      hasDashboard: this.#hasDashboard,
    });
  }

  async resolveTreeItem(item: TreeItem, element: TaskRef): Promise<TreeItem> {
    const { clock, late } = this.#options;
    const tooltip = (await late()).tooltip(element);
    if (!tooltip) return item;
    this.#hovered.set(refKey(element), clock.now());
    item.tooltip = tooltip;
    return item;
  }

  getParent(): undefined {
    return undefined;
  }

  /** The object by which VS Code knows a task's row. */
  element(ref: TaskRef): TaskRef {
    const key = refKey(ref);
    let element = this.#elements.get(key);
    if (!element) {
      element = { apiVersion: ref.apiVersion, id: ref.id };
      this.#elements.set(key, element);
    }
    return element;
  }

  /** Draws at once what has changed. */
  drawNow(): void {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed];
    this.#changed.clear();
    const { store } = this.#options;
    const tasks = store.tasks();
    const order = inTaskOrder(tasks).map(refKey);
    const isSameOrder =
      order.length === this.#order.length && order.every((key, at) => key === this.#order[at]);
    if (isSameOrder && isMixed(tasks) === this.#showsVersion && changed.length <= mostSingleRows) {
      const elements = changed.map((key) => this.#elements.get(key));
      this.#didChangeRows.fire(elements.filter((element) => element !== undefined));
      return;
    }
    const isTracked = new Set(order);
    for (const key of this.#elements.keys()) {
      if (isTracked.has(key)) continue;
      this.#elements.delete(key);
      this.#hovered.delete(key);
    }
    this.#didChangeRows.fire(undefined);
  }

  /** Lets go of tooltips that VS Code keeps and whose ages no longer hold. */
  dropOldTooltips(): void {
    const before = this.#options.clock.now() - tooltipAgeMs;
    const old = [...this.#hovered].filter(([, at]) => at < before).map(([key]) => key);
    for (const key of old) this.#hovered.delete(key);
    const elements = old
      .map((key) => this.#elements.get(key))
      .filter((element) => element !== undefined);
    if (elements.length > 0) this.#didChangeRows.fire(elements);
  }

  dispose(): void {
    this.#disposed.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#didChangeRows.dispose();
  }

  #drawSoon(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    void this.#options.clock.sleep(burstMs, this.#disposed.signal).then(() => {
      this.#isDrawing = false;
      if (!this.#disposed.signal.aborted) this.drawNow();
    });
  }
}

function isMixed(tasks: readonly TaskRef[]): boolean {
  return tasks.some(({ apiVersion }) => apiVersion !== tasks[0]?.apiVersion);
}
