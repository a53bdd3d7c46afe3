import { Uri, type ExtensionContext } from 'vscode';
import { reportListenerErrors } from './core/base/event';
import { WindowPolling } from './core/polling/polling';
import { TaskPersistence } from './core/tasks/taskPersistence';
import { TaskStore } from './core/tasks/taskStore';
import { TokenBucket } from './core/polling/tokenBucket';
import type { Announcement } from './core/windows/windowMessages';
import { homeFolder } from './platform/homeFolder';
import { environmentKey, openTaskFolder } from './platform/node';
import { systemClock as clock } from './platform/systemClock';
import type { BrowserUseTasks } from './publicApi';
import { ApiKey } from './ui/account/apiKey';
import { followAttention } from './ui/notifications/attention';
import { CloudConnection } from './ui/account/cloudConnection';
import { registerCommands } from './ui/commands/commands';
import { connectParts, reportStorage } from './ui/account/connectParts';
import { followContextKeys } from './ui/tree/contextKeys';
import { LazyFeatures, loadWhenNeeded } from './ui/lazyFeatures';
import { LazyTree } from './ui/tree/lazyTree';
import { LazyWindowSharing } from './ui/lazyWindowSharing';
import { Log } from './ui/log';
import { showNotice } from './ui/notifications/notifier';
import { publicTasks } from './ui/publicTasks';
import { restoreDetails } from './ui/details/restoreDetails';
import { Settings } from './ui/settings';
import { StatusBar } from './ui/tree/statusBar';
import { TaskView } from './ui/tree/taskView';

let flush: (() => Promise<void>) | undefined;

/** Builds and connects the parts; waits for neither disk nor network. */
export function activate(context: ExtensionContext): BrowserUseTasks {
  const { extensionUri, globalStorageUri, secrets, subscriptions } = context;
  const log = new Log();
  subscriptions.push(reportListenerErrors((error) => log.mistake('A listener failed', error)));
  const settings = new Settings();
  const apiKey = new ApiKey({
    secrets,
    settings,
    log,
    environmentKey: environmentKey((why) =>
      log.warn(`The API key in BROWSER_USE_API_KEY is not used. ${why}`),
    ),
  });
  const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
  const connection = new CloudConnection({
    settings,
    apiKey,
    loadApi: () => import('./api'),
    clock,
    bucket,
    pausedUntil: () => poller.state.pauses.find(({ kind }) => kind === 'rateLimited')?.until,
  });
  const store = new TaskStore();
  const root = Uri.joinPath(globalStorageUri, 'tasks').fsPath;
  const onSkipped = (name: string, why: string) =>
    log.warn(`The task file ${name} is left alone: ${why}`);
  const persistence = new TaskPersistence({
    store,
    filesOf: (origin) => openTaskFolder({ root, origin, onSkipped }),
    onError: (what, error) => reportStorage(what, error, log),
  });
  const poller = new WindowPolling({ store, intervals: settings.intervals });
  const onError = (error: unknown): void => log.error('Unexpected', error);
  const windows = new LazyWindowSharing(async () => {
    const { shareAmongWindows } = await import('./sharedPolling');
    return shareAmongWindows({
      store,
      persistence,
      polling: poller,
      clock,
      connect: connection.connect,
      bucket,
      intervals: settings.intervals,
      onError: (error, what) => log.error(`Polling ${what} failed`, error),
      isRequested: (kind) => settings.notifyOn.has(kind),
      announce: (announcement) => void notify(announcement).catch(onError),
      hasKey: () => apiKey.state === 'present',
      readKey: () => apiKey.read(),
      root: Uri.joinPath(globalStorageUri, 'windows').fsPath,
      onAlone: (error) => log.error('Other windows cannot be reached: this one polls alone', error),
    });
  }, onError);
  const features = new LazyFeatures(async () => {
    const { createFeatures } = await import('./features');
    // What is done before this window has its part would not reach the others. Without a server it gets none.
    if (settings.baseUrl.server) await windows.whenReady();
    const home = homeFolder();
    const localFiles = {
      home: home === undefined ? undefined : Uri.file(home),
      replace: async (path: string, bytes: Uint8Array) =>
        (await import('./platform/replaceFile')).replaceFile(path, bytes),
    };
    return createFeatures({ ...options, localFiles });
  });
  const notify = async (announcement: Announcement): Promise<void> => {
    if ('pause' in announcement) return (await features.get()).notifyPause(announcement.pause);
    await showNotice(announcement.notice, {
      openDetails: async (ref) => (await features.get()).openDetails(ref),
      showTasks: (first) => view.reveal(first),
    });
  };
  const tree = new LazyTree(async () => {
    const { TaskTree } = await import('./ui/tree/taskTree');
    return new TaskTree({ store, settings, clock, features: features.get });
  });
  const view = new TaskView({ tree, store });
  const statusBar = new StatusBar(store);
  const parts = { store, persistence, poller, apiKey, settings, log };
  const options = {
    ...parts,
    connection,
    tree,
    view,
    statusBar,
    clock,
    extensionUri,
    announce: windows.announce,
  };
  const { api, disposable } = publicTasks({
    store,
    track: async (input, signal) => (await features.get()).track(input, signal),
  });
  subscriptions.push(
    log,
    settings,
    apiKey,
    store,
    persistence,
    poller,
    tree,
    view,
    features,
    disposable,
  );
  subscriptions.push(
    registerCommands({ ids: commandIds(context), features, log }),
    restoreDetails(features),
    loadWhenNeeded({ features, view, poller, onError }),
    followAttention({ poller, view, details: features, apiKey }),
    followContextKeys(apiKey, store),
    statusBar,
    connectParts({ ...parts, onOpened: windows.open }),
    windows,
  );
  flush = () => persistence.flush();
  return api;
}

/** The commands of package.json. */
function commandIds({ extension }: ExtensionContext): readonly string[] {
  const { contributes } = extension.packageJSON as {
    contributes: { commands: readonly { command: string }[] };
  };
  return contributes.commands.map(({ command }) => command);
}

/** Resolves when what has changed is on disk. */
export function deactivate(): Promise<void> | undefined {
  return flush?.();
}
