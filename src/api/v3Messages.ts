import * as z from 'zod/mini';
import type { TaskStep } from '../core/cloud/task';
import {
  anything,
  flag,
  identifier,
  listOf,
  present,
  text,
  timestamp,
  understand,
  webUrl,
} from './fields';
import { parseBoundedJson } from './boundedJson';
import { path } from './path';
import { taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';

/** A message of a v3 session, as far as it is needed. */
const messageSchema = z.object({
  id: identifier,
  role: text,
  type: text,
  summary: text,
  data: text,
  screenshotUrl: webUrl,
  hidden: flag,
  createdAt: timestamp,
});

export type Message = z.output<typeof messageSchema>;

const pageSchema = z.object({ messages: listOf(messageSchema), hasMore: flag });

export interface MessagePage {
  /** In their order. */
  readonly messages: readonly Message[];
  /** False also where what follows would come again for ever, as nothing of this page could be understood. */
  readonly hasMore: boolean;
  /** When the cloud answered, by its own clock, in milliseconds since 1970, where it says so. */
  readonly answeredAtMs: number | undefined;
}

/** The hundred messages of a session that follow one, or its first: they come the oldest first. */
export function readMessagesAfter(
  send: SendRequest,
  sessionId: string,
  lastId: string | undefined,
  signal: AbortSignal,
): Promise<MessagePage> {
  const query = new URLSearchParams({
    limit: '100',
    ...(lastId !== undefined && { after: lastId }),
  });
  return send({
    path: `${path`/api/v3/sessions/${sessionId}/messages`}?${query.toString()}`,
    signal,
    isDetails: true,
    notFoundKind: taskIsMissing,
    read: (answer, answeredAtMs) => {
      const page = understand(pageSchema, answer, 'the messages of the session');
      const { messages } = page;
      return { messages, hasMore: page.hasMore === true && messages.length > 0, answeredAtMs };
    },
  });
}

/**
 * The steps of a v3 session, made of its messages as they come: what the agent does is a step, what came of it belongs to
 * the step before.
 * Tolerates what the vendor's documents and examples disagree on: role words, and data that is JSON or plain text.
 * @see cloud-api-v3-v4.md §4
 */
export class SessionMessages {
  #steps: TaskStep[] = [];
  readonly #seen = new Set<string>();
  #lastId: string | undefined;
  #lastAt: number | undefined;
  #prompt: string | undefined;
  #lastPrompt: string | undefined;

  /** The message to read on from; `undefined` before the first. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  /** What the person wrote first. */
  get prompt(): string | undefined {
    return this.#prompt;
  }

  /** What the person wrote last, where that is another message than the first. */
  get lastPrompt(): string | undefined {
    return this.#lastPrompt;
  }

  /** A new array whenever messages were taken in. */
  get steps(): readonly TaskStep[] {
    return this.#steps;
  }

  /** @param messages in their order; those that were taken in before are left out */
  takeIn(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    this.#steps = [...this.#steps];
    for (const message of messages) {
      if (this.#seen.has(message.id)) continue;
      this.#seen.add(message.id);
      this.#lastId = message.id;
      if (message.hidden !== true) this.#takeIn(message);
    }
  }

  #takeIn(message: Message): void {
    const content = readData(message.data ?? '');
    if (isFromPerson(message)) {
      const prompt = promptIn(content.text);
      if (this.#prompt === undefined) this.#prompt = prompt;
      else this.#lastPrompt = prompt ?? this.#lastPrompt;
      return;
    }
    switch (message.type) {
      case 'completion':
        return;
      case 'browser_action_result':
      case 'browser_action_error':
        this.#addResult(message);
        return;
      default:
        // Plain words between actions are no step of their own.
        if (message.type === 'assistant_message' && content.actions.length === 0) return;
        this.#addStep(message, content);
    }
  }

  #addStep(message: Message, { actions, text: thought, url }: MessageData): void {
    const { summary = '' } = message;
    const at = message.createdAt === undefined ? undefined : Date.parse(message.createdAt);
    const durationMs =
      at === undefined || this.#lastAt === undefined ? undefined : Math.max(0, at - this.#lastAt);
    this.#lastAt = at ?? this.#lastAt;
    this.#steps.push(
      present({
        number: this.#steps.length + 1,
        goal: summary === '' ? thought : summary,
        evaluation: '',
        memory: summary === '' ? '' : thought,
        url: url ?? '',
        actions,
        durationSeconds: durationMs === undefined ? undefined : durationMs / 1000,
        screenshotUrl: message.screenshotUrl,
      }),
    );
  }

  #addResult({ summary, screenshotUrl }: Message): void {
    const last = this.#steps.pop();
    if (!last) return;
    this.#steps.push(
      present({
        ...last,
        evaluation: summary === undefined || summary === '' ? last.evaluation : summary,
        screenshotUrl: screenshotUrl ?? last.screenshotUrl,
      }),
    );
  }
}

