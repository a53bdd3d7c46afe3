import { CancellationError, commands, window, workspace, type Memento, type Uri } from 'vscode';
import { isAbort } from '../../core/cloud/errors';
import type { ApiVersion, TaskRef } from '../../core/cloud/task';
import { draftProblem, type RunDraft } from '../../core/running/runDraft';
import type { ReviewNote } from '../../core/running/runReview';
import type { AccountSession } from '../account/accountSession';
import type { CurrentAccount } from '../account/currentAccount';
import { ShownAccount } from '../account/shownAccount';
import { showMessage } from '../messages';
import { notify, reportError } from '../reportError';
import { UserError } from '../userError';
import {
  DraftSender,
  noteOf,
  type DraftSenderOptions,
  type SendContext,
  type SendOutcome,
} from './draftSender';
import { DraftUploads } from './draftUploads';
import { GivenPaths } from './givenFiles';
import {
  promptForFollowUp,
  promptForOption,
  promptForVersion,
  promptForPrompt,
} from './draftInput';
import { openAsPromptFile } from './promptFiles';
import { showRunForm, type RunFormChoice } from './runForm';
import { recallUnsent, rememberUnsent, type RunStart } from './runStart';

export interface TaskRunsOptions extends DraftSenderOptions {
  readonly account: Pick<CurrentAccount, 'requireSession'>;
  /** Keeps what was not sent until this window is open again. */
  readonly workspaceMemory: Pick<Memento, 'get' | 'update'>;
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

/** Runs tasks: each is shown whole before it is sent, sent once, and tracked at once. */
export class TaskRuns {
  readonly #options: TaskRunsOptions;
  readonly #sender: DraftSender;
  /** The last one at the end. */
  #unsent: readonly RunStart[];
  readonly #beingSent = new Set<RunStart>();

  constructor(options: TaskRunsOptions) {
    this.#options = options;
    this.#sender = new DraftSender(options);
    this.#unsent = recallUnsent(options.workspaceMemory);
  }

  /** What was written and not sent, the last first, without its secrets. Nothing of what is being sent. */
  get unsent(): readonly RunStart[] {
    return this.#unsent.filter((each) => !this.#beingSent.has(each)).toReversed();
  }

