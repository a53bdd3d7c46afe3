import { momentOf } from '../base/moment';
import { capabilitiesOf } from '../cloud/apiVersions';
import { apiVersions } from '../cloud/versionList';
import { hasEnded, type ApiVersion } from '../cloud/task';
import type { TaskQuery } from '../cloud/taskClient';
import { needsFullRead, type TrackedTask } from '../tasks/trackedTask';
import type { ListWay, PollCosts, PollWay } from './pollCosts';

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
/** Fewer tasks than this are polled one by one, which is as cheap as a list. */
export const fewestForList = 3;
/** The pages of a list of new tasks, in requests for each by itself: what it costs at most where it shows none of them. */
const shareForList = 0.1;

/** For fewer full reads than this in a round, the list that tells all is not worth its size. */
const fewestForFullList = 2;
/** A page of so few that tells all has about as many bytes as a whole page that tells the status alone. */
const briefPageSize = 20;
/** Of so few tasks, it is worth it for this many ends in a round: a single end is no reason (`newestWeight` in `PollCosts`). */
const fewestForBriefList = 0.3;
/** Of tasks whose lists tell the status alone, so many are read in whole beside each list. */
const mostOwed = 2;

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
  const { areFull, filtersByCreation, worthFrom } = capabilitiesOf(apiVersion).lists;
  const way = areFull ? 'span' : listWayOf(tasks, apiVersion, costs, now);
  if (tasks.length < worthFrom && way === 'span') return tasks.map(pollFor);
  const known: Dated[] = [];
  const fresh: TrackedTask[] = [];
  const alone: TrackedTask[] = [];
  let owedCount = 0;
  for (const task of tasks) {
    if (!areFull && way !== 'full') {
      // A list that tells the status alone spares no request that is owed for all of a task. Each list leaves room for some.
      const isOwed = owesFullRead(task) && (way === 'span' || hasEnded(task.status));
      if (isOwed && owedCount++ < mostOwed) alone.push(task);
      // Those that have ended stand further back: a short page does not hold them.
      if (hasEnded(task.status)) continue;
    }
    const createdAt = momentOf(task.createdAt);
    // A task that the cloud does not find by its ID is in no list.
    const isNowhere = task.isMissing || task.trouble?.kind === 'taskNotFound';
    // A list that begins with the newest needs no date to be looked through.
    const isListed = !Number.isNaN(createdAt) || (!filtersByCreation && task.rawStatus !== '');
    if (isListed && !isNowhere) known.push({ task, createdAt: createdAt || 0 });
    // What the list of the newest did not show is polled by itself.
    else (isNowhere || task.trouble ? alone : fresh).push(task);
  }
  known.sort((a, b) => a.createdAt - b.createdAt);
  const freshPolls = planFresh(fresh, apiVersion, costs, now);
  const knownPolls = planKnown(known, apiVersion, way, costs, now);
  const [recent] = freshPolls;
  const [span] = knownPolls;
  // Without filters, new tasks and known ones stand in one list. While a longer one is read, further new ones would wait.
  const isOneList =
    areFull &&
    !filtersByCreation &&
    recent?.kind === 'list' &&
    span?.kind === 'list' &&
    (costs.of(apiVersion, span.way, now) ?? Infinity) <= recent.mostPages;
  return [
    ...alone.map(pollFor),
    ...(isOneList
      ? [{ ...recent, expects: [...recent.expects, ...span.expects] }]
      : [...freshPolls, ...knownPolls]),
  ];
}

/**
 * By which list known tasks are read where that of their status does not tell all: by one that does, where this takes the place
 * of a request for each that is owed in whole, or ends. By a short page of it where they are few and end again and again.
 */
