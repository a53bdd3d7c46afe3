/** What a command does, and what to say where it fails. */
export interface Command {
  /** The arguments are whatever VS Code, a menu or another extension hands over. */
  readonly run: (args: readonly unknown[]) => void | Promise<void>;
  /** What failed, as the beginning of a sentence. */
  readonly failed: string;
}

/** Commands by what follows `browserUseTasks.` in their IDs. */
export type Commands = Readonly<Record<string, Command>>;
