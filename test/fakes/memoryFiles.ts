import { refKey, type TaskRef } from '../../src/core/cloud/task';
import type { TaskFiles } from '../../src/core/tasks/taskPersistence';
import type { TrackedTask } from '../../src/core/tasks/trackedTask';

/** A folder in memory whose reads and writes last until a test lets them end. */
export class MemoryFiles implements TaskFiles {
  readonly kept = new Map<string, TrackedTask>();
  readonly log: string[] = [];
  readonly waiting: (() => void)[] = [];
  failure: Error | undefined;
  isSlow = false;
  peak = 0;
  #running = 0;

  async load(): Promise<readonly TrackedTask[]> {
    await this.#pass();
    return [...this.kept.values()];
  }

  async save(task: TrackedTask): Promise<void> {
    this.log.push(`save ${task.id} ${task.status}`);
    await this.#pass();
    this.kept.set(refKey(task), task);
  }

  async remove(ref: TaskRef): Promise<void> {
    this.log.push(`remove ${ref.id}`);
    await this.#pass();
    this.kept.delete(refKey(ref));
  }

  endAll(): void {
    for (const end of this.waiting.splice(0)) end();
  }

  async #pass(): Promise<void> {
    this.#running++;
    this.peak = Math.max(this.peak, this.#running);
    if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else await Promise.resolve();
    this.#running--;
    if (this.failure) throw this.failure;
  }
}
