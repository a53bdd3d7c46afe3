import { capabilitiesOf } from '../cloud/apiVersions';
import { apiVersions } from '../cloud/versionList';
import { hasEnded, type ApiVersion } from '../cloud/task';
import type { TaskQuery } from '../cloud/taskClient';
import { needsFullRead, type TrackedTask } from '../tasks/trackedTask';

/**
 * Ways to learn the state of many tasks:
 * - `each`: a status call for each
 * - `span`: the list of all tasks created between the oldest and the newest of them; it shows ends, too
 * - `spans`: as `span`, but apart where hours lie between tasks, so that what was created meanwhile is not listed
 * - `status`: the list of each status they have, over the same span; who is missing there is polled by itself
 * - `full`: as `span`, for a version that has another list, which tells all of the tasks that have ended
 * - `recent`: the list without bounds, for tasks of which nothing is known yet
 */
export type PollWay = 'each' | ListWay;

const listWays = ['span', 'spans', 'status', 'full', 'recent'] as const;
type ListWay = (typeof listWays)[number];

/** A list to be read page by page, until all that are expected were seen or it ends. */
export interface ListPoll {
  readonly kind: 'list';
  readonly way: ListWay;
  readonly apiVersion: ApiVersion;
  readonly query: TaskQuery;
  /** The tasks that are expected in it. Never empty. */
  readonly expects: readonly TrackedTask[];
  /** With more pages than this, another way is likely to be cheaper. */
  readonly mostPages: number;
}

/** A request for one task. */
export interface TaskPoll {
  readonly kind: 'task';
  readonly task: TrackedTask;
}

export type Poll = ListPoll | TaskPoll;

/** A list is cut into spans where this much time lies between two tasks, in milliseconds. */
const gapMs = 60 * 60 * 1000;
/** Widens a span at both ends, as nobody promises whether its bounds belong to it. In milliseconds. */
const marginMs = 1000;
/** How long no list is tried after one has failed, in milliseconds; each failure in a row doubles it, up to `memoryMs`. */
const distrustMs = 10_000;
/** What was learnt of a way's cost is forgotten after this long, in milliseconds: accounts change. */
const memoryMs = 10 * 60 * 1000;
/** Fewer tasks than this are polled one by one, which is as cheap as a list. */
export const fewestForList = 3;
/** The pages of a list of new tasks, in requests for each by itself: what it costs at most where it shows none of them. */
const shareForList = 0.1;

/** For fewer full reads than this, the list that tells all is not worth its size. */
const fewestForFullList = 2;
/** Of tasks whose lists tell the status alone, so many are read in whole beside each list. */
const mostOwed = 2;

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

  /** The ends that a round is expected to bring. 0 until something is known. */
  endsPerRound(apiVersion: ApiVersion): number {
    return this.#ends.get(apiVersion) ?? 0;
  }
}

/**
 * The fewest requests that tell the state of all these tasks.
 * Ways whose cost is not known are taken at their best, so each is tried, and what it costs is learnt.
 * Of ways that cost the same, the first of these is taken: one that shows ends, then one that does not, then `each`.
 * Pure.
 */
export function planPolls(
  tasks: readonly TrackedTask[],
  costs: PollCosts,
  now: number,
): readonly Poll[] {
  return apiVersions.flatMap((apiVersion) =>
    planVersion(
      tasks.filter((task) => task.apiVersion === apiVersion),
      apiVersion,
      costs,
      now,
    ),
  );
}

