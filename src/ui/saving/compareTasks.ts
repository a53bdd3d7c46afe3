import { commands } from 'vscode';
import { refKey } from '../../core/cloud/task';
import { taskText } from '../../core/formats/taskText';
import { taskTitle } from '../../core/labels/taskLabels';
import { withProgress } from '../progress';
import { readWholeTask, type ReadWholeTaskOptions } from './readWholeTask';
import { UserError } from '../userError';
import type { TaskDocuments } from './taskDocuments';

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
