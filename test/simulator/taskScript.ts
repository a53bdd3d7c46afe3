import type { ApiVersion } from '../../src/core/cloud/task';
import type { SimulatedVersion } from './simulatedVersion';

/** What a simulated task does, from its creation to its end. Everything but the prompt has a default. */
export interface TaskScript<Version extends SimulatedVersion = ApiVersion> {
  readonly prompt: string;
  /** The one API version that knows this task. Default: `v2`. */
  readonly apiVersion?: Version;
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
  /** v1's media and screenshots routes answer 404 though the task exists, as they do at times in reality. */
  readonly hasNoMedia?: boolean;
}

/** A status in this project's words; `v1Routes` and `v2Routes` say them in the cloud's. */
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

export function versionOf<Version extends SimulatedVersion>(script: TaskScript<Version>): Version {
  // A script that names no version has the type of those that may do so, and v2 is one of them.
  return script.apiVersion ?? ('v2' as Version);
}

/** The steps of a script with everything that it leaves open filled in. */
export function planSteps(script: TaskScript<SimulatedVersion>): PlannedStep[] {
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

function scriptedSteps(script: TaskScript<SimulatedVersion>): readonly StepScript[] {
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
