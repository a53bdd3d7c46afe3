import { join } from 'node:path';
import { AccountPolls, type AccountPollsOptions } from '../core/following/accountPolls';
import { SessionPolls, type SessionPollsOptions } from '../core/following/sessionPolls';
import { OpenBrowserPolls } from '../core/polling/openBrowserPolls';
import { PollerWithExtras } from '../core/polling/pollerWithExtras';
import { PollRounds } from '../core/polling/pollRound';
import { TaskPoller, type TaskPollerOptions } from '../core/polling/taskPoller';
import { windowProtocol } from '../core/windows/windowMessages';
import { WindowSharing, type WindowSharingOptions } from '../core/windows/windowSharing';
import { originFolderName } from './node';
import { joinWindows } from './nodeLeaderElection';

export interface WindowsOptions
  extends
    Omit<WindowSharingOptions, 'createPoller' | 'join'>,
    Omit<TaskPollerOptions, 'store' | 'clock' | 'random' | 'loadRounds'>,
    Pick<AccountPollsOptions, 'versions' | 'following' | 'onLimit' | 'onRefused'>,
    Pick<SessionPollsOptions, 'onFollowingEnd'> {
  /** The server whose tasks the windows share. */
  readonly origin: string;
  /** The folder under which windows find each other. */
  readonly root: string;
  /** Told once where they cannot. */
  readonly onAlone: (error: unknown) => void;
}

/** Builds what polls and what makes all windows one. */
export function shareAmongWindows(options: WindowsOptions): WindowSharing {
  const { origin, root, onAlone } = options;
  return new WindowSharing({
    ...options,
    createPoller: (connect) => createPoller({ ...options, connect }),
    join: (handlers) =>
      joinWindows({
        ...handlers,
        folder: join(root, `${originFolderName(origin)}-${windowProtocol}`),
        onError: onAlone,
      }),
  });
}

/** Polls the tasks, what is followed, and which browsers are still open. */
function createPoller(options: WindowsOptions): PollerWithExtras {
  const { store, clock, onFollowingEnd } = options;
  const now = () => clock.now();
  const sessions = new SessionPolls({ store, now, onFollowingEnd });
  const account = new AccountPolls({ ...options, now });
  const extras = [sessions, account, new OpenBrowserPolls({ store, now })];
  const random = Math.random;
  const poller = new TaskPoller({
    ...options,
    random,
    loadRounds: () => Promise.resolve({ PollRounds }),
    onListed: (apiVersion, tasks) => {
      sessions.noteListed(apiVersion, tasks);
      account.noteListed(apiVersion, tasks);
    },
  });
  return new PollerWithExtras({ ...options, poller, extras, random });
}
