import { CancellationError } from 'vscode';
import { reportError, type ReportErrorOptions } from '../reportError';
import { commandPrefix } from '../lazyFeatures';

/** What a command does, and what its message says where it fails. */
export interface Command {
  /** The arguments are whatever VS Code, a menu or another extension hands over. What it resolves to is for code that called it. */
  readonly run: (args: readonly unknown[]) => unknown;
  /** What failed, as the beginning of a sentence. */
  readonly failed: string;
}

/** Commands by what follows `browserUseTasks.` in their IDs. */
export type Commands = Readonly<Record<string, Command>>;

/**
 * Runs a command of the table. Shows a failure once; never rejects.
 * @returns what the command resolves to; `undefined` where it failed
 * @throws {Error} where the table has no such command
 */
export async function runCommand(
  name: string,
  args: readonly unknown[],
  { table, settings, log }: { readonly table: Commands } & Omit<ReportErrorOptions, 'what'>,
): Promise<unknown> {
  const command = requireCommand(name, table);
  try {
    return await command.run(args);
  } catch (error) {
    reportError(error, { settings, log, what: command.failed });
    return undefined;
  }
}

/**
 * Runs a command of the table for other code, which shows what fails.
 * @returns what the command resolves to; `undefined` also where the person has left it
 * @throws {Error} where the command fails, or the table has no such command
 */
export async function callCommand(
  name: string,
  args: readonly unknown[],
  table: Commands,
): Promise<unknown> {
  try {
    return await requireCommand(name, table).run(args);
  } catch (error) {
    if (error instanceof CancellationError) return undefined;
    throw error;
  }
}

function requireCommand(name: string, table: Commands): Command {
  const command = table[name];
  if (!command) throw new Error(`There is no command ${commandPrefix}${name}.`);
  return command;
}
