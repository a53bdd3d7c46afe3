import {
  CancellationError,
  QuickPickItemKind,
  Uri,
  window,
  workspace,
  type QuickPickItem,
  type TextDocument,
} from 'vscode';
import type { TaskDetails, TaskRef } from '../../core/cloud/task';
import { getWholeDetails } from '../../core/cloud/taskClient';
import { continuedDraft, draftOfArguments, repeatedDraft } from '../../core/running/draftSources';
import { oneLine, plainLabel } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import { withProgress } from '../progress';
import { defaultVersion, promptFileFormat, readDocument } from '../running/promptFiles';
import type { RunStart } from '../running/runStart';
import type { TaskRuns } from '../running/taskRuns';
import type { Settings } from '../settings';
import { isTaskRef, chooseTask } from '../tree/taskTargets';
import type { TaskView } from '../tree/taskView';
import { UserError } from '../userError';
import type { Commands } from './command';

export interface RunCommandsOptions {
  readonly account: Pick<CurrentAccount, 'session' | 'whenReady'>;
  readonly settings: Settings;
  readonly view: Pick<TaskView, 'selection'>;
  readonly runs: TaskRuns;
}

/** The commands that start tasks. */
export function runCommands(options: RunCommandsOptions): Commands {
  return {
    runTask: { run: (args) => runTask(args, options), failed: 'Running the task failed' },
    runSelection: { run: () => runSelection(options), failed: 'Running the selection failed' },
    runAgain: { run: (args) => runAgain(args, options), failed: 'Running it again failed' },
    continueSession: {
      run: (args) => continueSession(args, options),
      failed: 'Continuing the session failed',
    },
  };
}

/**
 * Run Task…: a prompt file by its URI, or a prompt, or a prompt with options where the first argument is such; else the prompt file in
 * front; else what was written and not sent; else a new one. The page comes first, but where `confirm: false` stands beside
 * the prompt.
 * @returns the task that was started
 */
async function runTask(
  args: readonly unknown[],
  options: RunCommandsOptions,
): Promise<TaskRef | undefined> {
  const { runs } = options;
  const [first] = args;
  const title = 'Run Task';
  if (first instanceof Uri) return runFile(await workspace.openTextDocument(first), options);
  if (typeof first === 'string' || (typeof first === 'object' && first !== null)) {
    const given = draftOfArguments(first, defaultVersion(options));
    if ('problem' in given) throw new UserError(given.problem);
    return runs.run({ title, ...given });
  }
  const document = window.activeTextEditor?.document;
  if (document && promptFileFormat(document)) return runFile(document, options);
  const fresh = { title, draft: { prompt: '', apiVersion: defaultVersion(options) } };
  return runs.run((await pickUnsent(runs)) ?? fresh);
}

/**
 * What was written and not sent: the one there is, or one that the person picks. `undefined` for a new task.
 * @throws {CancellationError} where the person picks nothing
 */
async function pickUnsent(runs: TaskRuns): Promise<RunStart | undefined> {
  const { unsent } = runs;
  if (unsent.length <= 1) return unsent[0];
  const picked = await window.showQuickPick<QuickPickItem & { readonly start?: RunStart }>(
    [
      ...unsent.map((start) => ({
        start,
        label: plainLabel(shorten(oneLine(start.draft.prompt), 100)),
        description: `${start.title}, ${start.draft.apiVersion}`,
      })),
      { label: '', kind: QuickPickItemKind.Separator },
      { label: newTask },
      { label: newTaskAlone },
    ],
    {
      title: 'Run Task',
      placeHolder: 'These tasks were written and not sent',
      ignoreFocusOut: true,
    },
  );
  if (!picked) throw new CancellationError();
  if (picked.label === newTaskAlone) runs.discardUnsent();
  return picked.start;
}

const newTask = '$(add) New Task';
const newTaskAlone = '$(clear-all) New Task, and Discard These';

async function runFile(
  document: TextDocument,
  options: RunCommandsOptions,
): Promise<TaskRef | undefined> {
  const { draft, problems } = readDocument(document, defaultVersion(options));
  const [error] = problems.filter(({ severity }) => severity === 'error');
  if (error) {
    await window.showTextDocument(document);
    const line = error.place ? `Line ${error.place.line + 1}: ` : '';
    throw new UserError(`${line}${error.text} Nothing was sent.`);
  }
  if (draft.prompt === '') {
    const isJson = promptFileFormat(document) === 'json';
    const where = isJson ? 'as its `prompt`' : 'below the front matter';
    throw new UserError(`This file has no prompt yet. Write it ${where}.`);
  }
  const { uri } = document;
  return options.runs.run({ title: 'Run Task', draft, file: uri, isFromFolder: true });
}

/** Run Selection as Task…: what is selected in the editor in front is the prompt. */
async function runSelection(options: RunCommandsOptions): Promise<void> {
  const editor = window.activeTextEditor;
  const prompt = editor?.document.getText(editor.selection).trim() ?? '';
  if (prompt === '') throw new UserError('Nothing is selected. Select the prompt first.');
  const draft = { prompt, apiVersion: defaultVersion(options) };
  await options.runs.run({ title: 'Run Task', draft, isFromFolder: true });
}

/** Run Again…: what is known of a task, on the page to be sent or changed. */
async function runAgain(args: readonly unknown[], options: RunCommandsOptions): Promise<void> {
  const { session, ref } = await oneTask(args, options, 'Run which task again?');
  const { draft, notes } = repeatedDraft(await readTask(ref, session));
  await options.runs.run({ title: 'Run Again', draft, notes });
}

/** Continue Session…: another prompt for the session of a task. */
async function continueSession(
  args: readonly unknown[],
  options: RunCommandsOptions,
): Promise<void> {
  const question = 'Continue the session of which task?';
  const { session, ref } = await oneTask(args, options, question);
  const known = session.store.get(ref);
  const task = known?.sessionId === undefined ? await readTask(ref, session) : known;
  const continued = continuedDraft(task);
  if ('problem' in continued) throw new UserError(continued.problem);
  await options.runs.run({ title: 'Continue Session', ...continued });
}

/** A task that is tracked, or one that a caller names by its ref. */
async function oneTask(
  args: readonly unknown[],
  options: RunCommandsOptions,
  question: string,
): ReturnType<typeof chooseTask> {
  const [first, all] = args;
  if (isTaskRef(first) && !Array.isArray(all))
    return { session: await options.account.whenReady(), ref: first };
  return chooseTask(args, options, question);
}

/** What the cloud tells of a task, in as few requests as tell the prompt that it ran last. */
async function readTask(ref: TaskRef, session: AccountSession): Promise<TaskDetails> {
  return withProgress({ title: 'Reading the task' }, async (signal) => {
    const client = (await session.connect(signal)).client(ref.apiVersion);
    const task = await client.getTask(ref.id, signal);
    return task.prompt === undefined ? getWholeDetails(client, ref.id, signal) : task;
  });
}
