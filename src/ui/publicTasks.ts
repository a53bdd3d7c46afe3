import { EventEmitter } from 'vscode';
import type { Disposable } from '../core/base/event';
import { isSameSnapshot, snapshotOf } from '../core/tasks/taskSnapshot';
import type { TaskSource } from '../core/tasks/taskStore';
import { isApiVersion } from '../core/cloud/versionList';
import type { BrowserUseTasks, TaskSnapshotChange, TaskToStop } from '../publicApi';
import type { TaskRef } from '../core/cloud/task';

export interface PublicTasksOptions {
  readonly tasks: TaskSource;
  /** @throws {Error} where the input names nothing that can be tracked */
  readonly track: (input: string, signal: AbortSignal) => Promise<readonly TaskRef[]>;
  /** @throws {Error} where the command fails */
  readonly callCommand: (name: string, args: readonly unknown[]) => Promise<unknown>;
}

/** What other extensions get; see `publicApi.ts` for what it promises. Who creates it disposes it. */
export function publicTasks({ tasks, track, callCommand }: PublicTasksOptions): {
  readonly api: BrowserUseTasks;
  readonly disposable: Disposable;
} {
  // VS Code's own: it keeps a failing listener of another extension from the others and from us.
  const didChangeTask = new EventEmitter<TaskSnapshotChange>();
  const subscription = tasks.onDidChange((changes) => {
    for (const { before, after } of changes) {
      const change = { before: before && snapshotOf(before), after: after && snapshotOf(after) };
      if (!isSameSnapshot(change.before, change.after)) didChangeTask.fire(Object.freeze(change));
    }
  });
  const api: BrowserUseTasks = {
    get tasks() {
      return Object.freeze(tasks.tasks().map(snapshotOf));
    },
    onDidChangeTask: didChangeTask.event,
    async track(input, token) {
      // Whoever writes JavaScript may pass anything.
      const given: unknown = input;
      const text = typeof given === 'string' ? given : '';
      const abort = new AbortController();
      if (token?.isCancellationRequested === true) abort.abort();
      const cancellation = token?.onCancellationRequested(() => abort.abort());
      const refs = await track(text, abort.signal).finally(() => {
        cancellation?.dispose();
      });
      return Object.freeze(
        refs
          .map((ref) => tasks.get(ref))
          .filter((task) => task !== undefined)
          .map(snapshotOf),
      );
    },
    async run(task) {
      const ref = (await callCommand('runTask', [task])) as TaskRef | undefined;
      if (!ref) return undefined;
      const started = tasks.get(ref);
      // Whoever took it for one that has not started would run it again, and pay twice.
      if (!started)
        throw new Error(
          `The task ${ref.id} (${ref.apiVersion}) has started, but is not tracked: the base URL names another server by now.`,
        );
      return snapshotOf(started);
    },
    async stop(named) {
      const all = [named].flat();
      // Whoever writes JavaScript may pass anything.
      const isNamed = (each: TaskToStop | null | undefined): boolean =>
        isApiVersion(each?.apiVersion) && typeof each?.id === 'string' && each.id !== '';
      if (all.length === 0 || !all.every(isNamed))
        throw new Error('A task is named by its ID and its API version: { apiVersion, id }.');
      await callCommand('stopTask', [all]);
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
