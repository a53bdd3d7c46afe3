import { formatCount } from '../labels/countLabel';
import { capabilitiesOf } from '../cloud/apiVersions';
import { formatJson } from '../text/formatJson';
import { compactJson, nodeText, readObject } from '../text/jsonTree';
import { manyLines, oneLine } from '../text/plainText';
import { resultOf, type TaskDetails, type TaskStep } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';
import { shorten } from '../text/shorten';
import { unfenced } from '../text/textForm';
import {
  agentFacts,
  fileNames,
  outcomeFacts,
  showFacts,
  timeFacts,
  type ShownFact,
} from './shownFacts';

/**
 * A task as text for people to read and compare: how it came out, what it was asked, how it got there, and last its times
 * and IDs, in which any two tasks differ. One idea a line, always in the same order, the same for the same task.
 * Of a task whose details are not known, what is known. Holds no link but those that the texts of the task hold.
 */
export function taskText(task: TaskDetails | TrackedTask): string {
  const details = 'steps' in task ? task : undefined;
  const steps = details?.steps ?? [];
  const lines = [
    ...factLines(task),
    ...section('Prompt', task.prompt),
    ...section('Error', details?.error),
    ...section('Output', readable(unfenced(resultOf(task) ?? ''))),
    ...section('Judgement', readable(details?.judgement)),
    ...section('Files', fileNames(details).map(oneLine).join('\n')),
    ...section('Attachments', details?.attachments?.map(oneLine).join('\n')),
    ...steps.flatMap((step) => ['', `Step ${step.number}`, ...stepLines(step)]),
    ...section('Metadata', metadataLines(details?.metadata ?? '{}')),
    ...section('Times and IDs', timeLines(task).join('\n')),
    ...(details
      ? []
      : ['', 'Steps and files are not known: this is what was last seen of the task.']),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is known of a task but its texts, a line each: "Cost: $0.12". The same as `taskText` has, in its order. */
export function taskFacts(task: TaskDetails | TrackedTask): string[] {
  return [...factLines(task), ...timeLines(task)];
}

/** In UTF-16 units: a comparison of more is no help. */
const longestPart = 1_000_000;

function factLines(task: TaskDetails | TrackedTask): string[] {
  const details = 'steps' in task ? task : undefined;
  return factsAsLines([
    ...outcomeFacts(task),
    ['Steps', details && stepCount(details)],
    ...agentFacts(task),
  ]);
}

/** None that were read is not none. */
function stepCount({ steps, unread }: TaskDetails): string | undefined {
  if (!unread?.steps) return formatCount(steps.length);
  return steps.length === 0 ? undefined : `${formatCount(steps.length)} or more`;
}

function timeLines(task: TaskDetails | TrackedTask): string[] {
  return factsAsLines([
    ...timeFacts(task),
    ['Task ID', `${task.id} (${capabilitiesOf(task.apiVersion).label})`],
    ['Session ID', task.sessionId],
  ]);
}

function factsAsLines(facts: readonly ShownFact[]): string[] {
  return showFacts(facts, (name, value) => `${name}: ${oneLine(value)}`);
}

function stepLines(step: TaskStep): string[] {
  return [
    ...named('Judged before', step.evaluation),
    ...named('Memory', step.memory),
    ...named('Goal', step.goal),
    ...named('URL', step.url),
    ...step.actions.flatMap((action) => named('Action', actionText(action))),
    ...named('Took', step.durationSeconds === undefined ? '' : `${step.durationSeconds} s`),
  ].map((line) => `  ${line}`);
}

/** An action is mostly an object with one field, which names it. */
function actionText(action: string): string {
  const entries = readObject(action);
  if (!entries) return action;
  return entries.map(([name, details]) => `${name} ${compactJson(details)}`).join('\n');
}

function metadataLines(metadata: TaskDetails['metadata']): string {
  return (readObject(metadata) ?? [])
    .map(([name, value]) => `${oneLine(name)}: ${oneLine(nodeText(value))}`)
    .join('\n');
}

function readable(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (formatJson(text) ?? text);
}

/** A heading with the text below it; nothing where there is no text. */
function section(heading: string, text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  return ['', heading, ...cleanLines(text).map((line) => (line === '' ? '' : `  ${line}`))];
}

/** A name with a text beside it, whose further lines stand below. */
function named(name: string, text: string): string[] {
  if (text.trim() === '') return [];
  const [first = '', ...others] = cleanLines(text.trim());
  return [`${name}: ${first}`, ...others.map((line) => `  ${line}`)];
}

function cleanLines(text: string): string[] {
  return manyLines(shorten(text, longestPart)).split('\n');
}
