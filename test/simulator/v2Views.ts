import { naiveUtc, orNull } from './moments';
import { recordingPath, screenshotPath } from './storedObjects';
import type { RouteContext } from './routeContext';
import type { Session } from './session';
import type { SimulatedTask } from './simulatedTask';
import type { ScriptedStatus } from './taskScript';
import { uuidFrom } from './uuidFrom';

// Field for field the schemas of v2's OpenAPI document, which is what the names of the functions refer to.

export function taskView(context: RouteContext, task: SimulatedTask): Record<string, unknown> {
  const state = task.stateAt(context.cloud.clock.now());
  return {
    ...taskItemView(context, task),
    steps: state.steps.map((step, index) => ({
      number: index + 1,
      memory: step.memory,
      evaluationPreviousGoal: step.evaluation,
      nextGoal: step.goal,
      url: step.url,
      screenshotUrl: step.hasScreenshot
        ? context.presigner.sign(screenshotPath(task.id, index + 1))
        : null,
      actions: step.actions,
      duration: Math.round(step.durationMs) / 1_000,
    })),
    outputFiles: state.files.map((file) => ({
      id: fileId(task.id, file.name),
      fileName: file.name,
    })),
  };
}

export function taskItemView(context: RouteContext, task: SimulatedTask): Record<string, unknown> {
  const { script } = task;
  const state = task.stateAt(context.cloud.clock.now());
  return {
    id: task.id,
    sessionId: task.sessionId,
    llm: script.llm ?? 'browser-use-2.0',
    task: script.prompt,
    status: v2StatusWord(task, state.status),
    createdAt: naiveUtc(task.createdAtMs),
    startedAt: orNull(state.startedAtMs, naiveUtc),
    finishedAt: orNull(state.finishedAtMs, naiveUtc),
    metadata: script.metadata ?? {},
    output: state.output,
    browserUseVersion: script.browserUseVersion === undefined ? '0.11.3' : script.browserUseVersion,
    isSuccess: state.isSuccess,
    judgement: state.judgement,
    judgeVerdict: state.judgeVerdict,
    cost: state.cost,
    suggestions: script.suggestions ?? null,
  };
}

export function taskStatusView(
  context: RouteContext,
  task: SimulatedTask,
): Record<string, unknown> {
  const state = task.stateAt(context.cloud.clock.now());
  return {
    id: task.id,
    status: v2StatusWord(task, state.status),
    output: state.output,
    finishedAt: orNull(state.finishedAtMs, naiveUtc),
    isSuccess: state.isSuccess,
    cost: state.cost,
  };
}

export function sessionView(context: RouteContext, session: Session): Record<string, unknown> {
  return {
    ...sessionItemView(context, session),
    tasks: context.cloud.tasksOf(session).map((task) => taskItemView(context, task)),
    publicShareUrl: session.share ? shareUrl(context, session.share.token) : null,
  };
}

export function sessionItemView(context: RouteContext, session: Session): Record<string, unknown> {
  const endMs = context.cloud.sessionEndMs(session);
  const hasEnded = endMs !== undefined;
  return {
    id: session.id,
    status: hasEnded ? 'stopped' : 'active',
    liveUrl: hasEnded ? null : liveUrl(context, session.id),
    recordingUrl:
      hasEnded && session.isRecorded ? context.presigner.sign(recordingPath(session.id)) : null,
    startedAt: naiveUtc(session.startedAtMs),
    finishedAt: orNull(endMs, naiveUtc),
    persistMemory: session.persistMemory,
    keepAlive: session.keepAlive,
    proxyUsedMb: '3.25',
    proxyCost: '0.0163',
  };
}

export function shareView(context: RouteContext, session: Session): Record<string, unknown> | null {
  const { share } = session;
  if (!share) return null;
  return {
    shareToken: share.token,
    shareUrl: shareUrl(context, share.token),
    viewCount: share.viewCount,
    lastViewedAt: orNull(share.lastViewedAtMs, naiveUtc),
  };
}

/** The ID of a task's output file, which follows from both. */
export function fileId(taskId: string, fileName: string): string {
  return uuidFrom(`file of ${taskId}: ${fileName}`);
}

export function liveUrl(context: RouteContext, sessionId: string): string {
  return `${context.baseUrl()}/live/${sessionId}`;
}

export function shareUrl(context: RouteContext, token: string): string {
  return `${context.baseUrl()}/share/${token}`;
}

const v2StatusNames: Record<ScriptedStatus, string> = {
  created: 'created',
  running: 'started',
  // Not in the document any more: tasks were paused in v2 until November 2025. See cloud-api.md §2.
  paused: 'paused',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
};

/** The task's status as the cloud names it, or the name that its script gives instead. */
export function v2StatusWord(task: SimulatedTask, status: ScriptedStatus): string {
  const raw = task.script.rawStatus;
  return (typeof raw === 'string' ? raw : raw?.[status]) ?? v2StatusNames[status];
}
