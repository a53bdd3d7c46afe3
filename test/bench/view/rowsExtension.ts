import { commands, window, type ExtensionContext } from 'vscode';
import type { Clock } from '../../../src/core/base/clock';
import { Emitter } from '../../../src/core/base/event';
import { readBaseUrl } from '../../../src/core/cloud/baseUrl';
import { TaskStore } from '../../../src/core/tasks/taskStore';
import type { Settings, SettingName } from '../../../src/ui/settings';
import { TaskTree } from '../../../src/ui/tree/taskTree';
import { endedTask } from './endedTask';
import { changedLabel, rowCount, rounds } from './rounds';

/** The rows of the real view, over a store of its own, with commands that change one or a hundred of ten thousand. */
export function activate({ subscriptions }: ExtensionContext): void {
  const store = new TaskStore();
  store.replaceAll(
    Array.from({ length: rowCount }, (_, index) => endedTask(index, Date.now() - index * 1000)),
  );
  const didChange = new Emitter<(name: SettingName) => boolean>();
  const settings = { animateRunning: true, baseUrl: readBaseUrl(''), onDidChange: didChange.event };
  // The tree waits a moment for further changes, which is no part of drawing one: here nothing is waited for.
  const clock: Clock = { now: () => Date.now(), sleep: () => new Promise(() => undefined) };
  const tree = new TaskTree({
    tasks: store,
    settings: settings as unknown as Settings,
    clock,
    poller: { state: { activeCount: 0, isPolling: false, pauses: [] } },
  });
  /** Gives the first rows another label, which tells when that was. */
  const change = (count: number): void => {
    const prompt = changedLabel(Date.now());
    for (const task of store.tasks().slice(0, count)) {
      const { status, rawStatus } = task;
      store.applyUpdate(task, { status, rawStatus, prompt }, Date.now(), true);
    }
  };
  const repeat =
    (draw: () => void, count = 1) =>
    async (): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        change(count);
        draw();
        await new Promise((resolve) => setTimeout(resolve, 3000));
      }
    };
  subscriptions.push(
    store,
    tree,
    window.createTreeView('benchRows.rows', { treeDataProvider: tree, canSelectMany: true }),
    commands.registerCommand(
      'benchRows.one',
      repeat(() => tree.drawNow()),
    ),
    commands.registerCommand(
      'benchRows.hundred',
      repeat(() => tree.drawNow(), 100),
    ),
    commands.registerCommand(
      'benchRows.all',
      repeat(() => didChange.fire(() => true)),
    ),
  );
}
