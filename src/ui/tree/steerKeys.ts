import { commands } from 'vscode';
import type { Disposable } from '../../core/base/event';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import type { TaskSource } from '../../core/tasks/taskStore';
import { isActive } from '../../core/tasks/trackedTask';

/** Tells package.json whether a tracked task can be paused or resumed, so that the palette offers it only then. */
export function followSteerKeys(tasks: TaskSource): Disposable {
  let known = false;
  const refresh = (): void => {
    const canPause = tasks
      .tasks()
      .some((task) => capabilitiesOf(task.apiVersion).canPause && isActive(task));
    if (canPause === known) return;
    known = canPause;
    void commands.executeCommand('setContext', 'browserUseTasks.canPause', canPause);
  };
  refresh();
  return tasks.onDidChange(refresh);
}
