import type { Notice } from '../../core/notices/notices';
import type { TaskRef } from '../../core/cloud/task';
import type { Announcement } from '../../core/windows/windowMessages';
import type { AccountSession } from '../account/accountSession';
import type { Features, TaskOwner } from '../lazyFeatures';
import { showMessage } from '../messages';
import type { TaskView } from '../tree/taskView';

interface NotifierOptions {
  readonly openDetails: (ref: TaskRef) => Promise<void>;
  /** Shows the view, with this task in sight. */
  readonly showTasks: (first: TaskRef) => Promise<void>;
}

/** Whose tasks an announcement is about. */
interface AnnouncementOptions {
  readonly session: TaskOwner & Pick<AccountSession, 'signal'>;
  readonly features: () => Promise<Pick<Features, 'notifyPause' | 'openDetails'>>;
  readonly view: Pick<TaskView, 'reveal'>;
}

/**
 * Notifies the person at this window. What they choose concerns the session's own tasks, also where another one has taken its place
 * meanwhile. Resolves when they have answered or closed the message.
 */
export async function showAnnouncement(
  announcement: Announcement,
  { session, features, view }: AnnouncementOptions,
): Promise<void> {
  if ('pause' in announcement) {
    const loaded = await features();
    if (!session.signal.aborted) loaded.notifyPause(announcement.pause);
    return;
  }
  await showNotice(announcement.notice, {
    openDetails: async (ref) => (await features()).openDetails(ref, session),
    showTasks: async (first) => {
      if (!session.signal.aborted) await view.reveal(first);
    },
  });
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
