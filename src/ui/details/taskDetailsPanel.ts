import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { env, Uri, window, type WebviewPanel } from 'vscode';
import type { Clock } from '../../core/base/clock';
import { DetailsReader } from '../../core/details/detailsReader';
import { taskViewOf, type TaskView, updateOf } from '../../core/details/detailsView';
import { otherServerMessage } from '../../core/cloud/baseUrl';
import type { CostRow } from '../../core/labels/sessionCost';
import { type Disposable, disposeAll } from '../../core/base/event';
import { PictureLoader } from '../../core/details/pictureLoader';
import { linkHost } from '../../core/text/safeLink';
import { refKey, type TaskDetails, type TaskRef, type PictureRef } from '../../core/cloud/task';
import type { Cloud } from '../../core/cloud/taskClient';
import { taskTitle } from '../../core/labels/taskLabels';
import {
  hasSameStatus,
  newlyTracked,
  withStatusOf,
  type TrackedTask,
} from '../../core/tasks/trackedTask';
import { parseFromPage, type ToPage } from '../../webview/protocol';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import { doDetailsAction, type DetailsAction } from './detailsActions';
import {
  detailsHtml,
  newNonce,
  canShare,
  pageViewOf,
  showsTheSame,
  type PageSource,
} from './pageView';
import type { TaskOwner } from '../lazyFeatures';
import type { Log } from '../log';
import type { LocalFiles } from '../saving/saveTarget';
import type { Settings } from '../settings';
import type { TaskDocuments } from '../saving/taskDocuments';
import { UserError } from '../userError';

export interface TaskDetailsOptions {
  readonly extensionUri: Uri;
  readonly account: CurrentAccount;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly localFiles: LocalFiles;
  /** Where texts of tasks are shown from. */
  readonly documents: TaskDocuments;
  readonly ref: TaskRef;
  /** The server that the task belongs to; no other is asked for it. */
  readonly origin: string;
  readonly panel: WebviewPanel;
  /** Opens the details of another task of an account. */
  readonly openTask: (ref: TaskRef, owner: TaskOwner) => Promise<void>;
  /** Called whenever `abilities` may have changed. */
  readonly onChanged: () => void;
}

/** What can be done with a task now that cannot be done with every task. Context keys of package.json have these names. */
export type Ability = 'canShare' | 'canUnshare' | 'hasLog';

/** One task's details in a panel. Ends with the panel. */
export class TaskDetailsPanel implements Disposable {
  readonly #options: TaskDetailsOptions;
  readonly #reader: DetailsReader;
  readonly #pictures: PictureLoader;
  readonly #subscriptions: Disposable[];
  readonly #disposed = new AbortController();
  /** To the task's own server, while the base URL names it. */
  readonly #connect = async (signal: AbortSignal): Promise<Cloud> =>
    this.#requireHome().connect(signal);
  /** What the current page was last sent; absent until it is ready. */
  #sent: { readonly source: PageSource; readonly view: TaskView } | undefined;
  #viewed: { readonly task: TaskDetails | TrackedTask; readonly view: TaskView } | undefined;
  /** The details as they were last shown, with the status of the row. */
  #shown: { readonly details: TaskDetails; readonly task: TaskDetails } | undefined;
  #sessionCost: readonly CostRow[] | undefined;
  #isPageReady = false;
  /** What was tracked of the task when its account was last the current one. */
  #tracked: TrackedTask | undefined;

