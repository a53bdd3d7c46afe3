import type { TaskStatus } from './task';
import type { TrackedTask } from './trackedTask';

/** What is kept of a task, as JSON. Trouble is not: it belongs to the moment. */
export function formatTaskRecord(task: TrackedTask): string {
  return `${JSON.stringify({ format, ...task, trouble: undefined })}\n`;
}

/**
 * Reads what `formatTaskRecord` wrote, and trusts none of it. Unknown fields are dropped. Never throws.
 * By hand, as a schema library costs more to load than all else at start-up.
 * @returns `undefined` for anything else
 */
export function parseTaskRecord(text: string): TrackedTask | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  if (fields['format'] !== format) return undefined;
  const { apiVersion, id, status, rawStatus, trackedAt, readAs, isMissing, isUnseen } = fields;
  if (apiVersion !== 'v1' && apiVersion !== 'v2') return undefined;
  if (typeof id !== 'string' || id === '') return undefined;
  if (!isStatus(status) || typeof rawStatus !== 'string') return undefined;
  if (typeof trackedAt !== 'number' || !Number.isFinite(trackedAt)) return undefined;
  if (typeof isMissing !== 'boolean' || typeof isUnseen !== 'boolean') return undefined;
  const task: Record<string, unknown> = {
    apiVersion,
    id,
    status,
    rawStatus,
    trackedAt,
    isMissing,
    isUnseen,
  };
  for (const name of textFields) if (typeof fields[name] === 'string') task[name] = fields[name];
  for (const name of flagFields) if (typeof fields[name] === 'boolean') task[name] = fields[name];
  for (const name of momentFields)
    if (typeof fields[name] === 'number' && Number.isFinite(fields[name]))
      task[name] = fields[name];
  if (isStatus(readAs)) task['readAs'] = readAs;
  return task as unknown as TrackedTask;
}

/** Goes up when a reader of today would misread a file of tomorrow. */
const format = 1;

type FieldOf<T> = {
  [Name in keyof TrackedTask]-?: TrackedTask[Name] extends T | undefined ? Name : never;
}[keyof TrackedTask];

const textFields: readonly FieldOf<string>[] = [
  'prompt',
  'output',
  'cost',
  'model',
  'sessionId',
  'createdAt',
  'startedAt',
  'finishedAt',
];
const flagFields: readonly FieldOf<boolean>[] = ['isSuccess', 'judgeVerdict'];
const momentFields: readonly FieldOf<number>[] = ['lookedAt', 'changedAt'];

function isStatus(value: unknown): value is TaskStatus {
  switch (value as TaskStatus) {
    case 'created':
    case 'running':
    case 'paused':
    case 'finished':
    case 'stopped':
    case 'failed':
    case 'unknown':
      return true;
    default:
      return false;
  }
}
