import { commands } from 'vscode';
import type { Disposable } from '../../core/base/event';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import type { TaskSource } from '../../core/tasks/taskStore';
import { isActive } from '../../core/tasks/trackedTask';

/** Keeps the context key by which the palette offers Pause Task and Resume Task only while a tracked task can be paused. */
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
