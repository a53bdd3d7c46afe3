import { countLabel, formatCount } from '../labels/countLabel';
import { momentOf } from '../base/moment';
import { capabilitiesOf } from '../cloud/apiVersions';
import { errorMessage } from '../labels/errorMessage';
import { joinParts } from '../labels/rowDescription';
import { formatCost, formatMinutes, formatShortCost, taskTitle } from '../labels/taskLabels';
import { isActive, type TrackedTask } from '../tasks/trackedTask';
import { oneLine } from '../text/plainText';
import { shorten, shortenAtWord } from '../text/shorten';
import type { OpenEntry, OpenSessionsState, StoppedEntry } from './openSessions';
import {
  counted,
  nameList,
  paragraphs,
  shortLength,
  withReason,
  type Question,
  type SteerMessage,
} from './steerMessages';

/** The tracked tasks of something that is open, the active ones first, then the newest. */
export function tasksIn(
  { apiVersion, id, sessionId }: OpenEntry,
  tasks: readonly TrackedTask[],
): readonly TrackedTask[] {
  const session = sessionId ?? id;
  const mine = tasks.filter((task) => task.apiVersion === apiVersion && task.sessionId === session);
  return mine.toSorted(
    (a, b) => Number(isActive(b)) - Number(isActive(a)) || b.trackedAt - a.trackedAt,
  );
}

/** Whether a task runs in it: as the cloud says or, where it does not, as is known of tracked tasks. `undefined`: not known. */
export function isBusy(entry: OpenEntry, tasks: readonly TrackedTask[]): boolean | undefined {
  const mine = tasksIn(entry, tasks);
  if (mine.some(isActive)) return true;
  return entry.isBusy ?? (mine.length > 0 ? false : undefined);
}

/** A link by which its tasks can be tracked; `undefined` where it is not known which session it belongs to. */
export function openSessionLink(
  { apiVersion, kind, id, sessionId }: OpenEntry,
  baseUrl: string,
): string | undefined {
  const session = sessionId ?? (kind === 'session' ? id : undefined);
  if (session === undefined) return undefined;
  return `${baseUrl}/api/${apiVersion}/sessions/${encodeURIComponent(session)}`;
}

/** Its name in one line: a task's that is tracked, else what the cloud calls it, else "Browser 1a2b3c4d". */
export function openSessionTitle(entry: OpenEntry, tasks: readonly TrackedTask[]): string {
  const [task] = tasksIn(entry, tasks);
  if (task) return taskTitle(task);
  const title = shorten(oneLine(entry.title ?? ''), 200);
  return title === '' ? `${nounOf(entry)} ${shorten(oneLine(entry.id), 9)}` : title;
}

function shortName(entry: OpenEntry, tasks: readonly TrackedTask[]): string {
  return shortenAtWord(openSessionTitle(entry, tasks), shortLength);
}

