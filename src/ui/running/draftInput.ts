import { CancellationError, ThemeIcon, window, type QuickPickItem, type Uri } from 'vscode';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import type { ApiVersion } from '../../core/cloud/task';
import type { FollowUpMode, RunOption } from '../../core/cloud/taskActions';
import { apiVersions } from '../../core/cloud/versionList';
import { suggestedModels } from '../../core/running/models';
import { withOption, writeOption, type RunDraft } from '../../core/running/runDraft';
import {
  fieldOf,
  fieldText,
  mostFiles,
  type FieldValue,
  type RunField,
} from '../../core/running/runFields';
import { longestShown } from '../../core/running/runReview';
import { plainLabel, plainMessage } from '../../core/text/plainText';
import { UserError } from '../userError';
import type { GivenPaths } from './givenFiles';

/** A prompt that is to be written in an editor, and what is typed of it. */
export interface WrittenInEditor {
  readonly typed: string;
}

/**
 * Asks for the prompt. One of several lines, or a long one, is for an editor: an input box has one line, and would fold them.
 * @param onLeft called with what was typed where the person leaves the box, as another one does that takes its place
 * @throws {CancellationError} where the person gives none
 */
export async function promptForPrompt(
  prompt: string,
  onLeft?: (typed: string) => void,
): Promise<string | WrittenInEditor> {
  if (prompt.includes('\n') || prompt.length > 2 * longestShown) return { typed: prompt };
  const box = window.createInputBox();
  box.title = 'Prompt';
  box.prompt = 'What is the agent to do? The next page shows all of it before it is sent.';
  box.placeholder = 'Find the price of …';
  box.value = prompt;
  box.ignoreFocusOut = true;
  box.buttons = [{ iconPath: new ThemeIcon('go-to-file'), tooltip: 'Write in an Editor' }];
  const given = await new Promise<string | WrittenInEditor | undefined>((resolve) => {
    box.onDidAccept(() => {
      if (box.value.trim() === '') box.validationMessage = 'A task has a prompt.';
      else resolve(box.value.trim());
    });
    box.onDidChangeValue(() => {
      box.validationMessage = undefined;
    });
    box.onDidTriggerButton(() => resolve({ typed: box.value }));
    box.onDidHide(() => resolve(undefined));
    box.show();
  });
  const typed = box.value.trim();
  box.dispose();
  if (given === undefined) {
    if (typed !== '' && typed !== prompt) onLeft?.(typed);
    throw new CancellationError();
  }
  return given;
}

export interface OptionInputOptions {
  readonly draft: RunDraft;
  readonly paths: GivenPaths;
  /** Models that the person typed before, the last first. */
  readonly usedModels: readonly string[];
}

/**
 * Asks for another value of an option. Nothing typed takes the option away.
 * @throws {CancellationError} where the person leaves it as it is
 */
export async function promptForOption(
  option: RunOption,
  options: OptionInputOptions,
): Promise<RunDraft> {
  const field = fieldOf(option);
  switch (field.kind) {
    case 'flag':
      return promptForFlag(field, options);
    case 'schemaFile':
      return promptForSchema(field, options);
    case 'files':
      return promptForFiles(field, options);
    case 'secrets':
      return promptForSecrets(options);
    case 'text':
      return promptForModel(field, options);
    case 'url':
    case 'id':
    case 'wholeNumber':
    case 'dollars':
    case 'list':
    case 'pairs':
      return promptForText(field, options);
  }
}

async function promptForText(field: RunField, { draft }: OptionInputOptions): Promise<RunDraft> {
  const value: FieldValue | undefined = draft[field.option];
  const problemOf = (text: string): string | undefined => {
    if (text.trim() === '') return undefined;
    const written = writeOption(draft, field, text);
    return 'problem' in written ? plainMessage(written.problem) : undefined;
  };
  const text = await window.showInputBox({
    title: field.label,
    prompt: `${field.description} Empty: not sent.`,
    placeHolder: field.example,
    value: value === undefined ? '' : fieldText(value),
    ignoreFocusOut: true,
    validateInput: problemOf,
  });
  if (text === undefined) throw new CancellationError();
  return written(draft, field, text);
}

/** @throws {UserError} for what cannot be the option's value */
function written(draft: RunDraft, field: RunField, text: string): RunDraft {
  if (text.trim() === '') return withOption(draft, field.option, undefined);
  const result = writeOption(draft, field, text);
  if ('problem' in result) throw new UserError(result.problem);
  return result.draft;
}

interface ValueItem<T> extends QuickPickItem {
  readonly value: T;
}

/** @throws {CancellationError} where the person picks nothing */
async function pick<T>(
  { label, description }: Pick<RunField, 'label' | 'description'>,
  items: readonly ValueItem<T>[],
): Promise<T> {
  const picked = await window.showQuickPick(items, {
    title: label,
    placeHolder: description,
    ignoreFocusOut: true,
  });
  if (!picked) throw new CancellationError();
  return picked.value;
}

/**
 * Asks which API version is to run a task.
 * @throws {CancellationError} where the person leaves it as it is
 */
export function promptForVersion({ apiVersion }: RunDraft): Promise<ApiVersion> {
  const now = capabilitiesOf(apiVersion).label;
  return pick(
    { label: 'API Version', description: `Run the task with which version? Now: ${now}` },
    apiVersions.map((value) => ({ label: capabilitiesOf(value).label, value })),
  );
}

/**
 * Asks when a session that is at work is to run a prompt.
 * @throws {CancellationError} where the person leaves it as it is
 */
