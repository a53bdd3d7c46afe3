import { errorWords } from './errorWords';
import type { PollHold } from './pollHolds';
import type { PollerState } from './taskPoller';
import { ageWords } from './taskWords';

export interface ViewWordsOptions {
  readonly state: PollerState;
  readonly taskCount: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly host: string;
  /** What is wrong with the base URL, as a sentence, where something is. */
  readonly baseUrlProblem?: string | undefined;
  /** The time of day as the user's clock shows it. */
  readonly timeWords: (at: number) => string;
}

/** A failure that mends itself gets a message only after this long without a good look, in milliseconds. */
const patienceMs = 30_000;

/**
 * How fresh the rows are, and why they are not: a few words, and where the user can do something, what.
 * For the line above the rows, as VS Code shows no description beside the title of a view that is alone in its container.
 * Empty without tasks, as the line would hide the welcome; and while nothing is active and nothing is wrong.
 */
export function viewWords(options: ViewWordsOptions): string {
  const { state, taskCount, now, host, baseUrlProblem } = options;
  if (taskCount === 0) return '';
  if (baseUrlProblem !== undefined) return `${baseUrlProblem} Change it in the settings.`;
  const active = `${state.activeCount} active`;
  const hold = state.holds.find((hold) => hold.until === undefined || hold.until > now);
  if (hold && (state.activeCount > 0 || hold.until === undefined)) {
    const summary = `${holdWords(hold, options)} · ${active}`;
    const isPatient =
      mendsItself(hold) && state.lookedAt !== undefined && now - state.lookedAt < patienceMs;
    if (isPatient) return summary;
    return `${summary}. ${errorWords(hold.kind, { host, apiVersion: hold.apiVersion }).text}`;
  }
  if (state.activeCount === 0) return '';
  if (state.lookedAt === undefined) return `Looking · ${active}`;
  return `Updated ${ageWords(state.lookedAt, now)} · ${active}`;
}

function holdWords(hold: PollHold, { now, timeWords }: ViewWordsOptions): string {
  const again = hold.until === undefined ? '' : `, trying again in ${inWords(hold.until - now)}`;
  switch (hold.kind) {
    case 'noKey':
      return 'No API key';
    case 'auth':
      return 'Key rejected';
    case 'forbidden':
      return 'Key has no right';
    case 'payment':
      return 'No credits';
    case 'rateLimited':
      return hold.until === undefined
        ? 'Rate limited'
        : `Rate limited until ${timeWords(hold.until)}`;
    case 'notServed':
      return hold.apiVersion ? `API ${hold.apiVersion} not served` : 'API not served';
    case 'network':
      return `Offline${again}`;
    case 'timeout':
      return `No answer${again}`;
    case 'server':
      return `Server trouble${again}`;
    case 'taskNotFound':
    case 'invalidRequest':
    case 'redirect':
    case 'tooLarge':
    case 'badAnswer':
      return `Unusable answer${again}`;
  }
}

function inWords(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

function mendsItself({ kind, until }: PollHold): boolean {
  switch (kind) {
    case 'network':
    case 'timeout':
    case 'server':
    case 'rateLimited':
    case 'badAnswer':
    case 'tooLarge':
    case 'redirect':
      return until !== undefined;
    default:
      return false;
  }
}
