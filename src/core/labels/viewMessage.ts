import { formatCount } from './countLabel';
import { errorMessage } from './errorMessage';
import type { PollPause } from '../polling/pollPauses';
import type { PollerState } from '../polling/polling';
import type { ServerLabels } from './pausedLabel';
import { formatAge } from './taskLabels';

interface ViewMessageOptions extends ServerLabels {
  readonly state: PollerState;
  readonly taskCount: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The time of day as the user's clock shows it. */
  readonly formatTime: (at: number) => string;
}

/** A failure that may pass by itself gets a message only after this long without a successful poll, in milliseconds. */
const patienceMs = 30_000;
/** A shorter pause is shown by its length, not by the time of its end, in milliseconds. */
const shortPauseMs = 120_000;

/**
 * When the rows were updated, or why they were not, and what the user can do about it.
 * For the line above the rows, as VS Code shows no description beside the title of a view that is alone in its container.
 * Empty without tasks, as the line would hide the welcome, which helps no further only where the base URL is wrong; and while nothing is active and nothing is wrong.
 */
export function viewMessage(options: ViewMessageOptions): string {
  const { state, taskCount, now, host, baseUrlProblem } = options;
  if (baseUrlProblem !== undefined) return `${baseUrlProblem} Change it in the settings.`;
  if (taskCount === 0) return '';
  const active = `${formatCount(state.activeCount)} active`;
  if (state.isLeaderSilent === true)
    return `Another window is not responding · ${active}. It polls for all windows; this one takes over if it stays silent.`;
  const [pause] = state.pauses;
  if (!pause || (state.activeCount === 0 && pause.until !== undefined))
    return freshnessMessage(options);
  const advice = errorMessage(pause.kind, { host, apiVersion: pause.apiVersion }).text;
  // The tasks of the other API version go on.
  if (pause.apiVersion !== undefined) return `${freshnessMessage(options)}. ${advice}`;
  const summary = pauseMessage(pause, options);
  if (summary === undefined) return advice;
  const { checkedAt = -Infinity } = state;
  return now - checkedAt < patienceMs
    ? `${summary} · ${active}`
    : `${summary} · ${active}. ${advice}`;
}

function freshnessMessage({ state, now }: ViewMessageOptions): string {
  if (state.activeCount === 0) return '';
  // "now" and not "just now": where a narrow side bar breaks one of two ages that take turns, all rows jump.
  const age =
    state.checkedAt === undefined
      ? 'Checking'
      : `Updated ${formatAge(state.checkedAt, now).replace('just ', '')}`;
  return `${age} · ${formatCount(state.activeCount)} active`;
}

/** `undefined` for what does not pass by itself: there the advice says it all. */
function pauseMessage(
  pause: PollPause,
  { now, formatTime }: ViewMessageOptions,
): string | undefined {
  if (pause.until === undefined) return undefined;
  const again = `trying again ${asText(pause.until - now)}`;
  switch (pause.kind) {
    case 'forbidden':
    case 'payment':
      return undefined;
    case 'rateLimited':
      return pause.until - now < shortPauseMs
        ? `Rate limited, ${again}`
        : `Rate limited until ${formatTime(pause.until)}`;
    case 'network':
      return `Offline, ${again}`;
    case 'timeout':
      return `No answer, ${again}`;
    case 'server':
      return `Server trouble, ${again}`;
    default:
      return `Unusable answer, ${again}`;
  }
}

function asText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds <= 0) return 'now';
  return seconds < 100 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} min`;
}
