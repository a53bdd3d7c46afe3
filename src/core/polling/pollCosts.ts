import type { ApiVersion } from '../cloud/task';

/**
 * Ways to learn the state of many tasks:
 * - `each`: a status call for each
 * - `span`: the list of all tasks created between the oldest and the newest of them; it shows ends, too
 * - `spans`: as `span`, but apart where hours lie between tasks, so that what was created meanwhile is not listed
 * - `status`: the list of each status they have, over the same span; who is missing there is polled by itself
 * - `full`: as `span`, for a version that has another list, which tells all of the tasks that have ended
 * - `brief`: as `full`, by a short page, for few tasks that stand at its beginning
 * - `recent`: the list without bounds, for tasks of which nothing is known yet
 */
export type PollWay = 'each' | ListWay;

const listWays = ['span', 'spans', 'status', 'full', 'brief', 'recent'] as const;
export type ListWay = (typeof listWays)[number];

/** How long no list is tried after one has failed, in milliseconds; each failure in a row doubles it, up to `memoryMs`. */
const distrustMs = 10_000;
/** What was learnt of a way's cost is forgotten after this long, in milliseconds: accounts change. */
const memoryMs = 10 * 60 * 1000;
/** How much the newest round weighs in the number of ends that a round is expected to bring. */
const newestWeight = 0.25;

/** What each way of polling has cost, in requests for one round. Learns from each round, and forgets. */
export class PollCosts {
  readonly #costs = new Map<string, { readonly requests: number; readonly until: number }>();
  readonly #ends = new Map<ApiVersion, number>();
  /** How long lists were last distrusted, until one is read again. */
  readonly #distrustMs = new Map<ApiVersion, number>();

  /**
   * @param requests pages read, and requests for tasks that were missing although they had not changed
   * @param forMs for how long this holds, in milliseconds
   */
  note(
    apiVersion: ApiVersion,
    way: PollWay,
    requests: number,
    now: number,
    forMs = memoryMs,
  ): void {
    this.#costs.set(`${apiVersion}/${way}`, { requests, until: now + forMs });
  }

  /** A list has failed: for a while, longer each time in a row, every task is polled by itself. */
  distrustLists(apiVersion: ApiVersion, now: number): void {
    const before = this.#distrustMs.get(apiVersion);
    const forMs = before === undefined ? distrustMs : Math.min(2 * before, memoryMs);
    this.#distrustMs.set(apiVersion, forMs);
    for (const way of listWays) this.note(apiVersion, way, Infinity, now, forMs);
  }

  /** Lists were read to their end. */
  trustLists(apiVersion: ApiVersion): void {
    this.#distrustMs.delete(apiVersion);
  }

  /** `undefined` where nothing is known. */
  of(apiVersion: ApiVersion, way: PollWay, now: number): number | undefined {
    const cost = this.#costs.get(`${apiVersion}/${way}`);
    // A clock that was set back must not keep a cost for longer.
    return cost && now < cost.until && cost.until - now <= memoryMs ? cost.requests : undefined;
  }

  /** A round has shown this many ends. Each costs a request of its own where a list does not show it. */
  noteEnds(apiVersion: ApiVersion, ends: number): void {
    const before = this.endsPerRound(apiVersion);
    this.#ends.set(apiVersion, before + newestWeight * (ends - before));
  }

  /**
   * The ends that a round is expected to bring: with many, a list that shows them is seen through twice as fast as one that
   * leaves each to a request. 0 until something is known.
   */
  endsPerRound(apiVersion: ApiVersion): number {
    return this.#ends.get(apiVersion) ?? 0;
  }
}
