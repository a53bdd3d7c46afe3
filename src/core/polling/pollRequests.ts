import { capabilitiesOf } from '../cloud/apiVersions';
import type { PollSchedule } from './pollSchedule';
import type { Clock } from '../base/clock';
import { CloudError, isAbort, isCloudError } from '../cloud/errors';
import type { ListReading } from './listReading';
import type { PollPauses } from './pollPauses';
import type { RefreshRequests } from './refreshRequests';
import { hasEnded, refKey, type ApiVersion } from '../cloud/task';
import { summaryOf, type Cloud, type ListedTask } from '../cloud/taskClient';
import type { StatusUpdate, TaskStore } from '../tasks/taskStore';
import type { TrackedTask } from '../tasks/trackedTask';

export interface PollRequestsOptions {
  readonly store: TaskStore;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  readonly schedule: PollSchedule;
  readonly pauses: PollPauses;
  /** The tasks that are to be polled now. Those that were polled are taken out. */
  readonly refreshes: RefreshRequests;
  /** Called with each page that was read, but of a list that was asked to tell all (`isFull`). */
  readonly onListed?: ((apiVersion: ApiVersion, tasks: readonly ListedTask[]) => void) | undefined;
  /** Called with every failure, for the log. */
  readonly onError: (error: unknown, what: string) => void;
}

/** What became of a request; `undefined` where it was not sent, or was aborted. */
export type PollOutcome = 'answered' | CloudError | undefined;

/** Sends the poller's requests, and puts their answers into store, schedule and pauses. Never rejects. */
export class PollRequests {
  readonly #options: PollRequestsOptions;

  constructor(options: PollRequestsOptions) {
    this.#options = options;
  }

  /** Polls one task: all of it where a refresh or the schedule needs that, else its status. */
  async pollTask(task: TrackedTask, signal: AbortSignal): Promise<PollOutcome> {
    const { clock, connect, pauses, refreshes, schedule, store } = this.#options;
    const { serial } = refreshes;
    const isFull = refreshes.has(task) || schedule.owesFullRead(task, clock.now());
    try {
      const cloud = await connect(signal);
      if (signal.aborted || pauses.general) return undefined;
      const client = cloud.client(task.apiVersion);
      const stamp = store.stampRequest();
      const update = isFull
        ? summaryOf(await client.getTask(task.id, signal))
        : await client.getStatus(task.id, signal);
      if (signal.aborted) return undefined;
      // The same moment for both: a later check is somebody else's.
      const now = clock.now();
      schedule.succeeded([task], now);
      pauses.noteServed(task.apiVersion);
      store.applyUpdate(task, update, now, isFull, stamp);
      return 'answered';
    } catch (failure) {
      const error = this.#translate(failure, refKey(task), signal);
      if (!error) return undefined;
      schedule.failed(task, clock.now());
      pauses.takeIn(error, task.apiVersion, clock.now());
      return error;
    } finally {
      if (!signal.aborted) refreshes.satisfy([task], serial);
    }
  }

  /** The next page of a list. */
  async pollPage(reading: ListReading, signal: AbortSignal): Promise<PollOutcome> {
    const { clock, connect, pauses, refreshes, store } = this.#options;
    const { apiVersion, query } = reading.poll;
    const { serial } = refreshes;
    try {
      const cloud = await connect(signal);
      if (signal.aborted || pauses.general) return undefined;
      const stamp = store.stampRequest();
      const tasks = await reading.readPage(cloud.client(apiVersion), signal);
      if (signal.aborted) return undefined;
      const areFull = query.isFull === true || capabilitiesOf(apiVersion).lists.areFull;
      this.#takeIn(tasks, apiVersion, { serial, stamp, areFull });
      // A list that tells all shows older tasks of a session beside its latest.
      if (query.isFull !== true) this.#options.onListed?.(apiVersion, tasks);
      return 'answered';
    } catch (failure) {
      const error = this.#translate(failure, `the list of ${apiVersion}`, signal);
      if (error) pauses.takeInOfList(error, clock.now());
      return error;
    }
  }

  #takeIn(
    tasks: readonly ListedTask[],
    apiVersion: ApiVersion,
    {
      serial,
      stamp,
      areFull,
    }: { readonly serial: number; readonly stamp: number; readonly areFull: boolean },
  ): void {
    const { clock, refreshes, schedule, store } = this.#options;
    const updates = tasks
      .map(({ id, ...update }) => ({ ref: { apiVersion, id }, update }))
      .filter(({ ref }) => store.get(ref));
    const refs = updates.map(({ ref }) => ref);
    const now = clock.now();
    schedule.succeeded(refs, now);
    refreshes.satisfy(refs, serial);
    const isFull = ({ update }: StatusUpdate): boolean => areFull || !hasEnded(update.status);
    store.applyUpdates(updates, now, isFull, stamp);
  }

  /** @returns nothing for an abort, which is silent */
  #translate(failure: unknown, what: string, signal: AbortSignal): CloudError | undefined {
    if (signal.aborted || isAbort(failure)) return undefined;
    this.#options.onError(failure, what);
    if (isCloudError(failure)) return failure;
    return new CloudError('badAnswer', `Unexpected failure of a poll: ${String(failure)}`);
  }
}
