import { capabilitiesOf } from '../cloud/apiVersions';
import { momentOf } from '../base/moment';
import type { CloudErrorKind } from '../cloud/errors';
import type { RowTitle } from './taskRows';
import { hasEnded } from '../cloud/task';
import {
  formatAge,
  formatMinutes,
  appearanceOf,
  appearanceLabel,
  formatShortCost,
  taskTitle,
} from './taskLabels';
import { browserOpenUntil } from '../tasks/openBrowser';
import { isActive, type TrackedTask } from '../tasks/trackedTask';

interface RowOptions {
  /** Whether the API version is worth a word: tasks of several versions stand side by side. */
  readonly showsVersion: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface RowDescriptionOptions extends RowOptions {
  /** Formats the moment when a task began or ended. Takes the place of ages, for rows that are not redrawn as time goes by. */
  readonly momentLabel?: ((at: number) => string) | undefined;
  /** What stands before the description. */
  readonly title: RowTitle;
}

/**
 * What stands beside a task's title in its row, and only what the icon does not say: for a running task its time so far
 * ("4 min"), for an ended one cost and how long ago ("$0.31 · 2 h ago"), for trouble the trouble ("server error"). Times change
 * once a minute at most.
 */
export function rowDescription(task: TrackedTask, options: RowDescriptionOptions): string {
  const { showsVersion, title } = options;
  const description = joinParts([
    // First, as it costs money, and a narrow view cuts what comes last.
    browserOpenUntil(task, options.now) === undefined ? undefined : 'browser open',
    ...factParts(task, options),
    task.followedAt === undefined ? undefined : 'following',
    showsVersion ? capabilitiesOf(task.apiVersion).name : undefined,
    title.beginning,
  ]);
  // Else numbers that follow Hebrew or Arabic are drawn among its words.
  return description !== '' && rightToLeft.test(title.label)
    ? `${leftToRightMark}${description}`
    : description;
}

const rightToLeft =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const leftToRightMark = '\u200E';

/** What stands beside a task's title in a list without icons: "Finished, goal not reached · $0.31 · v2". */
export function choiceDescription(task: TrackedTask): string {
  return joinParts([
    appearanceLabel(task),
    task.isMissing ? undefined : troubleLabel(task),
    costLabel(task),
    capabilitiesOf(task.apiVersion).name,
  ]);
}

/** What stands beside a task of the account's lists: "Running · 3 min ago · v2 · tracked". */
export function recentDescription(
  task: TrackedTask,
  { now, isTracked }: { readonly now: number; readonly isTracked: boolean },
): string {
  const createdAt = momentOf(task.createdAt);
  return joinParts([
    appearanceLabel(task),
    costLabel(task),
    Number.isNaN(createdAt) ? undefined : formatAge(createdAt, now),
    capabilitiesOf(task.apiVersion).name,
    isTracked ? 'tracked' : undefined,
  ]);
}

/** Whether a row's description changes as time goes by. */
export function hasRowTime(task: TrackedTask): boolean {
  return !isStopping(task) && rowMoment(task) !== undefined;
}

/** The row as a screen reader says it: sentences. Holds no time that ticks. */
export function rowSentence(task: TrackedTask, { showsVersion, now }: RowOptions): string {
  const parts = [`Task “${taskTitle(task)}”: ${appearanceLabel(task).toLowerCase()}`];
  if (task.cost !== undefined) parts.push(`It cost ${formatShortCost(task.cost)}`);
  if (isStopping(task)) parts.push('It is being stopped');
  if (task.isUnseen) parts.push(unseenSentence);
  if (task.trouble && !task.isMissing) parts.push('It cannot be read at the moment');
  if (browserOpenUntil(task, now) !== undefined) parts.push(openBrowserSentence);
  if (task.followedAt !== undefined) parts.push('Its session is followed');
  if (showsVersion) parts.push(capabilitiesOf(task.apiVersion).label);
  return `${parts.join('. ')}.`;
}

/** Of an end that the badge counts. A sentence without its point. */
export const unseenSentence = 'You have not opened it since it ended';

/** Of a browser that costs money. A sentence without its point. */
export const openBrowserSentence = 'Its browser is still open';

function factParts(task: TrackedTask, options: RowDescriptionOptions): (string | undefined)[] {
  if (isStopping(task)) return ['stopping…', troubleLabel(task)];
  switch (appearanceOf(task)) {
    case 'missing':
      return [appearanceLabel(task)];
    case 'pending':
    case 'unknown':
      // The icon says no more than that.
      return [appearanceLabel(task), troubleLabel(task)];
    case 'created':
    case 'running':
    case 'paused':
      return [troubleLabel(task), timeLabel(task, options)];
    case 'succeeded':
    case 'finished':
    case 'unsuccessful':
    case 'stopped':
    case 'failed':
      return [troubleLabel(task), costLabel(task), timeLabel(task, options)];
  }
}

function isStopping(task: TrackedTask): boolean {
  return task.stoppingSince !== undefined && isActive(task);
}

/** When the task ended or, while it is at work, when it began, in milliseconds since 1970. */
function rowMoment(task: TrackedTask): number | undefined {
  if (task.isMissing) return undefined;
  const isAtWork = task.status === 'running' || task.status === 'paused';
  // The running time of a task is unknown where its status is.
  if (isAtWork && task.trouble) return undefined;
  const began = isAtWork ? (task.startedAt ?? task.createdAt) : undefined;
  const at = momentOf(hasEnded(task.status) ? task.finishedAt : began);
  if (!Number.isNaN(at)) return at;
  return hasEnded(task.status) ? task.endSeenAt : undefined;
}

function timeLabel(
  task: TrackedTask,
  { now, momentLabel }: RowDescriptionOptions,
): string | undefined {
  const at = rowMoment(task);
  if (at === undefined) return undefined;
  const ageMs = now - at;
  // An age of seconds is "just now" for a whole minute.
  if (hasEnded(task.status))
    return momentLabel?.(at) ?? formatAge(ageMs < minuteMs ? now : at, now);
  return momentLabel ? `since ${momentLabel(at)}` : formatMinutes(ageMs);
}

const minuteMs = 60_000;

function costLabel({ cost }: TrackedTask): string | undefined {
  return cost === undefined ? undefined : formatShortCost(cost);
}

function troubleLabel({ trouble }: TrackedTask): string | undefined {
  return trouble && shortErrorLabel(trouble.kind);
}

/** What is wrong, in two or three words; `errorMessage` says what to do. */
function shortErrorLabel(kind: CloudErrorKind): string {
  switch (kind) {
    case 'noKey':
      return 'no API key';
    case 'otherKey':
      return 'API key changed';
    case 'auth':
      return 'API key rejected';
    case 'forbidden':
      return 'access denied';
    case 'payment':
      return 'no credits left';
    // Until some minutes have passed, when the row says "Not found" in place of it.
    case 'taskNotFound':
      return 'not found so far';
    case 'notServed':
      return 'API version not available';
    case 'invalidRequest':
      return 'task ID rejected';
    case 'refused':
      return 'refused';
    case 'noFreeSlot':
      return 'no free session';
    case 'rateLimited':
      return 'rate limited';
    case 'server':
      return 'server error';
    case 'timeout':
      return 'no response';
    case 'network':
      return 'server unreachable';
    case 'redirect':
      return 'redirected elsewhere';
    case 'tooLarge':
      return 'too large to check';
    case 'badAnswer':
      return 'unexpected response';
  }
}

/** The parts that are there and not empty, with a separator between. */
export function joinParts(parts: readonly (string | undefined)[], separator = ' · '): string {
  return parts.filter(Boolean).join(separator);
}
