import { Uri, type Memento } from 'vscode';
import type { Clock } from './core/base/clock';
import { disposeAll } from './core/base/event';
import { isOfficial } from './core/cloud/regions';
import type { TaskRef } from './core/cloud/task';
import { parseTaskInput } from './core/input/taskInput';
import type { Polling, WindowPolling } from './core/polling/polling';
import type { TokenBucket } from './core/polling/tokenBucket';
import { TaskSteering } from './core/steering/taskSteering';
import type { TaskSource } from './core/tasks/taskStore';
import { listedVersions } from './core/tracking/recentTasks';
import { lookupMessage, rejectedMessage } from './core/tracking/trackingMessages';
import type { WindowSharing } from './core/windows/windowSharing';
import { homeFolder } from './platform/node';
import { replaceFile } from './platform/replaceFile';
import { shareAmongWindows } from './platform/sharedPolling';
import type { AccountSession } from './ui/account/accountSession';
import type { CurrentAccount } from './ui/account/currentAccount';
import { accountCommands } from './ui/commands/accountCommands';
import { callCommand, runCommand } from './ui/commands/command';
import { exportCommands } from './ui/commands/exportCommands';
import { followingCommands } from './ui/commands/followingCommands';
import { runCommands } from './ui/commands/runCommands';
import { taskCommands } from './ui/commands/taskCommands';
import { offerForMissing } from './ui/commands/otherVersions';
import { TaskTracker } from './ui/commands/taskTracker';
import { sessionCommands } from './ui/commands/sessionCommands';
import { followSteerKeys, steerCommands } from './ui/commands/steerCommands';
import { trackingCommands } from './ui/commands/trackingCommands';
import { DetailsPanels } from './ui/details/detailsPanel';
import { invokeTool, languageModelTools, prepareTool } from './ui/languageModel/languageModelTools';
import type { Features, LazyFeatures, TaskOwner } from './ui/lazyFeatures';
import { taskLinks } from './ui/links/taskLinks';
import type { Log } from './ui/log';
import {
  followingEndLine,
  followLimitNotice,
  showFollowingRefused,
  PollProblems,
  showPollingPaused,
} from './ui/notifications/pollProblems';
import { showAnnouncement } from './ui/notifications/notifier';
import { supportPromptFiles } from './ui/running/promptFileChecks';
import { TaskRuns } from './ui/running/taskRuns';
import { TaskDocuments } from './ui/saving/taskDocuments';
import { SessionsTree } from './ui/sessions/sessionsTree';
import type { Settings } from './ui/settings';
import { showFreshness, keepRowAges } from './ui/tree/freshness';
import type { LazyTree, TaskView } from './ui/tree/taskView';
import { StatusBar } from './ui/tree/statusBar';

export { TaskTree } from './ui/tree/taskTree';
export { StatusBar };

/** What the features are built from: the parts that are there from the start. */
export interface FeaturesOptions {
  readonly account: CurrentAccount;
  /** Those of the account. */
  readonly tasks: TaskSource;
  readonly poller: Polling;
  readonly settings: Settings;
  readonly tree: LazyTree;
  readonly view: TaskView;
  readonly statusBar: StatusBar;
  readonly log: Log;
  readonly clock: Clock;
  readonly extensionUri: Uri;
  /** What is remembered between sessions of VS Code. */
  readonly memory: Memento;
  /** As `memory`, for what belongs to the folder that is open. */
  readonly workspaceMemory: Memento;
}

