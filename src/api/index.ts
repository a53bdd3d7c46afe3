import { isFetchable, readBaseUrl, type Server } from '../core/cloud/baseUrl';
import { CloudError } from '../core/cloud/errors';
import type { Cloud, CloudOptions, RequestGate } from '../core/cloud/taskClient';
import { RateLimiter, type RateLimiterOptions } from '../core/polling/rateLimiter';
import {
  createSendRequest,
  defaultLimits,
  exchange,
  isSuccess,
  type Answer,
  type Limits,
} from './http';
import { createV1Client } from './v1';
import { createV2Client } from './v2';
import { createV3Client } from './v3';
import { createV4Client } from './v4';
import { hasUserInfo, parseUrl } from '../core/base/webUrl';
import { parseRetryAfter } from './refusal';

/** Here and not where it is used, so that starting up stays light: the first request is what needs it. */
export function createRateLimiter(options: RateLimiterOptions): RequestGate {
  return new RateLimiter(options);
}

/**
 * Speaks to one server with one key. Sends nothing by itself.
 * The key stays in closures: no object that leaves here shows it, however it is inspected.
 * @param limits For tests; everyone else takes the defaults.
 * @throws {CloudError} of kind `invalidRequest` for a base URL that keys must not be sent to.
 */
export function createCloud(
  { baseUrl, key, rateLimiter }: CloudOptions,
  limits: Limits = defaultLimits,
): Cloud {
  const { server, problem } = readBaseUrl(baseUrl);
  if (!server) throw new CloudError('invalidRequest', problem);
  const trimmedKey = key.trim();
  const connection = { server, key: trimmedKey, limits, rateLimiter };
  const sendWithHeader = createSendRequest({
    ...connection,
    headers: { 'X-Browser-Use-API-Key': trimmedKey },
  });
  const clients = {
    v1: createV1Client(
      createSendRequest({ ...connection, headers: { Authorization: `Bearer ${trimmedKey}` } }),
      server.baseUrl,
    ),
    v2: createV2Client(sendWithHeader),
    v3: createV3Client(sendWithHeader),
    v4: createV4Client(sendWithHeader),
  };
  return {
    client: (apiVersion) => clients[apiVersion],
    download: createDownload(server, limits),
  };
}

/** Fetches presigned URLs that a server handed out. Its errors hold nothing of a URL but its host: the rest is a secret. */
function createDownload(server: Server, limits: Limits): Cloud['download'] {
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
