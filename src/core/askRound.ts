import { AskCosts, planAsks, type Ask, type ListAsk } from './askPlanner';
import type { AskSchedule } from './askSchedule';
import type { Clock } from './clock';
import { CloudError, concernsAll, isAbort, isCloudError } from './errors';
import { readList, type ListReading } from './listReading';
import type { PollHolds } from './pollHolds';
import { hasEnded, refKey, type ApiVersion, type TaskRef } from './task';
import { summaryOf, type Cloud, type ListedTask } from './taskClient';
import type { TaskStore } from './taskStore';
import type { TrackedTask } from './trackedTask';

export interface AskRoundOptions {
  readonly store: TaskStore;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  readonly schedule: AskSchedule;
  readonly holds: PollHolds;
  readonly costs: AskCosts;
  /** Refs that somebody wants looked at. Those that were are taken out. */
  readonly wanted: Map<string, TaskRef>;
  /** Told of every failure, for the log. */
  readonly onError: (error: unknown, what: string) => void;
  /** Ends the round: what comes after is thrown away. */
  readonly signal: AbortSignal;
}

export interface AskFailure {
  readonly error: CloudError;
  /** Absent for a list. */
  readonly task?: TrackedTask | undefined;
}

export interface AskRoundResult {
  readonly successes: number;
  readonly failures: readonly AskFailure[];
}

const concurrency = 4;
/** At most so many of those that a list did not show are asked for in the same round. */
const mostConfirmed = 10;
/** After a list that failed for a reason of its own, none is tried for this long, in milliseconds. */
const failedWayMs = 60_000;

/** Plans and asks, round after round, and remembers what each way of asking has cost. */
export class AskRounds {
  readonly #options: Omit<AskRoundOptions, 'costs' | 'signal'>;
  readonly #costs = new AskCosts();

  constructor(options: Omit<AskRoundOptions, 'costs' | 'signal'>) {
    this.#options = options;
  }

