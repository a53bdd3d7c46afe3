import type { Task } from './task';

/** What an agent is given beside its prompt. Each API version takes some of these: `VersionCapabilities.runOptions`. */
export interface RunOptions {
  /** The language model, as the cloud names it. */
  readonly model?: string | undefined;
  /** Where the browser begins. An http or https URL. */
  readonly startUrl?: string | undefined;
  /** The agent ends after this many steps. An integer, at least 1. */
  readonly maxSteps?: number | undefined;
  /** The run ends when it has cost this much, in US dollars. Above 0. */
  readonly maxCostUsd?: number | undefined;
  /** A JSON schema that the output is to meet. */
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined;
  /** The agent visits no other hosts. */
  readonly allowedDomains?: readonly string[] | undefined;
  /** The browser profile, with its cookies, by ID. */
  readonly profileId?: string | undefined;
  /** The session to go on in, by ID. Absent: a new one. */
  readonly sessionId?: string | undefined;
  /** True where the session stays open after the task, and costs money until it is stopped. */
  readonly keepAlive?: boolean | undefined;
  /** What the user keeps with the task. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Values that the agent may type and the model never sees, by placeholder. Never logged or stored. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  /** True where a judge is to say afterwards whether the task did its job, at a price. */
  readonly judge?: boolean | undefined;
  /** Files for the agent, as `uploadFiles` returned them. */
  readonly files?: UploadedFiles | undefined;
}

export type RunOption = keyof RunOptions;

/** A task to be started. */
export interface RunRequest extends RunOptions {
  readonly prompt: string;
}

/** What the cloud answers to a request that starts a task. */
export interface StartedTask {
  readonly id: string;
  readonly sessionId?: string | undefined;
  /** The model that the cloud chose or took, where it says so. */
  readonly model?: string | undefined;
  /** The names of those files that the cloud did not find: the task has started without them. */
  readonly missingFiles?: readonly string[] | undefined;
}

