import type { Clock } from '../base/clock';
import { isCloudError, type CloudError } from './errors';

/**
 * How a request that changes something at the cloud ended:
 * - `done`: the change has happened
 * - `refused`: it has not happened, and the error says why
 * - `unknown`: it may have happened; neither its answer nor the cloud, when checked, could tell
 */
export type ChangeOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: CloudError }
  | { readonly kind: 'unknown'; readonly error: CloudError };

/** What a check of the cloud found: the change, or that there is none. */
export type ChangeCheck<T> =
  { readonly happened: true; readonly value: T } | { readonly happened: false };

export interface ChangeRequest<T> {
  /** Sends the request. Called once. The signal aborts only a request that has not left yet. */
  readonly send: (signal: AbortSignal) => Promise<T>;
  /** Reads from the cloud whether the change has happened. Changes nothing, so it may be called several times. */
  readonly check: (signal: AbortSignal) => Promise<ChangeCheck<T>>;
  readonly clock: Clock;
  /** Takes back a request that still waits for its turn. Absent: it can't be taken back. */
  readonly signal?: AbortSignal | undefined;
}

/** The pauses before the checks, in milliseconds: a cloud that was slow to answer may be slow to change. */
const checkDelaysMs = [0, 1000, 3000];

/**
 * The one way to change something at the cloud: sent once, never repeated, never cancelled once it has left. An answer
 * that is lost or makes no sense tells nothing, so the cloud is then asked whether the change has happened.
 * @throws an `AbortError` where the signal aborted before the request left; whatever `send` throws that is no `CloudError`
 */
export async function requestChange<T>(change: ChangeRequest<T>): Promise<ChangeOutcome<T>> {
  const { send, signal } = change;
  try {
    return { kind: 'done', value: await send(signal ?? never) };
  } catch (error) {
    if (!isCloudError(error)) throw error;
    return mayHaveHappened(error) ? checkChange(change, error) : { kind: 'refused', error };
  }
}

/**
 * Checks whether a change whose answer was lost has happened; also for a person who wants to know it later.
 * Never rejects.
 * @param error why the answer is not known
 */
export async function checkChange<T>(
  { check, clock }: Pick<ChangeRequest<T>, 'check' | 'clock'>,
  error: CloudError,
): Promise<ChangeOutcome<T>> {
  let isKnown = false;
  for (const pauseMs of checkDelaysMs) {
    if (pauseMs > 0) await clock.sleep(pauseMs, never);
    try {
      const found = await check(never);
      if (found.happened) return { kind: 'done', value: found.value };
      isKnown = true;
    } catch {
      // A check that fails tells nothing, and what an earlier one said may have changed since.
      isKnown = false;
    }
  }
  return { kind: isKnown ? 'refused' : 'unknown', error };
}

/** False where the cloud itself has said no, or nothing was sent. */
function mayHaveHappened({ kind, status, isUnsent }: CloudError): boolean {
  // What is too large is refused by whoever stands before the cloud, too.
  if (isUnsent || status === 413) return false;
  switch (kind) {
    case 'network':
    case 'timeout':
    case 'server':
    case 'badAnswer':
    case 'tooLarge':
    case 'redirect':
      return true;
    case 'auth':
    case 'forbidden':
    case 'payment':
    case 'taskNotFound':
    case 'notServed':
    case 'invalidRequest':
    case 'refused':
    case 'rateLimited':
    case 'noFreeSlot':
    case 'noKey':
    case 'otherKey':
      return false;
  }
}

const never = new AbortController().signal;
