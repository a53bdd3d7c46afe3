import { CloudError } from '../core/cloud/errors';

/** Longest ID or file name that is asked for, in characters; real ones have 36 or so. */
const maxSegmentLength = 1_000;

/**
 * A template tag for a path below the base URL: what is filled in is one segment each and can't leave its place.
 * `encodeURIComponent` leaves `.` and `..` alone, and an empty segment asks for a list instead of a task.
 * @throws {CloudError} of kind `invalidRequest` for what can't be a segment
 */
export function path(fixed: TemplateStringsArray, ...segments: readonly string[]): string {
  return fixed.reduce(
    (done, next, index) => done + encodeSegment(segments[index - 1] ?? '') + next,
  );
}

function encodeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new CloudError('invalidRequest', `${JSON.stringify(segment)} is no ID`);
  }
  if (segment.length > maxSegmentLength) {
    throw new CloudError('invalidRequest', `An ID of ${segment.length} characters is too long`);
  }
  try {
    return encodeURIComponent(segment);
  } catch {
    throw new CloudError('invalidRequest', 'An ID holds half a character');
  }
}

/** An answer about another task must not be shown as this one's. UUIDs come in several spellings. */
export function checkId(asked: string, answered: string | undefined): void {
  if (answered === undefined || spelling(answered) === spelling(asked)) return;
  throw new CloudError('badAnswer', 'The answer is about another task');
}

function spelling(id: string): string {
  return id.toLowerCase().replaceAll('-', '');
}
