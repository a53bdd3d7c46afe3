import type { ApiVersion } from './task';

/**
 * True where a task that has ended never runs again: an answer that says otherwise is an older one.
 * This and the list of versions lie apart from the table in `apiVersions.ts`, as start-up needs them and nothing else of it.
 */
const endsAreFinal: Readonly<Record<ApiVersion, boolean>> = {
  v4: true,
  v3: false,
  v2: true,
  v1: true,
};

/** Every version that this extension supports, the newest first. */
export const apiVersions = Object.keys(endsAreFinal) as readonly ApiVersion[];

/** True for a version that this extension supports, whatever the value is. */
export function isApiVersion(value: unknown): value is ApiVersion {
  return typeof value === 'string' && Object.hasOwn(endsAreFinal, value);
}

/** Whether a task that has ended never runs again. */
export function areEndsFinal(apiVersion: ApiVersion): boolean {
  return endsAreFinal[apiVersion];
}

/** The raw status of a session that has timed out, where a task is a session. @see cloud-api-v3-v4.md §3 */
const timeOuts: Readonly<Partial<Record<ApiVersion, string>>> = { v3: 'timed_out' };

/** Whether a raw status says that a task's session has timed out, which says nothing of a task that had ended before. */
export function isTimeOut(apiVersion: ApiVersion, rawStatus: string): boolean {
  const timeOut = timeOuts[apiVersion];
  return rawStatus === timeOut;
}
