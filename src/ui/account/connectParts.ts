import { type Disposable, disposeAll } from '../../core/base/event';
import { refKey } from '../../core/cloud/task';
import type { TaskPersistence } from '../../core/tasks/taskPersistence';
import type { Polling } from '../../core/polling/polling';
import type { TaskStore } from '../../core/tasks/taskStore';
import type { ApiKey } from './apiKey';
import type { Log } from '../log';
import { showMessage } from '../messages';
import type { Settings } from '../settings';

export interface ConnectOptions {
  readonly store: TaskStore;
  readonly persistence: TaskPersistence;
  readonly poller: Polling;
  readonly apiKey: ApiKey;
  readonly settings: Settings;
  readonly log: Log;
  /** Another server's tasks are the ones that are shown. */
  readonly onOpened: (origin: string) => void;
}

/** Makes changes of settings and key take effect, and starts with those of the moment. */
export function connectParts(options: ConnectOptions): Disposable {
  const { store, persistence, poller, apiKey, settings, log, onOpened } = options;
  const openServer = (): void => {
    const { server, problem } = settings.baseUrl;
    // A base URL that cannot be used leaves the tasks in sight; nothing polls them meanwhile.
    if (!server) log.warn(problem);
    else {
      void persistence.open(server.origin);
      onOpened(server.origin);
    }
  };
  const subscriptions = [
    settings.onDidChange((affects) => {
      if (affects('polling')) poller.setIntervals(settings.intervals);
      if (!affects('baseUrl')) return;
      // In this order: the other server is never asked for this one's tasks.
      openServer();
      poller.reconnect();
    }),
    apiKey.onDidChange(() => {
      log.info(`API key: ${apiKey.state ?? 'not read yet'}`);
      poller.reconnect();
    }),
    logStatusChanges(store, log),
  ];
  openServer();
  void apiKey.read();
  return {
    dispose() {
      disposeAll(subscriptions);
    },
  };
}

function logStatusChanges(store: TaskStore, log: Log): Disposable {
  return store.onDidChange((changes) => {
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
      ? 'The tracked tasks cannot be read from disk. The log says why.'
      : 'The tracked tasks cannot be saved to disk: what you track now is forgotten when the window closes. The log says why.';
  void showMessage({ severity: 'error', text });
}
