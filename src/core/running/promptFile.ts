import { capabilitiesOf } from '../cloud/apiVersions';
import { apiVersions, isApiVersion } from '../cloud/versionList';
import type { ApiVersion } from '../cloud/task';
import { readFrontMatter, type TextPlace } from './frontMatter';
import { readJsonPrompt, type JsonPrompt } from './jsonPrompt';
import { suggestedModels } from './models';
import { fieldDescription } from './promptFileSchema';
import { optionsOf, writeOption, type RunDraft } from './runDraft';
import {
  longestLine,
  noSecretsMessage,
  runFields,
  type FieldValue,
  type RunField,
} from './runFields';

/** What the names of prompt files end with, by how they are written. */
export const promptFileEndings = {
  markdown: '.browser-use.md',
  json: '.browser-use.json',
} as const;

export type PromptFileFormat = keyof typeof promptFileEndings;

export interface PromptFileProblem {
  /** Absent: the whole file. */
  readonly place?: TextPlace | undefined;
  /** A sentence. */
  readonly text: string;
  /** `warning`: the task can be run all the same, without this. */
  readonly severity: 'error' | 'warning';
}

export interface PromptFile {
  /** What could be read. */
  readonly draft: RunDraft;
  readonly problems: readonly PromptFileProblem[];
  /** Where the names of its options stand. */
  readonly places: ReadonlyMap<string, TextPlace>;
}

/** The options that a prompt file can hold: secrets are typed when the task is run. */
const fileFields: readonly RunField[] = runFields.filter(({ kind }) => kind !== 'secrets');

/** In UTF-16 units: far more than the longest prompt and all options need. */
const longestFile = 1_000_000;

/**
 * Reads a prompt file: Markdown whose front matter has the options, and whose text is the prompt; or a JSON object with both.
 * @param fallback the API version where the file names none
 * @param format default: Markdown
 */
export function readPromptFile(
  text: string,
  fallback: ApiVersion,
  format?: PromptFileFormat,
): PromptFile {
  if (text.length > longestFile) {
    const draft: RunDraft = { prompt: '', apiVersion: fallback };
    const tooLong = 'This file is too long for a prompt file.';
    return { draft, places: new Map(), problems: [{ text: tooLong, severity: 'error' }] };
  }
  const { entries, problems: broken, prompt } = partsOf(text, format);
  const problems: PromptFileProblem[] = broken.map((problem) => ({
    ...problem,
    severity: 'error',
  }));
  const refuse = (place: TextPlace, why: string): void =>
    void problems.push({ place, text: why, severity: 'error' });
  const version = entries.find(({ name }) => name === versionName)?.value;
  let draft: RunDraft = {
    prompt: prompt.trim(),
    apiVersion: isApiVersion(version) ? version : fallback,
  };
  for (const { name, value, place } of entries) {
    const field = fileFields.find(({ option }) => option === name);
    if (name === versionName) {
      if (!isApiVersion(value))
        refuse(place, `The API version must be one of ${apiVersions.join(', ')}.`);
    } else if (name === 'secrets') refuse(place, noSecretsMessage);
    else if (!field) refuse(place, `There is no option ${name}.`);
    else {
      const written = writeOption(draft, field, value);
      if ('problem' in written) refuse(place, written.problem);
      else draft = written.draft;
    }
  }
  const places = new Map(entries.map(({ name, place }) => [name, place]));
  for (const { option, label } of optionsOf(draft).notSent) {
    const text = `${capabilitiesOf(draft.apiVersion).label} takes no ${label}: it is not sent.`;
    problems.push({ place: places.get(option), severity: 'warning', text });
  }
  return { draft, problems, places };
}

function partsOf(text: string, format: PromptFileFormat | undefined): JsonPrompt {
  if (format === 'json') return readJsonPrompt(text);
  const { entries, problems, body } = readFrontMatter(text);
  return { entries, problems, prompt: body };
}

/** A draft as the text of a prompt file. Secrets are left out. */
export function formatPromptFile(draft: RunDraft): string {
  const options = fileFields.flatMap(({ option }) => {
    const value: FieldValue | undefined = draft[option];
    return value === undefined ? [] : [`${option}: ${yamlOf(value)}`];
  });
  return [
    '---',
    `${versionName}: ${draft.apiVersion}`,
    ...options,
    '---',
    '',
    draft.prompt,
    '',
  ].join('\n');
}

function yamlOf(value: FieldValue): string {
  if (typeof value === 'string') return yamlText(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map((each: string) => yamlText(each)).join(', ')}]`;
  return Object.entries(value as Readonly<Record<string, string>>)
    .map(([name, each]) => `\n  ${JSON.stringify(name)}: ${yamlText(each)}`)
    .join('');
}

/** In quotes, unless it reads as a text whatever the reader. */
function yamlText(text: string): string {
  const isPlain =
    /^[A-Za-z][\w./:@-]*$/u.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|y|n)$|:$/iu.test(text);
  return isPlain ? text : JSON.stringify(text);
}

const versionName = 'apiVersion';

/** What can be written at a place of a prompt file. */
export interface Completion {
  readonly label: string;
  readonly detail: string;
  /** What takes the place of the word at the cursor. */
  readonly insert: string;
}

/**
 * What can be written into a prompt file at the cursor: options that are not there yet, or values of the option in the line.
 * Empty outside the front matter.
 * @param line from 0
 * @param before the text of the line before the cursor
 */
export function completionsIn(
  text: string,
  { line, before }: { readonly line: number; readonly before: string },
): readonly Completion[] {
  // Longer lines are prompts.
  if (before.length > longestLine) return [];
  // Who writes the front matter has often not closed it yet.
  const { entries, endLine = 0 } = readFrontMatter(`${text}\n---`);
  if (line === 0 || line >= endLine) return [];
  const written = /^([\w-]+)[ \t]*:[ \t][^#]*$/u.exec(before)?.[1];
  const named = entries.find(({ name }) => name === versionName)?.value;
  const version = isApiVersion(named) ? named : undefined;
  if (written !== undefined) return valuesOf(written, version);
  if (!/^[\w-]*$/u.test(before)) return [];
  const others = entries.filter(({ place }) => place.line !== line).map(({ name }) => name);
  return [
    { label: versionName, detail: 'The API version that runs the task.' },
    ...fileFields
      .filter(({ option }) => !version || capabilitiesOf(version).runOptions.has(option))
      .map((field) => ({ label: field.option, detail: fieldDescription(field) })),
  ]
    .filter(({ label }) => !others.includes(label))
    .map((each) => ({ ...each, insert: `${each.label}: ` }));
}

function valuesOf(name: string, version: ApiVersion | undefined): readonly Completion[] {
  const plain = (values: readonly string[], detail: string): Completion[] =>
    values.map((value) => ({ label: value, detail, insert: value }));
  if (name === versionName)
    return apiVersions.map((each) => ({
      label: each,
      detail: capabilitiesOf(each).label,
      insert: each,
    }));
  if (name === 'model')
    return (version === undefined ? apiVersions : [version]).flatMap((each) =>
      plain(suggestedModels(each), capabilitiesOf(each).label),
    );
  const field = fileFields.find(({ option }) => option === name);
  return field?.kind === 'flag' ? plain(['true', 'false'], field.description) : [];
}
