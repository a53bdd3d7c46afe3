import {
  CompletionItem,
  CompletionItemKind,
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Range,
  window,
  workspace,
  type TextDocument,
} from 'vscode';
import type { Clock } from '../../core/base/clock';
import { disposeAll, type Disposable } from '../../core/base/event';
import { isOfficial } from '../../core/cloud/regions';
import type { ApiVersion } from '../../core/cloud/task';
import { apiVersions } from '../../core/cloud/versionList';
import {
  completionsIn,
  promptFileEndings,
  readPromptFile,
  type PromptFile,
  type PromptFileFormat,
  type PromptFileProblem,
} from '../../core/running/promptFile';
import type { CurrentAccount } from '../account/currentAccount';
import type { Settings } from '../settings';
import { UserError } from '../userError';
import { findFile, GivenPaths, type PathOption } from './givenFiles';

export interface DefaultVersionSource {
  readonly account: Pick<CurrentAccount, 'session'>;
  readonly settings: Pick<Settings, 'apiVersion'>;
}

/**
 * Checks prompt files that are open, and completes the front matter of those in Markdown: VS Code itself does that for JSON, by the
 * schema in package.json. Who calls it disposes what it returns.
 */
export function supportPromptFiles(
  options: DefaultVersionSource & { readonly clock: Clock },
): Disposable {
  const checks = new PromptFileChecks(options);
  const check = (document: TextDocument | undefined): void => {
    if (document) checks.check(document);
  };
  const parts = [
    checks,
    languages.registerCompletionItemProvider(
      { pattern: `**/*${promptFileEndings.markdown}` },
      { provideCompletionItems: completionsAt },
    ),
    workspace.onDidOpenTextDocument(check),
    workspace.onDidChangeTextDocument(({ document }) => check(document)),
    // The files that it names may have come meanwhile.
    window.onDidChangeActiveTextEditor((editor) => check(editor?.document)),
    workspace.onDidCloseTextDocument((document) => checks.forget(document)),
  ];
  for (const document of workspace.textDocuments) check(document);
  return { dispose: () => disposeAll(parts) };
}

/** What is wrong with a path: found on the disk, so only after a while. */
interface PathProblem {
  readonly option: PathOption;
  readonly path: string;
  readonly text: string;
}

/** How long nothing is typed before paths are looked up, in milliseconds. */
const quietMs = 300;
/** Schemes of files that can be looked up without a request to some server on the net. */
const nearSchemes: ReadonlySet<string> = new Set(['file', 'vscode-remote']);

class PromptFileChecks implements Disposable {
  readonly #options: DefaultVersionSource & { readonly clock: Clock };
  readonly #collection = languages.createDiagnosticCollection('Browser Use');
  readonly #lookUps = new Map<string, AbortController>();
  readonly #pathProblems = new Map<string, readonly PathProblem[]>();

  constructor(options: DefaultVersionSource & { readonly clock: Clock }) {
    this.#options = options;
  }

  check(document: TextDocument): void {
    const format = promptFileFormat(document);
    if (!format) return;
    const file = readDocument(document, defaultVersion(this.#options));
    this.#show(document, file);
    void this.#lookUp(document, file);
  }

  forget({ uri }: TextDocument): void {
    const key = uri.toString();
    this.#lookUps.get(key)?.abort();
    this.#lookUps.delete(key);
    this.#pathProblems.delete(key);
    this.#collection.delete(uri);
  }

  dispose(): void {
    for (const lookUp of this.#lookUps.values()) lookUp.abort();
    this.#collection.dispose();
  }

  async #lookUp(document: TextDocument, file: PromptFile): Promise<void> {
    const key = document.uri.toString();
    this.#lookUps.get(key)?.abort();
    const controller = new AbortController();
    this.#lookUps.set(key, controller);
    const { signal } = controller;
    const paths = new GivenPaths(document.uri);
    if (!paths.base || !nearSchemes.has(paths.base.scheme)) return;
    await this.#options.clock.sleep(quietMs, signal);
    const found: PathProblem[] = [];
    for (const [option, path] of pathsOf(file)) {
      if (signal.aborted) return;
      const text = await pathProblem(option, path, paths);
      if (text !== undefined) found.push({ option, path, text });
    }
    if (signal.aborted) return;
    this.#pathProblems.set(key, found);
    this.#show(document, file);
  }

  #show(document: TextDocument, file: PromptFile): void {
    const { problems, places } = file;
    const format = promptFileFormat(document);
    const isThere = ({ option, path }: PathProblem): boolean =>
      pathsOf(file).some(([each, other]) => each === option && other === path);
    const ofPaths = (this.#pathProblems.get(document.uri.toString()) ?? [])
      .filter(isThere)
      .map(({ option, text }): PromptFileProblem => ({
        place: places.get(option),
        text,
        severity: 'error',
      }));
    // VS Code marks the errors in JSON by the schema.
    const own = problems.filter(({ severity }) => format !== 'json' || severity === 'warning');
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

function pathsOf({ draft }: PromptFile): readonly (readonly [PathOption, string])[] {
  const { outputSchema, files = [] } = draft;
  return [
    ...(outputSchema === undefined ? [] : [['outputSchema', outputSchema] as const]),
    ...files.map((path) => ['files', path] as const),
  ];
}

async function pathProblem(
  option: PathOption,
  path: string,
  paths: GivenPaths,
): Promise<string | undefined> {
  try {
    await findFile(option, path, paths);
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.message : undefined;
  }
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

/** How a document is written that is a prompt file; `undefined` for any other. */
export function promptFileFormat({ uri }: Pick<TextDocument, 'uri'>): PromptFileFormat | undefined {
  const formats = Object.keys(promptFileEndings) as PromptFileFormat[];
  return formats.find((format) => uri.path.endsWith(promptFileEndings[format]));
}

/** @param fallback the API version where the file names none */
export function readDocument(document: TextDocument, fallback: ApiVersion): PromptFile {
  return readPromptFile(document.getText(), fallback, promptFileFormat(document));
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
