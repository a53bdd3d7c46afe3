import { commands } from 'vscode';
import type { Disposable } from '../../core/base/event';
import type { LazyFeatures } from './lazyFeatures';
import type { Log } from '../log';
import { showMessage } from '../messages';

/** The commands of package.json, each by what follows `browserUseTasks.`. */
export const commandNames = [
  'trackTask',
  'untrackTask',
  'untrackEndedTasks',
  'markAsSeen',
  'markAsUnseen',
  'markAllAsSeen',
  'refresh',
  'openDetails',
  'copyTaskId',
  'openInCloud',
  'compareTasks',
  'exportTask',
  'copySnippet',
  'shareTask',
  'unshareTask',
  'saveTaskLog',
  'setApiKey',
  'removeApiKey',
  'showLog',
] as const;
export type CommandName = (typeof commandNames)[number];

export interface RegisterCommandsOptions {
  readonly features: LazyFeatures;
  readonly log: Log;
}

/** Registers every command. What they do is loaded at the first one's call. None of them rejects or returns anything. */
export function registerCommands({ features, log }: RegisterCommandsOptions): Disposable {
  const registered = commandNames.map((name) =>
    commands.registerCommand(`browserUseTasks.${name}`, async (...args: unknown[]) => {
      try {
        await (await features.get()).runCommand(name, args);
      } catch (error) {
        log.error('A part of this extension cannot be loaded', error);
        const text = 'A part of Browser Use Tasks cannot be loaded. Install the extension again.';
        void showMessage({ severity: 'error', text });
      }
    }),
  );
  return {
    dispose() {
      for (const command of registered) command.dispose();
    },
  };
}