function listWayOf(
  tasks: readonly TrackedTask[],
  apiVersion: ApiVersion,
  costs: PollCosts,
  now: number,
): 'span' | 'full' | 'brief' {
  const isFew = tasks.length < capabilitiesOf(apiVersion).lists.worthFrom;
  const costOf = (way: ListWay): number => costs.of(apiVersion, way, now) ?? 0;
  const ends = costs.endsPerRound(apiVersion);
  const owed = tasks.filter(owesFullRead).length;
  const otherwise = isFew ? tasks.length : costOf('span') + owed + ends;
  const mayBeBrief =
    tasks.length <= briefPageSize &&
    owed < fewestForFullList &&
    ends >= fewestForBriefList &&
    costOf('span') <= 1;
  if (mayBeBrief && costOf('brief') + owed < otherwise) return 'brief';
  const mayBeFull = !isFew && owed + ends >= fewestForFullList;
  return mayBeFull && costOf('full') < otherwise ? 'full' : 'span';
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

/** Of tasks of which nothing is known yet. */
function planFresh(
  tasks: readonly TrackedTask[],
  apiVersion: ApiVersion,
  costs: PollCosts,
  now: number,
): readonly Poll[] {
  const { areFull, worthFrom } = capabilitiesOf(apiVersion).lists;
  const isWorthIt =
    tasks.length >= Math.max(fewestForList, worthFrom) &&
    (costs.of(apiVersion, 'recent', now) ?? 0) < tasks.length;
  if (!isWorthIt) return tasks.map(pollFor);
  // Tasks that nobody tracks may stand before them, so a list may cost a little more before each is polled by itself.
  const mostInVain = Math.floor(tasks.length * shareForList);
  const mostPages = Math.max(pagesFor(tasks.length, apiVersion) + 1, mostInVain);
  const query = areFull ? {} : { isFull: true };
  return [{ kind: 'list', way: 'recent', apiVersion, query, mostPages, expects: tasks }];
}

function planKnown(
  tasks: readonly Dated[],
  apiVersion: ApiVersion,
  way: 'span' | 'full' | 'brief',
  costs: PollCosts,
  now: number,
): readonly Poll[] {
  if (tasks.length === 0) return [];
  const { filtersByCreation, worthFrom } = capabilitiesOf(apiVersion).lists;
  const all = listPlan(way, [tasks], apiVersion);
  const plans = filtersByCreation
    ? [all, ...spansPlan(tasks, apiVersion), statusPlan(tasks, apiVersion), eachPlan(tasks)]
    : // A list without any filter begins with the newest: a status call is as cheap and far smaller.
      [eachPlan(tasks), ...(tasks.length < worthFrom && way === 'span' ? [] : [all])];
  const priced = plans
    .map((plan) => ({ plan, requests: priceOf(plan, apiVersion, costs, now) }))
    // Stable: of equal prices the earlier plan stays first.
    .sort((a, b) => a.requests - b.requests);
  const [, second] = priced;
  // A list may cost as much as what would be done instead, so that trying it never costs much more.
  const mostPages = Math.ceil(second?.requests ?? 0);
  return priced
    .slice(0, 1)
    .flatMap(({ plan }) => plan.polls)
    .map((poll) => (poll.kind === 'list' ? { ...poll, mostPages } : poll));
}

function priceOf(plan: Plan, apiVersion: ApiVersion, costs: PollCosts, now: number): number {
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

/** One list for each of these. */
function listPlan(
  way: ListWay,
  lists: readonly (readonly Dated[])[],
  apiVersion: ApiVersion,
): Plan {
  const least = lists.reduce((sum, tasks) => sum + pagesFor(tasks.length, apiVersion), 0);
  return { way, least, polls: lists.map((tasks) => listPoll(way, tasks, apiVersion)) };
}

/**
 * None where all lie together, as the list of their time is the same then. Where an account runs hundreds of other tasks, two
 * groups that began hours apart would else take twice the requests and be seen a minute late.
 */
function spansPlan(tasks: readonly Dated[], apiVersion: ApiVersion): readonly Plan[] {
  const spans: Dated[][] = [];
  for (const dated of tasks) {
    const last = spans.at(-1);
    const before = last?.at(-1);
    if (last && before && dated.createdAt - before.createdAt < gapMs) last.push(dated);
    else spans.push([dated]);
  }
  return spans.length === 1 ? [] : [listPlan('spans', spans, apiVersion)];
}

function statusPlan(tasks: readonly Dated[], apiVersion: ApiVersion): Plan {
  const { statusFilters } = capabilitiesOf(apiVersion).lists;
  const polls: Poll[] = [];
  let least = 0;
  for (const word of statusFilters) {
    const inIt = tasks.filter(({ task }) => task.rawStatus === word);
    if (inIt.length === 0) continue;
    const poll = listPoll('status', inIt, apiVersion);
    polls.push({ ...poll, query: { ...poll.query, rawStatus: word } });
    least += pagesFor(inIt.length, apiVersion);
  }
  const others = tasks.filter(({ task }) => !statusFilters.includes(task.rawStatus));
  polls.push(...others.map(({ task }) => pollFor(task)));
  return { way: 'status', least: least + others.length, polls };
}

/** The list of their time, or of all from the newest on, until the oldest has come, where lists have no such filter. */
function listPoll(way: ListWay, tasks: readonly Dated[], apiVersion: ApiVersion): ListPoll {
  const bounds = {
    createdFrom: (tasks[0]?.createdAt ?? 0) - marginMs,
    createdUntil: (tasks.at(-1)?.createdAt ?? 0) + marginMs,
  };
  const query = capabilitiesOf(apiVersion).lists.filtersByCreation ? bounds : {};
  return {
    kind: 'list',
    way,
    apiVersion,
    query: fullQueries[way] ?? query,
    expects: tasks.map(({ task }) => task),
    mostPages: Infinity,
  };
}

const fullQueries: Partial<Record<ListWay, TaskQuery>> = {
  full: { isFull: true },
  brief: { isFull: true, pageSize: briefPageSize },
};

function pagesFor(count: number, apiVersion: ApiVersion): number {
  return Math.ceil(count / capabilitiesOf(apiVersion).lists.pageSize);
}

function pollFor(task: TrackedTask): TaskPoll {
  return { kind: 'task', task };
}
