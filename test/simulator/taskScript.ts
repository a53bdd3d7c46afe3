import type { ApiVersion } from '../../src/core/cloud/task';

/** What a simulated task does, from its creation to its end. Everything but the prompt has a default. */
export interface TaskScript {
  readonly prompt: string;
  /** The one API version that knows this task. Default: `v2`. */
  readonly apiVersion?: ApiVersion;
  /** Default: a random UUID. v2 answers 422 to anything but UUIDs. */
  readonly id?: string;
  /** Default: a session of its own, whose ID follows from the task's. */
  readonly sessionId?: string;
  /** In milliseconds since 1970. Default: the clock's present; the past tells a task's story up to now. */
  readonly createdAtMs?: number;
  /** How long the task stays `created`. Default: 0; `Infinity` (`"never"` in JSON) for a task that is never started. */
  readonly startsAfterMs?: number | 'never';
  /** The steps, or how many to make up. Default: 3. */
  readonly steps?: number | readonly StepScript[];
  /** From start to end, without pauses: shared evenly by the steps that name no duration. Default: 2,000 for each step. */
  readonly lengthMs?: number;
  readonly pauses?: readonly PauseScript[];
  /** How it ends. `never`: goes through its steps again and again, up to 100 steps, and stays running. Default: `finished`. */
  readonly end?: ScriptedEnd;
  /** Known from the end on. Default: a sentence if the task finishes, else null. */
  readonly output?: string | null;
  /** The agent's own claim, known from the end on. Default: true if the task finishes, else null. */
  readonly isSuccess?: boolean | null;
  readonly judgeVerdict?: boolean | null;
  /** The judge's report as it is sent: a string that should hold JSON. */
  readonly judgement?: string | null;
  /** US dollars in the end; while the task runs, the part of it that the completed steps make up. Default: a cent and a bit for each step. */
  readonly cost?: string | null;
  readonly llm?: string;
  readonly browserUseVersion?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly suggestions?: readonly Readonly<Record<string, unknown>>[] | null;
  /** Known from the end on. */
  readonly files?: readonly FileScript[];
  /** The cloud's word for a status, where it is not the usual one; a string stands for every status. */
  readonly rawStatus?: string | Partial<Readonly<Record<ScriptedStatus, string>>>;
  /** Whether the session outlives the task. Default: false. */
  readonly keepAlive?: boolean;
  /** Whether the session leaves a recording. Default: true. */
  readonly isRecorded?: boolean;
  /** Whether the session is shared in public from the start. Default: false. */
  readonly isShared?: boolean;
  /** The task is in no list, though it can be asked for: lists promise no consistency. Default: false. */
  readonly isUnlisted?: boolean;
  /** Fields of the body of the request that creates the task, which answers of v3 and v4 repeat: `maxCostUsd`, `judge` … */
  readonly createdWith?: Readonly<Record<string, unknown>>;
  /** v3 and v4: the name that the cloud makes up. Default: the prompt's first words. */
  readonly title?: string | null;
  /** How long after the creation the title is there. Default: 10,000. */
  readonly titleAfterMs?: number;
  /**
   * v3 and v4: the output where it is no text, known from the end on; `output` is not looked at then.
   * v4 has it beside the text, and only where `createdWith` has an `outputSchema`.
   */
  readonly structuredOutput?: unknown;
  /** v3 and v4: how long after the creation the cloud's replicas know of it. Default: 0 for both. */
  readonly visibleAfterMs?: { readonly byId?: number; readonly inLists?: number };
  /** v3 and v4: what the browser downloaded, known from the end on. */
  readonly downloads?: readonly FileScript[];
  readonly v3?: V3Script;
  readonly v4?: V4Script;
  /** v1's media and screenshots routes answer 404 though the task exists, as they do at times in reality. */
  readonly hasNoMedia?: boolean;
}

/** What only tasks of v3 have. @see cloud-api-v3-v4.md §3 and §4 */
export interface V3Script {
  /** After so long a wait for its start, the session is `idle` and no longer `created`. Default: never. */
  readonly idleAfterMs?: number;
  /** How long the session may be idle before it is `timed_out`. Default: 15 minutes. */
  readonly idleLimitMs?: number;
  /** How long the session may live before it is `timed_out`, whatever it does. Default: 4 hours. */
  readonly lifeLimitMs?: number;
  /** `spec`: the roles and plain texts that the document speaks of. `chat`: those of the vendor's chat example. Default: `spec`. */
  readonly messageForm?: 'spec' | 'chat';
  /** Messages beside those that follow from the steps. */
  readonly messages?: readonly MessageScript[];
}

export interface MessageScript {
  /** Counted from the task's creation. */
  readonly afterMs: number;
  /** As it is sent; it need not be JSON, nor whole. */
  readonly data: string;
  /** Default: `ai`. */
  readonly role?: string;
  /** Default: `assistant_message`. */
  readonly type?: string;
  readonly summary?: string;
  readonly isHidden?: boolean;
}

