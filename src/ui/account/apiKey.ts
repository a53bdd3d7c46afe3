import type { SecretStorage } from 'vscode';
import { Emitter, type Disposable, type Event, disposeAll } from '../../core/base/event';
import type { Log } from '../log';
import type { Settings } from '../settings';

/** A key and where it comes from. */
export interface KnownKey {
  readonly key: string;
  readonly source: 'stored' | 'environment';
  /** The server that it is for; it is sent to no other. */
  readonly origin: string;
}

export interface ApiKeyOptions {
  readonly secrets: SecretStorage;
  readonly settings: Settings;
  /** Serves where none is stored for one of its servers; no other server gets it. */
  readonly environmentKey:
    { readonly key: string; readonly origins: readonly string[] } | undefined;
  readonly log: Log;
}

/**
 * The API key for the server of the moment: each origin has its own in VS Code's secret storage.
 * Another window or a keyring may change it unheard, so `read` is called again whenever there is reason to.
 */
export class ApiKey implements Disposable {
  readonly #options: ApiKeyOptions;
  readonly #didChange = new Emitter<void>();
  readonly #subscriptions: Disposable[];
  #reading: Promise<KnownKey | undefined> | undefined;
  #current: KnownKey | undefined;
  #isKnown = false;
  #isStorageBroken = false;

  /** Fires when the key has become another, or the first read has ended. */
  readonly onDidChange: Event<void> = this.#didChange.event;

  constructor(options: ApiKeyOptions) {
    this.#options = options;
    this.#subscriptions = [
      options.secrets.onDidChange(({ key }) => {
        if (key === this.#secretName()) void this.read();
      }),
      options.settings.onDidChange((affects) => {
        if (affects('baseUrl')) void this.read();
      }),
    ];
    if (options.environmentKey) options.log.hide(options.environmentKey.key);
  }

  /** What is known without asking the storage; `undefined` before the first read ends. */
  get state(): 'missing' | 'present' | undefined {
    if (!this.#isKnown) return undefined;
    return this.#current ? 'present' : 'missing';
  }

  /** Whether the environment gives a key for the server of the moment, in use or not. */
  get hasEnvironmentKey(): boolean {
    const { environmentKey, settings } = this.#options;
    const { server } = settings.baseUrl;
    return server !== undefined && environmentKey?.origins.includes(server.origin) === true;
  }

  /** The key of the moment, read from the storage only where it was not yet. Never rejects. */
  get(): Promise<KnownKey | undefined> {
    return this.#isKnown && !this.#reading ? Promise.resolve(this.#current) : this.read();
  }

  /** Asks the storage again. A storage that fails counts as empty. Never rejects. */
  read(): Promise<KnownKey | undefined> {
    const reading: Promise<KnownKey | undefined> = this.#readStorage().then((known) => {
      // A later read knows better.
      if (this.#reading !== reading) return this.#reading ?? this.#current;
      this.#reading = undefined;
      this.#take(known);
      return known;
    });
    this.#reading = reading;
    return reading;
  }

  /** Keeps a key for the server of the moment. @throws {Error} where the storage does */
  async store(key: string): Promise<void> {
    const name = this.#secretName();
    if (name === undefined) throw new Error('The base URL cannot be used.');
    this.#options.log.hide(key);
    await this.#options.secrets.store(name, key);
    // The same key again is news too: whoever waits for a better one may try again.
    this.#isKnown = false;
    await this.read();
  }

  /** Forgets the stored key of the server of the moment. @throws {Error} where the storage does */
  async remove(): Promise<void> {
    const name = this.#secretName();
    if (name === undefined) return;
    await this.#options.secrets.delete(name);
    await this.read();
  }

  dispose(): void {
    disposeAll(this.#subscriptions);
    this.#didChange.dispose();
  }

  async #readStorage(): Promise<KnownKey | undefined> {
    const { secrets, environmentKey, log } = this.#options;
    const { server } = this.#options.settings.baseUrl;
    // Where nothing can be asked, no key is needed.
    if (!server) return undefined;
    const { origin } = server;
    try {
      const key = await secrets.get(secretName(origin));
      if (key !== undefined && key !== '') {
        log.hide(key);
        return { key, source: 'stored', origin };
      }
    } catch (error) {
      if (!this.#isStorageBroken) log.error('The secret storage cannot be read', error);
      this.#isStorageBroken = true;
    }
    if (environmentKey?.origins.includes(origin) !== true) return undefined;
    return { key: environmentKey.key, source: 'environment', origin };
  }

  #take(known: KnownKey | undefined): void {
    const isSame =
      this.#isKnown && known?.key === this.#current?.key && known?.origin === this.#current?.origin;
    this.#current = known;
    this.#isKnown = true;
    if (!isSame) this.#didChange.fire();
  }

  #secretName(): string | undefined {
    const { server } = this.#options.settings.baseUrl;
    return server && secretName(server.origin);
  }
}

function secretName(origin: string): string {
  return `apiKey ${origin}`;
}
