import {
  commands,
  EventEmitter,
  LanguageModelTextPart,
  LanguageModelToolResult,
  languages,
  lm,
  window,
  workspace,
  type CancellationToken,
  type Hover,
  type Position,
  type PreparedToolInvocation,
  type TerminalLink,
  type TerminalLinkProvider,
  type TextDocument,
  type TreeItem,
  type TreeView,
  type Uri,
  type WebviewPanel,
} from 'vscode';
import { disposeAll, Emitter, listenToAll, type Disposable, type Event } from '../core/base/event';
import type { Server } from '../core/cloud/baseUrl';
import type { TaskRef } from '../core/cloud/task';
import { mayNameTask } from '../core/input/mayNameTask';
import type { Polling } from '../core/polling/polling';
import type { PollPause } from '../core/polling/pollPauses';
import type { TaskStore } from '../core/tasks/taskStore';
import type { Log } from './log';
import { showMessage } from './messages';

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

/** Begins the ID of every command. */
export const commandPrefix = 'browserUseTasks.';

export interface RegisterCommandsOptions {
  /** The commands of package.json. */
  readonly ids: readonly string[];
  readonly features: Pick<LazyFeatures, 'get'>;
  readonly log: Log;
}

/** Registers every command. What they do is loaded at the first one's call. None of them rejects. */
export function registerCommands({ ids, features, log }: RegisterCommandsOptions): Disposable {
  const registered = ids.map((id) =>
    commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await (await features.get()).runCommand(id.slice(commandPrefix.length), args);
      } catch (error) {
        log.error('A part of this extension cannot be loaded', error);
        const text = 'A part of Browser Use Tasks cannot be loaded. Install the extension again.';
        void showMessage({ severity: 'error', text });
        return undefined;
      }
    }),
  );
  return {
    dispose() {
      disposeAll(registered);
    },
  };
}

/**
 * Registers the tools of package.json for language models, where the editor has such tools. What they do is loaded at the
 * first call.
 */
export function registerTools(
  names: readonly string[],
  features: Pick<LazyFeatures, 'get'>,
): Disposable {
  const registered = names.map((name) =>
    (lm as Partial<typeof lm> | undefined)?.registerTool?.<unknown>(name, {
      prepareInvocation: async ({ input }) => (await features.get()).prepareTool(name, input),
      invoke: async ({ input }, token) => {
        const text = await (await features.get()).invokeTool(name, input, token);
        return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
      },
    }),
  );
  return {
    dispose() {
      disposeAll(registered.filter((each) => each !== undefined));
    },
  };
}

/** Registers what finds tasks in terminals, editors and URIs. What it does is loaded at the first text that may name one. */
export function registerLinks(features: Pick<LazyFeatures, 'get'>): Disposable {
  const terminalLinks: TerminalLinkProvider<TaskTerminalLink> = {
    provideTerminalLinks: async ({ line }) =>
      mayNameTask(line) ? (await features.get()).links.inTerminal(line) : [],
    handleTerminalLink: async ({ text }) => (await features.get()).links.open(text),
  };
  const registered = [
    window.registerTerminalLinkProvider(terminalLinks),
    languages.registerHoverProvider(
      ['file', 'untitled', 'output', 'vscode-remote', 'vscode-notebook-cell'].map((scheme) => ({
        scheme,
      })),
      {
        provideHover: async (document, position) =>
          mayNameTask(document.lineAt(position).text)
            ? (await features.get()).links.hover(document, position)
            : undefined,
      },
    ),
    window.registerUriHandler({
      handleUri: async (uri) => (await features.get()).links.openUri(uri),
    }),
  ];
  return {
    dispose() {
      disposeAll(registered);
    },
  };
}

/** Names the panels for VS Code, which brings them back after a reload. */
export const detailsViewType = 'browserUseTasks.details';

/** Lets VS Code bring panels back after a reload: only then are they loaded. */
export function restoreDetails(features: Pick<LazyFeatures, 'get'>): Disposable {
  return window.registerWebviewPanelSerializer(detailsViewType, {
    deserializeWebviewPanel: async (panel, state: unknown) =>
      (await features.get()).details.restore(panel, state),
  });
}

/** The ID in package.json of the view of what is open at the cloud. */
export const sessionsViewId = 'browserUseTasks.sessions';

/** Registers the view of what is open at the cloud. What fills it is loaded when VS Code first asks for its rows: once it is seen. */
export function registerSessionsView(features: Pick<LazyFeatures, 'get'>): Disposable {
  const didChange = new EventEmitter<undefined>();
  const view: TreeView<TreeItem> = window.createTreeView<TreeItem>(sessionsViewId, {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: didChange.event,
      getTreeItem: (item) => item,
      getChildren: async (parent) =>
        parent ? [] : (await features.get()).sessionRows(view, () => didChange.fire(undefined)),
    },
  });
  return {
    dispose() {
      disposeAll([view, didChange]);
    },
  };
}
