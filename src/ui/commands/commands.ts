import { commands } from 'vscode';
import { type Disposable, disposeAll } from '../../core/base/event';
import type { LazyFeatures } from '../lazyFeatures';
import type { Log } from '../log';
import { showMessage } from '../messages';

/** Begins the ID of every command. */
export const commandPrefix = 'browserUseTasks.';

export interface RegisterCommandsOptions {
  /** The commands of package.json. */
  readonly ids: readonly string[];
  readonly features: Pick<LazyFeatures, 'get'>;
  readonly log: Log;
}

/** Registers every command. What they do is loaded at the first one's call. None of them rejects or returns anything. */
export function registerCommands({ ids, features, log }: RegisterCommandsOptions): Disposable {
  const registered = ids.map((id) =>
    commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        await (await features.get()).runCommand(id.slice(commandPrefix.length), args);
      } catch (error) {
        log.error('A part of this extension cannot be loaded', error);
        const text = 'A part of Browser Use Tasks cannot be loaded. Install the extension again.';
        void showMessage({ severity: 'error', text });
      }
    }),
  );
  return {
    dispose() {
      disposeAll(registered);
    },
  };
}
