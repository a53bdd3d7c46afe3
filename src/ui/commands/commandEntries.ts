import type { CommandName } from './commands';
import { removeApiKey, setApiKey } from './keyCommands';
import { reportError } from '../reportError';
import {
  compareTwoTasks,
  copyTaskSnippet,
  exportOneTask,
  type ExportCommandOptions,
} from './exportCommands';
import {
  copyTaskIds,
  markAllAsSeen,
  markTasks,
  openDetails,
  openInCloud,
  refresh,
} from './taskCommands';
import { trackTask, untrackEndedTasks, untrackTasks } from './trackCommands';

/** Does a command's work. A failed one says so once; never rejects, and yields nothing. */
export async function runCommand(
  name: CommandName,
  args: readonly unknown[],
  options: ExportCommandOptions,
): Promise<void> {
  const { run, failed } = entries[name];
  try {
    await run(args, options);
  } catch (error) {
    const { settings, log } = options;
    reportError(error, { settings, log, what: failed });
  }
}

interface Entry {
  /** The arguments are whatever VS Code, a menu or another extension hands over. */
  readonly run: (args: readonly unknown[], options: ExportCommandOptions) => void | Promise<void>;
  /** What failed, as the beginning of a sentence. */
  readonly failed: string;
}

const entries: Readonly<Record<CommandName, Entry>> = {
  trackTask: { run: trackTask, failed: 'Tracking failed' },
  untrackTask: { run: untrackTasks, failed: 'Untracking failed' },
  untrackEndedTasks: {
    run: (_args, options) => untrackEndedTasks(options),
    failed: 'Untracking failed',
  },
  markAsSeen: {
    run: (args, options) => markTasks(false, args, options),
    failed: 'Marking as seen failed',
  },
  markAsUnseen: {
    run: (args, options) => markTasks(true, args, options),
    failed: 'Marking as unseen failed',
  },
  markAllAsSeen: {
    run: (_args, options) => markAllAsSeen(options),
    failed: 'Marking all as seen failed',
  },
  refresh: { run: refresh, failed: 'Refreshing failed' },
  openDetails: { run: openDetails, failed: 'Opening the details failed' },
  copyTaskId: { run: copyTaskIds, failed: 'Copying failed' },
  openInCloud: { run: openInCloud, failed: 'Opening Browser Use Cloud failed' },
  compareTasks: { run: compareTwoTasks, failed: 'Comparing failed' },
  exportTask: { run: exportOneTask, failed: 'Exporting failed' },
  copySnippet: { run: copyTaskSnippet, failed: 'Copying failed' },
  // These say themselves what failed.
  shareTask: {
    run: (_args, { details }) => details.act({ type: 'act', action: 'share' }),
    failed: 'Sharing failed',
  },
  unshareTask: {
    run: (_args, { details }) => details.act({ type: 'act', action: 'unshare' }),
    failed: 'The public link cannot be removed',
  },
  saveTaskLog: {
    run: (_args, { details }) => details.act({ type: 'saveLog' }),
    failed: 'The log cannot be saved',
  },
  setApiKey: { run: (_args, options) => setApiKey(options), failed: 'Setting the API key failed' },
  removeApiKey: {
    run: (_args, options) => removeApiKey(options),
    failed: 'Removing the API key failed',
  },
  showLog: { run: (_args, { log }) => log.show(), failed: 'Showing the log failed' },
};
