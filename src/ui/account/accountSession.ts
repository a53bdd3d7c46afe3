import type { Clock } from '../../core/base/clock';
import type { Disposable } from '../../core/base/event';
import { otherServerMessage, type Server } from '../../core/cloud/baseUrl';
import { CloudError } from '../../core/cloud/errors';
import type { Cloud, CloudOptions, RequestGate } from '../../core/cloud/taskClient';
import type { RateLimiterOptions } from '../../core/polling/rateLimiter';
import type { TokenBucket } from '../../core/polling/tokenBucket';
import {
  TaskPersistence,
  type TaskFiles,
  type TaskPersistenceOptions,
} from '../../core/tasks/taskPersistence';
import { TaskStore } from '../../core/tasks/taskStore';
import type { Announcement } from '../../core/windows/windowMessages';
import type { WindowSharing } from '../../core/windows/windowSharing';
import { UserError } from '../userError';
import { ApiKey, type ApiKeyOptions } from './apiKey';

export interface AccountSessionOptions
  extends Omit<CloudConnectionOptions, 'key'>, Omit<ApiKeyOptions, 'origin'> {
  readonly server: Server;
  /** What is wrong with the base URL, while it names no server: then this session stays visible and sends no request. */
  readonly problem: () => string | undefined;
  /** Where the tasks of the server are kept. */
  readonly files: TaskFiles;
  /** Resolves when the session before has written its files, which this one may share. Never rejects. */
  readonly after: Promise<void>;
  /** Called once when tasks cannot be read, and once when they cannot be saved. */
  readonly onStorageError: TaskPersistenceOptions['onError'];
  /** Loads what polls and speaks with the other windows. */
  readonly loadWindows: () => Promise<(session: AccountSession) => WindowSharing>;
  /** Called where that cannot be loaded. */
  readonly onError: (error: unknown) => void;
}

/**
 * One account on one server, from when the base URL names it until it names another. The session creates all that belongs to the
 * account and disposes all of it. An answer or a command that comes later changes its own store at most: no file and no other
 * session. Another API key for the server keeps the session, with its tasks.
 */
export class AccountSession implements Disposable {
  readonly server: Server;
  readonly key: ApiKey;
  readonly store = new TaskStore();
  readonly persistence: TaskPersistence;
  readonly windows: LazyWindowSharing;
  readonly #problem: () => string | undefined;
  readonly #connection: CloudConnection;
  readonly #over = new AbortController();

  constructor(options: AccountSessionOptions) {
    const { server, files, after, clock, onStorageError, loadWindows, onError } = options;
    this.server = server;
    this.#problem = options.problem;
    this.key = new ApiKey({ ...options, origin: server.origin });
    this.#connection = new CloudConnection({ ...options, key: this.key });
    this.persistence = new TaskPersistence({
      store: this.store,
      files: filesAfter(after, files),
      clock,
      onError: onStorageError,
    });
    this.windows = new LazyWindowSharing(async () => {
      const create = await loadWindows();
      return () => create(this);
    }, onError);
    void this.persistence.load();
    void this.key.read();
  }

  /** Aborts when the base URL names another server, with words for the user as its reason. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether requests can be sent, as far as is known; `undefined` before the key was first read. */
  get keyState(): 'missing' | 'present' | undefined {
    return this.#problem() === undefined ? this.key.state : 'missing';
  }

  /**
   * Connects to the server with its current key.
   * @throws {CloudError} of kind `noKey` where there is no key, or the base URL cannot be used; {UserError} once the session is over
   */
  readonly connect = async (signal: AbortSignal): Promise<Cloud> => {
    this.signal.throwIfAborted();
    const problem = this.#problem();
    if (problem !== undefined) throw new CloudError('noKey', problem);
    const cloud = await this.#connection.connect(signal);
    this.signal.throwIfAborted();
    return cloud;
  };

  /** The server with a key that is not in use (yet). */
  openCloud(key: string): Promise<Cloud> {
    return this.#connection.openCloud(key);
  }

