import {
  ProgressLocation,
  window,
  type CancellationToken,
  type PreparedToolInvocation,
} from 'vscode';
import type { Clock } from '../../core/base/clock';
import { isCloudError } from '../../core/cloud/errors';
import { taskForModel, taskListForModel } from '../../core/formats/modelText';
import { errorMessage } from '../../core/labels/errorMessage';
import { pausedReason } from '../../core/labels/pausedLabel';
import { appearanceLabel, taskTitle } from '../../core/labels/taskLabels';
import type { Polling } from '../../core/polling/polling';
import type { TaskSteering } from '../../core/steering/taskSteering';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import { waitForEnd } from '../../core/tracking/waitForEnd';
import type { CurrentAccount } from '../account/currentAccount';
import type { Settings } from '../settings';
import { findTask } from './findTask';
import { runTool } from './runTool';
import { stopTool } from './stopTool';
import { ToolInput, type Tool } from './tool';

export interface LanguageModelToolsOptions {
  readonly account: CurrentAccount;
  readonly settings: Settings;
  readonly poller: Pick<Polling, 'state' | 'refresh'>;
  readonly clock: Clock;
  /** That of the commands, so that nothing is sent twice. */
  readonly steering: TaskSteering;
}

/** The tools by their names in package.json. */
export function languageModelTools(
  options: LanguageModelToolsOptions,
): Readonly<Record<string, Tool>> {
  return {
    browserUseTasks_listTasks: {
      prepare: () => ({ invocationMessage: 'Listing the tracked Browser Use tasks' }),
      invoke: (input) => listTasks(input, options),
    },
    browserUseTasks_getTask: {
      prepare: () => ({ invocationMessage: 'Reading a Browser Use task' }),
      invoke: (input, signal) => getTask(input, signal, options),
    },
    browserUseTasks_waitForTask: {
      prepare: () => ({ invocationMessage: 'Waiting for a Browser Use task to end' }),
      invoke: (input, signal) => waitForTask(input, signal, options),
    },
    browserUseTasks_runTask: runTool(options),
    browserUseTasks_stopTask: stopTool(options),
  };
}

/** Runs `prepare` of a tool of the table. */
export async function prepareTool(
  name: string,
  input: unknown,
  tools: ReturnType<typeof languageModelTools>,
): Promise<PreparedToolInvocation> {
  return requireTool(name, tools).prepare(new ToolInput(input));
}

/**
 * Runs a tool of the table.
 * @throws {Error} whose message is for the model: a failure of the cloud in the words that a user reads
 */
export async function invokeTool(
  name: string,
  input: unknown,
  {
    tools,
    settings,
    token,
  }: {
    readonly tools: ReturnType<typeof languageModelTools>;
    readonly settings: Settings;
    readonly token: CancellationToken;
  },
): Promise<string> {
  const controller = new AbortController();
  const subscription = token.onCancellationRequested(() => controller.abort());
  if (token.isCancellationRequested) controller.abort();
  try {
    return await requireTool(name, tools).invoke(new ToolInput(input), controller.signal);
  } catch (error) {
    if (!isCloudError(error)) throw error;
    const { text } = errorMessage(error.kind, { host: settings.baseUrl.host });
    throw new Error(text, { cause: error });
  } finally {
    subscription.dispose();
  }
}

function requireTool(name: string, tools: ReturnType<typeof languageModelTools>): Tool {
  const tool = tools[name];
  if (!tool) throw new Error(`There is no tool ${name}.`);
  return tool;
}

const statusFilters = [
  'active',
  'ended',
  'created',
  'running',
  'paused',
  'finished',
  'stopped',
  'failed',
  'unknown',
] as const;
const mostListed = 100;

