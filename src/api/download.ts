import { hasUserInfo, isFetchable, parseUrl, type Server } from '../core/baseUrl';
import { CloudError } from '../core/errors';
import type { Cloud } from '../core/taskClient';
import { exchange, isSuccess, type Limits } from './http';

/** Fetches presigned URLs that a server handed out. Its errors hold nothing of a URL but its host: the rest is a secret. */
export function createDownload(server: Server, limits: Limits): Cloud['download'] {
  return async (link, { maxBytes, signal, onProgress }) => {
    const url = parseUrl(link);
    if (url === undefined || hasUserInfo(url) || !isFetchable(url, server.isLoopback)) {
      throw new CloudError('badAnswer', 'The download link is not one that may be fetched');
    }
    const { status, body } = await exchange({
      target: { url: url.href },
      headers: {},
      signal,
      deadlineMs: limits.downloadDeadlineMs,
      maxBytes,
      onProgress,
    });
    if (isSuccess(status)) return body;
    throw errorOfStorage(status, url.host);
  };
}

// A file store's 401 or 403 means an expired link and says nothing of the key.
function errorOfStorage(status: number, host: string): CloudError {
  const kind = status === 408 || status >= 500 ? 'server' : 'badAnswer';
  return new CloudError(
    status === 429 ? 'rateLimited' : kind,
    `Download from ${host}: ${status}; the link may have expired`,
    { status },
  );
}
