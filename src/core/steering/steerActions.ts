import { capabilitiesOf } from '../cloud/apiVersions';
import { hasEnded, refKey, type Task, type TaskRef } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';

/** What changes how a task goes on: `stopSession` stops the session or browser that it ran in, too. */
export type SteerAction = 'stop' | 'stopSession' | 'pause' | 'resume';

/** A task, tracked or not. */
interface SteeredTask extends Pick<Task, 'apiVersion' | 'status' | 'rawStatus'> {
  readonly isMissing?: boolean | undefined;
  readonly stoppingSince?: number | undefined;
}

/** What can be done with a task now. Nothing before it was first checked, and while it is being stopped. */
export function steerActionsOf(task: SteeredTask): readonly SteerAction[] {
  const isActive = !hasEnded(task.status) && task.isMissing !== true;
  if (!isActive || task.rawStatus === '' || task.stoppingSince !== undefined) return [];
  const actions: SteerAction[] = ['stop', 'stopSession'];
  if (task.status === 'running') actions.push('pause');
  if (task.status === 'paused') actions.push('resume');
  return actions.filter((action) => canSteer(task.apiVersion, action));
}

/**
 * The tasks whose work may be lost where this is done with some: those themselves and, where a session is stopped, all others that
 * are tracked in it; but for what has ended or is being stopped already.
 */
export function losingTasks(
  action: SteerAction,
  refs: readonly TaskRef[],
  tracked: readonly TrackedTask[],
): readonly TaskRef[] {
  if (action !== 'stop' && action !== 'stopSession') return [];
  const known = new Map(tracked.map((task) => [refKey(task), task]));
  const concerned = new Map(refs.map((ref) => [refKey(ref), ref]));
  if (action === 'stopSession') {
    const sessions = new Set(refs.map((ref) => known.get(refKey(ref))?.sessionId));
    for (const [key, task] of known)
      if (task.sessionId !== undefined && sessions.has(task.sessionId)) concerned.set(key, task);
  }
  const isOver = (task: TrackedTask | undefined) =>
    task && (hasEnded(task.status) || task.stoppingSince !== undefined);
  return [...concerned.values()].filter(
    (ref) => canSteer(ref.apiVersion, action) && !isOver(known.get(refKey(ref))),
  );
}

/** Whether an API version can do it with some task. */
export function canSteer(apiVersion: TrackedTask['apiVersion'], action: SteerAction): boolean {
  const { stops, canPause } = capabilitiesOf(apiVersion);
  switch (action) {
    case 'stop':
      return stops.includes('task');
    case 'stopSession':
      return stops.includes('session');
    case 'pause':
    case 'resume':
      return canPause;
  }
}

/** The session that a task can be deleted with at the cloud; `undefined` where there is none, or it is not known yet. */
export function deletableSession({
  apiVersion,
  sessionId,
}: Pick<TrackedTask, 'apiVersion' | 'sessionId'>): string | undefined {
  return capabilitiesOf(apiVersion).canDeleteSessions ? sessionId : undefined;
}
