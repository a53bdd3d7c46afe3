import type { Clock } from '../../core/base/clock';
import type { Disposable } from '../../core/base/event';
import { isOfficial } from '../../core/cloud/regions';
import type { TaskRef } from '../../core/cloud/task';
import type { TaskInput } from '../../core/input/taskInput';
import { countLabel } from '../../core/labels/countLabel';
import { moveToVersionFound, type VersionMove } from '../../core/tracking/otherVersions';
import {
  trackTasks,
  type TaskTrackingOptions,
  type TrackingResult,
} from '../../core/tracking/taskTracking';
import {
  lookupMessage,
  otherRegionMessage,
  trackingMessage,
} from '../../core/tracking/trackingMessages';
import type { AccountSession } from '../account/accountSession';
import type { Log } from '../log';
import { showMessage } from '../messages';
import { withBriefProgress, withCountedProgress } from '../progress';
import { notify, reportError } from '../reportError';
import type { Settings } from '../settings';
import { viewId, type TaskView } from '../tree/taskView';
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

export interface TrackInputOptions {
  readonly clock: Clock;
  readonly tracker: Pick<TaskTracker, 'track'>;
  readonly settings: Settings;
  readonly log: Log;
  readonly view: Pick<TaskView, 'reveal'>;
  /** Whether the first row is brought into sight. */
  readonly reveals: boolean;
}

/**
 * Tracks what a person has named, and says in one message what the view does not show.
 * @throws {UserError} for links of another region than the server's, and where the session ends meanwhile
 */
export async function trackInput(
  input: TaskInput,
  session: AccountSession,
  options: TrackInputOptions,
): Promise<TrackingResult> {
  const { log, settings, view, reveals } = options;
  const { sessions } = input;
  const withoutVersions = { ...input, sessions: sessions.map(({ id }) => ({ id })) };
  const result = await trackWithProgress(input, session, options);
  const [firstRef] = result.refs;
  if (firstRef && reveals) await view.reveal(firstRef);
  // Whoever takes up an offer waits for nothing: what fails then has a message of its own.
  const track = async (what: TaskInput): Promise<void> => {
    try {
      await trackInput(what, session, options);
    } catch (error) {
      reportError(error, { settings, log, what: 'Tracking failed' });
    }
  };
  await notifyOfTracking(result, session, {
    again: async () => {
      if (await session.key.get()) await track(input);
    },
    // What names no version was looked for in each.
    elsewhere:
      settings.apiVersion !== undefined && sessions.some(({ apiVersion }) => apiVersion)
        ? () => track(withoutVersions)
        : undefined,
  });
  return result;
}

/** Shows how far the look-up of IDs and sessions is, with a button to cancel it: what was tracked by then stays. */
async function trackWithProgress(
  input: TaskInput,
  session: AccountSession,
  { tracker, clock }: Pick<TrackInputOptions, 'tracker' | 'clock'>,
): Promise<TrackingResult> {
  const count = input.ids.length + input.sessions.length;
  if (count === 0) return tracker.track(input, { session });
  const progress = { title: 'Finding tasks', signal: session.signal };
  if (count === 1)
    return withBriefProgress({ ...progress, viewId, clock }, (signal) =>
      tracker.track(input, { session, signal }),
    );
  return withCountedProgress(progress, (signal, onProgress) =>
    tracker.track(input, { session, signal, onProgress }),
  );
}

/** What a message about tracking offers, as far as it helps. */
interface TrackingOffers {
  readonly again?: () => Promise<void>;
  readonly elsewhere?: (() => Promise<void>) | undefined;
}

/** One message at most, and none where the view shows everything. */
async function notifyOfTracking(
  result: TrackingResult,
  { key, server: { host } }: AccountSession,
  { again, elsewhere }: TrackingOffers,
): Promise<void> {
  const message = trackingMessage(result);
  const failure = lookupMessage(result, host);
  if (failure) {
    const text = message === undefined ? failure.text : `${failure.text} ${message}`;
    const kind = result.lookupError?.kind;
    // Waits for no answer.
    if (elsewhere && (kind === 'taskNotFound' || kind === 'invalidRequest'))
      void offerOtherVersions(text, elsewhere);
    // What was pasted need not be pasted again.
    else
      notify({ severity: 'warning', text }, failure.nextStep, kind === 'noKey' ? again : undefined);
    return;
  }
  if (result.refs.length === 0) {
    const text = message ?? 'This names no task. Paste task IDs or dashboard links.';
    notify({ severity: 'warning', text });
    return;
  }
  if (!(await key.get())) {
    const text = `${message ?? `${countLabel(result.addedCount)} tracked.`} Set an API key to see ${result.addedCount === 1 ? 'its' : 'their'} status.`;
    notify({ severity: 'information', text }, 'setApiKey');
    return;
  }
  if (message !== undefined) notify({ severity: 'information', text: message });
}

/** The button of messages that say what an API version does not find. */
const offerLabel = 'Look in Other API Versions';

/** Shows a message with the offer to look elsewhere. Resolves when the person has taken it up, or closed the message. */
export async function offerOtherVersions(text: string, search: () => Promise<void>): Promise<void> {
  const chosen = await showMessage({ severity: 'warning', text, actions: [offerLabel] });
  if (chosen === offerLabel) await search();
}
