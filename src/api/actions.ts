import { capabilitiesOf } from '../core/cloud/apiVersions';
import { CloudError, isCloudError } from '../core/cloud/errors';
import type { ApiVersion } from '../core/cloud/task';
import type { RunOption, RunRequest } from '../core/cloud/taskActions';

/** For what the API version has no request for. Sends nothing. */
export function cannot(apiVersion: ApiVersion, what: string): () => Promise<never> {
  const text = `${capabilitiesOf(apiVersion).label} cannot ${what}`;
  return () => Promise.reject(unsentError(text));
}

/**
 * Refuses a request with an option that the API version doesn't know: some versions would ignore it without a word.
 * @throws {CloudError} of kind `invalidRequest`, whose details name the option
 */
export function refuseUnknownOptions(
  apiVersion: ApiVersion,
  { prompt, ...options }: RunRequest,
): void {
  const { runOptions, label } = capabilitiesOf(apiVersion);
  for (const [option, value] of Object.entries(options) as [RunOption, unknown][]) {
    if (value === undefined || runOptions.has(option)) continue;
    throw unsentError(`${label} does not have this option`, option);
  }
}

/** What of a request must be in no error. */
export function hiddenOf({ prompt, secrets }: RunRequest): readonly string[] {
  return [prompt, ...Object.values(secrets ?? {})];
}

/** What can't be sent as it is. */
export function unsentError(text: string, field?: string): CloudError {
  const details = { text, field };
  return new CloudError('invalidRequest', `Not sent: ${text}`, { isUnsent: true, details });
}

/** What a request tells, or another value where the cloud says that what it is about is not there. */
export async function unlessMissing<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const isMissing = isCloudError(error) && error.status === 404 && error.details !== undefined;
    if (isMissing && error.kind !== 'notServed') return otherwise;
    throw error;
  }
}

/** Of two amounts in US dollars. */
export function sumOf(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (Number(one) + Number(other)).toFixed(6);
}

/** For the requests of a change that follow its first, which has left. */
export const never = new AbortController().signal;
