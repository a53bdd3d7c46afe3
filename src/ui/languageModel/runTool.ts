import { MarkdownString, type PreparedToolInvocation } from 'vscode';
import { knownBefore, taskStart } from '../../core/actions/taskStart';
import type { Clock } from '../../core/base/clock';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { requestChange } from '../../core/cloud/changeRequest';
import type { TaskRef } from '../../core/cloud/task';
import { changeErrorMessage } from '../../core/labels/changeErrorMessage';
import type { Polling } from '../../core/polling/polling';
import { draftOfArguments } from '../../core/running/draftSources';
import { draftProblem, optionsOf, requestOf, type RunDraft } from '../../core/running/runDraft';
import { costSentence } from '../../core/running/runReview';
import { fieldText, runFields } from '../../core/running/runFields';
import { manyLines, oneLine } from '../../core/text/plainText';
import type { CurrentAccount } from '../account/currentAccount';
import { ShownAccount } from '../account/shownAccount';
import { defaultVersion } from '../running/promptFiles';
import type { Settings } from '../settings';
import { UserError } from '../userError';
import { Questions, type Asked } from './questions';
import type { Tool, ToolInput } from './tool';

export interface RunToolOptions {
  readonly account: CurrentAccount;
  readonly settings: Settings;
  readonly poller: Pick<Polling, 'refresh'>;
  readonly clock: Clock;
}

/** Runs a task that a language model wrote, once the person has read what will be sent, to whom, and at what cost. */
export function runTool(options: RunToolOptions): Tool {
  const questions = new Questions<RunDraft>();
  return {
    prepare: async (input) => {
      const asked: Asked<RunDraft> = {
        meant: draftOf(input, options),
        account: await ShownAccount.of(options.account.requireSession()),
      };
      questions.ask(input, asked);
      return questionOf(asked);
    },
    invoke: async (input, signal) => run(await questions.answered(input), { ...options, signal }),
  };
}

function questionOf({ meant: draft, account }: Asked<RunDraft>): PreparedToolInvocation {
  const { host } = account.session.server;
  const where = `${capabilitiesOf(draft.apiVersion).label} at ${host}, with the API key that is set there`;
  const message = new MarkdownString();
  message.appendText(`${costSentence(draft)} It is sent to ${where}.`);
  for (const { option, label } of optionsOf(draft).sent)
    message.appendText(`\n\n${label}: ${oneLine(fieldText(draft[option] ?? ''))}`);
  // As code, nothing in a prompt is taken for a link, a picture or another sentence.
  message.appendCodeblock(manyLines(draft.prompt), 'text');
  return {
    invocationMessage: 'Starting a Browser Use task',
    confirmationMessages: { title: 'Run a task at Browser Use Cloud?', message },
  };
}

async function run(
  { meant: draft, account }: Asked<RunDraft>,
  { clock, poller, signal }: RunToolOptions & { readonly signal: AbortSignal },
): Promise<string> {
  const { session } = account;
  await session.persistence.whenReady;
  const { apiVersion } = draft;
  const { host } = session.server;
  const outcome = await requestChange(
    taskStart({
      connect: async (each) => (await account.connect(each)).client(apiVersion),
      request: requestOf(draft, {}),
      isKnown: knownBefore(session.store.tasks(), apiVersion),
      clock,
      signal,
    }),
  );
  switch (outcome.kind) {
    case 'done': {
      const ref: TaskRef = { apiVersion, id: outcome.value.id };
      if (session.signal.aborted)
        return `The task has started at ${host}: id ${ref.id}, apiVersion ${apiVersion}. It is not tracked, as the user has set another server meanwhile.`;
      session.store.track([ref], clock.now());
      void poller.refresh([ref]);
      return `The task has started and is tracked: id ${ref.id}, apiVersion ${apiVersion}. Wait for its end with browserUseTasks_waitForTask.`;
    }
    case 'refused':
      throw new UserError(
        `The task has not started. ${changeErrorMessage(outcome.error, { host, apiVersion }).text}`,
      );
    case 'unknown':
      return 'The answer was lost, and the task was not found among the newest, or not yet: it may have started, and cost money. Do not run it again. Ask the user to look at the account’s recent tasks.';
  }
}

/** @throws {UserError} whose message tells the model what to change */
function draftOf(input: ToolInput, options: RunToolOptions): RunDraft {
  const read = draftOfArguments(input.given, defaultVersion(options));
  if ('problem' in read) throw new UserError(read.problem);
  const { draft } = read;
  const problem = draftProblem(draft);
  if (problem !== undefined) throw new UserError(problem);
  // No file of the user's is read for a model.
  const paths = runFields.filter(({ kind }) => kind === 'files' || kind === 'schemaFile');
  const [path] = paths.filter(({ option }) => draft[option] !== undefined);
  if (path) throw new UserError(`"${path.option}" cannot be given here. Leave it out.`);
  const { notSent } = optionsOf(draft);
  if (notSent.length > 0)
    throw new UserError(
      `${capabilitiesOf(draft.apiVersion).label} takes no such option: ${notSent.map(({ option }) => option).join(', ')}. Name an apiVersion that takes it, or leave it out; leave a cost cap out only if the user wants none.`,
    );
  return draft;
}
