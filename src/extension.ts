import { Uri, type ExtensionContext } from 'vscode';
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
import { connectParts, reportStorage } from './ui/connectParts';
import { followContextKeys } from './ui/contextKeys';
import { LateParts, loadWhenNeeded } from './ui/lateParts';
import { Log } from './ui/log';
import { notifyOfEnds } from './ui/notifier';
import { publicTasks } from './ui/publicTasks';
import { restoreDetails } from './ui/restoreDetails';
import { Settings } from './ui/settings';
import { StatusBar } from './ui/statusBar';
import { TaskTree } from './ui/taskTree';
import { TaskView } from './ui/taskView';

let flush: (() => Promise<void>) | undefined;

/** Builds and connects the parts; waits for neither disk nor network. */
export function activate(context: ExtensionContext): BrowserUseTasks {
  const { extensionUri, globalStorageUri, secrets, subscriptions } = context;
  const log = new Log();
  const settings = new Settings();
  const apiKey = new ApiKey({ secrets, settings, log, environmentKey: environmentKey() });
  const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
  const connection = new CloudConnection({
    settings,
    apiKey,
    loadApi: () => import('./api'),
    clock,
    bucket,
  });
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
    bucket,
    random: Math.random,
    loadRounds: () => import('./core/askRound'),
    pauses: settings.pauses,
    onError: (error, what) => log.error(`Looking at ${what} failed`, error),
  });
  const late = new LateParts(() => import('./ui/late').then((it) => it.createLate(options)));
  const tree = new TaskTree({ store, settings, clock, late: late.get });
  const view = new TaskView({ tree, store });
  const statusBar = new StatusBar(store);
  const parts = { store, keeper, poller, apiKey, settings, log };
  const options = { ...parts, connection, tree, view, statusBar, clock, extensionUri };
  const { api, disposable } = publicTasks({ store, late });
  const onError = (error: unknown) => log.error('Unexpected', error);
  subscriptions.push(log, settings, apiKey, store, keeper, poller, tree, view, late, disposable);
  subscriptions.push(
    registerCommands({ late, log }),
    restoreDetails(late),
    loadWhenNeeded({ late, view, poller, onError }),
    notifyOfEnds({
      store,
      clock,
      settings,
      openDetails: async (ref) => (await late.get()).openDetails(ref),
      showTasks: (first) => view.reveal(first),
      onError,
    }),
    followAttention({ poller, view, details: late, apiKey }),
    followContextKeys(apiKey, store),
    statusBar,
    connectParts(parts),
  );
  flush = () => keeper.flush();
  return api;
}

/** Resolves when what has changed is on disk. */
export function deactivate(): Promise<void> | undefined {
  return flush?.();
}
