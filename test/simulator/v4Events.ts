import { liveViewUrl } from './browserRoutes';
import { browserDelayMs, browsersOf } from './browsers';
import { begunSteps } from './timeline';
import { dispatchMs } from './v4Lifecycle';
import type { RouteContext } from './routeContext';
import type { SimulatedTask } from './simulatedTask';
import type { DatedStep } from './timeline';

/** Something that happened in a run of v4. @see OpenAPI document of v4, `RunEvent` */
export interface V4Event {
  readonly id: number;
  readonly tsMs: number;
  readonly type: string;
  /** Its names are in snake_case. @see cloud-api-v3-v4.md §5 */
  readonly data: Readonly<Record<string, unknown>>;
}

/** How long after the end of a run its worker lets go of it; these events trail the status. */
const releaseMs = 1_000;

/** The events of a run that can be read by now, oldest first. One that can be read never changes. */
export function eventsOf(context: RouteContext, run: SimulatedTask): V4Event[] {
  const nowMs = context.cloud.clock.now();
  const lagMs = run.script.v4?.eventsLagMs ?? 0;
  // IDs are not those of one run only, so they begin anywhere.
  const firstId = 1 + Number.parseInt(run.id.slice(0, 4), 16) * 1_000;
  return timelineOf(context, run, nowMs)
    .filter(({ tsMs }) => tsMs + lagMs <= nowMs)
    .toSorted((a, b) => a.tsMs - b.tsMs)
    .map((event, index) => ({ ...event, id: (firstId || 1) + index }));
}

type UnnumberedEvent = Omit<V4Event, 'id'>;

function timelineOf(context: RouteContext, run: SimulatedTask, nowMs: number): UnnumberedEvent[] {
  const events: UnnumberedEvent[] = [];
  const add = (tsMs: number, type: string, data: UnnumberedEvent['data'] = {}): void => {
    events.push({ tsMs: Math.floor(tsMs), type, data });
  };
  const { script } = run;
  const state = run.stateAt(nowMs);
  const { startedAtMs, finishedAtMs } = state;

  add(run.createdAtMs, 'run.created');
  const dispatchedAtMs = dispatchMs(run) ?? startedAtMs;
  if (dispatchedAtMs !== undefined) add(dispatchedAtMs, 'run.dispatching');
  if (startedAtMs !== undefined) {
    add(startedAtMs, 'run.dispatched');
    add(startedAtMs, 'run.started');
    const session = context.cloud.sessions.get(run.sessionId);
    add(startedAtMs, 'workspace.ready', { workspace_id: session?.workspaceId });
    add(startedAtMs, 'worker.started');
    addBrowser(context, run, startedAtMs, add);
    for (const step of begunSteps(run, state, nowMs)) addStep(run, step, state.steps.length, add);
  }
  for (const extra of script.v4?.events ?? []) {
    add(run.createdAtMs + extra.afterMs, extra.type, extra.data);
  }
  if (finishedAtMs === undefined) return events;
  if (state.files.length > 0) {
    const promoted = state.files.map((file) => `outputs/${file.name}`);
    add(finishedAtMs, 'outputs.promoted', { promoted });
  }
  switch (state.status) {
    case 'finished':
      add(finishedAtMs, 'core.event', {
        type: 'text',
        part: { type: 'text', text: state.output ?? '' },
      });
      add(finishedAtMs, 'run.completed');
      break;
    case 'failed':
      add(finishedAtMs, 'run.failed', { error: script.v4?.error ?? failedText });
      break;
    default:
      add(finishedAtMs, 'run.cancelled');
  }
  if (startedAtMs !== undefined) {
    add(finishedAtMs + releaseMs, 'worker.session_released');
    add(finishedAtMs + releaseMs, 'browser.released');
  }
  return events;
}

/** What a failed run says whose script says nothing. */
export const failedText = 'The worker lost its connection to the browser.';

type Add = (tsMs: number, type: string, data?: UnnumberedEvent['data']) => void;

function addBrowser(
  context: RouteContext,
  run: SimulatedTask,
  startedAtMs: number,
  add: Add,
): void {
  const { cloud } = context;
  const session = cloud.sessions.get(run.sessionId);
  const delayMs = browserDelayMs(run);
  if (!session || delayMs === undefined) return;
  const browsers = browsersOf(session, cloud.tasksOf(session), cloud.clock.now());
  const browser = browsers.find(({ tasks }) => tasks.includes(run));
  if (!browser) return;
  const isFirst = browser.tasks[0] === run;
  add(startedAtMs + delayMs, isFirst ? 'browser.ready' : 'browser.reattached', {
    browser_session_id: browser.id,
    live_view_url: liveViewUrl(context, browser.id),
  });
}

/** A call of a tool comes several times, which its `callID` shows. */
function addStep(run: SimulatedTask, dated: DatedStep, completed: number, add: Add): void {
  const { number, step, startMs, endMs } = dated;
  const model = run.script.llm ?? defaultModel;
  const callID = `call_${number}`;
  const input = { description: step.goal, code: step.actions.join('\n'), url: step.url };
  const tool = (state: Readonly<Record<string, unknown>>): UnnumberedEvent['data'] => ({
    type: 'tool_use',
    part: { type: 'tool', tool: 'browser_execute', callID, state: { input, ...state } },
  });
  add(startMs, 'llm.request', { model, tools: ['browser_execute'] });
  add(startMs, 'llm.response', {
    model,
    input_tokens: 1_500,
    output_tokens: 120,
    reasoning_tokens: 40,
    cost_usd: 0.0124,
  });
  add(startMs, 'core.event', {
    type: 'reasoning',
    part: { type: 'reasoning', text: step.memory },
  });
  add(startMs, 'core.event', tool({ status: 'pending' }));
  if (number > completed) return;
  const hasFailed = step.evaluation.startsWith('Failed');
  const status = hasFailed ? 'error' : 'completed';
  add(endMs, 'core.event', tool({ status, title: step.goal, output: step.evaluation }));
}

/** What runs a task whose body and script name no model. @see cloud-api-v3-v4.md §6 */
export const defaultModel = 'gpt-6-luna';

/** An event without what tools put out, which may be large. */
export function withoutOutput(data: V4Event['data']): V4Event['data'] {
  return JSON.parse(JSON.stringify(data), (key, value: unknown) =>
    key === 'output' ? undefined : value,
  ) as V4Event['data'];
}
