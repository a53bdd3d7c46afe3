import {
  EventEmitter,
  LanguageModelTextPart,
  LanguageModelToolResult,
  commands,
  languages,
  lm,
  type TerminalLinkProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';
import { disposeAll, type Disposable } from '../core/base/event';
import type { LazyFeatures, TaskTerminalLink } from './lazyFeatures';
import type { Log } from './log';
import { showMessage } from './messages';
import { mayNameTask } from '../core/input/mayNameTask';

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
