import { CancellationError, commands, window, workspace, type Memento, type Uri } from 'vscode';
import { followUp, knownBefore, taskStart } from '../../core/actions/taskStart';
import type { Clock } from '../../core/base/clock';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { apiVersions } from '../../core/cloud/versionList';
import {
  checkChange,
  requestChange,
  type ChangeOutcome,
  type ChangeRequest,
} from '../../core/cloud/changeRequest';
import { isAbort, isCloudError, type CloudError } from '../../core/cloud/errors';
import type { ApiVersion, TaskRef } from '../../core/cloud/task';
import type { FollowUpMode, StartedTask, UploadedFiles } from '../../core/cloud/taskActions';
import type { TaskClient } from '../../core/cloud/taskClient';
import { followSession } from '../../core/following/sessionFollowing';
import { changeErrorMessage } from '../../core/labels/changeErrorMessage';
import { draftProblems, optionsOf, requestOf, type RunDraft } from '../../core/running/runDraft';
import type { ReviewNote } from '../../core/running/runReview';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import type { Log } from '../log';
import { showMessage } from '../messages';
import { formatBytes, withProgress } from '../progress';
import { notify, reportError } from '../reportError';
import type { Settings } from '../settings';
import { UserError } from '../userError';
import { GivenPaths, readFiles, readSchema } from './givenFiles';
import { promptForOption } from './optionInput';
import { openAsPromptFile } from './openAsPromptFile';
import { promptForPrompt } from './promptInput';
import { showRunForm, type RunFormChoice } from './runForm';

export interface TaskRunsOptions {
  readonly account: Pick<CurrentAccount, 'requireSession'>;
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

/** What a run begins with. */
export interface RunStart {
  readonly title: string;
  readonly draft: RunDraft;
  readonly notes?: readonly ReviewNote[] | undefined;
  /** The file that the draft was read from. */
  readonly file?: Uri | undefined;
  /** True where whoever runs it has confirmed it: then it is sent without its page, which comes only where it is refused. */
  readonly isConfirmed?: boolean | undefined;
  /** True where the draft comes from the folder that is open, so that one which is not trusted asks first. */
  readonly isFromFolder?: boolean | undefined;
}

interface Page {
  readonly kind: 'page';
  readonly draft: RunDraft;
  /** The file that has the same draft: its prompt is changed there. */
  readonly file?: Uri | undefined;
  readonly notes: readonly ReviewNote[];
}

/** What came of a choice: a page, with what is changed or keeps the draft from being sent; its end; or a task. */
type Step = Page | Left | { readonly kind: 'sent'; readonly ref?: TaskRef | undefined };

interface Left {
  readonly kind: 'left';
  /** What the next page begins with, where that differs from what was left. */
  readonly kept?: Page;
  /** True for a draft that goes on in an editor. */
  readonly isInEditor?: true;
}

interface Context {
  readonly session: AccountSession;
  readonly paths: GivenPaths;
}

/** Runs tasks: each is shown whole before it is sent, sent once, and tracked at once. */
export class TaskRuns {
  readonly #options: TaskRunsOptions;
  #unsent: RunStart | undefined;
  #beingSent: RunStart | undefined;

  constructor(options: TaskRunsOptions) {
    this.#options = options;
  }

  /** What was written last and not sent, without its secrets. Nothing of what is being sent. */
  get unsent(): RunStart | undefined {
    return this.#unsent === this.#beingSent ? undefined : this.#unsent;
  }

