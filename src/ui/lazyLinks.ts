import { languages, window, type TerminalLinkProvider } from 'vscode';
import { type Disposable, disposeAll } from '../core/base/event';
import { mayNameTask } from '../core/input/mayNameTask';
import type { LazyFeatures, TaskTerminalLink } from './lazyFeatures';

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
