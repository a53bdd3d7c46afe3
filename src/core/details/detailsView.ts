import { capabilitiesOf } from '../cloud/apiVersions';
import { linkHost, safeLink } from '../text/safeLink';
import { formatJson, layOutJson } from '../text/formatJson';
import { nodeText, readJson, readObject } from '../text/jsonTree';
import {
  resultOf,
  unreadPartsOf,
  type UnreadParts,
  type ApiVersion,
  type Task,
  type TaskDetails,
  type TaskStatus,
  type TaskStep,
} from '../cloud/task';
import { taskTitle } from '../labels/taskLabels';
import type { TrackedTask } from '../tasks/trackedTask';
import { shorten } from '../text/shorten';
import { markedFormOf, type TextForm, unfenced } from '../text/textForm';
import { stepJson } from '../formats/taskJson';

/** A long text as a page gets it. */
export interface ViewText {
  readonly text: string;
  /** True where the text goes on; "Open in Editor" shows all of it. */
  readonly isCut: boolean;
}

export interface ViewStep {
  /** Where the step stands among all of the task's, from 0. Unlike its number, nobody else chose it. */
  readonly index: number;
  readonly number: number;
  readonly goal: string;
  readonly evaluation: string;
  readonly memory: string;
  readonly url: string;
  readonly actions: readonly string[];
  readonly durationSeconds?: number | undefined;
  readonly hasScreenshot: boolean;
  /** True where a text of the step goes on. */
  readonly isCut: boolean;
}

/** What a page shows of a task: no presigned URL or other link, only whether there is one. */
export interface TaskView {
  readonly apiVersion: ApiVersion;
  readonly id: string;
  readonly status: Task['status'];
  readonly rawStatus: string;
  readonly isMissing: boolean;
  readonly isSuccess?: boolean | undefined;
  readonly judgeVerdict?: boolean | undefined;
  readonly title?: string | undefined;
  readonly prompt?: ViewText | undefined;
  /** What stands in its code fence, where it has one; laid out where it is JSON. */
  readonly output?: (ViewText & { readonly form: TextForm }) | undefined;
  readonly judgement?: ViewText | undefined;
  readonly cost?: string | undefined;
  readonly model?: string | undefined;
  readonly agentVersion?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly sessionStatus?: string | undefined;
  /** Hosts of the links that may be opened. */
  readonly liveHost?: string | undefined;
  readonly shareHost?: string | undefined;
  /** As in `TaskSession`. */
  readonly idleUntil?: string | undefined;
  readonly recordingHosts: readonly string[];
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
  readonly fileNames: readonly string[];
  /** Whether there are more files than these. */
  readonly hasMoreFiles: boolean;
  /** Of the files that the person gave to the task. */
  readonly attachmentNames: readonly string[];
  /** What the cloud says went wrong. */
  readonly error?: ViewText | undefined;
  /** Whether the API version has a log to download. */
  readonly hasLog: boolean;
  /** Screenshots that belong to no step. */
  readonly screenshotCount: number;
  /** How many steps the task has; the page gets the last 2,000. */
  readonly stepCount: number;
  readonly steps: readonly ViewStep[];
  /** What could not be read, or not whole. */
  readonly unread: readonly (keyof UnreadParts)[];
  /** False while only the store's summary is known: then there are no steps, files or links yet. */
  readonly isWhole: boolean;
  /** The other tasks of the session, the newest first, cut. */
  readonly sessionTasks: readonly SessionTaskView[];
  /** Whether the session has more tasks than these. */
  readonly hasMoreSessionTasks: boolean;
}

export interface SessionTaskView {
  readonly title: string;
  readonly status: TaskStatus;
}

/** In UTF-16 units. An editor shows more at once than a page can lay out. */
export const longestText = 100_000;
// JSON takes other room when it is laid out.
const longestRead = 2 * longestText;
const longestStepText = 5000;
/** Of all steps together; those that follow are cut to a few words. */
const longestSteps = 4_000_000;
const longestField = 1000;
/** A page gets no more steps than this: the last ones. */
export const mostSteps = 2000;
const mostListed = 500;

/** Makes of a task what a page may see of it. */
export function taskViewOf(task: TaskDetails | TrackedTask): TaskView {
  const details = 'steps' in task ? task : undefined;
  const { session } = details ?? {};
  const steps = details?.steps ?? [];
  const firstIndex = Math.max(0, steps.length - mostSteps);
  return {
    apiVersion: task.apiVersion,
    id: task.id,
    status: task.status,
    rawStatus: shorten(task.rawStatus, 100),
    isMissing: 'isMissing' in task && task.isMissing,
    isSuccess: task.isSuccess,
    judgeVerdict: task.judgeVerdict,
    title: short(task.title),
    prompt: cut(task.prompt),
    output: outputOf(resultOf(task)),
    judgement: cut(details?.judgement),
    cost: short(task.cost),
    model: short(task.model),
    agentVersion: short(details?.agentVersion),
    createdAt: short(task.createdAt),
    startedAt: short(task.startedAt),
    finishedAt: short(task.finishedAt),
    sessionId: short(task.sessionId),
    sessionStatus: short(session?.status),
    liveHost: linkHost(session?.liveUrl ?? ''),
    shareHost: linkHost(session?.publicShareUrl ?? ''),
    idleUntil: short(session?.idleUntil),
    recordingHosts: recordingLinks(details).map((link) => linkHost(link) ?? ''),
    metadata: metadataOf(details?.metadata ?? '{}'),
    fileNames: (details?.files ?? [])
      .slice(0, mostListed)
      .map(({ name }) => shorten(name, longestField)),
    hasMoreFiles: details?.hasMoreFiles === true || (details?.files.length ?? 0) > mostListed,
    attachmentNames: (details?.attachments ?? [])
      .slice(0, mostListed)
      .map((name) => shorten(name, longestField)),
    error: cut(details?.error),
    hasLog: details !== undefined && capabilitiesOf(task.apiVersion).hasLogs,
    screenshotCount: Math.min(details?.screenshotUrls.length ?? 0, mostListed),
    stepCount: steps.length,
    steps: stepViewsOf(steps, firstIndex),
    unread: unreadPartsOf(details),
    isWhole: details !== undefined,
    sessionTasks: (details?.sessionTasks ?? [])
      .slice(0, mostListed)
      .map((each) => ({ title: taskTitle(each, longestField), status: each.status })),
    hasMoreSessionTasks: details?.hasMoreSessionTasks === true,
  };
}

