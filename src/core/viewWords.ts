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

/** How fresh the view is, and why it is not. */
export interface ViewWords {
  /** A few words beside the view's title. */
  readonly description: string;
  /** What is wrong and what to do, above the rows; empty while all is well or mends itself soon. */
  readonly message: string;
}

/** A failure that mends itself gets a message only after this long without a good look, in milliseconds. */
const patienceMs = 30_000;

/** Without tasks there are no words: the welcome view says what to do, and VS Code hides it behind a message. */
export function viewWords(options: ViewWordsOptions): ViewWords {
  const { state, taskCount, now, host, baseUrlProblem } = options;
  if (taskCount === 0) return { description: '', message: '' };
  if (baseUrlProblem !== undefined)
    return {
      description: 'base URL not usable',
      message: `${baseUrlProblem} Change it in the settings.`,
    };
  const hold = state.holds.find((hold) => hold.until === undefined || hold.until > now);
  const active = `${state.activeCount} active`;
  if (hold && (state.activeCount > 0 || hold.until === undefined)) {
    const isPatient =
      mendsItself(hold) && state.lookedAt !== undefined && now - state.lookedAt < patienceMs;
    return {
      description: `${holdWords(hold, options)} · ${active}`,
      message: isPatient ? '' : errorWords(hold.kind, { host, apiVersion: hold.apiVersion }).text,
    };
  }
  if (state.activeCount === 0) return { description: 'none active', message: '' };
  if (state.lookedAt === undefined) return { description: `looking · ${active}`, message: '' };
  return { description: `updated ${ageWords(state.lookedAt, now)} · ${active}`, message: '' };
}

function holdWords(hold: PollHold, { now, timeWords }: ViewWordsOptions): string {
  const again = hold.until === undefined ? '' : `, trying again in ${inWords(hold.until - now)}`;
  switch (hold.kind) {
    case 'noKey':
      return 'no API key';
    case 'auth':
      return 'key rejected';
    case 'forbidden':
      return 'key has no right';
    case 'payment':
      return 'no credits';
    case 'rateLimited':
      return hold.until === undefined
        ? 'rate limited'
        : `rate limited until ${timeWords(hold.until)}`;
    case 'notServed':
      return hold.apiVersion ? `API ${hold.apiVersion} not served` : 'API not served';
    case 'network':
      return `offline${again}`;
    case 'timeout':
      return `no answer${again}`;
    case 'server':
      return `server trouble${again}`;
    case 'taskNotFound':
    case 'invalidRequest':
    case 'redirect':
    case 'tooLarge':
    case 'badAnswer':
      return `unusable answer${again}`;
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
