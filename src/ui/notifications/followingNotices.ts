import { mostWaiting, type AccountPollsOptions } from '../../core/following/accountPolls';
import type { SessionRef } from '../../core/following/sessionFollowing';
import type { FollowingEnd } from '../../core/following/sessionPolls';
import { countLabel } from '../../core/labels/countLabel';
import type { Log } from '../log';
import type { CloudError } from '../../core/cloud/errors';
import { errorMessage } from '../../core/labels/errorMessage';
import type { Polling } from '../../core/polling/polling';
import { notify } from '../reportError';
import type { Settings } from '../settings';

/** Says what the limit of following does: each time in the log, and the first time of each kind in a message. */
export function followLimitNotice(
  settings: Pick<Settings, 'followAccount'>,
  log: Pick<Log, 'info'>,
): AccountPollsOptions['onLimit'] {
  const shown = new Set<string>();
  return (effect, count) => {
    const most = `Following the account tracks at most ${countLabel(settings.followAccount?.limit ?? 0)} at a time`;
    const text = {
      replaced: `${most}. Ended ones leave the list for new ones, those that you have seen first; Browser Use Cloud keeps them.`,
      waiting: `${most}, and none of them has ended. New ones wait until one has.`,
      leftOut: `More than ${countLabel(mostWaiting)} wait for Follow Account to track them, and further ones are left out. Track Task… lists them, too.`,
    }[effect];
    log.info(`${text} (${countLabel(count)})`);
    if (shown.has(effect)) return;
    shown.add(effect);
    notify({ severity: 'information', text }, 'openSettings');
  };
}

/** What the log says of a session that is no longer followed, though nobody has stopped that. */
export function followingEndLine({ apiVersion, sessionId }: SessionRef, why: FollowingEnd): string {
  const reason = {
    idle: 'nothing has happened in it for a day',
    gone: 'the cloud does not know it any more',
  }[why];
  return `The session ${sessionId} (${apiVersion}) is no longer followed: ${reason}`;
}

/** Says why the account is not followed at the moment; silent where a pause of all polling says so already. */
export function showFollowingRefused(
  error: CloudError,
  { host, poller }: { readonly host: string; readonly poller: Pick<Polling, 'state'> },
): void {
  if (poller.state.pauses.length > 0) return;
  const { text, nextStep } = errorMessage(error.kind, { host });
  notify({ severity: 'warning', text: `The account is not followed for now. ${text}` }, nextStep);
}
