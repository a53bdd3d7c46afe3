import { momentOf } from '../base/moment';
import { capabilitiesOf } from '../cloud/apiVersions';
import { concernsAll, isCloudError } from '../cloud/errors';
import type { TaskDetails, TaskRef } from '../cloud/task';
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
    if (outdatedIn(tasks).length > 0) return 0;
    const ends = tasks
      .map(({ endSeenAt = 0 }) => endSeenAt)
      .filter((at) => at > now - longestLifeMs);
    const moments = ends.map((at) => at + firstAfterMs).filter((at) => at > this.#polledAt);
    const closings = tasks.filter(isMarked).map(({ browserOpenUntil = 0 }) => browserOpenUntil);
    if (closings.length > 0) {
      const pauseMs = Math.max(shortestPauseMs, (now - Math.max(0, ...ends)) / 4);
      moments.push(this.#polledAt + pauseMs, ...closings);
    }
    if (moments.length === 0) return undefined;
    return Math.max(Math.min(...moments), this.#polledAt + leastGapMs);
  }

  async poll(connect: (signal: AbortSignal) => Promise<Cloud>, signal: AbortSignal): Promise<void> {
    const { store, now } = this.#options;
    const tasks = store.tasks().filter(leavesBrowser);
    const outdated = outdatedIn(tasks);
    if (outdated.length > 0) {
      store.put(outdated.map((task) => ({ ...task, browserOpenUntil: undefined })));
      return;
    }
    const cloud = await connect(signal);
    const open: OpenSession[] = [];
    try {
      for (const apiVersion of new Set(tasks.map((task) => task.apiVersion)))
        open.push(...(await cloud.client(apiVersion).listOpenSessions(signal)).open);
    } catch (error) {
      // What is refused is tried again after the next end.
      if (!isCloudError(error) || !concernsAll(error)) this.#polledAt = now();
      throw error;
    }
    if (signal.aborted) return;
    this.#polledAt = now();
    markOpenBrowsers(open, store, now());
  }

  makeDue(): void {
    this.#polledAt = -Infinity;
  }
}

/**
 * Marks tasks by a list of all that is open, and takes the marks off the others: of a session whose browser is open, the task
 * that ended last has the mark.
 * @param now milliseconds since 1970
 */
export function markOpenBrowsers(
  open: readonly OpenSession[],
  store: Pick<TaskStore, 'tasks' | 'put'>,
  now: number,
): void {
  const tasks = store.tasks().filter(leavesBrowser);
  const sessions = new Set<string | undefined>();
  const marks = tasks.map((task) => {
    const moments = open
      .filter(({ sessionId }) => sessionId === task.sessionId)
      .map(({ closesAt }) => momentOf(closesAt))
      .filter((at) => at > now);
    // Several may have begun at once, or nobody knows when.
    const isFirst = !sessions.has(task.sessionId);
    const isOpen = isFirst && moments.length > 0 && mayBeMarked(task, tasks);
    if (isOpen) sessions.add(task.sessionId);
    return { ...task, browserOpenUntil: isOpen ? Math.max(...moments) : undefined };
  });
  store.put(marks);
}

/** Marks a task by what its own details say of its browser; where they say nothing of it, the mark stays as it is. */
export function markByDetails(
  ref: TaskRef,
  { session }: Pick<TaskDetails, 'session'>,
  store: Pick<TaskStore, 'get' | 'tasks' | 'put'>,
): void {
  const task = store.get(ref);
  if (!task || !leavesBrowser(task) || session?.status === undefined) return;
  const closesAt = momentOf(session.idleUntil) || undefined;
  const isMarkable = mayBeMarked(task, store.tasks().filter(leavesBrowser));
  store.put([{ ...task, browserOpenUntil: isMarkable ? closesAt : undefined }]);
}

function leavesBrowser(task: TrackedTask): boolean {
  return capabilitiesOf(task.apiVersion).openSessions === 'browser' && task.sessionId !== undefined;
}

function isMarked({ browserOpenUntil }: TrackedTask): boolean {
  return browserOpenUntil !== undefined;
}

/** The marked whose session goes on: its next task works in the browser of the one before. */
function outdatedIn(tasks: readonly TrackedTask[]): readonly TrackedTask[] {
  return tasks.filter(isMarked).filter((task) => !mayBeMarked(task, tasks));
}

/** True where no task of the session is at work, this one included, and none was created later. */
function mayBeMarked(task: TrackedTask, tasks: readonly TrackedTask[]): boolean {
  const createdAt = (each: TrackedTask): number => momentOf(each.createdAt) || 0;
  return !tasks.some(
    (each) =>
      each.sessionId === task.sessionId && (isActive(each) || createdAt(each) > createdAt(task)),
  );
}
