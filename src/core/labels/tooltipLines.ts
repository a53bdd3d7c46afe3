import { errorWords } from './errorWords';
import { heldReason, type HeldOptions } from './heldWords';
import { hasEnded } from '../cloud/task';
import {
  ageWords,
  costWords,
  durationOf,
  durationWords,
  statusSentence,
  verdictSentence,
} from './taskWords';
import { isActive, isStale, type TrackedTask } from '../tasks/trackedTask';
import { oneLine } from '../text/plainText';
import { shorten } from '../text/shorten';

export interface TooltipOptions extends HeldOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A moment as the user's clock and calendar show it. */
  readonly timeWords: (at: number) => string;
}

/** All that a hover tells of a task, a line each. Plain text: nothing in it is meant as markup. */
export function tooltipLines(task: TrackedTask, options: TooltipOptions): readonly string[] {
  const { now, host, timeWords } = options;
  const time = (label: string, at: string | number | undefined): string | undefined => {
    const moment = typeof at === 'string' ? Date.parse(at) : at;
    if (moment === undefined) return undefined;
    return Number.isNaN(moment) ? undefined : `${label}: ${timeWords(moment)}`;
  };
  const durationMs = durationOf(task, now);
  const reason = heldReason(task, options);
  const unchangedSince = task.changedAt ?? task.trackedAt;
  const lines = [
    shorten(oneLine(task.prompt ?? ''), 600),
    statusLine(task, host),
    verdictSentence(task),
    task.cost === undefined ? undefined : `Cost: ${costWords(task.cost)}`,
    task.model === undefined ? undefined : `Model: ${oneLine(task.model)}`,
    time('Created', task.createdAt),
    time('Started', task.startedAt),
    time('Finished', task.finishedAt),
    durationMs === undefined ? undefined : `Duration: ${durationWords(durationMs)}`,
    `API ${task.apiVersion}, task ID ${oneLine(task.id)}`,
    isStale(task, now) && !task.isMissing
      ? `Unchanged for ${durationWords(now - unchangedSince)}, so it is looked at rarely.`
      : undefined,
    task.trouble && !task.isMissing
      ? `${errorWords(task.trouble.kind, { host, apiVersion: task.apiVersion }).text} (since ${timeWords(task.trouble.since)})`
      : undefined,
    reason === undefined ? undefined : `Not looked at for now. ${reason}`,
    lastLookLine(task, options),
  ];
  return lines.filter((line) => line !== undefined && line !== '') as string[];
}

/** Without an age where nobody looks any more: VS Code keeps the tooltip, and the age would stand still. */
function lastLookLine(task: TrackedTask, { now, timeWords }: TooltipOptions): string | undefined {
  if (task.lookedAt === undefined) return undefined;
  const age = isActive(task) ? ` (${ageWords(task.lookedAt, now)})` : '';
  return `Last look: ${timeWords(task.lookedAt)}${age}`;
}

function statusLine(task: TrackedTask, host: string): string {
  if (task.isMissing) {
    const kind = task.trouble?.kind ?? 'taskNotFound';
    return `${errorWords(kind, { host, apiVersion: task.apiVersion }).text} A refresh asks again.`;
  }
  if (task.rawStatus === '') return 'Nobody has looked at this task yet.';
  const raw = oneLine(task.rawStatus);
  const sentence = statusSentence(task.status);
  const own = raw === task.status ? '' : ` (“${raw}”)`;
  return `${hasEnded(task.status) ? 'Ended' : 'Active'}: ${sentence.replace(/\.$/u, '')}${own}.`;
}
