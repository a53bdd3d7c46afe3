import { Uri, type ExtensionContext } from 'vscode';
import { refKey } from './core/task';
import { TaskKeeper } from './core/taskKeeper';
import { TaskPoller } from './core/taskPoller';
import { TaskStore } from './core/taskStore';
import { TokenBucket } from './core/tokenBucket';
import { environmentKey, openTaskFolder } from './platform/node';
import { systemClock as clock } from './platform/systemClock';
import type { BrowserUseTasks } from './publicApi';
import { ApiKey } from './ui/apiKey';
import { followAttention } from './ui/attention';
import { CloudConnection } from './ui/cloudConnection';
import { registerCommands } from './ui/commands';
import { connectParts } from './ui/connectParts';
import { followContextKeys } from './ui/contextKeys';
import { Log } from './ui/log';
import { notifyOfEnds } from './ui/notifier';
import { NoDetails } from './ui/noDetails';
import { PollProblems } from './ui/pollProblems';
import { publicTasks } from './ui/publicTasks';
import { reportStorage } from './ui/reportError';
import { Settings } from './ui/settings';
import { showStatusBar } from './ui/statusBar';
import { TaskTracker } from './ui/taskTracker';
import { TaskTree } from './ui/taskTree';
import { TaskView } from './ui/taskView';

let flush: (() => Promise<void>) | undefined;

/** Builds and connects the parts; waits for neither disk nor network. */
export function activate(context: ExtensionContext): BrowserUseTasks {
  const { globalStorageUri, secrets, subscriptions } = context;
  const log = new Log();
  const settings = new Settings();
  const apiKey = new ApiKey({ secrets, settings, log, environmentKey: environmentKey() });
  const connection = new CloudConnection({ settings, apiKey, loadApi: () => import('./api') });
  const store = new TaskStore();
  const root = Uri.joinPath(globalStorageUri, 'tasks').fsPath;
  const onSkipped = (name: string, why: string) =>
    log.warn(`The task file ${name} is left alone: ${why}`);
  const keeper = new TaskKeeper({
    store,
    filesOf: (origin) => openTaskFolder({ root, origin, onSkipped }),
    onError: (what, error) => reportStorage(what, error, log),
  });
  const poller = new TaskPoller({
    store,
    connect: connection.connect,
    clock,
    bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
    random: Math.random,
    pauses: settings.pauses,
    onError: (error, ref) => log.error(`Looking at ${refKey(ref)} failed`, error),
  });
  const problems = new PollProblems({ poller, apiKey, settings });
  const tracker = new TaskTracker({ store, keeper, connection, settings, clock });
  const tree = new TaskTree({ store, settings, clock });
  const view = new TaskView({ tree, store, poller, settings, clock });
  const details = new NoDetails();
  const { api, disposable } = publicTasks({ store, tracker, settings });
  const parts = { store, keeper, poller, problems, tracker, connection, apiKey, settings };
  subscriptions.push(log, settings, apiKey, store, keeper, poller, problems, tracker, tree, view);
  subscriptions.push(
    disposable,
    registerCommands({ ...parts, tree, view, details, log, clock }),
    notifyOfEnds({
      store,
      clock,
      settings,
      openDetails: (ref) => details.open(ref),
      showTasks: (first) => view.reveal(first),
      onError: (error) => log.error('A notice failed', error),
    }),
    followAttention({ poller, view, details, apiKey }),
    followContextKeys(apiKey, store),
    showStatusBar(store),
    connectParts({ ...parts, log }),
  );
  flush = () => keeper.flush();
  return api;
}

/** Resolves when what has changed is on disk. */
export function deactivate(): Promise<void> | undefined {
  return flush?.();
}
