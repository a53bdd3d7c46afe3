import { capabilitiesOf } from '../cloud/apiVersions';
import { hasEnded, type Task } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';

/** What changes how a task goes on: `stopSession` stops the session or browser that it ran in, too. */
export type SteerAction = 'stop' | 'stopSession' | 'pause' | 'resume';

/** A task, tracked or not. */
export interface SteeredTask extends Pick<Task, 'apiVersion' | 'status' | 'rawStatus'> {
  readonly isMissing?: boolean | undefined;
  readonly stoppingSince?: number | undefined;
}

/** What can be done with a task now. Nothing before it was first checked, and while it is being stopped. */
export function steerActionsOf(task: SteeredTask): readonly SteerAction[] {
  const isActive = !hasEnded(task.status) && task.isMissing !== true;
  if (!isActive || task.rawStatus === '' || task.stoppingSince !== undefined) return [];
  const { stops, canPause } = capabilitiesOf(task.apiVersion);
  const actions: SteerAction[] = [];
  if (stops.includes('task')) actions.push('stop');
  if (stops.includes('session')) actions.push('stopSession');
  if (canPause && task.status === 'running') actions.push('pause');
  if (canPause && task.status === 'paused') actions.push('resume');
  return actions;
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
