import { Emitter, type Disposable, type Event } from '../../core/base/event';
import type { Server } from '../../core/cloud/baseUrl';
import type { TaskRef } from '../../core/cloud/task';
import type { TaskChange } from '../../core/tasks/taskPatch';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { Settings } from '../settings';
import { UserError } from '../userError';
import type { AccountSession } from './accountSession';

export interface CurrentAccountOptions {
  readonly settings: Pick<Settings, 'baseUrl' | 'onDidChange'>;
  /** Shows the tasks of the current session. */
  readonly tasks: ShownTasks;
  /** @param after resolves when the session before has written its files */
  readonly createSession: (server: Server, after: Promise<void>) => AccountSession;
}

/**
 * The session for the server that the base URL names: another server ends it and begins another.
 * While a base URL cannot be used, the session before stays visible and sends no request.
 */
export class CurrentAccount implements Disposable {
  readonly #options: CurrentAccountOptions;
  readonly #didChange = new Emitter<void>();
  readonly #subscription: Disposable;
  #session: AccountSession | undefined;
  /** Resolves when the sessions before have written their files. */
  #flushed: Promise<unknown> = Promise.resolve();

  /** Fires when the session, its key or what is wrong with the base URL may be another. */
  readonly onDidChange: Event<void> = this.#didChange.event;

  constructor(options: CurrentAccountOptions) {
    this.#options = options;
    this.#subscription = options.settings.onDidChange((affects) => {
      if (!affects('baseUrl')) return;
      this.#follow();
      this.#didChange.fire();
    });
    this.#follow();
  }

  /** The session whose tasks are shown. Absent until the base URL first names a server that can be used. */
  get session(): AccountSession | undefined {
    return this.#session;
  }

  /** The tasks that are shown. */
  get tasks(): TaskSource {
    return this.#options.tasks;
  }

  /** Whether requests can be sent, as far as is known; `undefined` before the key was first read. */
  get keyState(): 'missing' | 'present' | undefined {
    return this.#session ? this.#session.keyState : 'missing';
  }

  /** The current session, where it is for this server. */
  sessionAt(origin: string | undefined): AccountSession | undefined {
    return this.#session?.server.origin === origin ? this.#session : undefined;
  }

  /** @throws {UserError} where the base URL cannot be used */
  requireSession(): AccountSession {
    const { problem } = this.#options.settings.baseUrl;
    if (this.#session && problem === undefined) return this.#session;
    throw unusable(problem);
  }

  /**
   * The session whose tasks are shown, once they are read; the base URL may be unusable meanwhile.
   * @throws {UserError} where there is no session yet
   */
  async whenReady(): Promise<AccountSession> {
    const session = this.#session;
    if (!session) throw unusable(this.#options.settings.baseUrl.problem);
    await session.persistence.whenReady;
    return session;
  }

  /** Resolves when everything is on disk that has changed so far. Never rejects. */
  async flush(): Promise<void> {
    await Promise.all([this.#flushed, this.#session?.flush()]);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#session?.dispose();
    this.#didChange.dispose();
  }

  #follow(): void {
    const { settings, tasks, createSession } = this.#options;
    const { server } = settings.baseUrl;
    const before = this.#session;
    if (!server || server.baseUrl === before?.server.baseUrl) return;
    before?.dispose();
    const flushed = this.flush();
    this.#flushed = flushed;
    const session = createSession(server, flushed);
    session.key.onDidChange(() => this.#didChange.fire());
    this.#session = session;
    tasks.show(session.store);
  }
}

function unusable(problem = 'The base URL cannot be used.'): UserError {
  return new UserError(`${problem} Change it in the settings.`, 'openSettings');
}

/** The tasks of the account that is shown, for whoever only reads them; none while no account is shown. */
export class ShownTasks implements TaskSource, Disposable {
  readonly #didChange = new Emitter<readonly TaskChange[]>();
  #source: TaskSource | undefined;
  #subscription: Disposable | undefined;

  /** Fires with the changes of the account that is shown, and once when another account is shown. */
  readonly onDidChange: Event<readonly TaskChange[]> = this.#didChange.event;

  tasks(): readonly TrackedTask[] {
    return this.#source?.tasks() ?? [];
  }

  get(ref: TaskRef): TrackedTask | undefined {
    return this.#source?.get(ref);
  }

  /** Shows the tasks of another account: those of the one before are removed, also where the other has one of the same ID. */
  show(source: TaskSource | undefined): void {
    const removed = this.tasks().map((before): TaskChange => ({ before }));
    this.#subscription?.dispose();
    this.#source = source;
    this.#subscription = source?.onDidChange((changes) => this.#didChange.fire(changes));
    const changes = [...removed, ...this.tasks().map((after): TaskChange => ({ after }))];
    if (changes.length > 0) this.#didChange.fire(changes);
  }

  dispose(): void {
    this.#subscription?.dispose();
    this.#didChange.dispose();
  }
}
