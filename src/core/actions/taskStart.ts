import type { Clock } from '../base/clock';
import type { ChangeCheck, ChangeRequest } from '../cloud/changeRequest';
import type { ApiVersion, TaskRef } from '../cloud/task';
import type {
  FollowUpMode,
  NewestPrompts,
  RunRequest,
  SentPrompt,
  StartedTask,
} from '../cloud/taskActions';
import type { TaskClient } from '../cloud/taskClient';

/** The client of the task's own server and API version. Sends nothing by itself. */
export type Connect = (signal: AbortSignal) => Promise<TaskClient>;

export interface TaskStartOptions {
  readonly connect: Connect;
  readonly request: RunRequest;
  /** True for a task that was known before, as by `knownBefore`, so that it is not taken for the one that is started. */
  readonly isKnown: (id: string) => boolean;
  readonly clock: Clock;
  /** Takes the request back while it waits for its turn. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The start of a task, for `requestChange`. Where its answer is lost, the task is looked for among the newest. One that is not
 * there may still come, and would cost money twice if it was started again: so that is unknown, never refused.
 */
export function taskStart(options: TaskStartOptions): ChangeRequest<StartedTask> {
  const { connect, request, isKnown, clock, signal } = options;
  let sentAtMs: number | undefined;
  return {
    clock,
    signal,
    send: async (signal) => {
      const client = await connect(signal);
      sentAtMs = clock.now();
      return client.startTask(request, signal);
    },
    check: async (signal): Promise<ChangeCheck<StartedTask>> => {
      if (sentAtMs === undefined) return { happened: false };
      const client = await connect(signal);
      const newest = await client.listNewestPrompts(request.sessionId, signal);
      let details = 0;
      for (const sent of sentSince(newest, { sentAtMs, clock })) {
        const { taskId, sessionId, model, prompt: listed } = sent;
        if (taskId === undefined || (taskId !== request.sessionId && isKnown(taskId))) continue;
        if (listed === undefined && ++details > mostDetails) continue;
        const prompt = listed ?? (await client.getDetails(taskId, signal)).prompt;
        if (isSamePrompt(prompt, request.prompt))
          return { happened: true, value: { id: taskId, sessionId, model } };
      }
      throw notSeen();
    },
  };
}

/**
 * Tells the tasks that are tracked now from those that come later: whoever follows the account tracks the task that is being
 * started before its answer was missed.
 */
export function knownBefore(
  tracked: readonly TaskRef[],
  apiVersion: ApiVersion,
): TaskStartOptions['isKnown'] {
  const known = new Set(
    tracked.filter((task) => task.apiVersion === apiVersion).map(({ id }) => id),
  );
  return (id) => known.has(id);
}

export interface FollowUpOptions extends Pick<TaskStartOptions, 'connect' | 'clock' | 'signal'> {
  readonly sessionId: string;
  readonly prompt: string;
  readonly mode: FollowUpMode;
}

/** The next prompt of a session whose task is still running, for `requestChange`. As with a start, what is not seen is unknown. */
export function followUp(options: FollowUpOptions): ChangeRequest<void> {
  const { connect, clock, signal, sessionId, prompt, mode } = options;
  let sentAtMs: number | undefined;
  return {
    clock,
    signal,
    send: async (signal) => {
      const client = await connect(signal);
      sentAtMs = clock.now();
      return client.queueFollowUp(sessionId, prompt, mode, signal);
    },
    check: async (signal) => {
      if (sentAtMs === undefined) return { happened: false };
      const newest = await (await connect(signal)).listNewestPrompts(sessionId, signal);
      const sent = sentSince(newest, { sentAtMs, clock });
      if (sent.some((candidate) => isSamePrompt(candidate.prompt, prompt)))
        return { happened: true, value: undefined };
      throw notSeen();
    },
  };
}

/** Tasks whose prompts take requests of their own. Hardly more were started by others in the same moment. */
const mostDetails = 5;

/** A header `Date` leaves out parts of a second, and moments are rounded elsewhere. */
const roundingMs = 2_000;
/** How far the clocks of two machines are taken to differ where the cloud doesn't tell its own time. */
const clockDifferenceMs = 5 * 60_000;

/** What was asked for since a request was sent, the oldest first. The cloud's clock may differ from ours: only times between count. */
function sentSince(
  { prompts, answeredAtMs }: NewestPrompts,
  { sentAtMs, clock }: { readonly sentAtMs: number; readonly clock: Clock },
): readonly SentPrompt[] {
  const sinceMs =
    answeredAtMs === undefined
      ? sentAtMs - clockDifferenceMs
      : answeredAtMs - (clock.now() - sentAtMs) - roundingMs;
  const createdAtMs = ({ createdAt }: SentPrompt): number => Date.parse(createdAt ?? '');
  return prompts
    .filter((sent) => createdAtMs(sent) >= sinceMs)
    .toSorted((a, b) => createdAtMs(a) - createdAtMs(b));
}

function isSamePrompt(one: string | undefined, other: string): boolean {
  return one !== undefined && normalized(one) === normalized(other);
}

function normalized(prompt: string): string {
  return prompt.replaceAll('\r\n', '\n').trim();
}

function notSeen(): Error {
  return new Error('What was sent is not among the newest, or not yet');
}