interface OpenSessionLabelOptions {
  readonly tasks: readonly TrackedTask[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The time of day as the user's clock shows it. */
  readonly formatTime: (at: number) => string;
}

/** What stands beside the title, the most telling first: "idle · $0.05 · 25 min · until 14:05 · v4". */
export function openSessionDescription(entry: OpenEntry, options: OpenSessionLabelOptions): string {
  const { state, cost, age, closes, version } = factsOf(entry, options);
  const until = closes === undefined ? undefined : `until ${closes}`;
  return joinParts([state, cost, age, until, version]);
}

/** The row as a screen reader says it: sentences. */
export function openSessionSentence(entry: OpenEntry, options: OpenSessionLabelOptions): string {
  const { state, cost, age, closes, version } = factsOf(entry, options);
  const facts = [
    state,
    age === undefined ? undefined : `open for ${age}`,
    closes === undefined ? undefined : `closes by itself at ${closes}`,
    cost === undefined ? undefined : `cost so far ${cost}`,
    version,
  ];
  return `Open ${entry.kind} “${openSessionTitle(entry, options.tasks)}”: ${joinParts(facts, ', ')}.`;
}

function factsOf(entry: OpenEntry, { tasks, now, formatTime }: OpenSessionLabelOptions) {
  const startedAt = momentOf(entry.startedAt);
  const closesAt = momentOf(entry.closesAt);
  return {
    state: stateLabel(entry, tasks),
    cost: entry.cost === undefined ? undefined : formatShortCost(entry.cost),
    age: Number.isNaN(startedAt) ? undefined : formatMinutes(now - startedAt),
    closes: Number.isNaN(closesAt) ? undefined : formatTime(closesAt),
    version: capabilitiesOf(entry.apiVersion).name,
  };
}

/** All that a hover tells, a line each. Plain text. */
export function openSessionTooltip(
  entry: OpenEntry,
  { tasks, formatTime }: Pick<OpenSessionLabelOptions, 'tasks' | 'formatTime'>,
): readonly string[] {
  const mine = tasksIn(entry, tasks);
  const time = (label: string, iso: string | undefined): string | undefined => {
    const at = momentOf(iso);
    return Number.isNaN(at) ? undefined : `${label}: ${formatTime(at)}`;
  };
  // Of a session, it is its own ID.
  const sessionId = entry.kind === 'browser' ? entry.sessionId : undefined;
  const lines = [
    ...mine.slice(0, 5).map((task) => `Task: ${taskTitle(task)}`),
    mine.length > 5 ? `and ${countLabel(mine.length - 5, 'more tracked task')}` : undefined,
    mine.length === 0 ? 'None of its tasks is tracked here.' : undefined,
    busySentence(entry, tasks),
    time('Open since', entry.startedAt),
    time('Closes by itself', entry.closesAt),
    entry.cost === undefined
      ? undefined
      : `Cost so far: ${formatCost(entry.cost)}${entry.kind === 'browser' ? ' (browser and proxy)' : ''}`,
    `${capabilitiesOf(entry.apiVersion).label}, ${entry.kind} ID ${oneLine(entry.id)}`,
    sessionId === undefined ? undefined : `Session ID ${oneLine(sessionId)}`,
  ];
  return lines.filter((line) => line !== undefined);
}

/** What stands beside the view's title: "3 open, 2 idle"; empty before the first reading and where nothing is open. */
export function openSessionsSummary(
  { entries }: OpenSessionsState,
  tasks: readonly TrackedTask[],
): string {
  if (entries.length === 0) return '';
  const idle = entries.filter((entry) => isBusy(entry, tasks) === false).length;
  return `${formatCount(entries.length)} open${idle === 0 ? '' : `, ${formatCount(idle)} idle`}`;
}

/** The line above the rows: that nothing is open, or why it is not known, or not all. Empty while the rows say it all. */
export function openSessionsMessage(
  { entries, isReading, readAt, partOf, trouble }: OpenSessionsState,
  host: string,
): string {
  if (trouble) {
    const { kind } = trouble.error;
    const { text } = errorMessage(kind, { host, apiVersion: trouble.apiVersion });
    if (entries.length === 0) return `What is open is not known. ${text}`;
    return `This list may be out of date. ${text}`;
  }
  if (partOf !== undefined)
    return `Only the newest sessions of ${partOf} were read, as there are so many: older ones may be open, too.`;
  if (entries.length > 0 || readAt === undefined || isReading) return '';
  return 'No session or browser is open.';
}

/**
 * Asks before sessions are stopped: how many, and which of them are in use. `undefined` where none is to be stopped, and for
 * those that are chosen and known to be idle: nothing is lost with them.
 * @param isAll whether they are all that is open, which is always asked
 */
export function stopOpenQuestion(
  entries: readonly OpenEntry[],
  tasks: readonly TrackedTask[],
  isAll = false,
): (Question & { readonly idle: readonly OpenEntry[] }) | undefined {
  const [only, ...others] = entries;
  if (!only) return undefined;
  const idle = entries.filter((entry) => isBusy(entry, tasks) === false);
  const busy = entries.filter((entry) => isBusy(entry, tasks) === true);
  const unknown = entries.length - idle.length - busy.length;
  const isOne = others.length === 0;
  if (idle.length === entries.length && (isOne || !isAll)) return undefined;
  const isNotKnown = isOne
    ? 'It is not known whether a task runs in it.'
    : `It is not known whether a task runs in ${unknown === 1 ? 'one' : formatCount(unknown)} of them.`;
  return {
    text: isOne
      ? `Stop the ${only.kind} “${shortName(only, tasks)}”?`
      : isAll
        ? `Stop all ${formatCount(entries.length)} open sessions and browsers?`
        : `Stop ${formatCount(entries.length)} sessions and browsers?`,
    detail: paragraphs(
      busyLoss(
        busy.map((entry) => shortName(entry, tasks)),
        isOne,
      ),
      unknown === 0 ? undefined : `${isNotKnown} If one does, it ends where it is.`,
      'Pages that are open in a browser are closed with it.',
    ),
    button: isOne
      ? `Stop ${nounOf(only)}`
      : isAll
        ? 'Stop All'
        : `Stop ${formatCount(entries.length)}`,
    idle,
  };
}

function busyLoss(names: readonly string[], isOnly: boolean): string | undefined {
  if (names.length === 0) return undefined;
  const loss =
    names.length > 1
      ? `${formatCount(names.length)} are in use: the tasks in them end where they are, and what they have not delivered yet is lost.`
      : `${isOnly ? 'A task runs in it: it' : 'One is in use: the task in it'} ends where it is, and what it has not delivered yet is lost.`;
  return isOnly ? loss : `${loss}\n${nameList(names)}`;
}

/** What became of sessions that were to be stopped. `undefined` for one that is stopped: its row is gone. */
export function stoppedMessage(
  stopped: readonly StoppedEntry[],
  { tasks, host }: { readonly tasks: readonly TrackedTask[]; readonly host: string },
): SteerMessage | undefined {
  const [first, ...others] = stopped;
  if (!first) return undefined;
  const count = (kind: StoppedEntry['outcome']['kind']) =>
    stopped.filter(({ outcome }) => outcome.kind === kind).length;
  const done = count('done');
  if (others.length === 0 && done + count('cancelled') === 1) return undefined;
  const parts =
    others.length === 0
      ? [
          `“${shortName(first.entry, tasks)}” ${first.outcome.kind === 'unknown' ? 'may have been stopped: the answer was lost, and the cloud could not be asked' : 'could not be stopped'}`,
        ]
      : [
          `${formatCount(done)}${done === stopped.length ? '' : ` of ${formatCount(stopped.length)}`} stopped`,
          counted(count('cancelled'), (n) => `${n} left as ${n === '1' ? 'it is' : 'they are'}`),
          counted(count('unknown'), (n) => `${n} may have been stopped, as the answer was lost`),
          counted(count('refused'), (n) => `${n} could not be stopped`),
        ].filter((part) => part !== undefined);
  const outcomes = stopped.map(({ entry, outcome }) => ({ ...entry, outcome }));
  return withReason(`${parts.join(', ')}.`, outcomes, host);
}

function stateLabel(entry: OpenEntry, tasks: readonly TrackedTask[]): string | undefined {
  if (entry.isStopping) return 'stopping…';
  const busy = isBusy(entry, tasks);
  if (busy === undefined) return undefined;
  return busy ? 'in use' : 'idle';
}

function busySentence(entry: OpenEntry, tasks: readonly TrackedTask[]): string | undefined {
  const busy = isBusy(entry, tasks);
  if (busy === undefined) return undefined;
  return busy ? 'A task runs in it.' : 'No task runs in it; it costs money all the same.';
}

function nounOf({ kind }: OpenEntry): string {
  return kind === 'browser' ? 'Browser' : 'Session';
}