async function listTasks(
  input: ToolInput,
  { account, settings, poller }: LanguageModelToolsOptions,
): Promise<string> {
  const { store } = await account.whenReady();
  const tasks = store.tasks();
  const limit = input.number('limit', { least: 1, most: mostListed }) ?? 20;
  const list = taskListForModel(tasks, {
    status: input.oneOf('status', statusFilters),
    text: input.text('text'),
    limit: Math.floor(limit),
  });
  const reasons = new Set(
    tasks
      .map((task) => pausedReasonOf(task, { settings, poller }))
      .filter((each) => each !== undefined),
  );
  return [list, ...reasons].join('\n');
}

const defaultMaxOutput = 8000;
const mostMaxOutput = 100_000;

async function getTask(
  input: ToolInput,
  signal: AbortSignal,
  options: LanguageModelToolsOptions,
): Promise<string> {
  const session = await options.account.whenReady();
  const ref = await findTask(input, { ...options, session, signal });
  const maxOutput = input.number('maxOutputCharacters', { least: 1, most: mostMaxOutput });
  const text = { boundary: newBoundary(), maxOutput: Math.floor(maxOutput ?? defaultMaxOutput) };
  try {
    const cloud = await session.connect(signal);
    const task = await cloud.client(ref.apiVersion).getTask(ref.id, signal);
    return taskForModel(task, text);
  } catch (error) {
    const known = session.store.get(ref);
    if (!known || known.checkedAt === undefined || !isCloudError(error)) throw error;
    const { text: why } = errorMessage(error.kind, { host: session.server.host });
    return `${why} This is what was last seen, at ${new Date(known.checkedAt).toISOString()}.\n${taskForModel(known, text)}`;
  }
}

const defaultWaitMinutes = 10;
const longestWaitMinutes = 4 * 60;

async function waitForTask(
  input: ToolInput,
  signal: AbortSignal,
  options: LanguageModelToolsOptions,
): Promise<string> {
  const { account, clock, poller, settings } = options;
  const session = await account.whenReady();
  const minutes =
    input.number('timeoutMinutes', { least: 0.1, most: longestWaitMinutes }) ?? defaultWaitMinutes;
  const ref = await findTask(input, { ...options, session, signal });
  // An untracked task is tracked from now on: the poller reads it then as all others, and the person sees it.
  session.store.track([ref], clock.now());
  const name = (task: TrackedTask): string => `${taskTitle(task, 60)} (${appearanceLabel(task)})`;
  const result = await window.withProgress(
    { location: ProgressLocation.Window, title: 'Waiting for a Browser Use task' },
    (progress) =>
      waitForEnd(ref, {
        tasks: session.store,
        clock,
        timeoutMs: minutes * 60_000,
        signal: AbortSignal.any([signal, session.signal]),
        onChange: (task) => progress.report({ message: name(task) }),
      }),
  );
  const task = session.store.get(ref);
  if (!task) return 'The task is no longer tracked, so nothing is known of its end.';
  const text = taskForModel(task, { boundary: newBoundary(), maxOutput: defaultMaxOutput });
  const reason = pausedReasonOf(task, { settings, poller });
  switch (result) {
    case 'ended':
      return `The task has ended.\n${text}`;
    case 'missing':
    case 'untracked':
      return `The task cannot be found with this API key.\n${text}`;
    case 'timeout':
      return [
        `The task has not ended within ${minutes} minutes. Wait again, or stop it.`,
        ...(reason === undefined ? [] : [reason]),
        text,
      ].join('\n');
    case 'cancelled':
      return `The wait was cancelled. The task goes on.\n${text}`;
  }
}

function pausedReasonOf(
  task: TrackedTask,
  { settings, poller }: Pick<LanguageModelToolsOptions, 'settings' | 'poller'>,
): string | undefined {
  const { host, problem } = settings.baseUrl;
  return pausedReason(task, { pauses: poller.state.pauses, host, baseUrlProblem: problem });
}

/** Long enough that no text of a task contains it by chance or by guessing. */
function newBoundary(): string {
  return crypto.randomUUID();
}
