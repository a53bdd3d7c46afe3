import { isSameRef, type TaskRef } from '../cloud/task';
import { taskFieldsOf, wholeTask } from './taskRecord';
import type { TrackedTask } from './trackedTask';

/**
 * What changed of one tracked task, as one window sends it to another: it was added, removed, or some of its fields were set or unset.
 * Only the fields that changed are named, so that two windows that change different ones undo nothing of each other.
 */
export type TaskPatch =
  | { readonly added: TrackedTask }
  | { readonly removed: TaskRef }
  | {
      readonly of: TaskRef;
      readonly set: Partial<TrackedTask>;
      /** Fields that the task has no longer. */
      readonly unset: readonly string[];
    };

/** @returns `undefined` for a change of nothing */
export function patchOf({ before, after }: TaskChange): TaskPatch | undefined {
  if (!before) return after && { added: after };
  if (!after) return { removed: refOf(before) };
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof TrackedTask>;
  const changed = [...names].filter((name) => before[name] !== after[name]);
  if (changed.length === 0) return undefined;
  const unset = changed.filter((name) => after[name] === undefined);
  const set = changed
    .filter((name) => after[name] !== undefined)
    .map((name) => [name, after[name]] as const);
  return { of: refOf(after), set: Object.fromEntries(set), unset };
}

/** The task that a patch is of. */
export function refOfPatch(patch: TaskPatch): TaskRef {
  if ('added' in patch) return refOf(patch.added);
  return 'removed' in patch ? patch.removed : patch.of;
}

/** What became of tasks in all changes, in their order; leaves out changes of nothing. */
export function patchesOf(changes: readonly TaskChange[]): readonly TaskPatch[] {
  return changes.map(patchOf).filter((patch) => patch !== undefined);
}

/** The task with a patch's fields. @returns `undefined` where that is no task, or another one */
export function patched(
  task: TrackedTask,
  { set, unset }: Extract<TaskPatch, { of: unknown }>,
): TrackedTask | undefined {
  const entries = Object.entries({ ...task, ...set }).filter(([name]) => !unset.includes(name));
  const result = wholeTask(Object.fromEntries(entries));
  return result && isSameRef(result, task) ? result : undefined;
}

/** Reads a patch that came as JSON and trusts none of it. Never throws. */
export function parsePatch(value: unknown): TaskPatch | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { added, removed, of, set, unset } = value as Record<string, unknown>;
  if (isObject(added)) {
    const task = wholeTask(taskFieldsOf(added));
    return task && { added: task };
  }
  if (removed !== undefined) {
    const ref = parseRef(removed);
    return ref && { removed: ref };
  }
  const ref = parseRef(of);
  if (!ref || !isObject(set) || !Array.isArray(unset)) return undefined;
  const names = unset.filter((name) => typeof name === 'string');
  return { of: ref, set: taskFieldsOf(set), unset: names };
}

/** Reads the name of a task that came as JSON. */
export function parseRef(value: unknown): TaskRef | undefined {
  if (!isObject(value)) return undefined;
  const { apiVersion, id } = taskFieldsOf(value);
  return apiVersion && id !== undefined ? { apiVersion, id } : undefined;
}

function refOf({ apiVersion, id }: TaskRef): TaskRef {
  return { apiVersion, id };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** One task before and after. `before` is absent for a task that was added, `after` for one that was removed. */
export interface TaskChange {
  readonly before?: TrackedTask | undefined;
  readonly after?: TrackedTask | undefined;
}
