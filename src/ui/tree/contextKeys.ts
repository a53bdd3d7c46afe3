import { commands } from 'vscode';
import { type Disposable, disposeAll } from '../../core/base/event';
import type { CurrentAccount } from '../account/currentAccount';

/** Keeps the two context keys that package.json asks for: whether there is a key, and whether there are tasks. */
export function followContextKeys(account: CurrentAccount): Disposable {
  const { tasks } = account;
  const known = new Map<string, unknown>();
  const set = (name: string, value: unknown): void => {
    if (known.get(name) === value) return;
    known.set(name, value);
    void commands.executeCommand('setContext', `browserUseTasks.${name}`, value);
  };
  const refresh = (): void => {
    if (account.keyState) set('keyState', account.keyState);
    set('hasTasks', tasks.tasks().length > 0);
  };
  refresh();
  const subscriptions = [account.onDidChange(refresh), tasks.onDidChange(refresh)];
  return {
    dispose() {
      disposeAll(subscriptions);
    },
  };
}
