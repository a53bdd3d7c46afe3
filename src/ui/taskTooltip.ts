import { MarkdownString } from 'vscode';
import { tooltipLines } from '../core/tooltipLines';
import type { TaskRef } from '../core/task';
import type { LateOptions } from './commandOptions';
import { momentWords } from './timeWords';

/**
 * All that a hover tells of a task. Plain text in paragraphs: nothing that a task holds becomes markup, a link or a command.
 * @returns `undefined` for a task that is not tracked
 */
export function resolveTooltip(
  ref: TaskRef,
  { store, settings, clock }: Pick<LateOptions, 'store' | 'settings' | 'clock'>,
): MarkdownString | undefined {
  const task = store.get(ref);
  if (!task) return undefined;
  const { server } = settings;
  const tooltip = new MarkdownString();
  const lines = tooltipLines(task, {
    now: clock.now(),
    host: typeof server === 'string' ? 'the server' : server.host,
    timeWords: momentWords,
  });
  for (const [index, line] of lines.entries()) {
    if (index > 0) tooltip.appendMarkdown('\n\n');
    tooltip.appendText(line);
  }
  return tooltip;
}
