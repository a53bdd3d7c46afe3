/**
 * Why a call to the cloud failed. Callers switch on this, never on a message.
 * Kinds that judge the key, the version or the task come only from the API's own error texts, not from a gateway or proxy.
 * - `auth`: 401, the key is missing or wrong
 * - `forbidden`: 403, the key may not do this
 * - `payment`: 402, no credits
 * - `taskNotFound`: 404 that names the task
 * - `notServed`: 404 `Not Found`, this API version does not exist at this base URL
 * - `invalidRequest`: 400 or 422, for instance a malformed ID
 * - `refused`: any other 4xx of the API's own, for instance a file of a task that is not there
 * - `rateLimited`: 429, too many requests
 * - `noFreeSlot`: 429, too many sessions at once or a full queue: no reason to send fewer requests
 * - `server`: 408 or 5xx
 * - `timeout`: no whole answer within the deadline
 * - `network`: no answer at all: refused, reset, unresolved, offline
 * - `redirect`: an answer that points elsewhere; never followed, so that no key leaves
 * - `tooLarge`: the body, decompressed, is over the cap
 * - `badAnswer`: an answer that is not what the API promises, whatever its status: also that of a gateway or a sign-in page
 * - `noKey`: nothing was sent, as there is no key
 * - `otherKey`: nothing was sent, as the key is another one than when the person was asked
 */
export type CloudErrorKind = (typeof errorKinds)[number];

const errorKinds = [
  'auth',
  'forbidden',
  'payment',
  'taskNotFound',
  'notServed',
  'invalidRequest',
  'refused',
  'rateLimited',
  'noFreeSlot',
  'server',
  'timeout',
  'network',
  'redirect',
  'tooLarge',
  'badAnswer',
  'noKey',
  'otherKey',
] as const;

export function isErrorKind(value: unknown): value is CloudErrorKind {
  return (errorKinds as readonly unknown[]).includes(value);
}

/** What the cloud itself says of a refusal. Untrusted, but in one line, short, and without the key or what was sent. */
export interface RefusalDetails {
  /** The cloud's sentence, 200 characters at most. */
  readonly text: string;
  /** The field of the request that it is about, as the cloud names it: `browserSettings.profileId`. */
  readonly field?: string | undefined;
}

export interface CloudErrorOptions {
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** How long to send nothing, in milliseconds from now, where the answer said so (`Retry-After`). */
  readonly retryAfterMs?: number | undefined;
  /** True where no connection was made, so that the request never left. Default: false, which may also mean that nobody knows. */
  readonly isUnsent?: boolean | undefined;
  /** Absent where the cloud itself says nothing. */
  readonly details?: RefusalDetails | undefined;
}

/**
 * A failed call to the cloud. Its message is for the log; the message for the user is chosen by `kind`.
 * It never carries the key, headers or a request's configuration.
 */
export class CloudError extends Error {
  // A literal, because minifiers rename classes.
  override readonly name = 'CloudError';
  readonly kind: CloudErrorKind;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly isUnsent: boolean;
  readonly details: RefusalDetails | undefined;

  constructor(kind: CloudErrorKind, message: string, options: CloudErrorOptions = {}) {
    super(message);
    this.kind = kind;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.isUnsent = options.isUnsent ?? false;
    this.details = options.details;
  }
}

/** By name, not by class: the bundle that throws has a class of its own. */
export function isCloudError(error: unknown): error is CloudError {
  return error instanceof Error && error.name === 'CloudError';
}

/** True for the rejection of an aborted call, which is silent everywhere. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** True where the server wants to be left alone: it is asked too often, or names a time, if not that of a free slot. */
export function asksForPause({ kind, retryAfterMs }: CloudError): boolean {
  return kind === 'rateLimited' || (retryAfterMs !== undefined && kind !== 'noFreeSlot');
}

/** True for a failure that every other request would meet too. */
export function concernsAll({ kind }: CloudError): boolean {
  return kind === 'network' || kind === 'redirect';
}

/** True for a failure that may pass without anybody's doing. */
export function mayPass(kind: CloudErrorKind): boolean {
  switch (kind) {
    case 'network':
    case 'server':
    case 'timeout':
    case 'rateLimited':
    case 'noFreeSlot':
    case 'refused':
    case 'badAnswer':
      return true;
    case 'auth':
    case 'forbidden':
    case 'payment':
    case 'taskNotFound':
    case 'notServed':
    case 'invalidRequest':
    case 'redirect':
    case 'tooLarge':
    case 'noKey':
    case 'otherKey':
      return false;
  }
}
