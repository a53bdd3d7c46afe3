import { Uri, type ExtensionContext } from 'vscode';
import { reportListenerErrors } from './core/base/event';
import type { Server } from './core/cloud/baseUrl';
import { WindowPolling } from './core/polling/polling';
import { ShownTasks, CurrentAccount } from './ui/account/currentAccount';
import { TokenBucket } from './core/polling/tokenBucket';
import { environmentKey, openTaskFolder } from './platform/node';
import { systemClock as clock } from './platform/systemClock';
import type { BrowserUseTasks } from './publicApi';
import { AccountSession } from './ui/account/accountSession';
import {
  registerCommands,
  registerLinks,
  registerSessionsView,
  registerTools,
  restoreDetails,
  LazyFeatures,
  loadWhenNeeded,
} from './ui/lazyFeatures';
import { connectParts, reportSkipped, reportStorage } from './ui/account/connectParts';
import { LazyTree, TaskView, followContextKeys } from './ui/tree/taskView';
import { Log } from './ui/log';
import { publicTasks } from './ui/publicTasks';
import { Settings } from './ui/settings';

let flush: (() => Promise<void>) | undefined;

/** Builds and connects the parts; waits for neither disk nor network. */
export function activate(context: ExtensionContext): BrowserUseTasks {
  const { extensionUri, globalState: memory, globalStorageUri, secrets, subscriptions } = context;
  const log = new Log();
  subscriptions.push(reportListenerErrors((error) => log.mistake('A listener failed', error)));
  const settings = new Settings();
  const tasks = new ShownTasks();
  const poller = new WindowPolling({ tasks, intervals: settings.intervals });
  const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
  const keyOfEnvironment = environmentKey((why) =>
    log.warn(`The API key in BROWSER_USE_API_KEY is not used. ${why}`),
  );
  const onError = (error: unknown): void => log.error('Unexpected', error);
  const loadWindows = async () => {
    const { shareWithOtherWindows } = await loadFeatures();
    const root = Uri.joinPath(globalStorageUri, 'windows').fsPath;
    return (session: AccountSession) =>
      shareWithOtherWindows(session, { ...parts, view, features, clock, bucket, root, onError });
  };
  const createSession = (server: Server, after: Promise<void>): AccountSession =>
    new AccountSession({
      server,
      after,
      problem: () => settings.baseUrl.problem,
      secrets,
      environmentKey: keyOfEnvironment,
      log,
      loadApi: () => import('./api'),
      clock,
      bucket,
      pausedUntil: () => poller.state.pauses.find(({ kind }) => kind === 'rateLimited')?.until,
      files: openTaskFolder({
        root: Uri.joinPath(globalStorageUri, 'tasks').fsPath,
        origin: server.origin,
        onSkipped: (files) => reportSkipped(files, log),
      }),
      onStorageError: (what, error) => reportStorage(what, error, log),
      loadWindows,
      onError,
    });
  const account = new CurrentAccount({ settings, tasks, createSession });
  const features = new LazyFeatures(async () => {
    const { createFeatures } = await loadFeatures();
    // What is done before this window has its part would not reach the others. Without a server it gets none.
    await account.session?.windows.whenReady();
    return createFeatures({
      ...parts,
      tree,
      view,
      statusBar: await statusBar,
      clock,
      extensionUri,
      memory,
      workspaceMemory: context.workspaceState,
    });
  });
  const tree = new LazyTree(async () => {
    const { TaskTree } = await loadFeatures();
    return new TaskTree({ tasks, settings, clock, poller });
  });
  const view = new TaskView({ tree, tasks });
  const statusBar = loadFeatures().then(({ StatusBar }) => new StatusBar(tasks, clock));
  statusBar.then((item) => subscriptions.push(item), onError);
  const parts = { account, tasks, poller, settings, log };
  const { api, disposable } = publicTasks({
    tasks,
    track: async (input, signal) => (await features.get()).track(input, signal),
    callCommand: async (name, args) => (await features.get()).callCommand(name, args),
  });
  subscriptions.push(log, settings, poller, tasks, tree, view, features, disposable);
  subscriptions.push(
    registerCommands({ ids: contributed(context, 'commands', 'command'), features, log }),
    registerTools(contributed(context, 'languageModelTools', 'name'), features),
    registerLinks(features),
    restoreDetails(features),
    registerSessionsView(features),
    loadWhenNeeded({ features, view, poller, onError }),
    followContextKeys(account),
    connectParts({ ...parts, view, details: features }),
    account,
  );
  flush = () => account.flush();
  return api;
}

/** Waits until `activate` has returned, as what loads would be part of it and hold up the other extensions. */
async function loadFeatures() {
  await new Promise(setImmediate);
  return import('./features');
}

/** The names that package.json gives to what the extension contributes of one kind. */
function contributed(
  { extension }: ExtensionContext,
  kind: string,
  name: string,
): readonly string[] {
  const { contributes } = extension.packageJSON as {
    contributes: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  };
  return (contributes[kind] ?? []).map((each) => each[name] ?? '');
}

/** Resolves when what has changed is on disk. */
export function deactivate(): Promise<void> | undefined {
  return flush?.();
}
