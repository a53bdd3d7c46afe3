import { countLabel } from '../../core/labels/countLabel';
import { commands, type Memento } from 'vscode';
import { followUp, knownBefore, taskStart, type Connect } from '../../core/actions/taskStart';
import type { Clock } from '../../core/base/clock';
import {
  checkChange,
  requestChange,
  type ChangeOutcome,
  type ChangeRequest,
} from '../../core/cloud/changeRequest';
import { isCloudError, type CloudError } from '../../core/cloud/errors';
import type { ApiVersion, TaskRef } from '../../core/cloud/task';
import type {
  FollowUpMode,
  RunRequest,
  StartedTask,
  UploadedFiles,
} from '../../core/cloud/taskActions';
import { followSession } from '../../core/following/sessionFollowing';
import { changeErrorMessage } from '../../core/labels/changeErrorMessage';
import { optionsOf, requestOf, type RunDraft } from '../../core/running/runDraft';
import type { ReviewNote } from '../../core/running/runReview';
import { isActive, type TrackedTask } from '../../core/tasks/trackedTask';
import type { AccountSession } from '../account/accountSession';
import type { ShownAccount } from '../account/shownAccount';
import type { Log } from '../log';
import { showMessage } from '../messages';
import { formatBytes, withProgress } from '../progress';
import { notify, reportError } from '../reportError';
import type { Settings } from '../settings';
import type { DraftUploads } from './draftUploads';
import { readFiles, readSchema, type GivenPaths } from './givenFiles';

export interface DraftSenderOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps the models that were used. */
  readonly memory: Pick<Memento, 'get' | 'update'>;
  /** Shows the row of a task that was just started. */
  readonly reveal: (ref: TaskRef) => Promise<void>;
  /** Polls a task now, also one that had ended. */
  readonly poll: (ref: TaskRef) => void;
  readonly openDetails: (ref: TaskRef, session: AccountSession) => Promise<void>;
}

export interface SendContext {
  /** That which the person was shown. */
  readonly account: ShownAccount;
  readonly paths: GivenPaths;
  readonly uploads: DraftUploads;
}

/** What came of sending a draft. */
export type SendOutcome =
  /** Without a task, its prompt waits in a session. */
  | { readonly kind: 'sent'; readonly ref?: TaskRef | undefined }
  | {
      readonly kind: 'notSent';
      /** What the page of the draft says of it. */
      readonly note: ReviewNote;
      /** True where the person wants the page later only. */
      readonly isLeft?: boolean;
    };

/** Sends what a person has confirmed, once, and tells how that ended. */
export class DraftSender {
  readonly #options: DraftSenderOptions;

  constructor(options: DraftSenderOptions) {
    this.#options = options;
  }

