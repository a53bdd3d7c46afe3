import { hasUserInfo, parseUrl } from '../core/base/webUrl';
import { isFetchable, type Server } from '../core/cloud/baseUrl';
import { CloudError } from '../core/cloud/errors';
import type { Cloud } from '../core/cloud/taskClient';
import { exchange, isSuccess, type Answer, type Limits } from './http';
import { parseRetryAfter } from './refusal';

/** Fetches presigned URLs that a server handed out. Its errors hold nothing of a URL but its host: the rest is a secret. */
export function createDownload(server: Server, limits: Limits): Cloud['download'] {
  return async (link, { maxBytes, signal, onProgress }) => {
    const url = parseUrl(link);
    if (url === undefined || hasUserInfo(url) || !isFetchable(url, server.isLoopback)) {
      throw new CloudError('badAnswer', 'The download link is not one that may be fetched');
    }
    const answer = await exchange({
      target: { url: url.href },
      headers: {},
      signal,
      deadlineMs: limits.downloadDeadlineMs,
      maxBytes,
      onProgress,
    });
    if (isSuccess(answer.status)) return answer.body;
    throw errorOfStorage(answer, url.host);
  };
}

// A file store's 401 or 403 means an expired link and says nothing of the key.
function errorOfStorage({ status, retryAfter }: Answer, host: string): CloudError {
  const kind = status === 408 || status >= 500 ? 'server' : 'refused';
  return new CloudError(
    status === 429 ? 'rateLimited' : kind,
    `Download from ${host}: ${status}; the link may have expired`,
    { status, retryAfterMs: parseRetryAfter(retryAfter, Date.now()) },
  );
}
