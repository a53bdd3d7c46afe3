import { type Disposable, listenToAll } from '../../core/base/event';
import { pausedLabel } from '../../core/labels/pausedLabel';
import type { Polling } from '../../core/polling/polling';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { Settings } from '../settings';
import type { StatusBar } from '../tree/statusBar';

export interface PollingPausedOptions {
  readonly poller: Polling;
  readonly tasks: TaskSource;
  readonly settings: Settings;
  readonly statusBar: Pick<StatusBar, 'setPaused'>;
}

/** Shows in the status bar that polling is paused, and why, as a refused key must be seen while the view is hidden too. */
export function showPollingPaused({
  poller,
  tasks,
  settings,
  statusBar,
}: PollingPausedOptions): Disposable {
  const refresh = (): void => {
    const { host, problem } = settings.baseUrl;
    const { pauses } = poller.state;
    statusBar.setPaused(pausedLabel(tasks.tasks(), { pauses, host, baseUrlProblem: problem }));
  };
  refresh();
  return listenToAll([poller.onDidChangeState, settings.onDidChange, tasks.onDidChange], refresh);
}