/** The recordings that may be opened, in the order in which a page names them. */
export function recordingLinks(details: TaskDetails | undefined): readonly string[] {
  return (details?.session?.recordingUrls ?? [])
    .map(safeLink)
    .filter((link) => link !== undefined)
    .slice(0, mostListed);
}

/** A step as readable JSON, without its presigned link. */
export function stepText(step: TaskStep): string {
  const json = stepJson(step);
  return formatJson(json, Infinity) ?? json;
}

/** Metadata as readable JSON. */
export function metadataText(metadata: TaskDetails['metadata']): string {
  return formatJson(metadata) ?? metadata;
}

/** What a page gets of one step: UTF-16 units of each text, and how many actions. */
interface StepLimits {
  readonly text: number;
  readonly actions: number;
}

const usualLimits: StepLimits = { text: longestStepText, actions: 50 };
const tightLimits: StepLimits = { text: 200, actions: 10 };

interface MadeStep {
  readonly view: ViewStep;
  readonly limits: StepLimits;
  /** Of all its texts, in UTF-16 units. */
  readonly length: number;
}

/** Of steps that readings bring again as the same objects, so that a long task costs no more than what is new of it. */
const madeSteps = new WeakMap<TaskStep, MadeStep>();

/** The earlier ones get the room, so that a step that follows changes none that a page has already. */
function stepViewsOf(steps: readonly TaskStep[], firstIndex: number): readonly ViewStep[] {
  let length = 0;
  return steps.slice(firstIndex).map((step, position) => {
    const index = firstIndex + position;
    const limits = length < longestSteps ? usualLimits : tightLimits;
    let made = madeSteps.get(step);
    if (made?.view.index !== index || made.limits !== limits) {
      made = makeStep(step, index, limits);
      madeSteps.set(step, made);
    }
    length += made.length;
    return made.view;
  });
}

function makeStep(step: TaskStep, index: number, limits: StepLimits): MadeStep {
  const cutStep = (text: string): string => shorten(text, limits.text);
  const { goal, evaluation, memory, url, actions } = step;
  const all = [goal, evaluation, memory, url, ...actions];
  const view: ViewStep = {
    index,
    number: step.number,
    goal: cutStep(goal),
    evaluation: cutStep(evaluation),
    memory: cutStep(memory),
    url: cutStep(url),
    actions: actions.slice(0, limits.actions).map(cutStep),
    durationSeconds: step.durationSeconds,
    hasScreenshot: step.screenshotUrl !== undefined,
    isCut: actions.length > limits.actions || all.some((text) => text.length > limits.text),
  };
  const shown = [view.goal, view.evaluation, view.memory, view.url, ...view.actions];
  return { view, limits, length: shown.join('').length };
}

/** Reads no more of a huge output than can be shown, so that its size costs nothing. */
function outputOf(whole: string | undefined): TaskView['output'] {
  if (whole === undefined || whole === '') return undefined;
  const output = unfenced(whole);
  const json = readJson(output.slice(0, longestRead), {
    isBeginning: output.length > longestRead,
  });
  if (json) return { form: 'json', ...layOutJson(json, longestText) };
  return {
    form: markedFormOf(output.slice(0, longestRead)),
    text: shorten(output, longestText),
    isCut: output.length > longestText,
  };
}

function cut(text: string | undefined): ViewText | undefined {
  if (text === undefined || text === '') return undefined;
  return { text: shorten(text, longestText), isCut: text.length > longestText };
}

function short(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : shorten(text, longestField);
}

function metadataOf(metadata: TaskDetails['metadata']): TaskView['metadata'] {
  return (readObject(metadata) ?? []).slice(0, mostListed).map(([name, value]) => ({
    name: shorten(name, longestField),
    value: shorten(nodeText(value), longestStepText),
  }));
}

/** A view as an update of one that was sent before: of its steps, only those that are new or changed. */
export function updateOf(before: TaskView, view: TaskView): TaskView {
  const known = stepsByIndex(before);
  return { ...view, steps: view.steps.filter((step) => !isEqual(known.get(step.index), step)) };
}

/**
 * The whole view of an update.
 * @param before what the update was made from: its steps stay the same objects, so that only the others are drawn again
 */
export function withUpdate(before: TaskView, update: TaskView): TaskView {
  const known = stepsByIndex(before);
  for (const step of update.steps) known.set(step.index, step);
  const first = Math.max(0, update.stepCount - mostSteps);
  const steps: ViewStep[] = [];
  for (let index = first; index < update.stepCount; index++) {
    const step = known.get(index);
    if (step) steps.push(step);
  }
  return { ...update, steps };
}

function stepsByIndex({ steps }: TaskView): Map<number, ViewStep> {
  return new Map(steps.map((step) => [step.index, step]));
}

/** Steps of versions that are read anew each time are other objects that say the same. */
function isEqual(before: ViewStep | undefined, step: ViewStep): boolean {
  return before === step || JSON.stringify(before) === JSON.stringify(step);
}