  /** Forgets what waits in `unsent`. */
  discardUnsent(): void {
    this.#setUnsent(this.#unsent.filter((each) => this.#beingSent.has(each)));
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
    const paths = new GivenPaths(start.file);
    let context = await contextFor(session, paths);
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
      const step = await this.#prompt(page, (typed) =>
        this.#keep(start, { draft: { ...start.draft, prompt: typed }, notes: first.notes }),
      );
      if (step.kind !== 'page') throw new CancellationError();
      page = step;
    }
    let kept = this.#unsent.includes(start) ? start : undefined;
    let choice: RunFormChoice = isConfirmed ? { kind: 'run' } : undefined;
    for (;;) {
      const { draft, notes } = page;
      // What is left as it came can come again from where it came.
      if (page !== first) kept = this.#keep(start, page, kept);
      // The page shows another account; what the one before has of files is not there.
      if (!(await context.account.isCurrent())) context = await contextFor(session, paths);
      choice ??= await showRunForm({
        title: start.title,
        draft,
        notes,
        host: session.server.host,
        account: accountOf(context.account, draft.apiVersion),
        clock: this.#options.clock,
      });
      // While it is sent, also what is sent as it came is kept, with the warning that it may run.
      const sent = choice?.kind === 'run' ? (kept ?? unsentOf(start, page)) : undefined;
      if (sent) {
        this.#beingSent.add(sent);
        this.#setUnsent(this.#unsent);
      }
      const step = await this.#follow(choice, page, context).finally(() => {
        if (!sent) return;
        this.#beingSent.delete(sent);
        this.#setUnsent(this.#unsent);
      });
      choice = undefined;
      if (step.kind === 'left') {
        if (step.kept) this.#keep(start, step.kept, kept);
        if (step.isInEditor) this.#forget(kept);
        throw new CancellationError();
      }
      if (step.kind === 'sent') {
        this.#forget(kept);
        return step.ref;
      }
      page = step;
    }
  }

  /** Keeps what was written for the next page, but for its secrets, in the place of what was kept of it before. */
  #keep(start: RunStart, page: Omit<Page, 'kind'>, before?: RunStart): RunStart {
    const kept = unsentOf(start, page);
    const others = this.#unsent.filter((each) => each !== before);
    this.#setUnsent([...others, kept].slice(-mostUnsent));
    return kept;
  }

  #forget(kept: RunStart | undefined): void {
    if (kept) this.#setUnsent(this.#unsent.filter((each) => each !== kept));
  }

  #setUnsent(unsent: readonly RunStart[]): void {
    const { log, workspaceMemory } = this.#options;
    this.#unsent = unsent;
    const all = [...new Set([...unsent, ...this.#beingSent])];
    rememberUnsent(workspaceMemory, all, this.#beingSent).catch((error: unknown) =>
      log.error('What was written and not sent could not be kept', error),
    );
  }

  /** @throws {UserError} where the base URL names another server by now */
  async #follow(choice: RunFormChoice, page: Page, context: SendContext): Promise<Step> {
    const { account } = context;
    const { signal } = account.session;
    if (signal.aborted) await account.requireCurrent();
    try {
      return await this.#do(choice, page, context);
    } catch (error) {
      // The person has left a question that the page asked, or cancelled an upload: the page stays.
      if (error instanceof CancellationError || isAbort(error)) return page;
      if (signal.aborted) await account.requireCurrent();
      if (error instanceof UserError) return { ...page, notes: [noteOf(error.message)] };
      throw error;
    }
  }

  async #do(choice: RunFormChoice, page: Page, context: SendContext): Promise<Step> {
    const { draft } = page;
    switch (choice?.kind) {
      case undefined:
        return { kind: 'left' };
      case 'run':
        if (draftProblem(draft) !== undefined) return this.#prompt(page);
        return afterSending(page, await this.#sender.send(draft, context));
      case 'prompt':
        return this.#prompt(page);
      case 'version':
        return changed(page, { ...draft, apiVersion: await promptForVersion(draft) });
      case 'followUp':
        return changed(page, { ...draft, followUp: await promptForFollowUp() });
      case 'option': {
        const { paths } = context;
        const options = { draft, paths, usedModels: this.#sender.usedModels };
        return changed(page, await promptForOption(choice.option, options));
      }
      case 'account':
        await commands.executeCommand('browserUseTasks.setApiKey');
        return (await context.account.isCurrent()) ? page : withoutErrors(page);
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

  async #prompt(page: Page, onLeft?: (typed: string) => void): Promise<Page | Left> {
    const { draft, file } = page;
    if (file) {
      await window.showTextDocument(file);
      return { kind: 'left' };
    }
    const prompt = await promptForPrompt(draft.prompt, onLeft);
    if (typeof prompt === 'string') return changed(page, { ...draft, prompt });
    await openAsPromptFile({ ...draft, prompt: prompt.typed });
    return { kind: 'left', isInEditor: true };
  }

  #askForKey(given: RunStart, { server: { host } }: AccountSession): void {
    const { log, settings } = this.#options;
    const start = this.#keep(given, { draft: given.draft, notes: given.notes ?? [] }, given);
    const text = `There is no API key for ${host} yet. Set one, and the task is shown again.`;
    notify({ severity: 'information', text }, 'setApiKey', async () => {
      const session = this.#options.account.requireSession();
      if (!(await session.key.get())) return;
      await this.run(start).catch((error: unknown) =>
        reportError(error, { settings, log, what: 'Running the task failed' }),
      );
    });
  }
}

/** Far more than a person leaves; code may be left without a key over and over. */
const mostUnsent = 20;

function afterSending(page: Page, outcome: SendOutcome): Step {
  if (outcome.kind === 'sent') return outcome;
  const next: Page = { ...page, notes: [outcome.note] };
  return outcome.isLeft === true ? { kind: 'left', kept: next } : next;
}

function changed(page: Page, draft: RunDraft): Page {
  return { ...withoutErrors(page), draft, file: undefined };
}

/** A page whose draft or account is another by now: what was refused was not this. */
function withoutErrors(page: Page): Page {
  return { ...page, notes: page.notes.filter(({ severity }) => severity !== 'error') };
}

async function contextFor(session: AccountSession, paths: GivenPaths): Promise<SendContext> {
  return { account: await ShownAccount.of(session), paths, uploads: new DraftUploads() };
}

/** Who answers to the key; `undefined` where the cloud does not say. Never rejects. */
async function accountOf(
  { connect, session: { signal } }: ShownAccount,
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

/** A page as it is kept: without its secrets. Who confirmed it learns that it was not started, and may start it again. */
function unsentOf(start: RunStart, { draft, notes }: Omit<Page, 'kind'>): RunStart {
  const { secrets, ...others } = draft;
  return { ...start, draft: others, notes, isConfirmed: false };
}
