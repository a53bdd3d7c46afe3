import type { TaskInput } from '../../core/input/taskInput';
import { countLabel } from '../../core/labels/countLabel';
import { type TrackingResult } from '../../core/tracking/taskTracking';
import { lookupMessage, trackingMessage } from '../../core/tracking/trackingMessages';
import type { AccountSession } from '../account/accountSession';
import type { Log } from '../log';
import { withPieceProgress } from '../progress';
import { notify, reportError } from '../reportError';
import type { Settings } from '../settings';
import { viewId, type TaskView } from '../tree/taskView';
import { offerOtherVersions } from './otherVersions';
import type { TaskTracker } from './taskTracker';

export interface TrackInputOptions {
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
  const { log, settings, tracker, view, reveals } = options;
  const { sessions } = input;
  const withoutVersions = { ...input, sessions: sessions.map(({ id }) => ({ id })) };
  const result = await trackWithProgress(input, session, tracker);
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

/**
 * Shows how far the look-up of IDs and sessions is: of several with a button to cancel it, and what was tracked by then stays; of
 * one in the view, as a notification would be gone before it is read.
 */
async function trackWithProgress(
  input: TaskInput,
  session: AccountSession,
  tracker: TrackInputOptions['tracker'],
): Promise<TrackingResult> {
  const count = input.ids.length + input.sessions.length;
  if (count === 0) return tracker.track(input, { session });
  const options = { title: 'Finding tasks', viewId, count, signal: session.signal };
  return withPieceProgress(options, (signal, onProgress) =>
    tracker.track(input, {
      session,
      signal,
      onProgress,
    }),
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
    const text = `${message ?? `${countLabel(result.addedCount)} tracked.`} Set an API key to see how they do.`;
    notify({ severity: 'information', text }, 'setApiKey');
    return;
  }
  if (message !== undefined) notify({ severity: 'information', text: message });
}
