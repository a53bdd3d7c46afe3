import type { Disposable } from '../../core/base/event';
import { pausedLabel } from '../../core/labels/pausedLabel';
import type { FeatureOptions } from '../commands/commandOptions';

/** Has the status bar say that looks are held, and why: a refused key is to be seen with the view out of sight too. */
export function showPollingPaused({
  poller,
  store,
  settings,
  statusBar,
}: Pick<FeatureOptions, 'poller' | 'store' | 'settings' | 'statusBar'>): Disposable {
  const refresh = (): void => {
    const { server } = settings;
    const { pauses } = poller.state;
    statusBar.setPaused(
      pausedLabel(
        store.tasks(),
        typeof server === 'string'
          ? { pauses, host: 'the server', baseUrlProblem: server }
          : { pauses, host: server.host },
      ),
    );
  };
  const subscriptions = [
    poller.onDidChangeState(refresh),
    settings.onDidChange(refresh),
    store.onDidChange(refresh),
  ];
  refresh();
  return {
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