/** A file that is to be uploaded. */
export interface LocalFile {
  /** A base name, 255 characters at most. */
  readonly name: string;
  /** A MIME type. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Files that lie at the cloud, in one workspace. */
export interface UploadedFiles {
  readonly workspaceId: string;
  readonly files: readonly { readonly name: string; readonly id?: string | undefined }[];
}

export interface UploadOptions {
  /** The session in which the task will run. Absent: a new one. */
  readonly sessionId?: string | undefined;
  /** What an earlier try has uploaded: the first of the same files. They are not uploaded again, and the others go to their workspace. */
  readonly earlier?: UploadedFiles | undefined;
  readonly signal: AbortSignal;
  /** Called with the bytes sent so far of all files, as they leave and after each file. Never with fewer than before. */
  readonly onProgress?: ((sent: number) => void) | undefined;
  /** Called with what lies at the cloud so far: at first, and after each file. */
  readonly onUploaded?: ((uploaded: UploadedFiles) => void) | undefined;
}

/**
 * What a stop ends:
 * - `task`: the task alone; its session and browser stay open where the API version keeps them
 * - `session`: the task, and the session or browser that it ran in
 */
export type StopScope = 'task' | 'session';

/** What may be open at the cloud, holds a slot and costs money: a session of v2 or v3, or a browser of v4. */
export interface OpenSession {
  readonly kind: 'session' | 'browser';
  readonly id: string;
  /** The session of tasks that it belongs to, where the cloud says so: of a session, its own ID. */
  readonly sessionId?: string | undefined;
  /** ISO 8601 with zone, as is the next. */
  readonly startedAt?: string | undefined;
  /** When it closes by itself. */
  readonly closesAt?: string | undefined;
  /** US dollars so far, as a decimal string: browser and proxy, not the model. */
  readonly cost?: string | undefined;
  /** A name or prompt, where the cloud tells one. */
  readonly title?: string | undefined;
  /** True while a task runs in it, where the cloud says so. */
  readonly isBusy?: boolean | undefined;
}

/** What is open, as far as it was read. */
export interface OpenSessionList {
  readonly open: readonly OpenSession[];
  /** True where there were too many pages to read them all, so that something older may be open, too. */
  readonly isPart?: boolean | undefined;
}

/** How a follow-up joins a session in which a task is still running: after it, or instead of it. */
export type FollowUpMode = 'wait' | 'interrupt';

/** How a task stands, in our word and in the cloud's. */
export type TaskStanding = Pick<Task, 'status' | 'rawStatus'>;

/** Something that an agent was asked to do: a task, or a prompt that waits in the queue of a session. */
export interface SentPrompt {
  /** Absent for one that is no task yet. */
  readonly taskId?: string | undefined;
  /** Absent where only the task's details tell it. */
  readonly prompt?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly model?: string | undefined;
  /** ISO 8601 with zone, by the cloud's clock. */
  readonly createdAt?: string | undefined;
}

/** What the cloud was asked for last. */
export interface NewestPrompts {
  /** In no order. */
  readonly prompts: readonly SentPrompt[];
  /** When the cloud answered, by its own clock, in milliseconds since 1970. Absent where the answer doesn't say so. */
  readonly answeredAtMs?: number | undefined;
}

/**
 * The requests of a `TaskClient` that change something, and those that tell whether a change has happened. `core/actions` sends
 * each change once, by `requestChange`; none retries. Where the API version cannot do it, as `VersionCapabilities` says, the
 * call rejects with kind `invalidRequest` and sends nothing.
 * @throws {CloudError} in every method, whose `details` say what the cloud says of it; an `AbortError` when the signal
 * aborted it before it left
 */
export interface TaskActions {
  /** Starts a task. Costs money. */
  startTask(request: RunRequest, signal: AbortSignal): Promise<StartedTask>;
  /**
   * Stops a task. Does nothing to one that has ended, but may close its session.
   * @returns how the task stands then, where the answer says so: it may still run, or have finished before it was stopped
   */
  stopTask(id: string, scope: StopScope, signal: AbortSignal): Promise<TaskStanding | undefined>;
  pauseTask(id: string, signal: AbortSignal): Promise<void>;
  resumeTask(id: string, signal: AbortSignal): Promise<void>;
  /** Gives a session that has a running task its next prompt: after that task, or in its stead. */
  queueFollowUp(
    sessionId: string,
    prompt: string,
    mode: FollowUpMode,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Uploads files for a task that is to be started. May be aborted, and done again: it costs nothing.
   * @param files of 1 byte to 52,428,800 bytes each
   */
  uploadFiles(files: readonly LocalFile[], options: UploadOptions): Promise<UploadedFiles>;
  /** Deletes a session at the cloud with its tasks, files and recordings, and stops it first. */
  deleteSession(sessionId: string, signal: AbortSignal): Promise<void>;
  /** Everything that is open, in as few requests as it takes, ten at most. Reads only. */
  listOpenSessions(signal: AbortSignal): Promise<OpenSessionList>;
  /** Closes what `listOpenSessions` showed; a task that runs in it ends. */
  stopOpenSession(open: Pick<OpenSession, 'kind' | 'id'>, signal: AbortSignal): Promise<void>;
  /**
   * Reads whether what a stop ends has ended.
   * @returns how the task stands, once it has; `undefined` while the task, or with scope `session` its session or browser, goes on
   */
  checkStop(id: string, scope: StopScope, signal: AbortSignal): Promise<TaskStanding | undefined>;
  /** Reads whether something is still open. False for what is not there any more. */
  isOpen(open: Pick<OpenSession, 'kind' | 'id'>, signal: AbortSignal): Promise<boolean>;
  /**
   * Reads what was asked for last: the newest 20 tasks, or the tasks and the queue of one session. What was just sent may be
   * missing for a moment.
   */
  listNewestPrompts(sessionId: string | undefined, signal: AbortSignal): Promise<NewestPrompts>;
}
