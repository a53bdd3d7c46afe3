import { commands, ThemeColor, ThemeIcon, TreeItem, window, type TreeView } from 'vscode';
import type { Clock } from '../../core/base/clock';
import { disposeAll, type Disposable } from '../../core/base/event';
import { markOpenBrowsers } from '../../core/polling/openBrowserPolls';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import {
  isBusy,
  openSessionDescription,
  openSessionLink,
  openSessionSentence,
  openSessionsMessage,
  openSessionsSummary,
  openSessionTitle,
  openSessionTooltip,
  tasksIn,
} from '../../core/steering/openSessionLabels';
import { OpenSessions, type OpenEntry } from '../../core/steering/openSessions';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import type { Log } from '../log';
import type { Settings } from '../settings';
import { formatMoment, formatTimeOfDay } from '../tree/formatTime';
import { sessionsViewId } from '../lazyFeatures';

interface SessionsTreeOptions {
  readonly account: CurrentAccount;
  readonly settings: Pick<Settings, 'baseUrl'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is open at the cloud, of one account. */
export interface AccountSessions {
  readonly account: AccountSession;
  readonly open: OpenSessions;
}

/** A row, which commands get as their argument. */
export class OpenSessionItem extends TreeItem {
  constructor(readonly entry: OpenEntry) {
    super('');
  }
}

/** The rows of the view of what is open at the cloud. Nothing is requested while the view is out of sight. */
export class SessionsTree implements Disposable {
  readonly #options: SessionsTreeOptions;
  readonly #subscriptions: Disposable[];
  #current: (AccountSessions & { readonly subscription: Disposable }) | undefined;
  #view: TreeView<TreeItem> | undefined;
  #redraw: () => void = () => undefined;
  #drawn = '[]';
  #hasOpen = false;
  #isShowingProgress = false;

  constructor(options: SessionsTreeOptions) {
    this.#options = options;
    this.#subscriptions = [
      options.account.onDidChange(() => {
        if (!this.#follow()) this.#current?.open.reconnect();
        this.#refresh();
      }),
      options.account.tasks.onDidChange(() => this.#refresh()),
    ];
  }

  /**
   * The rows as they are known; from the first call on they follow the view.
   * @param redraw has VS Code ask again
   */
  rows(view: TreeView<TreeItem>, redraw: () => void): TreeItem[] {
    if (!this.#view) {
      this.#view = view;
      this.#redraw = redraw;
      this.#subscriptions.push(view.onDidChangeVisibility(() => this.#watch()));
      this.#follow();
      this.#watch();
      this.#refresh();
    }
    return this.#items();
  }

  /** What is open, of the current account. @throws {UserError} where the base URL cannot be used */
  current(): AccountSessions {
    const session = this.#options.account.requireSession();
    this.#follow();
    return this.#current ?? this.#create(session);
  }

  /** What is open is read now where it can be seen. */
  readIfVisible(): void {
    this.#current?.open.readIfWatched();
  }

  dispose(): void {
    disposeAll(this.#subscriptions);
    this.#end();
  }

  get #tasks(): readonly TrackedTask[] {
    return this.#options.account.tasks.tasks();
  }

  /** Another account begins with nothing known. @returns whether it is another one */
  #follow(): boolean {
    const { session } = this.#options.account;
    if (this.#current?.account === session) return false;
    this.#end();
    if (session && this.#view) this.#create(session);
    return true;
  }

  #create(account: AccountSession): AccountSessions {
    const { clock, log } = this.#options;
    const open = new OpenSessions({
      connect: account.connect,
      clock,
      onError: (error) => log.error('Reading what is open at the cloud failed', error),
    });
    let markedAt: number | undefined;
    const subscription = open.onDidChange(({ entries, readAt, trouble, partOf }) => {
      // The rows of tasks and the status bar say of a browser what this view says.
      if (readAt !== markedAt && !trouble && partOf === undefined)
        markOpenBrowsers(entries, account.store, clock.now());
      markedAt = readAt;
      this.#refresh();
    });
    this.#current = { account, open, subscription };
    this.#watch();
    return this.#current;
  }

  #end(): void {
    this.#current?.subscription.dispose();
    this.#current?.open.dispose();
    this.#current = undefined;
  }

