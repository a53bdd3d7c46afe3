import { type Disposable, disposeAll } from '../../core/base/event';
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

/** Has the status bar say that polling is paused, and why: a refused key is to be seen with the view out of sight too. */
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
  const subscriptions = [
    poller.onDidChangeState(refresh),
    settings.onDidChange(refresh),
    tasks.onDidChange(refresh),
  ];
  refresh();
  return {
    dispose() {
      disposeAll(subscriptions);
    },
  };
}
