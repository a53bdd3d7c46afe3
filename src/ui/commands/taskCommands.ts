import { apiVersions, capabilitiesOf } from '../../core/cloud/apiVersions';
import { env, window } from 'vscode';
import { isOfficial } from '../../core/cloud/baseUrl';
import { hasEnded } from '../../core/cloud/task';
import type { CommandOptions } from './commandOptions';
import { openDashboard } from '../openOutside';
import { UserError } from '../reportError';
import { isTaskRef, targetsOf } from '../tree/taskTargets';
import { viewId } from '../tree/taskView';

/** Refresh: looks now at the tasks named, else at all that are worth it. Progress shows in the view. */
export async function refresh(args: readonly unknown[], options: CommandOptions): Promise<void> {
  const { persistence, poller, problems } = options;
  await persistence.whenReady;
  const isForAll = args.length === 0 || isFromTitle(args, options);
  const refs = isForAll
    ? undefined
    : await targetsOf(args, options, { question: 'Which tasks to look at?', canPickMany: true });
  const updates = poller.refresh(refs);
  await Promise.all([
    window.withProgress({ location: { viewId } }, () => updates),
    problems.notifyAfter(updates),
  ]);
}

/**
 * True for the button in the view's title: VS Code hands it the focused row, or null, and nothing else,
 * where a row's own action comes with a second argument for the selection.
 */
function isFromTitle(args: readonly unknown[], { tree }: CommandOptions): boolean {
  const [first] = args;
  if (args.length !== 1) return false;
  return (
    first === undefined ||
    first === null ||
    (isTaskRef(first) && tree.loaded?.element(first) === first)
  );
}

/** Open Details: of one task or of each that is selected. Counts as having seen how they ended. */
export async function openDetails(
  args: readonly unknown[],
  options: CommandOptions,
): Promise<void> {
  const { details, persistence, store } = options;
  await persistence.whenReady;
  const refs = await targetsOf(args, options, {
    question: 'Which task?',
    canPickMany: false,
  });
  for (const ref of refs.slice(0, mostPanels)) {
    store.markSeen(ref);
    await details.open(ref);
  }
  if (refs.length > mostPanels)
    throw new UserError(`Only the first ${mostPanels} of ${refs.length} tasks were opened.`);
}

/** More at once is an accident. */
const mostPanels = 10;

/** Mark as Seen, Mark as Unseen: of tasks that have ended. */
export async function markTasks(
  isUnseen: boolean,
  args: readonly unknown[],
  options: CommandOptions,
): Promise<void> {
  const { persistence, store } = options;
  await persistence.whenReady;
  const refs = await targetsOf(args, options, {
    question: isUnseen ? 'Which tasks to mark as unseen?' : 'Which tasks to mark as seen?',
    canPickMany: true,
    isOffered: (task) => hasEnded(task.status) && task.isUnseen !== isUnseen,
    noneOffered: isUnseen
      ? 'No task has ended that is marked as seen.'
      : 'Every task that has ended is marked as seen.',
  });
  store.setUnseen(refs, isUnseen);
}

/** Mark All as Seen. */
export async function markAllAsSeen({ persistence, store }: CommandOptions): Promise<void> {
  await persistence.whenReady;
  store.setUnseen(store.tasks(), false);
}

/** Copy Task ID: one ID a line. */
export async function copyTaskIds(
  args: readonly unknown[],
  options: CommandOptions,
): Promise<void> {
  const refs = await targetsOf(args, options, {
    question: 'Which task IDs to copy?',
    canPickMany: true,
  });
  await env.clipboard.writeText(refs.map(({ id }) => id).join('\n'));
}

const withoutSessions = apiVersions
  .map(capabilitiesOf)
  .filter(({ hasSessions }) => !hasSessions)
  .map(({ label }) => label)
  .join(' or ');

/** Open in Browser Use Cloud: the dashboard's page of the task's session. */
export async function openInCloud(
  args: readonly unknown[],
  options: CommandOptions,
): Promise<void> {
  const { settings, store } = options;
  if (!isOfficial(settings.server))
    throw new UserError(
      'Only tasks of Browser Use Cloud itself have a page there; these come from the server that the base URL names.',
      'openSettings',
    );
  const refs = await targetsOf(args, options, {
    question: 'Which task to open in Browser Use Cloud?',
    canPickMany: false,
    isOffered: ({ sessionId }) => sessionId !== undefined,
    noneOffered: `The session of no tracked task is known: ${withoutSessions} tells none, or no look has succeeded yet.`,
  });
  const sessionIds = new Set(
    refs.map((ref) => store.get(ref)?.sessionId).filter((id) => id !== undefined),
  );
  if (sessionIds.size === 0)
    throw new UserError(
      `The session of this task is not known: ${withoutSessions} tells none, or no look has succeeded yet.`,
    );
  for (const id of [...sessionIds].slice(0, mostPanels)) await openDashboard(id);
}
