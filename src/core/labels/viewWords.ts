import { errorWords } from './errorWords';
import type { PollHold } from '../polling/pollHolds';
import type { PollerState } from '../polling/polling';
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
/** A shorter pause is told by its length, not by the time of its end, in milliseconds. */
const shortPauseMs = 120_000;

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
  if (state.isLeaderSilent === true)
    return `Another window is not responding · ${active}. It polls for all windows; this one takes over if it stays silent.`;
  const [hold] = state.holds;
  if (!hold || (state.activeCount === 0 && hold.until !== undefined)) return freshWords(options);
  const advice = errorWords(hold.kind, { host, apiVersion: hold.apiVersion }).text;
  // The tasks of the other API version go on.
  if (hold.apiVersion !== undefined) return `${freshWords(options)}. ${advice}`;
  const summary = holdWords(hold, options);
  if (summary === undefined) return advice;
  const isPatient = state.lookedAt !== undefined && now - state.lookedAt < patienceMs;
  return isPatient ? `${summary} · ${active}` : `${summary} · ${active}. ${advice}`;
}

function freshWords({ state, now }: ViewWordsOptions): string {
  if (state.activeCount === 0) return '';
  const age = state.lookedAt === undefined ? 'Looking' : `Updated ${ageWords(state.lookedAt, now)}`;
  return `${age} · ${state.activeCount} active`;
}

/** `undefined` for what does not mend itself: there the advice says it all. */
function holdWords(hold: PollHold, { now, timeWords }: ViewWordsOptions): string | undefined {
  if (hold.until === undefined) return undefined;
  const again = `trying again ${inWords(hold.until - now)}`;
  switch (hold.kind) {
    case 'noKey':
    case 'auth':
    case 'forbidden':
    case 'payment':
    case 'notServed':
      return undefined;
    case 'rateLimited':
      return hold.until - now < shortPauseMs
        ? `Rate limited, ${again}`
        : `Rate limited until ${timeWords(hold.until)}`;
    case 'network':
      return `Offline, ${again}`;
    case 'timeout':
      return `No answer, ${again}`;
    case 'server':
      return `Server trouble, ${again}`;
    case 'taskNotFound':
    case 'invalidRequest':
    case 'refused':
    case 'noFreeSlot':
    case 'redirect':
    case 'tooLarge':
    case 'badAnswer':
      return `Unusable answer, ${again}`;
  }
}

function inWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds <= 0) return 'now';
  return seconds < 100 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} min`;
}
