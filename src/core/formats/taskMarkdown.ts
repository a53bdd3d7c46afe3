import { capabilitiesOf } from '../cloud/apiVersions';
import { formatJson } from '../text/formatJson';
import { compactJson, readJson, readObject } from '../text/jsonTree';
import { manyLines, oneLine } from '../text/plainText';
import { safeLink } from '../text/safeLink';
import { resultOf, type TaskDetails, type TaskStep, type PictureRef } from '../cloud/task';
import { taskTitle } from '../labels/taskLabels';
import type { TrackedTask } from '../tasks/trackedTask';
import { markedFormOf, unfenced } from '../text/textForm';
import {
  agentFacts,
  fileNames,
  outcomeFacts,
  showFacts,
  timeFacts,
  type ShownFact,
} from './shownFacts';

export interface TaskMarkdownOptions {
  /** Where a screenshot lies: a path from the document, with `/` between its parts; `undefined` where there is none. */
  readonly pictureOf?: ((ref: PictureRef) => string | undefined) | undefined;
}

/**
 * A task as a Markdown document to keep. Nothing of the task is markup in it: texts stand in code fences or escaped, so
 * that no picture is loaded, no HTML rendered and no link made but to the web pages that the agent visited.
 * Holds no presigned URL and no link of the session.
 */
export function taskMarkdown(
  task: TaskDetails | TrackedTask,
  { pictureOf = () => undefined }: TaskMarkdownOptions = {},
): string {
  const details = 'steps' in task ? task : undefined;
  const parts = [
    `# ${escaped(taskTitle(task, 100))}`,
    factTable(task),
    ...section('Prompt', fenced(task.prompt, 'text')),
    ...section('Error', fenced(details?.error, 'text')),
    ...section('Output', fenced(unfenced(resultOf(task) ?? ''))),
    ...section('Judgement', fenced(details?.judgement)),
    ...section('Metadata', metadataFence(details?.metadata ?? '{}')),
    ...section('Files', listOf(fileNames(details))),
    ...section('Attachments', listOf(details?.attachments ?? [])),
    ...section('Screenshots', picturesOf(details?.screenshotUrls.length ?? 0, pictureOf)),
    ...(details?.steps ?? []).flatMap((step, index) => [
      ...(index === 0 ? ['## Steps'] : []),
      ...stepParts(step, pictureOf({ of: 'step', index })),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function factTable(task: TaskDetails | TrackedTask): string {
  const facts: readonly ShownFact[] = [
    ...outcomeFacts(task),
    ...agentFacts(task),
    ...timeFacts(task),
    ['Task', `${task.id} (${capabilitiesOf(task.apiVersion).label})`],
    ['Session', task.sessionId],
  ];
  const rows = showFacts(facts, (name, value) => `| ${name} | ${escaped(value)} |`);
  return ['| | |', '| --- | --- |', ...rows].join('\n');
}

function stepParts(step: TaskStep, picture: string | undefined): string[] {
  const took = step.durationSeconds === undefined ? '' : ` (${step.durationSeconds} s)`;
  const texts: readonly (readonly [string, string])[] = [
    ['Judged before', escaped(step.evaluation)],
    ['Memory', escaped(step.memory)],
    ['Goal', escaped(step.goal)],
    ['URL', linkOrCode(step.url)],
  ];
  const list = texts
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `- **${name}:** ${text}`);
  const actions = step.actions.map(actionJson);
  return [
    `### Step ${step.number}${took}`,
    ...(list.length === 0 ? [] : [list.join('\n')]),
    ...(actions.length === 0 ? [] : [fence(actions.map(oneLine).join('\n'), 'json')]),
    ...(picture === undefined ? [] : [image(`Screenshot of step ${step.number}`, picture)]),
  ];
}

function picturesOf(
  count: number,
  pictureOf: NonNullable<TaskMarkdownOptions['pictureOf']>,
): string {
  return Array.from({ length: count }, (_, index) => pictureOf({ of: 'task', index }))
    .flatMap((path, index) => (path === undefined ? [] : [image(`Screenshot ${index + 1}`, path)]))
    .join('\n\n');
}

function section(heading: string, content: string): string[] {
  return content === '' ? [] : [`## ${heading}`, content];
}

function listOf(texts: readonly string[]): string {
  return texts.map((text) => `- ${escaped(text)}`).join('\n');
}

function metadataFence(metadata: TaskDetails['metadata']): string {
  const isEmpty = (readObject(metadata) ?? []).length === 0;
  return isEmpty ? '' : fence(formatJson(metadata) ?? metadata, 'json');
}

/** In one line. */
function actionJson(action: string): string {
  const tree = readJson(action);
  return tree ? compactJson(tree) : JSON.stringify(action);
}

/** An untrusted text as it is, JSON laid out; empty for none. */
function fenced(text: string | undefined, language?: string): string {
  if (text === undefined || text === '') return '';
  // Laying out megabytes takes a second: once is enough.
  const laidOut = formatJson(text);
  if (laidOut !== undefined) return fence(laidOut, language ?? 'json');
  const form = markedFormOf(text);
  return fence(text, language ?? (form === 'plaintext' ? 'text' : form));
}

/** Ends only where we end it: the fence is longer than every run of its mark in the text. */
function fence(text: string, language: string): string {
  const runs = text.matchAll(/`{3,}/gu);
  let longest = 2;
  for (const [run] of runs) longest = Math.max(longest, run.length);
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${manyLines(text)}\n${mark}`;
}

/**
 * In one line, with every mark escaped that Markdown or HTML could take for its own, and no other: underscores within
 * words and a `#` without a blank are text.
 * @see CommonMark §6.2 (flanking), §4.2 (headings), §5.2 (list items)
 */
function escaped(text: string): string {
  return (
    oneLine(text)
      .replace(/[\\`*{}[\]<>()!|~&$^]/gu, String.raw`\$&`)
      .replace(/(?<![\p{L}\p{N}_])_+|(?<!_)_+(?![\p{L}\p{N}_])/gu, (run) =>
        String.raw`\_`.repeat(run.length),
      )
      // A heading's marks, at its beginning and at its end.
      .replace(/(?<!\S)#+(?!\S)/gu, String.raw`\$&`)
      // What begins an item of a list, or is a rule.
      .replace(/^[-+](?!\S)|^-(?=[-\s]*$)/u, String.raw`\$&`)
      .replace(/(?<=^\d{1,9})\.(?!\S)/u, String.raw`\$&`)
      // Addresses that stand alone become links, too.
      .replace(/(?<=\w)(:\/\/|@)|(?<=www)\./giu, String.raw`\$&`)
  );
}

/** A link where it leads to the web and nowhere else; else the text alone. */
function linkOrCode(url: string): string {
  const link = safeLink(url);
  return link === undefined ? escaped(url) : `<${link.replace(/[<>\s]/gu, encodeURIComponent)}>`;
}

function image(description: string, path: string): string {
  const target = path
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[()]/gu, (mark) => (mark === '(' ? '%28' : '%29')),
    )
    .join('/');
  return `![${description}](${target})`;
}
