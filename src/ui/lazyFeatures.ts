import {
  workspace,
  type CancellationToken,
  type Hover,
  type Position,
  type PreparedToolInvocation,
  type TerminalLink,
  type TextDocument,
  type TreeItem,
  type TreeView,
  type Uri,
  type WebviewPanel,
} from 'vscode';
import { Emitter, type Disposable, type Event, listenToAll } from '../core/base/event';
import type { Server } from '../core/cloud/baseUrl';
import type { TaskRef } from '../core/cloud/task';
import type { Polling } from '../core/polling/polling';
import type { PollPause } from '../core/polling/pollPauses';
import type { TaskStore } from '../core/tasks/taskStore';

/** What is needed only once the user acts, opens the view, or is to be notified: a bundle of its own, so that start-up stays light. */
export interface Features extends Disposable {
  /** Runs a command by what follows `browserUseTasks.` in its ID, for what it resolves to. Shows a failure; never rejects. */
  runCommand(name: string, args: readonly unknown[]): Promise<unknown>;
  /**
   * As `runCommand`, for other extensions: what fails is theirs to show.
   * @returns `undefined` also where the person has left it
   * @throws {Error} whose message is for the user
   */
  callCommand(name: string, args: readonly unknown[]): Promise<unknown>;
  /**
   * Tracks what a text names, without a message.
   * @throws {Error} where nothing could be tracked; its message is for the user
   */
  track(text: string, signal?: AbortSignal): Promise<readonly TaskRef[]>;
  /** What the chat says before a tool of package.json runs, and its question, if any. */
  prepareTool(name: string, input: unknown): Promise<PreparedToolInvocation>;
  /**
   * Runs a tool of package.json for a language model, with the arguments that it made up.
   * @throws {Error} whose message is for the model
   */
  invokeTool(name: string, input: unknown, token: CancellationToken): Promise<string>;
  /** Shows the user of this window why polling is paused. */
  notifyPause(pause: PollPause): void;
  readonly details: VisibleDetails & {
    /** Brings a panel back after a reload of the window. */
    restore(panel: WebviewPanel, state: unknown): void;
  };
  readonly links: TaskLinks;
  /** Shows a task of this account, whether it is the current one or not. Counts as having seen how the task ended. */
  openDetails(ref: TaskRef, owner: TaskOwner): Promise<void>;
  /**
   * The rows of the view of what is open at the cloud, which they follow from then on.
   * @param redraw has VS Code ask for them again
   */
  sessionRows(view: TreeView<TreeItem>, redraw: () => void): TreeItem[];
}

/** Where texts of others name tasks: terminals, editors, URIs. */
export interface TaskLinks {
  inTerminal(line: string): TaskTerminalLink[];
  /** Tracks what the text names, and shows the details of a task that is named alone. Shows a failure; never rejects. */
  open(text: string): Promise<void>;
  /** @returns `undefined` where no task is tracked or named */
  hover(document: TextDocument, position: Position): Hover | undefined;
  /** Tracks what a URI asks for, once the person has agreed. Shows a failure; never rejects. */
  openUri(uri: Uri): Promise<void>;
}

/** A place in the terminal that leads to a task. */
export interface TaskTerminalLink extends TerminalLink {
  /** What to track. */
  readonly text: string;
}

/** The account that a task belongs to. */
export interface TaskOwner {
  readonly server: Pick<Server, 'origin'>;
  readonly store: Pick<TaskStore, 'get' | 'markSeen'>;
}

/** Whether details are in sight. */
export interface VisibleDetails {
  /** Whether any task's details can be seen. */
  readonly hasVisible: boolean;
  /** Fires when `hasVisible` may have changed. */
  readonly onDidChangeVisible: Event<unknown>;
}

/** The features, loaded when something first needs them. Disposing disposes them. */
export class LazyFeatures implements Disposable, VisibleDetails {
  readonly #load: () => Promise<Features>;
  readonly #didChangeVisible = new Emitter<void>();
  #features: Promise<Features> | undefined;
  #details: VisibleDetails | undefined;
  #isDisposed = false;

  readonly onDidChangeVisible: Event<void> = this.#didChangeVisible.event;

  constructor(load: () => Promise<Features>) {
    this.#load = load;
  }

  /** Rejects only where their bundle is missing or damaged. */
  readonly get = (): Promise<Features> => {
    this.#features ??= this.#load().then((features) => {
      if (this.#isDisposed) features.dispose();
      this.#details = features.details;
      features.details.onDidChangeVisible(() => this.#didChangeVisible.fire());
      return features;
    });
    return this.#features;
  };

  get hasVisible(): boolean {
    return this.#details?.hasVisible ?? false;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#didChangeVisible.dispose();
    void this.#features?.then(
      (features) => features.dispose(),
      () => undefined,
    );
  }
}

export interface FeatureTriggerOptions {
  readonly features: LazyFeatures;
  readonly view: { readonly isVisible: boolean; readonly onDidChangeVisible: Event<void> };
  readonly poller: Polling;
  readonly onError: (error: unknown) => void;
}

/**
 * Loads the features when the view comes into sight, which shows messages, when polling pauses, which may need a prompt, and for
 * prompt files, which are checked.
 */
export function loadWhenNeeded({
  features,
  view,
  poller,
  onError,
}: FeatureTriggerOptions): Disposable {
  const load = (): void => {
    const hasPromptFile = workspace.textDocuments.some(({ uri }) =>
      /\.browser-use\.(?:md|json)$/u.test(uri.path),
    );
    if (!view.isVisible && poller.state.pauses.length === 0 && !hasPromptFile) return;
    subscription.dispose();
    features.get().catch(onError);
  };
  const subscription = listenToAll(
    [view.onDidChangeVisible, poller.onDidChangeState, workspace.onDidOpenTextDocument],
    load,
  );
  load();
  return subscription;
}
