import { countLabel } from '../../core/labels/countLabel';
import { capabilitiesOf, dashboardSession } from '../../core/cloud/apiVersions';
import { apiVersions } from '../../core/cloud/versionList';
import { env, window } from 'vscode';
import { dashboardOf } from '../../core/cloud/regions';
import { hasEnded, type TaskRef } from '../../core/cloud/task';
import type { Polling } from '../../core/polling/polling';
import type { CurrentAccount } from '../account/currentAccount';
import type { DetailsAction } from '../details/detailsActions';
import type { PollProblems } from '../notifications/pollProblems';
import type { TaskOwner } from '../lazyFeatures';
import type { Settings } from '../settings';
import { chooseTasks } from '../tree/taskTargets';
import type { Commands } from './command';
import { openDashboard } from '../openOutside';
import { UserError } from '../userError';
import { viewId, type TaskView } from '../tree/taskView';

export interface TaskCommandsOptions {
  readonly account: Pick<CurrentAccount, 'whenReady'>;
  readonly poller: Polling;
  readonly problems: PollProblems;
  readonly settings: Settings;
  readonly view: TaskView;
  readonly details: Details;
}

/** The panels of tasks. */
export interface Details {
  open(ref: TaskRef, owner: TaskOwner): Promise<void>;
  /**
   * Does something with the task whose details are in front, and shows a failure.
   * @throws {UserError} where there are none
   */
  act(action: DetailsAction): Promise<void>;
}

/** The commands on tracked tasks. */
export function taskCommands(options: TaskCommandsOptions): Commands {
  const { details } = options;
  return {
    refresh: { run: (args) => refresh(args, options), failed: 'Refreshing failed' },
    // What VS Code hands to a button in the view's title may look like what it hands to a row's action.
    refreshAll: { run: () => refresh([], options), failed: 'Refreshing failed' },
    openDetails: {
      run: (args) => openDetails(args, options),
      failed: 'Opening the details failed',
    },
    markAsSeen: {
      run: (args) => markTasks(false, args, options),
      failed: 'Marking as seen failed',
    },
    markAsUnseen: {
      run: (args) => markTasks(true, args, options),
      failed: 'Marking as unseen failed',
    },
    markAllAsSeen: { run: () => markAllAsSeen(options), failed: 'Marking all as seen failed' },
    copyTaskId: { run: (args) => copyTaskIds(args, options), failed: 'Copying failed' },
    openInCloud: {
      run: (args) => openInCloud(args, options),
      failed: 'Opening Browser Use Cloud failed',
    },
    // These three show themselves what failed.
    shareTask: {
      run: () => details.act({ type: 'act', action: 'share' }),
      failed: 'Sharing failed',
    },
    unshareTask: {
      run: () => details.act({ type: 'act', action: 'unshare' }),
      failed: 'The public link cannot be removed',
    },
    saveTaskLog: { run: () => details.act({ type: 'saveLog' }), failed: 'The log cannot be saved' },
  };
}

/** Refresh: polls the named tasks now, else all that may have changed. Progress shows in the view. */
async function refresh(args: readonly unknown[], options: TaskCommandsOptions): Promise<void> {
  const { account, poller, problems } = options;
  await account.whenReady();
  const target = { question: 'Which tasks to check?', canPickMany: true };
  const chosen = args.length === 0 ? undefined : await chooseTasks(args, options, target);
  const updates = poller.refresh(chosen?.refs);
  await Promise.all([
    window.withProgress({ location: { viewId } }, () => updates),
    problems.notifyAfter(updates),
  ]);
}

/** Open Details: of one task or of each that is selected. Counts as having seen how they ended. */
async function openDetails(args: readonly unknown[], options: TaskCommandsOptions): Promise<void> {
  const target = { question: 'Which task?', canPickMany: false };
  const { session, refs } = await chooseTasks(args, options, target);
  for (const ref of refs.slice(0, mostPanels)) {
    session.store.markSeen(ref);
    await options.details.open(ref, session);
  }
  if (refs.length > mostPanels)
    throw new UserError(`Only the first ${mostPanels} of ${countLabel(refs.length)} were opened.`);
}

/** More at once is an accident. */
const mostPanels = 10;

/** Mark as Seen, Mark as Unseen: of tasks that have ended. */
async function markTasks(
  isUnseen: boolean,
  args: readonly unknown[],
  options: TaskCommandsOptions,
): Promise<void> {
  const { session, refs } = await chooseTasks(args, options, {
    question: isUnseen ? 'Which tasks to mark as unseen?' : 'Which tasks to mark as seen?',
    canPickMany: true,
    isOffered: (task) => hasEnded(task.status) && task.isUnseen !== isUnseen,
    noneOffered: isUnseen
      ? 'No task has ended that is marked as seen.'
      : 'Every task that has ended is marked as seen.',
  });
  session.store.setUnseen(refs, isUnseen);
}

/** Mark All as Seen. */
async function markAllAsSeen({ account }: TaskCommandsOptions): Promise<void> {
  const { store } = await account.whenReady();
  store.setUnseen(store.tasks(), false);
}

/** Copy Task ID: one ID a line. */
async function copyTaskIds(args: readonly unknown[], options: TaskCommandsOptions): Promise<void> {
  const target = { question: 'Which task IDs to copy?', canPickMany: true };
  const { refs } = await chooseTasks(args, options, target);
  await env.clipboard.writeText(refs.map(({ id }) => id).join('\n'));
}

const withoutPages = apiVersions
  .map(capabilitiesOf)
  .filter(({ hasDashboardPage }) => !hasDashboardPage)
  .map(({ label }) => label)
  .join(' or ');
const noPageMessage = `There is none that is known for tasks of ${withoutPages}, nor for a task that has not been checked successfully yet.`;

/** Open in Browser Use Cloud: the dashboard's page of the task's session. */
async function openInCloud(args: readonly unknown[], options: TaskCommandsOptions): Promise<void> {
  const dashboard = dashboardOf(options.settings.baseUrl.server);
  if (dashboard === undefined)
    throw new UserError(
      'Only tasks of Browser Use Cloud itself have a page there; these come from the server that the base URL names.',
      'openSettings',
    );
  const { session, refs } = await chooseTasks(args, options, {
    question: 'Which task to open in Browser Use Cloud?',
    canPickMany: false,
    isOffered: (task) => dashboardSession(task) !== undefined,
    noneOffered: `No tracked task has a page in Browser Use Cloud. ${noPageMessage}`,
  });
  const sessionIds = new Set(
    refs
      .map((ref) => session.store.get(ref))
      .map((task) => task && dashboardSession(task))
      .filter((id) => id !== undefined),
  );
  if (sessionIds.size === 0)
    throw new UserError(`This task has no page in Browser Use Cloud. ${noPageMessage}`);
  for (const id of [...sessionIds].slice(0, mostPanels)) await openDashboard(dashboard, id);
}