  /**
   * Shows the page of a draft until it is sent or left.
   * @returns the task that was started; `undefined` for a prompt that waits in a session and is no task yet
   * @throws {CancellationError} where the person leaves the page, which then waits in `unsent`
   */
  async run(start: RunStart): Promise<TaskRef | undefined> {
    const session = this.#options.account.requireSession();
    if (start.isFromFolder === true && !workspace.isTrusted) await confirmUntrusted();
    if (!(await session.key.get())) {
      this.#askForKey(start, session);
      throw new CancellationError();
    }
    const context: Context = { session, paths: new GivenPaths(start.file) };
    const first: Page = {
      kind: 'page',
      draft: start.draft,
      file: start.file,
      notes: start.notes ?? [],
    };
    let page = first;
    // What is open in a folder that is not trusted may be what calls.
    let isConfirmed = start.isConfirmed === true && workspace.isTrusted;
    if (page.draft.prompt.trim() === '') {
      // What is typed here has been confirmed by nobody.
      isConfirmed = false;
      const step = await this.#prompt(page);
      if (step.kind !== 'page') throw new CancellationError();
      page = step;
    }
    let kept = this.#unsent === start ? start : undefined;
    let choice: RunFormChoice = isConfirmed ? { kind: 'run' } : undefined;
    for (;;) {
      const { draft, notes } = page;
      // What is left as it came can come again from where it came.
      if (page !== first) kept = this.#keep(start, page);
      choice ??= await showRunForm({
        title: start.title,
        draft,
        notes,
        host: session.server.host,
        account: accountOf(session, draft.apiVersion),
        clock: this.#options.clock,
      });
      const sent = choice?.kind === 'run' ? kept : undefined;
      if (sent) this.#beingSent = sent;
      const step = await this.#follow(choice, page, context).finally(() => {
        if (this.#beingSent === sent) this.#beingSent = undefined;
      });
      choice = undefined;
      if (step.kind === 'left') {
        if (step.kept) this.#keep(start, step.kept);
        if (step.isInEditor && this.#unsent === kept) this.#unsent = undefined;
        throw new CancellationError();
      }
      if (step.kind === 'sent') {
        if (this.#unsent === kept) this.#unsent = undefined;
        return step.ref;
      }
      page = step;
    }
  }

  /** Keeps what was written for the next page, but for its secrets. */
  #keep(start: RunStart, { draft, notes }: Page): RunStart {
    this.#unsent = { ...start, draft: withoutSecrets(draft), notes, isConfirmed: false };
    return this.#unsent;
  }

  /** @throws {UserError} where the base URL names another server by now */
  async #follow(choice: RunFormChoice, page: Page, context: Context): Promise<Step> {
    context.session.signal.throwIfAborted();
    try {
      return await this.#do(choice, page, context);
    } catch (error) {
      // The person has left a question that the page asked, or cancelled an upload: the page stays.
      if (error instanceof CancellationError || isAbort(error)) return page;
      context.session.signal.throwIfAborted();
      if (error instanceof UserError) return { ...page, notes: [noteOf(error.message)] };
      if (isCloudError(error)) {
        // What is sent resolves with its outcome, so this comes from the files before it.
        const note = this.#refusal(error, page, context, { isUpload: true });
        return { ...page, notes: [note] };
      }
      throw error;
    }
  }

