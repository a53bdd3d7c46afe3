import { CloudError } from '../../core/cloud/errors';
import type { Cloud } from '../../core/cloud/taskClient';
import { UserError } from '../userError';
import type { AccountSession } from './accountSession';

/** An account as a person is shown it: a server, and the key that it has now. What they agree to goes there, or nowhere. */
export class ShownAccount {
  readonly session: AccountSession;
  readonly #key: string | undefined;

  private constructor(session: AccountSession, key: string | undefined) {
    this.session = session;
    this.#key = key;
  }

  /** Never rejects. */
  static async of(session: AccountSession): Promise<ShownAccount> {
    return new ShownAccount(session, (await session.key.get())?.key);
  }

  /** Whether the server and its key are still the same. Never rejects. */
  async isCurrent(): Promise<boolean> {
    const { key, signal } = this.session;
    return !signal.aborted && (await key.get())?.key === this.#key;
  }

  /**
   * As that of the session.
   * @throws {UserError} once it is another account
   */
  readonly connect = async (signal: AbortSignal): Promise<Cloud> => {
    await this.requireCurrent();
    const cloud = await this.session.connect(signal);
    await this.requireCurrent();
    return cloud;
  };

  /**
   * As `connect`, for changes of which each is told by itself: those that were sent before the key was changed, and those that
   * were not.
   * @throws {CloudError} of kind `otherKey` once the key is another one; {UserError} once the server is
   */
  readonly connectForChange = async (signal: AbortSignal): Promise<Cloud> => {
    try {
      return await this.connect(signal);
    } catch (error) {
      if (this.session.signal.aborted || (await this.isCurrent())) throw error;
      throw new CloudError('otherKey', 'Not sent: the key is another one by now');
    }
  };

  /** @throws {UserError} once it is another account */
  async requireCurrent(): Promise<void> {
    if (await this.isCurrent()) return;
    throw new UserError(
      `The base URL or the API key was changed after this account at ${this.session.server.host} was shown. Nothing was sent. Try again to see where it would go now.`,
    );
  }
}
