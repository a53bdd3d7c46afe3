import { CloudError } from '../core/errors';
import type { Cloud, CloudOptions } from '../core/taskClient';
import type { ApiKey } from './apiKey';
import type { Settings } from './settings';

/** The part of the extension that speaks HTTP: a bundle of its own, loaded at the first request. */
export interface ApiModule {
  createCloud(options: CloudOptions): Cloud;
}

export interface CloudConnectionOptions {
  readonly settings: Settings;
  readonly apiKey: ApiKey;
  readonly loadApi: () => Promise<ApiModule>;
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
    const { server } = settings;
    if (typeof server === 'string') throw new CloudError('noKey', server);
    if (known?.origin !== server.origin)
      throw new CloudError('noKey', `There is no API key for ${server.host}.`);
    const { key } = known;
    const { baseUrl } = server;
    if (this.#cloud?.baseUrl === baseUrl && this.#cloud.key === key) return this.#cloud.cloud;
    const cloud = await this.open({ baseUrl, key });
    signal.throwIfAborted();
    this.#cloud = { cloud, baseUrl, key };
    return cloud;
  };

  /** A server with a key that is not in use (yet). */
  async open(options: CloudOptions): Promise<Cloud> {
    const api = await this.#options.loadApi();
    return api.createCloud(options);
  }
}
