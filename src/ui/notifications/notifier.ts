import type { Notice } from '../../core/notices/notices';
import type { TaskRef } from '../../core/cloud/task';
import { showMessage } from '../messages';

export interface NotifierOptions {
  readonly openDetails: (ref: TaskRef) => Promise<void>;
  /** Shows the view, with this task in sight. */
  readonly showTasks: (first: TaskRef) => Promise<void>;
}

/** Notifies of tasks that ended. Resolves when the person has answered or closed the message. */
export async function showNotice(
  { text, refs, isWarning }: Notice,
  { openDetails, showTasks }: NotifierOptions,
): Promise<void> {
  const [first, ...others] = refs;
  if (!first) return;
  const action = others.length === 0 ? 'Open Details' : 'Show Tasks';
  const severity = isWarning ? 'warning' : 'information';
  const chosen = await showMessage({ severity, text, actions: [action] });
  if (chosen !== action) return;
  await (others.length === 0 ? openDetails(first) : showTasks(first));
}
