import { hasUserInfo, parseUrl } from '../core/base/webUrl';
import { isFetchable, type Server } from '../core/cloud/baseUrl';
import { CloudError } from '../core/cloud/errors';
import type { Cloud } from '../core/cloud/taskClient';
import { exchange, isSuccess, type Answer, type Limits } from './http';
import { parseRetryAfter } from './refusal';

/** Fetches presigned URLs that a server handed out. Its errors hold nothing of a URL but its host: the rest is a secret. */
export function createDownload(server: Server, limits: Limits): Cloud['download'] {
  return async (link, { maxBytes, signal, onProgress }) => {
    const url = storageUrl(link, server);
    const answer = await exchange({
      target: { url: url.href },
      headers: {},
      signal,
      deadlineMs: limits.downloadDeadlineMs,
      maxBytes,
      onProgress,
    });
    if (isSuccess(answer.status)) return answer.body;
    throw errorOfStorage('Download from', url.host, answer);
  };
}

/**
 * A presigned link of a file store: https, or http on loopback while the base URL is loopback too.
 * @throws {CloudError} of kind `badAnswer` for any other
 */
export function storageUrl(link: string, server: Server): URL {
  const url = parseUrl(link);
  if (url !== undefined && !hasUserInfo(url) && isFetchable(url, server.isLoopback)) return url;
  throw new CloudError('badAnswer', 'The link to the file store is not one that may be fetched');
}

// A file store's 401 or 403 means an expired link and says nothing of the key.
export function errorOfStorage(
  what: 'Download from' | 'Upload to',
  host: string,
  { status, retryAfter }: Answer,
): CloudError {
  const kind = status === 408 || status >= 500 ? 'server' : 'refused';
  return new CloudError(
    status === 429 ? 'rateLimited' : kind,
    `${what} ${host}: ${status}; the link may have expired`,
    { status, retryAfterMs: parseRetryAfter(retryAfter, Date.now()) },
  );
}
