import { capabilitiesOf } from '../cloud/apiVersions';
import { hasEnded, type ApiVersion, type Task, type TaskDetails } from '../cloud/task';
import { isApiVersion } from '../cloud/versionList';
import { nodeText, readObject } from '../text/jsonTree';
import type { ReviewNote } from './runReview';
import { hasIdleSession } from '../tasks/openBrowser';
import { jsonTypeIn, jsonTypeOf } from './promptFileSchema';
import { optionsOf, writeOption, type RunDraft } from './runDraft';
import { asWritten, runFields } from './runFields';

export interface PreparedDraft {
  readonly draft: RunDraft;
  readonly notes: readonly ReviewNote[];
}

/** The draft that runs a task again, with all that the cloud tells of it and a note of what it does not tell. */
export function repeatedDraft(task: TaskDetails): PreparedDraft {
  const { apiVersion, prompt = '', lastPrompt, model } = task;
  const metadata = metadataOf(task);
  const draft: RunDraft = {
    prompt: lastPrompt ?? prompt,
    apiVersion,
    // One of which only the task was stopped is idle, too, whatever it was to do.
    ...(task.status === 'finished' && hasIdleSession(task) && { keepAlive: true }),
    ...(model === undefined ? {} : { model }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const told = ['model', 'metadata', 'sessionId'];
  const untold = runFields
    .filter(({ option }) => capabilitiesOf(apiVersion).runOptions.has(option))
    .filter(({ option }) => !told.includes(option) && draft[option] === undefined)
    .map(({ label }) => label);
  const note: ReviewNote = {
    severity: 'info',
    label: 'The cloud does not tell which other options it ran with',
    detail: `Add what it had of: ${untold.join(', ')}`,
  };
  return { draft, notes: [note] };
}

function metadataOf({ metadata }: TaskDetails): Readonly<Record<string, string>> | undefined {
  const pairs = (readObject(metadata) ?? [])
    .filter(([, { kind }]) => kind === 'string')
    .map(([name, node]) => [name, nodeText(node)] as const);
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/**
 * The draft of another prompt for the session of a task.
 * @returns why there can be none, as sentences that say what to do
 */
export function continuedDraft(
  task: Pick<Task, 'apiVersion' | 'sessionId' | 'status' | 'model'>,
): PreparedDraft | { readonly problem: string } {
  const { apiVersion, sessionId, status } = task;
  const { followUps, label } = capabilitiesOf(apiVersion);
  if (followUps === 'none') return { problem: `${label} has no sessions to go on in.` };
  if (sessionId === undefined)
    return { problem: 'The session of this task is not known yet. Try again in a while.' };
  const draft: RunDraft = { prompt: '', apiVersion, sessionId, isContinued: true };
  if (hasEnded(status)) return { draft, notes: [] };
  if (followUps === 'always') return { draft: { ...draft, followUp: 'wait' }, notes: [] };
  return {
    problem: `A session of ${label} takes another prompt once its task has ended. Wait for its end, or stop the task.`,
  };
}

/**
 * The draft that a call of the command names: a prompt, or an object with `prompt` and options as a prompt file has them, and with
 * `confirm: false` where the caller has confirmed it.
 * @param fallback the API version where none is named
 * @returns what is wrong, as a sentence
 */
export function draftOfArguments(
  given: string | object,
  fallback: ApiVersion,
): { readonly draft: RunDraft; readonly isConfirmed: boolean } | { readonly problem: string } {
  if (typeof given === 'string')
    return { draft: { prompt: given.trim(), apiVersion: fallback }, isConfirmed: false };
  const {
    prompt,
    apiVersion = fallback,
    confirm = true,
    ...options
  } = given as Readonly<Record<string, unknown>>;
  if (typeof prompt !== 'string') return { problem: 'A task needs a prompt, which is a text.' };
  if (!isApiVersion(apiVersion)) return { problem: 'There is no such API version.' };
  if (typeof confirm !== 'boolean') return { problem: '`confirm` must be true or false.' };
  let draft: RunDraft = { prompt: prompt.trim(), apiVersion };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const field = runFields.find(({ option }) => option === name);
    const writtenValue = asWritten(value);
    if (!field || writtenValue === undefined)
      return { problem: `There is no option ${name} with such a value.` };
    const written = writeOption(draft, field, writtenValue);
    if ('problem' in written) return written;
    draft = written.draft;
  }
  const { notSent } = optionsOf(draft);
  // Who sees no page must not find out later that, say, a cost cap was left out.
  if (!confirm && notSent.length > 0)
    return {
      problem: `${capabilitiesOf(apiVersion).label} takes no ${notSent.map(({ label }) => label).join(', ')}. Nothing was sent.`,
    };
  return { draft, isConfirmed: !confirm };
}

/**
 * A draft without secrets that was kept in a store which another version of this extension, or anybody, may have written.
 * @returns `undefined` where anything of it is not understood: what is left would be another task
 */
export function keptDraft(kept: unknown): RunDraft | undefined {
  const parts = { prompt: undefined, apiVersion: undefined, ...(kept as object | undefined) };
  return Object.entries(parts).every(isKeptPart) ? (kept as RunDraft) : undefined;
}

function isKeptPart([name, value]: readonly [string, unknown]): boolean {
  switch (name) {
    case 'prompt':
      return typeof value === 'string';
    case 'apiVersion':
      return isApiVersion(value);
    case 'followUp':
      return value === undefined || value === 'wait' || value === 'interrupt';
    case 'isContinued':
      return value === undefined || value === true;
    default: {
      if (value === undefined) return true;
      const field = runFields.find(({ option }) => option === name);
      return (
        field !== undefined &&
        jsonTypeIn(value) === jsonTypeOf(field.kind) &&
        asWritten(value) !== undefined
      );
    }
  }
}
