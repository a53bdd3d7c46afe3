import { capabilitiesOf } from '../cloud/apiVersions';
import { momentOf } from '../base/moment';
import { unseenSentence } from './rowDescription';
import { errorMessage } from './errorMessage';
import { pausedReason, type PausedOptions } from './pausedLabel';
import { hasEnded } from '../cloud/task';
import {
  formatAge,
  formatCost,
  durationOf,
  formatDuration,
  promptTitle,
  statusSentence,
  verdictSentence,
} from './taskLabels';
import { browserOpenUntil } from '../tasks/openBrowser';
import { isActive, isStale, type TrackedTask } from '../tasks/trackedTask';
import { oneLine } from '../text/plainText';
import { shorten } from '../text/shorten';

export interface TooltipOptions extends PausedOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A moment as the user's clock and calendar show it. */
  readonly formatTime: (at: number) => string;
}

/** All that a hover shows of a task, a line each. Plain text: nothing in it is meant as markup. */
export function tooltipLines(task: TrackedTask, options: TooltipOptions): readonly string[] {
  const { now, host, formatTime } = options;
  const { label, costLabel } = capabilitiesOf(task.apiVersion);
  const time = (name: string, iso: string | undefined): string | undefined => {
    const moment = momentOf(iso);
    return Number.isNaN(moment) ? undefined : `${name}: ${formatTime(moment)}`;
  };
  const durationMs = durationOf(task, now);
  const closesAt = browserOpenUntil(task, now);
  const reason = pausedReason(task, options);
  const unchangedSince = task.changedAt ?? task.trackedAt;
  const lines = [
    shorten(promptTitle(task) ?? '', 600),
    statusLine(task, host),
    verdictSentence(task),
    task.isUnseen ? `${unseenSentence}.` : undefined,
    task.cost === undefined ? undefined : `${costLabel}: ${formatCost(task.cost)}`,
    task.model === undefined ? undefined : `Model: ${oneLine(task.model)}`,
    time('Created', task.createdAt),
    time('Started', task.startedAt),
    time('Finished', task.finishedAt),
    durationMs === undefined ? undefined : `Duration: ${formatDuration(durationMs)}`,
    `${label}, task ID ${oneLine(task.id)}`,
    closesAt === undefined
      ? undefined
      : `Its browser is still open, which costs money. It closes by itself at ${formatTime(closesAt)}, or earlier when it is stopped.`,
    task.followedAt === undefined
      ? undefined
      : 'Its session is followed: new tasks in it appear here by themselves.',
    isStale(task, now) && !task.isMissing
      ? `Unchanged for ${formatDuration(now - unchangedSince)}, so it is checked rarely.`
      : undefined,
    task.trouble && !task.isMissing
      ? `${errorMessage(task.trouble.kind, { host, apiVersion: task.apiVersion }).text} (since ${formatTime(task.trouble.since)})`
      : undefined,
    reason === undefined ? undefined : `Not checked for now. ${reason}`,
    lastCheckLine(task, options),
  ];
  return lines.filter((line) => line !== undefined && line !== '') as string[];
}

/** Without an age for a task that is no longer polled: VS Code keeps the tooltip, and the age would stand still. */
function lastCheckLine(task: TrackedTask, { now, formatTime }: TooltipOptions): string | undefined {
  if (task.checkedAt === undefined) return undefined;
  const age = isActive(task) ? ` (${formatAge(task.checkedAt, now)})` : '';
  return `Last checked: ${formatTime(task.checkedAt)}${age}`;
}

function statusLine(task: TrackedTask, host: string): string {
  if (task.isMissing) {
    const kind = task.trouble?.kind ?? 'taskNotFound';
    return `${errorMessage(kind, { host, apiVersion: task.apiVersion }).text} Refresh checks again.`;
  }
  if (task.rawStatus === '') return 'This task has not been checked yet.';
  const raw = oneLine(task.rawStatus);
  const sentence = statusSentence(task.status);
  const own = raw === task.status ? '' : ` (“${raw}”)`;
  return `${hasEnded(task.status) ? 'Ended' : 'Active'}: ${sentence.slice(0, -1)}${own}.`;
}
