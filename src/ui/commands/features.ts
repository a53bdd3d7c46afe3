import type { Disposable } from '../../core/base/event';
import type { PollPause } from '../../core/polling/pollPauses';
import type { TaskRef } from '../../core/cloud/task';
import { parseTaskInput } from '../../core/input/taskInput';
import {
  rejectedMessage,
  sessionMessage,
  type TrackingResult,
} from '../../core/tracking/taskTracking';
import { runCommand } from './commandEntries';
import type { FeatureOptions } from './commandOptions';
import type { CommandName } from './commands';
import { DetailsPanels } from '../details/detailsPanel';
import { showFreshness } from '../tree/freshness';
import { showPollingPaused } from '../notifications/pollingPaused';
import { PollProblems } from '../notifications/pollProblems';
import { keepRowAges } from '../tree/rowAges';
import type { LocalFiles } from '../saving/saveTarget';
import { resolveTooltip } from '../tree/taskTooltip';
import { TaskDocuments } from '../saving/taskDocuments';
import { TaskTracker } from './taskTracker';

/** What is needed only once somebody acts, looks, or has to be told of a refusal. */
export interface Features extends Disposable {
  /** Tells the user of a failure; never rejects. */
  runCommand(name: CommandName, args: readonly unknown[]): Promise<void>;
  /** Tracks what a text names, without a word to the user. @throws {Error} where nothing could be tracked; its message is for the user */
  track(text: string, signal?: AbortSignal): Promise<TrackingResult>;
  /** `undefined` for a task that is not tracked. */
  tooltip(ref: TaskRef): string | undefined;
  /** Tells the person at this window why nothing is asked. */
  notifyPause(pause: PollPause): void;
  readonly details: Pick<DetailsPanels, 'restore' | 'hasVisible' | 'onDidChangeVisible'>;
  /** Counts as having seen how the task ended. */
  openDetails(ref: TaskRef): Promise<void>;
}

/**
 * Builds the second half of the extension: commands, words, details. It is a bundle of its own, so that starting up stays light.
 * Who creates it disposes it.
 */
export function createFeatures(
  options: FeatureOptions & { readonly localFiles: LocalFiles },
): Features {
  const problems = new PollProblems(options);
  const tracker = new TaskTracker(options);
  const documents = new TaskDocuments();
  const details = new DetailsPanels({
    ...options,
    documents,
    connect: options.connection.connect,
    currentOrigin: () => options.persistence.origin,
  });
  const freshness = showFreshness(options);
  const pollingPaused = showPollingPaused(options);
  const rowAges = keepRowAges(options);
  const commandOptions = {
    ...options,
    localFiles: options.localFiles,
    problems,
    tracker,
    details,
    documents,
  };
  return {
    runCommand: (name, args) => runCommand(name, args, commandOptions),
    track: (text, signal) => trackOrThrow(text, { tracker, settings: options.settings, signal }),
    notifyPause: (pause) => problems.notify(pause),
    tooltip: (ref) => resolveTooltip(ref, options),
    openDetails: (ref) => {
      options.store.markSeen(ref);
      return details.open(ref);
    },
    details,
    dispose() {
      details.dispose();
      documents.dispose();
      freshness.dispose();
      pollingPaused.dispose();
      rowAges.dispose();
      tracker.dispose();
      problems.dispose();
    },
  };
}

async function trackOrThrow(
  text: string,
  {
    tracker,
    settings: { server, apiVersion },
    signal,
  }: Pick<FeatureOptions, 'settings'> & {
    readonly tracker: TaskTracker;
    readonly signal: AbortSignal | undefined;
  },
): Promise<TrackingResult> {
  const result = await tracker.track(parseTaskInput(text, apiVersion), { signal });
  if (result.refs.length > 0) return result;
  const host = typeof server === 'string' ? 'the server' : server.host;
  throw new Error(
    (result.sessionError && sessionMessage(result.sessionError.kind, host).text) ??
      rejectedMessage(result.input) ??
      'The input names no task. It takes task IDs, API URLs and dashboard links.',
  );
}
