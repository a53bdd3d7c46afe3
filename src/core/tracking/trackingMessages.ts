import { regionOf, regionOrigins } from '../cloud/regions';
import type { CloudErrorKind } from '../cloud/errors';
import { maxSessionsAtOnce, maxTasksAtOnce, type TaskInput } from '../input/taskInput';
import { countLabel, formatCount } from '../labels/countLabel';
import { errorMessage, type ErrorMessage } from '../labels/errorMessage';
import { oneLine } from '../text/plainText';
import { shorten } from '../text/shorten';
import type { TrackingResult } from './taskTracking';

/**
 * What a person ought to know of a paste, in one message.
 * @returns `undefined` where each piece named a task that is now newly tracked: the view shows that
 */
export function trackingMessage({
  input,
  addedCount,
  alreadyTrackedCount,
  emptySessionCount,
  leftOutCount,
  leftOutSessionCount,
}: Omit<TrackingResult, 'lookupError' | 'failedIdCount' | 'failedSessionCount'>):
  string | undefined {
  const notes: string[] = [];
  if (alreadyTrackedCount > 0)
    notes.push(
      `${formatCount(alreadyTrackedCount)} ${alreadyTrackedCount === 1 ? 'was' : 'were'} tracked already`,
    );
  if (input.duplicates > 0)
    notes.push(
      input.duplicates === 1
        ? '1 was named twice'
        : `${formatCount(input.duplicates)} were named again`,
    );
  if (emptySessionCount > 0)
    notes.push(
      `${countLabel(emptySessionCount, 'session')} ${emptySessionCount === 1 ? 'has' : 'have'} no tasks`,
    );
  if (leftOutCount > 0)
    notes.push(
      `${countOf(leftOutCount, 'task')} left out: at most ${formatCount(maxTasksAtOnce)} are tracked at once`,
    );
  if (leftOutSessionCount > 0)
    notes.push(
      `${countOf(leftOutSessionCount, 'session')} not looked up: at most ${formatCount(maxTasksAtOnce)} tasks are tracked at once`,
    );
  const refusals = rejectedMessage(input);
  if (refusals !== undefined) notes.push(refusals);
  if (notes.length === 0) return undefined;
  const added = addedCount === 0 ? 'No new task' : countLabel(addedCount);
  return `${added} tracked; ${notes.join('; ')}.`;
}

/**
 * Why links of one region are not looked for in another, and what to do; `undefined` where they are of the server's own region, of
 * several, or the server is none of Browser Use's.
 */
export function otherRegionMessage(
  { regions }: Pick<TaskInput, 'regions'>,
  host: string,
): ErrorMessage | undefined {
  const [region, ...others] = regions;
  const ownRegion = regionOf(host);
  if (!region || others.length > 0 || !ownRegion || region === ownRegion) return undefined;
  return {
    text: `These links lead to the ${region.toUpperCase()} region of Browser Use Cloud, which has tasks and API keys of its own. Set the base URL to ${regionOrigins[region]} to track them.`,
    nextStep: 'openSettings',
  };
}

/** What could not be looked up, why, and what to do; `undefined` where nothing failed. */
export function lookupMessage(
  {
    lookupError,
    failedIdCount,
    failedSessionCount,
  }: Pick<TrackingResult, 'lookupError' | 'failedIdCount' | 'failedSessionCount'>,
  host: string,
): ErrorMessage | undefined {
  if (!lookupError) return undefined;
  const sessions =
    failedSessionCount === 1
      ? "the session's tasks"
      : `the tasks of ${countLabel(failedSessionCount, 'session')}`;
  const what = [
    ...(failedIdCount > 0 ? [countLabel(failedIdCount, 'ID')] : []),
    ...(failedSessionCount > 0 ? [sessions] : []),
  ].join(' and ');
  const isOne = failedIdCount === 1 && failedSessionCount === 0;
  const { text, nextStep } = reasonMessage(lookupError.kind, host, failedIdCount > 0);
  return {
    text: `${what.charAt(0).toUpperCase()}${what.slice(1)} ${isOne ? 'is' : 'are'} not tracked: ${text}`,
    nextStep,
  };
}

