import { commands, workspace } from 'vscode';
import type { Clock } from '../../core/base/clock';
import type { Disposable } from '../../core/base/event';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { hasEnded, refKey, type TaskRef } from '../../core/cloud/task';
import { apiVersions } from '../../core/cloud/versionList';
import {
  deletedMessage,
  deleteQuestion,
  deleteSessions,
  doomedSessions,
} from '../../core/steering/deleteSessions';
import {
  deletableSession,
  losingTasks,
  steerActionsOf,
  type SteerAction,
} from '../../core/steering/steerActions';
import {
  namesFrom,
  sessionNoun,
  steerMessage,
  stopQuestion,
} from '../../core/steering/steerMessages';
import {
  answeredEnds,
  type SteerOptions,
  type SteerResult,
  type TaskSteering,
} from '../../core/steering/taskSteering';
import type { TaskSource } from '../../core/tasks/taskStore';
import { browserOpenUntil } from '../../core/tasks/openBrowser';
import { isActive } from '../../core/tasks/trackedTask';
import type { CurrentAccount } from '../account/currentAccount';
import { ShownAccount } from '../account/shownAccount';
import { showMessage } from '../messages';
import { withCountedProgress, withPieceProgress } from '../progress';
import { notify } from '../reportError';
import { isTaskRef, refuseUnnamed, type TargetOptions, chooseTasks } from '../tree/taskTargets';
import { viewId, type TaskView } from '../tree/taskView';
import { UserError } from '../userError';
import type { Commands } from './command';

export interface SteerCommandsOptions {
  readonly account: Pick<CurrentAccount, 'whenReady'>;
  readonly steering: TaskSteering;
  readonly view: TaskView;
  readonly clock: Clock;
}

/** The commands that change how tasks go on at the cloud, and that which deletes them there. */
export function steerCommands(options: SteerCommandsOptions): Commands {
  const steer = (action: SteerAction) => (args: readonly unknown[]) =>
    steerTasks(action, args, options);
  return {
    stopTask: { run: steer('stop'), failed: 'Stopping failed' },
    stopTaskAndSession: { run: steer('stopSession'), failed: 'Stopping failed' },
    stopBrowser: {
      run: (args) => stopOpenBrowsers(args, options),
      failed: 'Stopping the browser failed',
    },
    pauseTask: { run: steer('pause'), failed: 'Pausing failed' },
    resumeTask: { run: steer('resume'), failed: 'Resuming failed' },
    deleteSession: { run: (args) => deleteTaskSessions(args, options), failed: 'Deleting failed' },
  };
}

/**
 * Stop Task, Stop Task and Session, Pause Task, Resume Task: of the tasks that the arguments name, tracked or not, else
 * of those that the user picks. Asks back before work is lost, but where `confirm: false` stands beside the task.
 */
async function steerTasks(
  action: SteerAction,
  args: readonly unknown[],
  options: SteerCommandsOptions,
  target: Partial<TargetOptions> = {},
): Promise<void> {
  const { session, refs, isConfirmed } = await steerTargets(args, options, {
    question: questions[action],
    canPickMany: true,
    isOffered: (task) => steerActionsOf(task).includes(action),
    noneOffered: nothingTo[action],
    ...target,
  });
  const { store, server, signal: over } = session;
  const account = await ShownAccount.of(session);
  const nameOf = namesFrom(store.tasks());
  const active = refs.filter((ref) => !hasEnded(store.get(ref)?.status ?? 'unknown'));
  const noun = action === 'stopSession' && active.length === 0 ? sessionNoun(refs) : 'task';
  const losing = losingTasks(action, refs, store.tasks()).map(nameOf);
  if (!isConfirmed && losing.length > 0 && (action === 'stop' || action === 'stopSession'))
    if (!(await confirm(stopQuestion(action, losing)))) return;
  await account.requireCurrent();
  const run = (signal: AbortSignal, onProgress?: SteerOptions['onProgress']) =>
    options.steering.run(action, refs, {
      account: { store, connect: account.connectForChange },
      signal,
      onProgress,
    });
  const title = `${progressTitles[action]} ${noun}s`;
  const ends = answeredEnds(active, store);
  let results: readonly SteerResult[] = [];
  try {
    results = await withPieceProgress({ title, viewId, count: refs.length, signal: over }, run);
  } finally {
    ends.end(results);
  }
  const message = steerMessage(action, results, { nameOf, host: server.host, noun });
  if (message) notify(message, message.nextStep);
}

/** Stop Browser: of tasks that have ended and whose browser is still open. Asks only where another task of the session is at work in it. */
function stopOpenBrowsers(args: readonly unknown[], options: SteerCommandsOptions): Promise<void> {
  return steerTasks('stopSession', args, options, {
    question: 'Stop the browsers of which tasks?',
    isOffered: (task) => browserOpenUntil(task, options.clock.now()) !== undefined,
    noneOffered: 'No browser of a tracked task that has ended is known to be open.',
  });
}

