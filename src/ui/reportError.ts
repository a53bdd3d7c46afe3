import { CancellationError, commands } from 'vscode';
import { isAbort, isCloudError } from '../core/cloud/errors';
import { errorMessage, type NextStep } from '../core/labels/errorMessage';
import type { ApiVersion } from '../core/cloud/task';
import { showMessage, type Message } from './messages';
import type { Log } from './log';
import type { Settings } from './settings';
import { UserError } from './userError';

export interface ReportErrorOptions {
  readonly settings: Settings;
  readonly log: Log;
  /** What was tried, as the beginning of a sentence. */
  readonly what: string;
  readonly apiVersion?: ApiVersion | undefined;
}

/** Tells the user of a failed command, once, with what helps; waits for no answer. Silent where the user gave up. */
export function reportError(error: unknown, options: ReportErrorOptions): void {
  if (isAbort(error) || error instanceof CancellationError) return;
  const { settings, log, what, apiVersion } = options;
  if (error instanceof UserError) {
    notify({ severity: 'warning', text: error.message }, error.nextStep);
    return;
  }
  log.error(what, error);
  if (!isCloudError(error)) {
    const text = `${what}: this extension made a mistake. Its log says more.`;
    notify({ severity: 'error', text }, 'showLog');
    return;
  }
  const { host, problem } = settings.baseUrl;
  if (problem !== undefined) {
    notify({ severity: 'error', text: problem }, 'openSettings');
    return;
  }
  const { text, nextStep } = errorMessage(error.kind, { host, apiVersion });
  notify({ severity: 'error', text }, nextStep);
}

/**
 * Shows a message with a button for what helps, and waits for no answer.
 * @param onHelped called when the person has taken that step; what it rejects with goes to the log of VS Code
 */
export function notify(
  message: Omit<Message, 'actions' | 'isModal'>,
  nextStep?: NextStep,
  onHelped?: () => Promise<void>,
): void {
  const step = nextStep && steps[nextStep];
  void showMessage({ ...message, actions: step ? [step.title] : [] }).then(
    async (chosen) => {
      if (!step || chosen !== step.title) return;
      await commands.executeCommand(step.command, ...step.args);
      await onHelped?.();
    },
    // A window that is closing shows nothing any more.
    () => undefined,
  );
}

const steps: Readonly<
  Record<NextStep, { title: string; command: string; args: readonly unknown[] }>
> = {
  setApiKey: { title: 'Set API Key', command: 'browserUseTasks.setApiKey', args: [] },
  openSettings: {
    title: 'Open Settings',
    command: 'workbench.action.openSettings',
    args: ['@ext:browser-use-tasks.browser-use-tasks'],
  },
  showLog: { title: 'Show Log', command: 'browserUseTasks.showLog', args: [] },
};
