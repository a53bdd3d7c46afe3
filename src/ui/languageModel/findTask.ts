import { countLabel } from '../../core/labels/countLabel';
import type { Clock } from '../../core/base/clock';
import { isOfficial } from '../../core/cloud/regions';
import type { ApiVersion, TaskRef } from '../../core/cloud/task';
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
  const named = namedTask(input, { store: session.store, settings });
  if (named.apiVersion !== undefined) return { apiVersion: named.apiVersion, id: named.id };
  const search = new VersionSearch({
    connect: session.connect,
    isOfficial: isOfficial(session.server),
    last: session.store.tasks().at(-1),
    clock,
  });
  const found = await search.find(named.id, 'task', signal);
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

/**
 * What can be told without the cloud of the one task that the tool's `id` names. Sends nothing.
 * @returns without a version where only the cloud knows it
 * @throws {UserError} where it names none, or several
 */
export function namedTask(
  input: ToolInput,
  { store, settings }: Pick<FindTaskOptions, 'settings'> & Pick<AccountSession, 'store'>,
): { readonly id: string; readonly apiVersion?: ApiVersion | undefined } {
  const given = input.requiredText('id');
  const apiVersion = input.oneOf('apiVersion', apiVersions);
  const versions = apiVersion === undefined ? apiVersions : [apiVersion];
  const { refs, ids } = parseTaskInput(given, apiVersion);
  const [ref, ...others] = [...refs, ...ids.map((id) => ({ id, apiVersion: undefined }))];
  const isOne = ref !== undefined && others.length === 0;
  if (isOne && ref.apiVersion !== undefined) return ref;
  const tracked = versions
    .map((each): TaskRef => ({ apiVersion: each, id: isOne ? ref.id : given }))
    .filter((each) => store.get(each));
  if (tracked.length > 1)
    throw new UserError(
      'Several API versions have a tracked task of this ID. Give "apiVersion", too.',
    );
  if (tracked[0]) return tracked[0];
  if (isOne) return { id: ref.id, apiVersion: settings.apiVersion };
  throw new UserError(
    '"id" must be one task ID, or one link to a task. List the tasks to see their IDs.',
  );
}