/** Delete Session at Browser Use Cloud…: asks back always, as nothing brings it back; then its tasks are untracked. */
async function deleteTaskSessions(
  args: readonly unknown[],
  options: SteerCommandsOptions,
): Promise<void> {
  const { clock } = options;
  const { session, refs } = await chooseTasks(args, options, {
    question: 'Delete the sessions of which tasks at Browser Use Cloud?',
    canPickMany: true,
    isOffered: (task) => deletableSession(task) !== undefined,
    noneOffered: noSession,
  });
  const { store, server, signal: over } = session;
  const sessions = doomedSessions(refs, store.tasks());
  if (sessions.length === 0) throw new UserError(noSession);
  const account = await ShownAccount.of(session);
  if (!(await confirm(deleteQuestion(sessions)))) return;
  // What another account cannot see would pass for deleted.
  await account.requireCurrent();
  const title = sessions.length === 1 ? 'Deleting the session' : 'Deleting sessions';
  // One request leaves at once, so there would be nothing to take back.
  const isCancellable = sessions.length > 1;
  const progress = { title, signal: over, isCancellable };
  const deleted = await withCountedProgress(progress, (signal, onProgress) =>
    deleteSessions(sessions, {
      connect: account.connectForChange,
      clock,
      signal,
      onProgress: (done) => onProgress(done, sessions.length),
    }),
  );
  for (const { session, outcome } of deleted)
    if (outcome.kind === 'done') store.untrack(session.tasks);
  const message = deletedMessage(deleted, server.host);
  if (message) notify(message, message.nextStep);
}

const noSession =
  'No tracked task has a session that can be deleted: it is not known yet, or its API version has none.';

/** What an argument from code may hold beside a task. */
interface SteerArgument extends TaskRef {
  readonly confirm?: unknown;
}

/** A task or a list of tasks as an argument need not be tracked; everything else is as for every command. */
async function steerTargets(
  args: readonly unknown[],
  options: SteerCommandsOptions,
  target: TargetOptions,
): Promise<Awaited<ReturnType<typeof chooseTasks>> & { readonly isConfirmed: boolean }> {
  const [first, all] = args;
  refuseUnnamed(first);
  const named: readonly SteerArgument[] = (Array.isArray(first) ? first : [first]).filter(
    isTaskRef,
  );
  if (named.length > 0 && !Array.isArray(all)) {
    const refs = new Map(
      named.map(({ apiVersion, id }) => [refKey({ apiVersion, id }), { apiVersion, id }]),
    );
    // In a folder that nobody trusts, its own files may be behind the call.
    const isConfirmed = workspace.isTrusted && named.every((each) => each.confirm === false);
    return { session: await options.account.whenReady(), refs: [...refs.values()], isConfirmed };
  }
  return { ...(await chooseTasks(args, options, target)), isConfirmed: false };
}

const questions: Readonly<Record<SteerAction, string>> = {
  stop: 'Stop which tasks?',
  stopSession: 'Stop which tasks and their sessions?',
  pause: 'Pause which tasks?',
  resume: 'Resume which tasks?',
};

const pausing = apiVersions
  .map(capabilitiesOf)
  .filter(({ canPause }) => canPause)
  .map(({ label }) => label)
  .join(' or ');

const nothingTo: Readonly<Record<SteerAction, string>> = {
  stop: 'No tracked task can be stopped: all have ended, or are being stopped.',
  stopSession: 'No tracked task can be stopped with its session.',
  pause: `No tracked task can be paused: only running tasks of ${pausing} can.`,
  resume: 'No tracked task is paused.',
};

const progressTitles: Readonly<Record<SteerAction, string>> = {
  stop: 'Stopping',
  stopSession: 'Stopping',
  pause: 'Pausing',
  resume: 'Resuming',
};

/** Keeps the context key by which the palette offers Pause Task and Resume Task only while a tracked task can be paused. */
export function followSteerKeys(tasks: TaskSource): Disposable {
  let known = false;
  const refresh = (): void => {
    const canPause = tasks
      .tasks()
      .some((task) => capabilitiesOf(task.apiVersion).canPause && isActive(task));
    if (canPause === known) return;
    known = canPause;
    void commands.executeCommand('setContext', 'browserUseTasks.canPause', canPause);
  };
  refresh();
  return tasks.onDidChange(refresh);
}

/** Asks in a dialog before something is lost. @returns whether the person said yes */
async function confirm({
  text,
  detail,
  button,
}: {
  readonly text: string;
  readonly detail: string;
  /** What says yes. */
  readonly button: string;
}): Promise<boolean> {
  const chosen = await showMessage({
    severity: 'warning',
    text,
    detail,
    isModal: true,
    actions: [button],
  });
  return chosen === button;
}
