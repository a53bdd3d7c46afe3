import {
  followableSession,
  followSession,
  sessionKey,
  stopFollowing,
  type SessionRef,
} from '../../core/following/sessionFollowing';
import type { Clock } from '../../core/base/clock';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { CurrentAccount } from '../account/currentAccount';
import type { AccountSession } from '../account/accountSession';
import { type TargetOptions, chooseTasks } from '../tree/taskTargets';
import type { TaskView } from '../tree/taskView';
import { notify } from '../reportError';
import type { Settings } from '../settings';
import { UserError } from '../userError';
import type { Commands } from './command';

export interface FollowingCommandsOptions {
  readonly account: Pick<CurrentAccount, 'requireSession' | 'whenReady'>;
  readonly settings: Pick<Settings, 'setFollowAccount'>;
  readonly view: Pick<TaskView, 'selection'>;
  readonly clock: Clock;
}

/** The commands that say which sessions are followed. */
export function followingCommands(options: FollowingCommandsOptions): Commands {
  return {
    followAccount: {
      run: () => followAccount(true, options),
      failed: 'The account cannot be followed',
    },
    stopFollowingAccount: {
      run: () => followAccount(false, options),
      failed: 'Following cannot be stopped',
    },
    followSession: {
      run: (args) => followSessions(args, options),
      failed: 'The session cannot be followed',
    },
    stopFollowingSession: {
      run: (args) => stopFollowingSessions(args, options),
      failed: 'Following cannot be stopped',
    },
  };
}

/** Follow Account, Stop Following Account: the setting, for all windows. */
async function followAccount(
  isOn: boolean,
  { account, settings }: FollowingCommandsOptions,
): Promise<void> {
  await settings.setFollowAccount(isOn);
  if (!isOn) return;
  const { key, server } = account.requireSession();
  if (await key.get()) return;
  const text = `New tasks appear once there is an API key for ${server.host}.`;
  notify({ severity: 'information', text }, 'setApiKey');
}

/** Follow Session: of the tasks that are named, or of one that is picked. */
async function followSessions(
  args: readonly unknown[],
  options: FollowingCommandsOptions,
): Promise<void> {
  const noneOffered =
    'No tracked task belongs to a session that can be followed. Tasks of API v4 and v2 do, once they have been checked.';
  const { store, sessions } = await sessionsOf(args, options, {
    question: 'Follow the session of which task?',
    isOffered: (task) => task.followedAt === undefined && followableSession(task) !== undefined,
    noneOffered,
  });
  if (sessions.length === 0) throw new UserError(noneOffered);
  for (const each of sessions) {
    const latestId = newestOf(store.tasks(), each)?.id;
    if (latestId !== undefined)
      followSession(store, each, { ids: [], latestId, now: options.clock.now() });
  }
}

/** Stop Following Session: its tasks stay. */
async function stopFollowingSessions(
  args: readonly unknown[],
  options: FollowingCommandsOptions,
): Promise<void> {
  const { store, sessions } = await sessionsOf(args, options, {
    question: 'Stop following the session of which task?',
    isOffered: (task) => task.followedAt !== undefined,
    noneOffered: 'No session is followed.',
  });
  for (const each of sessions) stopFollowing(store, each);
}

/** Each session once. */
async function sessionsOf(
  args: readonly unknown[],
  options: FollowingCommandsOptions,
  target: Omit<TargetOptions, 'canPickMany'>,
): Promise<{ readonly store: AccountSession['store']; readonly sessions: readonly SessionRef[] }> {
  const { session, refs } = await chooseTasks(args, options, { ...target, canPickMany: false });
  const { store } = session;
  const sessions = new Map<string, SessionRef>();
  for (const ref of refs) {
    const task = store.get(ref);
    const followable = task && followableSession(task);
    if (followable) sessions.set(sessionKey(followable), followable);
  }
  return { store, sessions: [...sessions.values()] };
}

function newestOf(tasks: readonly TrackedTask[], session: SessionRef): TrackedTask | undefined {
  const createdAt = (task: TrackedTask): number => Date.parse(task.createdAt ?? '') || 0;
  return tasks
    .filter(
      ({ apiVersion, sessionId }) =>
        apiVersion === session.apiVersion && sessionId === session.sessionId,
    )
    .toSorted((a, b) => createdAt(b) - createdAt(a))[0];
}
