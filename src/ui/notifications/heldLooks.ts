import type { Disposable } from '../../core/base/event';
import { heldWords } from '../../core/labels/heldWords';
import type { LateOptions } from '../commands/commandOptions';

/** Has the status bar say that looks are held, and why: a refused key is to be seen with the view out of sight too. */
export function showHeldLooks({
  poller,
  store,
  settings,
  statusBar,
}: Pick<LateOptions, 'poller' | 'store' | 'settings' | 'statusBar'>): Disposable {
  const refresh = (): void => {
    const { server } = settings;
    const { holds } = poller.state;
    statusBar.setHeld(
      heldWords(
        store.tasks(),
        typeof server === 'string'
          ? { holds, host: 'the server', baseUrlProblem: server }
          : { holds, host: server.host },
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
