import type { ApiVersion } from '../../src/core/cloud/task';
import { planSteps, versionOf } from './taskScript';
import type { FileScript, PlannedStep, ScriptedStatus, TaskScript } from './taskScript';

/**
 * A task of the simulated cloud. Nothing runs in it: each request computes its state from its script, from what was
 * asked of it since, and from the time of the poll. A clock that jumps, either way, is thus no special case.
 */
export interface SimulatedTask {
  readonly id: string;
  readonly apiVersion: ApiVersion;
  readonly sessionId: string;
  readonly script: TaskScript;
  readonly createdAtMs: number;
  /** The state at a moment, in milliseconds since 1970. */
  stateAt(nowMs: number): TaskState;
  /** Each changes nothing where it makes no sense: a task that has ended stays as it ended. */
  stop(nowMs: number): void;
  pause(nowMs: number): void;
  resume(nowMs: number): void;
}

/** How a task stands at one moment. Times are in milliseconds since 1970. */
export interface TaskState {
  readonly status: ScriptedStatus;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  /** Completed so far. */
  readonly steps: readonly PlannedStep[];
  readonly output: string | null;
  readonly isSuccess: boolean | null;
  readonly judgeVerdict: boolean | null;
  readonly judgement: string | null;
  readonly cost: string | null;
  readonly files: readonly FileScript[];
}

/** The most steps that an agent takes, as the API's own default says. */
const maxSteps = 100;

interface Interval {
  readonly fromMs: number;
  toMs: number;
}

export function createSimulatedTask(
  script: TaskScript,
  identity: { readonly id: string; readonly sessionId: string; readonly createdAtMs: number },
): SimulatedTask {
  const plan = planSteps(script);
  const startsAfterMs = script.startsAfterMs ?? 0;
  const startMs =
    startsAfterMs === 'never' ? Infinity : Math.floor(identity.createdAtMs + startsAfterMs);
  const end = script.end ?? 'finished';
  const stepsMs = plan.reduce((sum, step) => sum + step.durationMs, 0);
  const lengthMs =
    end === 'never' ? Infinity : plan.length === 0 ? (script.lengthMs ?? 0) : stepsMs;
  const pauses: Interval[] = (script.pauses ?? []).map((pause) => ({
    fromMs: startMs + pause.afterMs,
    toMs: startMs + pause.afterMs + (pause.forMs ?? Infinity),
  }));
  let stoppedAtMs = Infinity;

  const naturalEndMs = (): number => momentOfActiveMs(startMs, lengthMs, pauses);

  function statusAt(nowMs: number): ScriptedStatus {
    if (stoppedAtMs <= nowMs) return 'stopped';
    if (nowMs < startMs) return 'created';
    if (end !== 'never' && naturalEndMs() <= nowMs) return end;
    if (pauses.some((pause) => pause.fromMs <= nowMs && nowMs < pause.toMs)) return 'paused';
    return 'running';
  }

  function stateAt(nowMs: number): TaskState {
    const status = statusAt(nowMs);
    const hasEnded = status === 'finished' || status === 'stopped' || status === 'failed';
    const wasStopped = stoppedAtMs <= nowMs;
    const finishedAtMs = hasEnded
      ? Math.floor(wasStopped ? stoppedAtMs : naturalEndMs())
      : undefined;
    const pollMs = finishedAtMs ?? nowMs;
    // A script that ran to its end shows all its steps, whatever the rounding of their shares.
    const ranToEnd = hasEnded && !wasStopped;
    const steps = ranToEnd ? plan : stepsBy(pollMs);
    const finishes = status === 'finished';
    return {
      status,
      startedAtMs: pollMs < startMs ? undefined : startMs,
      finishedAtMs,
      steps,
      output: ranToEnd ? optional(script.output, finishes ? 'The task is done.' : null) : null,
      isSuccess: ranToEnd ? optional(script.isSuccess, finishes ? true : null) : null,
      judgeVerdict: ranToEnd ? (script.judgeVerdict ?? null) : null,
      judgement: ranToEnd ? (script.judgement ?? null) : null,
      cost: costOf(script, plan.length, steps.length),
      files: ranToEnd ? (script.files ?? []) : [],
    };
  }

  function stepsBy(moment: number): PlannedStep[] {
    if (moment < startMs) return [];
    return completedSteps(plan, activeMsAt(startMs, moment, pauses), end);
  }

  const isActive = (nowMs: number): boolean =>
    ['created', 'running', 'paused'].includes(statusAt(nowMs));

  return {
    ...identity,
    apiVersion: versionOf(script),
    script,
    stateAt,
    stop: (nowMs) => {
      if (isActive(nowMs)) stoppedAtMs = nowMs;
    },
    pause: (nowMs) => {
      if (statusAt(nowMs) === 'running') pauses.push({ fromMs: nowMs, toMs: Infinity });
    },
    resume: (nowMs) => {
      for (const pause of pauses) {
        if (pause.fromMs <= nowMs && nowMs < pause.toMs) pause.toMs = nowMs;
      }
    },
  };
}

function optional<T>(scripted: T | undefined, fallback: T): T {
  return scripted === undefined ? fallback : scripted;
}

function completedSteps(
  plan: readonly PlannedStep[],
  activeMs: number,
  end: TaskScript['end'],
): PlannedStep[] {
  const completed: PlannedStep[] = [];
  let elapsedMs = 0;
  const most = end === 'never' ? maxSteps : plan.length;
  while (completed.length < most) {
    const step = plan[completed.length % plan.length];
    if (step === undefined) break;
    elapsedMs += step.durationMs;
    if (elapsedMs > activeMs) break;
    completed.push(step);
  }
  return completed;
}

/** How long a task was at work by a moment: the time since its start without its pauses, which may overlap. */
function activeMsAt(startMs: number, nowMs: number, pauses: readonly Interval[]): number {
  let activeMs = 0;
  let workedToMs = startMs;
  for (const pause of pauses.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (pause.fromMs >= nowMs) break;
    activeMs += Math.max(0, pause.fromMs - workedToMs);
    workedToMs = Math.max(workedToMs, pause.toMs);
  }
  return activeMs + Math.max(0, nowMs - workedToMs);
}

/** The moment at which a task has been at work for this long; `Infinity` if a pause keeps it from that. */
function momentOfActiveMs(startMs: number, activeMs: number, pauses: readonly Interval[]): number {
  let leftMs = activeMs;
  let workedToMs = startMs;
  for (const pause of pauses.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const workMs = Math.max(0, pause.fromMs - workedToMs);
    if (leftMs <= workMs) return workedToMs + leftMs;
    leftMs -= workMs;
    workedToMs = Math.max(workedToMs, pause.toMs);
  }
  return workedToMs + leftMs;
}

function costOf(script: TaskScript, planned: number, completed: number): string | null {
  if (script.cost === null || completed === 0) return null;
  const total = script.cost ?? (0.0124 * planned).toFixed(6);
  if (completed === planned) return total;
  const decimals = total.split('.')[1]?.length ?? 0;
  return ((Number(total) * completed) / planned).toFixed(decimals);
}