  plan(tasks: readonly TrackedTask[]): readonly Ask[] {
    return planAsks(tasks, this.#costs, this.#options.clock.now());
  }

  /** Never rejects. */
  ask(asks: readonly Ask[], signal: AbortSignal): Promise<AskRoundResult> {
    return askRound(asks, { ...this.#options, costs: this.#costs, signal });
  }
}

/**
 * Asks what was planned, four at a time, and puts the answers into the store.
 * A hold ends the round at once. Who is missing in a list is asked for before anything is said of them.
 * Never rejects.
 */
async function askRound(asks: readonly Ask[], options: AskRoundOptions): Promise<AskRoundResult> {
  const { holds, signal } = options;
  const queue = [...asks];
  const readings: Reading[] = [];
  const failures: AskFailure[] = [];
  let successes = 0;
  const askNext = async (): Promise<boolean> => {
    const ask = queue.shift();
    if (!ask || signal.aborted || holds.general) return false;
    if (holds.ofVersion(versionOf(ask))) return true;
    const outcome =
      ask.kind === 'task' ? await askForTask(ask.task, options) : await askForList(ask, options);
    if (outcome === undefined) return true;
    if (outcome instanceof CloudError) {
      failures.push({ error: outcome, task: ask.kind === 'task' ? ask.task : undefined });
      return true;
    }
    successes++;
    if (ask.kind === 'task' || outcome === 'answered') return true;
    readings.push({ ask, ...outcome });
    if (outcome.isWhole || ask.way === 'recent')
      for (const task of outcome.missing.slice(0, mostConfirmed))
        queue.push({ kind: 'task', task });
    return true;
  };
  const lane = async (): Promise<void> => {
    while (await askNext());
  };
  // One question goes ahead: where the network is gone, it alone is lost.
  await askNext();
  const isCutOff = failures.some(({ error }) => concernsAll(error));
  if (!isCutOff) await Promise.all(Array.from({ length: concurrency }, lane));
  if (!signal.aborted) learn(readings, options);
  return { successes, failures };
}

/** True for a failure that says nothing of other questions. */
function isOfTheList({ kind }: CloudError): boolean {
  switch (kind) {
    case 'server':
    case 'timeout':
    case 'tooLarge':
    case 'badAnswer':
    case 'refused':
    case 'noFreeSlot':
    case 'invalidRequest':
    case 'taskNotFound':
      return true;
    default:
      return false;
  }
}

type Reading = ListReading & { readonly ask: ListAsk };

/** `undefined` where the answer is not wanted any more. */
type Outcome<T> = T | CloudError | undefined;

async function askForTask(
  task: TrackedTask,
  options: AskRoundOptions,
): Promise<Outcome<'answered'>> {
  const { clock, connect, holds, schedule, signal, store, wanted } = options;
  const key = refKey(task);
  const isFull = wanted.has(key) || schedule.owesFullRead(task);
  try {
    const cloud = await connect(signal);
    if (signal.aborted || holds.general) return undefined;
    const client = cloud.client(task.apiVersion);
    const update = isFull
      ? summaryOf(await client.getTask(task.id, signal))
      : await client.getStatus(task.id, signal);
    if (signal.aborted) return undefined;
    schedule.succeeded([task], clock.now());
    store.applyLook(task, update, clock.now(), isFull);
    return 'answered';
  } catch (failure) {
    const error = translate(failure, key, options);
    if (!error) return undefined;
    schedule.failed(task, clock.now());
    holds.takeIn(error, task.apiVersion, clock.now());
    return error;
  } finally {
    if (!signal.aborted) wanted.delete(key);
  }
}

async function askForList(ask: ListAsk, options: AskRoundOptions): Promise<Outcome<ListReading>> {
  const { clock, connect, costs, holds, signal } = options;
  const { apiVersion } = ask;
  try {
    const cloud = await connect(signal);
    const reading = await readList(ask, {
      client: cloud.client(apiVersion),
      signal,
      mayAsk: () => !signal.aborted && !holds.general,
      takeIn: (tasks) => takeIn(tasks, apiVersion, options),
    });
    // Where everything was held meanwhile, not even the first page was asked for.
    return signal.aborted || reading.pages === 0 ? undefined : reading;
  } catch (failure) {
    const error = translate(failure, `the list of ${apiVersion}`, options);
    if (!error) return undefined;
    if (isOfTheList(error)) costs.distrustLists(apiVersion, clock.now(), failedWayMs);
    holds.takeIn(error, apiVersion, clock.now());
    return error;
  }
}

/** What a list shows is worth as much as a full reading: it lacks but steps and files. */
function takeIn(
  tasks: readonly ListedTask[],
  apiVersion: ApiVersion,
  { clock, schedule, signal, store, wanted }: AskRoundOptions,
): void {
  if (signal.aborted) return;
  const looks = tasks
    .map(({ id, ...update }) => ({ ref: { apiVersion, id }, update }))
    .filter(({ ref }) => store.get(ref));
  const refs = looks.map(({ ref }) => ref);
  schedule.succeeded(refs, clock.now());
  if (wanted.size > 0) for (const ref of refs) wanted.delete(refKey(ref));
  store.applyLooks(looks, clock.now(), true);
}

/** @returns nothing for an abort, which is silent */
function translate(
  failure: unknown,
  what: string,
  { onError, signal }: AskRoundOptions,
): CloudError | undefined {
  if (signal.aborted || isAbort(failure)) return undefined;
  onError(failure, what);
  // The bundle that throws has a class of its own.
  if (failure instanceof CloudError) return failure;
  if (isCloudError(failure)) {
    const { kind, message, status, retryAfterMs } = failure;
    return new CloudError(kind, message, { status, retryAfterMs });
  }
  const message = failure instanceof Error ? failure.message : String(failure);
  return new CloudError('badAnswer', `Unexpected failure of a look: ${message}`);
}

/** Notes what each way has really cost: pages, and questions about tasks that were missing for no reason. */
function learn(readings: readonly Reading[], { clock, costs, store }: AskRoundOptions): void {
  const spent = new Map<string, { ask: ListAsk; requests: number }>();
  const ends = new Map<ApiVersion, number>();
  for (const { ask, pages, pagesInAll, missing, isWhole } of readings) {
    const isInVain = (task: TrackedTask): boolean => {
      const after = store.get(task);
      return after !== undefined && (after.rawStatus === task.rawStatus || hasEnded(task.status));
    };
    const inVain = ask.way === 'recent' ? missing : missing.filter(isInVain);
    // Nobody is asked for by itself after a list that was given up.
    const isRead = isWhole || ask.way === 'recent';
    const requests = isRead ? pages + inVain.length : pagesInAll;
    const key = `${ask.apiVersion}/${ask.way}`;
    spent.set(key, { ask, requests: requests + (spent.get(key)?.requests ?? 0) });
    const ended = ask.expects.filter((task) => hasEnded(store.get(task)?.status ?? task.status));
    if (ask.way !== 'recent')
      ends.set(ask.apiVersion, ended.length + (ends.get(ask.apiVersion) ?? 0));
  }
  for (const { ask, requests } of spent.values())
    costs.note(ask.apiVersion, ask.way, requests, clock.now());
  for (const [apiVersion, count] of ends) costs.noteEnds(apiVersion, count);
}

function versionOf(ask: Ask): ApiVersion {
  return ask.kind === 'task' ? ask.task.apiVersion : ask.apiVersion;
}
