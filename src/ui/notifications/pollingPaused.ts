import { type Disposable, listenToAll } from '../../core/base/event';
import { pausedLabel } from '../../core/labels/pausedLabel';
import { serverLabels } from '../../core/labels/serverLabels';
import type { Polling } from '../../core/polling/polling';
import type { TaskStore } from '../../core/tasks/taskStore';
import type { Settings } from '../settings';
import type { StatusBar } from '../tree/statusBar';

export interface PollingPausedOptions {
  readonly poller: Polling;
  readonly store: TaskStore;
  readonly settings: Settings;
  readonly statusBar: Pick<StatusBar, 'setPaused'>;
}

/** Shows in the status bar that polling is paused, and why, as a refused key must be seen while the view is hidden too. */
export function showPollingPaused({
  poller,
  store,
  settings,
  statusBar,
}: PollingPausedOptions): Disposable {
  const refresh = (): void => {
    const { pauses } = poller.state;
    statusBar.setPaused(pausedLabel(store.tasks(), { pauses, ...serverLabels(settings.server) }));
  };
  refresh();
  return listenToAll([poller.onDidChangeState, settings.onDidChange, store.onDidChange], refresh);
}