  /**
   * Sends a draft once, with what it names, and tracks what came of it.
   * @throws {UserError} for a file that cannot be sent, and where the account is another than was shown; an `AbortError` where its
   *   upload is cancelled
   */
  async send(draft: RunDraft, { account, paths, uploads }: SendContext): Promise<SendOutcome> {
    if (isFollowUp(draft)) return this.#queue(draft, account);
    const { apiVersion } = draft;
    const { clock } = this.#options;
    const { session } = account;
    const connect = connectTo(account, apiVersion);
    let request: RunRequest;
    try {
      request = requestOf(draft, await readContents(draft, { paths, uploads, connect }));
    } catch (error) {
      if (!isCloudError(error) || session.signal.aborted) throw error;
      return { kind: 'notSent', note: this.#refusal(error, draft, session, { isUpload: true }) };
    }
    const change = taskStart({
      connect,
      request,
      isKnown: knownBefore(session.store.tasks(), apiVersion),
      clock,
    });
    const title = 'Starting the task…';
    let outcome = await sendOnce(title, change);
    while (outcome.kind === 'unknown') {
      const { error } = outcome;
      const chosen = await showMessage({
        severity: 'warning',
        text: `The task may have started at ${session.server.host}.`,
        detail:
          'Its answer was lost, and the task could not be found there, or not yet. Look for it again in a moment. Running it again may cost twice.',
        actions: ['Look Again', 'Run Again…'],
        isModal: true,
      });
      if (chosen !== 'Look Again') {
        // It may run with what was uploaded.
        uploads.forget();
        return { kind: 'notSent', note: mayRunNote, isLeft: chosen !== 'Run Again…' };
      }
      outcome = await withProgress({ title: 'Looking for the task…', isCancellable: false }, () =>
        checkChange(change, error),
      );
    }
    if (outcome.kind === 'refused') {
      if (outcome.error.status === 404) uploads.forget();
      return { kind: 'notSent', note: this.#refusal(outcome.error, draft, session) };
    }
    this.#rememberModel(draft.model);
    return { kind: 'sent', ref: await this.#track(outcome.value, draft, session) };
  }

  /** Gives a session that is at work its next prompt. */
  async #queue(draft: FollowUpDraft, account: ShownAccount): Promise<SendOutcome> {
    const { apiVersion, followUp: mode, prompt, sessionId } = draft;
    const { clock } = this.#options;
    const { session } = account;
    const { store } = session;
    const isOfSession = (task: TrackedTask): boolean =>
      task.apiVersion === apiVersion && task.sessionId === sessionId;
    // Who has the running task cancelled need not be told of its end.
    const cancelled =
      mode === 'interrupt'
        ? store.tasks().filter((task) => isOfSession(task) && isActive(task))
        : [];
    for (const task of cancelled) store.setStopping(task, clock.now());
    const connect = connectTo(account, apiVersion);
    const change = followUp({ connect, sessionId, prompt, mode, clock });
    const outcome = await sendOnce('Sending the prompt…', change);
    if (outcome.kind !== 'done') for (const task of cancelled) store.setStopping(task, undefined);
    if (outcome.kind === 'refused')
      return { kind: 'notSent', note: this.#refusal(outcome.error, draft, session) };
    if (outcome.kind === 'unknown') {
      const note: ReviewNote = {
        severity: 'warning',
        label: 'This may be waiting in the session already',
        detail: 'Its answer was lost, and it was not found there. Sending it again may cost twice',
      };
      return { kind: 'notSent', note };
    }
    // The prompt becomes a task of the session once its turn has come; who follows the session sees it then.
    const latest = store.tasks().findLast(isOfSession);
    const now = clock.now();
    if (latest && !session.signal.aborted)
      followSession(store, { apiVersion, sessionId }, { ids: [], latestId: latest.id, now });
    this.#notifyOfQueue(draft, { isFollowed: latest !== undefined });
    return { kind: 'sent' };
  }

  /** Waits for no answer. */
  #notifyOfQueue(
    { sessionId, apiVersion, followUp: mode }: FollowUpDraft,
    { isFollowed }: { readonly isFollowed: boolean },
  ): void {
    const { log, settings } = this.#options;
    const when =
      mode === 'wait'
        ? 'The prompt runs after the running task, as a task of its own'
        : 'The running task is cancelled, and the prompt then runs as a task of its own';
    const text = isFollowed ? `${when} that appears in the list by itself.` : `${when}.`;
    const actions = isFollowed ? [] : ['Follow Session'];
    showMessage({ severity: 'information', text, actions })
      .then(async (chosen) => {
        if (chosen !== 'Follow Session') return;
        const named = `${apiVersion}/sessions/${sessionId}`;
        await commands.executeCommand('browserUseTasks.trackTask', named);
      })
      .catch((error: unknown) => reportError(error, { settings, log, what: 'Tracking failed' }));
  }

  async #track(
    { id, missingFiles = [] }: StartedTask,
    { apiVersion }: RunDraft,
    session: AccountSession,
  ): Promise<TaskRef> {
    const { clock, log, poll, settings } = this.#options;
    const ref: TaskRef = { apiVersion, id };
    await session.persistence.whenReady;
    if (session.signal.aborted) {
      const text = `The task has started at ${session.server.host}, but the base URL names another server by now, so it is not tracked. Its ID is ${id}.`;
      notify({ severity: 'warning', text });
      return ref;
    }
    session.store.track([ref], clock.now());
    poll(ref);
    // The task runs whatever becomes of this: a failure here must not bring the page back.
    await this.#show(ref, missingFiles, session).catch((error: unknown) =>
      reportError(error, { settings, log, what: 'Showing the task failed' }),
    );
    return ref;
  }

