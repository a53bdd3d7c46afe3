import * as z from 'zod/mini';
import type { TaskStep } from '../core/cloud/task';
import { anything, identifier, lenient, output, present, text, timestamp, webUrl } from './fields';

/** An event of a v4 run, as far as it is needed. */
export const eventSchema = z.object({
  id: z.int(),
  ts: timestamp,
  type: text,
  data: anything,
});

export type RunEvent = z.output<typeof eventSchema>;

const browserSchema = z.object({
  browser_session_id: lenient(identifier),
  live_view_url: webUrl,
});

const inputSchema = z.object({ description: text, url: text });

const stateSchema = z.object({
  status: text,
  title: text,
  input: anything,
  output,
  error: output,
});

const partSchema = z.object({
  type: text,
  text,
  tool: text,
  callID: lenient(identifier),
  state: lenient(stateSchema),
});

const coreSchema = z.object({ part: lenient(partSchema) });

type ToolState = z.output<typeof stateSchema>;

/** Longer output of a tool is cut, in UTF-16 units: a step shows what went wrong, not what came back. */
const longestEvaluation = 2000;

/**
 * The steps of a v4 run, made of its events as they come: each call of a tool is one, however many events tell of it, with
 * what the agent thought and said before. Events of unknown types say nothing.
 * @see cloud-api-v3-v4.md §5: no list of types is published; these were seen in public clients
 */
export class RunEvents {
  readonly #places = new Map<string, number>();
  #steps: TaskStep[] = [];
  #after = 0;
  #thoughts: string[] = [];
  #lastAt: number | undefined;
  #startedAt: string | undefined;
  #finishedAt: string | undefined;
  #liveUrl: string | undefined;
  #browserId: string | undefined;
  #hasOutputs = false;

  /** The event to read on from; 0 before the first. */
  get after(): number {
    return this.#after;
  }

  /** A new array whenever events were taken in. */
  get steps(): readonly TaskStep[] {
    return this.#steps;
  }

  get startedAt(): string | undefined {
    return this.#startedAt;
  }

  get finishedAt(): string | undefined {
    return this.#finishedAt;
  }

  /** Where the browser can be watched: a credential. Absent once it is released. */
  get liveUrl(): string | undefined {
    return this.#liveUrl;
  }

  /** The browser that the run has or had. */
  get browserId(): string | undefined {
    return this.#browserId;
  }

  /** Whether files were saved to the workspace. */
  get hasOutputs(): boolean {
    return this.#hasOutputs;
  }

  /**
   * @param events in their order; those that were taken in before are left out
   * @param nextAfter where the answer says to read on
   */
  takeIn(events: readonly RunEvent[], nextAfter: number | undefined): void {
    if (events.length > 0) this.#steps = [...this.#steps];
    for (const event of events) {
      if (event.id <= this.#after) continue;
      this.#after = event.id;
      this.#takeIn(event);
    }
    this.#after = Math.max(this.#after, nextAfter ?? 0);
  }

  #takeIn({ type = '', ts, data }: RunEvent): void {
    switch (type) {
      case 'run.started':
        this.#startedAt ??= ts;
        return;
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
      case 'run.dispatch_failed':
        this.#finishedAt = ts;
        return;
      case 'browser.ready':
      case 'browser.attached':
      case 'browser.reattached': {
        const browser = browserSchema.safeParse(data);
        if (!browser.success) return;
        this.#browserId = browser.data.browser_session_id ?? this.#browserId;
        this.#liveUrl = browser.data.live_view_url ?? this.#liveUrl;
        return;
      }
      case 'browser.released':
        this.#liveUrl = undefined;
        return;
      case 'outputs.promoted':
        this.#hasOutputs = true;
        return;
      case 'core.event':
        this.#takeInPart(data, ts);
        return;
      default:
        return;
    }
  }

  #takeInPart(data: unknown, ts: string | undefined): void {
    const { part } = coreSchema.safeParse(data).data ?? {};
    if (!part) return;
    if (part.type === 'text' || part.type === 'reasoning') {
      if (part.text !== undefined && part.text !== '') this.#thoughts.push(part.text);
    } else if (part.type === 'tool') {
      this.#takeInTool(part.callID, part.tool ?? 'tool', part.state ?? {}, ts);
    }
  }

  #takeInTool(
    callId: string | undefined,
    tool: string,
    state: Partial<ToolState>,
    ts: string | undefined,
  ): void {
    const place = callId === undefined ? undefined : this.#places.get(callId);
    const known = place === undefined ? undefined : this.#steps[place];
    const number = known?.number ?? this.#steps.length + 1;
    const step = this.#stepOf({ tool, state, known, number });
    const hasEnded = state.status === 'completed' || state.status === 'error';
    const at = hasEnded && ts !== undefined ? Date.parse(ts) : undefined;
    const timed = at === undefined ? step : { ...step, durationSeconds: this.#secondsUntil(at) };
    if (place !== undefined) this.#steps[place] = present(timed);
    else {
      this.#steps.push(present(timed));
      if (callId !== undefined) this.#places.set(callId, this.#steps.length - 1);
    }
  }

  #stepOf({
    tool,
    state,
    known,
    number,
  }: {
    readonly tool: string;
    readonly state: Partial<ToolState>;
    readonly known: TaskStep | undefined;
    readonly number: number;
  }): TaskStep {
    const input = inputSchema.safeParse(state.input).data;
    const memory = known?.memory ?? this.#thoughts.join('\n\n');
    if (!known) this.#thoughts = [];
    const failure = state.status === 'error' ? (state.error ?? state.output ?? 'Failed') : '';
    const actions =
      state.input === undefined
        ? (known?.actions ?? [JSON.stringify({ [tool]: {} })])
        : [JSON.stringify({ [tool]: state.input })];
    return {
      number,
      goal: state.title ?? input?.description ?? known?.goal ?? tool,
      evaluation: failure === '' ? (known?.evaluation ?? '') : failure.slice(0, longestEvaluation),
      memory,
      url: input?.url ?? known?.url ?? '',
      actions,
      durationSeconds: known?.durationSeconds,
    };
  }

  /** From the end of the step before, or the start of the run. */
  #secondsUntil(at: number): number | undefined {
    const from = this.#lastAt ?? Date.parse(this.#startedAt ?? '');
    this.#lastAt = at;
    return Number.isNaN(from) ? undefined : Math.max(0, at - from) / 1000;
  }
}
