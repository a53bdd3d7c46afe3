import { capabilitiesOf } from '../cloud/apiVersions';
import { hasEnded } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';

/**
 * When all of a task that has ended is to be read once more, in milliseconds since 1970: the cloud goes on adding to what it
 * tells of it for a while. `undefined` where nothing more comes.
 */
export function settlesAt(task: TrackedTask): number | undefined {
  if (!hasEnded(task.status) || task.changedAt === undefined) return undefined;
  const { settlesWithinMs } = capabilitiesOf(task.apiVersion);
  if (settlesWithinMs === undefined) return undefined;
  const at = task.changedAt + settlesWithinMs;
  if (task.checkedAt !== undefined && task.checkedAt >= at) return undefined;
  const createdAt = Date.parse(task.createdAt ?? '');
  return task.changedAt - createdAt > longestLifeMs ? undefined : at;
}

/** A task is younger than this when its end is news, in milliseconds: no browser lives longer than 4 hours. */
const longestLifeMs = 5 * 60 * 60 * 1000;
