import type { Clock } from '../core/clock';
import type { Disposable } from '../core/event';
import { NoticeQueue } from '../core/noticeQueue';
import type { Notice } from '../core/notices';
import type { TaskRef } from '../core/task';
import type { TaskStore } from '../core/taskStore';
import { showMessage } from './messages';
import type { Settings } from './settings';

export interface NotifierOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly openDetails: (ref: TaskRef) => Promise<void>;
  /** Shows the view, with this task in sight. */
  readonly showTasks: (first: TaskRef) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Tells of tasks that ended, once each, several at a time as one message. Nothing waits for its answer. */
export function notifyOfEnds(options: NotifierOptions): Disposable {
  const { store, clock, settings, onError } = options;
  return new NoticeQueue({
    store,
    clock,
    isWanted: (kind) => settings.notifyOn.has(kind),
    show: (notice) => void show(notice, options).catch(onError),
  });
}

async function show(
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