export function promptForFollowUp(): Promise<FollowUpMode> {
  return pick<FollowUpMode>({ label: 'When', description: 'Run the prompt when?' }, [
    {
      label: 'After the Running Task',
      detail: 'The prompt waits in the session’s queue',
      value: 'wait',
    },
    {
      label: 'Instead of the Running Task',
      detail: 'That task is cancelled; what it did so far stays done',
      value: 'interrupt',
    },
  ]);
}

async function promptForFlag(field: RunField, { draft }: OptionInputOptions): Promise<RunDraft> {
  const value = await pick<boolean | undefined>(field, [
    { label: 'On', value: true },
    { label: 'Off', value: false },
    { label: 'Not Set', description: 'The cloud decides', value: undefined },
  ]);
  return withOption(draft, field.option, value);
}

/** Models of a list, or any other that is typed. */
async function promptForModel(
  field: RunField,
  { draft, usedModels }: OptionInputOptions,
): Promise<RunDraft> {
  const known = new Set([...usedModels, ...suggestedModels(draft.apiVersion)]);
  const itemsFor = (typed: string): ValueItem<string>[] => [
    ...(typed === '' || known.has(typed)
      ? []
      : [{ label: plainLabel(typed), description: 'As typed', value: typed, alwaysShow: true }]),
    { label: 'Not Set', description: 'The cloud’s own choice', value: '' },
    ...[...known].map((value) => ({ label: plainLabel(value), value })),
  ];
  const box = window.createQuickPick<ValueItem<string>>();
  box.title = field.label;
  box.placeholder = 'Choose a model, or type its name as the cloud gives it';
  box.ignoreFocusOut = true;
  box.items = itemsFor('');
  const current = box.items.find(({ value }) => value === draft.model);
  if (current) box.activeItems = [current];
  const chosen = await new Promise<string | undefined>((resolve) => {
    box.onDidChangeValue((text) => {
      box.items = itemsFor(text.trim());
    });
    box.onDidAccept(() => {
      resolve(box.activeItems[0]?.value);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
  });
  if (chosen === undefined) throw new CancellationError();
  return written(draft, field, chosen);
}

async function promptForSchema(
  field: RunField,
  { draft, paths }: OptionInputOptions,
): Promise<RunDraft> {
  if (draft.outputSchema !== undefined) {
    const value = await pick<string | undefined>(field, [
      { label: 'Choose Another File…', value: 'choose' },
      { label: 'Not Set', value: undefined },
    ]);
    if (value === undefined) return withOption(draft, 'outputSchema', undefined);
  }
  const [uri] = await chooseFiles('Use as Schema', paths, {
    filters: { 'JSON Schema': ['json', 'jsonc'] },
  });
  if (!uri) throw new CancellationError();
  return { ...draft, outputSchema: paths.choose(uri) };
}

async function promptForFiles(
  field: RunField,
  { draft, paths }: OptionInputOptions,
): Promise<RunDraft> {
  const given = draft.files ?? [];
  if (given.length > 0) {
    const value = await pick<string | undefined>(field, [
      { label: 'Add Files…', value: '' },
      ...given.map((each) => ({ label: plainLabel(`Leave Out ${each}`), value: each })),
      { label: 'Not Set', value: undefined },
    ]);
    if (value === undefined) return withOption(draft, 'files', undefined);
    if (value !== '') {
      const others = given.filter((each) => each !== value);
      return withOption(draft, 'files', others.length === 0 ? undefined : others);
    }
  }
  const uris = await chooseFiles('Give Along', paths, { canSelectMany: true });
  const files = [...new Set([...given, ...uris.map((uri) => paths.choose(uri))])];
  if (files.length > mostFiles)
    throw new UserError(`A task takes at most ${mostFiles} files, not ${files.length}.`);
  return { ...draft, files };
}

/** @throws {CancellationError} where the person chooses none */
async function chooseFiles(
  openLabel: string,
  { base }: GivenPaths,
  options: { readonly filters?: Record<string, string[]>; readonly canSelectMany?: boolean },
): Promise<readonly Uri[]> {
  const uris = await window.showOpenDialog({
    openLabel,
    title: openLabel,
    ...(base ? { defaultUri: base } : {}),
    ...options,
  });
  if (!uris || uris.length === 0) throw new CancellationError();
  return uris;
}

/** Secrets are typed one by one; their values are never shown again. */
async function promptForSecrets({ draft }: OptionInputOptions): Promise<RunDraft> {
  const field = fieldOf('secrets');
  const known = draft.secrets ?? {};
  const names = Object.keys(known);
  if (names.length > 0) {
    const value = await pick<string | undefined>(field, [
      { label: 'Add Secret…', value: '' },
      ...names.map((name) => ({ label: plainLabel(`Leave Out ${name}`), value: name })),
    ]);
    if (value !== '') {
      const others = Object.entries(known).filter(([name]) => name !== value);
      const secrets = others.length === 0 ? undefined : Object.fromEntries(others);
      return withOption(draft, 'secrets', secrets);
    }
  }
  const name = await window.showInputBox({
    title: 'Secret: Name',
    prompt: 'The agent knows the secret by this name, and the prompt may speak of it.',
    placeHolder: field.example,
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[\w.-]{1,100}$/u.test(text.trim()) ? undefined : 'Letters, digits, _, - and dots only.',
  });
  if (name === undefined) throw new CancellationError();
  const secret = await window.showInputBox({
    title: `Secret: ${plainMessage(name)}`,
    prompt: 'It is sent with this task only, and stored nowhere here.',
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' ? 'A secret has a value.' : undefined),
  });
  if (secret === undefined) throw new CancellationError();
  return { ...draft, secrets: { ...known, [name.trim()]: secret } };
}
