import type { Clock } from '../base/clock';
import { capabilitiesOf } from '../cloud/apiVersions';
import { isCloudError, type CloudError } from '../cloud/errors';
import type { ApiVersion, TaskRef } from '../cloud/task';
import type { Cloud } from '../cloud/taskClient';

/** A place where an ID may be known. */
export interface SearchPlace {
  readonly apiVersion: ApiVersion;
  /** What the ID would name there. */
  readonly as: 'task' | 'session';
  /** True where what was created just now may be unknown for moments. @see cloud-api-v3-v4.md §5, consistency */
  readonly mayLag?: true;
}

/**
 * Where an ID is looked for whose version nothing tells, in this order. v3 sessions stand before the others, as a session of
 * v3 may be known as one of v2 or v4, too.
 * @see cloud-api-v3-v4.md §12
 */
export const searchPlaces: readonly SearchPlace[] = [
  { apiVersion: 'v4', as: 'task', mayLag: true },
  { apiVersion: 'v2', as: 'task' },
  { apiVersion: 'v3', as: 'task' },
  { apiVersion: 'v4', as: 'session', mayLag: true },
  { apiVersion: 'v2', as: 'session' },
];

/** As `searchPlaces`, on servers other than the vendor's: self-hosted ones still serve v1. */
export const searchPlacesElsewhere: readonly SearchPlace[] = [
  ...searchPlaces,
  { apiVersion: 'v1', as: 'task' },
];

export interface VersionSearchOptions {
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** True for the vendor's server, which no longer serves v1. */
  readonly isOfficial: boolean;
  /** The task that was tracked last: the next one is likely to have the same version. */
  readonly last: Pick<TaskRef, 'apiVersion'> | undefined;
  readonly clock: Clock;
}

/** How old a search is before it says that an ID is known nowhere, in milliseconds. */
const searchAgainAfterMs = 3000;

/** For more IDs than this, lists are read first: a page of them may name a hundred. */
const mostWithoutLists = 3;

/**
 * Finds out which API version knows an ID, by asking one after the other: at most five requests for an ID, six on servers
 * other than the vendor's, and one more for the first that is found nowhere. A version that turns out not to be served is left
 * out from then on, and the one that knew an ID comes first for the next task.
 */
export class VersionSearch {
  readonly #options: VersionSearchOptions;
  readonly #notServed = new Set<ApiVersion>();
  /** Versions that this key may not use. */
  readonly #forbidden = new Map<ApiVersion, CloudError>();
  /** What lists have shown. */
  readonly #listed = new Map<string, TaskRef>();
  #last: Pick<TaskRef, 'apiVersion'> | undefined;
  /** In milliseconds since 1970. */
  readonly #searchAgainAt: number;

  constructor(options: VersionSearchOptions) {
    this.#options = options;
    this.#last = options.last;
    this.#searchAgainAt = options.clock.now() + searchAgainAfterMs;
  }

  /**
   * Reads the lists of the versions where so many IDs are to be found that this saves requests: each from the newest task on,
   * for as long as its pages show any of them.
   * @throws an `AbortError`; a list that fails is left out
   */
  async readLists(ids: readonly string[], signal: AbortSignal): Promise<void> {
    if (ids.length <= mostWithoutLists) return;
    const missing = new Set(ids);
    for (const apiVersion of new Set(this.#places.map((place) => place.apiVersion))) {
      if (missing.size === 0) return;
      try {
        await this.#readList(apiVersion, missing, signal);
      } catch (error) {
        if (!isCloudError(error)) throw error;
      }
    }
  }

  /**
   * Where an ID is found nowhere while the search is younger than three seconds, it is looked for once more where it may be late.
   * @param as what the text calls the ID; a "task" may also be a session that the text does not name as one
   * @returns the task, or all tasks of the session; `undefined` where no version knows the ID
   * @throws {CloudError} where that could not be found out; an `AbortError`
   */
  async find(
    id: string,
    as: SearchPlace['as'],
    signal: AbortSignal,
  ): Promise<readonly TaskRef[] | undefined> {
    const listed = this.#listed.get(id);
    if (listed) return [listed];
    const places = this.#placesFor(as);
    const found = await this.#findIn(places, id, signal);
    const waitMs = Math.min(this.#searchAgainAt - this.#options.clock.now(), searchAgainAfterMs);
    const late = places.filter(
      (place) => place.mayLag && place.as === as && !this.#notServed.has(place.apiVersion),
    );
    if (found || waitMs <= 0 || late.length === 0) return found;
    await this.#options.clock.sleep(waitMs, signal);
    signal.throwIfAborted();
    return this.#findIn(late, id, signal);
  }

  async #findIn(
    places: readonly SearchPlace[],
    id: string,
    signal: AbortSignal,
  ): Promise<readonly TaskRef[] | undefined> {
    let isServed = false;
    let notServed: CloudError | undefined;
    for (const place of places) {
      const { apiVersion } = place;
      if (this.#notServed.has(apiVersion) || this.#forbidden.has(apiVersion)) continue;
      try {
        const refs = await this.#findAt(id, place, signal);
        this.#last = place;
        return refs;
      } catch (error) {
        if (!isCloudError(error)) throw error;
        if (error.kind === 'notServed') {
          this.#notServed.add(apiVersion);
          notServed = error;
        } else if (error.kind === 'forbidden') this.#forbidden.set(apiVersion, error);
        else if (isUnknownId(error)) isServed = true;
        else throw error;
      }
    }
    // The ID may be in a version that the key may not use: that is not "not found".
    const [forbidden] = this.#forbidden.values();
    const failure = forbidden ?? (isServed ? undefined : notServed);
    if (failure) throw failure;
    return undefined;
  }

  /** Takes out of `missing` what the list shows. */
  async #readList(
    apiVersion: ApiVersion,
    missing: Set<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const cloud = await this.#options.connect(signal);
    for await (const { tasks } of cloud.client(apiVersion).listTasks({}, signal)) {
      const found = tasks.filter(({ id }) => missing.delete(id));
      for (const { id } of found) this.#listed.set(id, { apiVersion, id });
      if (found.length === 0 || missing.size === 0) return;
    }
  }

  get #places(): readonly SearchPlace[] {
    const places = this.#options.isOfficial ? searchPlaces : searchPlacesElsewhere;
    // Sessions stay where they are: those of v3 are looked for before.
    const isLast = ({ apiVersion, as }: SearchPlace): boolean =>
      apiVersion === this.#last?.apiVersion && as === 'task';
    return [...places.filter(isLast), ...places.filter((place) => !isLast(place))];
  }

  #placesFor(as: SearchPlace['as']): readonly SearchPlace[] {
    if (as === 'task') return this.#places;
    return this.#places.filter(
      (place) => place.as === 'session' || capabilitiesOf(place.apiVersion).sessions === 'areTasks',
    );
  }

  async #findAt(
    id: string,
    { apiVersion, as }: SearchPlace,
    signal: AbortSignal,
  ): Promise<readonly TaskRef[]> {
    const cloud = await this.#options.connect(signal);
    const client = cloud.client(apiVersion);
    if (as === 'session') {
      const ids = await client.findSessionTasks(id, signal);
      return ids.map((each) => ({ apiVersion, id: each }));
    }
    await client.getStatus(id, signal);
    return [{ apiVersion, id }];
  }
}

/** The version knows no such ID, or it is no ID there. */
function isUnknownId({ kind }: CloudError): boolean {
  return kind === 'taskNotFound' || kind === 'invalidRequest';
}
