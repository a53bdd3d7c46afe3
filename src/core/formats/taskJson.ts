import { deepestJson, formatJson } from '../text/formatJson';
import { embeddedJson, listJson, membersOf, objectJson, type JsonMembers } from '../text/jsonText';
import { outcomeOf, type TaskDetails, type TaskStep } from '../cloud/task';
import type { TrackedTask } from '../tasks/trackedTask';

/**
 * A task as JSON to keep: all that the cloud says of it but what opens something. Presigned URLs and links of the session
 * are left out; strings of JSON become what they hold, their numbers as they were written.
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
    title: task.title,
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
  };
  const json = objectJson({
    ...membersOf(known),
    judgement: details?.judgement === undefined ? undefined : embeddedJson(details.judgement),
    metadata: details?.metadata,
    steps: details && listJson(details.steps.map(stepToKeep)),
    files: details && JSON.stringify(details.files.map(({ name }) => name)),
  });
  return `${formatJson(json, deepestJson + wrappingLevels) ?? json}\n`;
}

/** An action lies in its step, the steps' list and the task. */
const wrappingLevels = 4;

function stepToKeep(step: TaskStep): string {
  return stepJson(step, { hasScreenshot: JSON.stringify(step.screenshotUrl !== undefined) });
}

/** A step as JSON, its actions as what they hold. Its presigned link is left out. */
export function stepJson(step: TaskStep, more: JsonMembers = {}): string {
  const { screenshotUrl, actions, ...rest } = step;
  return objectJson({
    ...membersOf(rest),
    actions: listJson(actions.map(embeddedJson)),
    ...more,
  });
}
