import { errorWords } from './errorWords';
import { hasEnded } from './task';
import {
  ageWords,
  costWords,
  durationOf,
  durationWords,
  oneLine,
  shorten,
  statusSentence,
  verdictSentence,
} from './taskWords';
import { isStale, type TrackedTask } from './trackedTask';

export interface TooltipOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly host: string;
  /** A moment as the user's clock and calendar show it. */
  readonly timeWords: (at: number) => string;
}

/** All that a hover tells of a task, a line each. Plain text: nothing in it is meant as markup. */
export function tooltipLines(
  task: TrackedTask,
  { now, host, timeWords }: TooltipOptions,
): readonly string[] {
  const time = (label: string, at: string | number | undefined): string | undefined => {
    const moment = typeof at === 'string' ? Date.parse(at) : at;
    if (moment === undefined) return undefined;
    return Number.isNaN(moment) ? undefined : `${label}: ${timeWords(moment)}`;
  };
  const durationMs = durationOf(task, now);
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
    task.lookedAt === undefined
      ? undefined
      : `Last look: ${timeWords(task.lookedAt)} (${ageWords(task.lookedAt, now)})`,
  ];
  return lines.filter((line) => line !== undefined && line !== '') as string[];
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
