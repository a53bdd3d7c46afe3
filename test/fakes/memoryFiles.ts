import { refKey, type TaskRef } from '../../src/core/cloud/task';
import type { ReadTasks, TaskFiles } from '../../src/core/tasks/taskPersistence';
import type { TrackedTask } from '../../src/core/tasks/trackedTask';

/** A folder in memory whose reads and writes last until a test lets them end. */
export class MemoryFiles implements TaskFiles {
  readonly kept = new Map<string, TrackedTask>();
  /** Keys of tasks whose files cannot be read, nor replaced or removed. */
  readonly unreadable = new Set<string>();
  /** What was read each time. */
  readonly reads: string[] = [];
  readonly log: string[] = [];
  readonly waiting: (() => void)[] = [];
  failure: Error | undefined;
  isSlow = false;
  peak = 0;
  #running = 0;

  load(onUnread?: Parameters<ReadTasks>[0]): Promise<readonly TrackedTask[]> {
    return this.#read(() => [...this.kept.keys()], onUnread);
  }

  async save(task: TrackedTask): Promise<void> {
    this.log.push(`save ${task.id} ${task.status}`);
    await this.#pass(refKey(task));
    this.kept.set(refKey(task), task);
  }

  async remove(ref: TaskRef): Promise<void> {
    this.log.push(`remove ${ref.id}`);
    await this.#pass(refKey(ref));
    this.kept.delete(refKey(ref));
  }

  endAll(): void {
    for (const end of this.waiting.splice(0)) end();
  }

  async #read(
    keys: () => readonly string[],
    onUnread?: Parameters<ReadTasks>[0],
  ): Promise<readonly TrackedTask[]> {
    await this.#pass();
    const all = keys();
    this.reads.push(all.join(' '));
    const unread = all.filter((key) => this.unreadable.has(key));
    if (unread.length > 0) onUnread?.((onStillUnread) => this.#read(() => unread, onStillUnread));
    return all.flatMap((key) => (this.unreadable.has(key) ? [] : (this.kept.get(key) ?? [])));
  }

  async #pass(key = ''): Promise<void> {
    this.#running++;
    this.peak = Math.max(this.peak, this.#running);
    if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else await Promise.resolve();
    this.#running--;
    if (this.failure) throw this.failure;
    if (this.unreadable.has(key)) throw new Error(`${key} cannot be read`);
  }
}
