import { Uri, workspace, type TextDocument, type TextDocumentContentProvider } from 'vscode';
import { safeFileName } from '../../core/text/fileName';
import { type Disposable, disposeAll } from '../../core/base/event';

/** Names documents that show a task and cannot be written to. */
export const taskDocumentScheme = 'browser-use-task';

/** Texts of tasks as read-only documents: each is held for as long as an editor shows it. */
export class TaskDocuments implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: readonly Disposable[];

  constructor() {
    this.#subscriptions = [
      workspace.registerTextDocumentContentProvider(taskDocumentScheme, this),
      workspace.onDidCloseTextDocument(({ uri }: TextDocument) =>
        this.#texts.delete(uri.toString()),
      ),
    ];
  }

  /**
   * @param title becomes the document's name; need not be trusted
   * @param ending of the name, by which VS Code chooses the language
   */
  add(title: string, text: string, ending = 'txt'): Uri {
    const name = safeFileName(`${title}.${ending}`);
    const uri = Uri.from({ scheme: taskDocumentScheme, path: `/${crypto.randomUUID()}/${name}` });
    this.#texts.set(uri.toString(), text);
    return uri;
  }

  provideTextDocumentContent(uri: Uri): string {
    return (
      this.#texts.get(uri.toString()) ??
      'This text was shown before the window was loaded anew. Open it again.\n'
    );
  }

  dispose(): void {
    disposeAll(this.#subscriptions);
    this.#texts.clear();
  }
}
