import { formatJson } from './formatJson';
import { outcomeOf, type TaskDetails, type TaskStep } from './task';
import type { TrackedTask } from './trackedTask';

/**
 * A task as JSON to keep: all that the cloud says of it but what opens something. Presigned URLs and links of the session
 * are left out; strings of JSON become what they hold.
 */
export function taskJson(task: TaskDetails | TrackedTask): string {
  const details = 'steps' in task ? task : undefined;
  const known = {
    apiVersion: task.apiVersion,
    id: task.id,
    status: task.status,
    rawStatus: task.rawStatus,
    outcome: outcomeOf(task),
    isSuccess: task.isSuccess,
    judgeVerdict: task.judgeVerdict,
    prompt: task.prompt,
    output: task.output,
    cost: task.cost,
    model: task.model,
    agentVersion: details?.agentVersion,
    sessionId: task.sessionId,
    sessionStatus: details?.session?.status,
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    finishedAt: task.finishedAt,
    judgement: details?.judgement === undefined ? undefined : readJson(details.judgement),
    metadata: details?.metadata,
    steps: details?.steps.map(stepToKeep),
    files: details?.files.map(({ name }) => name),
  };
  return `${JSON.stringify(known, null, 2)}\n`;
}

/**
 * What a string of JSON holds.
 * @returns the string itself where it is no JSON, no object or array, or deeper than 64 levels, which no program here could write again
 */
export function readJson(text: string): unknown {
  return formatJson(text) === undefined ? text : JSON.parse(text);
}

function stepToKeep({ screenshotUrl, actions, ...step }: TaskStep): object {
  return { ...step, actions: actions.map(readJson), hasScreenshot: screenshotUrl !== undefined };
}
