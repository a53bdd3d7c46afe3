import { momentOf } from '../base/moment';
import { outcomeOf, type TaskStatus } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';
import { oneLine } from '../text/plainText';
import { shorten, shortenAtWord } from '../text/shorten';

/**
 * How a task presents itself: status, outcome and whether it can be found, in one word.
 * Each has its own icon in the tree and in the details.
 */
export type TaskAppearance =
  | 'pending'
  | 'created'
  | 'running'
  | 'paused'
  | 'succeeded'
  | 'finished'
  | 'unsuccessful'
  | 'stopped'
  | 'failed'
  | 'unknown'
  | 'missing';

/** The fields of a tracked task that decide on its appearance. */
type AppearanceSource = Pick<
  TrackedTask,
  'status' | 'rawStatus' | 'isSuccess' | 'judgeVerdict' | 'isMissing'
>;

export function appearanceOf(task: AppearanceSource): TaskAppearance {
  if (task.isMissing) return 'missing';
  if (task.rawStatus === '') return 'pending';
  if (task.status !== 'finished') return task.status;
  switch (outcomeOf(task)) {
    case 'success':
      return 'succeeded';
    case 'failure':
      return 'unsuccessful';
    case undefined:
      return 'finished';
  }
}

/** A label for a row: status, and outcome where there is one. */
export function appearanceLabel(task: AppearanceSource): string {
  switch (appearanceOf(task)) {
    case 'pending':
      return 'Not checked yet';
    case 'created':
      return 'Created';
    case 'running':
      return 'Running';
    case 'paused':
      return 'Paused';
    case 'succeeded':
      return 'Finished, successful';
    case 'finished':
      return 'Finished';
    case 'unsuccessful':
      return 'Finished, goal not reached';
    case 'stopped':
      return 'Stopped';
    case 'failed':
      return 'Failed';
    case 'unknown':
      return oneLine(task.rawStatus);
    case 'missing':
      return 'Not found';
  }
}

/** What the agent or the judge says of a task, in a document; `undefined` where they say nothing. */
export function verdictLabel(verdict: boolean | undefined): string | undefined {
  if (verdict === undefined) return undefined;
  return verdict ? 'success' : 'no success';
}

/** What the status means, as a sentence. */
export function statusSentence(status: TaskStatus): string {
  switch (status) {
    case 'created':
      return 'The task is waiting to start.';
    case 'running':
      return 'The agent is at work.';
    case 'paused':
      return 'The task is paused and can be resumed.';
    case 'finished':
      return 'The agent has come to its end.';
    case 'stopped':
      return 'The task was stopped and cannot be resumed.';
    case 'failed':
      return 'The task broke off with an error.';
    case 'unknown':
      return 'The cloud uses a word for the status that this extension does not know.';
  }
}

/** Who judged a finished task, and how. `undefined` where nobody has. */
export function verdictSentence(
  task: Pick<TrackedTask, 'status' | 'isSuccess' | 'judgeVerdict'>,
): string | undefined {
  if (task.status !== 'finished') return undefined;
  const { isSuccess, judgeVerdict } = task;
  if (judgeVerdict === undefined) {
    if (isSuccess === undefined) return undefined;
    return isSuccess ? 'The agent says it succeeded.' : 'The agent says it did not succeed.';
  }
  const judge = judgeVerdict
    ? 'The judge found it successful'
    : 'The judge found it not successful';
  if (isSuccess === undefined || isSuccess === judgeVerdict) return `${judge}.`;
  return `${judge}, though the agent says it ${isSuccess ? 'succeeded' : 'did not succeed'}.`;
}

/** A task's name in one line: its prompt or title, cut after a word where one ends near, or its ID until one is known. */
export function taskTitle(
  task: Pick<TrackedTask, 'prompt' | 'title' | 'id'>,
  maxLength = 200,
): string {
  const title = promptTitle(task);
  return title === undefined
    ? shorten(oneLine(task.id), maxLength)
    : shortenAtWord(title, maxLength);
}

/** The whole prompt in one line, or the title until that is known; `undefined` where neither has anything to see. */
export function promptTitle({
  prompt = '',
  title = '',
}: Pick<TrackedTask, 'prompt' | 'title'>): string | undefined {
  return [prompt, title]
    .map(oneLine)
    .find((text) => /[^\p{Default_Ignorable_Code_Point}\s]/u.test(text));
}

/** "12 s", "3 min 20 s", "2 h 5 min". Negative counts as zero. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return join(`${minutes} min`, seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return join(`${hours} h`, minutes % 60, 'min');
  return join(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
}

/** As `formatDuration`, in whole minutes for what is not drawn anew each second: "<1 min", "3 min", "2 h 5 min". */
export function formatMinutes(milliseconds: number): string {
  return milliseconds < minuteMs
    ? '<1 min'
    : formatDuration(Math.floor(milliseconds / minuteMs) * minuteMs);
}

const minuteMs = 60_000;

function join(first: string, second: number, unit: string): string {
  return second === 0 ? first : `${first} ${second} ${unit}`;
}

/** "just now", "8 s ago", "3 min ago". A time in the future counts as now. */
export function formatAge(at: number, now: number): string {
  const age = now - at;
  if (age < 2000) return 'just now';
  const seconds = Math.floor(age / 1000);
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** US dollars for people: "$0.0123" keeps what is not zero, "$1.50" has cents. Text that is no number comes back as it is. */
export function formatCost(cost: string): string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/u.exec(cost);
  if (!match || (!match[2] && !match[3])) return oneLine(cost);
  const whole = (match[2] ?? '').replace(/^0+(?=\d)/u, '') || '0';
  const fraction = (match[3] ?? '').replace(/0+$/u, '').padEnd(2, '0');
  return `${match[1] === '-' ? '-' : ''}$${whole}.${fraction}`;
}

/** As `formatCost`, rounded to at most four decimals; "<$0.0001" for less. */
export function formatShortCost(cost: string): string {
  const amount = Number(cost);
  if (amount > 0 && amount < 0.0001) return '<$0.0001';
  return formatCost(Number.isNaN(amount) ? cost : amount.toFixed(4));
}

/** How long the agent worked, in milliseconds; until `now` while it is at it. `undefined` where a time is not known. */
export function durationOf(
  task: Pick<TrackedTask, 'status' | 'startedAt' | 'createdAt' | 'finishedAt'> &
    Partial<Pick<TrackedTask, 'isMissing'>>,
  now: number,
): number | undefined {
  const start = momentOf(task.startedAt ?? task.createdAt);
  if (Number.isNaN(start)) return undefined;
  // Nobody knows how a task goes on that cannot be found.
  const isAtIt = !task.isMissing && (task.status === 'running' || task.status === 'paused');
  const end = isAtIt ? now : momentOf(task.finishedAt);
  return Number.isNaN(end) ? undefined : Math.max(0, end - start);
}