function reasonMessage(kind: CloudErrorKind, host: string, isOfIds: boolean): ErrorMessage {
  switch (kind) {
    case 'taskNotFound':
      return {
        text: `${
          isOfIds
            ? `${host} knows no such task for this API key. Check the ID, or set the key of the account that the task belongs to.`
            : `${host} knows no such session for this API key. Check the link, or set the key of the account that the session belongs to.`
        }${otherRegionHint(host)}`,
        nextStep: 'setApiKey',
      };
    case 'invalidRequest':
      return {
        text: `${host} does not take this for ${isOfIds ? 'an ID. Check it' : 'a session. Check the link'}.`,
        nextStep: 'showLog',
      };
    case 'noKey':
      return {
        text: `There is no API key for ${host} yet. Set one, and tracking goes on.`,
        nextStep: 'setApiKey',
      };
    // Tracking is not repeated by itself.
    case 'rateLimited':
      return {
        text: `${host} asks to slow down. Track it again in a while.`,
        nextStep: 'showLog',
      };
    case 'server':
      return {
        text: `${host} has trouble of its own. Track it again in a while.`,
        nextStep: 'showLog',
      };
    default:
      return errorMessage(kind, { host });
  }
}

/** Where else it may be that a region does not know; empty for servers that have no regions. */
function otherRegionHint(host: string): string {
  const own = regionOf(host);
  if (!own) return '';
  const other = own === 'eu' ? 'us' : 'eu';
  return ` The ${other.toUpperCase()} region has tasks and API keys of its own: for those, set the base URL to ${regionOrigins[other]}.`;
}

/** Whether a paste names anything to track. */
export function namesAny({ refs, ids, sessions }: NamedTasks): boolean {
  return refs.length + ids.length + sessions.length > 0;
}

/** What a paste names that does: "2 tasks and all of 1 session". */
export function namedLabel({ refs, ids, sessions }: NamedTasks): string {
  const tasks = refs.length + ids.length;
  const parts = [
    ...(tasks > 0 ? [countLabel(tasks)] : []),
    ...(sessions.length > 0 ? [`all of ${countLabel(sessions.length, 'session')}`] : []),
  ];
  return parts.join(' and ');
}

/**
 * Where words were searched for that no task has.
 * @param count of the tasks that were searched
 * @param isAll whether these are all that can be listed
 */
export function notFoundLabel(count: number, isAll: boolean): string {
  if (count === 0) return 'This names no task';
  if (!isAll) return `Not found in the ${countLabel(count)} read so far`;
  return count === 1 ? 'Not found in the only task' : `Not found among all ${countLabel(count)}`;
}

type NamedTasks = Pick<TaskInput, 'refs' | 'ids' | 'sessions'>;

/** Why pieces of a paste are left out: at most two are named. `undefined` where none is. */
export function rejectedMessage({
  rejected,
  beyond,
}: Pick<TaskInput, 'rejected' | 'beyond'>): string | undefined {
  const sentences = rejected.slice(0, 2).map(({ text, why }) => {
    const shown = text === undefined ? '1 piece' : `“${shorten(oneLine(text), 40)}”`;
    return `${shown} is left out: ${why}`;
  });
  const more = rejected.length - sentences.length;
  if (more > 0) sentences.push(`${formatCount(more)} more are left out`);
  if (beyond.tasks > 0)
    sentences.push(
      `${countOf(beyond.tasks, 'more task')} left out: at most ${formatCount(maxTasksAtOnce)} are tracked at once`,
    );
  if (beyond.sessions > 0)
    sentences.push(
      `${countOf(beyond.sessions, 'more session')} left out: at most ${maxSessionsAtOnce} are looked up at once`,
    );
  return sentences.length === 0 ? undefined : sentences.join('; ');
}

/** "1 more task is", "3 more tasks are". */
function countOf(count: number, noun: string): string {
  return `${countLabel(count, noun)} ${count === 1 ? 'is' : 'are'}`;
}
