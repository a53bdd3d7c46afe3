import { taskPause, taskResume, taskStop, type TaskChangeOptions } from '../actions/taskChanges';
import type { Clock } from '../base/clock';
import type { ChangeRequest } from '../cloud/changeRequest';
import type { CloudError } from '../cloud/errors';
import { hasEnded, refKey, type Task, type TaskRef, type TaskStatus } from '../cloud/task';
import type { TaskStanding } from '../cloud/taskActions';
import type { Cloud } from '../cloud/taskClient';
import { hasIdleSession } from '../tasks/openBrowser';
import type { TaskStore } from '../tasks/taskStore';
import { canSteer, type SteerAction } from './steerActions';
import { sendChange, someAtOnce, type SentOutcome } from './sendChanges';

/** What became of one task that was to be steered. */
export type SteerResult = { readonly ref: TaskRef } & (
  | { readonly kind: 'done' }
  /** It had ended before the cloud was asked, or by itself before the request arrived; its session is stopped where that was asked for. */
  | { readonly kind: 'hadEnded'; readonly status: TaskStatus }
  /** It is being stopped already, by this window or another one: nothing was sent. */
  | { readonly kind: 'underWay' }
  /** Its API version cannot do that: nothing was sent. */
  | { readonly kind: 'impossible' }
  /** Taken back before it was sent. With a status where the task had ended all the same, and it is its session that is left as it is. */
  | { readonly kind: 'cancelled'; readonly status?: TaskStatus | undefined }
  /** With a status where the task had ended all the same; then it is its session of which this is said. */
  | {
      readonly kind: 'refused' | 'unknown';
      readonly error: CloudError;
      readonly status?: TaskStatus | undefined;
    }
);

/** The account whose tasks are steered. */
interface SteeredAccount {
  readonly store: Pick<TaskStore, 'tasks' | 'get' | 'put' | 'setStopping'>;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
}

export interface SteerOptions {
  readonly account: SteeredAccount;
  /** Takes back what was not sent yet. */
  readonly signal: AbortSignal;
  /** Called with how many tasks of all are through, at the beginning with 0. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

interface TaskSteeringOptions {
  readonly clock: Clock;
  /** Polls tracked tasks now; resolves when they were, or polling is paused. Never rejects. */
  readonly poll: (refs: readonly TaskRef[]) => Promise<void>;
  /** Called after requests that stop tasks or sessions, whatever became of them: what is open may be less. */
  readonly onStopped?: (() => void) | undefined;
}

/** Stops, pauses and resumes tasks. Nothing is sent twice: a task that is being steered is left alone. */
export class TaskSteering {
  readonly #options: TaskSteeringOptions;
  readonly #underWay = new Set<string>();

  constructor(options: TaskSteeringOptions) {
    this.#options = options;
  }

  /**
   * Steers tasks, four at a time, and polls them afterwards. A tracked task that is to stop is marked in the store until
   * a poll shows its end. Rejects only with what is no failure of the cloud's.
   * @returns a result for each, in their order
   */
  async run(
    action: SteerAction,
    refs: readonly TaskRef[],
    options: SteerOptions,
  ): Promise<readonly SteerResult[]> {
    const results = new Map<string, SteerResult>();
    const { store } = options.account;
    const mine = refs.filter((ref) => {
      const reason = this.#reasonToLeave(action, ref, options.account);
      if (reason) results.set(refKey(ref), reason);
      else this.#begin(action, ref, options.account);
      return !reason;
    });
    const active = new Set(mine.filter((ref) => isActiveIn(store, ref)));
    // An idle session shows by its status alone whether it is still open.
    const changing = new Set(mine.filter((ref) => active.has(ref) || hasIdleSessionIn(store, ref)));
    try {
      await this.#steerAll(action, mine, { ...options, results });
      const sent = mine.filter((ref) => results.get(refKey(ref))?.kind !== 'cancelled');
      if (stops(action) && sent.length > 0) this.#options.onStopped?.();
      const polled = sent.filter((ref) => changing.has(ref));
      if (polled.length > 0) await this.#options.poll(polled);
      for (const ref of active) {
        const result = results.get(refKey(ref));
        if (!result) continue;
        results.set(refKey(ref), afterwards(action, result, store.get(ref)?.status));
      }
    } finally {
      for (const ref of mine) this.#underWay.delete(refKey(ref));
    }
    return refs.flatMap((ref) => results.get(refKey(ref)) ?? []);
  }

