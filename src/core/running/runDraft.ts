import { formatCount } from '../labels/countLabel';
import { capabilitiesOf } from '../cloud/apiVersions';
import type { ApiVersion } from '../cloud/task';
import type {
  FollowUpMode,
  RunOption,
  RunOptions,
  RunRequest,
  UploadedFiles,
} from '../cloud/taskActions';
import { readField, runFields, type RunField, type WrittenValue } from './runFields';

/** A task as a person writes it, before it is sent. */
export interface RunDraft extends Omit<RunOptions, 'outputSchema' | 'files'> {
  /** May be empty while the person has not written one yet. */
  readonly prompt: string;
  readonly apiVersion: ApiVersion;
  /** The file that holds the JSON schema: a path from where the draft comes from, or a whole URI. */
  readonly outputSchema?: string | undefined;
  /** Files to give along: paths as above, or whole URIs. */
  readonly files?: readonly string[] | undefined;
  /** How the prompt joins its session, in which a task is still running. Absent: nothing runs there. */
  readonly followUp?: FollowUpMode | undefined;
  /** True where it goes on in the session of a known task: neither that session nor its API version can be another then. */
  readonly isContinued?: true | undefined;
}

/** In UTF-16 units. @see openapi v2, CreateTaskRequest.task; the documents of the other versions name no limit. */
export const longestPrompt = 50_000;

/** Why a draft cannot be sent as it is, as a sentence; `undefined` where it can. */
export function draftProblem({ prompt }: RunDraft): string | undefined {
  if (prompt.trim() === '') return 'There is no prompt yet.';
  if (prompt.length <= longestPrompt) return undefined;
  // What to do comes first, as rows are cut where there is little room.
  return `Shorten the prompt to ${formatCount(longestPrompt)} characters, or give a part of it as a file: it has ${formatCount(prompt.length)}.`;
}

/** The options of a draft by what becomes of them, each in the order of `runFields`. */
export interface DraftOptions {
  readonly sent: readonly RunField[];
  /** Set, but the API version takes no such option, or not for a task that goes on in a session. */
  readonly notSent: readonly RunField[];
  /** Not set, though the API version takes them. */
  readonly unset: readonly RunField[];
}

export function optionsOf(draft: RunDraft): DraftOptions {
  const isTaken = ({ option }: RunField): boolean => takes(draft, option);
  const isSet = ({ option }: RunField): boolean => draft[option] !== undefined;
  return {
    sent: runFields.filter((field) => isSet(field) && isTaken(field)),
    notSent: runFields.filter((field) => isSet(field) && !isTaken(field)),
    unset: runFields.filter((field) => !isSet(field) && isTaken(field)),
  };
}

function takes({ apiVersion, sessionId, followUp }: RunDraft, option: RunOption): boolean {
  // What waits for a running task is a prompt and nothing else.
  if (followUp !== undefined) return option === 'sessionId';
  // A session keeps the profile that it began with; the clouds ignore another one, or refuse it.
  if (option === 'profileId' && sessionId !== undefined) return false;
  return capabilitiesOf(apiVersion).runOptions.has(option);
}

/** What the paths of a draft stand for, once they are read. */
export interface DraftContents {
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly files?: UploadedFiles | undefined;
}

/** The request that a draft makes: its prompt and the options that its API version takes. */
export function requestOf(draft: RunDraft, contents: DraftContents): RunRequest {
  const { outputSchema, files } = contents;
  const values: RunOptions = { ...draft, outputSchema, files };
  const options = optionsOf(draft).sent.map(({ option }) => [option, values[option]] as const);
  return { prompt: draft.prompt, ...Object.fromEntries(options) };
}

/** The same draft with another value of an option; `undefined` takes it away. */
export function withOption<Option extends keyof RunDraft>(
  draft: RunDraft,
  option: Option,
  value: RunDraft[Option],
): RunDraft {
  const { [option]: _, ...others } = draft;
  return (value === undefined ? others : { ...others, [option]: value }) as RunDraft;
}

/** Reads an option as it was written into a draft. @returns the draft, or what is wrong with the value, as a sentence */
export function writeOption(
  draft: RunDraft,
  field: RunField,
  written: WrittenValue,
): { readonly draft: RunDraft } | { readonly problem: string } {
  const reading = readField(field, written);
  if ('problem' in reading) return reading;
  return { draft: { ...draft, [field.option]: reading.value } };
}
