import { PollCosts } from './pollCosts';
import { fewestForList, planPolls, type Poll, type ListPoll } from './pollPlanner';
import { concernsAll, type CloudError } from '../cloud/errors';
import { ListReading } from './listReading';
import { confirmedOf, ListSweep } from './listSweep';
import { PollRequests, type PollRequestsOptions } from './pollRequests';
import { hasEnded, type ApiVersion } from '../cloud/task';
import type { TaskStore } from '../tasks/taskStore';
import type { TrackedTask } from '../tasks/trackedTask';

export interface PollFailure {
  readonly error: CloudError;
  /** Absent for a list. */
  readonly task?: TrackedTask | undefined;
}

export interface PollRoundResult {
  readonly successes: number;
  readonly failures: readonly PollFailure[];
  /** True where a list is half read: it is to go on at once. */
  readonly isUnfinished: boolean;
}

const concurrency = 4;

/**
 * Plans poll rounds and sends them, and remembers what each way of polling has cost.
 * A round sends as many requests as it may; a list that is half read goes on in the next one.
 */
export class PollRounds {
  readonly #options: PollRequestsOptions;
  readonly #requests: PollRequests;
  readonly #costs = new PollCosts();
  readonly #turnOrder = new TurnOrder();
  /** The lists that are being read, by the name of their queue. */
  readonly #sweeps = new Map<string, ListSweep>();

  constructor(options: PollRequestsOptions) {
    this.#options = options;
    this.#requests = new PollRequests(options);
  }

