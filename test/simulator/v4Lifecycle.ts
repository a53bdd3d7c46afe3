import { isObject } from './parameters';
import { completedSteps, lastBy, titleMs } from './timeline';
import type { SimulatedTask } from './simulatedTask';
import type { ScriptedStatus } from './taskScript';

/** v4's words for the state of a run; the last three are final. @see OpenAPI document of v4, `RunStatusResponse` */
export type V4Status = 'queued' | 'dispatching' | 'running' | 'completed' | 'failed' | 'cancelled';

const v4Words: Record<Exclude<ScriptedStatus, 'created'>, V4Status> = {
  running: 'running',
  // v4 pauses nothing.
  paused: 'running',
  finished: 'completed',
  stopped: 'cancelled',
  failed: 'failed',
};

/** The run's status in the cloud's words, or in those that its script puts in their place. */
export function v4StatusWord(run: SimulatedTask, nowMs: number): string {
  const { status } = run.stateAt(nowMs);
  const raw = run.script.rawStatus;
  const word = typeof raw === 'string' ? raw : raw?.[status];
  if (word !== undefined) return word;
  if (status !== 'created') return v4Words[status];
  return (dispatchMs(run) ?? Infinity) <= nowMs ? 'dispatching' : 'queued';
}

/** When a run is handed to a worker, if that is before its start; in milliseconds since 1970, as the next ones. */
export function dispatchMs({ createdAtMs, script }: SimulatedTask): number | undefined {
  const afterMs = script.v4?.dispatchesAfterMs;
  return afterMs === undefined ? undefined : createdAtMs + afterMs;
}

export function isActive(run: SimulatedTask, nowMs: number): boolean {
  return run.stateAt(nowMs).finishedAtMs === undefined;
}

/** What the judge has said by now, which comes after the run's end. @see OpenAPI document of v4, `RunJudgeSettings` */
export function judgementAt(run: SimulatedTask, nowMs: number): object | null {
  const momentMs = judgementMs(run, nowMs);
  if (momentMs === undefined || momentMs > nowMs) return null;
  return judgementOf(run);
}

function judgementMs(run: SimulatedTask, nowMs: number): number | undefined {
  const afterMs = run.script.v4?.judgementAfterMs ?? 30_000;
  const { finishedAtMs } = run.stateAt(nowMs);
  if (afterMs === 'never' || finishedAtMs === undefined || judgementOf(run) === null) {
    return undefined;
  }
  return finishedAtMs + afterMs;
}

function judgementOf({ script }: SimulatedTask): object | null {
  const scripted = script.v4?.judgement;
  if (scripted !== undefined) return scripted;
  if (!isObject(script.createdWith?.['judge'])) return null;
  // What is in it is not documented.
  return { verdict: true, reasoning: 'The result is what the task asks for.' };
}

const judgeCostUsd = 0.002;
const settlingSteps = 3;

/** US dollars for models and searches, with six decimals; it rises for a while after the end. @see cloud-api-v3-v4.md §3 */
export function costAt(run: SimulatedTask, nowMs: number): string {
  const state = run.stateAt(nowMs);
  const full = Number(state.cost ?? '0');
  const judge = judgementAt(run, nowMs) ? judgeCostUsd : 0;
  const settled = settlingMoments(run, nowMs).filter((moment) => moment <= nowMs).length;
  const share = 0.8 + (0.2 * settled) / settlingSteps;
  return (full * share + judge).toFixed(6);
}

function settlingMoments(run: SimulatedTask, nowMs: number): number[] {
  const { finishedAtMs } = run.stateAt(nowMs);
  if (finishedAtMs === undefined) return [];
  const settlesMs = run.script.v4?.costSettlesMs ?? 90_000;
  return [1, 2, 3].map((part) => finishedAtMs + Math.floor((part * settlesMs) / settlingSteps));
}

/** When anything of a run last changed. This is no end: cost, judgement and title come later. */
export function v4UpdatedAtMs(run: SimulatedTask, nowMs: number): number {
  const state = run.stateAt(nowMs);
  return lastBy(nowMs, [
    run.createdAtMs,
    dispatchMs(run),
    titleMs(run),
    state.startedAtMs,
    ...completedSteps(state).map(({ endMs }) => endMs),
    state.finishedAtMs,
    judgementMs(run, nowMs),
    ...settlingMoments(run, nowMs),
  ]);
}
