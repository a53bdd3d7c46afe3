import { completedSteps } from './timeline';
import { uuidFrom } from './uuidFrom';
import type { SimulatedTask } from './simulatedTask';

/** A message of a session of v3. @see OpenAPI document of v3, `MessageResponse` */
export interface V3Message {
  readonly id: string;
  readonly atMs: number;
  readonly role: string;
  readonly type: string;
  readonly data: string;
  readonly summary: string;
  readonly isHidden: boolean;
  /** The step whose screenshot belongs to the message. */
  readonly screenshotOf: { readonly taskId: string; readonly stepNumber: number } | undefined;
}

/** The messages of a session's tasks that were there at a moment, oldest first. One that is there never changes. */
export function messagesOf(tasks: readonly SimulatedTask[], nowMs: number): V3Message[] {
  return tasks
    .flatMap((task) => messagesOfTask(task, nowMs))
    .filter(({ atMs }) => atMs <= nowMs)
    .toSorted((a, b) => a.atMs - b.atMs);
}

function messagesOfTask(task: SimulatedTask, nowMs: number): V3Message[] {
  const { script, createdAtMs } = task;
  const state = task.stateAt(nowMs);
  const form = script.v3?.messageForm === 'chat' ? chatForm : specForm;
  const message = (
    key: string,
    atMs: number,
    content: Pick<V3Message, 'role' | 'type' | 'data'> & Partial<V3Message>,
  ): V3Message => ({
    id: uuidFrom(`message ${key} of ${task.id}`),
    atMs,
    summary: '',
    isHidden: false,
    screenshotOf: undefined,
    ...content,
  });

  const messages = [
    message('user', createdAtMs, { ...form.user(script.prompt), type: 'user_message' }),
  ];
  if (state.startedAtMs !== undefined) {
    messages.push(
      message('plan', state.startedAtMs, {
        ...form.agent('I go through the steps one by one.'),
        type: 'planning',
        summary: 'Planning',
        isHidden: true,
      }),
    );
  }
  for (const { number, step, endMs } of completedSteps(state)) {
    const callId = `call_${number}`;
    const action = step.actions.join('\n');
    const hasFailed = step.evaluation.startsWith('Failed');
    messages.push(
      message(`action ${number}`, endMs, {
        ...form.action(callId, action),
        type: 'browser_action',
        summary: step.goal,
        screenshotOf: step.hasScreenshot ? { taskId: task.id, stepNumber: number } : undefined,
      }),
      message(`result ${number}`, endMs, {
        ...form.result(callId, `On ${step.url}. ${step.evaluation}`),
        type: hasFailed ? 'browser_action_error' : 'browser_action_result',
        summary: step.evaluation,
      }),
    );
  }
  for (const extra of script.v3?.messages ?? []) {
    messages.push(
      message(`extra ${extra.afterMs} ${extra.data}`, createdAtMs + extra.afterMs, {
        role: extra.role ?? 'ai',
        type: extra.type ?? 'assistant_message',
        data: extra.data,
        summary: extra.summary ?? '',
        isHidden: extra.isHidden ?? false,
      }),
    );
  }
  if (state.finishedAtMs !== undefined && state.status === 'finished') {
    for (const file of state.files) {
      messages.push(
        message(`file ${file.name}`, state.finishedAtMs, {
          ...form.agent(file.name),
          type: 'file_operation',
          summary: `Saved ${file.name}`,
        }),
      );
    }
    messages.push(
      message('completion', state.finishedAtMs, {
        ...form.agent(state.output ?? ''),
        type: 'completion',
        summary: 'Task completed',
      }),
    );
  }
  return messages;
}

type Content = Pick<V3Message, 'role' | 'data'>;

interface MessageForm {
  user(text: string): Content;
  agent(text: string): Content;
  action(callId: string, action: string): Content;
  result(callId: string, text: string): Content;
}

const specForm: MessageForm = {
  user: (text) => ({ role: 'human', data: text }),
  agent: (text) => ({ role: 'ai', data: text }),
  action: (_callId, action) => ({ role: 'ai', data: action }),
  result: (_callId, text) => ({ role: 'ai', data: text }),
};

/** @see cloud-api-v3-v4.md §4, on the vendor's chat example */
const chatForm: MessageForm = {
  user: (text) => ({
    role: 'user',
    data: JSON.stringify({
      content: `<user_request>\n${text}\n</user_request>\n\nFiles in the workspace: none`,
    }),
  }),
  agent: (text) => ({
    role: 'assistant',
    data: JSON.stringify({ content: [{ type: 'text', text }] }),
  }),
  action: (callId, action) => ({
    role: 'assistant',
    data: JSON.stringify({
      content: '',
      tool_calls: [{ id: callId, function: { name: 'browser', arguments: action } }],
    }),
  }),
  result: (callId, text) => ({
    role: 'tool',
    data: JSON.stringify({ content: text, tool_call_id: callId }),
  }),
};