  /**
   * What is to be polled besides the lists that are being read.
   * @param due in the order in which they are to be polled
   * @param soonDue polled as well where a list is read anyway
   */
  plan(due: readonly TrackedTask[], soonDue: readonly TrackedTask[] = []): readonly Poll[] {
    const { clock, refreshes, schedule } = this.#options;
    const sweeps = [...this.#sweeps.values()];
    // A person who waits for one task does not wait for the lists of all.
    const isAlone = (task: TrackedTask): boolean =>
      refreshes.size < fewestForList && refreshes.has(task);
    const together = due.filter((task) => !isAlone(task));
    const left = new Set(together.filter((task) => !sweeps.some((sweep) => sweep.expects(task))));
    const alone = new Set(due.filter(isAlone));
    const lists: ListPoll[] = [];
    // The plan includes those that an open list will show, as the costs are known for all tasks together.
    for (const poll of planPolls([...together, ...soonDue], this.#costs, clock.now())) {
      if (poll.kind === 'task') {
        if (left.has(poll.task)) alone.add(poll.task);
        continue;
      }
      const expected = poll.expects.filter((task) => left.has(task));
      if (expected.length === 0) continue;
      if (!this.#sweeps.has(queueOf(poll))) lists.push(poll);
      // Those of a list that is open wait for its next reading; new ones need not.
      else for (const task of expected) if (schedule.isNew(task)) alone.add(task);
    }
    return [
      ...lists,
      ...due.filter((task) => alone.has(task)).map((task) => ({ kind: 'task' as const, task })),
    ];
  }

  /**
   * Sends what was planned, and goes on with the lists that are being read, four at a time. New tasks, requested tasks,
   * due tasks and each list take turns, however many there are. Puts the answers into the store.
   * A pause ends the round at once. A task that is missing in a list is polled by itself before its state changes.
   * Never rejects.
   * @param room how many requests may be sent; at least 1
   */
  async poll(
    polls: readonly Poll[],
    signal: AbortSignal,
    room = Infinity,
  ): Promise<PollRoundResult> {
    const { pauses } = this.#options;
    const queues = this.#queuesFor(polls);
    const failures: PollFailure[] = [];
    let successes = 0;
    let sent = 0;
    const pollNext = async (): Promise<boolean> => {
      if (sent >= room || signal.aborted || pauses.general) return false;
      const name = this.#turnOrder.next(queues.keys()) ?? '';
      const queue = queues.get(name);
      const next = queue?.next();
      if (!queue || !next) return false;
      // The pages of a list come one after another.
      if (queue instanceof ListSweep || queue.isDone) queues.delete(name);
      if (pauses.ofVersion(next.apiVersion)) return true;
      sent++;
      const isPage = next instanceof ListReading;
      const outcome = isPage
        ? await this.#requests.pollPage(next, signal)
        : await this.#requests.pollTask(next, signal);
      if (signal.aborted) return false;
      const error = outcome === 'answered' ? undefined : outcome;
      if (outcome === 'answered') successes++;
      if (error) failures.push({ error, task: isPage ? undefined : next });
      if (!(queue instanceof ListSweep)) return true;
      if (isPage && error) this.#giveUp(name, next.apiVersion, error);
      else if (queue.isDone) this.#finish(name, queue);
      else queues.set(name, queue);
      return true;
    };
    const lane = async (): Promise<void> => {
      while (await pollNext());
    };
    // One request goes ahead: where there is no network, it alone fails.
    await pollNext();
    if (!failures.some(isCutOff)) await Promise.all(Array.from({ length: concurrency }, lane));
    for (const [name, { apiVersion }] of this.#sweeps)
      if (pauses.general || pauses.ofVersion(apiVersion)) this.#sweeps.delete(name);
    return { successes, failures, isUnfinished: this.#sweeps.size > 0 };
  }

  /** What is to be requested, in queues that take turns. */
  #queuesFor(polls: readonly Poll[]): Map<string, Queue> {
    const { refreshes, schedule, store } = this.#options;
    const news: TrackedTask[] = [];
    const requested: TrackedTask[] = [];
    const known: TrackedTask[] = [];
    const lists = new Map<string, [ListPoll, ...ListPoll[]]>();
    for (const poll of polls) {
      if (poll.kind === 'list') {
        const group = lists.get(queueOf(poll));
        lists.set(queueOf(poll), group ? [...group, poll] : [poll]);
      } else if (schedule.isNew(poll.task)) news.push(poll.task);
      else (refreshes.has(poll.task) ? requested : known).push(poll.task);
    }
    const overdueFirst = (a: TrackedTask, b: TrackedTask): number =>
      schedule.requestedAt(a) - schedule.requestedAt(b);
    for (const [name, group] of lists) this.#sweeps.set(name, new ListSweep(group, overdueFirst));
    for (const [name, sweep] of this.#sweeps) {
      sweep.keep((task) => store.get(task) !== undefined);
      if (sweep.isDone) this.#sweeps.delete(name);
    }
    // A task that was tracked just now is polled before those tracked earlier.
    news.sort((a, b) => b.trackedAt - a.trackedAt);
    const singles = Object.entries({ new: news, requested, known }).filter(
      ([, tasks]) => tasks.length > 0,
    );
    return new Map<string, Queue>([
      ...singles.map(([name, tasks]) => [name, new TaskQueue(tasks)] as const),
      ...this.#sweeps,
    ]);
  }

  /** Whatever is wrong with a list, its tasks are polled by themselves. */
  #giveUp(name: string, apiVersion: ApiVersion, { kind }: CloudError): void {
    this.#sweeps.delete(name);
    // These say nothing of the list: it was not requested, or cannot be now.
    if (kind !== 'rateLimited' && kind !== 'noKey')
      this.#costs.distrustLists(apiVersion, this.#options.clock.now());
  }

  #finish(name: string, sweep: ListSweep): void {
    const { clock, store } = this.#options;
    this.#sweeps.delete(name);
    const { apiVersion, way } = sweep;
    this.#costs.trustLists(apiVersion);
    this.#costs.note(apiVersion, way, costOf(sweep, store), clock.now());
    if (way !== 'recent') this.#costs.noteEnds(apiVersion, endsIn(sweep, store));
  }
}

/** What takes its turns among others. */
interface Queue {
  /** True when nothing is left. */
  readonly isDone: boolean;
  next(): ListReading | TrackedTask | undefined;
}

class TaskQueue implements Queue {
  readonly #tasks: TrackedTask[];

  constructor(tasks: readonly TrackedTask[]) {
    this.#tasks = [...tasks];
  }

  get isDone(): boolean {
    return this.#tasks.length === 0;
  }

  next(): TrackedTask | undefined {
    return this.#tasks.shift();
  }
}

/** Lists of new tasks and lists of known ones are read side by side, as those of each API version. */
function queueOf({ apiVersion, way }: ListPoll): string {
  return `${apiVersion} ${way === 'recent' ? 'recent' : 'known'}`;
}

/** True where every other request would fail, too. A list that points elsewhere says nothing of others. */
function isCutOff({ error, task }: PollFailure): boolean {
  return task ? concernsAll(error) : error.kind === 'network';
}

/**
 * The requests that a sweep has cost: pages, and requests for tasks that were missing for no reason. Where it left some to the
 * next sweep, it counts as if as many requests were needed for each of these as for those that it told of.
 */
function costOf(sweep: ListSweep, store: TaskStore): number {
  const isInVain = (task: TrackedTask): boolean => {
    const after = store.get(task);
    return after !== undefined && (after.rawStatus === task.rawStatus || hasEnded(task.status));
  };
  let requests = 0;
  for (const reading of sweep.readings) {
    const { poll, isWhole, missing, pages, pagesInAll } = reading;
    const inVain = poll.way === 'recent' ? missing : missing.filter(isInVain);
    const confirmed = confirmedOf(reading);
    const left = missing.length - confirmed;
    const share = poll.expects.length / (poll.expects.length - left);
    // Nobody is polled by itself after a list that was given up.
    requests +=
      isWhole || poll.way === 'recent'
        ? (pages + Math.min(inVain.length, confirmed)) * share
        : pagesInAll;
  }
  return requests;
}

/** How many of the expected tasks have ended since. */
function endsIn(sweep: ListSweep, store: TaskStore): number {
  const expected = sweep.readings.flatMap(({ poll }) => poll.expects);
  return expected.filter(
    (task) => !hasEnded(task.status) && hasEnded(store.get(task)?.status ?? task.status),
  ).length;
}

/**
 * Lets several queues take turns, however much is in each: the one whose last turn is longest ago is next.
 * With `n` queues that have something, each gets every `n`-th turn.
 */
export class TurnOrder {
  readonly #lastTurns = new Map<string, number>();
  #turnCount = 0;

  /** @returns whose turn it is of these; of those that had none yet, the first. `undefined` of none */
  next(names: Iterable<string>): string | undefined {
    let next: string | undefined;
    for (const name of names)
      if (next === undefined || this.#lastTurn(name) < this.#lastTurn(next)) next = name;
    if (next !== undefined) this.#lastTurns.set(next, ++this.#turnCount);
    return next;
  }

  #lastTurn(name: string): number {
    return this.#lastTurns.get(name) ?? 0;
  }
}
