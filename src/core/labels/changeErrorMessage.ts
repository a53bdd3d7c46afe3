import { capabilitiesOf } from '../cloud/apiVersions';
import type { CloudError } from '../cloud/errors';
import { plainMessage } from '../text/plainText';
import { errorMessage, type ErrorContext, type ErrorMessage } from './errorMessage';

/**
 * The message for a change that was refused: what the cloud says of it, as plain text, and what to do.
 * @param error that of a `ChangeOutcome` of kind `refused`: one whose answer was lost does not show at the cloud, or not whole
 */
export function changeErrorMessage(
  error: CloudError,
  context: ErrorContext & {
    /** True for files that are uploaded before the change is sent. */
    readonly isUpload?: boolean | undefined;
  },
): ErrorMessage {
  const { kind } = error;
  const text = textOf(error, context);
  if (text === undefined) return errorMessage(kind, context);
  const needsKey = kind === 'noKey' || kind === 'payment' || kind === 'forbidden';
  return { text, nextStep: needsKey ? 'setApiKey' : 'showLog' };
}

/** `undefined` for what says of any request the same. */
function textOf(
  error: CloudError,
  context: ErrorContext & { readonly isUpload?: boolean | undefined },
): string | undefined {
  const { kind, status, isUnsent, retryAfterMs } = error;
  const { host, isUpload } = context;
  const says = saidBy(error);
  // A gateway refuses what is too large without a word of the API's own.
  if (status === 413)
    return `${host} says that this is too large${says}. Shorten the prompt, or give fewer or smaller files.`;
  switch (kind) {
    case 'noKey':
      return `There is no API key for ${host} yet. Set one first.`;
    case 'payment':
      return `${host} says that the account or this API key may spend no more${says}. Add credits or raise the limit of the key there, or set another key.`;
    case 'forbidden':
      return `${host} says that this API key may not do this${says}. Set a key that may, or use another API version.`;
    case 'taskNotFound':
      return `${host} knows no such task for this API key${says}. It may be deleted there.`;
    case 'invalidRequest':
      return invalidText(error, context);
    case 'refused':
      return refusedText(error, context);
    case 'noFreeSlot':
      return /\bqueue\b/iu.test(says)
        ? `The queue of this session is full${says}. Wait until a prompt in it has had its turn.`
        : `The account has as many sessions open as it may${says}. Stop one that you don’t need, wait until one ends, or upgrade the plan there.`;
    case 'rateLimited': {
      const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
      // Nobody counts the seconds of more than an hour, or of a date in the year 9999.
      const isKnown = seconds > 0 && seconds <= 3600;
      const when = isKnown ? `in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}` : 'in a while';
      return `${host} asks to slow down, and nothing was changed. Try again ${when}.`;
    }
    case 'otherKey':
    case 'auth':
    case 'notServed':
    case 'redirect':
      return undefined;
    // No answer, or none that can be read.
    default:
      if (isUnsent) return undefined;
      return isUpload
        ? `The upload to ${host} broke off. Check the network, and try again.`
        : `The answer of ${host} was lost, and the cloud does not show the change. Check the network, and try again.`;
  }
}

function invalidText(
  { details, isUnsent, status }: CloudError,
  { host, apiVersion }: ErrorContext,
): string {
  const label = apiVersion ? capabilitiesOf(apiVersion).label : 'The API';
  const who = isUnsent ? 'This was not sent' : `${label} at ${host} does not accept this`;
  if (!details) return `${who}. Change it, and try again.`;
  const { field, text } = details;
  const about = field === undefined ? '' : `${fieldLabel(field)}: `;
  const why = sentence(`${about}${text}`);
  const help =
    status === 400
      ? 'What was given may not belong together, or its session is busy or stopped.'
      : 'Change it, and try again.';
  // A sentence of its own, as where there is little room the first one is cut.
  return `${who}. ${why.charAt(0).toUpperCase()}${why.slice(1)} ${help}`;
}

function refusedText(error: CloudError, { host }: ErrorContext): string {
  const says = saidBy(error);
  switch (error.status) {
    case 404:
      return `${host} does not have what this needs (any more)${says}. Its session, profile or files may be deleted there.`;
    case 409:
      return `The session is busy, or has changed meanwhile${says}. Wait until its task has ended, or stop the task first.`;
    case 502:
      return `${host} could not reach what runs the task${says}. Nothing has changed; try again.`;
    default:
      return `${host} refuses this${says}. The log has the answer.`;
  }
}

/** The cloud's own words, in quotes, to stand within a sentence. */
function saidBy({ details }: CloudError): string {
  const text = plainMessage(details?.text ?? '').replace(/[.!]+$/u, '');
  return text === '' ? '' : ` (“${text}”)`;
}

function sentence(text: string): string {
  const plain = plainMessage(text);
  return /[.!?…]$/u.test(plain) ? plain : `${plain}.`;
}

/** The labels of the page of a task, by the names that its options have in the requests of the API versions. */
const fieldLabels: ReadonlyMap<string, string> = new Map([
  ...['task', 'prompt', 'text'].map((name) => [name, 'prompt'] as const),
  ...['llm', 'llm_model', 'model'].map((name) => [name, 'model'] as const),
  ...['structuredOutput', 'structured_output_json', 'outputSchema'].map(
    (name) => [name, 'output schema'] as const,
  ),
  ...['maxSteps', 'max_agent_steps'].map((name) => [name, 'max steps'] as const),
  ...['allowedDomains', 'allowed_domains'].map((name) => [name, 'allowed domains'] as const),
  ...['secrets', 'sensitiveData'].map((name) => [name, 'secrets'] as const),
  ...['files', 'attachedFileIds', 'workspaceId'].map((name) => [name, 'files'] as const),
  ['maxCostUsd', 'cost cap'],
  ['startUrl', 'start URL'],
  ['profileId', 'profile'],
  ['sessionId', 'session'],
  ['keepAlive', 'keep session open'],
  ['metadata', 'metadata'],
  ['judge', 'judge'],
]);

/** What people call the field that a refusal names; a field that isn't known keeps its name, as plain text. */
function fieldLabel(field: string): string {
  for (const part of field.split('.')) {
    const label = fieldLabels.get(part);
    if (label !== undefined) return label;
  }
  return `“${plainMessage(field)}”`;
}
