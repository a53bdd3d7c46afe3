import { capabilitiesOf } from '../cloud/apiVersions';
import { changeErrorMessage } from '../labels/changeErrorMessage';
import type { ErrorMessage, NextStep } from '../labels/errorMessage';
import { countLabel, formatCount } from '../labels/countLabel';
import { taskTitle } from '../labels/taskLabels';
import type { CloudError, CloudErrorKind } from '../cloud/errors';
import { refKey, type ApiVersion, type TaskRef, type TaskStatus } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';
import type { SteerAction } from './steerActions';
import { endIn, type SteerResult } from './taskSteering';

/** A question before something is lost, for a dialog. */
export interface Question {
  readonly text: string;
  readonly detail: string;
  /** The button that says yes. */
  readonly button: string;
}

/** What was done, as a message. */
export interface SteerMessage {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly nextStep?: NextStep | undefined;
}

/** A task by what names it: all that is known of it, or its ID alone. */
export type NamedTask = TaskRef & Partial<Pick<TrackedTask, 'prompt' | 'title'>>;

const mostNames = 5;
/** Longer names are cut in messages and dialogs, in UTF-16 units. */
export const shortLength = 60;

/** A task's title, short. */
export function shortTitle(task: NamedTask): string {
  return taskTitle(task, shortLength);
}

/** A task's title in quotation marks, short. */
export function quoted(task: NamedTask): string {
  return `“${shortTitle(task)}”`;
}

/** Asks before tasks are stopped: which ones, and what is lost. */
export function stopQuestion(
  action: 'stop' | 'stopSession',
  tasks: readonly NamedTask[],
): Question {
  const isSession = action === 'stopSession';
  const [only, ...others] = tasks;
  const isOne = others.length === 0;
  const what = only && isOne ? quoted(only) : countLabel(tasks.length);
  const them = isOne ? 'it' : 'them';
  const loss = isOne
    ? 'The agent stops where it is. What it has not delivered yet is lost, what it has cost so far is charged, and it cannot be resumed.'
    : 'The agents stop where they are. What they have not delivered yet is lost, what they have cost so far is charged, and they cannot be resumed.';
  return {
    text: `Stop ${what}${isSession ? ` and the ${sessionNouns(tasks)} that ${isOne ? 'it runs' : 'they run'} in` : ''}?`,
    detail: paragraphs(
      isOne ? undefined : nameList(tasks.map(shortTitle)),
      loss,
      isSession
        ? `Pages that are open in ${isOne ? 'its browser' : 'their browsers'} are closed with ${them}.`
        : staysOpen(tasks),
    ),
    button: isSession
      ? `Stop ${isOne ? 'Task and Session' : 'Tasks and Sessions'}`
      : `Stop ${isOne ? 'Task' : 'Tasks'}`,
  };
}

interface SteerMessageOptions {
  readonly nameOf: (ref: TaskRef) => NamedTask;
  /** The server's, for failures. */
  readonly host: string;
  /** What was steered. Default: the tasks; of tasks that had all ended, it is what they have left open. */
  readonly noun?: 'task' | 'browser' | 'session';
}

/**
 * What became of tasks that were steered, in one message. `undefined` where the rows say it all: one task that did what
 * it was told, or nothing that was sent.
 */
export function steerMessage(
  action: SteerAction,
  results: readonly SteerResult[],
  { nameOf, host, noun = 'task' }: SteerMessageOptions,
): SteerMessage | undefined {
  const [only, ...others] = results;
  if (!only) return undefined;
  if (others.length === 0) {
    const name = quoted(nameOf(only.ref));
    const title = noun === 'task' ? name : `The ${noun} of ${name}`;
    return oneMessage(action, only, { title, host });
  }
  const ofSession = results.filter(isOfSession);
  const of = (kind: SteerResult['kind']) =>
    results.filter((result) => result.kind === kind && !isOfSession(result));
  const done = of('done');
  const parts = [
    `${done.length === results.length ? '' : `${formatCount(done.length)} of `}${countLabel(results.length, noun)} ${doneWord(action)}`,
    counted(of('hadEnded').length, (n) => `${n} had ended already`),
    counted(
      of('underWay').length,
      (n) => `${n} ${n === '1' ? 'was' : 'were'} being stopped already`,
    ),
    counted(of('impossible').length, (n) => `${n} cannot be ${doneWord(action)}`),
    counted(
      of('cancelled').length,
      (n) => `${n} ${n === '1' ? 'was' : 'were'} left as ${n === '1' ? 'it is' : 'they are'}`,
    ),
    counted(
      of('unknown').length,
      (n) => `${n} may have been ${doneWord(action)}, as the answer was lost`,
    ),
    counted(of('refused').length, (n) => `${n} could not be ${doneWord(action)}`),
    counted(ofSession.length, (n) => {
      const nouns = sessionNouns(ofSession.map(({ ref }) => ref));
      return `${n} ended, but the ${nouns} may still be open`;
    }),
  ].filter((part) => part !== undefined);
  const outcomes = results.map((outcome) => ({ outcome, apiVersion: outcome.ref.apiVersion }));
  return withReason(`${parts.join(', ')}.`, outcomes, host);
}

/** "3 could not be stopped", by words for that number; `undefined` for none. */
export function counted(count: number, words: (count: string) => string): string | undefined {
  return count === 0 ? undefined : words(formatCount(count));
}

