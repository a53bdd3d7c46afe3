import * as path from 'node:path';
import type { TaskRef } from '../../src/core/cloud/task';
import { newlyTracked, type TrackedTask } from '../../src/core/tasks/trackedTask';
import { openTaskFolder } from '../../src/platform/node';

/** Where VS Code lets the extension keep files, in the folder with the user's data (`User` in it). */
function globalStorageFolder(userDataFolder: string): string {
  return path.join(userDataFolder, 'User', 'globalStorage', 'browser-use-tasks.browser-use-tasks');
}

/**
 * Makes the extension track tasks from its first start on, as if they had been tracked before.
 *
 * @param userDataFolder The folder that holds VS Code's `User` folder; VS Code must not run yet.
 * @param origin The server of the tasks, such as `http://127.0.0.1:8420`.
 * @param refs In the order in which they were tracked.
 */
export async function seedTrackedTasks(
  userDataFolder: string,
  origin: string,
  refs: readonly TaskRef[],
): Promise<void> {
  const now = Date.now();
  const tasks = refs.map((ref, index) => newlyTracked(ref, now - refs.length + index));
  await seedTasks(userDataFolder, origin, tasks);
}

/** As `seedTrackedTasks`, with all that is known of them. Writes the extension's own files, by the extension's own code. */
export async function seedTasks(
  userDataFolder: string,
  origin: string,
  tasks: readonly TrackedTask[],
): Promise<void> {
  const files = openTaskFolder({
    root: path.join(globalStorageFolder(userDataFolder), 'tasks'),
    origin,
    onSkipped: () => undefined,
  });
  const queue = [...tasks];
  const save = async (): Promise<void> => {
    for (let task = queue.pop(); task; task = queue.pop()) await files.save(task);
  };
  await Promise.all(Array.from({ length: 16 }, save));
}
