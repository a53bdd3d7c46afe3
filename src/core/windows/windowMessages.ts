import { isErrorKind } from '../cloud/errors';
import type { Notice } from '../notices/notices';
import type { PollPause } from '../polling/pollPauses';
import type { Attention, PollerState } from '../polling/polling';
import type { TaskRef } from '../cloud/task';
import { parsePatch, parseRef, type TaskPatch } from '../tasks/taskPatch';
import { taskFieldsOf, wholeTask } from '../tasks/taskRecord';
import type { TrackedTask } from '../tasks/trackedTask';

/** Goes up when a window of today would misread one of tomorrow: those two know nothing of each other. */
export const windowProtocol = 4;

/** What the person is notified of, in whichever window they are. */
export type Announcement = { readonly notice: Notice } | { readonly pause: PollPause };

/** From the window that polls to one that follows. */
export type ToFollower =
  /** All that is tracked, in several messages without another between. The first messages to a follower. */
  | { readonly type: 'tasks'; readonly tasks: readonly TrackedTask[]; readonly isLast: boolean }
  | { readonly type: 'patches'; readonly patches: readonly TaskPatch[] }
  | { readonly type: 'state'; readonly state: PollerState }
  /** Ends that wait to be announced. */
  | { readonly type: 'ended'; readonly refs: readonly TaskRef[] }
  /** Ends that wait no more. */
  | { readonly type: 'announced'; readonly refs: readonly TaskRef[] }
  | { readonly type: 'refreshed'; readonly id: number }
  /** Answers the `ping` of that number, at once. */
  | { readonly type: 'pong'; readonly id: number }
  /** To be notified to the person here; answered by `notified`. */
  | { readonly type: 'notify'; readonly id: number; readonly announcement: Announcement };

/** From a window that follows to the one that polls. */
export type ToLeader =
  | {
      readonly type: 'patches';
      readonly patches: readonly TaskPatch[];
      /** When it happened, in milliseconds since 1970, where it is sent again to another leader. Absent: just now. */
      readonly at?: number | undefined;
    }
  /** Ends that the leader before has not announced. */
  | { readonly type: 'ended'; readonly refs: readonly TaskRef[] }
  | { readonly type: 'attention'; readonly attention: Attention }
  /** The key may be another one; and whether this window has any. */
  | { readonly type: 'key'; readonly hasKey: boolean }
  | {
      readonly type: 'refresh';
      readonly id: number;
      readonly refs?: readonly TaskRef[] | undefined;
    }
  | { readonly type: 'notified'; readonly id: number }
  /** Asks whether the leader still acts, and has received what was sent before. */
  | { readonly type: 'ping'; readonly id: number };

/** Never throws. @returns `undefined` for what is no such message */
export function parseToFollower(text: string): ToFollower | undefined {
  const fields = parseObject(text);
  const { type, id } = fields;
  switch (type) {
    case 'tasks': {
      const tasks = listOf(fields['tasks'], parseTask);
      return tasks && { type, tasks, isLast: fields['isLast'] === true };
    }
    case 'patches': {
      const patches = listOf(fields['patches'], parsePatch);
      return patches && { type, patches };
    }
    case 'state': {
      const state = parseState(fields['state']);
      return state && { type, state };
    }
    case 'ended':
    case 'announced': {
      const refs = listOf(fields['refs'], parseRef);
      return refs && { type, refs };
    }
    case 'refreshed':
    case 'pong':
      return isNumber(id) ? { type, id } : undefined;
    case 'notify': {
      const announcement = parseAnnouncement(fields['announcement']);
      return announcement && isNumber(id) ? { type, id, announcement } : undefined;
    }
    default:
      return undefined;
  }
}

/** Never throws. @returns `undefined` for what is no such message */
export function parseToLeader(text: string): ToLeader | undefined {
  const fields = parseObject(text);
  const { type, id } = fields;
  switch (type) {
    case 'patches': {
      const patches = listOf(fields['patches'], parsePatch);
      const { at } = fields;
      return patches && (isNumber(at) ? { type, patches, at } : { type, patches });
    }
    case 'ended': {
      const refs = listOf(fields['refs'], parseRef);
      return refs && { type, refs };
    }
    case 'attention': {
      const attention = attentions.find((known) => known === fields['attention']);
      return attention && { type, attention };
    }
    case 'key':
      return { type, hasKey: fields['hasKey'] === true };
    case 'refresh': {
      const refs = fields['refs'] === undefined ? undefined : listOf(fields['refs'], parseRef);
      return isNumber(id) ? { type, id, refs } : undefined;
    }
    case 'notified':
    case 'ping':
      return isNumber(id) ? { type, id } : undefined;
    default:
      return undefined;
  }
}

/** The least attention last. */
export const attentions: readonly Attention[] = ['watching', 'hidden', 'away'];

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Leaves out what cannot be read. */
function listOf<T>(value: unknown, parse: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((item) => parse(item)).filter((item) => item !== undefined);
}

function parseTask(value: unknown): TrackedTask | undefined {
  return wholeTask(taskFieldsOf(fieldsOf(value)));
}

function parseState(value: unknown): PollerState | undefined {
  const { activeCount, isPolling, checkedAt, pauses } = fieldsOf(value);
  const parsed = listOf(pauses, parsePause);
  if (!isNumber(activeCount) || typeof isPolling !== 'boolean' || !parsed) return undefined;
  return {
    activeCount,
    isPolling,
    checkedAt: isNumber(checkedAt) ? checkedAt : undefined,
    pauses: parsed,
  };
}

function parsePause(value: unknown): PollPause | undefined {
  const { kind, until, apiVersion } = fieldsOf(value);
  if (!isErrorKind(kind)) return undefined;
  return {
    kind,
    until: isNumber(until) ? until : undefined,
    apiVersion: taskFieldsOf({ apiVersion }).apiVersion,
  };
}

function parseAnnouncement(value: unknown): Announcement | undefined {
  const { notice, pause } = fieldsOf(value);
  if (pause !== undefined) {
    const parsed = parsePause(pause);
    return parsed && { pause: parsed };
  }
  const { text, refs, isWarning } = fieldsOf(notice);
  const parsed = listOf(refs, parseRef);
  if (typeof text !== 'string' || typeof isWarning !== 'boolean' || !parsed) return undefined;
  return { notice: { text, refs: parsed, isWarning } };
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
