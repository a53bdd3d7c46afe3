import type { Disposable } from '../core/event';
import type { TaskRef } from '../core/task';

/** Stands for the details until they are there. */
export class NoDetails {
  readonly hasVisible = false;

  open(ref: TaskRef): Promise<void> {
    return Promise.reject(new Error(`There are no details of ${ref.id} yet.`));
  }

  onDidChangeVisible(): Disposable {
    return { dispose() {} };
  }
}