function planVersion(
  tasks: readonly TrackedTask[],
  apiVersion: ApiVersion,
  costs: PollCosts,
  now: number,
): readonly Poll[] {
  const known: Dated[] = [];
  const unknown: TrackedTask[] = [];
  const alone: TrackedTask[] = [];
  let owedCount = 0;
  const { areFull, filtersByCreation, worthFrom } = capabilitiesOf(apiVersion).lists;
  const owedInAll = areFull
    ? 0
    : tasks.filter(owesFullRead).length + costs.endsPerRound(apiVersion);
  // One list that tells all takes the place of the list of their status and of a request for each.
  const byFullList =
    tasks.length >= worthFrom &&
    owedInAll >= fewestForFullList &&
    (costs.of(apiVersion, 'full', now) ?? 0) < (costs.of(apiVersion, 'span', now) ?? 0) + owedInAll;
  for (const task of tasks) {
    if (!areFull && !byFullList) {
      // A list that tells the status alone spares no request that is owed for all of a task. Each list leaves room for some.
      if (tasks.length < worthFrom || (owesFullRead(task) && owedCount++ < mostOwed))
        alone.push(task);
      if (tasks.length < worthFrom || hasEnded(task.status)) continue;
    }
    const createdAt = Date.parse(task.createdAt ?? '');
    // A task that the cloud does not find by its ID is in no list.
    const isNowhere = task.isMissing || task.trouble?.kind === 'taskNotFound';
    const isDated = !Number.isNaN(createdAt);
    // A list that begins with the newest needs no date to be looked through.
    const isListed = filtersByCreation ? isDated : isDated || task.rawStatus !== '';
    if (!isListed || isNowhere) unknown.push(task);
    else known.push({ task, createdAt: isDated ? createdAt : 0 });
  }
  known.sort((a, b) => a.createdAt - b.createdAt);
  return [
    ...alone.map(pollFor),
    ...planUnknown(unknown, apiVersion, costs, now),
    ...planKnown(known, apiVersion, byFullList, costs, now),
  ];
}

/** True for a task that was polled before and is to be read in whole. */
function owesFullRead(task: TrackedTask): boolean {
  return hasEnded(task.status) || (task.rawStatus !== '' && needsFullRead(task));
}

/** A task with the time when it was created, in milliseconds since 1970. */
interface Dated {
  readonly task: TrackedTask;
  readonly createdAt: number;
}

function planUnknown(
  tasks: readonly TrackedTask[],
  apiVersion: ApiVersion,
  costs: PollCosts,
  now: number,
): readonly Poll[] {
  // What the list did not show is polled by itself; missing tasks stand in no list.
  const isFresh = (task: TrackedTask): boolean =>
    task.rawStatus === '' && !task.isMissing && !task.trouble;
  const fresh = tasks.filter(isFresh);
  const isWorthIt =
    fresh.length >= Math.max(fewestForList, capabilitiesOf(apiVersion).lists.worthFrom) &&
    (costs.of(apiVersion, 'recent', now) ?? 0) < fresh.length;
  if (!isWorthIt) return tasks.map(pollFor);
  // Tasks that nobody tracks may stand before them, so a list may cost a little more before each is polled by itself.
  const mostInVain = Math.floor(fresh.length * shareForList);
  const mostPages = Math.max(pagesFor(fresh.length, apiVersion) + 1, mostInVain);
  const { areFull } = capabilitiesOf(apiVersion).lists;
  const query = areFull ? {} : { isFull: true };
  const list = { kind: 'list', way: 'recent', apiVersion, query, mostPages } as const;
  return [{ ...list, expects: fresh }, ...tasks.filter((task) => !isFresh(task)).map(pollFor)];
}

function planKnown(
  tasks: readonly Dated[],
  apiVersion: ApiVersion,
  byFullList: boolean,
  costs: PollCosts,
  now: number,
): readonly Poll[] {
  if (tasks.length === 0) return [];
  const { filtersByCreation, worthFrom } = capabilitiesOf(apiVersion).lists;
  const plans = filtersByCreation
    ? [
        spanPlan(tasks, apiVersion),
        ...spansPlan(tasks, apiVersion),
        ...statusPlan(tasks, apiVersion),
        eachPlan(tasks),
      ]
    : // A list without any filter begins with the newest: a status call is as cheap and far smaller.
      [
        eachPlan(tasks),
        ...(tasks.length < worthFrom
          ? []
          : [newestPlan(byFullList ? 'full' : 'span', tasks, apiVersion)]),
      ];
  const priced = plans
    .map((plan) => ({ plan, requests: priceOf(plan, apiVersion, costs, now) }))
    // Stable: of equal prices the earlier plan stays first.
    .sort((a, b) => a.requests - b.requests);
  const [best, second] = priced;
  if (!best) return [];
  // A list may cost as much as what would be done instead, so that trying it never costs much more.
  const mostPages = Math.ceil(Math.max(best.requests, second?.requests ?? 0, 1));
  return best.plan.polls.map((poll) => (poll.kind === 'list' ? { ...poll, mostPages } : poll));
}

