import { env, window } from 'vscode';
import {
  taskSnippet,
  type SnippetKind,
  type SnippetOptions,
} from '../../core/formats/taskSnippets';

/** Puts code that fetches a task on the clipboard. It never holds the key, only the name of its variable. */
export async function copySnippet(kind: SnippetKind, options: SnippetOptions): Promise<void> {
  await env.clipboard.writeText(taskSnippet(kind, options));
  window.setStatusBarMessage(
    `Copied ${snippetNames[kind]}; it takes the key from BROWSER_USE_API_KEY`,
    shownForMs,
  );
}

/** What each snippet is called. */
export const snippetNames: Readonly<Record<SnippetKind, string>> = {
  curl: 'curl command',
  python: 'Python code',
  typescript: 'TypeScript code',
};

const shownForMs = 6000;
