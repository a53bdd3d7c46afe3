import { CancellationError, window } from 'vscode';
import type { TaskRef } from '../../core/cloud/task';
import { countLabel } from '../../core/labels/countLabel';
import { followedSessions, sessionKey } from '../../core/following/sessionFollowing';
import { hasEnded } from '../../core/cloud/task';
import { parseTaskInput, type TaskInput } from '../../core/input/taskInput';
import { taskTitle } from '../../core/labels/taskLabels';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import type { Log } from '../log';
import { chooseTasks, trackedById } from '../tree/taskTargets';
import type { Commands } from './command';
import { showMessage } from '../messages';
import { reportError, notify } from '../reportError';
import { UserError } from '../userError';
import type { Settings } from '../settings';
import { lookInOtherVersions } from './otherVersions';
import type { TaskView } from '../tree/taskView';
import { pickTasks } from './taskPicker';
import { type TaskTracker, trackInput, type TrackInputOptions } from './taskTracker';

/** What the commands need that say which tasks are tracked. */
export interface TrackingCommandsOptions extends TrackTaskOptions {
  readonly account: CurrentAccount;
  readonly tracker: Pick<TaskTracker, 'track' | 'moveToVersionFound'>;
  readonly view: TaskView;
}

/** The commands that say which tasks are tracked. */
export function trackingCommands(options: TrackingCommandsOptions): Commands {
  return {
    trackTask: { run: (args) => trackTask(args, options), failed: 'Tracking failed' },
    lookInOtherVersions: {
      run: (args) => lookInOtherVersions(args, options),
      failed: 'Looking in other API versions failed',
    },
    untrackTask: { run: (args) => untrackTasks(args, options), failed: 'Untracking failed' },
    untrackEndedTasks: { run: () => untrackEndedTasks(options), failed: 'Untracking failed' },
  };
}

/** What tracking needs of the extension. */
export interface TrackTaskOptions extends Omit<TrackInputOptions, 'reveals'> {
  readonly log: Log;
  readonly settings: Settings;
  readonly view: Pick<TaskView, 'isVisible' | 'reveal'>;
  readonly account: Pick<CurrentAccount, 'requireSession'>;
  readonly openDetails: (ref: TaskRef, session: AccountSession) => Promise<void>;
}

/**
 * Track Task…: what the first argument names where it is a text, else what the user pastes or picks. With `openDetails` as the
 * second argument the details of a task that is named alone are shown.
 */
export async function trackTask(
  args: readonly unknown[],
  options: TrackTaskOptions,
): Promise<void> {
  const [first, then] = args;
  const { account, settings, view } = options;
  const session = account.requireSession();
  if (typeof first !== 'string') {
    const input = await pickTasks({ ...options, session });
    await trackInput(input, session, { ...options, reveals: true });
    return;
  }
  const input = parseTaskInput(first, settings.apiVersion);
  if (then === 'openDetails') await openTask(input, session, options);
  // Who tracks from a key or a script goes on with something else: a view that is closed stays so.
  else await trackInput(input, session, { ...options, reveals: view.isVisible });
}

/** Shows the details of the task that is named alone, and tracks it first where it is not tracked yet. */
async function openTask(
  input: TaskInput,
  session: AccountSession,
  options: TrackTaskOptions,
): Promise<void> {
  const { persistence, store } = session;
  await persistence.whenReady;
  const ids = [...input.ids, ...input.sessions.map(({ id }) => id)];
  const [named, ...more] = [...input.refs, ...ids.map((id) => trackedById(id, store)[0])];
  if (named && more.length === 0 && store.get(named)) {
    await options.openDetails(named, session);
    return;
  }
  const { refs } = await trackInput(input, session, { ...options, reveals: false });
  const [first, ...others] = refs;
  if (!first) return;
  if (others.length === 0) await options.openDetails(first, session);
  else await options.view.reveal(first);
}

const untrackQuestion = 'Untrack which tasks? The cloud keeps them.';

/** Untrack Task: forgets tasks here and sends nothing to the cloud. */
async function untrackTasks(
  args: readonly unknown[],
  options: TrackingCommandsOptions,
): Promise<void> {
  const { session, refs } = await chooseTasks(args, options, {
    question: untrackQuestion,
    canPickMany: true,
  });
  untrack(refs, session, options);
}

/** Untrack Ended Tasks: at once, and can be undone. Where tasks are tracked that the cloud does not know, the person chooses. */
async function untrackEndedTasks(options: TrackingCommandsOptions): Promise<void> {
  const session = await options.account.whenReady();
  const { store } = session;
  const ended = store.tasks().filter(({ status }) => hasEnded(status));
  const missing = store.tasks().filter((task) => task.isMissing && !hasEnded(task.status));
  if (ended.length + missing.length === 0) {
    notify({ severity: 'information', text: 'No tracked task has ended.' });
    return;
  }
  const chosen = missing.length === 0 ? ended : await pickGone(ended, missing);
  untrack(chosen, session, options);
}

/** @throws {CancellationError} where the person picks nothing */
async function pickGone(
  ended: readonly TrackedTask[],
  missing: readonly TrackedTask[],
): Promise<readonly TrackedTask[]> {
  const items = [
    { label: 'Ended Tasks', description: countLabel(ended.length), picked: true, tasks: ended },
    {
      label: 'Tasks Not Found',
      description: countLabel(missing.length),
      detail: 'The cloud does not know them, or not for this API key.',
      picked: true,
      tasks: missing,
    },
  ].filter(({ tasks }) => tasks.length > 0);
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: untrackQuestion,
  });
  if (!picked || picked.length === 0) throw new CancellationError();
  return picked.flatMap(({ tasks }) => tasks);
}

/** @throws {UserError} where the session has ended while the person chose */
function untrack(
  refs: readonly TaskRef[],
  session: AccountSession,
  options: TrackingCommandsOptions,
): void {
  session.signal.throwIfAborted();
  const removed = session.store.untrack(refs);
  if (removed.length > 0) offerUndo(removed, session, options);
}

/** A session is followed for as long as a task of it is tracked. */
function unfollowedLabel(removed: readonly TrackedTask[], store: AccountSession['store']): string {
  const left = new Set(followedSessions(store.tasks()).map(sessionKey));
  const ended = followedSessions(removed).filter((each) => !left.has(sessionKey(each)));
  if (ended.length === 0) return '';
  return ended.length === 1
    ? ` ${removed.length === 1 ? 'Its' : 'Their'} session is no longer followed.`
    : ` ${countLabel(ended.length, 'session')} are no longer followed.`;
}

/** Waits for no answer. */
function offerUndo(
  removed: readonly TrackedTask[],
  { store, server: { origin } }: AccountSession,
  { account, settings, log }: TrackingCommandsOptions,
): void {
  const [only, ...others] = removed;
  const title = only && others.length === 0 ? ` (“${taskTitle(only, 60)}”)` : '';
  const text = `${countLabel(removed.length)} no longer tracked${title}.${unfollowedLabel(removed, store)}`;
  showMessage({ severity: 'information', text, actions: ['Undo'] })
    .then(async (chosen) => {
      if (chosen !== 'Undo') return;
      // The base URL may have named another server meanwhile, and this one again.
      const session = account.sessionAt(origin);
      if (!session)
        throw new UserError('These tasks belong to another server than the base URL names now.');
      await session.persistence.whenReady;
      session.store.restore(removed);
    })
    .catch((error: unknown) => reportError(error, { settings, log, what: 'Undoing failed' }));
}
