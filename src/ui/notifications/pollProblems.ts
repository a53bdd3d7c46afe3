import type { CloudError, CloudErrorKind } from '../../core/cloud/errors';
import { mostWaiting, type AccountPollsOptions } from '../../core/following/accountPolls';
import type { SessionRef } from '../../core/following/sessionFollowing';
import type { FollowingEnd } from '../../core/following/sessionPolls';
import { countLabel } from '../../core/labels/countLabel';
import type { Log } from '../log';
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

/** Says what the limit of following does: each time in the log, and the first time of each kind in a message. */
export function followLimitNotice(
  settings: Pick<Settings, 'followAccount'>,
  log: Pick<Log, 'info'>,
): AccountPollsOptions['onLimit'] {
  const shown = new Set<string>();
  return (effect, count) => {
    const most = `Following the account tracks at most ${countLabel(settings.followAccount?.limit ?? 0)} at a time`;
    const text = {
      replaced: `${most}. Ended ones leave the list for new ones, those that you have seen first; Browser Use Cloud keeps them.`,
      waiting: `${most}, and none of them has ended. New ones wait until one has.`,
      leftOut: `More than ${countLabel(mostWaiting)} wait for Follow Account to track them, and further ones are left out. Track Task… lists them, too.`,
    }[effect];
    log.info(`${text} (${countLabel(count)})`);
    if (shown.has(effect)) return;
    shown.add(effect);
    notify({ severity: 'information', text }, 'openSettings');
  };
}

/** What the log says of a session that is no longer followed, though nobody has stopped that. */
export function followingEndLine({ apiVersion, sessionId }: SessionRef, why: FollowingEnd): string {
  const reason = {
    idle: 'nothing has happened in it for a day',
    gone: 'the cloud does not know it any more',
  }[why];
  return `The session ${sessionId} (${apiVersion}) is no longer followed: ${reason}`;
}

/** Says why the account is not followed at the moment; silent where a pause of all polling says so already. */
export function showFollowingRefused(
  error: CloudError,
  { host, poller }: { readonly host: string; readonly poller: Pick<Polling, 'state'> },
): void {
  if (poller.state.pauses.length > 0) return;
  const { text, nextStep } = errorMessage(error.kind, { host });
  notify({ severity: 'warning', text: `The account is not followed for now. ${text}` }, nextStep);
}
