import { readBaseUrl } from '../core/cloud/baseUrl';
import { CloudError } from '../core/cloud/errors';
import type { ApiVersion } from '../core/cloud/task';
import type { Cloud, CloudOptions, RequestGate, TaskClient } from '../core/cloud/taskClient';
import { RateLimiter, type RateLimiterOptions } from '../core/polling/rateLimiter';
import { createDownload } from './download';
import { defaultLimits, type Limits } from './http';
import { createSendRequest } from './sendRequest';
import { createUpload } from './upload';
import { createV1Client } from './v1';
import { createV1Actions } from './v1Actions';
import { createV2Client } from './v2';
import { createV2Actions } from './v2Actions';
import { createV3Client } from './v3';
import { createV3Actions } from './v3Actions';
import { createV4Client } from './v4';
import { createV4Actions } from './v4Actions';

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
  const upload = createUpload(server, limits);
  const sendWithBearer = createSendRequest({
    ...connection,
    headers: { Authorization: `Bearer ${trimmedKey}` },
  });
  const v1 = createV1Client(sendWithBearer, server.baseUrl);
  const clients: Readonly<Record<ApiVersion, TaskClient>> = {
    v1: { ...v1, ...createV1Actions(sendWithBearer, (id, signal) => v1.getStatus(id, signal)) },
    v2: { ...createV2Client(sendWithHeader), ...createV2Actions(sendWithHeader) },
    v3: { ...createV3Client(sendWithHeader), ...createV3Actions(sendWithHeader, upload) },
    v4: { ...createV4Client(sendWithHeader), ...createV4Actions(sendWithHeader, upload) },
  };
  return {
    client: (apiVersion) => clients[apiVersion],
    download: createDownload(server, limits),
  };
}
