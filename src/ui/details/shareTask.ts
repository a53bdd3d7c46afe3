import { countLabel } from '../../core/labels/countLabel';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { env } from 'vscode';
import {
  checkChange,
  requestChange,
  type ChangeCheck,
  type ChangeRequest,
} from '../../core/cloud/changeRequest';
import type { Clock } from '../../core/base/clock';
import { isAbort } from '../../core/cloud/errors';
import { safeLink } from '../../core/text/safeLink';
import type { TaskDetails } from '../../core/cloud/task';
import type { Cloud, TaskClient } from '../../core/cloud/taskClient';
import { taskTitle } from '../../core/labels/taskLabels';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import { showMessage } from '../messages';
import { openOutside } from '../openOutside';
import { withProgress } from '../progress';
import { UserError } from '../userError';

export interface ShareTaskOptions {
  readonly task: TaskDetails | TrackedTask;
  /** To the task's own server, and to no other. */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  readonly clock: Clock;
  /** Reads the task again. */
  readonly reread: () => Promise<void>;
  /** Aborts where nobody wants it any more. What was confirmed goes on all the same. */
  readonly signal: AbortSignal;
}

/** Makes the public page of a task's session once the person has confirmed it, and hands over its link. */
export async function shareTask(options: ShareTaskOptions): Promise<void> {
  const { task } = options;
  const sessionId = sessionOf(task);
  const known = 'session' in task ? safeLink(task.session?.publicShareUrl ?? '') : undefined;
  if (known !== undefined) return offerLink('This session is shared already.', known);
  const chosen = await showMessage({
    severity: 'warning',
    text: `Share the session of “${taskTitle(task, 60)}” in public?`,
    detail: [
      'Anyone who has the link can then see this session, without an account: of each of its tasks the prompt, the steps with screenshots and visited pages, the output, and the recording if there is one.',
      'That includes whatever private data the agent saw or typed.',
      'It stays public until you remove the link.',
    ].join('\n\n'),
    isModal: true,
    actions: ['Share Publicly'],
  });
  if (chosen !== 'Share Publicly' || options.signal.aborted) return;
  await change(options, {
    title: 'Sharing the session…',
    send: (client, signal) => client.shareSession(sessionId, signal),
    check: async (client, signal) => {
      const share = await client.getShare(sessionId, signal);
      return share ? { happened: true, value: share } : { happened: false };
    },
    unknownText:
      'This session may be public: the answer was lost, and the cloud can’t be reached to check. Check again before you rely on either.',
    onDone: async ({ url }) => {
      const link = safeLink(url);
      if (link === undefined)
        throw new UserError('The session is public, but its link is none that may be opened.');
      await offerLink('This session is public now: whoever has the link sees it.', link);
    },
  });
}

/** Takes the public page of a task's session away once the person has confirmed it. */
export async function unshareTask(options: ShareTaskOptions): Promise<void> {
  const { task } = options;
  const sessionId = sessionOf(task);
  if ('steps' in task && task.session?.publicShareUrl === undefined)
    throw new UserError('This session is not shared.');
  const views = await viewCountOf(sessionId, options);
  const chosen = await showMessage({
    severity: 'warning',
    text: `Remove the public link to the session of “${taskTitle(task, 60)}”?`,
    detail: `The link then works for nobody any more, also where it was passed on.${views}`,
    isModal: true,
    actions: ['Remove Link'],
  });
  if (chosen !== 'Remove Link' || options.signal.aborted) return;
  await change(options, {
    title: 'Removing the public link…',
    send: (client, signal) => client.unshareSession(sessionId, signal),
    check: async (client, signal) => {
      const share = await client.getShare(sessionId, signal);
      return share ? { happened: false } : { happened: true, value: undefined };
    },
    unknownText:
      'This session may still be public: the answer was lost, and the cloud can’t be reached to check. Check again before you rely on either.',
    onDone: () =>
      void showMessage({ severity: 'information', text: 'This session is no longer public.' }),
  });
}

interface Change<T> {
  /** What is under way, for the progress notification. */
  readonly title: string;
  readonly send: (client: TaskClient, signal: AbortSignal) => Promise<T>;
  readonly check: (client: TaskClient, signal: AbortSignal) => Promise<ChangeCheck<T>>;
  /** What the person should know where nobody can tell whether it has happened. */
  readonly unknownText: string;
  readonly onDone: (value: T) => void | Promise<void>;
}

/**
 * Sends a change that the person has confirmed, and says how it ended. It can't be cancelled and does not end with the
 * panel. Where nobody can tell, the person may have the cloud checked again.
 */
async function change<T>(options: ShareTaskOptions, change: Change<T>): Promise<void> {
  const { clock, connect, reread, task } = options;
  const clientOf = async (signal: AbortSignal): Promise<TaskClient> =>
    (await connect(signal)).client(task.apiVersion);
  const request: ChangeRequest<T> = {
    send: async (signal) => change.send(await clientOf(signal), signal),
    check: async (signal) => change.check(await clientOf(signal), signal),
    clock,
  };
  const { title } = change;
  let outcome = await withProgress({ title, isCancellable: false }, () => requestChange(request));
  await reread();
  while (outcome.kind === 'unknown') {
    const { error } = outcome;
    const text = change.unknownText;
    const chosen = await showMessage({ severity: 'warning', text, actions: ['Check Again'] });
    if (chosen !== 'Check Again') return;
    const title = 'Checking whether the session is public…';
    outcome = await withProgress({ title, isCancellable: false }, () =>
      checkChange(request, error),
    );
    await reread();
  }
  if (outcome.kind === 'refused') throw outcome.error;
  await change.onDone(outcome.value);
}

function sessionOf({ apiVersion, sessionId }: TaskDetails | TrackedTask): string {
  const { canShare, label } = capabilitiesOf(apiVersion);
  if (!canShare) throw new UserError(`${label} cannot share sessions.`);
  if (sessionId === undefined)
    throw new UserError('The session of this task is not known yet. Try again in a while.');
  return sessionId;
}

/** The details for the confirmation, which goes on without them where they cannot be read. */
async function viewCountOf(
  sessionId: string,
  { connect, signal, task }: ShareTaskOptions,
): Promise<string> {
  try {
    const share = await (await connect(signal)).client(task.apiVersion).getShare(sessionId, signal);
    const { viewCount } = share ?? {};
    if (viewCount === undefined) return '';
    return ` It was opened ${viewCount === 1 ? 'once' : countLabel(viewCount, 'time')} so far.`;
  } catch (error) {
    if (isAbort(error)) throw error;
    return '';
  }
}

async function offerLink(text: string, link: string): Promise<void> {
  const actions = ['Copy Link', 'Open Link'];
  const chosen = await showMessage({ severity: 'information', text, actions });
  if (chosen === 'Copy Link') await env.clipboard.writeText(link);
  if (chosen === 'Open Link') await openOutside(link);
}
