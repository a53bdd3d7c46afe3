import type { Clock } from '../../core/base/clock';
import type { Disposable } from '../../core/base/event';
import type { TaskPersistence } from '../../core/tasks/taskPersistence';
import type { TaskInput } from '../../core/input/taskInput';
import { trackTasks, type TrackingResult } from '../../core/tracking/taskTracking';
import type { TaskStore } from '../../core/tasks/taskStore';
import type { CloudConnection } from '../account/cloudConnection';
import { UserError } from '../reportError';
import type { Settings } from '../settings';

export interface TaskTrackerOptions {
  readonly store: TaskStore;
  readonly persistence: TaskPersistence;
  readonly connection: CloudConnection;
  readonly settings: Settings;
  readonly clock: Clock;
}

export interface TrackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before each session is looked up, with how many of all have been. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Tracks what pastes name, on the server of the moment. Disposing it aborts the look-up of sessions. */
export class TaskTracker implements Disposable {
  readonly #options: TaskTrackerOptions;
  readonly #disposed = new AbortController();

  constructor(options: TaskTrackerOptions) {
    this.#options = options;
  }

  /** @throws {UserError} where there is no server that tasks could belong to, or where it becomes another one meanwhile */
  async track(
    input: TaskInput,
    { signal, onProgress }: TrackOptions = {},
  ): Promise<TrackingResult> {
    const { store, persistence, connection, settings, clock } = this.#options;
    const { server, problem } = settings.baseUrl;
    if (!server) throw new UserError(`${problem} Change it in the settings.`, 'openSettings');
    // What is kept of these tasks already must not be overwritten.
    await persistence.whenReady;
    const isCurrent = (): boolean => originOf(settings) === server.origin;
    if (!isCurrent()) throw serverChanged();
    const signals = [this.#disposed.signal, ...(signal ? [signal] : [])];
    const result = await trackTasks(input, {
      store,
      connect: connection.connect,
      isCurrent,
      now: clock.now(),
      signal: AbortSignal.any(signals),
      onProgress,
    });
    if (result.hasServerChanged) throw serverChanged();
    return result;
  }

  dispose(): void {
    this.#disposed.abort();
  }
}

function originOf({ baseUrl }: Settings): string | undefined {
  return baseUrl.server?.origin;
}

function serverChanged(): UserError {
  return new UserError('The base URL has changed meanwhile. Track these tasks again.');
}
