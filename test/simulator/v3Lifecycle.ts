import type { Session } from './session';
import type { SimulatedTask, TaskState } from './simulatedTask';

/** v3's words for the state of a session. @see OpenAPI document of v3, `BuAgentSessionStatus` */
export type V3Status = 'created' | 'idle' | 'running' | 'stopped' | 'timed_out' | 'error';

/** How a session of v3 stands at one moment. */
export interface V3State {
  readonly status: V3Status;
  /** In milliseconds since 1970; `undefined` while the session lives. */
  readonly endedAtMs: number | undefined;
  /** The task whose results the session shows: the last one that has started, while there is any. */
  readonly shown: { readonly task: SimulatedTask; readonly state: TaskState } | undefined;
}

const minuteMs = 60_000;
const defaultIdleLimitMs = 15 * minuteMs;
const defaultLifeLimitMs = 240 * minuteMs;

/**
 * A session is created, idle, running, and in the end stopped, timed out or in error; one that is kept alive goes back to
 * idle after each task. The verdict of its last task stays until the next one runs.
 *
 * @see cloud-api-v3-v4.md §3
 */
export function v3StateAt(
  session: Session,
  tasks: readonly SimulatedTask[],
  nowMs: number,
): V3State {
  const known = tasks.filter((task) => task.createdAtMs <= nowMs);
  const latest = known.at(-1);
  const limits = latest?.script.v3 ?? {};
  const lifeEndMs = session.startedAtMs + (limits.lifeLimitMs ?? defaultLifeLimitMs);
  const natural = naturalStateAt(session, known, Math.min(nowMs, lifeEndMs));
  const ended = (status: V3Status, endedAtMs: number): V3State => ({
    status,
    endedAtMs,
    shown: shownAt(known, endedAtMs),
  });
  const { stoppedAtMs } = session;
  if (stoppedAtMs !== undefined && stoppedAtMs <= nowMs) {
    const endMs = natural.endedAtMs;
    if (endMs === undefined || stoppedAtMs < endMs) return ended('stopped', stoppedAtMs);
  }
  const hasOutlived = natural.endedAtMs === undefined && lifeEndMs <= nowMs;
  return hasOutlived ? ended('timed_out', lifeEndMs) : natural;
}

function naturalStateAt(session: Session, known: readonly SimulatedTask[], nowMs: number): V3State {
  const latest = known.at(-1);
  const idleLimitMs = latest?.script.v3?.idleLimitMs ?? defaultIdleLimitMs;
  const shown = shownAt(known, nowMs);
  const idleSince = (fromMs: number): V3State => {
    const endMs = fromMs + idleLimitMs;
    return endMs <= nowMs
      ? { status: 'timed_out', endedAtMs: endMs, shown: shownAt(known, endMs) }
      : { status: 'idle', endedAtMs: undefined, shown };
  };
  if (!latest) return idleSince(session.startedAtMs);
  const state = latest.stateAt(nowMs);
  const endMs = state.finishedAtMs ?? nowMs;
  switch (state.status) {
    case 'created': {
      const idleAfterMs = latest.script.v3?.idleAfterMs ?? Infinity;
      const isIdle = known.length > 1 || latest.createdAtMs + idleAfterMs <= nowMs;
      return { status: isIdle ? 'idle' : 'created', endedAtMs: undefined, shown };
    }
    case 'running':
    case 'paused':
      return { status: 'running', endedAtMs: undefined, shown };
    case 'finished':
    case 'stopped':
      return session.keepAlive
        ? idleSince(endMs)
        : { status: 'stopped', endedAtMs: endMs, shown: shownAt(known, endMs) };
    case 'failed':
      return { status: 'error', endedAtMs: endMs, shown: shownAt(known, endMs) };
  }
}

function shownAt(known: readonly SimulatedTask[], atMs: number): V3State['shown'] {
  for (const task of known.toReversed()) {
    const state = task.stateAt(atMs);
    if (state.startedAtMs !== undefined) return { task, state };
  }
  return undefined;
}
