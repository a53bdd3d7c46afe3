import type { PausedLabel } from './pausedLabel';
import { isActive, type TrackedTask } from '../tasks/trackedTask';

/** What the status bar says of all tracked tasks. */
export interface StatusBarLabel {
  /** Short: "2 running", "1 running, polling paused, 3 ended". */
  readonly text: string;
  /** Sentences, for the hover and for screen readers. */
  readonly tooltip: string;
}

/** @returns `undefined` where nothing is active and every end has been seen: then there is nothing to say */
export function statusBarLabel(
  tasks: readonly TrackedTask[],
  paused?: PausedLabel,
): StatusBarLabel | undefined {
  const running = tasks.filter((task) => task.status === 'running' && isActive(task)).length;
  const active = tasks.filter(isActive).length;
  const unseen = tasks.filter((task) => task.isUnseen).length;
  if (active === 0 && unseen === 0) return undefined;
  const parts: string[] = [];
  if (running > 0) parts.push(`${running} running`);
  else if (active > 0) parts.push(`${active} active`);
  if (paused) parts.push(paused.text);
  if (unseen > 0) parts.push(`${unseen} ended`);
  const sentences = [
    `Browser Use: ${countLabel(tasks.length)} tracked, ${active} active, ${running} running.`,
    paused ? `${sentenceStart(paused.text)}: ${paused.reason}` : '',
    unseen === 0 ? '' : unseenLabel(unseen),
  ];
  return {
    text: parts.join(', '),
    tooltip: sentences.filter((sentence) => sentence !== '').join(' '),
  };
}

function sentenceStart(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** "3 tasks ended that you have not opened." */
export function unseenLabel(count: number): string {
  return `${countLabel(count)} ended that you have not opened.`;
}

/** "1 task", "3 tasks". */
export function countLabel(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}
