import type { TaskRef } from './task';
import type { TrackedTask } from './trackedTask';

/** Where the tracked tasks of one server are kept. */
export interface TaskFiles {
  /**
   * All that can be read, in the order in which they were tracked. What is torn or not ours is skipped and left alone.
   * Rejects only where nothing can be read at all.
   */
  load(): Promise<readonly TrackedTask[]>;
  /** Whole or not at all: a reader sees the state before or after. */
  save(task: TrackedTask): Promise<void>;
  /** Does nothing where the task is not kept. */
  remove(ref: TaskRef): Promise<void>;
}
