import { isTrackPath, maxLinkLength, readTrackPiece, trackPieces } from './taskLinks';
import { parseTaskInput, type TaskInput } from './taskInput';

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
