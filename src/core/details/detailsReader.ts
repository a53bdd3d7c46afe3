import { capabilitiesOf } from '../cloud/apiVersions';
import { areEndsFinal } from '../cloud/versionList';
import { nextBackoffMs, rateLimitPauseMs } from '../polling/backoff';
import { markByDetails } from '../polling/openBrowserPolls';
import { PollLoop, type LoopStep } from '../polling/pollLoop';
import type { Clock } from '../base/clock';
import { isAbort, isCloudError, mayPass, type CloudErrorKind } from '../cloud/errors';
import { Emitter, type Disposable, type Event } from '../base/event';
import { hasEnded, refKey, type TaskDetails, type TaskRef } from '../cloud/task';
import { getWholeDetails, summaryOf, type Cloud } from '../cloud/taskClient';
import type { TaskChange } from '../tasks/taskPatch';
import type { TaskSource, TaskStore } from '../tasks/taskStore';
import type { Trouble } from '../tasks/trackedTask';

export interface DetailsReaderOptions {
  readonly ref: TaskRef;
  /** What other polls say of the task. */
  readonly tasks: TaskSource;
  /**
   * The account that is asked, and whose store takes the answer; called at the beginning of each reading.
   * @throws where the task's account cannot be asked at the moment
   */
  readonly account: () => {
    readonly store: Pick<TaskStore, 'stampRequest' | 'applyUpdate' | 'get' | 'tasks' | 'put'>;
    readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  };
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The pause after a reading of a task that has not ended, in milliseconds; called each time. */
  readonly pauseMs: () => number;
  /** Called with every failed reading, for the log. */
  readonly onError: (error: unknown) => void;
}

/** What is known of a task's details. */
export interface DetailsState {
  /** The last good answer. Stays when later readings fail. */
  readonly details?: TaskDetails | undefined;
  /** When that answer came, in milliseconds since 1970. */
  readonly readAt?: number | undefined;
  readonly isReading: boolean;
  /** Why the last reading failed. Absent after one that succeeded. */
  readonly trouble?: Trouble | undefined;
}

/** Where a reading brings all steps again, a long task weighs megabytes: each step adds this much to the pause, in milliseconds. */
const pausePerStepMs = 20;
const shortestPauseMs = 2000;

/**
 * Reads all of one task: once, and while it is watched and has not ended again after each pause.
 * One chained loop, one reading in flight, no timer while nothing can change. Answers go into the store too.
 */
export class DetailsReader implements Disposable {
  readonly #options: DetailsReaderOptions;
  readonly #didChange = new Emitter<DetailsState>();
  readonly #subscription: Disposable;
  readonly #loop: PollLoop;
  #state: DetailsState = { isReading: false };
  #epoch = new AbortController();
  #isWatched = false;
  #isDisposed = false;
  #isDue = true;
  /** Whether what is known of steps is to be read again, too. */
  #isAnew = false;
  #backoffMs = 0;
  /** Rate limited until then, in milliseconds since 1970. */
  #quietUntil = 0;
  #waiters: (() => void)[] = [];

  readonly onDidChange: Event<DetailsState> = this.#didChange.event;

