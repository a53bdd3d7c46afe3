import { countLabel } from '../../core/labels/countLabel';
import type { Clock } from '../../core/base/clock';
import { isOfficial } from '../../core/cloud/regions';
import type { TaskRef } from '../../core/cloud/task';
import { apiVersions } from '../../core/cloud/versionList';
import { parseTaskInput } from '../../core/input/taskInput';
import { VersionSearch } from '../../core/tracking/versionSearch';
import type { AccountSession } from '../account/accountSession';
import type { Settings } from '../settings';
import { UserError } from '../userError';
import type { ToolInput } from './tool';

export interface FindTaskOptions {
  readonly clock: Clock;
  readonly session: Pick<AccountSession, 'store' | 'server' | 'connect'>;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/**
 * The one task that the tool's `id` names: a tracked one, or one that the cloud knows.
 * @throws {UserError} where it names none, or several
 */
export async function findTask(
  input: ToolInput,
  { clock, session, signal, settings }: FindTaskOptions,
): Promise<TaskRef> {
  const id = input.requiredText('id');
  const apiVersion = input.oneOf('apiVersion', apiVersions);
  const versions = apiVersion === undefined ? apiVersions : [apiVersion];
  const tracked = versions
    .map((each): TaskRef => ({ apiVersion: each, id }))
    .filter((each) => session.store.get(each));
  if (tracked.length === 1 && tracked[0]) return tracked[0];
  if (tracked.length > 1)
    throw new UserError(
      'Several API versions have a tracked task of this ID. Give "apiVersion", too.',
    );
  const named = parseTaskInput(id, apiVersion ?? settings.apiVersion);
  const [ref] = named.refs;
  if (ref && named.refs.length === 1 && named.ids.length === 0) return ref;
  const [bare] = named.ids;
  if (bare === undefined || named.ids.length > 1 || named.refs.length > 0)
    throw new UserError(
      '"id" must be one task ID, or one link to a task. List the tasks to see their IDs.',
    );
  const search = new VersionSearch({
    connect: session.connect,
    isOfficial: isOfficial(session.server),
    last: session.store.tasks().at(-1),
    clock,
  });
  const found = await search.find(bare, 'task', signal);
  if (found?.length === 1 && found[0]) return found[0];
  throw new UserError(
    found && found.length > 0
      ? `This is the ID of a session with ${countLabel(found.length)}. Give the ID of one of them: ${found
          .slice(0, 10)
          .map((each) => each.id)
          .join(', ')}.`
      : 'No API version knows a task of this ID for this API key.',
  );
}
