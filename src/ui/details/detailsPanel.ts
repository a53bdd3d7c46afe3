import { isApiVersion } from '../../core/cloud/versionList';
import { commands, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { readBaseUrl } from '../../core/cloud/baseUrl';
import { Emitter, type Disposable, type Event } from '../../core/base/event';
import { refKey, type TaskRef } from '../../core/cloud/task';
import type { DetailsAction } from './detailsActions';
import { type TaskOwner, detailsViewType } from '../lazyFeatures';
import { UserError } from '../userError';
import { tabTitle, TaskDetailsPanel, type TaskDetailsOptions } from './taskDetailsPanel';

/** What the panels are made of and fed by. */
export type DetailsPanelsOptions = Omit<
  TaskDetailsOptions,
  'ref' | 'origin' | 'panel' | 'onChanged' | 'openTask'
>;

/** Far over any ID seen. */
const maxIdLength = 256;

/** The open details: one panel for each task of each server. */
export class DetailsPanels implements Disposable {
  readonly #options: DetailsPanelsOptions;
  readonly #panels = new Set<TaskDetailsPanel>();
  readonly #didChangeVisible = new Emitter<void>();
  readonly #subscription: Disposable;
  /** What the context key was last set to for the active panel. */
  #abilities = '';

  /** Fires when `hasVisible` may have changed. */
  readonly onDidChangeVisible: Event<void> = this.#didChangeVisible.event;

  constructor(options: DetailsPanelsOptions) {
    this.#options = options;
    this.#subscription = options.account.onDidChange(() => {
      for (const panel of this.#panels) panel.reconnect();
    });
  }

  /** Whether any task's details can be seen. */
  get hasVisible(): boolean {
    return [...this.#panels].some(({ isVisible }) => isVisible);
  }

  /** Shows details of an account's task, tracked or not: in its own panel, which is made where there is none. Never rejects. */
  open(ref: TaskRef, { server: { origin }, store }: TaskOwner): Promise<void> {
    const known = this.#find({ ref, origin });
    if (known) known.reveal();
    else {
      const title = tabTitle(store.get(ref) ?? ref);
      // Hidden pages are let go: they come back from what the extension knows and the page remembers.
      const panel = window.createWebviewPanel(detailsViewType, title, ViewColumn.Active, {
        enableFindWidget: true,
      });
      this.#adopt({ ref, origin }, panel);
    }
    return Promise.resolve();
  }

  /** Does something with the task of the active panel, and shows a failure. @throws {UserError} where none is active */
  async act(action: DetailsAction): Promise<void> {
    const active = this.#active;
    if (!active) throw new UserError('Open the details of a task first.');
    await active.act(action);
  }

  /** Takes in a panel that VS Code brings back after a reload, or closes it where nothing tells what it showed. */
  restore(panel: WebviewPanel, state: unknown): void {
    const shown = shownIn(state);
    if (!shown || this.#find(shown)) panel.dispose();
    else this.#adopt(shown, panel);
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const panel of this.#panels) panel.dispose();
    this.#panels.clear();
    this.#followActive();
    this.#didChangeVisible.dispose();
  }

  get #active(): TaskDetailsPanel | undefined {
    return [...this.#panels].find(({ isActive }) => isActive);
  }

  /** Tells package.json which commands make sense for the task of the active panel. */
  #followActive(): void {
    const abilities = this.#active?.abilities.join(' ') ?? '';
    if (abilities === this.#abilities) return;
    this.#abilities = abilities;
    void commands.executeCommand('setContext', 'browserUseTasks.activeDetails', abilities);
  }

  #find({ ref, origin }: Shown): TaskDetailsPanel | undefined {
    return [...this.#panels].find(
      (panel) => panel.origin === origin && refKey(panel.ref) === refKey(ref),
    );
  }

  #adopt(shown: Shown, panel: WebviewPanel): void {
    const { extensionUri } = this.#options;
    panel.iconPath = Uri.joinPath(extensionUri, 'media', 'details.svg');
    const onChanged = (): void => this.#followActive();
    const openTask: TaskDetailsOptions['openTask'] = (ref, owner) => this.open(ref, owner);
    const details = new TaskDetailsPanel({
      ...this.#options,
      ...shown,
      panel,
      onChanged,
      openTask,
    });
    this.#panels.add(details);
    panel.onDidChangeViewState(() => {
      this.#didChangeVisible.fire();
      this.#followActive();
    });
    panel.onDidDispose(() => {
      details.dispose();
      this.#panels.delete(details);
      this.#didChangeVisible.fire();
      this.#followActive();
    });
    this.#didChangeVisible.fire();
  }
}

/** A task and the server that it belongs to. */
type Shown = Pick<TaskDetailsOptions, 'ref' | 'origin'>;

/** Reads which task a page of an earlier session showed. What it remembers is no more trusted than what it says. */
function shownIn(state: unknown): Shown | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { apiVersion, id, origin } = state as Readonly<Record<string, unknown>>;
  if (!isApiVersion(apiVersion)) return undefined;
  if (typeof id !== 'string' || id.trim() === '' || id.length > maxIdLength) return undefined;
  const { server } = readBaseUrl(origin);
  if (!server || server.origin !== origin) return undefined;
  return { ref: { apiVersion, id }, origin };
}
