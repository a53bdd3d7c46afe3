import { formatCount } from '../labels/countLabel';
import { isCloudError, type CloudError } from '../cloud/errors';
import { isSameRef, type TaskRef } from '../cloud/task';
import { errorMessage, type ErrorMessage } from '../labels/errorMessage';
import type { TrackedTask } from '../tasks/trackedTask';
import type { TaskTrackingOptions } from './taskTracking';
import { VersionSearch } from './versionSearch';

/** What came of looking for tasks in other API versions. */
export interface VersionMove {
  /** The tasks that are tracked in place of others, or that their own version has found after all. */
  readonly found: readonly TaskRef[];
  /** How many no version knows. */
  readonly unknownCount: number;
  /** Why not all could be looked for. */
  readonly error?: CloudError | undefined;
}

/** True for a task that its API version does not find, or not so far: another one may. */
export function mayBeOfOtherVersion({ isMissing, trouble }: TrackedTask): boolean {
  return isMissing || trouble?.kind === 'taskNotFound' || trouble?.kind === 'notServed';
}

/**
 * Looks for tracked tasks in every API version, and tracks what it finds in their place: the tasks that have their IDs, or
 * those of the sessions. What no version knows stays as it is.
 * @throws the reason of the signal when it aborted; what was found by then stays
 */
export async function moveToVersionFound(
  refs: readonly TaskRef[],
  { store, connect, isOfficial, clock, signal, onProgress }: TaskTrackingOptions,
): Promise<VersionMove> {
  const search = new VersionSearch({ connect, isOfficial, last: undefined, clock });
  const found: TaskRef[] = [];
  let unknownCount = 0;
  for (const [done, ref] of refs.entries()) {
    onProgress?.(done, refs.length);
    try {
      const others = await search.find(ref.id, 'task', signal);
      signal.throwIfAborted();
      // Whoever untracks a task while it is looked for does not get it back.
      if (!store.get(ref)) continue;
      if (!others) {
        unknownCount++;
        continue;
      }
      found.push(...others);
      store.track(others, clock.now());
      if (!others.some((other) => isSameRef(other, ref))) store.untrack([ref]);
    } catch (error) {
      if (!isCloudError(error)) throw error;
      return { found, unknownCount, error };
    }
  }
  return { found, unknownCount };
}

/** What a person ought to know of it; `undefined` where everything was found: the view shows that. */
export function versionMoveMessage(
  { unknownCount, error }: VersionMove,
  host: string,
): ErrorMessage | undefined {
  if (error) return errorMessage(error.kind, { host });
  if (unknownCount === 0) return undefined;
  const what = unknownCount === 1 ? 'this ID' : `${formatCount(unknownCount)} of these IDs`;
  return {
    text: `No API version of ${host} knows ${what} for this API key.`,
    nextStep: 'setApiKey',
  };
}
