import type { Clock } from '../core/clock';
import type { Disposable } from '../core/event';
import type { TaskKeeper } from '../core/taskKeeper';
import { trackTasks, type TrackingResult } from '../core/taskTracking';
import type { TaskStore } from '../core/taskStore';
import type { CloudConnection } from './cloudConnection';
import { UserError } from './reportError';
import type { Settings } from './settings';

export interface TaskTrackerOptions {
  readonly store: TaskStore;
  readonly keeper: TaskKeeper;
  readonly connection: CloudConnection;
  readonly settings: Settings;
  readonly clock: Clock;
}

/** Tracks what texts name, on the server of the moment. Disposing it aborts the look-up of sessions. */
export class TaskTracker implements Disposable {
  readonly #options: TaskTrackerOptions;
  readonly #disposed = new AbortController();

  constructor(options: TaskTrackerOptions) {
    this.#options = options;
  }

  /** @throws {UserError} where there is no server that tasks could belong to, or where it becomes another one meanwhile */
  async track(text: string, signal?: AbortSignal): Promise<TrackingResult> {
    const { store, keeper, connection, settings, clock } = this.#options;
    const { server, apiVersion } = settings;
    if (typeof server === 'string')
      throw new UserError(`${server} Change it in the settings.`, 'openSettings');
    // What is kept of these tasks already must not be overwritten.
    await keeper.whenReady;
    const isCurrent = (): boolean => originOf(settings) === server.origin;
    if (!isCurrent()) throw serverChanged();
    const signals = [this.#disposed.signal, ...(signal ? [signal] : [])];
    const result = await trackTasks(text, {
      store,
      connect: connection.connect,
      isCurrent,
      apiVersion,
      now: clock.now(),
      signal: AbortSignal.any(signals),
    });
    if (result.hasServerChanged) throw serverChanged();
    return result;
  }

  dispose(): void {
    this.#disposed.abort();
  }
}

function originOf({ server }: Settings): string | undefined {
  return typeof server === 'string' ? undefined : server.origin;
}

function serverChanged(): UserError {
  return new UserError('The base URL has changed meanwhile. Track these tasks again.');
}
