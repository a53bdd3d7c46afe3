import type { CancellationToken, Event } from 'vscode';

/**
 * What `activate()` of this extension returns, for other extensions to follow along:
 *
 * ```ts
 * const extension = vscode.extensions.getExtension<BrowserUseTasks>('browser-use-tasks.browser-use-tasks');
 * const tasks = await extension?.activate();
 * ```
 *
 * This file stands alone: copy it to have the types. Nothing here ever yields the API key.
 */
export interface BrowserUseTasks {
  /** The tracked tasks as they are now, in the order in which they were tracked. Frozen; later changes make new ones. */
  readonly tasks: readonly TaskSnapshot[];
  /** Fires when a task comes, goes, or changes in anything that a snapshot tells. */
  readonly onDidChangeTask: Event<TaskSnapshotChange>;
  /**
   * Tracks tasks, as the command Track Task does, but without a message.
   * @param input one or many task IDs, API URLs or dashboard links, in whatever holds them: a log, JSON, a table. At most 1,000 tasks
   *   are tracked and 200 sessions looked up at once; what is beyond is left out
   * @param token ends the look-up of sessions; what was tracked by then stays
   * @returns every task that the input names, also those that were tracked already; before the first poll of a new one its status is `unknown`
   *   A dashboard link that cannot be looked up is left out, as are pieces that name nothing, so long as something else is tracked.
   * @throws {Error} where nothing could be tracked at all; its message says why. An `AbortError` where the token was cancelled
   */
  track(input: string, token?: CancellationToken): Promise<readonly TaskSnapshot[]>;
  /**
   * Runs a task, as the command Run Task does: it is sent once, costs money, and is tracked. The person sees all of it first, and
   * may change it or leave it, unless `confirm` is false: only for callers who have asked the person themselves.
   * @returns the task; `undefined` where it was not started, or is a prompt that waits in a session for its turn
   * @throws {Error} where it names what cannot be sent, and where it has started but is not tracked, as the person has set another
   *   server meanwhile; its message says which. What the cloud refuses, the person is told
   */
  run(task: NewTask): Promise<TaskSnapshot | undefined>;
  /**
   * Stops tasks, as the command Stop Task does, tracked or not; what has ended stays as it is. The person is asked first, as work is
   * lost, unless every task has `confirm: false`: only for callers who have asked the person themselves.
   * Resolves when the cloud has confirmed it, or the person was told that it could not be.
   * @throws {Error} where the arguments name no task; its message says why
   */
  stop(tasks: TaskToStop | readonly TaskToStop[]): Promise<void>;
}

/** A prompt, and the options that a prompt file has too: `model`, `maxCostUsd`, … Each API version takes some of them. */
export interface NewTask {
  readonly prompt: string;
  /** Default: that of the settings, else the newest; at a server other than Browser Use Cloud, that of the task that was tracked last. */
  readonly apiVersion?: string | undefined;
  readonly confirm?: false | undefined;
  readonly [option: string]: unknown;
}

/** Names a task. */
export interface TaskToStop {
  readonly id: string;
  readonly apiVersion: string;
  readonly confirm?: false | undefined;
}

/** A task at one moment. */
export interface TaskSnapshot {
  /** Unique only together with `apiVersion`. */
  readonly id: string;
  /** The version of the cloud's API that the task is read through: `v1` to `v4` today. More versions may come. */
  readonly apiVersion: string;
  /** One set of statuses for every API version. `unknown`: not checked yet, or a raw status that is not known. Ended: finished, stopped, failed. */
  readonly status: 'created' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed' | 'unknown';
  /** The status as the cloud wrote it. Empty before the first poll. */
  readonly rawStatus: string;
  /** Whether a finished task did its job, as the judge says, else the agent. `undefined` where nobody does. */
  readonly outcome: 'success' | 'failure' | undefined;
  /** Cut to 20,000 characters, the last of which is then an ellipsis. */
  readonly prompt: string | undefined;
  /** The final result as text, cut as the prompt is. Untrusted: a visited page may have put anything into it. */
  readonly output: string | undefined;
  /** US dollars as a decimal string. `undefined` where the API version tells none. */
  readonly cost: string | undefined;
  /** ISO 8601 with zone, as are the two below. */
  readonly createdAt: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
}

/** `before` is absent for a task that is newly tracked, `after` for one that is no longer. */
export interface TaskSnapshotChange {
  readonly before: TaskSnapshot | undefined;
  readonly after: TaskSnapshot | undefined;
}