/** Builds and connects commands, messages and details. Who creates them disposes them. */
export function createFeatures(options: FeaturesOptions): Features {
  const { account, settings, log } = options;
  const problems = new PollProblems({
    ...options,
    announce: (announcement) => account.session?.windows.announce(announcement),
  });
  const tracker = new TaskTracker(options);
  const documents = new TaskDocuments();
  const home = homeFolder();
  const localFiles = {
    home: home === undefined ? undefined : Uri.file(home),
    replace: replaceFile,
  };
  const details = new DetailsPanels({ ...options, documents, localFiles });
  const openDetails = (ref: TaskRef, owner: TaskOwner): Promise<void> => {
    owner.store.markSeen(ref);
    return details.open(ref, owner);
  };
  const runs = new TaskRuns({
    ...options,
    openDetails,
    poll: (ref) => void options.poller.refresh([ref]),
    reveal: async (ref) => {
      // Who runs a task from an editor goes on there: a view that is closed stays so.
      if (options.view.isVisible) await options.view.reveal(ref);
    },
  });
  const sessions = new SessionsTree(options);
  const steering = new TaskSteering({
    clock: options.clock,
    poll: (refs) => options.poller.refresh(refs),
    onStopped: () => sessions.readIfVisible(),
  });
  const table = {
    ...trackingCommands({ ...options, tracker, openDetails }),
    ...taskCommands({ ...options, problems, details }),
    ...exportCommands({ ...options, documents, localFiles }),
    ...runCommands({ ...options, runs }),
    ...steerCommands({ ...options, steering }),
    ...sessionCommands({ ...options, sessions }),
    ...accountCommands(options),
    ...followingCommands(options),
  };
  const run: Features['runCommand'] = (name, args) =>
    runCommand(name, args, { table, settings, log });
  const tools = languageModelTools({ ...options, steering });
  const parts = [
    details,
    documents,
    showFreshness(options),
    showPollingPaused(options),
    keepRowAges(options),
    supportPromptFiles(options),
    tracker,
    problems,
    offerForMissing(options),
    sessions,
    followSteerKeys(options.tasks),
  ];
  return {
    runCommand: run,
    callCommand: (name, args) => callCommand(name, args, table),
    track: (text, signal) => trackOrThrow(text, { tracker, account, settings, signal }),
    prepareTool: (name, input) => prepareTool(name, input, tools),
    invokeTool: (name, input, token) => invokeTool(name, input, { tools, settings, token }),
    notifyPause: (pause) => problems.notify(pause),
    openDetails,
    details,
    links: taskLinks({ ...options, tracker, runCommand: run }),
    sessionRows: (view, redraw) => sessions.rows(view, redraw),
    dispose() {
      disposeAll(parts);
    },
  };
}

export interface WindowSharingParts {
  readonly poller: WindowPolling;
  readonly settings: Settings;
  readonly log: Log;
  readonly view: TaskView;
  readonly features: LazyFeatures;
  readonly clock: Clock;
  readonly bucket: TokenBucket;
  /** The folder under which windows find each other. */
  readonly root: string;
  readonly onError: (error: unknown) => void;
}

/** Polls an account's tasks together with the other windows that show them. */
export function shareWithOtherWindows(
  session: AccountSession,
  { poller, settings, log, view, features, clock, bucket, root, onError }: WindowSharingParts,
): WindowSharing {
  return shareAmongWindows({
    origin: session.server.origin,
    store: session.store,
    persistence: session.persistence,
    polling: poller,
    clock,
    connect: session.connect,
    bucket,
    intervals: settings.intervals,
    onError: (error, what) => log.error(`Polling ${what} failed`, error),
    isEnabled: (kind) => settings.notifyOn.has(kind),
    announce: (announcement) =>
      void showAnnouncement(announcement, { session, features: features.get, view }).catch(onError),
    hasKey: () => session.keyState === 'present',
    readKey: () => session.key.read(),
    versions: listedVersions(isOfficial(session.server)),
    following: () => settings.followAccount,
    onLimit: followLimitNotice(settings, log),
    onFollowingEnd: (ended, why) => log.info(followingEndLine(ended, why)),
    onRefused: (error) => showFollowingRefused(error, { host: session.server.host, poller }),
    root,
    onAlone: (error) => log.error('Other windows cannot be reached: this one polls alone', error),
  });
}

async function trackOrThrow(
  text: string,
  {
    tracker,
    account,
    settings,
    signal,
  }: Pick<FeaturesOptions, 'account' | 'settings'> & {
    readonly tracker: TaskTracker;
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly TaskRef[]> {
  const session = account.requireSession();
  const result = await tracker.track(parseTaskInput(text, settings.apiVersion), {
    session,
    signal,
  });
  if (result.refs.length > 0) return result.refs;
  throw new Error(
    lookupMessage(result, session.server.host)?.text ??
      rejectedMessage(result.input) ??
      'The input names no task. It takes task IDs, API URLs and dashboard links.',
  );
}
