import { randomUUID } from 'node:crypto';
import { isActive } from './v4Lifecycle';
import type { Cloud } from './cloud';
import type { RouteContext } from './routeContext';
import type { QueuedMessage, Session } from './session';
import type { SimulatedTask } from './simulatedTask';

/** What a run of v4 is started with. */
export interface NewRun {
  readonly session: Session | undefined;
  readonly prompt: string;
  /** The body of the request, or what stands for it where a message of a queue starts the run. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly createdAtMs: number;
  readonly isRecorded: boolean;
}

export function startRun(context: RouteContext, run: NewRun): SimulatedTask {
  const { session, prompt, body, createdAtMs, isRecorded } = run;
  const { model } = body;
  if (session) session.costCapUsd = undefined;
  return context.cloud.addTask({
    createdWith: body,
    createdAtMs,
    isRecorded,
    ...(typeof model === 'string' ? { llm: model } : {}),
    ...context.scriptFor({ apiVersion: 'v4', prompt, body }),
    apiVersion: 'v4',
    ...(session ? { sessionId: session.id } : {}),
  });
}

/**
 * Gives waiting messages their turn wherever a run has ended, as of the moment when it ended: nothing happens in the simulator
 * between requests, so each request to v4 begins with this.
 */
export function settleQueues(context: RouteContext): void {
  const { cloud } = context;
  const nowMs = cloud.clock.now();
  for (const session of cloud.sessions.values()) {
    for (let next = nextIn(session); next; next = nextIn(session)) {
      const latest = cloud.tasksOf(session).at(-1);
      const freeMs = latest ? latest.stateAt(nowMs).finishedAtMs : session.startedAtMs;
      if (freeMs === undefined) break;
      const { text, attachedFileIds } = next;
      const run = startRun(context, {
        session,
        prompt: text,
        body: {
          task: text,
          sessionId: session.id,
          ...(attachedFileIds ? { attachedFileIds } : {}),
        },
        createdAtMs: Math.max(freeMs, next.createdAtMs),
        isRecorded: session.isRecorded,
      });
      next.status = 'consumed';
      next.runId = run.id;
    }
  }
}

/** One that interrupts goes before those that wait. */
function nextIn({ queue }: Session): QueuedMessage | undefined {
  const pending = queue.filter(({ status }) => status === 'pending');
  return pending.find(({ isInterrupt }) => isInterrupt) ?? pending[0];
}

export function addToQueue(
  cloud: Cloud,
  session: Session,
  message: Pick<QueuedMessage, 'text' | 'attachedFileIds' | 'isInterrupt' | 'deduplicate'>,
): QueuedMessage {
  const nowMs = cloud.clock.now();
  const added: QueuedMessage = {
    ...message,
    id: Number.parseInt(randomUUID().slice(0, 8), 16),
    createdAtMs: nowMs,
    status: 'pending',
    runId: undefined,
  };
  session.queue.push(added);
  if (message.isInterrupt) {
    for (const run of cloud.tasksOf(session)) if (isActive(run, nowMs)) run.stop(nowMs);
  }
  return added;
}