/** A message about several, with why those that were refused were: a reason of each kind. */
export function withReason(
  text: string,
  outcomes: readonly {
    readonly apiVersion: ApiVersion;
    readonly outcome: { readonly kind: string; readonly error?: CloudError };
  }[],
  host: string,
): SteerMessage {
  const reasons = new Map<CloudErrorKind, ErrorMessage>();
  for (const { apiVersion, outcome } of outcomes) {
    const { kind, error } = outcome;
    if (kind === 'refused' && error && !reasons.has(error.kind))
      reasons.set(error.kind, changeErrorMessage(error, { host, apiVersion }));
  }
  const [first] = reasons.values();
  const isUnknown = outcomes.some(({ outcome }) => outcome.kind === 'unknown');
  if (!first) return { severity: isUnknown ? 'warning' : 'information', text };
  const sentences = [text, ...[...reasons.values()].map((reason) => reason.text)];
  return { severity: 'warning', text: sentences.join(' '), nextStep: first.nextStep };
}

function oneMessage(
  action: SteerAction,
  result: SteerResult,
  { title, host }: { readonly title: string; readonly host: string },
): SteerMessage | undefined {
  const { apiVersion } = result.ref;
  switch (result.kind) {
    case 'cancelled':
      if (!isOfSession(result)) return undefined;
      return {
        severity: 'information',
        text: `${endedClause(title, result.status)}. Its ${sessionNoun([result.ref])} was left as it is.`,
      };
    case 'hadEnded': {
      const session =
        action === 'stopSession' ? ` Its ${sessionNoun([result.ref])} is stopped.` : '';
      return {
        severity: 'information',
        text: `${title} had ${endWord(result.status)} already.${session}`,
      };
    }
    case 'impossible':
      return {
        severity: 'warning',
        text: `${title} cannot be ${doneWord(action)}: ${capabilitiesOf(apiVersion).label} cannot do that.`,
      };
    case 'unknown':
      if (isOfSession(result))
        return {
          severity: 'warning',
          text: `${endedClause(title, result.status)}, but its ${sessionNoun([result.ref])} may still be open: the answer was lost, and the cloud could not be asked.`,
        };
      return {
        severity: 'warning',
        text: `${title} may have been ${doneWord(action)}: the answer was lost, and the cloud could not be asked. Its row shows what became of it once it is checked again.`,
      };
    case 'refused': {
      const { text, nextStep } = changeErrorMessage(result.error, { host, apiVersion });
      const what = isOfSession(result)
        ? `${endedClause(title, result.status)}, but its ${sessionNoun([result.ref])} could not be stopped.`
        : `${title} could not be ${doneWord(action)}.`;
      return { severity: 'error', text: `${what} ${text}`, nextStep };
    }
    default:
      return undefined;
  }
}

/** What stays open after tasks of their versions. */
export function sessionNoun(tasks: readonly TaskRef[]): 'browser' | 'session' {
  const areBrowsers = tasks.every(
    ({ apiVersion }) => capabilitiesOf(apiVersion).openSessions === 'browser',
  );
  return areBrowsers ? 'browser' : 'session';
}

function sessionNouns(tasks: readonly TaskRef[]): string {
  return tasks.length === 1 ? sessionNoun(tasks) : `${sessionNoun(tasks)}s`;
}

function staysOpen(tasks: readonly NamedTask[]): string | undefined {
  const kept = tasks.filter(
    ({ apiVersion }) => capabilitiesOf(apiVersion).openSessions !== undefined,
  );
  if (kept.length === 0) return undefined;
  const isOne = kept.length === 1;
  return `The ${sessionNouns(kept)} may stay open for a while and cost${isOne ? 's' : ''} money until then; “Stop Task and Session” closes ${isOne ? 'it' : 'them'}, too.`;
}

/** The first five names, a line each, and how many more there are. */
export function nameList(names: readonly string[]): string {
  const lines = names.slice(0, mostNames).map((name) => `• ${name}`);
  const more = names.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])].join('\n');
}

/** Parts of a dialog's detail, with an empty line between. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n\n');
}

function doneWord(action: SteerAction): string {
  switch (action) {
    case 'stop':
    case 'stopSession':
      return 'stopped';
    case 'pause':
      return 'paused';
    case 'resume':
      return 'resumed';
  }
}

/** True where the task had ended, and only its session is not stopped, or nobody knows. */
function isOfSession(result: SteerResult): result is SteerResult & { readonly status: TaskStatus } {
  return result.kind !== 'hadEnded' && endIn(result) !== undefined;
}

function endedClause(title: string, status: TaskStatus): string {
  return status === 'stopped' ? `${title} is stopped` : `${title} had ${endWord(status)} already`;
}

function endWord(status: TaskStatus): string {
  switch (status) {
    case 'stopped':
      return 'been stopped';
    case 'failed':
      return 'failed';
    default:
      return 'finished';
  }
}

/** Names a task by what is tracked of it, else by its ID. */
export function namesFrom(tasks: readonly NamedTask[]): (ref: TaskRef) => NamedTask {
  const known = new Map(tasks.map((task) => [refKey(task), task]));
  return (ref) => known.get(refKey(ref)) ?? ref;
}
