import { formatJson } from '../text/formatJson';
import { deepestJson, readJson } from '../text/jsonTree';
import { outcomeOf, type TaskDetails, type TaskStep } from '../cloud/task';
import { unreadReasons } from './shownFacts';
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
    error: details?.error,
    cost: task.cost,
    model: task.model,
    agentVersion: details?.agentVersion,
    sessionId: task.sessionId,
    sessionStatus: details?.session?.status,
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    finishedAt: task.finishedAt,
    couldNotBeRead: unreadReasons(details),
  };
  const json = objectJson({
    ...membersOf(known),
    judgement: details?.judgement === undefined ? undefined : embeddedJson(details.judgement),
    metadata: details?.metadata,
    steps: details && listJson(details.steps.map(stepToKeep)),
    hasMoreFiles: details?.hasMoreFiles === true ? 'true' : undefined,
    files: details && JSON.stringify(details.files.map(({ name }) => name)),
    attachments: details?.attachments && JSON.stringify(details.attachments),
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

/** JSON texts by name. */
type JsonMembers = Readonly<Record<string, string | undefined>>;

/**
 * The JSON of an object whose values are JSON texts already, so that their numbers keep their digits.
 * Those that are undefined are left out.
 */
function objectJson(members: JsonMembers): string {
  const entries = Object.entries(members).flatMap(([name, json]) =>
    json === undefined ? [] : [`${JSON.stringify(name)}:${json}`],
  );
  return `{${entries.join()}}`;
}

/** As `objectJson`, for a list. */
function listJson(values: readonly string[]): string {
  return `[${values.join()}]`;
}

/** The JSON of each value; nothing for what is undefined. */
function membersOf(values: object): JsonMembers {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      JSON.stringify(value) as string | undefined,
    ]),
  );
}

/**
 * A string of JSON as JSON: what it holds, as it was written.
 * A string where it is no JSON, no object or array, or deeper than 64 levels.
 */
function embeddedJson(text: string): string {
  return readJson(text) ? text : JSON.stringify(text);
}
