import { Emitter, type Disposable, type Event } from '../base/event';
import type { TaskRef } from '../cloud/task';
import type { TaskChange } from './taskPatch';
import type { TaskSource } from './taskStore';
import type { TrackedTask } from './trackedTask';

/** The tasks of the account that is shown, for whoever only reads them; none while no account is shown. */
export class ShownTasks implements TaskSource, Disposable {
  readonly #didChange = new Emitter<readonly TaskChange[]>();
  #source: TaskSource | undefined;
  #subscription: Disposable | undefined;

  /** Fires with the changes of the account that is shown, and once when another account is shown. */
  readonly onDidChange: Event<readonly TaskChange[]> = this.#didChange.event;

  tasks(): readonly TrackedTask[] {
    return this.#source?.tasks() ?? [];
  }

  get(ref: TaskRef): TrackedTask | undefined {
    return this.#source?.get(ref);
  }

  /** Shows the tasks of another account: those of the one before are removed, also where the other has one of the same ID. */
  show(source: TaskSource | undefined): void {
    const removed = this.tasks().map((before): TaskChange => ({ before }));
    this.#subscription?.dispose();
    this.#source = source;
    this.#subscription = source?.onDidChange((changes) => this.#didChange.fire(changes));
    const changes = [...removed, ...this.tasks().map((after): TaskChange => ({ after }))];
    if (changes.length > 0) this.#didChange.fire(changes);
  }

  dispose(): void {
    this.#subscription?.dispose();
    this.#didChange.dispose();
  }
}
