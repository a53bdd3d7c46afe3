import {
  commands,
  CompletionItem,
  CompletionItemKind,
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Range,
  window,
  workspace,
  type TextDocument,
  type TextDocumentChangeEvent,
} from 'vscode';
import type { Clock } from '../../core/base/clock';
import { disposeAll, type Disposable } from '../../core/base/event';
import {
  completionsIn,
  promptFileEndings,
  type PromptFile,
  type PromptFileProblem,
} from '../../core/running/promptFile';
import { UserError } from '../userError';
import { findFile, GivenPaths, type PathOption } from './givenFiles';
import {
  defaultVersion,
  promptFileFormat,
  readDocument,
  type DefaultVersionSource,
} from './promptFiles';

/**
 * Checks prompt files that are open, and completes the front matter of those in Markdown: VS Code itself does that for JSON, by the
 * schema in package.json. Who calls it disposes what it returns.
 */
export function supportPromptFiles(
  options: DefaultVersionSource & { readonly clock: Clock },
): Disposable {
  const checks = new PromptFileChecks(options);
  const check = (document: TextDocument | undefined): void => {
    if (document) void checks.check(document);
  };
  const parts = [
    checks,
    languages.registerCompletionItemProvider(
      { pattern: `**/*${promptFileEndings.markdown}` },
      { provideCompletionItems: completionsAt },
      // In Markdown VS Code suggests nothing by itself: the space before a value asks for it.
      ' ',
    ),
    workspace.onDidOpenTextDocument(check),
    workspace.onDidChangeTextDocument((change) => {
      check(change.document);
      suggestWhereBegun(change);
    }),
    // The files that it names may have come meanwhile.
    window.onDidChangeActiveTextEditor((editor) => check(editor?.document)),
    workspace.onDidCloseTextDocument((document) => checks.forget(document)),
  ];
  for (const document of workspace.textDocuments) check(document);
  return { dispose: () => disposeAll(parts) };
}

/** Has VS Code suggest options where somebody begins to type one: it takes no letter for a character that asks for suggestions. */
function suggestWhereBegun({ document, contentChanges, reason }: TextDocumentChangeEvent): void {
  const [change, ...others] = contentChanges;
  if (!change || others.length > 0 || reason !== undefined) return;
  const { text, range } = change;
  const isLetterAtStart = /^[a-z]$/u.test(text) && range.isEmpty && range.start.character === 0;
  if (!isLetterAtStart || promptFileFormat(document) !== 'markdown') return;
  if (window.activeTextEditor?.document !== document) return;
  if (workspace.getConfiguration('editor', document).get('suggestOnTriggerCharacters') === false)
    return;
  const { line } = range.start;
  const options = completionsIn(document.getText(), { line, before: text });
  if (options.some(({ label }) => label.startsWith(text)))
    void commands.executeCommand('editor.action.triggerSuggest');
}

/** What is wrong with paths, by `keyOf`. */
type PathProblems = ReadonlyMap<string, string>;

/** How long nothing is typed before paths are looked up, in milliseconds. */
const quietMs = 300;
/** Schemes of files that can be looked up without a request to some server on the net. */
const nearSchemes: ReadonlySet<string> = new Set(['file', 'vscode-remote']);

class PromptFileChecks implements Disposable {
  readonly #options: DefaultVersionSource & { readonly clock: Clock };
  readonly #collection = languages.createDiagnosticCollection('Browser Use');
  /** Of each file that is open, the look-up that is under way, and what the last one found. */
  readonly #open = new Map<string, { lookUp: AbortController; found: PathProblems }>();

  constructor(options: DefaultVersionSource & { readonly clock: Clock }) {
    this.#options = options;
  }

  async check(document: TextDocument): Promise<void> {
    if (!promptFileFormat(document)) return;
    const key = document.uri.toString();
    const before = this.#open.get(key);
    before?.lookUp.abort();
    const lookUp = new AbortController();
    const checked = { lookUp, found: before?.found ?? new Map<string, string>() };
    this.#open.set(key, checked);
    const file = readDocument(document, defaultVersion(this.#options));
    this.#show(document, file, checked.found);
    await this.#options.clock.sleep(quietMs, lookUp.signal);
    if (lookUp.signal.aborted) return;
    const found = await pathProblems(file, new GivenPaths(document.uri));
    if (lookUp.signal.aborted) return;
    checked.found = found;
    this.#show(document, file, found);
  }

  forget({ uri }: TextDocument): void {
    this.#open.get(uri.toString())?.lookUp.abort();
    this.#open.delete(uri.toString());
    this.#collection.delete(uri);
  }

  dispose(): void {
    for (const { lookUp } of this.#open.values()) lookUp.abort();
    this.#collection.dispose();
  }

  #show(document: TextDocument, file: PromptFile, found: PathProblems): void {
    // Where the file is taken for JSON with comments, or for text, VS Code marks not all of them.
    const isJson = promptFileFormat(document) === 'json' && document.languageId === 'json';
    const { problems, places } = file;
    const ofPaths = pathsOf(file).flatMap((named): PromptFileProblem[] => {
      const text = found.get(keyOf(named));
      return text === undefined
        ? []
        : [{ place: places.get(named.option), text, severity: 'error' }];
    });
    // VS Code marks the errors in JSON by the schema.
    const own = problems.filter(({ severity }) => !isJson || severity === 'warning');
    this.#collection.set(document.uri, [...own, ...ofPaths].map(diagnosticOf));
  }
}

function diagnosticOf({ place, text, severity }: PromptFileProblem): Diagnostic {
  const { line, start, end } = place ?? { line: 0, start: 0, end: 0 };
  const level = severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  const diagnostic = new Diagnostic(new Range(line, start, line, end), text, level);
  diagnostic.source = 'Browser Use';
  return diagnostic;
}

interface NamedPath {
  readonly option: PathOption;
  readonly path: string;
}

function keyOf({ option, path }: NamedPath): string {
  return `${option} ${path}`;
}

function pathsOf({ draft: { outputSchema, files = [] } }: PromptFile): readonly NamedPath[] {
  return [
    ...(outputSchema === undefined
      ? []
      : [{ option: 'outputSchema', path: outputSchema } as const]),
    ...files.map((path) => ({ option: 'files', path }) as const),
  ];
}

/** Never rejects. */
async function pathProblems(file: PromptFile, paths: GivenPaths): Promise<PathProblems> {
  const found = new Map<string, string>();
  if (!paths.base || !nearSchemes.has(paths.base.scheme)) return found;
  const lookUp = async (named: NamedPath): Promise<void> => {
    try {
      await findFile(named.option, named.path, paths);
    } catch (error) {
      if (error instanceof UserError) found.set(keyOf(named), error.message);
    }
  };
  await Promise.all(pathsOf(file).map(lookUp));
  return found;
}

function completionsAt(
  document: TextDocument,
  position: { readonly line: number; readonly character: number },
): CompletionItem[] {
  const before = document.lineAt(position.line).text.slice(0, position.character);
  const completions = completionsIn(document.getText(), { line: position.line, before });
  if (completions.length === 0) return [];
  const word = /[\w.-]*$/u.exec(before)?.[0] ?? '';
  const range = new Range(
    position.line,
    position.character - word.length,
    position.line,
    position.character,
  );
  return completions.map(({ label, detail, insert }, index) => {
    const item = new CompletionItem(label, CompletionItemKind.Property);
    item.detail = detail;
    item.insertText = insert;
    item.range = range;
    item.sortText = String(index).padStart(3, '0');
    return item;
  });
}
