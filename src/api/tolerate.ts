import { isCloudError, type CloudError } from '../core/cloud/errors';

/**
 * Waits for what merely adds to an answer: without it, the rest is still worth showing.
 * @throws what says that the rest is worth nothing either: a rejected key, a rate limit, or an abort
 */
export async function tolerate<T>(addition: Promise<T>): Promise<T | undefined> {
  return (await attempt(addition)).value;
}

/** As `tolerate`, for what is missed without it: tells why it did not come. */
export async function attempt<T>(
  addition: Promise<T>,
): Promise<{ readonly value?: T; readonly error?: CloudError }> {
  try {
    return { value: await addition };
  } catch (error) {
    if (!isCloudError(error) || error.kind === 'auth' || error.kind === 'rateLimited') throw error;
    return { error };
  }
}