  constructor(options: TaskDetailsOptions) {
    this.#options = options;
    const { ref, panel, account, settings, clock, log } = options;
    this.#recall();
    const key = refKey(ref);
    this.#reader = new DetailsReader({
      ref,
      tasks: account.tasks,
      account: () => this.#requireHome(),
      clock,
      random: Math.random,
      pauseMs: () => settings.intervals.watching,
      onError: (error) => log.error(`Reading the details of ${key} failed`, error),
    });
    this.#pictures = new PictureLoader({
      connect: this.#connect,
      urlOf: (picture) => this.#pictureUrl(picture),
      renewUrls: () => (this.#isAtHome ? this.#reader.readAnew() : Promise.resolve()),
      onLoaded: (picture, loaded) => this.#send({ type: 'picture', ref: picture, picture: loaded }),
      onError: (error) => log.error(`Fetching a screenshot of ${key} failed`, error),
    });
    this.#subscriptions = [
      this.#reader.onDidChange(() => this.#refresh()),
      account.tasks.onDidChange((changes) => {
        const mine = changes.filter(({ before, after }) => isOf(key, before) || isOf(key, after));
        if (mine.length === 0) return;
        this.#recall();
        // An end that the person marked as unseen stays unseen.
        const isMark = mine.every(({ before, after }) => before?.status === after?.status);
        // After the event, as within it window sharing and persistence would take this for a part of the change.
        if (!isMark) queueMicrotask(() => this.#noteSeen());
        this.#refresh();
      }),
      panel.webview.onDidReceiveMessage((message: unknown) => this.#onMessage(message)),
      panel.onDidChangeViewState(() => this.#followVisible()),
      window.onDidChangeWindowState(() => this.#noteSeen()),
    ];
    this.#openPage();
    this.#followVisible();
  }

  get ref(): TaskRef {
    return this.#options.ref;
  }

  get origin(): string {
    return this.#options.origin;
  }

  get isVisible(): boolean {
    return !this.#disposed.signal.aborted && this.#options.panel.visible;
  }

  /** True for the panel in front of the editors that have, or had last, the focus. */
  get isActive(): boolean {
    return !this.#disposed.signal.aborted && this.#options.panel.active;
  }

  get abilities(): readonly Ability[] {
    const isShared = linkHost(this.#details?.session?.publicShareUrl ?? '') !== undefined;
    const abilities: Ability[] = [];
    if (canShare(this.#source())) abilities.push(isShared ? 'canUnshare' : 'canShare');
    if (this.#details && capabilitiesOf(this.ref.apiVersion).hasLogs) abilities.push('hasLog');
    return abilities;
  }

  /** Does what the page or a command requests. Never rejects: a failure becomes a message. */
  act(action: DetailsAction): Promise<void> {
    const { account, clock, documents, localFiles, log, panel, ref, settings } = this.#options;
    return doDetailsAction(action, {
      ref,
      task: this.#task(),
      details: this.#details,
      connect: this.#connect,
      baseUrl: this.#home?.server.baseUrl ?? this.origin,
      others: account.session,
      documents,
      settings,
      clock,
      log,
      localFiles,
      column: panel.viewColumn,
      signal: this.#disposed.signal,
      reread: () => this.#retry(),
      onCopied: (what) => this.#send({ type: 'copied', what }),
      onSessionCost: (rows) => {
        this.#sessionCost = rows;
        this.#refresh();
      },
      openTask: (other) => this.#options.openTask(other, this.#requireHome()),
    });
  }

  reveal(): void {
    this.#options.panel.reveal();
  }

  /** The key or the server is another one. A task of another server stays as it is. */
  reconnect(): void {
    this.#reader.setWatched(this.isVisible && this.#isAtHome);
    this.#reader.reconnect();
    this.#recall();
    this.#refresh();
    // The page waits for the pictures that it requested, and does not request them twice.
    this.#pictures.restart();
  }

  dispose(): void {
    if (this.#disposed.signal.aborted) return;
    this.#disposed.abort();
    disposeAll(this.#subscriptions);
    this.#pictures.dispose();
    this.#reader.dispose();
    this.#options.panel.dispose();
  }

  get #details(): TaskDetails | undefined {
    return this.#reader.state.details;
  }

  /** The current session while it is for the task's own server. */
  get #home(): AccountSession | undefined {
    return this.#options.account.sessionAt(this.origin);
  }

  get #isAtHome(): boolean {
    return this.#home !== undefined;
  }

  /** @throws {UserError} where the base URL names another server */
  #requireHome(): AccountSession {
    if (this.#home) return this.#home;
    throw new UserError(otherServerMessage(this.origin));
  }

  #recall(): void {
    if (this.#home) this.#tracked = this.#home.store.get(this.ref);
  }

  #retry(): Promise<void> {
    return this.#isAtHome ? this.#reader.read() : Promise.resolve();
  }

  #openPage(): void {
    const { extensionUri, panel } = this.#options;
    const { webview } = panel;
    const dist = Uri.joinPath(extensionUri, 'dist');
    webview.options = {
      enableScripts: true,
      enableCommandUris: false,
      enableForms: false,
      localResourceRoots: [dist, Uri.joinPath(extensionUri, 'media')],
    };
    const uriOf = (name: string): string =>
      webview.asWebviewUri(Uri.joinPath(dist, name)).toString();
    webview.html = detailsHtml({
      cspSource: webview.cspSource,
      scriptUri: uriOf('webview.js'),
      styleUri: uriOf('webview.css'),
      nonce: newNonce(),
      language: env.language,
    });
  }

  #followVisible(): void {
    const { isVisible } = this;
    this.#reader.setWatched(isVisible && this.#isAtHome);
    if (isVisible) this.#noteSeen();
    else {
      // The page is gone with its requests; the next one requests anew.
      this.#isPageReady = false;
      this.#pictures.clear();
    }
  }

  /** Marks the end as seen while the details are visible. */
  #noteSeen(): void {
    if (this.isVisible && window.state.focused) this.#home?.store.markSeen(this.ref);
  }

  #onMessage(raw: unknown): void {
    const message = parseFromPage(raw);
    if (!message) {
      this.#options.log.warn('The details page said something that is not in the protocol.');
      return;
    }
    switch (message.type) {
      case 'ready':
        this.#isPageReady = true;
        this.#sent = undefined;
        this.#refresh();
        return;
      case 'picture':
        this.#pictures.request({ of: message.of, index: message.index });
        return;
      default:
        void this.act(message);
    }
  }

  #task(): TaskDetails | TrackedTask {
    const details = this.#details;
    const tracked = this.#tracked;
    if (!details) return tracked ?? newlyTracked(this.ref, this.#options.clock.now());
    if (!tracked) return details;
    const task = withStatusOf(details, tracked);
    // The same object as long as it shows the same, as laying it out is dear.
    if (this.#shown?.details === details && hasSameStatus(this.#shown.task, task))
      return this.#shown.task;
    this.#shown = { details, task };
    return task;
  }

  /** Sends the page what is known, where that differs from what it was last sent. */
  #refresh(): void {
    const { panel, settings } = this.#options;
    const source = this.#source();
    panel.title = tabTitle(source.task);
    this.#options.onChanged();
    if (!this.#isPageReady) return;
    const before = this.#sent;
    if (before && showsTheSame(before.source, source)) return;
    const view = pageViewOf(source, this.#taskView(), settings.baseUrl);
    this.#sent = { source, view: view.task };
    if (!before) return this.#send({ type: 'view', view });
    const task = updateOf(before.view, view.task);
    this.#send({ type: 'view', view: { ...view, task }, isUpdate: true });
  }

  #source(): PageSource {
    return {
      origin: this.origin,
      isAtHome: this.#isAtHome,
      state: this.#reader.state,
      task: this.#task(),
      tracked: this.#tracked,
      sessionCost: this.#sessionCost,
    };
  }

  /** Laying out an output of megabytes takes a second: it is done once for each answer of the cloud. */
  #taskView(): TaskView {
    const task = this.#task();
    if (this.#viewed?.task !== task) this.#viewed = { task, view: taskViewOf(task) };
    return this.#viewed.view;
  }

  #pictureUrl({ of, index }: PictureRef): string | undefined {
    return of === 'step'
      ? this.#details?.steps[index]?.screenshotUrl
      : this.#details?.screenshotUrls[index];
  }

  #send(message: ToPage): void {
    if (!this.#isPageReady || !this.isVisible) return;
    // A page that was closed meanwhile misses nothing: the next one gets everything.
    void this.#options.panel.webview.postMessage(message);
  }
}

/** What the tab of a task's details is called. */
export function tabTitle(task: Pick<TrackedTask, 'prompt' | 'title' | 'id'>): string {
  return taskTitle(task, 40);
}

function isOf(key: string, task: TrackedTask | undefined): boolean {
  return task !== undefined && refKey(task) === key;
}
