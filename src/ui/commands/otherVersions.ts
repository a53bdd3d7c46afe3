import { countLabel } from '../../core/labels/countLabel';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { commands, window } from 'vscode';
import type { Disposable } from '../../core/base/event';
import type { TaskRef } from '../../core/cloud/task';
import { taskTitle } from '../../core/labels/taskLabels';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import { mayBeOfOtherVersion, versionMoveMessage } from '../../core/tracking/otherVersions';
import type { CurrentAccount } from '../account/currentAccount';
import { withCountedProgress } from '../progress';
import { notify } from '../reportError';
import type { Settings } from '../settings';
import type { TaskView } from '../tree/taskView';
import { chooseTasks } from '../tree/taskTargets';
import { offerOtherVersions, type TaskTracker } from './taskTracker';

export interface OtherVersionsOptions {
  readonly account: Pick<CurrentAccount, 'whenReady'>;
  readonly tracker: Pick<TaskTracker, 'moveToVersionFound'>;
  readonly view: Pick<TaskView, 'isVisible' | 'reveal' | 'selection'>;
}

/** Look in Other API Versions: of tasks that their own version does not find. */
export async function lookInOtherVersions(
  args: readonly unknown[],
  options: OtherVersionsOptions,
): Promise<void> {
  const { tracker, view } = options;
  const { session, refs } = await chooseTasks(args, options, {
    question: 'Which tasks to look for in other API versions?',
    canPickMany: true,
    isOffered: mayBeOfOtherVersion,
    noneOffered: 'Every tracked task was found by its API version, or not checked yet.',
  });
  const move = await withCountedProgress({ title: 'Finding tasks' }, (signal, onProgress) =>
    tracker.moveToVersionFound(refs, {
      session,
      signal,
      onProgress,
    }),
  );
  const [first] = move.found;
  if (first && view.isVisible) await view.reveal(first);
  const message = versionMoveMessage(move, session.server.host);
  if (message) notify({ severity: 'information', text: message.text }, message.nextStep);
}

/**
 * Offers to look elsewhere for tasks that the API version does not find which the person has set: once they are known to be
 * missing, in the window where the person is, and one message at a time.
 */
export function offerForMissing({
  tasks,
  settings,
}: {
  readonly tasks: TaskSource;
  readonly settings: Pick<Settings, 'apiVersion'>;
}): Disposable {
  let isOffered = false;
  const isWrong = (task: TrackedTask): boolean =>
    task.isMissing && task.checkedAt === undefined && task.apiVersion === settings.apiVersion;
  return tasks.onDidChange((changes) => {
    const missing = changes.flatMap(({ before, after }) =>
      before && !before.isMissing && after && isWrong(after) ? [after] : [],
    );
    const [first] = missing;
    if (!first || isOffered || !window.state.focused) return;
    isOffered = true;
    const named = missing.length === 1 ? `“${taskTitle(first, 60)}”` : countLabel(missing.length);
    const verb = missing.length === 1 ? 'is' : 'are';
    const { label } = capabilitiesOf(first.apiVersion);
    const text = `${named} ${verb} not found by ${label}, which the settings name.`;
    // Whatever went missing while the message was there is meant, too.
    const refs = (): TaskRef[] => tasks.tasks().filter(isWrong);
    void offerOtherVersions(text, async () => {
      await commands.executeCommand('browserUseTasks.lookInOtherVersions', first, refs());
    }).finally(() => {
      isOffered = false;
    });
  });
}
