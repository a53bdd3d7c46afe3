import type { Clock } from '../base/clock';
import type { ChangeCheck, ChangeRequest } from '../cloud/changeRequest';
import { isCloudError } from '../cloud/errors';
import { hasEnded } from '../cloud/task';
import type { OpenSession, StopScope, TaskStanding } from '../cloud/taskActions';
import type { Connect } from './taskStart';

export interface TaskChangeOptions {
  readonly connect: Connect;
  readonly id: string;
  readonly clock: Clock;
  /** Takes the request back while it waits for its turn. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The stop of a task, for `requestChange`. It is done also where the task had ended before. The value says how the task stands,
 * as far as that is known: it may have finished first, or be about to stop.
 */
export function taskStop(
  options: TaskChangeOptions & { readonly scope: StopScope },
): ChangeRequest<TaskStanding | undefined> {
  const { connect, id, scope, clock, signal } = options;
  return {
    clock,
    signal,
    send: async (signal) => {
      const client = await connect(signal);
      try {
        return await client.stopTask(id, scope, signal);
      } catch (error) {
        // What has ended can't be stopped, and some versions say so.
        if (!maySayThatItIsOver(error)) throw error;
        const standing = await client.checkStop(id, scope, never).catch(() => undefined);
        if (standing === undefined) throw error;
        return standing;
      }
    },
    check: async (signal) => found(await (await connect(signal)).checkStop(id, scope, signal)),
  };
}

/** The pause of a task, for `requestChange`. The value is as that of `taskStop`. */
export function taskPause(options: TaskChangeOptions): ChangeRequest<TaskStanding | undefined> {
  return pauseOrResume(options, 'pauseTask');
}

/** The end of a pause, for `requestChange`. The value is as that of `taskStop`. */
export function taskResume(options: TaskChangeOptions): ChangeRequest<TaskStanding | undefined> {
  return pauseOrResume(options, 'resumeTask');
}

function pauseOrResume(
  { connect, id, clock, signal }: TaskChangeOptions,
  what: 'pauseTask' | 'resumeTask',
): ChangeRequest<TaskStanding | undefined> {
  return {
    clock,
    signal,
    send: async (signal) => {
      await (await connect(signal))[what](id, signal);
      return undefined;
    },
    check: async (signal) => {
      const { status, rawStatus } = await (await connect(signal)).getStatus(id, signal);
      const isThere = (status === 'paused') === (what === 'pauseTask');
      return found(isThere || hasEnded(status) ? { status, rawStatus } : undefined);
    },
  };
}

/**
 * The deletion of a session at the cloud, with its tasks, for `requestChange`. One that is not there was deleted before, or is
 * another account's: so it is refused, and unknown where an answer was lost.
 */
export function sessionDeletion(options: TaskChangeOptions): ChangeRequest<void> {
  const { connect, id, clock, signal } = options;
  return {
    clock,
    signal,
    send: async (signal) => (await connect(signal)).deleteSession(id, signal),
    check: async (signal) => {
      await (await connect(signal)).findSessionTasks(id, signal);
      return { happened: false };
    },
  };
}

/**
 * The stop of what is open and costs money, for `requestChange`. It is done also where it was closed or gone before.
 * @param options with what the same account has shown to be open: what it cannot see would pass for stopped
 */
export function openSessionStop(
  options: Omit<TaskChangeOptions, 'id'> & { readonly open: Pick<OpenSession, 'kind' | 'id'> },
): ChangeRequest<void> {
  const { connect, open, clock, signal } = options;
  return {
    clock,
    signal,
    send: async (signal) => unlessMissing((await connect(signal)).stopOpenSession(open, signal)),
    check: async (signal) =>
      (await (await connect(signal)).isOpen(open, signal))
        ? { happened: false }
        : { happened: true, value: undefined },
  };
}

function found(standing: TaskStanding | undefined): ChangeCheck<TaskStanding | undefined> {
  return standing ? { happened: true, value: standing } : { happened: false };
}

/** @see cloud-api-v3-v4.md §6: what a second stop answers is not promised */
function maySayThatItIsOver(error: unknown): boolean {
  return isCloudError(error) && ['refused', 'taskNotFound', 'invalidRequest'].includes(error.kind);
}

async function unlessMissing(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** True where the cloud says that what a change is about is not there, for this API key. */
export function isMissing(error: unknown): boolean {
  return (
    isCloudError(error) &&
    error.status === 404 &&
    (error.kind === 'refused' || error.kind === 'taskNotFound')
  );
}

const never = new AbortController().signal;
