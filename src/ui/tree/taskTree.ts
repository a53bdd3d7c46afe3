import { EventEmitter, type Event, type TreeDataProvider, type TreeItem } from 'vscode';
import { isOfficial } from '../../core/cloud/regions';
import type { Clock } from '../../core/base/clock';
import { disposeAll, type Disposable } from '../../core/base/event';
import { rowTitles, type RowTitle, wholeTitle, inTaskOrder } from '../../core/labels/taskRows';
import { rowDescription } from '../../core/labels/rowDescription';
import { refKey, type TaskRef } from '../../core/cloud/task';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { Polling } from '../../core/polling/polling';
import type { Settings } from '../settings';
import { markRows, taskItem } from './taskItem';
import { formatMoment, shortMomentLabel } from './formatTime';
import { tooltipLines } from '../../core/labels/tooltipLines';

interface TaskTreeOptions {
  readonly tasks: TaskSource;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly poller: Pick<Polling, 'state'>;
}

/** Changes within this many milliseconds are drawn together. */
const burstMs = 50;
/** Many single rows cost VS Code more than the whole tree. */
const mostSingleRows = 100;
/**
 * VS Code does not say which rows are in sight, so the first rows show how long ago something was, and are redrawn as that
 * changes. Those below show when it was, which stays true.
 */
const agingRowCount = 100;
/** A hover shows ages that are at most this many milliseconds old. */
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
  /** The first rows, by what they were last drawn with; `undefined` before that. */
  readonly #aging = new Map<string, string | undefined>();
  #titles: ReadonlyMap<string, RowTitle> = new Map();
  #areTitlesOld = true;
  #order: readonly string[] = [];
  #showsVersion = false;
  #hasDashboard = false;
  #isDrawing = false;

  readonly onDidChangeTreeData: Event<TaskRef[] | undefined> = this.#didChangeRows.event;

  constructor(options: TaskTreeOptions) {
    this.#options = options;
    this.#subscriptions = [
      markRows(),
      options.tasks.onDidChange((changes) => {
        for (const { before, after } of changes) {
          const task = after ?? before;
          if (task) this.#changed.add(refKey(task));
          if (!before || !after || before.prompt !== after.prompt || before.title !== after.title)
            this.#areTitlesOld = true;
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
    const tasks = inTaskOrder(this.#options.tasks.tasks());
    this.#order = tasks.map(refKey);
    this.#renewTitles(tasks);
    this.#aging.clear();
    for (const key of this.#order.slice(0, agingRowCount)) this.#aging.set(key, undefined);
    this.#showsVersion = isMixed(tasks);
    this.#hasDashboard = isOfficial(this.#options.settings.baseUrl.server);
    return tasks.map((task) => this.element(task));
  }

  getTreeItem(element: TaskRef): TreeItem {
    const task = this.#options.tasks.get(element);
    // Untracked since VS Code asked for the rows; it asks anew in a moment.
    if (!task) return { id: refKey(element), label: element.id };
    const key = refKey(element);
    this.#hovered.delete(key);
    const title = this.#titleOf(task);
    const description = this.#descriptionOf(task, title);
    if (this.#aging.has(key)) this.#aging.set(key, description);
    const { animateRunning } = this.#options.settings;
    return taskItem(task, {
      element,
      label: title.label,
      description,
      animateRunning,
      showsVersion: this.#showsVersion,
      hasDashboard: this.#hasDashboard,
      now: this.#options.clock.now(),
    });
  }

  resolveTreeItem(item: TreeItem, element: TaskRef): TreeItem {
    const tooltip = resolveTooltip(element, this.#options);
    if (!tooltip) return item;
    this.#hovered.set(refKey(element), this.#options.clock.now());
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
    const changed = new Set(this.#changed);
    this.#changed.clear();
    const tasks = this.#options.tasks.tasks();
    const order = inTaskOrder(tasks).map(refKey);
    const isSameOrder =
      order.length === this.#order.length && order.every((key, at) => key === this.#order[at]);
    if (isSameOrder && isMixed(tasks) === this.#showsVersion) {
      for (const key of this.#renewTitles(tasks)) changed.add(key);
      if (changed.size <= mostSingleRows) {
        this.#drawRows(changed);
        return;
      }
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
    this.#drawRows(old);
  }

  /** Redraws the rows whose time reads differently by now: of the first hundred, and no other. */
  drawAges(): void {
    const isOld = ([key, drawn]: [string, string | undefined]): boolean => {
      const element = this.#elements.get(key);
      const task = element && this.#options.tasks.get(element);
      if (!task || drawn === undefined) return false;
      return this.#descriptionOf(task, this.#titleOf(task)) !== drawn;
    };
    this.#drawRows([...this.#aging].filter(isOld).map(([key]) => key));
  }

  dispose(): void {
    this.#disposed.abort();
    disposeAll(this.#subscriptions);
    this.#didChangeRows.dispose();
  }

  #drawRows(keys: Iterable<string>): void {
    const elements = [...keys].map((key) => this.#elements.get(key));
    const known = elements.filter((element) => element !== undefined);
    if (known.length > 0) this.#didChangeRows.fire(known);
  }

  /** A task that was added just now is not among the titles yet. */
  #titleOf(task: TrackedTask): RowTitle {
    return this.#titles.get(refKey(task)) ?? wholeTitle(task);
  }

  #descriptionOf(task: TrackedTask, title: RowTitle): string {
    return rowDescription(task, {
      now: this.#options.clock.now(),
      momentLabel: this.#aging.has(refKey(task)) ? undefined : shortMomentLabel,
      showsVersion: this.#showsVersion,
      title,
    });
  }

  /** Finds out anew which titles begin alike. @returns the rows whose titles change by that */
  #renewTitles(tasks: readonly TrackedTask[]): string[] {
    if (!this.#areTitlesOld) return [];
    const before = this.#titles;
    this.#titles = rowTitles(tasks);
    this.#areTitlesOld = false;
    return [...this.#titles]
      .filter(([key, { label, beginning }]) => {
        const old = before.get(key);
        return old?.label !== label || old.beginning !== beginning;
      })
      .map(([key]) => key);
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

/**
 * All that a hover shows of a task, a line each. A plain string, as Markdown would make links of addresses in a prompt.
 * @returns `undefined` for a task that is not tracked
 */
export function resolveTooltip(
  ref: TaskRef,
  { tasks, settings, clock, poller }: TaskTreeOptions,
): string | undefined {
  const task = tasks.get(ref);
  if (!task) return undefined;
  const { host, problem } = settings.baseUrl;
  return tooltipLines(task, {
    now: clock.now(),
    pauses: poller.state.pauses,
    host,
    baseUrlProblem: problem,
    formatTime: formatMoment,
  }).join('\n');
}
