import { openSessionStop } from '../actions/taskChanges';
import { capabilitiesOf } from '../cloud/apiVersions';
import { momentOf } from '../base/moment';
import { apiVersions } from '../cloud/versionList';
import type { Clock } from '../base/clock';
import { Emitter, type Disposable, type Event } from '../base/event';
import { CloudError, isCloudError } from '../cloud/errors';
import type { ApiVersion } from '../cloud/task';
import type { OpenSession, OpenSessionList } from '../cloud/taskActions';
import type { Cloud } from '../cloud/taskClient';
import { PollLoop, type LoopStep } from '../polling/pollLoop';
import { stopPatienceMs } from '../tasks/trackedTask';
import { sendChange, someAtOnce, type SentOutcome } from './sendChanges';

/** A session or browser that is open at the cloud. */
export interface OpenEntry extends OpenSession {
  readonly apiVersion: ApiVersion;
  /** True from when it is to be stopped until it is gone. */
  readonly isStopping: boolean;
}

/** What is known of all that is open. */
export interface OpenSessionsState {
  /** Those that began last first. What was known stays where a later reading fails. */
  readonly entries: readonly OpenEntry[];
  readonly isReading: boolean;
  /** When all versions that are served last answered, in milliseconds since 1970. */
  readonly readAt?: number | undefined;
  /** The version of which only the newest were read, as there are too many: older ones may be open, too. */
  readonly partOf?: ApiVersion | undefined;
  /** Why the last reading failed, wholly or of one version. Absent where a version is merely not served. */
  readonly trouble?: OpenSessionsTrouble | undefined;
}

interface OpenSessionsTrouble {
  readonly apiVersion: ApiVersion;
  readonly error: CloudError;
}

interface OpenSessionsOptions {
  /** @throws {CloudError} of kind `noKey`, where the cloud cannot be asked at the moment */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  /** Called with every failure, for the log. */
  readonly onError: (error: unknown) => void;
}

interface StopOpenOptions {
  /** Takes back what was not sent yet. */
  readonly signal: AbortSignal;
  /** Called for each that is through, with how many are. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What became of one that was to be stopped. */
export interface StoppedEntry {
  readonly entry: OpenEntry;
  readonly outcome: SentOutcome<void>;
}

/** The pause after a reading, in milliseconds: what idles does so for minutes. Longer after one that took long. */
export const openSessionsPauseMs = 30_000;
const longestPauseMs = 5 * 60_000;
/** Many pages take long, as they wait for their turns, in which new tasks would be seen: so reading takes a tenth of the time at most. */
const pausePerReading = 10;

/**
 * Reads what is open at the cloud, in every API version that has such a list: at once when it is watched, and again after
 * each pause for as long as it is. While nobody watches there is no request and no timer.
 */
export class OpenSessions implements Disposable {
  readonly #options: OpenSessionsOptions;
  readonly #didChange = new Emitter<OpenSessionsState>();
  readonly #loop: PollLoop;
  /** The last good answer of each version. */
  readonly #known = new Map<ApiVersion, OpenSessionList>();
  /** Versions that are not served, until somebody refreshes. */
  readonly #absent = new Set<ApiVersion>();
  /** All that was listed for the key that is set, by kind and ID. */
  readonly #listed = new Set<string>();
  /** When each was first asked to stop, in milliseconds since 1970, by its kind and ID. */
  readonly #stopping = new Map<string, number>();
  #state: OpenSessionsState = { entries: [], isReading: false };
  #epoch = new AbortController();
  #isWatched = false;
  #isDue = true;
  #pauseMs = openSessionsPauseMs;
  #isDisposed = false;
  #waiters: (() => void)[] = [];

  readonly onDidChange: Event<OpenSessionsState> = this.#didChange.event;

  constructor(options: OpenSessionsOptions) {
    this.#options = options;
    this.#loop = new PollLoop({
      clock: options.clock,
      next: () => this.#nextStep(),
      onWaited: () => void (this.#isDue = true),
    });
  }

  get state(): OpenSessionsState {
    return this.#state;
  }

  /** Reading goes on while somebody can see it. */
  setWatched(isWatched: boolean): void {
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    this.#isDue = true;
    this.#loop.wake();
  }

