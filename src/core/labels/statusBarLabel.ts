import { countLabel, formatCount, unseenLabel } from './countLabel';
import type { PausedLabel } from './pausedLabel';
import { browserOpenUntil } from '../tasks/openBrowser';
import { isActive, type TrackedTask } from '../tasks/trackedTask';

/** What the status bar says of all tracked tasks. */
interface StatusBarLabel {
  /** Short: "2 running", "1 running, polling paused, 3 ended", "1 browser open". */
  readonly text: string;
  /** Sentences, for the hover and for screen readers. */
  readonly tooltip: string;
  /** When it says something else by itself, as a browser closes, in milliseconds since 1970. */
  readonly changesAt: number | undefined;
}

interface StatusBarOptions {
  /** Why polling is paused. Absent: it is not. */
  readonly paused: PausedLabel | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A time of day as the user's clock shows it. */
  readonly formatTime: (at: number) => string;
}

/** @returns `undefined` where nothing is active, every end has been seen and no browser is open: then there is nothing to say */
export function statusBarLabel(
  tasks: readonly TrackedTask[],
  { paused, now, formatTime }: StatusBarOptions,
): StatusBarLabel | undefined {
  const running = tasks.filter((task) => task.status === 'running' && isActive(task)).length;
  const active = tasks.filter(isActive).length;
  const unseen = tasks.filter((task) => task.isUnseen).length;
  const closings = tasks.flatMap((task) => browserOpenUntil(task, now) ?? []);
  if (active === 0 && unseen === 0 && closings.length === 0) return undefined;
  const parts: string[] = [];
  if (running > 0) parts.push(`${formatCount(running)} running`);
  else if (active > 0) parts.push(`${formatCount(active)} active`);
  if (paused) parts.push(paused.text);
  if (unseen > 0) parts.push(`${formatCount(unseen)} ended`);
  if (closings.length > 0) parts.push(`${countLabel(closings.length, 'browser')} open`);
  const sentences = [
    `Browser Use: ${countLabel(tasks.length)} tracked, ${formatCount(active)} active, ${formatCount(running)} running.`,
    paused ? `${sentenceStart(paused.text)}: ${paused.reason}` : '',
    unseen === 0 ? '' : unseenLabel(unseen),
    openBrowsersLabel(closings, formatTime),
  ];
  return {
    text: parts.join(', '),
    tooltip: sentences.filter((sentence) => sentence !== '').join(' '),
    changesAt: closings.length === 0 ? undefined : Math.min(...closings),
  };
}

/** "2 browsers are still open after their tasks, which costs money; the last closes by itself at 14:05." */
function openBrowsersLabel(
  closings: readonly number[],
  formatTime: StatusBarOptions['formatTime'],
): string {
  if (closings.length === 0) return '';
  const last = formatTime(Math.max(...closings));
  return closings.length === 1
    ? `1 browser is still open after its task, which costs money; it closes by itself at ${last}.`
    : `${countLabel(closings.length, 'browser')} are still open after their tasks, which costs money; the last closes by itself at ${last}.`;
}

function sentenceStart(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
