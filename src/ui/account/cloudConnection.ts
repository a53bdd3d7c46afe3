import type { Clock } from '../../core/base/clock';
import type { Server } from '../../core/cloud/baseUrl';
import { CloudError } from '../../core/cloud/errors';
import type { RateLimiterOptions } from '../../core/polling/rateLimiter';
import type { Cloud, CloudOptions, RequestGate } from '../../core/cloud/taskClient';
import type { TokenBucket } from '../../core/polling/tokenBucket';
import type { ApiKey } from './apiKey';

/** The part of the extension that speaks HTTP: a bundle of its own, loaded at the first request. */
interface ApiModule {
  createCloud(options: CloudOptions): Cloud;
  createRateLimiter(options: RateLimiterOptions): RequestGate;
}

export interface CloudConnectionOptions {
  readonly server: Server;
  readonly key: Pick<ApiKey, 'get'>;
  readonly loadApi: () => Promise<ApiModule>;
  readonly clock: Clock;
  /** Every request to the cloud takes a token of it. */
  readonly bucket: TokenBucket;
  /** Until when the server wants to be left alone, as any window has learned, in milliseconds since 1970. */
  readonly pausedUntil?: (() => number | undefined) | undefined;
}

/** One server with its current key, as a `Cloud` that is kept until the key changes. */
export class CloudConnection {
  readonly #options: CloudConnectionOptions;
  #open: { readonly cloud: Cloud; readonly key: string } | undefined;

  constructor(options: CloudConnectionOptions) {
    this.#options = options;
  }

  /** @throws {CloudError} of kind `noKey` where there is no key */
  async connect(signal: AbortSignal): Promise<Cloud> {
    const { server, key: apiKey, pausedUntil } = this.#options;
    const known = await apiKey.get();
    if (!known) throw new CloudError('noKey', `There is no API key for ${server.host}.`);
    const { key } = known;
    if (this.#open?.key === key) return this.#open.cloud;
    const cloud = await this.#create(key, pausedUntil);
    signal.throwIfAborted();
    this.#open = { cloud, key };
    return cloud;
  }

  /** The server with a key that is not in use (yet). */
  openCloud(key: string): Promise<Cloud> {
    return this.#create(key);
  }

  async #create(key: string, pausedUntil?: RateLimiterOptions['pausedUntil']): Promise<Cloud> {
    const { server, loadApi, clock, bucket } = this.#options;
    const api = await loadApi();
    // A rate limit is a key's own; the bucket is everybody's.
    const rateLimiter = api.createRateLimiter({ clock, bucket, pausedUntil });
    return api.createCloud({ baseUrl: server.baseUrl, key, rateLimiter });
  }
}
