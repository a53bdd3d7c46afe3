import type { TaskDetails } from '../cloud/task';
import { errorMessage } from '../labels/errorMessage';

/** Why parts of a task could not be read, by their names: "the server says that this API key may not do this". */
export function unreadReasons(
  details: TaskDetails | undefined,
): Readonly<Record<string, string>> | undefined {
  if (!details?.unread) return undefined;
  const { apiVersion, unread } = details;
  const reasons = Object.entries(unread).flatMap(([part, error]) => {
    if (!error) return [];
    const { text } = errorMessage(error.kind, { host: 'the server', apiVersion });
    // The sentence after it says what helps, which nobody can do in a text that is kept.
    const [reason = text] = text.split(/\.(?:\s|$)/u);
    return [[part, reason] as const];
  });
  return Object.fromEntries(reasons);
}

/** As `unreadReasons`, in one line. */
export function unreadText(details: TaskDetails | undefined): string | undefined {
  const reasons = unreadReasons(details);
  return (
    reasons &&
    Object.entries(reasons)
      .map(([part, why]) => `${part} (${why})`)
      .join('; ')
  );
}