/** What only runs of v4 have. @see cloud-api-v3-v4.md §3 and §5 */
export interface V4Script {
  /** After so long a wait for its start, the run is `dispatching` and no longer `queued`. Default: never. */
  readonly dispatchesAfterMs?: number;
  /** Files that a client put into its workspace before, by the IDs that `attachedFileIds` in `createdWith` names. */
  readonly uploads?: Readonly<Record<string, FileScript>>;
  /** What a failed run says. Default: a sentence. */
  readonly error?: string | null;
  /** What the judge says of a run that has ended. Default: a verdict if `createdWith` has a `judge`, else null. */
  readonly judgement?: Readonly<Record<string, unknown>> | null;
  /** How long after the end it says so. Default: 30,000. */
  readonly judgementAfterMs?: number | 'never';
  /** For how long after the end the cost rises, from four fifths of it in thirds. Default: 90,000. */
  readonly costSettlesMs?: number;
  /** How far the events are behind the status. Default: 0. */
  readonly eventsLagMs?: number;
  /** Events beside those that follow from the steps. */
  readonly events?: readonly EventScript[];
}

export interface EventScript {
  /** Counted from the run's creation. */
  readonly afterMs: number;
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A status in this project's words; the routes of each version say them in the cloud's. */
export type ScriptedStatus = 'created' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

export type ScriptedEnd = 'finished' | 'stopped' | 'failed' | 'never';

export interface StepScript {
  readonly goal: string;
  readonly url?: string;
  readonly evaluation?: string;
  readonly memory?: string;
  /** Strings are sent as they are, anything else as its JSON. */
  readonly actions?: readonly unknown[];
  readonly durationMs?: number;
  /** Default: true. */
  readonly hasScreenshot?: boolean;
}

export interface PauseScript {
  /** Counted from the start of the task, in the clock's time. */
  readonly afterMs: number;
  /** Default: until somebody resumes the task. */
  readonly forMs?: number;
}

export interface FileScript {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Default: by the name's ending, else `application/octet-stream`. */
  readonly contentType?: string;
}

/** A step with nothing left open. */
export interface PlannedStep {
  readonly goal: string;
  readonly url: string;
  readonly evaluation: string;
  readonly memory: string;
  readonly actions: readonly string[];
  readonly durationMs: number;
  readonly hasScreenshot: boolean;
}

const defaultStepMs = 2_000;

export function versionOf({ apiVersion = 'v2' }: TaskScript): ApiVersion {
  return apiVersion;
}

/** The steps of a script with everything that it leaves open filled in. */
export function planSteps(script: TaskScript): PlannedStep[] {
  const steps = scriptedSteps(script);
  const named = steps.reduce((sum, step) => sum + (step.durationMs ?? 0), 0);
  const open = steps.filter((step) => step.durationMs === undefined).length;
  const shareMs =
    script.lengthMs === undefined || open === 0
      ? defaultStepMs
      : Math.max(0, script.lengthMs - named) / open;
  return steps.map((step, index) => {
    const url = step.url ?? 'https://example.com/';
    return {
      goal: step.goal,
      url,
      evaluation:
        step.evaluation ??
        (index === 0
          ? 'Unknown - no goal came before this step'
          : 'Success - the page shows what the previous step aimed for'),
      memory: step.memory ?? `Step ${index + 1}: on ${url}. ${step.goal}`,
      actions: (step.actions ?? [{ go_to_url: { url, new_tab: false } }]).map((action) =>
        typeof action === 'string' ? action : JSON.stringify(action),
      ),
      durationMs: step.durationMs ?? shareMs,
      hasScreenshot: step.hasScreenshot ?? true,
    };
  });
}

function scriptedSteps(script: TaskScript): readonly StepScript[] {
  if (typeof script.steps === 'object') return script.steps;
  const count = script.steps ?? 3;
  return Array.from({ length: count }, (_, index) => madeUpStep(index, count));
}

function madeUpStep(index: number, count: number): StepScript {
  if (index === 0) {
    return {
      goal: 'Open the start page and look for what the task names',
      url: 'https://example.com/',
      actions: [{ go_to_url: { url: 'https://example.com/', new_tab: false } }],
    };
  }
  if (index === count - 1) {
    return {
      goal: 'Report what was found and end the task',
      url: `https://example.com/results?page=${index}`,
      actions: [{ done: { text: 'All parts of the task are done.', success: true } }],
    };
  }
  return {
    goal: `Read page ${index} of the results and go on to the next`,
    url: `https://example.com/results?page=${index}`,
    actions: [
      { extract_structured_data: { query: `entries of page ${index}` } },
      { click_element_by_index: { index: 10 + index } },
    ],
  };
}
