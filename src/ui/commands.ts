import { commands } from 'vscode';
import type { Disposable } from '../core/event';
import type { CommandOptions } from './commandOptions';
import { removeApiKey, setApiKey } from './keyCommands';
import { reportError } from './reportError';
import { copyTaskIds, openDetails, openInCloud, refresh } from './taskCommands';
import { trackTask, untrackEndedTasks, untrackTasks } from './trackCommands';

/** A command's work. Its arguments are whatever VS Code, a menu or another extension hands over. */
type Handler = (args: readonly unknown[], options: CommandOptions) => void | Promise<void>;

interface Entry {
  readonly run: Handler;
  /** What failed, as the beginning of a sentence. */
  readonly failed: string;
}

/** Each command of package.json, by what follows `browserUseTasks.`. */
const entries: Readonly<Record<string, Entry>> = {
  trackTask: { run: trackTask, failed: 'Tracking failed' },
  untrackTask: { run: untrackTasks, failed: 'Untracking failed' },
  untrackEndedTasks: {
    run: (_args, options) => untrackEndedTasks(options),
    failed: 'Untracking failed',
  },
  refresh: { run: refresh, failed: 'Refreshing failed' },
  openDetails: { run: openDetails, failed: 'Opening the details failed' },
  copyTaskId: { run: copyTaskIds, failed: 'Copying failed' },
  openInCloud: { run: openInCloud, failed: 'Opening Browser Use Cloud failed' },
  setApiKey: { run: (_args, options) => setApiKey(options), failed: 'Setting the API key failed' },
  removeApiKey: {
    run: (_args, options) => removeApiKey(options),
    failed: 'Removing the API key failed',
  },
  showLog: { run: (_args, { log }) => log.show(), failed: 'Showing the log failed' },
};

/** Registers every command. A failed one says so once; none of them rejects or returns anything. */
export function registerCommands(options: CommandOptions): Disposable {
  const { settings, log } = options;
  const registered = Object.entries(entries).map(([name, { run, failed }]) =>
    commands.registerCommand(`browserUseTasks.${name}`, async (...args: unknown[]) => {
      try {
        await run(args, options);
      } catch (error) {
        reportError(error, { settings, log, what: failed });
      }
    }),
  );
  return {
    dispose() {
      for (const command of registered) command.dispose();
    },
  };
}
