import { areEndsFinal, isTimeOut } from '../cloud/versionList';
import { hasEnded } from '../cloud/task';
import type { TaskUpdate } from '../cloud/taskClient';
import { shorten } from '../text/shorten';
import { stopPatienceMs, type TrackedTask } from './trackedTask';

/**
 * A task after a poll that showed `answer`.
 * @param isFull whether the answer held all of the task, not only its status
 * @returns `undefined` where it adds nothing to what is known; another result may still equal `before`
 */
export function answeredTask(
  before: TrackedTask,
  answer: TaskUpdate,
  now: number,
  isFull: boolean,
): TrackedTask | undefined {
  const { closesInMs, ...update } = ofTask(answer, before);
  if (closesInMs === undefined && !addsMore(update, before, isFull)) return undefined;
  // One word of v3 may stand for several of ours.
  const statusChanged = update.rawStatus !== before.rawStatus || update.status !== before.status;
  const closesAt = statusChanged ? undefined : before.browserOpenUntil;
  const isSameMoment =
    closesInMs === undefined || Math.abs(now + closesInMs - (closesAt ?? NaN)) < sameMomentMs;
  const observedEnd = isObservedEnd({ before, after: update });
  const { stoppingSince } = before;
  const isStopping = stoppingSince !== undefined;
  // Either way, as the wall clock may have been set back.
  const isOver =
    isStopping && (hasEnded(update.status) || Math.abs(now - stoppingSince) > stopPatienceMs);
  // Nobody needs to be told of an end that they brought about.
  const isNews = observedEnd && !(isStopping && update.status === 'stopped');
  return {
    ...before,
    ...(isOver && { stoppingSince: undefined }),
    ...kept(update),
    apiVersion: before.apiVersion,
    id: before.id,
    checkedAt: now,
    changedAt: statusChanged ? now : before.changedAt,
    endSeenAt: observedEnd ? now : before.endSeenAt,
    browserOpenUntil: isSameMoment ? closesAt : now + closesInMs,
    readAs: isFull ? update.status : before.readAs,
    trouble: undefined,
    isMissing: false,
    // A session of v3 that runs again has no end to be seen.
    isUnseen: hasEnded(update.status) && (before.isUnseen || isNews),
  };
}

/** True for an end that was observed: the task had been checked before, and was not over then. */
export function isObservedEnd({ before, after }: ObservedChange): boolean {
  return (
    before?.checkedAt !== undefined &&
    after !== undefined &&
    !hasEnded(before.status) &&
    hasEnded(after.status)
  );
}

/** Answers take a while and tell their time in whole seconds: moments that differ by less are the same. In milliseconds. */
const sameMomentMs = 5000;

interface ObservedChange {
  readonly before?: Pick<TrackedTask, 'checkedAt' | 'status'> | undefined;
  readonly after?: Pick<TrackedTask, 'status'> | undefined;
}

/** Longer prompts and outputs are cut in what is kept of a task, in UTF-16 units; its details hold all of them. */
export const keptTextLength = 20_000;

/**
 * True for an answer that is older than what is known, whatever it says: an ended task never becomes active again, nor does
 * it change from one end to another, where ends are final, and one that has started is never merely created again.
 */
export function isOlderAnswer(update: Pick<TaskUpdate, 'status'>, known: TrackedTask): boolean {
  if (hasEnded(known.status) && areEndsFinal(known.apiVersion))
    return update.status !== known.status;
  const hasStarted = known.status === 'running' || known.status === 'paused';
  return hasStarted && update.status === 'created';
}

/** What an answer says of a task: without a verdict, the end of its session leaves a task as it ended before. */
function ofTask(answer: TaskUpdate, { apiVersion, status }: TrackedTask): TaskUpdate {
  const isOfSession = isTimeOut(apiVersion, answer.rawStatus) && answer.isSuccess === undefined;
  return isOfSession && hasEnded(status) ? { ...answer, status } : answer;
}

/** What is kept of an answer as it stands. */
type KeptUpdate = Omit<TaskUpdate, 'closesInMs'>;

/** A cheap test: false for most polls of a running task. True does not promise that anything has changed. */
function addsMore(update: KeptUpdate, known: TrackedTask, isFull: boolean): boolean {
  if (known.trouble || known.isMissing || known.stoppingSince !== undefined) return true;
  if (isFull && known.readAs !== update.status) return true;
  for (const key in update) {
    const value = update[key as keyof KeptUpdate];
    if (value !== undefined && value !== known[key as keyof KeptUpdate]) return true;
  }
  return false;
}

function kept(update: KeptUpdate): Partial<KeptUpdate> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(update))
    if (value !== undefined)
      fields[key] = typeof value === 'string' ? shorten(value, keptTextLength) : value;
  return fields;
}