  constructor(options: DetailsReaderOptions) {
    this.#options = options;
    this.#loop = new PollLoop({
      clock: options.clock,
      next: () => this.#nextStep(),
      onWaited: () => {
        this.#isDue = true;
      },
      onIdle: () => this.#settle(),
    });
    const key = refKey(options.ref);
    this.#subscription = options.tasks.onDidChange((changes) => {
      const mine = changes.findLast(({ after }) => after && refKey(after) === key);
      if (mine && this.#state.details && addsMore(mine, this.#state.details)) this.#readSoon();
    });
  }

  get state(): DetailsState {
    return this.#state;
  }

  /** Reading goes on while somebody can see it; what is under way is brought to its end. */
  setWatched(isWatched: boolean): void {
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    this.#loop.wake();
  }

  /**
   * Reads now, whatever was read before, but for a rate limit, which is kept.
   * Resolves when that reading ended, well or not. Never rejects.
   */
  read(): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    this.#backoffMs = 0;
    const done = new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#readSoon();
    return done;
  }

  /** As `read`, and reads again what is known of steps: the presigned links to their screenshots have expired. */
  readAnew(): Promise<void> {
    this.#isAnew = true;
    return this.read();
  }

  /** The key or the server is another one: what is under way is thrown away, and read anew when watched. */
  reconnect(): void {
    this.#epoch.abort();
    this.#epoch = new AbortController();
    this.#backoffMs = 0;
    this.#quietUntil = 0;
    this.#readSoon();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#epoch.abort();
    this.#loop.dispose();
    this.#subscription.dispose();
    this.#didChange.dispose();
    this.#settle();
  }

  #readSoon(): void {
    this.#isDue = true;
    this.#loop.wake();
  }

  #nextStep(): LoopStep {
    if (!this.#isWatched && this.#waiters.length === 0) return undefined;
    const isQuiet = this.#options.clock.now() < this.#quietUntil;
    if (isQuiet) this.#settle();
    // A failed reading becomes trouble.
    else if (this.#isDue) return () => this.#readOnce();
    return this.#pauseMs();
  }

  /** `undefined` where another reading could tell nothing new, or only somebody's act helps. */
  #pauseMs(): number | undefined {
    const { trouble, details } = this.#state;
    const quietMs = this.#quietUntil - this.#options.clock.now();
    if (quietMs > 0) return quietMs;
    if (trouble) return mayPass(trouble.kind) ? this.#backoffMs : undefined;
    if (!details || hasEnded(details.status)) return undefined;
    const { readsNewStepsOnly } = capabilitiesOf(details.apiVersion);
    const heavySteps = readsNewStepsOnly ? 0 : details.steps.length;
    const pauseMs = this.#options.pauseMs() + pausePerStepMs * heavySteps;
    return Math.max(shortestPauseMs, pauseMs);
  }

  async #readOnce(): Promise<void> {
    const { ref, account, clock, onError } = this.#options;
    const { signal } = this.#epoch;
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#isDue = false;
    const isAnew = this.#isAnew;
    this.#isAnew = false;
    this.#update({ ...this.#state, isReading: true });
    try {
      const { store, connect } = account();
      const cloud = await connect(signal);
      signal.throwIfAborted();
      const stamp = store.stampRequest();
      const client = cloud.client(ref.apiVersion);
      // What is shown already is not taken away to come back piece by piece.
      const details = isAnew
        ? await getWholeDetails(client, ref.id, signal)
        : await client.getDetails(ref.id, signal, this.#state.details);
      if (signal.aborted) return;
      const stepsError = details.unread?.steps;
      if (!stepsError) this.#backoffMs = 0;
      // Taken in here first, so that the store's event about it changes nothing.
      this.#takeIn(details);
      store.applyUpdate(ref, summaryOf(details), clock.now(), true, stamp);
      markByDetails(ref, details, store);
      if (stepsError) onError(stepsError);
      if (stepsError && mayPass(stepsError.kind)) this.#noteTrouble(stepsError);
      // A run of thousands of steps shows the first of them soon, and then the rest.
      if (details.isPartial === true) this.#isDue = true;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      onError(error);
      this.#noteTrouble(error);
    } finally {
      if (!this.#isDisposed) this.#update({ ...this.#state, isReading: false });
      for (const resolve of waiters) resolve();
    }
  }

  #takeIn(details: TaskDetails): void {
    const known = this.#state.details;
    // Never from a final end back to active because of an older answer.
    const isFinal = areEndsFinal(this.#options.ref.apiVersion);
    const isOlder = isFinal && known && hasEnded(known.status) && !hasEnded(details.status);
    this.#state = {
      details: isOlder ? known : details,
      readAt: this.#options.clock.now(),
      isReading: true,
      trouble: details.unread?.steps && this.#state.trouble,
    };
  }

  #noteTrouble(error: unknown): void {
    const { clock, random } = this.#options;
    const kind: CloudErrorKind = isCloudError(error) ? error.kind : 'badAnswer';
    const before = this.#state.trouble;
    const since = before?.kind === kind ? before.since : clock.now();
    this.#backoffMs = nextBackoffMs(this.#backoffMs, random);
    if (isCloudError(error) && kind === 'rateLimited') {
      this.#quietUntil = clock.now() + rateLimitPauseMs(error.retryAfterMs, this.#backoffMs);
    }
    this.#state = { ...this.#state, trouble: { kind, since } };
  }

  #settle(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  #update(state: DetailsState): void {
    this.#state = state;
    this.#didChange.fire(state);
  }
}

/** True where another poll saw the task move, or its browser was closed, so that there is more to read. */
function addsMore({ before, after }: TaskChange, details: TaskDetails): boolean {
  if (!after) return false;
  if (after.rawStatus !== details.rawStatus) return true;
  if (details.session?.idleUntil && before?.browserOpenUntil && !after.browserOpenUntil)
    return true;
  return after.judgeVerdict !== undefined && after.judgeVerdict !== details.judgeVerdict;
}
