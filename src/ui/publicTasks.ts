import { EventEmitter } from 'vscode';
import type { Disposable } from '../core/event';
import { errorWords } from '../core/errorWords';
import { rejectedWords } from '../core/taskTracking';
import { isSameSnapshot, snapshotOf } from '../core/taskSnapshot';
import type { TaskStore } from '../core/taskStore';
import type { BrowserUseTasks, TaskSnapshotChange } from '../publicApi';
import type { Settings } from './settings';
import type { TaskTracker } from './taskTracker';

export interface PublicTasksOptions {
  readonly store: TaskStore;
  readonly tracker: TaskTracker;
  readonly settings: Settings;
}

/** What other extensions get; see `publicApi.ts` for what it promises. Who creates it disposes it. */
export function publicTasks({ store, tracker, settings }: PublicTasksOptions): {
  readonly api: BrowserUseTasks;
  readonly disposable: Disposable;
} {
  // VS Code's own: it keeps a failing listener of another extension from the others and from us.
  const didChangeTask = new EventEmitter<TaskSnapshotChange>();
  const subscription = store.onDidChange((changes) => {
    for (const { before, after } of changes) {
      const change = { before: before && snapshotOf(before), after: after && snapshotOf(after) };
      if (!isSameSnapshot(change.before, change.after)) didChangeTask.fire(Object.freeze(change));
    }
  });
  const api: BrowserUseTasks = {
    get tasks() {
      return Object.freeze(store.tasks().map(snapshotOf));
    },
    onDidChangeTask: didChangeTask.event,
    async track(input) {
      const result = await tracker.track(input);
      const { server } = settings;
      const host = typeof server === 'string' ? 'the server' : server.host;
      if (result.refs.length === 0)
        throw new Error(
          (result.sessionError && errorWords(result.sessionError.kind, { host }).text) ??
            rejectedWords(result.input) ??
            'The input names no task. It takes task IDs, API URLs and dashboard links.',
        );
      return Object.freeze(
        result.refs
          .map((ref) => store.get(ref))
          .filter((task) => task !== undefined)
          .map(snapshotOf),
      );
    },
  };
  return {
    api: Object.freeze(api),
    disposable: {
      dispose() {
        subscription.dispose();
        didChangeTask.dispose();
      },
    },
  };
}
