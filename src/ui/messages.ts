import { window, type MessageOptions } from 'vscode';
import { plainMessage } from '../core/text/plainText';

export interface Message {
  readonly severity: 'information' | 'warning' | 'error';
  /** May hold text of tasks and servers: it never becomes a link. */
  readonly text: string;
  /** The labels of the message's buttons. */
  readonly actions?: readonly string[] | undefined;
  /** Asks in a dialog that must be answered. */
  readonly isModal?: boolean | undefined;
  /** Shown below the text of a dialog. */
  readonly detail?: string | undefined;
}

/** Shows a message. @returns the button that was pressed; `undefined` where the message was closed */
export async function showMessage(message: Message): Promise<string | undefined> {
  const text = plainMessage(message.text);
  const actions = [...(message.actions ?? [])];
  const options: MessageOptions = { modal: message.isModal ?? false };
  if (message.detail !== undefined) options.detail = message.detail;
  switch (message.severity) {
    case 'information':
      return window.showInformationMessage(text, options, ...actions);
    case 'warning':
      return window.showWarningMessage(text, options, ...actions);
    case 'error':
      return window.showErrorMessage(text, options, ...actions);
  }
}
