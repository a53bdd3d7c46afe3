import type { CloudError } from './errors';

/** API versions of Browser Use Cloud that tasks are read through. `apiVersions.ts` says what each can do. */
export type ApiVersion = 'v1' | 'v2' | 'v3' | 'v4';

/**
 * A task's status, one set for every API version.
 * `unknown` stands for a raw status that no document knows; such a task counts as not ended.
 */
export type TaskStatus =
  'created' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed' | 'unknown';

/** Whether a finished task did its job. Absent where nobody has judged it. */
export type Outcome = 'success' | 'failure';

/** Names a task: an ID is unique only within one API version. */
export interface TaskRef {
  readonly apiVersion: ApiVersion;
  /** Opaque. UUIDs in practice, `task_…` in v1's documents; always encode it in a URL. */
  readonly id: string;
}

/** What the cloud says of a task, in our own terms. Absent fields are not known (yet), or not in this API version. */
export interface Task extends TaskRef {
  readonly status: TaskStatus;
  /** The status as the cloud wrote it. */
  readonly rawStatus: string;
  /** What the agent was asked to do. v3 tells it only with the steps. */
  readonly prompt?: string | undefined;
  /** A short name that the cloud made up or the user gave. v3 and v4: it comes late, and may change. */
  readonly title?: string | undefined;
  /** The agent's own claim to have succeeded. v2 and v3. */
  readonly isSuccess?: boolean | undefined;
  /** The judge's verdict, which outranks the agent's claim. v2 and v4. */
  readonly judgeVerdict?: boolean | undefined;
  /** The final result, as text; of a v4 run that failed, the text of its error. */
  readonly output?: string | undefined;
  /** US dollars as a decimal string, as the cloud sends it: of v4, what the model and web searches cost. Not in v1. */
  readonly cost?: string | undefined;
  /** The language model that drives the agent. Not in v1. */
  readonly model?: string | undefined;
  readonly sessionId?: string | undefined;
  /** ISO 8601 with zone, as are the two below. */
  readonly createdAt?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
}

/** One step of an agent. Texts may hold anything that a visited page put there. */
export interface TaskStep {
  readonly number: number;
  readonly goal: string;
  /** What the agent judged of the step before. */
  readonly evaluation: string;
  readonly memory: string;
  readonly url: string;
  /** Each a string of JSON, which may fail to parse. */
  readonly actions: readonly string[];
  /** Seconds since the end of the step before. */
  readonly durationSeconds?: number | undefined;
  /** Presigned: expires within minutes. */
  readonly screenshotUrl?: string | undefined;
}

export interface TaskFile {
  /** What to ask the cloud for: an ID in v2, the file's name in v1, its path in a workspace in v3 and v4. */
  readonly id: string;
  readonly name: string;
}

/** Where a task's browser can be seen. Each link is absent where there is none (any more). */
export interface TaskSession {
  readonly status?: string | undefined;
  readonly liveUrl?: string | undefined;
  readonly recordingUrls: readonly string[];
  readonly publicShareUrl?: string | undefined;
  /**
   * When the browser closes by itself that is still open though its task has ended, and costs money until then. ISO 8601
   * with zone. v4 and v3 only.
   */
  readonly idleUntil?: string | undefined;
}

/** Another task of a task's session. */
export type SessionTask = Pick<Task, 'id' | 'status' | 'prompt' | 'createdAt'>;

/** Parts that come by requests of their own, each with why it did not. At least one. */
export type UnreadParts = {
  readonly [part in 'steps' | 'files' | 'attachments' | 'screenshots']?: CloudError;
};

/** All that the cloud says of a task. */
export interface TaskDetails extends Task {
  readonly steps: readonly TaskStep[];
  readonly files: readonly TaskFile[];
  /** True where there are more files than these. v3 and v4 only. */
  readonly hasMoreFiles?: boolean | undefined;
  readonly session?: TaskSession | undefined;
  /**
   * How long after the answer its session closes by itself, which waits for another prompt with its browser; in milliseconds,
   * by the server's clock alone. Negative where that should have been before. v3 only.
   */
  readonly closesInMs?: number | undefined;
  /** The judge's report: a string of JSON, which may fail to parse. */
  readonly judgement?: string | undefined;
  readonly agentVersion?: string | undefined;
  /** What the user stored with the task: the JSON of an object, its numbers as they were written. */
  readonly metadata: string;
  /** Screenshots that belong to no step in particular (v1). */
  readonly screenshotUrls: readonly string[];
  /** Names of the files that the person gave to the task. Absent where there are none, or the cloud was not asked. v4 only. */
  readonly attachments?: readonly string[] | undefined;
  /** The prompt that it ran last, where it has run several as a session that goes on. Of those that were read so far. v3 only. */
  readonly lastPrompt?: string | undefined;
  /** What the cloud says went wrong. v4 only. */
  readonly error?: string | undefined;
  /** The other tasks of its session, the newest first. Absent where the cloud was not asked. v4 only. */
  readonly sessionTasks?: readonly SessionTask[] | undefined;
  /** True where the session has more tasks than these, which are its newest. */
  readonly hasMoreSessionTasks?: boolean | undefined;
  /** Why parts could not be read this time, or not whole: what was read of them before is there. Absent where all were read. */
  readonly unread?: UnreadParts | undefined;
  /** True where there are more steps than were read so far: the next reading goes on from there. */
  readonly isPartial?: boolean | undefined;
}

const isEnd: Readonly<Record<TaskStatus, boolean>> = {
  created: false,
  running: false,
  paused: false,
  finished: true,
  stopped: true,
  failed: true,
  unknown: false,
};

/** True for a status that never changes again: finished, stopped, failed. */
export function hasEnded(status: TaskStatus): boolean {
  return isEnd[status];
}

/** True for one of our own words of a status, whatever the value is. */
export function isTaskStatus(value: unknown): value is TaskStatus {
  return typeof value === 'string' && Object.hasOwn(isEnd, value);
}

/** The judge outranks the agent; neither having spoken is no failure. Only a finished task has an outcome. */
export function outcomeOf(
  task: Pick<Task, 'status' | 'isSuccess' | 'judgeVerdict'>,
): Outcome | undefined {
  if (task.status !== 'finished') return undefined;
  const verdict = task.judgeVerdict ?? task.isSuccess;
  if (verdict === undefined) return undefined;
  return verdict ? 'success' : 'failure';
}

/** What came out, and not the error that stands for it where nothing did. */
export function resultOf(task: Task & Partial<Pick<TaskDetails, 'error'>>): string | undefined {
  return task.error === task.output ? undefined : task.output;
}

/** The names of what could not be read. */
export function unreadPartsOf({ unread = {} }: Partial<TaskDetails> = {}): (keyof UnreadParts)[] {
  return Object.keys(unread) as (keyof UnreadParts)[];
}

/** A string that is equal for equal refs and differs for different ones. */
export function refKey(ref: TaskRef): string {
  return `${ref.apiVersion}/${ref.id}`;
}

export function isSameRef(a: TaskRef, b: TaskRef): boolean {
  return a.apiVersion === b.apiVersion && a.id === b.id;
}

/** Names a screenshot by where it stands: of a step, or of the task as a whole (v1). From 0. */
export interface PictureRef {
  readonly of: 'step' | 'task';
  readonly index: number;
}
