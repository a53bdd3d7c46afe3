import { CancellationError } from 'vscode';
import type { TaskRef } from '../../core/cloud/task';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import { targetsOf, type TargetOptions } from '../tree/taskTargets';
import type { TaskView } from '../tree/taskView';
import { UserError } from '../userError';

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
