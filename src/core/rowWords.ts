import { errorWords } from './errorWords';
import { hasEnded } from './task';
import {
  ageWords,
  costWords,
  durationOf,
  durationWords,
  lookWords,
  oneLine,
  shorten,
  statusSentence,
  taskTitle,
  verdictSentence,
} from './taskWords';
import { isStale, type TrackedTask } from './trackedTask';

export interface RowOptions {
  /** Whether the API version is worth a word: tasks of several versions stand side by side. */
  readonly showsVersion: boolean;
}

/** What stands beside a task's name in its row: "Running", "Finished, goal not reached · $0.31". Holds no time that ticks. */
export function rowDescription(task: TrackedTask, { showsVersion }: RowOptions): string {
  const parts = [lookWords(task)];
  if (task.cost !== undefined) parts.push(costWords(task.cost));
  if (task.trouble && !task.isMissing) parts.push('cannot be read');
  if (showsVersion) parts.push(task.apiVersion);
  return parts.join(' · ');
}

/** The row as a screen reader says it: sentences. */
export function rowSentence(task: TrackedTask, { showsVersion }: RowOptions): string {
  const parts = [`Task “${taskTitle(task)}”: ${lookWords(task).toLowerCase()}`];
  if (task.cost !== undefined) parts.push(`It cost ${costWords(task.cost)}`);
  if (task.isUnseen) parts.push('You have not opened it since it ended');
  if (task.trouble && !task.isMissing) parts.push('It cannot be read at the moment');
  if (showsVersion) parts.push(`API ${task.apiVersion}`);
  return `${parts.join('. ')}.`;
}

export interface TooltipOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly host: string;
  /** A moment as the user's clock and calendar show it. */
  readonly timeWords: (at: number) => string;
}

/** All that a hover tells of a task, a paragraph each. Plain text; nothing in it is markup. */
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
    statusLine(task),
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
    task.trouble
      ? `${errorWords(task.trouble.kind, { host, apiVersion: task.apiVersion }).text} (since ${timeWords(task.trouble.since)})`
      : undefined,
    task.lookedAt === undefined
      ? undefined
      : `Last look: ${timeWords(task.lookedAt)} (${ageWords(task.lookedAt, now)})`,
  ];
  return lines.filter((line) => line !== undefined && line !== '') as string[];
}

function statusLine(task: TrackedTask): string {
  if (task.isMissing) return 'The cloud knows no such task for this API key. A refresh asks again.';
  if (task.rawStatus === '') return 'Nobody has looked at this task yet.';
  const raw = oneLine(task.rawStatus);
  const sentence = statusSentence(task.status);
  const own = raw === task.status ? '' : ` (“${raw}”)`;
  return `${hasEnded(task.status) ? 'Ended' : 'Active'}: ${sentence.replace(/\.$/u, '')}${own}.`;
}