  #reasonToLeave(
    action: SteerAction,
    ref: TaskRef,
    { store }: SteeredAccount,
  ): SteerResult | undefined {
    const task = store.get(ref);
    if (this.#underWay.has(refKey(ref)) || task?.stoppingSince !== undefined)
      return { ref, kind: 'underWay' };
    if (!canSteer(ref.apiVersion, action)) return { ref, kind: 'impossible' };
    // Of a task that has ended, its session may still be open.
    if (task && hasEnded(task.status) && action !== 'stopSession')
      return { ref, kind: 'hadEnded', status: task.status };
    return undefined;
  }

  #begin(action: SteerAction, ref: TaskRef, { store }: SteeredAccount): void {
    this.#underWay.add(refKey(ref));
    if (stops(action) && isActiveIn(store, ref)) store.setStopping(ref, this.#options.clock.now());
  }

  async #steerAll(
    action: SteerAction,
    refs: readonly TaskRef[],
    options: SteerOptions & { readonly results: Map<string, SteerResult> },
  ): Promise<void> {
    const { onProgress, results } = options;
    let done = 0;
    onProgress?.(0, refs.length);
    await someAtOnce(refs, async (ref) => {
      results.set(refKey(ref), await this.#steerOne(action, ref, options));
      onProgress?.(++done, refs.length);
    });
  }

  async #steerOne(
    action: SteerAction,
    ref: TaskRef,
    { account: { connect, store }, signal }: SteerOptions,
  ): Promise<SteerResult> {
    const { clock } = this.#options;
    const task = store.get(ref);
    // Of a task that is not tracked nobody knows.
    const wasActive = task === undefined || !hasEnded(task.status);
    let outcome: SentOutcome<TaskStanding | undefined> | undefined;
    try {
      outcome = await sendChange(
        changeFor(action, {
          connect: async (signal) => (await connect(signal)).client(ref.apiVersion),
          id: ref.id,
          clock,
          signal,
        }),
      );
    } finally {
      // What was stopped is marked until its end shows; of anything else nobody waits for one.
      if (outcome?.kind !== 'done') store.setStopping(ref, undefined);
    }
    if (outcome.kind !== 'done') return { ref, ...outcome };
    if (action === 'stopSession' && task) noteClosedBrowser(task, store);
    const done: SteerResult = { ref, kind: 'done' };
    return wasActive ? afterwards(action, done, outcome.value?.status) : done;
  }
}

/** Takes the mark of an open browser off the tasks of a session whose browser was stopped. */
export function noteClosedBrowser(
  { sessionId }: Pick<Task, 'sessionId'>,
  store: Pick<TaskStore, 'tasks' | 'put'>,
): void {
  const tasks = store.tasks().filter((task) => task.sessionId === sessionId);
  store.put(tasks.map((task) => ({ ...task, browserOpenUntil: undefined })));
}

/**
 * Until `end`, the ends of tasks are seen as they come: who steers them is answered, and needs no notice besides. What the
 * answer says nothing of is unseen again afterwards.
 * @param refs those that had not ended when the person chose them
 */
export function answeredEnds(
  refs: readonly TaskRef[],
  store: Pick<TaskStore, 'get' | 'setUnseen' | 'onDidChange'>,
): { end(results: readonly SteerResult[]): void } {
  const seen: TaskRef[] = [];
  const see = () => {
    const unseen = refs.filter((ref) => store.get(ref)?.isUnseen);
    seen.push(...unseen);
    store.setUnseen(unseen, false);
  };
  const subscription = store.onDidChange(see);
  see();
  return {
    end(results) {
      subscription.dispose();
      const told = new Set(
        results
          .filter((result) => result.kind === 'done' || endIn(result) !== undefined)
          .map(({ ref }) => refKey(ref)),
      );
      store.setUnseen(
        seen.filter((ref) => !told.has(refKey(ref))),
        true,
      );
    },
  };
}

function isActiveIn(store: SteeredAccount['store'], ref: TaskRef): boolean {
  const task = store.get(ref);
  return task !== undefined && !hasEnded(task.status);
}

function hasIdleSessionIn(store: SteeredAccount['store'], ref: TaskRef): boolean {
  const task = store.get(ref);
  return task !== undefined && hasIdleSession(task);
}

/** What became of a task that was active, where it stands like this afterwards: it may have ended before the request arrived. */
function afterwards(
  action: SteerAction,
  result: SteerResult,
  status: TaskStatus | undefined,
): SteerResult {
  if (status === undefined || !hasEnded(status)) return result;
  const { ref, kind } = result;
  // It has ended by itself, or by somebody else.
  if (kind === 'cancelled')
    return action === 'stopSession' ? { ref, kind, status } : { ref, kind: 'hadEnded', status };
  const isStopped = stops(action) && status === 'stopped';
  // Of what stops the task alone, its end is all there is to know.
  if (action === 'stop' && isStopped) return { ref, kind: 'done' };
  // What became of its session is not known by that.
  if (action === 'stopSession' && (kind === 'refused' || kind === 'unknown'))
    return { ...result, status };
  return isStopped ? result : { ref, kind: 'hadEnded', status };
}

/** How the task had ended of which a result tells. */
export function endIn(result: SteerResult): TaskStatus | undefined {
  return 'status' in result ? result.status : undefined;
}

function changeFor(
  action: SteerAction,
  options: TaskChangeOptions,
): ChangeRequest<TaskStanding | undefined> {
  switch (action) {
    case 'stop':
      return taskStop({ ...options, scope: 'task' });
    case 'stopSession':
      return taskStop({ ...options, scope: 'session' });
    case 'pause':
      return taskPause(options);
    case 'resume':
      return taskResume(options);
  }
}

function stops(action: SteerAction): boolean {
  return action === 'stop' || action === 'stopSession';
}
