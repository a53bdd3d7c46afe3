import {
  CancellationTokenSource,
  env,
  EventEmitter,
  window,
  type CancellationToken,
  type InputBoxOptions,
  type QuickPickItem,
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
  /** What input boxes said to the texts before those were accepted, and the lists beside them offered. */
  readonly validations: unknown[] = [];
  /** Which button to press; none closes the message. */
  press: (message: SeenMessage) => string | undefined | Promise<string | undefined> = () =>
    undefined;
  /** Texts to type, one a box; without one the box is cancelled. */
  texts: string[] = [];
  /** Whether a box without a list is left once the text is typed into it. */
  leavesTyped = false;
  /** Which entries of a list to pick, by their labels; `undefined` cancels, or in a list with a box for texts types the next text. */
  pick: (labels: readonly string[]) => readonly string[] | undefined = () => undefined;
  /** What each list said that was shown: its rows, with what stands beside and below them. */
  readonly lists: string[] = [];
  /** Where to save a file; `undefined` cancels. The dialog's own question before a file is replaced counts as answered. */
  saveTo: (options: SaveDialogOptions) => Uri | undefined = () => undefined;
  /** Which files to choose where a dialog asks for some; none cancels. */
  openFiles: readonly Uri[] | undefined = undefined;
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
      createQuickPick: () => this.#pickList(),
      createInputBox: () => this.#inputBox(),
      showOpenDialog: () => Promise.resolve(this.openFiles),
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
    const { showInputBox, showQuickPick, createQuickPick, showSaveDialog, withProgress } =
      this.#originals;
    const { createInputBox, showOpenDialog } = this.#originals;
    Object.assign(window, {
      showInformationMessage,
      showWarningMessage,
      showErrorMessage,
      showInputBox,
      showQuickPick,
      createQuickPick,
      createInputBox,
      showOpenDialog,
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

  /** A box: the next text is typed into it and accepted, as soon as it is shown. */
  #inputBox(): object {
    const accept = new EventEmitter<void>();
    const hide = new EventEmitter<void>();
    const none = new EventEmitter<unknown>();
    const box = {
      value: '',
      onDidAccept: accept.event,
      onDidHide: hide.event,
      onDidChangeValue: none.event,
      onDidTriggerButton: none.event,
      dispose: () => {
        for (const emitter of [accept, hide, none]) emitter.dispose();
      },
      show: () => {
        setImmediate(() => {
          const text = this.texts.shift();
          if (text !== undefined) {
            box.value = text;
            if (!this.leavesTyped) accept.fire();
          }
          hide.fire();
        });
      },
    };
    return box;
  }

  /**
   * A list with a box, as soon as it is shown: an entry is picked, with two strokes of the Enter key, or the next text is typed
   * and accepted.
   */
  #pickList(): object {
    const value = new EventEmitter<string>();
    const accept = new EventEmitter<void>();
    const hide = new EventEmitter<void>();
    const none = new EventEmitter<unknown>();
    const pick = {
      value: '',
      items: [] as readonly QuickPickItem[],
      activeItems: [] as readonly QuickPickItem[],
      selectedItems: [] as readonly QuickPickItem[],
      onDidChangeValue: value.event,
      onDidAccept: accept.event,
      onDidHide: hide.event,
      onDidChangeSelection: none.event,
      onDidChangeActive: none.event,
      onDidTriggerButton: none.event,
      dispose: () => {
        for (const emitter of [value, accept, hide, none]) emitter.dispose();
      },
      show: () => {
        setImmediate(() => {
          const rows = pick.items.map((item) => [item.label, item.description, item.detail]);
          this.lists.push(rows.map((row) => row.join(' ')).join('\n'));
          const labels = this.pick(pick.items.map(({ label }) => label));
          if (labels) {
            pick.activeItems = pick.items.filter(({ label }) => labels.includes(label));
            accept.fire();
            accept.fire();
            return hide.fire();
          }
          const text = this.texts.shift();
          if (text !== undefined) {
            pick.value = text;
            value.fire(text);
            this.validations.push(pick.items.map(({ label }) => label));
            accept.fire();
          }
          hide.fire();
        });
      },
    };
    return pick;
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