  async #show(
    ref: TaskRef,
    missingFiles: readonly string[],
    session: AccountSession,
  ): Promise<void> {
    const { log, openDetails, reveal, settings } = this.#options;
    await reveal(ref);
    const text =
      missingFiles.length === 0
        ? 'The task has started and is tracked.'
        : `The task has started without ${missingFiles.join(', ')}: the cloud did not find what was uploaded.`;
    const severity = missingFiles.length === 0 ? 'information' : 'warning';
    if (settings.opensDetailsOfRuns) {
      await openDetails(ref, session);
      if (missingFiles.length > 0) notify({ severity, text });
      return;
    }
    showMessage({ severity, text, actions: ['Open Details'] })
      .then((chosen) => (chosen === 'Open Details' ? openDetails(ref, session) : undefined))
      .catch((error: unknown) =>
        reportError(error, { settings, log, what: 'Opening the details failed' }),
      );
  }

  /** What the cloud has against a draft, and what helps, for its page: a message beside that would outlive what it speaks of. */
  #refusal(
    error: CloudError,
    { apiVersion }: RunDraft,
    { server: { host } }: AccountSession,
    { isUpload }: { readonly isUpload?: boolean } = {},
  ): ReviewNote {
    this.#options.log.error('A task was not started', error);
    const { text, nextStep } = changeErrorMessage(error, { host, apiVersion, isUpload });
    return { ...noteOf(text), target: nextStep === 'setApiKey' ? { kind: 'account' } : undefined };
  }

  /** Models that were used, the last first. */
  get usedModels(): readonly string[] {
    const models: unknown = this.#options.memory.get(modelsKey);
    return Array.isArray(models) ? models.filter((each) => typeof each === 'string') : [];
  }

  #rememberModel(model: string | undefined): void {
    if (model === undefined) return;
    const models = [model, ...this.usedModels.filter((each) => each !== model)];
    const { log, memory } = this.#options;
    memory.update(modelsKey, models.slice(0, mostModels)).then(undefined, (error: unknown) => {
      // The task runs, and the list of models does without this one.
      log.error('The model that was used could not be kept', error);
    });
  }
}

/** Of a task that was sent, and of which nobody knows whether it has started. */
export const mayRunNote: ReviewNote = {
  severity: 'warning',
  label: 'This may be running already',
  detail: 'Its answer was lost, and it was not found. Running it again may cost twice',
};

/** A draft of a prompt for a session that is at work. */
interface FollowUpDraft extends RunDraft {
  readonly sessionId: string;
  readonly followUp: FollowUpMode;
}

function isFollowUp(draft: RunDraft): draft is FollowUpDraft {
  return draft.followUp !== undefined && draft.sessionId !== undefined;
}

const modelsKey = 'usedModels';
const mostModels = 10;

/** Where the person has confirmed it, a change is sent once and is not taken back. */
function sendOnce<T>(title: string, change: ChangeRequest<T>): Promise<ChangeOutcome<T>> {
  return withProgress({ title, isCancellable: false }, () => requestChange(change));
}

function connectTo(account: ShownAccount, apiVersion: ApiVersion): Connect {
  return async (signal) => (await account.connect(signal)).client(apiVersion);
}

/**
 * Reads the files of a draft that are sent, and uploads those that are given along, with progress and a way to cancel.
 * @throws {UserError} for a file that cannot be sent; {CloudError} where the upload fails; an `AbortError` where it is cancelled
 */
async function readContents(
  draft: RunDraft,
  { connect, paths, uploads }: Omit<SendContext, 'account'> & { readonly connect: Connect },
): Promise<Parameters<typeof requestOf>[1]> {
  const isSent = (option: string): boolean =>
    optionsOf(draft).sent.some((field) => field.option === option);
  const outputSchema =
    draft.outputSchema !== undefined && isSent('outputSchema')
      ? await readSchema(draft.outputSchema, paths)
      : undefined;
  if (!draft.files || !isSent('files')) return { outputSchema };
  const { sessionId } = draft;
  const files = await readFiles(draft.files, paths);
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const title = `Uploading ${countLabel(files.length, 'file')}`;
  const uploaded: UploadedFiles = await withProgress({ title }, async (signal, report) => {
    const client = await connect(signal);
    const onProgress = (sent: number): void => report(formatBytes(sent, total), sent / total);
    return uploads.upload(client, files, { sessionId, signal, onProgress });
  });
  return { outputSchema, files: uploaded };
}

/** An error as a note on the page. */
export function noteOf(text: string): ReviewNote {
  // The first sentence says what is wrong, the others what to do. What the cloud said may hold sentences of its own.
  const sentences = /^((?:“[^”]*”|[^“])*?(?:[.!?]|“[^”]*[.!?]”)\)?)\s+(?=[A-Z“])(.*)$/su;
  const [, first = text, rest = ''] = sentences.exec(text) ?? [];
  return { severity: 'error', label: first, detail: rest };
}
