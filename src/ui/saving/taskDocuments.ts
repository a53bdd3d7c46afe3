import {
  commands,
  Uri,
  workspace,
  type TextDocument,
  type TextDocumentContentProvider,
} from 'vscode';
import { type Disposable, disposeAll } from '../../core/base/event';
import { refKey } from '../../core/cloud/task';
import { taskText } from '../../core/formats/taskText';
import { taskTitle } from '../../core/labels/taskLabels';
import { safeFileName } from '../../core/text/fileName';
import { withProgress } from '../progress';
import { UserError } from '../userError';
import { readWholeTask, type ReadWholeTaskOptions } from './readWholeTask';

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

export interface CompareTasksOptions {
  readonly left: ReadWholeTaskOptions;
  readonly right: ReadWholeTaskOptions;
  readonly documents: TaskDocuments;
  /** Aborts where nobody wants it any more. */
  readonly signal?: AbortSignal | undefined;
}

const titleLength = 40;

/** Reads two tasks and shows their texts side by side in a diff editor. */
export async function compareTasks(options: CompareTasksOptions): Promise<void> {
  const { left, right, documents } = options;
  if (refKey(left.ref) === refKey(right.ref))
    throw new UserError('A task compared with itself shows nothing. Choose two tasks.');
  const tasks = await withProgress(
    { title: 'Reading two tasks to compare…', signal: options.signal },
    (signal) => Promise.all([readWholeTask(left, signal), readWholeTask(right, signal)]),
  );
  const [before, after] = tasks.map(({ task }) => {
    const title = taskTitle(task, titleLength);
    return { title, uri: documents.add(title, taskText(task)) };
  });
  if (!before || !after) return;
  const title = `${before.title} ↔ ${after.title}`;
  await commands.executeCommand('vscode.diff', before.uri, after.uri, title, { preview: false });
}
