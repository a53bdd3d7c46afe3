import type { CloudErrorKind } from '../../core/cloud/errors';
import { disposeAll, listenToAll, type Disposable } from '../../core/base/event';
import { errorMessage } from '../../core/labels/errorMessage';
import type { PollPause } from '../../core/polling/pollPauses';
import type { Polling } from '../../core/polling/polling';
import type { Announcement } from '../../core/windows/windowMessages';
import type { CurrentAccount } from '../account/currentAccount';
import { notify } from '../reportError';
import type { Settings } from '../settings';
import { pausedLabel } from '../../core/labels/pausedLabel';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { StatusBar } from '../tree/statusBar';

interface PollProblemsOptions {
  readonly poller: Polling;
  readonly account: CurrentAccount;
  readonly settings: Settings;
  /** Has the person notified in the window where they are. Does nothing in a window that does not poll. */
  readonly announce: (announcement: Announcement) => void;
}

/**
 * Notifies of failed polls beyond the view: a prompt when the server refuses the key, once for each key; else nothing.
 */
export class PollProblems implements Disposable {
  readonly #options: PollProblemsOptions;
  readonly #notified = new Set<CloudErrorKind>();
  readonly #subscriptions: Disposable[];
  #notifiedCount = 0;

  constructor(options: PollProblemsOptions) {
    this.#options = options;
    const { account, poller } = options;
    this.#subscriptions = [
      account.onDidChange(() => this.#notified.clear()),
      poller.onDidChangeState(() => this.#check()),
    ];
    // Polling may have been paused before this was loaded, and for that reason.
    this.#check();
  }

  /** Waits for polls that the user requested, and notifies of what paused them, also where it has before. */
  async notifyAfter(updates: Promise<void>): Promise<void> {
    const notifiedCount = this.#notifiedCount;
    await updates;
    const [pause] = this.#options.poller.state.pauses;
    if (pause && this.#notifiedCount === notifiedCount) this.notify(pause);
  }

  dispose(): void {
    disposeAll(this.#subscriptions);
  }

  #check(): void {
    const { account, poller } = this.#options;
    const refused = poller.state.pauses.find(isRefusal);
    if (!refused || this.#notified.has(refused.kind)) return;
    this.#notified.add(refused.kind);
    this.#notifiedCount++;
    this.#options.announce({ pause: refused });
    // Another window may have set a better key since this one read it.
    if (refused.kind === 'auth') void account.session?.key.read();
  }

  /** Notifies the person at this window why polling is paused, and what to do. */
  notify({ kind, apiVersion }: PollPause): void {
    this.#notifiedCount++;
    if (isRefusal({ kind })) this.#notified.add(kind);
    const { host, problem } = this.#options.settings.baseUrl;
    if (problem !== undefined) {
      notify({ severity: 'warning', text: problem }, 'openSettings');
      return;
    }
    const { text, nextStep } = errorMessage(kind, { host, apiVersion });
    notify({ severity: 'warning', text }, nextStep);
  }
}

function isRefusal({ kind }: Pick<PollPause, 'kind'>): boolean {
  return kind === 'auth' || kind === 'forbidden' || kind === 'payment';
}

interface PollingPausedOptions {
  readonly poller: Polling;
  readonly tasks: TaskSource;
  readonly settings: Settings;
  readonly statusBar: Pick<StatusBar, 'setPaused'>;
}

/** Shows in the status bar that polling is paused, and why, as a refused key must be seen while the view is hidden too. */
export function showPollingPaused({
  poller,
  tasks,
  settings,
  statusBar,
}: PollingPausedOptions): Disposable {
  const refresh = (): void => {
    const { host, problem } = settings.baseUrl;
    const { pauses } = poller.state;
    statusBar.setPaused(pausedLabel(tasks.tasks(), { pauses, host, baseUrlProblem: problem }));
  };
  refresh();
  return listenToAll([poller.onDidChangeState, settings.onDidChange, tasks.onDidChange], refresh);
}
