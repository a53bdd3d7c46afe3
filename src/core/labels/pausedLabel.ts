import { errorMessage } from './errorMessage';
import type { PollPause } from '../polling/pollPauses';
import { isActive, type TrackedTask } from '../tasks/trackedTask';

/** What messages say of the server. */
export interface ServerLabels {
  readonly host: string;
  /** What is wrong with the base URL, as a sentence, where something is. */
  readonly baseUrlProblem?: string | undefined;
}

export interface PausedOptions extends ServerLabels {
  readonly pauses: readonly PollPause[];
}

/** That active tasks are not polled for the moment. */
export interface PausedLabel {
  /** "polling paused", or "polling partly paused" where some active tasks are still checked. */
  readonly text: string;
  /** Why, and what to do, in sentences. */
  readonly reason: string;
}

/** @returns `undefined` while every active task is checked, or none is active */
export function pausedLabel(
  tasks: readonly TrackedTask[],
  options: PausedOptions,
): PausedLabel | undefined {
  const active = tasks.filter(isActive);
  const reasons = active.map((task) => pausedReason(task, options));
  const known = new Set(reasons.filter((reason) => reason !== undefined));
  if (known.size === 0) return undefined;
  return {
    text: reasons.includes(undefined) ? 'polling partly paused' : 'polling paused',
    reason: [...known].join(' '),
  };
}

/** Why a task is not polled for the moment, and what to do. `undefined` where it is polled, or needs no poll. */
export function pausedReason(
  task: TrackedTask,
  { pauses, host, baseUrlProblem }: PausedOptions,
): string | undefined {
  if (!isActive(task)) return undefined;
  if (baseUrlProblem !== undefined) return `${baseUrlProblem} Change it in the settings.`;
  const pause = pauses.find(
    ({ apiVersion }) => apiVersion === undefined || apiVersion === task.apiVersion,
  );
  return pause && errorMessage(pause.kind, { host, apiVersion: pause.apiVersion }).text;
}