/** What a person wrote in a message; `undefined` for any other message. */
export function promptOf(message: Message): string | undefined {
  if (message.hidden === true || !isFromPerson(message)) return undefined;
  return promptIn(readData(message.data ?? '').text);
}

function isFromPerson({ role, type }: Message): boolean {
  return type === 'user_message' || role === 'user' || role === 'human';
}

/** What the data of a message holds. */
interface MessageData {
  readonly text: string;
  /** Each a string of JSON. */
  readonly actions: readonly string[];
  /** The page that an action leads to. */
  readonly url?: string | undefined;
}

const toolCallSchema = z.object({
  function: z.object({ name: identifier, arguments: anything }),
});
const dataSchema = z.object({
  content: anything,
  tool_calls: listOf(toolCallSchema),
});

/** Never throws: data that is neither a chat message nor actions is text. */
function readData(data: string): MessageData {
  const parsed = dataSchema.safeParse(parsedOr(data));
  if (!parsed.success || (parsed.data.content === undefined && parsed.data.tool_calls.length === 0))
    return readActions(data);
  const { content, tool_calls: calls } = parsed.data;
  const inputs = calls.map(({ function: { name, arguments: input } }) => ({
    name,
    input: typeof input === 'string' ? parsedOr(input) : input,
  }));
  return {
    text: textOf(content),
    actions: inputs.map(({ name, input }) => JSON.stringify({ [name]: input ?? {} })),
    url: inputs.map(({ input }) => urlIn(input)).find((url) => url !== undefined),
  };
}

/** Objects of JSON, the whole or each line, are actions. */
function readActions(data: string): MessageData {
  for (const lines of [[data], data.split('\n')]) {
    const actions = lines.map(parsedOr);
    const objects = actions.filter((action) => typeof action === 'object' && action !== null);
    if (objects.length === lines.length) {
      const urls = objects.flatMap((action): unknown[] => Object.values(action)).map(urlIn);
      return { text: '', actions: lines, url: urls.find((url) => url !== undefined) };
    }
  }
  return { text: data, actions: [] };
}

function parsedOr(json: string): unknown {
  try {
    return parseBoundedJson(json);
  } catch {
    return json;
  }
}

/** Text, or the texts of its parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => {
      if (typeof part === 'string') return part;
      const { text } = (part ?? {}) as { text?: unknown };
      return typeof text === 'string' ? text : '';
    })
    .filter((part) => part !== '')
    .join('\n');
}

/** Of an action, or of one that a tool was called with. */
function urlIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const values: readonly unknown[] = Object.values(input);
  for (const each of [input, ...values]) {
    const { url } = (each ?? {}) as { url?: unknown };
    if (typeof url === 'string') return url;
  }
  return undefined;
}

/** Without the tags around what a person wrote, and the list of files after it. */
function promptIn(written: string): string | undefined {
  const [, , inner] = /^\s*<([a-z][\w-]*)>([^]*?)<\/\1>/iu.exec(written) ?? [];
  const prompt = (inner ?? written).trim();
  return prompt === '' ? undefined : prompt;
}
