import type { Uri } from 'vscode';
import type { Clock } from './core/base/clock';
import { disposeAll } from './core/base/event';
import type { TaskRef } from './core/cloud/task';
import { parseTaskInput } from './core/input/taskInput';
import type { Polling } from './core/polling/polling';
import type { TaskPersistence } from './core/tasks/taskPersistence';
import type { TaskStore } from './core/tasks/taskStore';
import { rejectedMessage, sessionMessage } from './core/tracking/taskTracking';
import type { Announcement } from './core/windows/windowMessages';
import type { ApiKey } from './ui/account/apiKey';
import type { CloudConnection } from './ui/account/cloudConnection';
import { accountCommands } from './ui/commands/accountCommands';
import { runCommand } from './ui/commands/command';
import { exportCommands } from './ui/commands/exportCommands';
import { taskCommands } from './ui/commands/taskCommands';
import { TaskTracker } from './ui/commands/taskTracker';
import { trackingCommands } from './ui/commands/trackingCommands';
import { DetailsPanels } from './ui/details/detailsPanel';
import type { Features } from './ui/lazyFeatures';
import type { Log } from './ui/log';
import { PollProblems } from './ui/notifications/pollProblems';
import { showPollingPaused } from './ui/notifications/pollingPaused';
import type { LocalFiles } from './ui/saving/saveTarget';
import { TaskDocuments } from './ui/saving/taskDocuments';
import type { Settings } from './ui/settings';
import { showFreshness } from './ui/tree/freshness';
import type { LazyTree } from './ui/tree/lazyTree';
import { keepRowAges } from './ui/tree/rowAges';
import type { StatusBar } from './ui/tree/statusBar';
import { resolveTooltip } from './ui/tree/taskTooltip';
import type { TaskView } from './ui/tree/taskView';

/** What the features are built from: the parts that are there from the start. */
export interface FeaturesOptions {
  readonly store: TaskStore;
  readonly persistence: TaskPersistence;
  readonly poller: Polling;
  readonly connection: CloudConnection;
  readonly apiKey: ApiKey;
  readonly settings: Settings;
  readonly tree: LazyTree;
  readonly view: TaskView;
  readonly statusBar: StatusBar;
  readonly log: Log;
  readonly clock: Clock;
  readonly extensionUri: Uri;
  readonly localFiles: LocalFiles;
  /** Has the person notified in the window where they are. Does nothing in a window that does not poll. */
  readonly announce: (announcement: Announcement) => void;
}

/** Builds and connects commands, messages and details. Who creates them disposes them. */
export function createFeatures(options: FeaturesOptions): Features {
  const { store, persistence, connection, settings, log } = options;
  const problems = new PollProblems(options);
  const tracker = new TaskTracker(options);
  const documents = new TaskDocuments();
  const details = new DetailsPanels({
    ...options,
    documents,
    connect: connection.connect,
    currentOrigin: () => persistence.origin,
  });
  const table = {
    ...trackingCommands({ ...options, tracker }),
    ...taskCommands({ ...options, problems, details }),
    ...exportCommands({ ...options, documents }),
    ...accountCommands(options),
  };
  const parts = [
    details,
    documents,
    showFreshness(options),
    showPollingPaused(options),
    keepRowAges(options),
    tracker,
    problems,
  ];
  return {
    runCommand: (name, args) => runCommand(name, args, { table, settings, log }),
    track: (text, signal) => trackOrThrow(text, { tracker, settings, signal }),
    notifyPause: (pause) => problems.notify(pause),
    tooltip: (ref) => resolveTooltip(ref, options),
    openDetails: (ref) => {
      store.markSeen(ref);
      return details.open(ref);
    },
    details,
    dispose() {
      disposeAll(parts);
    },
  };
}

async function trackOrThrow(
  text: string,
  {
    tracker,
    settings,
    signal,
  }: Pick<FeaturesOptions, 'settings'> & {
    readonly tracker: TaskTracker;
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly TaskRef[]> {
  const result = await tracker.track(parseTaskInput(text, settings.apiVersion), { signal });
  if (result.refs.length > 0) return result.refs;
  throw new Error(
    (result.sessionError && sessionMessage(result.sessionError.kind, settings.baseUrl.host).text) ??
      rejectedMessage(result.input) ??
      'The input names no task. It takes task IDs, API URLs and dashboard links.',
  );
}
