import { apiVersions } from '../cloud/versionList';
import { capabilitiesOf } from '../cloud/apiVersions';
import { concernsAll, isCloudError } from '../cloud/errors';
import { hasEnded } from '../cloud/task';
import type { OpenSession } from '../cloud/taskActions';
import type { Cloud } from '../cloud/taskClient';
import type { TaskStore } from '../tasks/taskStore';
import { isActive, type TrackedTask } from '../tasks/trackedTask';
import type { ExtraPolls } from './pollerWithExtras';

const minuteMs = 60_000;

/** So long after an end the browsers are listed, in milliseconds: when what settles after the end is read, too. */
const firstAfterMs = 2 * minuteMs;
/** The shortest pause while browsers are open, in milliseconds. It grows with the time since the last end. */
const shortestPauseMs = 5 * minuteMs;
/** However many tasks end, no more often than this, in milliseconds. */
const leastGapMs = minuteMs;
/** No browser lives longer, in milliseconds. @see cloud-api-v3-v4.md §3 */
const longestLifeMs = 4 * 60 * minuteMs;
/** A browser that closes a little later than was known needs no other mark, in milliseconds. */
const sameMomentMs = 30_000;

export interface OpenBrowserPollsOptions {
  readonly store: TaskStore;
  /** The wall clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Finds out which browsers are still open though their tasks have ended, where browsers outlive them: with one list two minutes
 * after an end, and again ever more rarely while one is open. Where no task has ended in the last four hours, nothing is sent.
 */
export class OpenBrowserPolls implements ExtraPolls {
  readonly #options: OpenBrowserPollsOptions;
  #polledAt = -Infinity;

  readonly name = 'browsers that are still open';

  constructor(options: OpenBrowserPollsOptions) {
    this.#options = options;
  }

  dueAt(): number | undefined {
    const now = this.#options.now();
    const tasks = this.#options.store.tasks().filter(leavesBrowser);
    const marked = tasks.filter((task) => task.browserOpenUntil !== undefined);
    if (marked.some((task) => !mayBeMarked(task, tasks))) return 0;
    const ends = tasks.map(endOf).filter((at) => at > now - longestLifeMs && at <= now);
    const unread = ends.map((at) => at + firstAfterMs).filter((at) => at > this.#polledAt);
    const moments = unread.length > 0 ? [Math.min(...unread)] : [];
    if (marked.length > 0) {
      const pauseMs = Math.max(shortestPauseMs, (now - Math.max(0, ...ends)) / 4);
      const closings = marked.map((task) => (task.browserOpenUntil ?? 0) + 1000);
      moments.push(Math.min(this.#polledAt + pauseMs, ...closings));
    }
    if (moments.length === 0) return undefined;
    return Math.max(Math.min(...moments), this.#polledAt + leastGapMs);
  }

  async poll(connect: (signal: AbortSignal) => Promise<Cloud>, signal: AbortSignal): Promise<void> {
    const { store, now } = this.#options;
    // The next task of a session works in the browser of the one before.
    const tasks = store.tasks().filter(leavesBrowser);
    const used = tasks.filter(
      (task) => task.browserOpenUntil !== undefined && !mayBeMarked(task, tasks),
    );
    if (used.length > 0) {
      store.put(used.map(withoutMark));
      return;
    }
    const cloud = await connect(signal);
    const open: (OpenSession & Pick<TrackedTask, 'apiVersion'>)[] = [];
    try {
      for (const apiVersion of new Set(tasks.map((task) => task.apiVersion)))
        for (const each of (await cloud.client(apiVersion).listOpenSessions(signal)).open)
          open.push({ ...each, apiVersion });
    } catch (error) {
      // What is refused is tried again after the next end.
      if (!isCloudError(error) || !concernsAll(error)) this.#polledAt = now();
      throw error;
    }
    if (signal.aborted) return;
    this.#polledAt = now();
    this.#mark(open);
  }

  makeDue(): void {
    this.#polledAt = -Infinity;
  }

  /** Of a session whose browser is open, the task that ended last has the mark. */
  #mark(open: readonly (OpenSession & Pick<TrackedTask, 'apiVersion'>)[]): void {
    const { store, now } = this.#options;
    const tasks = store.tasks().filter(leavesBrowser);
    const closesAt = new Map<string, number>();
    for (const { apiVersion, sessionId, closesAt: moment } of open) {
      const at = Date.parse(moment ?? '');
      if (sessionId === undefined || !(at > now())) continue;
      const [last] = tasks
        .filter((task) => task.apiVersion === apiVersion && task.sessionId === sessionId)
        .filter((task) => mayBeMarked(task, tasks));
      if (last) closesAt.set(last.id, Math.max(at, closesAt.get(last.id) ?? 0));
    }
    const changed = tasks.flatMap((task) => {
      const at = closesAt.get(task.id);
      if (at === undefined) return task.browserOpenUntil === undefined ? [] : [withoutMark(task)];
      const isKnown = Math.abs(at - (task.browserOpenUntil ?? 0)) < sameMomentMs;
      return isKnown ? [] : [{ ...task, browserOpenUntil: at }];
    });
    store.put(changed);
  }
}

const leaving = new Set(
  apiVersions.filter((each) => capabilitiesOf(each).openSessions === 'browser'),
);

function leavesBrowser(task: TrackedTask): boolean {
  return leaving.has(task.apiVersion) && task.sessionId !== undefined;
}

/** When the end of a task was seen, in milliseconds since 1970. */
function endOf(task: TrackedTask): number {
  return hasEnded(task.status) ? (task.endSeenAt ?? 0) : 0;
}

/** True for a task that has ended, and after which none of its session is at work or has ended. */
function mayBeMarked(task: TrackedTask, tasks: readonly TrackedTask[]): boolean {
  if (!hasEnded(task.status)) return false;
  const createdAt = (each: TrackedTask): number => Date.parse(each.createdAt ?? '') || 0;
  return !tasks.some(
    (each) =>
      each !== task &&
      each.apiVersion === task.apiVersion &&
      each.sessionId === task.sessionId &&
      (isActive(each) || createdAt(each) > createdAt(task)),
  );
}

function withoutMark({ browserOpenUntil, ...task }: TrackedTask): TrackedTask {
  return task;
}
