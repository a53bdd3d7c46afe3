import { planSteps } from './taskScript';
import { uuidFrom } from './uuidFrom';
import { v3StateAt } from './v3Lifecycle';
import type { Session } from './session';
import type { SimulatedTask } from './simulatedTask';

/** A browser of the cloud, whose ID is that of no session and of no run. @see cloud-api-v3-v4.md §3 and §5 */
export interface Browser {
  readonly id: string;
  readonly session: Session;
  /** In milliseconds since 1970, as the next ones. */
  readonly startedAtMs: number;
  /** When it closes if nobody uses it any more. */
  readonly timeoutAtMs: number;
  /** `undefined` while it is active. */
  readonly endedAtMs: number | undefined;
  /** The tasks that it was used for. */
  readonly tasks: readonly SimulatedTask[];
}

const minuteMs = 60_000;
const idleLimitMs = 20 * minuteMs;
const lifeLimitMs = 240 * minuteMs;

/** The browsers of a session of v3 or v4, the newest last. A session of v3 has one, which lives as long as it does. */
export function browsersOf(
  session: Session,
  tasks: readonly SimulatedTask[],
  nowMs: number,
): Browser[] {
  return session.apiVersion === 'v3'
    ? [browserOfSession(session, tasks, nowMs)]
    : browsersOfRuns(session, tasks, nowMs);
}

/** How long after the start of a run its browser is ready; `undefined` for a run that needs none. */
export function browserDelayMs(run: SimulatedTask): number | undefined {
  const [first] = planSteps(run.script);
  return first && Math.min(1_500, first.durationMs / 2);
}

function browserOfSession(
  session: Session,
  tasks: readonly SimulatedTask[],
  nowMs: number,
): Browser {
  const id = uuidFrom(`browser 1 of ${session.id}`);
  const stopMs = session.browserStops.get(id) ?? Infinity;
  const endMs = Math.min(stopMs, v3StateAt(session, tasks, nowMs).endedAtMs ?? Infinity);
  return {
    id,
    session,
    startedAtMs: session.startedAtMs,
    timeoutAtMs: session.startedAtMs + lifeLimitMs,
    endedAtMs: endMs <= nowMs ? endMs : undefined,
    tasks,
  };
}

/** A run takes over the browser of the run before if it is still there, which is so for twenty minutes. */
function browsersOfRuns(
  session: Session,
  runs: readonly SimulatedTask[],
  nowMs: number,
): Browser[] {
  const browsers: Browser[] = [];
  for (const run of runs) {
    const state = run.stateAt(nowMs);
    const delayMs = browserDelayMs(run);
    if (state.startedAtMs === undefined || delayMs === undefined) continue;
    const readyMs = Math.floor(state.startedAtMs + delayMs);
    if (readyMs > Math.min(nowMs, state.finishedAtMs ?? Infinity)) continue;
    const before = browsers.at(-1);
    const isReused = before !== undefined && readyMs < endOf(before);
    if (isReused) browsers.pop();
    const id = isReused ? before.id : uuidFrom(`browser ${browsers.length + 1} of ${session.id}`);
    const startedAtMs = isReused ? before.startedAtMs : readyMs;
    const lastUseMs = state.finishedAtMs ?? nowMs;
    const lifeEndMs = startedAtMs + lifeLimitMs;
    const timeoutAtMs = Math.min(lifeEndMs, lastUseMs + idleLimitMs);
    const endMs = Math.min(timeoutAtMs, session.browserStops.get(id) ?? Infinity);
    browsers.push({
      id,
      session,
      startedAtMs,
      timeoutAtMs,
      endedAtMs: endMs <= nowMs ? endMs : undefined,
      tasks: isReused ? [...before.tasks, run] : [run],
    });
  }
  return browsers;
}

function endOf(browser: Browser): number {
  return browser.endedAtMs ?? Infinity;
}
