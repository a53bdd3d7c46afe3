import type { SecretStorage } from 'vscode';
import { Emitter, type Disposable, type Event } from '../../core/base/event';
import type { Log } from '../log';

/** A key and where it comes from. */
interface KnownKey {
  readonly key: string;
  readonly source: 'stored' | 'environment';
}

export interface ApiKeyOptions {
  /** The server that the key is for; it is sent to no other. */
  readonly origin: string;
  readonly secrets: Pick<SecretStorage, 'get' | 'store' | 'delete' | 'onDidChange'>;
  /** Serves where none is stored for one of its servers; no other server gets it. */
  readonly environmentKey:
    { readonly key: string; readonly origins: readonly string[] } | undefined;
  readonly log: Pick<Log, 'hide' | 'error'>;
}

/**
 * The API key for one server: each origin has its own in VS Code's secret storage.
 * Another window or a keyring may change it without an event, so `read` is called again whenever there is reason to.
 */
export class ApiKey implements Disposable {
  readonly #options: ApiKeyOptions;
  readonly #secretName: string;
  readonly #didChange = new Emitter<void>();
  readonly #subscription: Disposable;
  #reading: Promise<KnownKey | undefined> | undefined;
  #current: KnownKey | undefined;
  #isKnown = false;
  #isStorageBroken = false;

  /** Fires when the key has become another, or the first read has ended. */
  readonly onDidChange: Event<void> = this.#didChange.event;

  constructor(options: ApiKeyOptions) {
    this.#options = options;
    this.#secretName = `apiKey ${options.origin}`;
    this.#subscription = options.secrets.onDidChange(({ key }) => {
      if (key === this.#secretName) void this.read();
    });
    if (options.environmentKey) options.log.hide(options.environmentKey.key);
  }

  /** What is known without reading the storage; `undefined` before the first read ends. */
  get state(): 'missing' | 'present' | undefined {
    if (!this.#isKnown) return undefined;
    return this.#current ? 'present' : 'missing';
  }

  /** Whether the environment gives a key for this server, in use or not. */
  get hasEnvironmentKey(): boolean {
    const { environmentKey, origin } = this.#options;
    return environmentKey?.origins.includes(origin) === true;
  }

  /** The current key, read from the storage only where it was not yet. Never rejects. */
  get(): Promise<KnownKey | undefined> {
    return this.#isKnown && !this.#reading ? Promise.resolve(this.#current) : this.read();
  }

  /** Reads the storage again. A storage that fails counts as empty. Never rejects. */
  read(): Promise<KnownKey | undefined> {
    const reading: Promise<KnownKey | undefined> = this.#readStorage().then((known) => {
      // Only the latest read counts.
      if (this.#reading !== reading) return this.#reading ?? this.#current;
      this.#reading = undefined;
      this.#take(known);
      return known;
    });
    this.#reading = reading;
    return reading;
  }

  /** @throws {Error} where the storage does */
  async store(key: string): Promise<void> {
    this.#options.log.hide(key);
    await this.#options.secrets.store(this.#secretName, key);
    // Storing the same key again fires, too, as polling that is paused for a refused key then tries again.
    this.#isKnown = false;
    await this.read();
  }

  /** Forgets the stored key. @throws {Error} where the storage does */
  async remove(): Promise<void> {
    await this.#options.secrets.delete(this.#secretName);
    await this.read();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#didChange.dispose();
  }

  async #readStorage(): Promise<KnownKey | undefined> {
    const { secrets, environmentKey, log } = this.#options;
    try {
      const key = await secrets.get(this.#secretName);
      if (key !== undefined && key !== '') {
        log.hide(key);
        return { key, source: 'stored' };
      }
    } catch (error) {
      if (!this.#isStorageBroken) log.error('The secret storage cannot be read', error);
      this.#isStorageBroken = true;
    }
    if (!environmentKey || !this.hasEnvironmentKey) return undefined;
    return { key: environmentKey.key, source: 'environment' };
  }

  #take(known: KnownKey | undefined): void {
    const isSame = this.#isKnown && known?.key === this.#current?.key;
    this.#current = known;
    this.#isKnown = true;
    if (!isSame) this.#didChange.fire();
  }
}
