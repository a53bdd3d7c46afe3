import { isCloudError } from '../core/cloud/errors';

/**
 * Waits for what merely adds to an answer: without it, the rest is still worth showing.
 * @throws what says that the rest is worth nothing either: a rejected key, a rate limit, or an abort
 */
export async function tolerate<T>(addition: Promise<T>): Promise<T | undefined> {
  try {
    return await addition;
  } catch (error) {
    if (!isCloudError(error) || error.kind === 'auth' || error.kind === 'rateLimited') throw error;
    return undefined;
  }
}
