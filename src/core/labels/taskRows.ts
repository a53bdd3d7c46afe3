import { refKey, type TaskRef } from '../cloud/task';
import { isActive, type TrackedTask } from '../tasks/trackedTask';
import { oneLine } from '../text/plainText';
import { characterStart, shorten } from '../text/shorten';
import { promptTitle } from './taskLabels';

/** Active tasks first, then by recency, the newest first. The order of equals does not depend on the input's. */
export function inTaskOrder(tasks: readonly TrackedTask[]): TrackedTask[] {
  return tasks
    .map((task) => ({
      task,
      active: isActive(task) ? 0 : 1,
      at: recencyOf(task),
      key: refKey(task),
    }))
    .sort((a, b) => a.active - b.active || b.at - a.at || (a.key < b.key ? -1 : 1))
    .map(({ task }) => task);
}

/**
 * When the task last began or ended, in milliseconds since 1970: its end, or its beginning while it is active.
 * The cloud's times count before ours, so that tasks found already ended lie in the order of their ends.
 */
function recencyOf(task: TrackedTask): number {
  const at = Date.parse(
    (isActive(task) ? undefined : task.finishedAt) ?? task.startedAt ?? task.createdAt ?? '',
  );
  if (!isActive(task) && task.finishedAt === undefined && task.endSeenAt !== undefined)
    return task.endSeenAt;
  return Number.isNaN(at) ? task.trackedAt : at;
}

/** A task's name as its row shows it. */
export interface RowTitle {
  /** The whole title, or "…" and its end where another task's title begins like it. */
  readonly label: string;
  /** The beginning that the label leaves out, for the description. */
  readonly beginning?: string | undefined;
}

type TitleSource = TaskRef & Pick<TrackedTask, 'prompt' | 'title'>;

/** Longer labels and beginnings are cut, in UTF-16 units: more than any side bar shows. */
const longestLabel = 200;
const longestBeginning = 100;
/** Titles are compared up to here, in UTF-16 units. */
const longestCompared = 2000;
/** Titles that differ this soon stay apart in a side bar of 220 pixels as they are. A column is half as wide as 文. */
const narrowColumns = 20;
/** A label keeps less than twice as many columns of what is shared. */
const context = 8;

/**
 * The titles of rows that stand together, by `refKey`. VS Code cuts a label at its end, where the tasks of a batch differ, so
 * titles that share more than a narrow side bar shows lose most of what they share: "Find the cheapest flight from Vienna to
 * Oslo" is "…to Oslo" beside the one to Rome.
 *
 * Where a label begins depends on the one title that shares most with its own, in steps of eight characters. So a row changes
 * only where a task comes that shares more than all others, or the last such one goes; order, status and time play no part.
 * Equal titles stay whole, as no beginning tells them apart, and IDs, as people compare all of one.
 */
export function rowTitles(tasks: readonly TitleSource[]): Map<string, RowTitle> {
  const titles = new Map<TitleSource, string>();
  for (const task of tasks) {
    const title = promptTitle(task)?.slice(0, longestCompared);
    if (title !== undefined) titles.set(task, title);
  }
  const shared = new Map<string, number>();
  const sorted = [...new Set(titles.values())].sort();
  let sharedBefore = 0;
  for (const [at, title] of sorted.entries()) {
    // In this order the title that shares most with another stands beside it.
    const sharedAfter = sharedLength(title, sorted[at + 1]);
    shared.set(title, Math.max(sharedBefore, sharedAfter));
    sharedBefore = sharedAfter;
  }
  const rows = new Map<string, RowTitle>();
  for (const task of tasks) {
    const title = titles.get(task);
    const row = title === undefined ? wholeTitle(task) : rowTitle(title, shared.get(title) ?? 0);
    rows.set(refKey(task), row);
  }
  return rows;
}

/** The title of a row that stands alone: the prompt, or the ID until that is known. */
export function wholeTitle(task: TitleSource): RowTitle {
  return { label: shorten(promptTitle(task) ?? oneLine(task.id), longestLabel) };
}

/** Of two titles that differ. */
function sharedLength(title: string, other: string | undefined): number {
  let length = 0;
  while (title.charCodeAt(length) === other?.charCodeAt(length)) length++;
  return length;
}

function rowTitle(title: string, shared: number): RowTitle {
  if (columns(title.slice(0, shared)) < narrowColumns)
    return { label: shorten(title, longestLabel) };
  const start = labelStart(title, shared);
  return {
    label: shorten(`…${title.slice(start)}`, longestLabel),
    beginning: shorten(`${title.slice(0, start).trimEnd()}…`, longestBeginning),
  };
}

/** Letters without case, as those of Chinese, Japanese and Korean, count twice. */
function columns(text: string): number {
  return text.length + (text.match(/\p{Lo}/gu)?.length ?? 0);
}

/** At the first word that begins within the context, else between two characters. */
function labelStart(title: string, shared: number): number {
  const step = /\p{Lo}/u.test(title) ? context / 2 : context;
  const earliest = (Math.floor(shared / step) - 1) * step;
  const blank = title.slice(0, shared).indexOf(' ', earliest - 1);
  return blank < 0 ? characterStart(title, earliest) : blank + 1;
}
