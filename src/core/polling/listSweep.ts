import type { ListWay } from './pollCosts';
import type { ListPoll } from './pollPlanner';
import { ListReading } from './listReading';
import { isSameRef, type ApiVersion, type TaskRef } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';

/** At most this many tasks that a list did not show are polled by themselves: with more, another way may be cheaper. */
const mostConfirmed = 10;

/**
 * How many of the tasks that a list did not show are polled by themselves. Those that may have moved while it was read are left to
 * its next reading, but for one: what the list never shows has its turn so.
 */
export function confirmedOf({ missing, repeats }: ListReading): number {
  return Math.min(missing.length, mostConfirmed, Math.max(1, missing.length - repeats));
}

/**
 * The lists of one API version and one way that were planned together, as one thing that takes its turns among others,
 * a request at a time: page after page, then a request for each task that no page has shown.
 */
export class ListSweep {
  readonly apiVersion: ApiVersion;
  readonly way: ListWay;
  readonly readings: readonly ListReading[];
  readonly #overdueFirst: (a: TrackedTask, b: TrackedTask) => number;
  #gathered = 0;
  #unconfirmed: readonly TrackedTask[] = [];

  /**
   * @param lists of one API version and one way
   * @param overdueFirst orders those who are confirmed, so that each gets a turn though there be many
   */
  constructor(
    lists: readonly [ListPoll, ...ListPoll[]],
    overdueFirst: (a: TrackedTask, b: TrackedTask) => number,
  ) {
    this.apiVersion = lists[0].apiVersion;
    this.way = lists[0].way;
    this.readings = lists.map((list) => new ListReading(list));
    this.#overdueFirst = overdueFirst;
  }

  /** True when nothing is left to be requested. */
  get isDone(): boolean {
    this.#gather();
    return this.#unconfirmed.length === 0 && this.readings.every(({ isDone }) => isDone);
  }

  /** What is to be requested next: a page of a list, or a task by itself. Not after `isDone`. */
  next(): ListReading | TrackedTask | undefined {
    this.#gather();
    const [first, ...rest] = this.#unconfirmed;
    if (first) this.#unconfirmed = rest;
    return first ?? this.readings.find(({ isDone }) => !isDone);
  }

  /** True for a task that this will show. */
  expects(ref: TaskRef): boolean {
    return (
      this.readings.slice(this.#gathered).some((reading) => reading.isMissing(ref)) ||
      this.#unconfirmed.some((task) => isSameRef(task, ref))
    );
  }

  /** Leaves out every task that does not meet this. */
  keep(isKept: (task: TrackedTask) => boolean): void {
    for (const reading of this.readings) reading.keep(isKept);
    this.#unconfirmed = this.#unconfirmed.filter(isKept);
  }

  /** The tasks that the lists did not show. A list that was given up does not count. */
  #gather(): void {
    while (this.#unconfirmed.length === 0) {
      const reading = this.readings[this.#gathered];
      if (!reading?.isDone) return;
      this.#gathered++;
      if (reading.isWhole || reading.poll.way === 'recent')
        this.#unconfirmed = [...reading.missing]
          .sort(this.#overdueFirst)
          .slice(0, confirmedOf(reading));
    }
  }
}
