import { isOfficial } from '../../core/cloud/regions';
import type { Clock } from '../../core/base/clock';
import type { Disposable } from '../../core/base/event';
import type { TaskRef } from '../../core/cloud/task';
import { moveToVersionFound, type VersionMove } from '../../core/tracking/otherVersions';
import type { TaskInput } from '../../core/input/taskInput';
import {
  trackTasks,
  type TaskTrackingOptions,
  type TrackingResult,
} from '../../core/tracking/taskTracking';
import { otherRegionMessage } from '../../core/tracking/trackingMessages';
import type { AccountSession } from '../account/accountSession';
import { UserError } from '../userError';

export interface TaskTrackerOptions {
  readonly clock: Clock;
}

export interface TrackOptions {
  /** Whose tasks they are. */
  readonly session: AccountSession;
  readonly signal?: AbortSignal | undefined;
  /** Called before each ID and session is looked up, with how many of all have been. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Tracks what pastes name. Disposing it aborts the look-up of sessions. */
export class TaskTracker implements Disposable {
  readonly #options: TaskTrackerOptions;
  readonly #disposed = new AbortController();

  constructor(options: TaskTrackerOptions) {
    this.#options = options;
  }

  /** @throws {UserError} for links of another region than the server's, and where the session ends meanwhile */
  async track(input: TaskInput, options: TrackOptions): Promise<TrackingResult> {
    const elsewhere = otherRegionMessage(input, options.session.server.host);
    if (elsewhere) throw new UserError(elsewhere.text, elsewhere.nextStep);
    return this.#during(options, (tracking) => trackTasks(input, tracking));
  }

  /** @throws {UserError} where the session ends meanwhile */
  moveToVersionFound(refs: readonly TaskRef[], options: TrackOptions): Promise<VersionMove> {
    return this.#during(options, (tracking) => moveToVersionFound(refs, tracking));
  }

  dispose(): void {
    this.#disposed.abort();
  }

  async #during<T>(
    { session, signal, onProgress }: TrackOptions,
    action: (tracking: TaskTrackingOptions) => Promise<T>,
  ): Promise<T> {
    const { store, persistence, connect, signal: over } = session;
    const signals = [over, this.#disposed.signal, ...(signal ? [signal] : [])];
    try {
      // What is kept of these tasks already must not be overwritten.
      await persistence.whenReady;
      over.throwIfAborted();
      return await action({
        store,
        connect,
        isOfficial: isOfficial(session.server),
        clock: this.#options.clock,
        signal: AbortSignal.any(signals),
        onProgress,
      });
    } catch (error) {
      if (!over.aborted) throw error;
      throw new UserError('The base URL has changed meanwhile. Track these tasks again.');
    }
  }
}
