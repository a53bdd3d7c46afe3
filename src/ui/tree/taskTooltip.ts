import { tooltipLines } from '../../core/labels/tooltipLines';
import type { TaskRef } from '../../core/cloud/task';
import type { Polling } from '../../core/polling/polling';
import type { Clock } from '../../core/base/clock';
import type { TaskSource } from '../../core/tasks/taskStore';
import type { Settings } from '../settings';
import { formatMoment } from './formatTime';

export interface TooltipOptions {
  readonly tasks: TaskSource;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly poller: Pick<Polling, 'state'>;
}

/**
 * All that a hover tells of a task, a line each. A plain string, as Markdown would make links of addresses in a prompt.
 * @returns `undefined` for a task that is not tracked
 */
export function resolveTooltip(
  ref: TaskRef,
  { tasks, settings, clock, poller }: TooltipOptions,
): string | undefined {
  const task = tasks.get(ref);
  if (!task) return undefined;
  const { host, problem } = settings.baseUrl;
  return tooltipLines(task, {
    now: clock.now(),
    pauses: poller.state.pauses,
    host,
    baseUrlProblem: problem,
    formatTime: formatMoment,
  }).join('\n');
}
