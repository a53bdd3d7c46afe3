import { apiVersions, isApiVersion } from '../../core/cloud/versionList';
import { CancellationError, window, type QuickPickItem } from 'vscode';
import { choiceDescription } from '../../core/labels/rowDescription';
import { refKey, type TaskRef } from '../../core/cloud/task';
import { parseTaskInput } from '../../core/input/taskInput';
import { inTaskOrder } from '../../core/labels/taskRows';
import type { TaskSource } from '../../core/tasks/taskStore';
import { taskTitle } from '../../core/labels/taskLabels';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import { UserError } from '../userError';
import type { TaskView } from './taskView';
import { plainLabel } from '../../core/text/plainText';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';

/** Where tasks are chosen from. */
export interface TargetSource {
  readonly tasks: TaskSource;
  readonly view: Pick<TaskView, 'selection'>;
}

export interface TargetOptions {
  /** Asked above the list of tasks where nothing else says which are meant. */
  readonly question: string;
  readonly canPickMany: boolean;
  /** Leaves out tasks that the command cannot act on, from the list only. */
  readonly isOffered?: ((task: TrackedTask) => boolean) | undefined;
  /** Why there is nothing to choose from where tasks are tracked and none is offered, as a sentence. */
  readonly noneOffered?: string | undefined;
}

/**
 * The tracked tasks that a command is to act on: those of its arguments (a row with the selection, a ref, a text with IDs, or
 * `selection` for what is selected in the view, as keys hand it over), else, where a row's action came without its row as
 * it does in the middle of a redraw, the selection, else those that the user picks.
 * @throws {CancellationError} where the user picks none, or {UserError} where the arguments name nothing that is tracked
 */
export async function targetsOf(
  args: readonly unknown[],
  options: TargetSource,
  target: TargetOptions,
): Promise<readonly TaskRef[]> {
  const { tasks, view } = options;
  const [first, all] = args;
  refuseUnnamed(first);
  if (Array.isArray(all) && all.length > 0) return tracked(all.filter(isTaskRef), options);
  if (isTaskRef(first)) return tracked([first], options);
  if (typeof first === 'string' && first !== selectionArgument)
    return tracked(refsIn(first), options);
  if (args.length > 0 && view.selection.length > 0) return tracked(view.selection, options);
  if (tasks.tasks().length === 0) throw new UserError('No task is tracked yet. Track one first.');
  const offered = tasks.tasks().filter(target.isOffered ?? (() => true));
  if (offered.length === 0)
    throw new UserError(target.noneOffered ?? 'No tracked task is one for this.');
  return pick(offered, view.selection, target);
}

/** What a key binding hands over for the selection of the view: of a key, nothing else tells where the focus is. */
const selectionArgument = 'selection';

/** True for a task's ref, also where it came as an argument from elsewhere. */
export function isTaskRef(value: unknown): value is TaskRef {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, id } = value as Partial<Record<string, unknown>>;
  return isApiVersion(apiVersion) && typeof id === 'string';
}

/** @throws {UserError} for an argument that is to name tasks and does not, as where a script has no ID: else others would be meant */
export function refuseUnnamed(argument: unknown): void {
  const isMeant = Array.isArray(argument)
    ? argument.length > 0 && argument.every(isTaskRef)
    : isTaskRef(argument) || !hasRefKey(argument);
  if (!isMeant)
    throw new UserError('A task is named by its ID and its API version: { apiVersion, id }.');
}

function hasRefKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('id' in value || 'apiVersion' in value);
}

/** An ID alone does not tell its version, so it may mean a task of any. */
function refsIn(text: string): TaskRef[] {
  return apiVersions.flatMap((apiVersion) => parseTaskInput(text, apiVersion).refs);
}

/** The tracked tasks that have this ID, of whichever version. */
export function trackedById(id: string, tasks: Pick<TaskSource, 'get'>): TrackedTask[] {
  return apiVersions.flatMap((apiVersion) => tasks.get({ apiVersion, id }) ?? []);
}

function tracked(refs: readonly TaskRef[], { tasks }: TargetSource): TaskRef[] {
  const found = new Map<string, TaskRef>();
  for (const ref of refs) if (tasks.get(ref)) found.set(refKey(ref), ref);
  if (found.size === 0) throw new UserError('No such task is tracked. Track it first.');
  return [...found.values()];
}

async function pick(
  tasks: readonly TrackedTask[],
  selection: readonly TaskRef[],
  { question, canPickMany }: TargetOptions,
): Promise<readonly TaskRef[]> {
  const isSelected = new Set(selection.map(refKey));
  const items = inTaskOrder(tasks).map((task): QuickPickItem & { readonly ref: TaskRef } => ({
    label: plainLabel(taskTitle(task, 100)),
    description: plainLabel(choiceDescription(task)),
    detail: plainLabel(task.id),
    picked: canPickMany && isSelected.has(refKey(task)),
    ref: task,
  }));
  const options = { placeHolder: question, matchOnDescription: true, matchOnDetail: true };
  const picked = canPickMany
    ? await window.showQuickPick(items, { ...options, canPickMany: true })
    : await window.showQuickPick(items, options);
  const chosen = picked === undefined ? [] : Array.isArray(picked) ? picked : [picked];
  if (chosen.length === 0) throw new CancellationError();
  return chosen.map(({ ref }) => ref);
}

export interface ChooseTasksOptions {
  readonly account: Pick<CurrentAccount, 'whenReady'>;
  readonly view: Pick<TaskView, 'selection'>;
}

/** As `targetsOf`, among the tasks of the current account, once they are there. */
export async function chooseTasks(
  args: readonly unknown[],
  { account, view }: ChooseTasksOptions,
  target: TargetOptions,
): Promise<{ readonly session: AccountSession; readonly refs: readonly TaskRef[] }> {
  const session = await account.whenReady();
  const refs = await targetsOf(args, { tasks: session.store, view }, target);
  return { session, refs };
}

/** As `chooseTasks`, for a command that acts on one task. @throws {UserError} also where several are named */
export async function chooseTask(
  args: readonly unknown[],
  options: ChooseTasksOptions,
  question: string,
): Promise<{ readonly session: AccountSession; readonly ref: TaskRef }> {
  const { session, refs } = await chooseTasks(args, options, { question, canPickMany: false });
  const [ref, ...others] = refs;
  if (!ref) throw new CancellationError();
  if (others.length > 0) throw new UserError('This works with one task at a time. Select one.');
  return { session, ref };
}
