import { commands } from 'vscode';
import type { Clock } from '../../core/base/clock';
import { refKey, type Task, type TaskDetails, type TaskRef } from '../../core/cloud/task';
import type { Cloud } from '../../core/cloud/taskClient';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { TaskAction } from '../../webview/protocol';
import { compareTasks, type TaskDocuments } from '../saving/taskDocuments';
import { copySnippet } from '../saving/copySnippet';
import { exportTask, fileStemOf } from '../saving/exportTask';
import type { Log } from '../log';
import { chooseSaveTarget, type LocalFiles, writeWhole } from '../saving/saveTarget';
import { shareTask, unshareTask } from './shareTask';
import { targetsOf } from '../tree/taskTargets';
import { UserError } from '../userError';
import { notifySaved } from '../saving/saveDownload';
import { fileEndings, textFormOf, unfenced } from '../../core/text/textForm';

export interface TaskActionOptions {
  readonly ref: TaskRef;
  /** The best that is known of the task. */
  readonly task: TaskDetails | TrackedTask;
  /** To the task's own server, and to no other. */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** Of the task's own server. */
  readonly baseUrl: string;
  /** Whose tasks it can be compared with: the current account, where there is one. */
  readonly others: ComparedAccount | undefined;
  readonly documents: TaskDocuments;
  readonly clock: Clock;
  readonly log: Log;
  readonly localFiles: LocalFiles;
  /** Aborts when nobody wants any of it any more. */
  readonly signal: AbortSignal;
  readonly reread: () => Promise<void>;
}

/** The tasks of one account, and the way to its server. */
export interface ComparedAccount {
  readonly store: TaskSource;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
}

/** Does what a task's page asks for with the task as a whole. */
export async function doTaskAction(action: TaskAction, options: TaskActionOptions): Promise<void> {
  const { ref, task, baseUrl, localFiles } = options;
  switch (action) {
    case 'stop':
    case 'stopSession':
    case 'stopBrowser':
    case 'pause':
    case 'resume':
    case 'deleteSession': {
      const { apiVersion, id } = ref;
      await commands.executeCommand(steerCommands[action], { apiVersion, id });
      // What is left of a deleted task stays as it was known.
      return action === 'deleteSession' ? undefined : options.reread();
    }
    case 'saveOutput':
      return saveOutput(task, localFiles);
    case 'share':
      return shareTask(options);
    case 'unshare':
      return unshareTask(options);
    case 'runAgain':
    case 'continueSession':
      return runFrom(action, options);
    case 'compare':
      return compareWithAnother(options);
    case 'exportJson':
      return exportTask({ ...options, known: task, format: 'json' });
    case 'exportMarkdown':
      return exportTask({ ...options, known: task, format: 'markdown' });
    case 'copyCurl':
      return copySnippet('curl', { ref, baseUrl });
    case 'copyPython':
      return copySnippet('python', { ref, baseUrl });
    case 'copyTypeScript':
      return copySnippet('typescript', { ref, baseUrl });
  }
}

/** The commands ask, and say what became of it. They act on the current account: the page offers them only while that is the task's own. */
const steerCommands = {
  stop: 'browserUseTasks.stopTask',
  stopSession: 'browserUseTasks.stopTaskAndSession',
  stopBrowser: 'browserUseTasks.stopBrowser',
  pause: 'browserUseTasks.pauseTask',
  resume: 'browserUseTasks.resumeTask',
  deleteSession: 'browserUseTasks.deleteSession',
} as const;

/** What failed, as the beginning of a sentence. */
export function taskActionFailure(action: TaskAction): string {
  switch (action) {
    case 'stop':
    case 'stopSession':
    case 'stopBrowser':
      return 'Stopping failed';
    case 'pause':
      return 'Pausing failed';
    case 'resume':
      return 'Resuming failed';
    case 'deleteSession':
      return 'Deleting failed';
    case 'saveOutput':
      return 'The output cannot be saved';
    case 'share':
      return 'Sharing failed';
    case 'unshare':
      return 'The public link cannot be removed';
    case 'runAgain':
      return 'Running it again failed';
    case 'continueSession':
      return 'Continuing the session failed';
    case 'compare':
      return 'Comparing failed';
    case 'exportJson':
    case 'exportMarkdown':
      return 'Exporting failed';
    case 'copyCurl':
    case 'copyPython':
    case 'copyTypeScript':
      return 'Copying failed';
  }
}

/** Has the command of that name do it with the task, in the account that the task belongs to. */
async function runFrom(
  command: 'runAgain' | 'continueSession',
  { ref: { apiVersion, id }, connect, signal }: TaskActionOptions,
): Promise<void> {
  // Fails where the base URL names another server by now, whose account would pay.
  await connect(signal);
  await commands.executeCommand(`browserUseTasks.${command}`, { apiVersion, id });
}

async function compareWithAnother(options: TaskActionOptions): Promise<void> {
  const { ref, task, connect, others, documents, signal } = options;
  if (!others)
    throw new UserError('There is no other tracked task to compare with. Track one first.');
  const other = await pickOther(ref, others.store);
  await compareTasks({
    left: { ref, known: task, connect },
    right: { ref: other, known: others.store.get(other), connect: others.connect },
    documents,
    signal,
  });
}

/** @throws {CancellationError} where the person picks none, or {UserError} where there is none to pick */
export async function pickOther(ref: TaskRef, tasks: TaskSource): Promise<TaskRef> {
  const [other] = await targetsOf(
    [],
    { tasks, view: { selection: [] } },
    {
      question: 'Compare with which task?',
      canPickMany: false,
      isOffered: (task) => refKey(task) !== refKey(ref),
      noneOffered: 'There is no other tracked task to compare with. Track one first.',
    },
  );
  return other ?? ref;
}

/** Saves a task's output as it came, what stands in a code fence without it, where the person says. */
async function saveOutput(task: Task, localFiles: LocalFiles): Promise<void> {
  const output = unfenced(task.output ?? '');
  if (output === '') throw new UserError('This task has no output (yet).');
  const name = `${fileStemOf(task)}-output.${fileEndings[textFormOf(output)]}`;
  const target = await chooseSaveTarget({ name, localFiles });
  if (!target) return;
  await writeWhole(target, new TextEncoder().encode(output), localFiles);
  await notifySaved('Saved the output.', target);
}
