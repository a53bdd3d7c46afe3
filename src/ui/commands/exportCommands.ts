import { formatCount } from '../../core/labels/countLabel';
import { CancellationError, window, type QuickPickItem } from 'vscode';
import type { TaskRef } from '../../core/cloud/task';
import { snippetKinds, type SnippetKind } from '../../core/formats/taskSnippets';
import type { Log } from '../log';
import { chooseTask, chooseTasks, type ChooseTasksOptions, isTaskRef } from '../tree/taskTargets';
import type { Commands } from './command';
import { compareTasks, type TaskDocuments } from '../saving/taskDocuments';
import { copySnippet, snippetNames } from '../saving/copySnippet';
import { exportTask, type ExportFormat } from '../saving/exportTask';
import type { ReadWholeTaskOptions } from '../saving/readWholeTask';
import { UserError } from '../userError';
import type { LocalFiles } from '../saving/saveTarget';
import { pickOther } from '../details/taskActions';

export interface ExportCommandsOptions extends ChooseTasksOptions {
  readonly documents: TaskDocuments;
  readonly localFiles: LocalFiles;
  readonly log: Log;
}

/** The commands that put tasks into documents, files and the clipboard. */
export function exportCommands(options: ExportCommandsOptions): Commands {
  return {
    compareTasks: { run: (args) => compareTwoTasks(args, options), failed: 'Comparing failed' },
    exportTask: { run: (args) => exportOneTask(args, options), failed: 'Exporting failed' },
    copySnippet: { run: (args) => copyTaskSnippet(args, options), failed: 'Copying failed' },
  };
}

/** Compare Tasks: two that are selected or named, or one and another that the person picks. The first stands left. */
async function compareTwoTasks(
  args: readonly unknown[],
  options: ExportCommandsOptions,
): Promise<void> {
  const target = { question: 'Compare which task?', canPickMany: false };
  const { session, refs } = await chooseTasks(asPair(args), options, target);
  const { connect, store } = session;
  const [first, second] = refs;
  if (!first || refs.length > 2)
    throw new UserError(`Two tasks can be compared, not ${formatCount(refs.length)}. Select two.`);
  const read = (ref: TaskRef): ReadWholeTaskOptions => ({ ref, known: store.get(ref), connect });
  await compareTasks({
    left: read(first),
    right: read(second ?? (await pickOther(first, store))),
    documents: options.documents,
  });
}

/** Two refs or two IDs as arguments of their own are a selection of two. */
function asPair(args: readonly unknown[]): readonly unknown[] {
  const [first, second] = args;
  if (isTaskRef(first) && isTaskRef(second)) return [first, [first, second]];
  if (typeof first === 'string' && typeof second === 'string') return [`${first} ${second}`];
  return args;
}

/** Export Task: as JSON or as Markdown with its screenshots; the second argument may say which. */
async function exportOneTask(
  args: readonly unknown[],
  options: ExportCommandsOptions,
): Promise<void> {
  const { localFiles, log } = options;
  const { session, ref } = await chooseTask(args, options, 'Export which task?');
  const { connect, store } = session;
  const format = formats.find(({ format }) => format === args[1])?.format ?? (await pickFormat());
  await exportTask({ ref, known: store.get(ref), connect, format, localFiles, log });
}

/** Copy Code to Fetch Task: for curl, Python or TypeScript; the second argument may say which. */
async function copyTaskSnippet(
  args: readonly unknown[],
  options: ExportCommandsOptions,
): Promise<void> {
  const { session, ref } = await chooseTask(args, options, 'Copy code that fetches which task?');
  const kind = snippetKinds.find((kind) => kind === args[1]) ?? (await pickSnippetKind());
  await copySnippet(kind, { ref, baseUrl: session.server.baseUrl });
}

interface FormatItem extends QuickPickItem {
  readonly format: ExportFormat;
}

const formats: readonly FormatItem[] = [
  {
    format: 'markdown',
    label: 'Markdown with Screenshots',
    detail: 'To read and to pass on: a document, and a folder of pictures beside it',
  },
  { format: 'json', label: 'JSON', detail: 'For programs: one file, without pictures' },
];

async function pickFormat(): Promise<ExportFormat> {
  const picked = await window.showQuickPick(formats, { placeHolder: 'Export as what?' });
  if (!picked) throw new CancellationError();
  return picked.format;
}

async function pickSnippetKind(): Promise<SnippetKind> {
  const items = snippetKinds.map((kind) => ({ label: snippetNames[kind], snippet: kind }));
  const placeHolder =
    'Copy what? It takes the key from BROWSER_USE_API_KEY, and holds none itself.';
  const picked = await window.showQuickPick(items, { placeHolder });
  if (!picked) throw new CancellationError();
  return picked.snippet;
}
