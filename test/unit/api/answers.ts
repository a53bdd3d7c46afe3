import type { SendRequest, ApiRequest } from '../../../src/api/sendRequest';
import { CloudError } from '../../../src/core/cloud/errors';

/**
 * Asks nobody: gives the answer, or throws the error, that stands for a path. Anything else fails.
 * @param answeredAtMs the server's own time of each answer; absent where it does not tell
 */
export function pollFrom(
  answers: Readonly<Record<string, unknown>>,
  answeredAtMs?: number,
): SendRequest {
  return <T>({ path, read }: ApiRequest<T>): Promise<T> => {
    const answer = answers[path];
    if (answer instanceof Error) return Promise.reject(answer);
    if (!(path in answers)) return Promise.reject(new Error(`nobody expected ${path}`));
    try {
      return Promise.resolve(read(JSON.parse(JSON.stringify(answer)), answeredAtMs));
    } catch (error) {
      if (error instanceof CloudError) return Promise.reject(error);
      throw error;
    }
  };
}
