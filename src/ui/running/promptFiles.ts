import {
  CompletionItem,
  CompletionItemKind,
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Range,
  workspace,
  type TextDocument,
} from 'vscode';
import { apiVersions } from '../../core/cloud/versionList';
import { disposeAll, type Disposable } from '../../core/base/event';
import { isOfficial } from '../../core/cloud/regions';
import type { ApiVersion } from '../../core/cloud/task';
import { completionsIn, promptFileEnding, readPromptFile } from '../../core/running/promptFile';
import type { CurrentAccount } from '../account/currentAccount';
import type { Settings } from '../settings';

export interface DefaultVersionSource {
  readonly account: Pick<CurrentAccount, 'session'>;
  readonly settings: Pick<Settings, 'apiVersion'>;
}

/** Completes and checks the front matter of prompt files that are open. Who calls it disposes what it returns. */
export function supportPromptFiles(source: DefaultVersionSource): Disposable {
  const problems = languages.createDiagnosticCollection('Browser Use');
  const check = (document: TextDocument): void => {
    if (!isPromptFile(document)) return;
    const { problems: found } = readPromptFile(document.getText(), defaultVersion(source));
    problems.set(
      document.uri,
      found.map(({ place: { line, start, end }, text, severity }) => {
        const range = new Range(line, start, line, end);
        const level = severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
        const diagnostic = new Diagnostic(range, text, level);
        diagnostic.source = 'Browser Use';
        return diagnostic;
      }),
    );
  };
  const parts = [
    problems,
    languages.registerCompletionItemProvider(
      { pattern: `**/*${promptFileEnding}` },
      { provideCompletionItems: completionsAt },
    ),
    workspace.onDidOpenTextDocument(check),
    workspace.onDidChangeTextDocument(({ document }) => check(document)),
    workspace.onDidCloseTextDocument(({ uri }) => problems.delete(uri)),
  ];
  for (const document of workspace.textDocuments) check(document);
  return { dispose: () => disposeAll(parts) };
}

/**
 * The API version of a task that names none: that of the settings; else the newest, but at a server of one's own that of the task
 * that was tracked last.
 */
export function defaultVersion({
  account: { session },
  settings,
}: DefaultVersionSource): ApiVersion {
  const isElsewhere = session && !isOfficial(session.server);
  const last = isElsewhere ? session.store.tasks().at(-1)?.apiVersion : undefined;
  const [newest] = apiVersions as readonly [ApiVersion, ...ApiVersion[]];
  return settings.apiVersion ?? last ?? newest;
}

export function isPromptFile({ uri }: Pick<TextDocument, 'uri'>): boolean {
  return uri.path.endsWith(promptFileEnding);
}

function completionsAt(
  document: TextDocument,
  position: { readonly line: number; readonly character: number },
): CompletionItem[] {
  const before = document.lineAt(position.line).text.slice(0, position.character);
  const word = /[\w.-]*$/u.exec(before)?.[0] ?? '';
  const range = new Range(
    position.line,
    position.character - word.length,
    position.line,
    position.character,
  );
  return completionsIn(document.getText(), { line: position.line, before }).map(
    ({ label, detail, insert }, index) => {
      const item = new CompletionItem(label, CompletionItemKind.Property);
      item.detail = detail;
      item.insertText = insert;
      item.range = range;
      item.sortText = String(index).padStart(3, '0');
      return item;
    },
  );
}
