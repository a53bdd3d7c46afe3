import { isCloudError, type CloudError } from '../core/cloud/errors';
import type { UnreadParts } from '../core/cloud/task';

/**
 * Waits for what merely adds to an answer: without it, the rest is still worth showing.
 * @throws what says that the rest is worth nothing either: a rejected key, a rate limit, or an abort
 */
export async function tolerate<T>(addition: Promise<T>): Promise<T | undefined> {
  return (await attempt(addition)).value;
}

/** Of all parts, those that did not come. Beside the steps, what a server does not know is not there. */
export function unreadOf(errors: {
  readonly [part in keyof UnreadParts]: CloudError | undefined;
}): UnreadParts | undefined {
  const unread = Object.entries(errors).filter(
    ([part, error]) => error && (part === 'steps' || error.status !== 404),
  );
  return unread.length === 0 ? undefined : Object.fromEntries(unread);
}

/** A part of an answer, or why it did not come. */
export interface Attempt<T> {
  readonly value?: T;
  readonly error?: CloudError;
}

/** As `tolerate`, for what is missed without it: tells why it did not come. */
export async function attempt<T>(addition: Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await addition };
  } catch (error) {
    if (!isCloudError(error) || error.kind === 'auth' || error.kind === 'rateLimited') throw error;
    return { error };
  }
}
