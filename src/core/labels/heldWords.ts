import { errorWords } from './errorWords';
import type { PollHold } from '../polling/pollHolds';
import { isActive, type TrackedTask } from '../tasks/trackedTask';

export interface HeldOptions {
  readonly holds: readonly PollHold[];
  readonly host: string;
  /** What is wrong with the base URL, as a sentence, where something is. */
  readonly baseUrlProblem?: string | undefined;
}

/** That active tasks are not looked at for the moment. */
export interface HeldWords {
  /** "held", or "partly held" where some active tasks are looked at. */
  readonly text: string;
  /** Why, and what to do, in sentences. */
  readonly reason: string;
}

/** @returns `undefined` while every active task is looked at, or none is active */
export function heldWords(
  tasks: readonly TrackedTask[],
  options: HeldOptions,
): HeldWords | undefined {
  if (options.holds.length === 0 && options.baseUrlProblem === undefined) return undefined;
  const active = tasks.filter(isActive);
  const reasons = active.map((task) => heldReason(task, options));
  const known = new Set(reasons.filter((reason) => reason !== undefined));
  if (known.size === 0) return undefined;
  return {
    text: reasons.includes(undefined) ? 'partly held' : 'held',
    reason: [...known].join(' '),
  };
}

/** Why a task is not looked at for the moment, and what to do. `undefined` where it is, or where there is nothing to look for. */
export function heldReason(
  task: TrackedTask,
  { holds, host, baseUrlProblem }: HeldOptions,
): string | undefined {
  if (!isActive(task)) return undefined;
  if (baseUrlProblem !== undefined) return `${baseUrlProblem} Change it in the settings.`;
  const hold = holds.find(
    ({ apiVersion }) => apiVersion === undefined || apiVersion === task.apiVersion,
  );
  return hold && errorWords(hold.kind, { host, apiVersion: hold.apiVersion }).text;
}
