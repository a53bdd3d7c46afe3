import type { Clock } from '../../core/base/clock';
import { CloudError } from '../../core/cloud/errors';
import { RateLimiter, type RateLimiterOptions } from '../../core/polling/rateLimiter';
import type { Cloud, CloudOptions } from '../../core/cloud/taskClient';
import type { TokenBucket } from '../../core/polling/tokenBucket';
import type { ApiKey } from './apiKey';
import type { Settings } from '../settings';

/** The part of the extension that speaks HTTP: a bundle of its own, loaded at the first request. */
export interface ApiModule {
  createCloud(options: CloudOptions): Cloud;
}

export interface CloudConnectionOptions {
  readonly settings: Settings;
  readonly apiKey: ApiKey;
  readonly loadApi: () => Promise<ApiModule>;
  readonly clock: Clock;
  /** Every request to the cloud takes a token of it. */
  readonly bucket: TokenBucket;
  /** Until when the server of the moment wants to be left alone, as any window has learned, in milliseconds since 1970. */
  readonly pausedUntil?: (() => number | undefined) | undefined;
}

/** The server of the settings with the key of the moment, as a `Cloud` that is kept until either changes. */
export class CloudConnection {
  readonly #options: CloudConnectionOptions;
  #cloud: { readonly cloud: Cloud; readonly baseUrl: string; readonly key: string } | undefined;

  constructor(options: CloudConnectionOptions) {
    this.#options = options;
  }

  /** @throws {CloudError} of kind `noKey` where there is no key, or no base URL to send it to */
  readonly connect = async (signal: AbortSignal): Promise<Cloud> => {
    const { settings, apiKey } = this.#options;
    const known = await apiKey.get();
    const { server, problem } = settings.baseUrl;
    if (!server) throw new CloudError('noKey', problem);
    if (known?.origin !== server.origin)
      throw new CloudError('noKey', `There is no API key for ${server.host}.`);
    const { key } = known;
    const { baseUrl } = server;
    if (this.#cloud?.baseUrl === baseUrl && this.#cloud.key === key) return this.#cloud.cloud;
    const cloud = await this.#open({ baseUrl, key }, this.#options.pausedUntil);
    signal.throwIfAborted();
    this.#cloud = { cloud, baseUrl, key };
    return cloud;
  };

  /** A server with a key that is not in use (yet). */
  open(options: Omit<CloudOptions, 'rateLimiter'>): Promise<Cloud> {
    return this.#open(options);
  }

  async #open(
    options: Omit<CloudOptions, 'rateLimiter'>,
    pausedUntil?: RateLimiterOptions['pausedUntil'],
  ): Promise<Cloud> {
    const { loadApi, clock, bucket } = this.#options;
    const api = await loadApi();
    // A rate limit is a key's own; the bucket is everybody's.
    return api.createCloud({
      ...options,
      rateLimiter: new RateLimiter({ clock, bucket, pausedUntil }),
    });
  }
}
