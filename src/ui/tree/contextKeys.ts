import { commands } from 'vscode';
import { type Disposable, listenToAll } from '../../core/base/event';
import type { TaskStore } from '../../core/tasks/taskStore';
import type { ApiKey } from '../account/apiKey';

/** Sets the two context keys that package.json uses: whether there is a key, and whether there are tasks. */
export function followContextKeys(apiKey: ApiKey, store: TaskStore): Disposable {
  const known = new Map<string, unknown>();
  const set = (name: string, value: unknown): void => {
    if (known.get(name) === value) return;
    known.set(name, value);
    void commands.executeCommand('setContext', `browserUseTasks.${name}`, value);
  };
  const refresh = (): void => {
    if (apiKey.state) set('keyState', apiKey.state);
    set('hasTasks', store.tasks().length > 0);
  };
  refresh();
  return listenToAll([apiKey.onDidChange, store.onDidChange], refresh);
}