function priceOf(plan: Plan, apiVersion: ApiVersion, costs: PollCosts, now: number): number {
  if (plan.way === 'each') return plan.least;
  const ends = plan.way === 'status' ? costs.endsPerRound(apiVersion) : 0;
  return Math.max(plan.least, costs.of(apiVersion, plan.way, now) ?? 0) + ends;
}

/** A way to poll, with the fewest requests that it can take. */
interface Plan {
  readonly way: PollWay;
  readonly least: number;
  readonly polls: readonly Poll[];
}

function eachPlan(tasks: readonly Dated[]): Plan {
  return { way: 'each', least: tasks.length, polls: tasks.map(({ task }) => pollFor(task)) };
}

function spanPlan(tasks: readonly Dated[], apiVersion: ApiVersion): Plan {
  const poll = spanPoll('span', tasks, apiVersion);
  return { way: 'span', least: pagesFor(tasks.length, apiVersion), polls: [poll] };
}

/** None where all lie together, as the list of their time is the same then. */
function spansPlan(tasks: readonly Dated[], apiVersion: ApiVersion): readonly Plan[] {
  const spans: Dated[][] = [];
  let before: Dated | undefined;
  for (const dated of tasks) {
    const last = spans.at(-1);
    if (last && before && dated.createdAt - before.createdAt < gapMs) last.push(dated);
    else spans.push([dated]);
    before = dated;
  }
  if (spans.length === 1) return [];
  const least = spans.reduce((sum, span) => sum + pagesFor(span.length, apiVersion), 0);
  return [{ way: 'spans', least, polls: spans.map((span) => spanPoll('spans', span, apiVersion)) }];
}

/** None where lists cannot be filtered by status. */
function statusPlan(tasks: readonly Dated[], apiVersion: ApiVersion): readonly Plan[] {
  const { statusFilters } = capabilitiesOf(apiVersion).lists;
  if (statusFilters.length === 0) return [];
  const polls: Poll[] = [];
  let least = 0;
  for (const word of statusFilters) {
    const inIt = tasks.filter(({ task }) => task.rawStatus === word);
    if (inIt.length === 0) continue;
    const poll = spanPoll('status', inIt, apiVersion);
    polls.push({ ...poll, query: { ...poll.query, rawStatus: word } });
    least += pagesFor(inIt.length, apiVersion);
  }
  const others = tasks.filter(({ task }) => !statusFilters.includes(task.rawStatus));
  polls.push(...others.map(({ task }) => pollFor(task)));
  return [{ way: 'status', least: least + others.length, polls }];
}

/** The list of all, from the newest on, until the oldest has come. */
function newestPlan(way: 'span' | 'full', tasks: readonly Dated[], apiVersion: ApiVersion): Plan {
  const poll = spanPoll(way, tasks, apiVersion);
  return {
    way,
    least: pagesFor(tasks.length, apiVersion),
    polls: [{ ...poll, query: way === 'full' ? { isFull: true } : {} }],
  };
}

function spanPoll(way: ListPoll['way'], tasks: readonly Dated[], apiVersion: ApiVersion): ListPoll {
  const times = tasks.map(({ createdAt }) => createdAt);
  return {
    kind: 'list',
    way,
    apiVersion,
    query: {
      createdFrom: (times[0] ?? 0) - marginMs,
      createdUntil: (times.at(-1) ?? 0) + marginMs,
    },
    expects: tasks.map(({ task }) => task),
    mostPages: Infinity,
  };
}

function pagesFor(count: number, apiVersion: ApiVersion): number {
  return Math.ceil(count / capabilitiesOf(apiVersion).lists.pageSize);
}

function pollFor(task: TrackedTask): TaskPoll {
  return { kind: 'task', task };
}