  /** Reads now, versions too that were not served. Resolves when that reading ended, well or not. Never rejects. */
  read(): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    this.#absent.clear();
    const done = new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#isDue = true;
    this.#loop.wake();
    return done;
  }

  /** Reads now where it is watched: something that may be open was stopped. */
  readIfWatched(): void {
    this.#isDue = true;
    this.#loop.wake();
  }

  /** The key or the server is another one: nothing of what was known holds. */
  reconnect(): void {
    this.#epoch.abort();
    this.#epoch = new AbortController();
    this.#known.clear();
    this.#absent.clear();
    this.#listed.clear();
    this.#stopping.clear();
    this.#isDue = true;
    this.#update({ entries: [], isReading: false });
    this.#loop.wake();
  }

  /**
   * Stops some of them, four at a time; each is sent once, and what is being stopped already is left alone. What another key
   * has listed is refused unsent, as what a key cannot see would pass for stopped. Has all read again, without waiting
   * for it. Rejects only with what is no failure of the cloud's.
   */
  async stop(
    entries: readonly OpenEntry[],
    { signal, onProgress }: StopOpenOptions,
  ): Promise<readonly StoppedEntry[]> {
    const { connect, clock } = this.#options;
    const { signal: epoch } = this.#epoch;
    const mine = entries.filter((entry) => !this.#stopping.has(keyOf(entry)));
    for (const entry of mine) this.#stopping.set(keyOf(entry), clock.now());
    this.#update({ ...this.#state, entries: this.#marked(this.#state.entries) });
    const stopped: StoppedEntry[] = [];
    try {
      await someAtOnce(mine, async (entry) => {
        let outcome: SentOutcome<void> | undefined;
        try {
          outcome = await sendChange(
            openSessionStop({
              connect: async (signal) => {
                const cloud = await connect(signal);
                if (epoch.aborted || !this.#listed.has(keyOf(entry)))
                  throw new CloudError('otherKey', 'Not sent: listed for another key');
                return cloud.client(entry.apiVersion);
              },
              open: entry,
              clock,
              signal,
            }),
          );
        } finally {
          if (outcome?.kind !== 'done') this.#stopping.delete(keyOf(entry));
        }
        const count = stopped.push({ entry, outcome });
        onProgress?.(count);
      });
    } finally {
      this.#update({ ...this.#state, entries: this.#marked(this.#state.entries) });
      // Who stops them does not wait for that, as lists give way to all other requests.
      void this.read();
    }
    return stopped;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#epoch.abort();
    this.#loop.dispose();
    // Who shows that a reading is under way must learn that none is any more.
    this.#update({ ...this.#state, isReading: false });
    this.#didChange.dispose();
    this.#settle();
  }

  #nextStep(): LoopStep {
    if (!this.#isWatched && this.#waiters.length === 0) return undefined;
    if (this.#isDue) return () => this.#readAll();
    return this.#isWatched && needsNobody(this.#state.trouble) ? this.#pauseMs : undefined;
  }

  async #readAll(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#epoch;
    const startedAt = clock.now();
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#isDue = false;
    this.#update({ ...this.#state, isReading: true });
    const listing = apiVersions.filter(
      (version) => capabilitiesOf(version).openSessions !== undefined,
    );
    if (listing.every((version) => this.#absent.has(version))) this.#absent.clear();
    const asked = listing.filter((version) => !this.#absent.has(version));
    const troubles = await Promise.all(asked.map((version) => this.#readOne(version, signal)));
    if (!signal.aborted) {
      const isServed = asked.some((version) => !this.#absent.has(version));
      const serious = troubles.find((trouble) => trouble && !isAbsence(trouble.error));
      const trouble = serious ?? (isServed ? undefined : troubles.find((each) => each));
      const now = clock.now();
      const readAt = trouble ? this.#state.readAt : now;
      const restMs = trouble ? 0 : Math.min((now - startedAt) * pausePerReading, longestPauseMs);
      this.#pauseMs = Math.max(openSessionsPauseMs, restMs);
      const partOf = listing.find((version) => this.#known.get(version)?.isPart === true);
      this.#update({ entries: this.#entries(), isReading: false, readAt, partOf, trouble });
    }
    for (const resolve of waiters) resolve();
  }

  /** Never rejects. @returns why it failed */
  async #readOne(
    apiVersion: ApiVersion,
    signal: AbortSignal,
  ): Promise<OpenSessionsTrouble | undefined> {
    const { connect, onError } = this.#options;
    try {
      const client = (await connect(signal)).client(apiVersion);
      const list = await client.listOpenSessions(signal);
      if (signal.aborted) return undefined;
      this.#known.set(apiVersion, list);
      for (const open of list.open) this.#listed.add(keyOf(open));
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      const failure = isCloudError(error) ? error : new CloudError('badAnswer', String(error));
      if (isAbsence(failure)) {
        this.#absent.add(apiVersion);
        this.#known.delete(apiVersion);
      } else onError(error);
      return { apiVersion, error: failure };
    }
  }

  #entries(): readonly OpenEntry[] {
    const all = apiVersions.flatMap((apiVersion) =>
      (this.#known.get(apiVersion)?.open ?? []).map((each) => ({ ...each, apiVersion })),
    );
    const ids = new Set<string | undefined>(all.map(({ id }) => id));
    const entries = new Map<string, (typeof all)[number]>();
    for (const entry of all) {
      // A list of browsers also holds those of sessions that stand in a list of their own.
      const isShown = entry.kind === 'browser' && ids.has(entry.sessionId);
      if (!isShown && !entries.has(keyOf(entry))) entries.set(keyOf(entry), entry);
    }
    const before = this.#options.clock.now() - stopPatienceMs;
    for (const [key, since] of this.#stopping)
      if (!entries.has(key) || since < before) this.#stopping.delete(key);
    return this.#marked([...entries.values()].sort((a, b) => timeOf(b) - timeOf(a)));
  }

  /** The entries with whether they are being stopped now. */
  #marked(entries: readonly Omit<OpenEntry, 'isStopping'>[]): readonly OpenEntry[] {
    return entries.map((entry) => ({ ...entry, isStopping: this.#stopping.has(keyOf(entry)) }));
  }

  #update(state: OpenSessionsState): void {
    this.#state = state;
    this.#didChange.fire(state);
  }

  #settle(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** True where the version, or the right to use it, is simply not there. */
function isAbsence({ kind }: CloudError): boolean {
  return kind === 'notServed' || kind === 'forbidden' || kind === 'refused';
}

/** False where only a person can help, who then refreshes or sets another key. */
function needsNobody(trouble: OpenSessionsTrouble | undefined): boolean {
  switch (trouble?.error.kind) {
    case 'noKey':
    case 'auth':
    case 'payment':
    case 'redirect':
    case 'notServed':
    case 'forbidden':
      return false;
    default:
      return true;
  }
}

function keyOf({ kind, id }: Pick<OpenSession, 'kind' | 'id'>): string {
  return `${kind}/${id}`;
}

function timeOf({ startedAt }: OpenSession): number {
  return momentOf(startedAt) || 0;
}
