import { formatCount } from '../../core/labels/countLabel';
import { CancellationError, commands, window, type QuickPickItem } from 'vscode';
import type { Clock } from '../../core/base/clock';
import type { Polling } from '../../core/polling/polling';
import {
  openSessionDescription,
  openSessionLink,
  openSessionTitle,
  stoppedMessage,
  stopOpenQuestion,
  tasksIn,
} from '../../core/steering/openSessionLabels';
import type { OpenEntry } from '../../core/steering/openSessions';
import { noteClosedBrowser } from '../../core/steering/taskSteering';
import { hasIdleSession } from '../../core/tasks/openBrowser';
import { isActive } from '../../core/tasks/trackedTask';
import { plainLabel } from '../../core/text/plainText';
import { ShownAccount } from '../account/shownAccount';
import { showMessage } from '../messages';
import { withPieceProgress } from '../progress';
import { notify } from '../reportError';
import { OpenSessionItem, type AccountSessions, type SessionsTree } from '../sessions/sessionsTree';
import { sessionsViewId } from '../lazyFeatures';
import { formatTimeOfDay } from '../tree/formatTime';
import { UserError } from '../userError';
import type { Commands } from './command';

export interface SessionCommandsOptions {
  readonly sessions: Pick<SessionsTree, 'current'>;
  readonly poller: Pick<Polling, 'refresh'>;
  readonly clock: Clock;
}

/** The commands on what is open at the cloud. */
export function sessionCommands(options: SessionCommandsOptions): Commands {
  return {
    refreshOpenSessions: { run: () => refresh(options), failed: 'Refreshing failed' },
    stopOpenSession: { run: (args) => stopSome(args, options), failed: 'Stopping failed' },
    stopAllOpenSessions: { run: () => stopAll(options), failed: 'Stopping failed' },
    trackOpenSession: { run: (args) => trackTasks(args, options), failed: 'Tracking failed' },
  };
}

async function refresh({ sessions }: SessionCommandsOptions): Promise<void> {
  await read(sessions.current());
}

/** Reads now, with progress in the view. */
async function read({ open }: AccountSessions): Promise<void> {
  await window.withProgress({ location: { viewId: sessionsViewId } }, () => open.read());
}

/** Stop Session or Browser: those of the rows, else those that the user picks. */
async function stopSome(args: readonly unknown[], options: SessionCommandsOptions): Promise<void> {
  const current = options.sessions.current();
  await stop(await chooseEntries(args, current, options), current, options);
}

async function stopAll(options: SessionCommandsOptions): Promise<void> {
  const current = options.sessions.current();
  const entries = (await readEntries(current)).filter(({ isStopping }) => !isStopping);
  if (entries.length === 0) throw new UserError('All that is open is being stopped already.');
  await stop(entries, current, { ...options, isAll: true });
}

/** Asks back where work may be lost, stops, and says what became of them. */
async function stop(
  entries: readonly OpenEntry[],
  { account, open }: AccountSessions,
  { poller, clock, isAll }: SessionCommandsOptions & { readonly isAll?: true },
): Promise<void> {
  const { store, server, signal: over } = account;
  const shown = await ShownAccount.of(account);
  const chosen = await confirmStop(entries, account, isAll);
  // What another account cannot see would pass for stopped.
  await shown.requireCurrent();
  // The end of a task that goes with its session is no news.
  const ending = (entry: OpenEntry) => tasksIn(entry, store.tasks()).filter(isActive);
  const ended = chosen.flatMap(ending);
  for (const task of ended) store.setStopping(task, clock.now());
  const title = 'Stopping sessions and browsers';
  const progress = { title, viewId: sessionsViewId, count: chosen.length, signal: over };
  const stopped = await withPieceProgress(progress, (signal, onProgress) =>
    open.stop(chosen, { signal, onProgress: (done) => onProgress?.(done, chosen.length) }),
  );
  for (const { entry, outcome } of stopped) {
    if (outcome.kind === 'done') noteClosedBrowser(entry, store);
    else for (const task of ending(entry)) store.setStopping(task, undefined);
  }
  // An idle session shows by its status alone that it is no longer open.
  const changing = chosen.flatMap((entry) => tasksIn(entry, store.tasks()).filter(hasIdleSession));
  if (ended.length + changing.length > 0) await poller.refresh([...ended, ...changing]);
  const message = stoppedMessage(stopped, { tasks: store.tasks(), host: server.host });
  if (message) notify(message, message.nextStep);
}

/** @returns those that are to be stopped. @throws {CancellationError} where the person says no */
async function confirmStop(
  entries: readonly OpenEntry[],
  { store }: AccountSessions['account'],
  isAll: true | undefined,
): Promise<readonly OpenEntry[]> {
  const question = stopOpenQuestion(entries, store.tasks(), isAll);
  if (!question) return entries;
  const { text, detail, button, idle } = question;
  const idleOnly = `Stop ${formatCount(idle.length)} Idle Only`;
  const hasChoice = idle.length > 0 && idle.length < entries.length;
  const answer = await showMessage({
    severity: 'warning',
    text,
    detail,
    isModal: true,
    actions: [...(hasChoice ? [idleOnly] : []), button],
  });
  if (answer === button) return entries;
  if (answer === idleOnly) return idle;
  throw new CancellationError();
}

/** Track Its Tasks: all tasks of the session, as for a link to it. */
async function trackTasks(
  args: readonly unknown[],
  options: SessionCommandsOptions,
): Promise<void> {
  const current = options.sessions.current();
  const entries = await chooseEntries(args, current, options);
  const { baseUrl } = current.account.server;
  const links = entries.map((entry) => openSessionLink(entry, baseUrl));
  const known = links.filter((link) => link !== undefined);
  if (known.length === 0)
    throw new UserError('It is not known which session this browser belongs to.');
  await commands.executeCommand('browserUseTasks.trackTask', known.join('\n'));
}

/** The rows that a menu hands over, the one that was clicked or all that are selected; else those that the person picks. */
async function chooseEntries(
  [first, all]: readonly unknown[],
  current: AccountSessions,
  options: SessionCommandsOptions,
): Promise<readonly OpenEntry[]> {
  const items = (Array.isArray(all) && all.length > 0 ? all : [first]).filter(
    (item) => item instanceof OpenSessionItem,
  );
  if (items.length > 0) return items.map(({ entry }) => entry);
  return pick(await readEntries(current), current, options);
}

/** @throws {UserError} where nothing is open, {CloudError} where it cannot be told */
async function readEntries(current: AccountSessions): Promise<readonly OpenEntry[]> {
  await read(current);
  const { entries, trouble } = current.open.state;
  if (entries.length > 0) return entries;
  if (trouble) throw trouble.error;
  throw new UserError('No session or browser is open.');
}

async function pick(
  entries: readonly OpenEntry[],
  { account: { store } }: AccountSessions,
  { clock }: SessionCommandsOptions,
): Promise<readonly OpenEntry[]> {
  const options = { tasks: store.tasks(), now: clock.now(), formatTime: formatTimeOfDay };
  const items = entries.map((entry): QuickPickItem & { readonly entry: OpenEntry } => ({
    label: plainLabel(openSessionTitle(entry, options.tasks)),
    description: plainLabel(openSessionDescription(entry, options)),
    detail: plainLabel(entry.id),
    entry,
  }));
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: 'Which sessions and browsers?',
    matchOnDetail: true,
  });
  if (!picked || picked.length === 0) throw new CancellationError();
  return picked.map(({ entry }) => entry);
}
