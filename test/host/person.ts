import { window, type InputBoxOptions } from 'vscode';

/** A message as it stood before the user. */
export interface SeenMessage {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly buttons: readonly string[];
  readonly isModal: boolean;
}

/**
 * Sits in the user's place, as nobody can type into an editor from inside its extension host:
 * reads every message, presses the buttons and types the texts that a test wants.
 * Only what goes to the user and comes from them is replaced; end it to give the place back.
 */
export class Person {
  readonly seen: SeenMessage[] = [];
  /** What input boxes said to the texts before those were accepted. */
  readonly validations: unknown[] = [];
  /** Which button to press; none closes the message. */
  press: (message: SeenMessage) => string | undefined = () => undefined;
  /** Texts to type, one a box; without one the box is cancelled. */
  texts: string[] = [];
  /** Which entries of a list to pick, by their labels; `undefined` cancels. */
  pick: (labels: readonly string[]) => readonly string[] | undefined = () => undefined;
  readonly #originals = { ...window };

  constructor() {
    Object.assign(window, {
      showInformationMessage: this.#reader('information'),
      showWarningMessage: this.#reader('warning'),
      showErrorMessage: this.#reader('error'),
      showInputBox: async (options: InputBoxOptions) => {
        const text = this.texts.shift();
        if (text === undefined) return undefined;
        this.validations.push((await options.validateInput?.(text)) ?? undefined);
        return text;
      },
      showQuickPick: (
        items: readonly { readonly label: string }[],
        options: { readonly canPickMany?: boolean },
      ) => {
        const labels = this.pick(items.map(({ label }) => label));
        const picked = labels && items.filter(({ label }) => labels.includes(label));
        return Promise.resolve(options.canPickMany ? picked : picked?.[0]);
      },
    });
  }

  end(): void {
    const { showInformationMessage, showWarningMessage, showErrorMessage } = this.#originals;
    const { showInputBox, showQuickPick } = this.#originals;
    Object.assign(window, {
      showInformationMessage,
      showWarningMessage,
      showErrorMessage,
      showInputBox,
      showQuickPick,
    });
  }

  #reader(severity: SeenMessage['severity']) {
    return (text: string, options: { readonly modal?: boolean }, ...buttons: string[]) => {
      const message = { severity, text, buttons, isModal: options.modal ?? false };
      this.seen.push(message);
      return Promise.resolve(this.press(message));
    };
  }
}
