import { browsersOf } from './browsers';
import { liveViewUrl } from './browserRoutes';
import { amountText } from './bodyFields';
import { completedSteps, lastBy, titleAt, titleMs } from './timeline';
import { recordingPath, screenshotPath } from './storedObjects';
import { v3StateAt } from './v3Lifecycle';
import type { RouteContext } from './routeContext';
import type { Session } from './session';
import type { SimulatedTask, TaskState } from './simulatedTask';
import type { V3State, V3Status } from './v3Lifecycle';
import type { V3Message } from './v3Messages';
import type { ScriptedStatus } from './taskScript';

// Field for field the schemas of v3's OpenAPI document, which is what the names of the functions refer to.

const pictureLinkSeconds = 300;

/** Lists hold no links. @see cloud-api-v3-v4.md §4 */
export function sessionView(
  context: RouteContext,
  session: Session,
  how: 'one' | 'listed',
): Record<string, unknown> {
  const { cloud } = context;
  const nowMs = cloud.clock.now();
  const tasks = knownTasks(context, session);
  const state = v3StateAt(session, tasks, nowMs);
  const asOfMs = state.endedAtMs ?? nowMs;
  const latest = tasks.at(-1);
  const { shown } = state;
  const steps = tasks.flatMap((task) => task.stateAt(asOfMs).steps);
  const given = { ...session.createdWith, ...latest?.script.createdWith };
  const [browser] = browsersOf(session, tasks, nowMs);
  const isLive = browser !== undefined && browser.endedAtMs === undefined;
  const hasRecording =
    how === 'one' &&
    session.isRecorded &&
    steps.length > 0 &&
    shown?.state.finishedAtMs !== undefined;
  return {
    id: session.id,
    status: statusWord(latest, state),
    model: latest?.script.llm ?? given['model'] ?? 'claude-opus-4.7',
    title: latest ? titleAt(latest, nowMs) : null,
    output: shown ? outputOf(shown.task, shown.state) : null,
    outputSchema: given['outputSchema'] ?? null,
    stepCount: steps.length,
    lastStepSummary: steps.at(-1)?.goal ?? null,
    isTaskSuccessful: shown?.state.isSuccess ?? null,
    liveUrl: isLive ? liveViewUrl(context, browser.id) : null,
    recordingUrls: hasRecording ? [linkTo(context, recordingPath(session.id))] : [],
    profileId: given['profileId'] ?? null,
    workspaceId: session.workspaceId ?? null,
    proxyCountryCode: given['proxyCountryCode'] === undefined ? 'us' : given['proxyCountryCode'],
    maxCostUsd: amountText(given['maxCostUsd']),
    totalInputTokens: 1_500 * steps.length,
    totalOutputTokens: 120 * steps.length,
    proxyUsedMb: (0.8 * steps.length).toFixed(2),
    ...costsOf(tasks.map((task) => task.stateAt(asOfMs))),
    screenshotUrl: how === 'one' && shown ? screenshotUrl(context, shown.task, shown.state) : null,
    agentmailEmail: given['agentmail'] === false ? null : `${session.id}@agentmail.example`,
    integrationsUsed: [],
    createdAt: context.moment(session.startedAtMs),
    updatedAt: context.moment(updatedAtMs(session, tasks, state, nowMs)),
  };
}

export function messageView(
  context: RouteContext,
  session: Session,
  message: V3Message,
): Record<string, unknown> {
  const { screenshotOf } = message;
  return {
    id: message.id,
    sessionId: session.id,
    role: message.role,
    data: message.data,
    type: message.type,
    summary: message.summary,
    screenshotUrl: screenshotOf
      ? linkTo(context, screenshotPath(screenshotOf.taskId, screenshotOf.stepNumber))
      : null,
    hidden: message.isHidden,
    createdAt: context.moment(message.atMs),
  };
}

/** The tasks that a session had been given by now. */
export function knownTasks({ cloud }: RouteContext, session: Session): SimulatedTask[] {
  return cloud.tasksOf(session).filter((task) => task.createdAtMs <= cloud.clock.now());
}

/** When anything of what a session shows last changed, in milliseconds since 1970. */
export function updatedAtMs(
  session: Session,
  tasks: readonly SimulatedTask[],
  { endedAtMs }: V3State,
  nowMs: number,
): number {
  const asOfMs = endedAtMs ?? nowMs;
  const moments = tasks.flatMap((task) => {
    const state = task.stateAt(asOfMs);
    const steps = completedSteps(state).map(({ endMs }) => endMs);
    return [task.createdAtMs, titleMs(task), state.startedAtMs, state.finishedAtMs, ...steps];
  });
  return lastBy(nowMs, [session.startedAtMs, endedAtMs, ...moments]);
}

function linkTo(context: RouteContext, path: string): string {
  return context.presigner.sign(path, { lifetimeSeconds: pictureLinkSeconds, isUnique: true });
}

function screenshotUrl(
  context: RouteContext,
  task: SimulatedTask,
  { steps }: TaskState,
): string | null {
  const number = steps.findLastIndex(({ hasScreenshot }) => hasScreenshot) + 1;
  return number > 0 ? linkTo(context, screenshotPath(task.id, number)) : null;
}

function outputOf({ script }: SimulatedTask, state: TaskState): unknown {
  const hasRunToItsEnd = state.status === 'finished';
  return hasRunToItsEnd && script.structuredOutput !== undefined
    ? script.structuredOutput
    : state.output;
}

function costsOf(states: readonly TaskState[]): Record<string, string> {
  const costs = states.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const total = costs.reduce((sum, cost) => sum + Number(cost), 0);
  const part = (share: number): string => (total * share).toFixed(6);
  return {
    llmCostUsd: part(0.8),
    proxyCostUsd: part(0.05),
    browserCostUsd: part(0.15),
    totalCostUsd: costs.length === 1 ? (costs[0] ?? '0') : part(1),
  };
}

const scriptedWords: Record<V3Status, ScriptedStatus> = {
  created: 'created',
  idle: 'created',
  running: 'running',
  stopped: 'finished',
  timed_out: 'stopped',
  error: 'failed',
};

function statusWord(latest: SimulatedTask | undefined, { status }: V3State): string {
  const raw = latest?.script.rawStatus;
  return (typeof raw === 'string' ? raw : raw?.[scriptedWords[status]]) ?? status;
}