  /** Resolves when everything is on disk that has changed so far, also once the session is over. Never rejects. */
  flush(): Promise<void> {
    return this.persistence.flush();
  }

  dispose(): void {
    if (this.signal.aborted) return;
    this.#over.abort(new UserError(otherServerMessage(this.server.origin)));
    this.windows.dispose();
    this.persistence.dispose();
    this.key.dispose();
    this.store.dispose();
  }
}

/** Files that nobody touches before then. */
function filesAfter(then: Promise<void>, files: TaskFiles): TaskFiles {
  return {
    load: (onUnread) => then.then(() => files.load(onUnread)),
    save: (task) => then.then(() => files.save(task)),
    remove: (ref) => then.then(() => files.remove(ref)),
  };
}

/** What polls and speaks with the other windows, loaded right after start-up. */
class LazyWindowSharing implements Disposable {
  readonly #loading: Promise<WindowSharing | undefined>;
  #sharing: WindowSharing | undefined;
  #isDisposed = false;

  /** @param onError called where the bundle is missing or damaged: then nothing is polled */
  constructor(load: () => Promise<() => WindowSharing>, onError: (error: unknown) => void) {
    this.#loading = load()
      .then((create) => {
        if (!this.#isDisposed) this.#sharing = create();
        return this.#sharing;
      })
      .catch((error: unknown) => {
        onError(error);
        return undefined;
      });
  }

  /** Resolves when whatever is done in this window reaches the others. Never rejects. */
  readonly whenReady = async (): Promise<void> => (await this.#loading)?.whenReady;

  /** Notifies the person in the window where they are. Does nothing in a window that does not poll. */
  announce(announcement: Announcement): void {
    this.#sharing?.announce(announcement);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#sharing?.dispose();
  }
}

/** The part of the extension that speaks HTTP: a bundle of its own, loaded at the first request. */
interface ApiModule {
  createCloud(options: CloudOptions): Cloud;
  createRateLimiter(options: RateLimiterOptions): RequestGate;
}

interface CloudConnectionOptions {
  readonly server: Server;
  readonly key: Pick<ApiKey, 'get'>;
  readonly loadApi: () => Promise<ApiModule>;
  readonly clock: Clock;
  /** Every request to the cloud takes a token of it. */
  readonly bucket: TokenBucket;
  /** Until when the server wants to be left alone, as any window has learned, in milliseconds since 1970. */
  readonly pausedUntil?: (() => number | undefined) | undefined;
}

/** One server with its current key, as a `Cloud` that is kept until the key changes. */
class CloudConnection {
  readonly #options: CloudConnectionOptions;
  #open: { readonly cloud: Cloud; readonly key: string } | undefined;

  constructor(options: CloudConnectionOptions) {
    this.#options = options;
  }

  /** @throws {CloudError} of kind `noKey` where there is no key */
  async connect(signal: AbortSignal): Promise<Cloud> {
    const { server, key: apiKey, pausedUntil } = this.#options;
    const known = await apiKey.get();
    if (!known) throw new CloudError('noKey', `There is no API key for ${server.host}.`);
    const { key } = known;
    if (this.#open?.key === key) return this.#open.cloud;
    const cloud = await this.#create(key, pausedUntil);
    signal.throwIfAborted();
    this.#open = { cloud, key };
    return cloud;
  }

  /** The server with a key that is not in use (yet). */
  openCloud(key: string): Promise<Cloud> {
    return this.#create(key);
  }

  async #create(key: string, pausedUntil?: RateLimiterOptions['pausedUntil']): Promise<Cloud> {
    const { server, loadApi, clock, bucket } = this.#options;
    const api = await loadApi();
    // A rate limit is a key's own; the bucket is everybody's.
    const rateLimiter = api.createRateLimiter({ clock, bucket, pausedUntil });
    return api.createCloud({ baseUrl: server.baseUrl, key, rateLimiter });
  }
}
