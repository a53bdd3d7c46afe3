import { planSteps } from './taskScript';
import type { SimulatedTask, TaskState } from './simulatedTask';
import type { FileScript, PlannedStep } from './taskScript';

/** When the agent did a step, in milliseconds since 1970. Pauses, which v3 and v4 don't know, are left out of account. */
export interface DatedStep {
  readonly number: number;
  readonly step: PlannedStep;
  readonly startMs: number;
  readonly endMs: number;
}

/** The steps that a task had completed in a state of it. */
export function completedSteps(state: TaskState): DatedStep[] {
  return dated(state, state.steps);
}

/** Those, and the one that the task is at, or was at as it was stopped. */
export function begunSteps(task: SimulatedTask, state: TaskState, nowMs: number): DatedStep[] {
  const plan = planSteps(task.script);
  const next = plan[state.steps.length % plan.length];
  const isWhole = task.script.end !== 'never' && state.steps.length >= plan.length;
  const steps = next === undefined || isWhole ? state.steps : [...state.steps, next];
  const endMs = state.finishedAtMs ?? nowMs;
  return dated(state, steps).filter((step) => step.startMs <= endMs);
}

function dated(state: TaskState, steps: readonly PlannedStep[]): DatedStep[] {
  if (state.startedAtMs === undefined) return [];
  let elapsedMs = state.startedAtMs;
  return steps.map((step, index) => {
    const startMs = Math.floor(elapsedMs);
    elapsedMs += step.durationMs;
    return { number: index + 1, step, startMs, endMs: Math.floor(elapsedMs) };
  });
}

/** When the title of a task is there, and what it is then. */
export function titleAt(task: SimulatedTask, nowMs: number): string | null {
  if (nowMs < titleMs(task)) return null;
  const { title, prompt } = task.script;
  return title === undefined ? prompt.split(/\s+/).slice(0, 6).join(' ') : title;
}

export function titleMs(task: SimulatedTask): number {
  return task.createdAtMs + (task.script.titleAfterMs ?? 10_000);
}

/** The last of these moments that has come by now. */
export function lastBy(nowMs: number, moments: readonly (number | undefined)[]): number {
  return Math.max(
    ...moments.filter((moment) => moment !== undefined && moment <= nowMs).map(Number),
  );
}

/** Whether the cloud's replicas know a task of v3 or v4 by now, where it is asked for by its ID or in a list. */
export function isVisible(
  { createdAtMs, script }: SimulatedTask,
  where: 'byId' | 'inLists',
  nowMs: number,
): boolean {
  if (where === 'inLists' && script.isUnlisted) return false;
  return createdAtMs + (script.visibleAfterMs?.[where] ?? 0) <= nowMs;
}

/** Files that the browser has downloaded by the end of a task. */
export function downloadsIn(task: SimulatedTask, state: TaskState): readonly FileScript[] {
  const hasRunToItsEnd = state.finishedAtMs !== undefined && state.status !== 'stopped';
  return hasRunToItsEnd ? (task.script.downloads ?? []) : [];
}