  async #do(choice: RunFormChoice, page: Page, context: Context): Promise<Step> {
    const { draft } = page;
    switch (choice?.kind) {
      case undefined:
        return { kind: 'left' };
      case 'run':
        return draftProblems(draft).length > 0 ? this.#prompt(page) : this.#send(page, context);
      case 'prompt':
        return this.#prompt(page);
      case 'version':
        return changed(page, { ...draft, apiVersion: await pickVersion(draft) });
      case 'followUp':
        return changed(page, { ...draft, followUp: await pickFollowUp() });
      case 'option': {
        const { paths } = context;
        const options = { draft, paths, usedModels: this.#usedModels };
        return changed(page, await promptForOption(choice.option, options));
      }
      case 'account':
        await commands.executeCommand('browserUseTasks.setApiKey');
        return page;
      case 'note':
        return { ...page, notes: page.notes.filter((_, index) => index !== choice.index) };
      case 'editAsFile':
        await openAsPromptFile(draft);
        return { kind: 'left', isInEditor: true };
      case 'startOver':
        return this.#prompt({
          kind: 'page',
          notes: [],
          draft: { prompt: '', apiVersion: draft.apiVersion },
        });
    }
  }

  async #prompt(page: Page): Promise<Page | Left> {
    const { draft, file } = page;
    if (file) {
      await window.showTextDocument(file);
      return { kind: 'left' };
    }
    const prompt = await promptForPrompt(draft.prompt);
    if (typeof prompt === 'string') return changed(page, { ...draft, prompt });
    await openAsPromptFile({ ...draft, prompt: prompt.typed });
    return { kind: 'left', isInEditor: true };
  }

  async #send(page: Page, context: Context): Promise<Step> {
    const { draft } = page;
    const { sessionId } = draft;
    if (draft.followUp && sessionId !== undefined)
      return this.#queue(page, context, { sessionId, mode: draft.followUp });
    const { session } = context;
    const { clock } = this.#options;
    const { apiVersion } = draft;
    const connect = connectTo(session, apiVersion);
    const request = requestOf(draft, await readContents(draft, { ...context, connect }));
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
          'Its answer was lost, and the task is not among the newest there, or not yet. Look for it again in a moment. Running it again may cost twice.',
        actions: ['Look Again', 'Run Again…'],
        isModal: true,
      });
      if (chosen !== 'Look Again') {
        const note: ReviewNote = {
          severity: 'warning',
          label: 'This may be running already',
          detail: 'Its answer was lost, and it was not found. Running it again may cost twice',
        };
        const again: Page = { ...page, notes: [note] };
        if (chosen === 'Run Again…') return again;
        return { kind: 'left', kept: again };
      }
      outcome = await withProgress({ title: 'Looking for the task…', isCancellable: false }, () =>
        checkChange(change, error),
      );
    }
    if (outcome.kind === 'refused')
      return { ...page, notes: [this.#refusal(outcome.error, page, context)] };
    this.#rememberModel(draft.model);
    return { kind: 'sent', ref: await this.#track(outcome.value, draft, session) };
  }

  /** Gives a session that is at work its next prompt. */
  async #queue(
    page: Page,
    context: Context,
    { sessionId, mode }: { readonly sessionId: string; readonly mode: FollowUpMode },
  ): Promise<Step> {
    const { draft } = page;
    const { session } = context;
    const { prompt, apiVersion } = draft;
    const connect = connectTo(session, apiVersion);
    const change = followUp({ connect, sessionId, prompt, mode, clock: this.#options.clock });
    const outcome = await sendOnce('Sending the prompt…', change);
    if (outcome.kind === 'refused')
      return { ...page, notes: [this.#refusal(outcome.error, page, context)] };
    if (outcome.kind === 'unknown') {
      const note: ReviewNote = {
        severity: 'warning',
        label: 'This may be waiting in the session already',
        detail: 'Its answer was lost, and it was not found there. Sending it again may cost twice',
      };
      return { ...page, notes: [note] };
    }
    // The prompt becomes a task of the session once its turn has come; who follows the session sees it then.
    const { store } = session;
    const isOfSession = (task: TrackedTask): boolean =>
      task.apiVersion === apiVersion && task.sessionId === sessionId;
    const latest = store.tasks().findLast(isOfSession);
    const now = this.#options.clock.now();
    if (latest && !session.signal.aborted)
      followSession(store, { apiVersion, sessionId }, { ids: [], latestId: latest.id, now });
    this.#notifyOfQueue({ sessionId, apiVersion, mode, isFollowed: latest !== undefined });
    return { kind: 'sent' };
  }

  /** Waits for no answer. */
  #notifyOfQueue({
    sessionId,
    apiVersion,
    mode,
    isFollowed,
  }: {
    readonly sessionId: string;
    readonly apiVersion: ApiVersion;
    readonly mode: FollowUpMode;
    readonly isFollowed: boolean;
  }): void {
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

  /** Says in a message what the cloud has against a draft, and what helps. @returns the note that stays on the page */
  #refusal(
    error: CloudError,
    { draft }: Page,
    { session }: Context,
    { isUpload }: { readonly isUpload?: boolean } = {},
  ): ReviewNote {
    this.#options.log.error('A task was not started', error);
    const { host } = session.server;
    const { apiVersion } = draft;
    const { text, nextStep } = changeErrorMessage(error, { host, apiVersion, isUpload });
    notify({ severity: 'error', text: `The task has not started. ${text}` }, nextStep);
    return noteOf(text);
  }

  #askForKey(given: RunStart, { server: { host } }: AccountSession): void {
    const { log, settings } = this.#options;
    // Who confirmed it learns that it was not started, and may start it again.
    const start: RunStart = { ...given, isConfirmed: false };
    this.#unsent = start;
    const text = `There is no API key for ${host} yet. Set one, and the task is shown again.`;
    notify({ severity: 'information', text }, 'setApiKey', async () => {
      const session = this.#options.account.requireSession();
      if (!(await session.key.get())) return;
      await this.run(start).catch((error: unknown) =>
        reportError(error, { settings, log, what: 'Running the task failed' }),
      );
    });
  }

  get #usedModels(): readonly string[] {
    const models: unknown = this.#options.memory.get(modelsKey);
    return Array.isArray(models) ? models.filter((each) => typeof each === 'string') : [];
  }

  #rememberModel(model: string | undefined): void {
    if (model === undefined) return;
    const models = [model, ...this.#usedModels.filter((each) => each !== model)];
    void this.#options.memory.update(modelsKey, models.slice(0, mostModels));
  }
}