  #watch(): void {
    this.#current?.open.setWatched(this.#view?.visible ?? false);
  }

  /** Draws what has changed. */
  #refresh(): void {
    const view = this.#view;
    if (!view) return;
    const { host, problem } = this.#options.settings.baseUrl;
    const state = this.#current?.open.state;
    const message = problem ?? (state ? openSessionsMessage(state, host) : '');
    if ((view.message ?? '') !== message) view.message = message;
    const summary = state ? openSessionsSummary(state, this.#tasks) : '';
    if ((view.description ?? '') !== summary) view.description = summary;
    const hasOpen = state?.entries.some(({ isStopping }) => !isStopping) ?? false;
    if (hasOpen !== this.#hasOpen) {
      this.#hasOpen = hasOpen;
      // By it the view's title offers to stop all.
      void commands.executeCommand('setContext', 'browserUseTasks.hasOpenSessions', hasOpen);
    }
    const drawn = JSON.stringify(
      this.#items().map(({ id, label, description, contextValue }) => [
        id,
        label,
        description,
        contextValue,
      ]),
    );
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#redraw();
    }
    if (state?.isReading === true && state.readAt === undefined) this.#showProgress();
  }

  /** Shows that the first reading is under way; the ones after it are silent. */
  #showProgress(): void {
    const open = this.#current?.open;
    if (!open || this.#isShowingProgress) return;
    this.#isShowingProgress = true;
    const isRead = new Promise<void>((resolve) => {
      const subscription = open.onDidChange(({ isReading }) => {
        if (isReading) return;
        subscription.dispose();
        resolve();
      });
      this.#subscriptions.push({ dispose: resolve });
    });
    void window
      .withProgress({ location: { viewId: sessionsViewId } }, () => isRead)
      .then(() => {
        this.#isShowingProgress = false;
      });
  }

  #items(): OpenSessionItem[] {
    const tasks = this.#tasks;
    const labels = { tasks, now: this.#options.clock.now(), formatTime: formatTimeOfDay };
    return (this.#current?.open.state.entries ?? []).map((entry) => {
      const item = new OpenSessionItem(entry);
      item.id = `${entry.apiVersion}/${entry.kind}/${entry.id}`;
      item.label = openSessionTitle(entry, tasks);
      item.description = openSessionDescription(entry, labels);
      item.tooltip = openSessionTooltip(entry, { tasks, formatTime: formatMoment }).join('\n');
      item.accessibilityInformation = { label: openSessionSentence(entry, labels) };
      item.iconPath = iconOf(entry, tasks);
      const [task] = tasksIn(entry, tasks);
      item.contextValue = [
        'openSession',
        ...(entry.isStopping ? [] : ['canStop']),
        ...(!task && openSessionLink(entry, '') !== undefined ? ['canTrack'] : []),
      ].join(' ');
      if (task)
        item.command = {
          command: 'browserUseTasks.openDetails',
          title: 'Open Details',
          arguments: [{ apiVersion: task.apiVersion, id: task.id }],
        };
      return item;
    });
  }
}

/** A shape of its own for each state, so that colour is never needed to tell them apart. */
function iconOf(entry: OpenEntry, tasks: readonly TrackedTask[]): ThemeIcon {
  if (entry.isStopping) return new ThemeIcon('ellipsis', new ThemeColor('descriptionForeground'));
  switch (isBusy(entry, tasks)) {
    case true:
      return new ThemeIcon('play-circle', new ThemeColor('charts.blue'));
    case false:
      return new ThemeIcon('coffee', new ThemeColor('charts.yellow'));
    case undefined:
      return new ThemeIcon('browser', new ThemeColor('descriptionForeground'));
  }
}
