import { isApiVersion } from '../cloud/versionList';
import { isErrorKind } from '../cloud/errors';
import { isTaskStatus } from '../cloud/task';
import type { TrackedTask } from './trackedTask';

/** What is kept of a task, as JSON. Trouble and a stop under way are not: they belong to the moment. `checkedAt` is written as `lookedAt`, as every version reads it. */
export function formatTaskRecord(task: TrackedTask): string {
  const { trouble, stoppingSince, checkedAt, ...fields } = task;
  return `${JSON.stringify({ format, ...fields, lookedAt: checkedAt })}\n`;
}

/**
 * Reads what `formatTaskRecord` wrote, and trusts none of it. Unknown fields are dropped. Never throws.
 * By hand, as a schema library costs more to load than all else at start-up.
 * @returns `undefined` for anything else
 */
export function parseTaskRecord(text: string): TrackedTask | undefined {
  const value = recordIn(text);
  if (value?.format !== format) return undefined;
  const { trouble, stoppingSince, ...fields } = taskFieldsOf({
    ...value,
    checkedAt: value.lookedAt,
  });
  return wholeTask(fields);
}

/** Whether a newer version of this extension has written it, which this one cannot read. Never throws. */
export function isNewerRecord(text: string): boolean {
  const found = recordIn(text)?.format;
  return typeof found === 'number' && found > format;
}

function recordIn(text: string): { format?: unknown; lookedAt?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What is there of a task in a value that is not trusted: our own fields, where they are of their kind. Never throws. */
export function taskFieldsOf(value: object): Partial<TrackedTask> {
  const entries = Object.entries(value).filter(
    ([name, field]) => Object.hasOwn(isOfItsKind, name) && isOfItsKind[name as FieldName](field),
  );
  return Object.fromEntries(entries);
}

/** @returns `undefined` where a field lacks that every task has */
export function wholeTask(fields: Partial<TrackedTask>): TrackedTask | undefined {
  return needed.every((name) => fields[name] !== undefined) ? (fields as TrackedTask) : undefined;
}

/** Goes up when a reader of today would misread a file of tomorrow. */
const format = 1;

type FieldName = keyof TrackedTask;

const needed: readonly FieldName[] = [
  'apiVersion',
  'id',
  'status',
  'rawStatus',
  'trackedAt',
  'isMissing',
  'isUnseen',
];

const isOfItsKind: Readonly<Record<FieldName, (value: unknown) => boolean>> = {
  apiVersion: isApiVersion,
  id: (value) => isText(value) && value !== '',
  status: isTaskStatus,
  rawStatus: isText,
  prompt: isText,
  title: isText,
  isSuccess: isFlag,
  judgeVerdict: isFlag,
  output: isText,
  cost: isText,
  model: isText,
  sessionId: isText,
  createdAt: isText,
  startedAt: isText,
  finishedAt: isText,
  trackedAt: isMoment,
  checkedAt: isMoment,
  changedAt: isMoment,
  endSeenAt: isMoment,
  readAs: isTaskStatus,
  trouble: isTrouble,
  isMissing: isFlag,
  isUnseen: isFlag,
  followedAt: isMoment,
  followedTo: isText,
  isFromAccount: isFlag,
  browserOpenUntil: isMoment,
  stoppingSince: isMoment,
};

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** In the range of `Date`: nothing can be shown of any other. */
function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15;
}

function isTrouble(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, since } = value as Record<string, unknown>;
  return isErrorKind(kind) && isMoment(since);
}
