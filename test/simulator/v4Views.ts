import { defaultModel, failedText, withoutOutput } from './v4Events';
import { costAt, judgementAt, v4StatusWord, v4UpdatedAtMs } from './v4Lifecycle';
import { isVisible, titleAt } from './timeline';
import type { RouteContext } from './routeContext';
import type { QueuedMessage, Session, Share } from './session';
import type { SimulatedTask } from './simulatedTask';
import type { V4Event } from './v4Events';

// Field for field the schemas of v4's OpenAPI document, which is what the names of the functions refer to.

export function runCreateResponse(
  context: RouteContext,
  run: SimulatedTask,
  missingFileIds: readonly string[],
): Record<string, unknown> {
  return {
    id: run.id,
    status: v4StatusWord(run, context.cloud.clock.now()),
    model: run.script.llm ?? defaultModel,
    sessionId: run.sessionId,
    workspaceId: context.cloud.sessions.get(run.sessionId)?.workspaceId,
    eventsUrl: `/api/v4/runs/${run.id}/events`,
    ...(missingFileIds.length > 0 ? { missingFileIds } : {}),
  };
}

export function runSummary(context: RouteContext, run: SimulatedTask): Record<string, unknown> {
  const { cloud } = context;
  const nowMs = cloud.clock.now();
  const state = run.stateAt(nowMs);
  const { script } = run;
  const session = cloud.sessions.get(run.sessionId);
  const outputSchema = script.createdWith?.['outputSchema'] ?? null;
  const isStructured = outputSchema !== null && state.status === 'finished';
  return {
    id: run.id,
    task: script.prompt,
    title: session?.title === undefined ? titleAt(run, nowMs) : session.title,
    model: script.llm ?? defaultModel,
    contextLimit: 200_000,
    status: v4StatusWord(run, nowMs),
    result: state.output,
    error: state.status === 'failed' ? errorOf(run) : null,
    sessionId: run.sessionId,
    workspaceId: session?.workspaceId ?? null,
    attachedFileIds: script.createdWith?.['attachedFileIds'] ?? null,
    judgement: judgementAt(run, nowMs),
    totalInputTokens: 1_500 * state.steps.length,
    totalOutputTokens: 120 * state.steps.length,
    totalCostUsd: costAt(run, nowMs),
    createdAt: context.moment(run.createdAtMs),
    updatedAt: context.moment(v4UpdatedAtMs(run, nowMs)),
    output: isStructured ? (script.structuredOutput ?? null) : null,
    outputSchema,
  };
}

function errorOf({ script }: SimulatedTask): string | null {
  const error = script.v4?.error;
  return error === undefined ? failedText : error;
}

/** A session is described by its latest run. */
export function sessionInfo(
  context: RouteContext,
  session: Session,
  latest: SimulatedTask,
): Record<string, unknown> {
  const run = runSummary(context, latest);
  return {
    sessionId: session.id,
    workspaceId: run['workspaceId'],
    latestRunId: latest.id,
    task: run['task'],
    title: run['title'],
    status: run['status'],
    createdAt: run['createdAt'],
    updatedAt: run['updatedAt'],
  };
}

/** The last run that the cloud's replicas know of; of runs created at the same moment, the one added last. */
export function latestRun(
  { cloud }: RouteContext,
  session: Session,
  where: 'byId' | 'inLists',
): SimulatedTask | undefined {
  const nowMs = cloud.clock.now();
  return cloud
    .tasksOf(session)
    .filter((run) => isVisible(run, where, nowMs))
    .toSorted((a, b) => a.createdAtMs - b.createdAtMs)
    .at(-1);
}

export function runEvent(
  context: RouteContext,
  run: SimulatedTask,
  event: V4Event,
  includesOutput: boolean,
): Record<string, unknown> {
  return {
    runId: run.id,
    id: event.id,
    ts: context.moment(event.tsMs),
    type: event.type,
    data: includesOutput ? event.data : withoutOutput(event.data),
  };
}

export function queuedMessage(
  context: RouteContext,
  session: Session,
  message: QueuedMessage,
): Record<string, unknown> {
  return {
    id: message.id,
    sessionId: session.id,
    runId: message.runId ?? null,
    status: message.status,
    text: message.text,
    attachedFileIds: message.attachedFileIds ?? null,
    createdAt: context.moment(message.createdAtMs),
    mode: message.isInterrupt ? 'interrupt' : 'queue',
  };
}

export function sessionShare(
  context: RouteContext,
  session: Session,
  share: Share,
): Record<string, unknown> {
  return {
    id: session.id,
    shareToken: share.token,
    sessionId: session.id,
    isActive: share.isActive,
    viewCount: share.viewCount,
    createdAt: context.moment(share.createdAtMs),
    shareUrl: `${context.baseUrl()}/share/v4/${share.token}`,
  };
}
