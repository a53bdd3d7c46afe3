import type { ShownAccount } from '../account/shownAccount';
import { UserError } from '../userError';
import type { ToolInput } from './tool';

/** What the person is asked about. */
export interface Asked<T> {
  /** What would be sent, as JSON holds it. */
  readonly meant: T;
  readonly account: ShownAccount;
}

/** What was asked and has no answer yet. VS Code asks before each call, which then has the same input. */
export class Questions<T> {
  readonly #byInput = new Map<string, readonly Asked<T>[]>();

  ask({ given }: ToolInput, asked: Asked<T>): void {
    const key = JSON.stringify(given);
    const before = this.#byInput.get(key) ?? [];
    this.#byInput.delete(key);
    this.#byInput.set(key, [...before, asked]);
    // Nobody tells of those that the person has refused.
    const [oldest] = this.#byInput.keys();
    if (this.#byInput.size > mostInputs && oldest !== undefined) this.#byInput.delete(oldest);
  }

  /**
   * @throws {UserError} where the account is another by now, or what would be sent was another in one of the questions: nothing that
   *   was asked with this input counts then
   */
  async answered({ given }: ToolInput): Promise<Asked<T>> {
    const key = JSON.stringify(given);
    const [asked, ...others] = this.#byInput.get(key) ?? [];
    this.#byInput.delete(key);
    if (!asked)
      throw new UserError('The user was not asked about this task. Nothing was sent. Try again.');
    const meant = JSON.stringify(asked.meant);
    if (others.some((other) => JSON.stringify(other.meant) !== meant))
      throw new UserError(
        'What would be sent was changed after the user was asked, as by the API version for new tasks. Nothing was sent. Try again.',
      );
    // Before anything is waited for, as two calls may come at once.
    if (others.length > 0) this.#byInput.set(key, others);
    try {
      await asked.account.requireCurrent();
    } catch (error) {
      this.#byInput.delete(key);
      throw error;
    }
    return asked;
  }
}

const mostInputs = 50;
