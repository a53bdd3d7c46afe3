import { isCloudError, type CloudError } from '../cloud/errors';
import { refKey, type ApiVersion } from '../cloud/task';
import { nextPage, type Cloud, type ListedTask, type TaskPage } from '../cloud/taskClient';
import type { TaskInput } from '../input/taskInput';
import { searchPlaces, searchPlacesElsewhere } from './versionSearch';

/** A task of the account's lists. Of a v4 session, its lists show the latest run. */
export interface RecentTask extends ListedTask {
  readonly apiVersion: ApiVersion;
}

/** The API versions whose lists are worth a request: those that an ID is looked for in. */
export function listedVersions(isOfficial: boolean): readonly ApiVersion[] {
  const places = isOfficial ? searchPlaces : searchPlacesElsewhere;
  return [...new Set(places.map(({ apiVersion }) => apiVersion))];
}

/** How long a version is left out that was found not to be served, in milliseconds: a server may be updated. */
const absenceMs = 10 * 60_000;

/** Which API versions one server has been found not to serve, so that no list is asked for in vain each time. */
export class AbsentVersions {
  /** When each was asked in vain, in milliseconds since 1970. */
  readonly #foundAt = new Map<ApiVersion, number>();

  note(apiVersion: ApiVersion, now: number): void {
    this.#foundAt.set(apiVersion, now);
  }

  /** The versions that may be served; all of them where none may. */
  leaveOut(versions: readonly ApiVersion[], now: number): readonly ApiVersion[] {
    const left = versions.filter(
      // Either way, as the wall clock may have been set.
      (version) => Math.abs(now - (this.#foundAt.get(version) ?? -Infinity)) >= absenceMs,
    );
    return left.length > 0 ? left : versions;
  }
}

/** A list that could not be read on. */
export interface FailedList {
  readonly apiVersion: ApiVersion;
  readonly error: CloudError;
}

export interface RecentTasksOptions {
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly versions: readonly ApiVersion[];
  /** Called where a version turns out not to be served. */
  readonly onAbsent: (apiVersion: ApiVersion) => void;
  /** Aborts all requests. */
  readonly signal: AbortSignal;
}

interface List {
  readonly apiVersion: ApiVersion;
  iterator: AsyncIterator<TaskPage, unknown> | undefined;
  /** When the oldest task that it has shown was created, in milliseconds since 1970; `Infinity` before the first. */
  oldestAt: number;
  isDone: boolean;
}

/**
 * The account's tasks of several API versions as one list, the newest first, read page by page as somebody wants more. A version that is
 * not served is left out without a word where another one is, and one that fails keeps no other from being read.
 */
export class RecentTasks {
  readonly #options: RecentTasksOptions;
  readonly #lists: readonly List[];
  readonly #tasks = new Map<string, RecentTask>();
  readonly #failures: FailedList[] = [];
  readonly #absences: FailedList[] = [];
  #ordered: readonly RecentTask[] | undefined;
  #hasBegun = false;

  constructor(options: RecentTasksOptions) {
    this.#options = options;
    this.#lists = options.versions.map((apiVersion) => ({
      apiVersion,
      iterator: undefined,
      oldestAt: Infinity,
      isDone: false,
    }));
  }

  /** What was read so far, each task once. A later page may bring tasks that belong between them. */
  get tasks(): readonly RecentTask[] {
    this.#ordered ??= [...this.#tasks.values()].sort((a, b) => createdAt(b) - createdAt(a));
    return this.#ordered;
  }

  /** What a paste names, with the API version of each ID that the lists have shown: such an ID is looked for no more. */
  withVersions(input: TaskInput): TaskInput {
    const shown = new Map(this.tasks.map(({ apiVersion, id }) => [id, { apiVersion, id }]));
    return {
      ...input,
      refs: [...input.refs, ...input.ids.flatMap((id) => shown.get(id) ?? [])],
      ids: input.ids.filter((id) => !shown.has(id)),
    };
  }

  /** True while there may be more. */
  get hasMore(): boolean {
    return this.#lists.some(({ isDone }) => !isDone);
  }

  /** The lists that could not be read on, in the order in which they failed. */
  get failures(): readonly FailedList[] {
    return this.#absences.length === this.#lists.length ? this.#absences : this.#failures;
  }

  /**
   * Reads the first page of every list, and then with each call one more page: of the list that is behind the others. Not to be
   * called while a call is under way.
   * @param onRead called after each page and each failure
   * @throws the reason of the signal when it aborted
   */
  async readMore(onRead: () => void): Promise<void> {
    const lists = this.#hasBegun ? this.#behind() : this.#lists;
    this.#hasBegun = true;
    await Promise.all(
      lists.map(async (list) => {
        await this.#readPage(list);
        onRead();
      }),
    );
  }

  /** The list that may hold the newest of the tasks that were not read. */
  #behind(): readonly List[] {
    const open = this.#lists.filter(({ isDone }) => !isDone);
    return open.toSorted((a, b) => b.oldestAt - a.oldestAt).slice(0, 1);
  }

  async #readPage(list: List): Promise<void> {
    const { apiVersion } = list;
    const { connect, signal } = this.#options;
    try {
      if (!list.iterator) {
        const cloud = await connect(signal);
        signal.throwIfAborted();
        list.iterator = cloud.client(apiVersion).listTasks({}, signal)[Symbol.asyncIterator]();
      }
      const page = await nextPage(list.iterator);
      signal.throwIfAborted();
      this.#add(list, page);
    } catch (error) {
      list.isDone = true;
      if (!isCloudError(error)) throw error;
      const isAbsent = error.kind === 'notServed';
      (isAbsent ? this.#absences : this.#failures).push({ apiVersion, error });
      if (isAbsent) this.#options.onAbsent(apiVersion);
    }
  }

  #add(list: List, { tasks, isLast }: TaskPage): void {
    const { apiVersion } = list;
    list.isDone = isLast;
    for (const task of tasks) {
      const recent = { ...task, apiVersion };
      this.#tasks.set(refKey(recent), recent);
      const at = createdAt(recent);
      // One without a time says nothing of how far its list has been read.
      if (Number.isFinite(at)) list.oldestAt = Math.min(list.oldestAt, at);
    }
    this.#ordered = undefined;
  }
}

/** One whose time nobody tells stands last. */
function createdAt({ createdAt: text }: Pick<RecentTask, 'createdAt'>): number {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? -Infinity : at;
}
