import type { PreparedToolInvocation } from 'vscode';
import { UserError } from '../userError';

/** What a language model can do here. */
export interface Tool {
  /** What the chat shows while the tool runs, and a question where it costs money or loses work. Changes nothing. */
  prepare(input: ToolInput): PreparedToolInvocation | Promise<PreparedToolInvocation>;
  /**
   * @returns a text for the model
   * @throws {UserError} whose message tells the model what to do
   */
  invoke(input: ToolInput, signal: AbortSignal): Promise<string>;
}

/**
 * Reads the arguments that a language model made up. VS Code checks them by the schema of package.json only in part.
 * @throws {UserError} whose message tells the model what to change
 */
export class ToolInput {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(input: unknown) {
    this.#fields = typeof input === 'object' && input !== null ? { ...input } : {};
  }

  /** What was given, without what is null: models write that for what they leave out. */
  get given(): object {
    return Object.fromEntries(
      Object.entries(this.#fields).filter(([, value]) => value !== null && value !== ''),
    );
  }

  /** A text that has something to see. Absent, null and empty texts are none. */
  text(name: string): string | undefined {
    const value = this.#fields[name] ?? '';
    if (typeof value !== 'string') throw new UserError(`"${name}" must be a string.`);
    return value.trim() === '' ? undefined : value.trim();
  }

  requiredText(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw new UserError(`"${name}" is missing. Give it as a string.`);
    return text;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name);
    const found = allowed.find((each) => each === text);
    if (text !== undefined && found === undefined)
      throw new UserError(`"${name}" must be one of ${allowed.join(', ')}.`);
    return found;
  }

  /** @param least itself allowed, as is `most` */
  number(name: string, { least, most }: { readonly least: number; readonly most: number }) {
    const value = this.#fields[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      throw new UserError(`"${name}" must be a number from ${least} to ${most}.`);
    return value;
  }
}
