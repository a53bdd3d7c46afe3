import { isCloudError } from '../../core/cloud/errors';
import type { TaskDetails, TaskRef } from '../../core/cloud/task';
import { getWholeDetails, type Cloud } from '../../core/cloud/taskClient';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import { UserError } from '../userError';

export interface ReadWholeTaskOptions {
  readonly ref: TaskRef;
  /** The best that is known of the task before. */
  readonly known: TaskDetails | TrackedTask | undefined;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
}

/** All that can be had of a task. */
export interface WholeTask {
  readonly task: TaskDetails | TrackedTask;
  /** True where it was just read from the cloud; then the presigned URLs in it are good. */
  readonly isFresh: boolean;
}

/**
 * Reads all of a task anew. Where that fails, details that are known serve, and of a task that the cloud no longer knows
 * whatever is known.
 * @throws {CloudError} where nothing serves
 */
export async function readWholeTask(
  { ref, known, connect }: ReadWholeTaskOptions,
  signal: AbortSignal,
): Promise<WholeTask> {
  try {
    const cloud = await connect(signal);
    const client = cloud.client(ref.apiVersion);
    return { task: await getWholeDetails(client, ref.id, signal), isFresh: true };
  } catch (error) {
    if (!known || !(isCloudError(error) || error instanceof UserError)) throw error;
    const isGone = isCloudError(error) && error.kind === 'taskNotFound';
    if (!('steps' in known) && !isGone) throw error;
    return { task: known, isFresh: false };
  }
}
