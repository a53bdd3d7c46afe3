import type { SecretStorage, SecretStorageChangeEvent } from 'vscode';
import { Emitter } from '../../src/core/base/event';

/** A secret storage in memory. Can be broken, as one without a keyring is, and kept waiting. */
export class MemorySecrets implements SecretStorage {
  readonly secrets = new Map<string, string>();
  readonly #didChange = new Emitter<SecretStorageChangeEvent>();
  /** Thrown by every call while set. */
  failure: Error | undefined;
  /** What reads wait for. */
  gate: Promise<void> | undefined;

  readonly onDidChange = this.#didChange.event;

  async get(key: string): Promise<string | undefined> {
    // As they are when the question comes.
    const secret = this.secrets.get(key);
    await this.gate;
    if (this.failure) throw this.failure;
    return secret;
  }

  keys(): Promise<string[]> {
    return Promise.resolve([...this.secrets.keys()]);
  }

  async store(key: string, value: string): Promise<void> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    this.secrets.set(key, value);
    this.#didChange.fire({ key });
  }

  async delete(key: string): Promise<void> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    this.secrets.delete(key);
    this.#didChange.fire({ key });
  }
}
