import { window } from 'vscode';
import { type Disposable, disposeAll, type Event } from '../../core/base/event';
import { refKey } from '../../core/cloud/task';
import { unreadTasksMessage } from '../../core/labels/countLabel';
import type { Polling } from '../../core/polling/polling';
import type { SkippedFile } from '../../core/tasks/taskPersistence';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { VisibleDetails } from '../lazyFeatures';
import type { Log } from '../log';
import { showMessage, type Message } from '../messages';
import type { Settings } from '../settings';
import type { CurrentAccount } from './currentAccount';

interface ConnectOptions {
  readonly account: CurrentAccount;
  readonly poller: Polling;
  readonly settings: Settings;
  readonly log: Log;
  readonly view: { readonly isVisible: boolean; readonly onDidChangeVisible: Event<unknown> };
  readonly details: VisibleDetails;
}

/** Makes changes of settings, key and attention take effect on what polls, and writes into the log what changes. */
export function connectParts(options: ConnectOptions): Disposable {
  const { account, poller, settings, log } = options;
  const logProblem = (): void => {
    const { problem } = settings.baseUrl;
    if (problem !== undefined) log.warn(problem);
  };
  const subscriptions = [
    settings.onDidChange((affects) => {
      // Setting them has what polls look anew at what there is to do.
      if (affects('polling') || affects('followAccount')) poller.setIntervals(settings.intervals);
      if (affects('baseUrl')) logProblem();
    }),
    account.onDidChange(() => {
      if (account.keyState) log.info(`API key: ${account.keyState}`);
      poller.reconnect();
    }),
    logStatusChanges(account.tasks, log),
    followAttention(options),
  ];
  logProblem();
  return { dispose: () => disposeAll(subscriptions) };
}

/** Sets how closely the user watches, which the poller goes by; reads the key again when they come back, as another window may have set it. */
function followAttention({ account, poller, view, details }: ConnectOptions): Disposable {
  const refresh = (): void => {
    if (!window.state.focused) poller.setAttention('away');
    else poller.setAttention(view.isVisible || details.hasVisible ? 'watching' : 'hidden');
  };
  refresh();
  const subscriptions = [
    view.onDidChangeVisible(refresh),
    details.onDidChangeVisible(refresh),
    window.onDidChangeWindowState(({ focused }) => {
      refresh();
      if (focused) void account.session?.key.read();
    }),
  ];
  return { dispose: () => disposeAll(subscriptions) };
}

function logStatusChanges(tasks: TaskSource, log: Log): Disposable {
  return tasks.onDidChange((changes) => {
    for (const { before, after } of changes)
      if (before && after && before.rawStatus !== after.rawStatus)
        log.info(`${refKey(after)}: ${before.rawStatus || 'not checked'} → ${after.rawStatus}`);
  });
}

/** Tells the user that tracked tasks cannot be kept. */
export function reportStorage(what: 'load' | 'save', error: unknown, log: Log): void {
  log.error(`The tracked tasks cannot be ${what === 'load' ? 'read' : 'saved'}`, error);
  const text =
    what === 'load'
      ? 'The tracked tasks cannot be read from disk. This is tried again each minute.'
      : 'The tracked tasks cannot be saved to disk. This is tried again each minute; what is not saved until then is forgotten when the window closes.';
  showWithLog('error', text, log);
}

/** Tells the user, once for all, of tracked tasks whose files are not read; other files only go into the log. */
export function reportSkipped(files: readonly SkippedFile[], log: Log): void {
  for (const { name, why } of files) log.warn(`The task file ${name} is left alone: ${why}`);
  const count = files.filter(({ isTask }) => isTask).length;
  if (count > 0) showWithLog('warning', unreadTasksMessage(count), log);
}

function showWithLog(severity: Message['severity'], text: string, log: Log): void {
  void showMessage({ severity, text, actions: ['Show Log'] }).then(
    (chosen) => chosen !== undefined && log.show(),
    // A window that is closing shows nothing any more.
    () => undefined,
  );
}
