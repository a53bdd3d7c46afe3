import { MarkdownString, type PreparedToolInvocation } from 'vscode';
import type { Clock } from '../../core/base/clock';
import { refKey, type TaskRef } from '../../core/cloud/task';
import { apiVersions } from '../../core/cloud/versionList';
import { appearanceLabel } from '../../core/labels/taskLabels';
import { canSteer, losingTasks } from '../../core/steering/steerActions';
import { namesFrom, steerMessage, stopQuestion } from '../../core/steering/steerMessages';
import type { SteerResult, TaskSteering } from '../../core/steering/taskSteering';
import type { CurrentAccount } from '../account/currentAccount';
import { ShownAccount } from '../account/shownAccount';
import type { Settings } from '../settings';
import { findTask, namedTask } from './findTask';
import { Questions, type Asked } from './questions';
import type { Tool, ToolInput } from './tool';

export interface StopToolOptions {
  readonly account: CurrentAccount;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly steering: TaskSteering;
}

const [newestVersion = 'v4'] = apiVersions;

type StopAction = 'stop' | 'stopSession';

/** Stops a task for a language model, once the person has read which one, of which account, and what is lost. */
export function stopTool(options: StopToolOptions): Tool {
  const questions = new Questions<StopAction>();
  return {
    prepare: async (input) => {
      const session = options.account.requireSession();
      await session.persistence.whenReady;
      const asked = { meant: actionOf(input), account: await ShownAccount.of(session) };
      const question = questionOf(asked, namedTask(input, { ...options, store: session.store }));
      questions.ask(input, asked);
      return question;
    },
    invoke: async (input, signal) => stop(input, await questions.answered(input), signal, options),
  };
}

/** Sends nothing, so a task of which only the cloud knows more is named by its ID. */
function questionOf(
  { meant: action, account }: Asked<StopAction>,
  { id, apiVersion = newestVersion }: ReturnType<typeof namedTask>,
): PreparedToolInvocation {
  const { server, store } = account.session;
  const ref: TaskRef = { apiVersion, id };
  const others = losingTasks(action, [ref], store.tasks()).filter(
    (task) => refKey(task) !== refKey(ref),
  );
  const { text, detail } = stopQuestion(action, [store.get(ref) ?? ref, ...others]);
  const message = new MarkdownString();
  message.appendText(`${text}\n\n${detail}\n\nTask ID: ${id}, at ${server.host}`);
  return {
    invocationMessage: 'Stopping a Browser Use task',
    // A title may be read as Markdown, and those of tasks are untrusted.
    confirmationMessages: { title: 'Stop a task at Browser Use Cloud?', message },
  };
}

async function stop(
  input: ToolInput,
  { meant: asked, account }: Asked<StopAction>,
  signal: AbortSignal,
  options: StopToolOptions,
): Promise<string> {
  const { steering } = options;
  const { store, server } = account.session;
  const session = { store, server, connect: account.connect };
  const ref = await findTask(input, { ...options, session, signal });
  // A version that always stops both, or the task alone, does what it can.
  const action = canSteer(ref.apiVersion, asked) ? asked : 'stop';
  const results = await steering.run(action, [ref], {
    account: { store, connect: account.connectForChange },
    signal,
  });
  const message = steerMessage(action, results, {
    nameOf: namesFrom(store.tasks()),
    host: server.host,
  });
  const task = store.get(ref);
  const standing = task ? ` It is now: ${appearanceLabel(task)}.` : '';
  return `${message?.text ?? sentenceOf(results[0]?.kind)}${standing}`;
}

/** For a result that a person sees in its row. */
function sentenceOf(kind: SteerResult['kind'] | undefined): string {
  switch (kind) {
    case 'done':
      return 'The task was stopped.';
    case 'underWay':
      return 'The task is being stopped already: nothing was sent.';
    default:
      return 'Nothing was sent, as this was cancelled.';
  }
}

function actionOf(input: ToolInput): StopAction {
  return input.oneOf('scope', ['task', 'session']) === 'session' ? 'stopSession' : 'stop';
}
