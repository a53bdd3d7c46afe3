import { Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { Emitter, type Disposable, type Event } from '../core/event';
import { refKey, type TaskRef } from '../core/task';
import { taskTitle } from '../core/taskWords';
import type { ApiKey } from './apiKey';
import { detailsViewType } from './restoreDetails';
import { TaskDetailsPanel, type TaskDetailsOptions } from './taskDetailsPanel';

/** What the panels are made of and fed by. */
export interface DetailsPanelsOptions extends Omit<TaskDetailsOptions, 'ref' | 'panel'> {
  readonly apiKey: Pick<ApiKey, 'onDidChange'>;
}

/** UTF-16 units of a tab's title. */
const titleLength = 40;
/** Far over any ID seen. */
const maxIdLength = 256;

/** The open details: one panel for each task. */
export class DetailsPanels implements Disposable {
  readonly #options: DetailsPanelsOptions;
  readonly #panels = new Map<string, TaskDetailsPanel>();
  readonly #didChangeVisible = new Emitter<void>();
  readonly #subscriptions: Disposable[];

  /** Fires when `hasVisible` may have changed. */
  readonly onDidChangeVisible: Event<void> = this.#didChangeVisible.event;

  constructor(options: DetailsPanelsOptions) {
    this.#options = options;
    const reconnect = (): void => {
      for (const panel of this.#panels.values()) panel.reconnect();
    };
    this.#subscriptions = [
      options.apiKey.onDidChange(reconnect),
      options.settings.onDidChange((affects) => {
        if (affects('baseUrl')) reconnect();
      }),
    ];
  }

  /** Whether any task's details can be seen. */
  get hasVisible(): boolean {
    return [...this.#panels.values()].some(({ isVisible }) => isVisible);
  }

  /** Shows a task's details, tracked or not: in its own panel, which is made where there is none. Never rejects. */
  open(ref: TaskRef): Promise<void> {
    const known = this.#panels.get(refKey(ref));
    if (known) known.reveal();
    else {
      const task = this.#options.store.get(ref);
      const title = taskTitle(task ?? ref, titleLength);
      // Hidden pages are let go: they come back from what the extension knows and the page remembers.
      const panel = window.createWebviewPanel(detailsViewType, title, ViewColumn.Active, {
        enableFindWidget: true,
      });
      this.#adopt(ref, panel);
    }
    return Promise.resolve();
  }

  /** Takes in a panel that VS Code brings back after a reload, or closes it where nothing tells what it showed. */
  restore(panel: WebviewPanel, state: unknown): void {
    const ref = refOf(state);
    if (!ref || this.#panels.has(refKey(ref))) panel.dispose();
    else this.#adopt(ref, panel);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
    this.#panels.clear();
    this.#didChangeVisible.dispose();
  }

  #adopt(ref: TaskRef, panel: WebviewPanel): void {
    const { extensionUri } = this.#options;
    panel.iconPath = Uri.joinPath(extensionUri, 'media', 'details.svg');
    const key = refKey(ref);
    const details = new TaskDetailsPanel({ ...this.#options, ref, panel });
    this.#panels.set(key, details);
    panel.onDidChangeViewState(() => this.#didChangeVisible.fire());
    panel.onDidDispose(() => {
      details.dispose();
      this.#panels.delete(key);
      this.#didChangeVisible.fire();
    });
    this.#didChangeVisible.fire();
  }
}

/** Reads which task a page of an earlier session showed. What it remembers is no more trusted than what it says. */
function refOf(state: unknown): TaskRef | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { apiVersion, id } = state as Readonly<Record<string, unknown>>;
  if (apiVersion !== 'v1' && apiVersion !== 'v2') return undefined;
  if (typeof id !== 'string' || id.trim() === '' || id.length > maxIdLength) return undefined;
  return { apiVersion, id };
}
