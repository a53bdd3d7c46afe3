import type { Disposable } from '../core/event';

/** Stands for the details until they are there. */
export class NoDetails {
  readonly hasVisible = false;

  open(): Promise<void> {
    return Promise.resolve();
  }

  onDidChangeVisible(): Disposable {
    return { dispose() {} };
  }
}