const modelsKey = 'usedModels';
const mostModels = 10;

function changed(page: Page, draft: RunDraft): Page {
  return { ...page, draft, file: undefined };
}

/** Where the person has confirmed it, a change is sent once and is not taken back. */
function sendOnce<T>(title: string, change: ChangeRequest<T>): Promise<ChangeOutcome<T>> {
  return withProgress({ title, isCancellable: false }, () => requestChange(change));
}

function connectTo(session: AccountSession, apiVersion: ApiVersion) {
  return async (signal: AbortSignal): Promise<TaskClient> =>
    (await session.connect(signal)).client(apiVersion);
}

/**
 * Reads the files of a draft that are sent, and uploads those that are given along, with progress and a way to cancel.
 * @throws {UserError} for a file that cannot be sent; {CloudError} where the upload fails; an `AbortError` where it is cancelled
 */
async function readContents(
  draft: RunDraft,
  { connect, paths }: Context & { readonly connect: (signal: AbortSignal) => Promise<TaskClient> },
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
  const title = files.length === 1 ? 'Uploading 1 file' : `Uploading ${files.length} files`;
  const uploaded: UploadedFiles = await withProgress({ title }, async (signal, report) => {
    const client = await connect(signal);
    const onProgress = (sent: number): void => report(formatBytes(sent, total), sent / total);
    return client.uploadFiles(files, { sessionId, signal, onProgress });
  });
  return { outputSchema, files: uploaded };
}

/** Who answers to the key; `undefined` where the cloud does not say. Never rejects. */
async function accountOf(
  { connect, signal }: AccountSession,
  apiVersion: ApiVersion,
): Promise<string | undefined> {
  try {
    return (await (await connect(signal)).client(apiVersion).getAccount(signal)).description;
  } catch {
    // The page does without; what is wrong shows when the task is sent.
    return undefined;
  }
}

async function confirmUntrusted(): Promise<void> {
  const chosen = await showMessage({
    severity: 'warning',
    text: 'This folder is not trusted. Run a task with what stands in it?',
    detail:
      'The prompt, its options and the files that it names come from this folder. You see them before anything is sent.',
    actions: ['Show Me'],
    isModal: true,
  });
  if (chosen !== 'Show Me') throw new CancellationError();
}

async function pickVersion({ apiVersion }: RunDraft): Promise<ApiVersion> {
  const items = apiVersions.map((each) => ({
    label: capabilitiesOf(each).label,
    apiVersion: each,
  }));
  const picked = await window.showQuickPick(items, {
    title: 'API Version',
    placeHolder: `Run the task with which version? Now: ${capabilitiesOf(apiVersion).label}`,
    ignoreFocusOut: true,
  });
  if (!picked) throw new CancellationError();
  return picked.apiVersion;
}

async function pickFollowUp(): Promise<FollowUpMode> {
  const items: readonly { label: string; detail: string; mode: FollowUpMode }[] = [
    {
      label: 'After the Running Task',
      detail: 'The prompt waits in the session’s queue',
      mode: 'wait',
    },
    {
      label: 'Instead of the Running Task',
      detail: 'That task is cancelled; what it did so far stays done',
      mode: 'interrupt',
    },
  ];
  const picked = await window.showQuickPick(items, {
    title: 'When',
    placeHolder: 'Run the prompt when?',
    ignoreFocusOut: true,
  });
  if (!picked) throw new CancellationError();
  return picked.mode;
}

function withoutSecrets(draft: RunDraft): RunDraft {
  const { secrets, ...others } = draft;
  return others;
}

function noteOf(text: string): ReviewNote {
  // The first sentence says what is wrong, the others what to do.
  const [, first = text, rest = ''] = /^(.*?[.!?]”?\)?)\s+(?=[A-Z“])(.*)$/su.exec(text) ?? [];
  return { severity: 'error', label: first, detail: rest };
}
