import { nameBefore } from './idNames';
import { parseTaskInput, type TaskInput } from './taskInput';
import { isTrackPath, maxLinkLength, readLink, readTrackPiece, trackPieces } from './taskLinks';
import { uuidsIn } from '../text/uuids';

/** A place of a line where the ID of a task or a session stands, alone or in a link. */
export interface NamedTask {
  readonly start: number;
  readonly end: number;
  /** The task's or session's ID: a UUID in lower case. */
  readonly id: string;
  readonly kind: 'task' | 'session';
  /** True where the line says what the ID is of, by a link or a word before it; false where it may be of anything. */
  readonly isCertain: boolean;
  /** Names the same wherever it is pasted. */
  readonly text: string;
}

/**
 * Finds the IDs of tasks and sessions in a line, and links to them. What the line calls something else is left out, as are other
 * sites' links. Reads no more than the first 10,000 characters, in time in proportion to them.
 */
export function namedTasksIn(line: string): readonly NamedTask[] {
  const text = line.slice(0, maxLine);
  const found: NamedTask[] = [];
  for (const { 0: word, index } of text.matchAll(words))
    for (const { id, start, end } of uuidsIn(word)) {
      const from = index + start;
      // In a link that was read already.
      if (from < (found.at(-1)?.end ?? 0)) continue;
      const named = linkAround(text, from) ?? bareId(text, { id, start: from, end: index + end });
      if (named !== 'none') found.push(named);
    }
  return found;
}

const maxLine = 10_000;
/** Characters. */
const maxLink = 2000;
const words = /[\w-]{36,}/gu;

/** The link that an ID stands in; `none` where that is no task's. */
function linkAround(text: string, at: number): NamedTask | 'none' | undefined {
  // Cut off first: a link may begin at many places of what stands before a blank, and none of them is this ID's.
  const word =
    text
      .slice(Math.max(0, at - maxLink), at)
      .split(/[\s"'<>`|\\]/u)
      .at(-1) ?? '';
  const [linkStart] = /[a-z][a-z0-9+.-]{1,15}:\/\/.*$/isu.exec(word) ?? [];
  if (linkStart === undefined) return undefined;
  const start = at - linkStart.length;
  const [link = ''] = /^[^\s"'<>`|\\)\]}]*/u.exec(text.slice(start, start + maxLink)) ?? [];
  const url = link.replace(/[.,;:!?]+$/u, '');
  const read = readLink(url);
  const [first] = 'why' in read ? [] : read;
  if (!first) return 'none';
  const { id, kind } = first;
  return { start, end: start + url.length, id, kind, isCertain: true, text: url };
}

function bareId(
  text: string,
  { id, start, end }: Pick<NamedTask, 'id' | 'start' | 'end'>,
): NamedTask | 'none' {
  const { kind, version } = nameBefore(text, start, 0);
  if (kind === 'other') return 'none';
  const isSession = kind === 'session';
  const name = isSession ? 'session ' : '';
  const path = version && `/api/${version}/${isSession ? 'sessions' : 'tasks'}/`;
  return {
    start,
    end,
    id,
    kind: isSession ? 'session' : 'task',
    isCertain: isSession || kind === 'task',
    text: `${path ?? name}${id}`,
  };
}

/** What a URI for this extension asks for: tasks to track, or nothing that it may. */
export type TrackUri =
  | {
      readonly input: TaskInput;
      /** The IDs and links, as they stand there. */
      readonly pieces: readonly string[];
      readonly problem?: undefined;
    }
  | {
      readonly input?: undefined;
      readonly pieces?: undefined;
      /** Why it is not followed, as a sentence. */
      readonly problem: string;
    };

/** A URI that any page or program may have made up. */
export interface GivenUri {
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/**
 * Reads `/track?id=…`: task IDs, links of the dashboard or the API, and `v3/…` for an ID of a version, separated by commas or as
 * parameters of their own. A URI that holds anything else is refused as a whole. Never throws, whatever it is given.
 * @param apiVersion for IDs whose version the URI does not tell
 */
export function readTrackUri(
  { path, query, fragment }: GivenUri,
  apiVersion: Parameters<typeof parseTaskInput>[1],
): TrackUri {
  if (!isTrackPath(path)) return refused('It asks for something else than to track tasks.');
  if (query.length > maxLinkLength) return refused('It is too long.');
  const parameters = query.split('&').filter((parameter) => parameter !== '');
  if (fragment !== '' || parameters.some((parameter) => !parameter.startsWith('id=')))
    return refused('It holds more than the IDs of tasks.');
  const pieces = parameters.flatMap((parameter) => trackPieces(parameter.slice('id='.length)));
  if (pieces.length === 0) return refused('It names no task.');
  if (pieces.some((piece) => !readTrackPiece(piece)))
    return refused('It holds something that is no ID or link of a task.');
  const input = parseTaskInput(pieces.join('\n'), apiVersion);
  const isEmpty = [input.refs, input.ids, input.sessions].every(({ length }) => length === 0);
  return isEmpty ? refused('It names no task that this extension can track.') : { input, pieces };
}

function refused(problem: string): TrackUri {
  return { problem };
}
