import { window } from 'vscode';
import { type Disposable, disposeAll } from '../../core/base/event';
import type { Polling } from '../../core/polling/polling';
import type { CurrentAccount } from '../account/currentAccount';
import type { VisibleDetails } from '../lazyFeatures';
import type { TaskView } from '../tree/taskView';

export interface AttentionOptions {
  readonly poller: Polling;
  readonly view: TaskView;
  readonly details: VisibleDetails;
  readonly account: CurrentAccount;
}

/** Tells the poller how closely the user watches; reads the key again when they come back, as another window may have set it. */
export function followAttention({ poller, view, details, account }: AttentionOptions): Disposable {
  const refresh = (): void => {
    if (!window.state.focused) poller.setAttention('away');
    else poller.setAttention(view.isVisible || details.hasVisible ? 'watching' : 'hidden');
  };
  refresh();
  const subscriptions = [
    view.onDidChangeVisible(refresh),
    details.onDidChangeVisible(refresh),
    window.onDidChangeWindowState(({ focused }) => {
      refresh();
      if (focused) void account.session?.key.read();
    }),
  ];
  return {
    dispose() {
      disposeAll(subscriptions);
    },
  };
}
