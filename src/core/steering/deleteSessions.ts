import { isMissing, sessionDeletion } from '../actions/taskChanges';
import type { Clock } from '../base/clock';
import { refKey, type ApiVersion, type TaskRef } from '../cloud/task';
import type { Cloud } from '../cloud/taskClient';
import { countLabel } from '../labels/countLabel';
import { isActive, type TrackedTask } from '../tasks/trackedTask';
import { sendChange, someAtOnce, type SentOutcome } from './sendChanges';
import { deletableSession } from './steerActions';
import {
  nameList,
  paragraphs,
  quoted,
  shortTitle,
  withReason,
  type Question,
  type SteerMessage,
} from './steerMessages';

/** A session that is to be deleted at the cloud. */
interface DoomedSession {
  readonly apiVersion: ApiVersion;
  readonly sessionId: string;
  /** Those of its tasks that are tracked, at least one. */
  readonly tasks: readonly [TrackedTask, ...TrackedTask[]];
}

/** What became of it. */
interface DeletedSession {
  readonly session: DoomedSession;
  readonly outcome: SentOutcome<void>;
}

interface DeleteOptions {
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  /** Takes back what was not sent yet. */
  readonly signal: AbortSignal;
  /** Called for each that is through, with how many of all are. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** The sessions of tasks, each once, with all tracked tasks that are in it. Leaves out tasks whose session cannot be deleted. */
export function doomedSessions(
  refs: readonly TaskRef[],
  tracked: readonly TrackedTask[],
): readonly DoomedSession[] {
  const chosen = new Set(refs.map(refKey));
  const sessions = new Map<string, DoomedSession>();
  const keyIn = (task: TrackedTask, sessionId: string) => refKey({ ...task, id: sessionId });
  const isChosen = new Set<string>();
  for (const task of tracked) {
    const sessionId = deletableSession(task);
    if (sessionId === undefined) continue;
    const key = keyIn(task, sessionId);
    if (chosen.has(refKey(task))) isChosen.add(key);
    const known = sessions.get(key);
    const tasks: DoomedSession['tasks'] = known ? [...known.tasks, task] : [task];
    sessions.set(key, { apiVersion: task.apiVersion, sessionId, tasks });
  }
  return [...sessions].filter(([key]) => isChosen.has(key)).map(([, session]) => session);
}

/** Deletes sessions at the cloud, each once, four at a time. Rejects only with what is no failure of the cloud's. */
export async function deleteSessions(
  sessions: readonly DoomedSession[],
  options: DeleteOptions,
): Promise<readonly DeletedSession[]> {
  const deleted: DeletedSession[] = [];
  const { connect, onProgress, ...others } = options;
  await someAtOnce(sessions, async (session) => {
    const outcome = await sendChange(
      sessionDeletion({
        ...others,
        connect: async (signal) => (await connect(signal)).client(session.apiVersion),
        id: session.sessionId,
      }),
    );
    const count = deleted.push({ session, outcome });
    onProgress?.(count);
  });
  return deleted;
}

/** Asks before sessions are deleted: which ones, and what is lost with them. */
export function deleteQuestion(sessions: readonly DoomedSession[]): Question {
  const tasks = sessions.flatMap((session) => session.tasks);
  const running = tasks.filter(isActive).length;
  const [only, ...others] = tasks;
  const isOne = sessions.length === 1;
  const noun = isOne ? 'session' : countLabel(sessions.length, 'session');
  const of = only && others.length === 0 ? quoted(only) : countLabel(tasks.length);
  return {
    text: `Delete the ${noun} of ${of} at Browser Use Cloud?`,
    detail: paragraphs(
      others.length === 0 ? undefined : nameList(tasks.map(shortTitle)),
      `This deletes all tasks of the ${isOne ? 'session' : 'sessions'} at the cloud, also those that are not tracked here: their prompts, steps, outputs, files and recordings.`,
      running === 0
        ? undefined
        : `${countLabel(running)} ${running === 1 ? 'has' : 'have'} not ended yet and ${running === 1 ? 'is' : 'are'} stopped first.`,
      'The tracked tasks among them go from the list, too. This cannot be undone, neither here nor at the cloud.',
    ),
    button: isOne ? 'Delete Session' : 'Delete Sessions',
  };
}

/** What became of them, in one message. `undefined` where all were taken back. */
export function deletedMessage(
  deleted: readonly DeletedSession[],
  host: string,
): SteerMessage | undefined {
  const missing = deleted.filter(
    ({ outcome }) => outcome.kind === 'refused' && isMissing(outcome.error),
  );
  const others = deleted.filter((each) => !missing.includes(each));
  const of = (kind: DeletedSession['outcome']['kind']) =>
    others.filter(({ outcome }) => outcome.kind === kind);
  const done = of('done');
  const isOne = deleted.length === 1;
  const sentence = (count: number, words: string) =>
    count === 0 ? undefined : `${isOne ? 'The session' : countLabel(count, 'session')} ${words}`;
  const untracked = countLabel(done.flatMap(({ session }) => session.tasks).length);
  const parts = [
    done.length === 0
      ? undefined
      : `${countLabel(done.length, 'session')} deleted at the cloud, and ${untracked} no longer tracked.`,
    sentence(
      of('unknown').length,
      'may have been deleted: the answer was lost. Refresh the tasks to see.',
    ),
    sentence(
      missing.length,
      missing.length === 1
        ? `is not known to ${host} for this API key: it may be deleted there, or be another account’s. Its tasks stay tracked.`
        : `are not known to ${host} for this API key: they may be deleted there, or be another account’s. Their tasks stay tracked.`,
    ),
    sentence(of('refused').length, 'could not be deleted.'),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  const outcomes = others.map(({ session, outcome }) => ({ ...session, outcome }));
  const message = withReason(parts.join(' '), outcomes, host);
  return missing.length === 0
    ? message
    : { nextStep: 'setApiKey', ...message, severity: 'warning' };
}
