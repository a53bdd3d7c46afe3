import {
  CancellationTokenSource,
  env,
  window,
  type CancellationToken,
  type InputBoxOptions,
  type SaveDialogOptions,
  type Uri,
} from 'vscode';

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
  /** Where to save a file; `undefined` cancels. The dialog's own question before a file is replaced counts as answered. */
  saveTo: (options: SaveDialogOptions) => Uri | undefined = () => undefined;
  /** What dialogs said below their texts. */
  readonly details: string[] = [];
  /** What was opened outside. */
  readonly opened: string[] = [];
  /** What progress notifications said: titles, messages. */
  readonly progress: string[] = [];
  /** Cancels what is under way with a progress notification, as soon as that says something that this is true of. */
  cancelAt: (text: string) => boolean = () => false;
  readonly #originals = { ...window };
  readonly #openExternal = env.openExternal;

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
      showSaveDialog: (options: SaveDialogOptions) => Promise.resolve(this.saveTo(options)),
      withProgress: (options: { readonly title?: string }, task: ProgressTask) =>
        this.#follow(options.title ?? '', task),
    });
    Object.assign(env, {
      openExternal: (link: Uri | string) => {
        this.opened.push(link.toString());
        return Promise.resolve(true);
      },
    });
  }

  end(): void {
    const { showInformationMessage, showWarningMessage, showErrorMessage } = this.#originals;
    const { showInputBox, showQuickPick, showSaveDialog, withProgress } = this.#originals;
    Object.assign(window, {
      showInformationMessage,
      showWarningMessage,
      showErrorMessage,
      showInputBox,
      showQuickPick,
      showSaveDialog,
      withProgress,
    });
    Object.assign(env, { openExternal: this.#openExternal });
  }

  #reader(severity: SeenMessage['severity']) {
    return (
      text: string,
      options: { readonly modal?: boolean; readonly detail?: string },
      ...buttons: string[]
    ) => {
      if (options.detail !== undefined) this.details.push(options.detail);
      const message = { severity, text, buttons, isModal: options.modal ?? false };
      this.seen.push(message);
      return Promise.resolve(this.press(message));
    };
  }

  async #follow(title: string, task: ProgressTask): Promise<unknown> {
    const source = new CancellationTokenSource();
    const note = (text: string): void => {
      this.progress.push(text);
      if (this.cancelAt(text)) source.cancel();
    };
    try {
      note(title);
      return await task({ report: ({ message = '' }) => note(message) }, source.token);
    } finally {
      source.dispose();
    }
  }
}

type ProgressTask = (
  progress: { report(value: { readonly message?: string }): void },
  token: CancellationToken,
) => Thenable<unknown>;
