import { CancellationError, window } from 'vscode';
import type { TaskRef } from '../../core/cloud/task';
import type { Clock } from '../../core/base/clock';
import { countLabel } from '../../core/labels/statusBarLabel';
import { followedSessions, sessionKey } from '../../core/following/sessionFollowing';
import { hasEnded } from '../../core/cloud/task';
import { parseTaskInput, type TaskInput } from '../../core/input/taskInput';
import {
  lookupMessage,
  trackingMessage,
  type TrackingResult,
} from '../../core/tracking/taskTracking';
import { taskTitle } from '../../core/labels/taskLabels';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import type { Log } from '../log';
import type { Commands } from './command';
import { showMessage } from '../messages';
import { withProgress } from '../progress';
import { reportError, notify } from '../reportError';
import { UserError } from '../userError';
import type { Settings } from '../settings';
import { lookInOtherVersions, offerOtherVersions } from './otherVersions';
import type { TaskTracker } from './taskTracker';
import type { TaskView } from '../tree/taskView';
import { targetsOf } from '../tree/taskTargets';
import { pickTasks } from './taskPicker';

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
export interface TrackTaskOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
  readonly tracker: Pick<TaskTracker, 'track'>;
  readonly view: Pick<TaskView, 'isVisible' | 'reveal'>;
  readonly account: Pick<CurrentAccount, 'requireSession'>;
}

/** Track Task…: what the first argument names where it is a text, else what the user pastes or picks. */
export async function trackTask(
  args: readonly unknown[],
  options: TrackTaskOptions,
): Promise<void> {
  const [first] = args;
  const { account, settings, view } = options;
  const { apiVersion } = settings;
  const session = account.requireSession();
  if (typeof first === 'string') {
    // Who tracks from a key or a script goes on with something else: a view that is closed stays so.
    const reveals = view.isVisible;
    await trackInput(parseTaskInput(first, apiVersion), session, { ...options, reveals });
  } else {
    const input = await pickTasks({ ...options, session, apiVersion });
    await trackInput(input, session, { ...options, reveals: true });
  }
}

async function trackInput(
  input: TaskInput,
  session: AccountSession,
  options: TrackTaskOptions & { readonly reveals: boolean },
): Promise<void> {
  const { settings, tracker, view, reveals } = options;
  const { sessions } = input;
  const withoutVersions = { ...input, sessions: sessions.map(({ id }) => ({ id })) };
  const result = await trackWithProgress(input, session, tracker);
  const [firstRef] = result.refs;
  if (firstRef && reveals) await view.reveal(firstRef);
  await notifyOfTracking(result, session, {
    again: async () => {
      if (await session.key.get()) await trackInput(input, session, options);
    },
    // What names no version was looked for in each.
    elsewhere:
      settings.apiVersion !== undefined && sessions.some(({ apiVersion }) => apiVersion)
        ? () => trackInput(withoutVersions, session, options)
        : undefined,
  });
}

/** Shows how far the look-up of IDs and sessions is, with a button to cancel it; what was tracked by then stays. */
async function trackWithProgress(
  input: TaskInput,
  session: AccountSession,
  tracker: TrackTaskOptions['tracker'],
): Promise<TrackingResult> {
  if (input.ids.length + input.sessions.length === 0) return tracker.track(input, { session });
  return withProgress({ title: 'Finding tasks' }, (signal, report) =>
    tracker.track(input, {
      session,
      signal,
      onProgress: (done, total) => report(`${done} of ${total}`, done / total),
    }),
  );
}

/** What a message about tracking offers, as far as it helps. */
interface TrackingOffers {
  readonly again?: () => Promise<void>;
  readonly elsewhere?: (() => Promise<void>) | undefined;
}

/** One message at most, and none where the view shows everything. */
async function notifyOfTracking(
  result: TrackingResult,
  { key, server: { host } }: AccountSession,
  { again, elsewhere }: TrackingOffers,
): Promise<void> {
  const message = trackingMessage(result);
  const failure = lookupMessage(result, host);
  if (failure) {
    const text = message === undefined ? failure.text : `${failure.text} ${message}`;
    const kind = result.lookupError?.kind;
    // Waits for no answer.
    if (elsewhere && (kind === 'taskNotFound' || kind === 'invalidRequest'))
      void offerOtherVersions(text, elsewhere);
    // What was pasted need not be pasted again.
    else
      notify({ severity: 'warning', text }, failure.nextStep, kind === 'noKey' ? again : undefined);
    return;
  }
  if (result.refs.length === 0) {
    const text = message ?? 'This names no task. Paste task IDs or dashboard links.';
    notify({ severity: 'warning', text });
    return;
  }
  if (!(await key.get())) {
    const text = `${message ?? `${countLabel(result.addedCount)} tracked.`} Set an API key to see how they do.`;
    notify({ severity: 'information', text }, 'setApiKey');
    return;
  }
  if (message !== undefined) notify({ severity: 'information', text: message });
}

/** Untrack Task: forgets tasks here and sends nothing to the cloud. */
async function untrackTasks(
  args: readonly unknown[],
  options: TrackingCommandsOptions,
): Promise<void> {
  const session = await options.account.whenReady();
  const source = { tasks: session.store, view: options.view };
  const refs = await targetsOf(args, source, {
    question: 'Which tasks shall no longer be tracked? The cloud keeps them.',
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
    placeHolder: 'Which tasks shall no longer be tracked? The cloud keeps them.',
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
    ? ' Its session is no longer followed.'
    : ` ${ended.length} sessions are no longer followed.`;
}

/** Waits for no answer. */
function offerUndo(
  removed: readonly TrackedTask[],
  { store, signal }: AccountSession,
  { settings, log }: TrackingCommandsOptions,
): void {
  const [only, ...others] = removed;
  const title = only && others.length === 0 ? ` (“${taskTitle(only, 60)}”)` : '';
  const text = `${countLabel(removed.length)} no longer tracked${title}.${unfollowedLabel(removed, store)}`;
  showMessage({ severity: 'information', text, actions: ['Undo'] })
    .then((chosen) => {
      if (chosen !== 'Undo') return;
      if (signal.aborted)
        throw new UserError('These tasks belong to another server than the base URL names now.');
      store.restore(removed);
    })
    .catch((error: unknown) => reportError(error, { settings, log, what: 'Undoing failed' }));
}
