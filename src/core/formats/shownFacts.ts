import { capabilitiesOf } from '../cloud/apiVersions';
import type { TaskDetails } from '../cloud/task';
import { errorMessage } from '../labels/errorMessage';
import {
  appearanceLabel,
  durationOf,
  formatCost,
  formatDuration,
  verdictLabel,
} from '../labels/taskLabels';
import type { TrackedTask } from '../tasks/trackedTask';

/** Something short about a task, and what people call it. */
export type ShownFact = readonly [name: string, value: string | undefined];

/** How a task came out. */
export function outcomeFacts(task: TaskDetails | TrackedTask): readonly ShownFact[] {
  const isMissing = 'isMissing' in task && task.isMissing;
  // Of a task that goes on, none: what is kept does not depend on when it is made.
  const duration = durationOf(task, NaN);
  return [
    ['Status', appearanceLabel({ ...task, isMissing })],
    ['The agent says', verdictLabel(task.isSuccess)],
    ['The judge says', verdictLabel(task.judgeVerdict)],
    [
      capabilitiesOf(task.apiVersion).costLabel,
      task.cost === undefined ? undefined : formatCost(task.cost),
    ],
    ['Duration', duration === undefined ? undefined : formatDuration(duration)],
  ];
}

/** What a task was done with, and what is not known of it. */
export function agentFacts(task: TaskDetails | TrackedTask): readonly ShownFact[] {
  const details = 'steps' in task ? task : undefined;
  const unread = Object.entries(unreadReasons(details) ?? {});
  return [
    ['Model', task.model],
    ['Agent version', details?.agentVersion],
    ['Could not be read', unread.map(([part, reason]) => `${part} (${reason})`).join('; ')],
  ];
}

/** The names of a task's files, and whether there are more. */
export function fileNames(details: TaskDetails | undefined): readonly string[] {
  const names = details?.files.map(({ name }) => name) ?? [];
  return details?.hasMoreFiles === true ? [...names, '… and more'] : names;
}

/** When a task was made, began and ended, as the cloud writes it. */
export function timeFacts({
  createdAt,
  startedAt,
  finishedAt,
}: TaskDetails | TrackedTask): readonly ShownFact[] {
  return [
    ['Created', createdAt],
    ['Started', startedAt],
    ['Finished', finishedAt],
  ];
}

/** Facts without those that are not known, each as `show` writes it. */
export function showFacts(
  facts: readonly ShownFact[],
  show: (name: string, value: string) => string,
): string[] {
  return facts.flatMap(([name, value = '']) => (value === '' ? [] : [show(name, value)]));
}

/** Why parts of a task could not be read, by their names: "the server says that this API key may not do this". */
export function unreadReasons(
  details: TaskDetails | undefined,
): Readonly<Record<string, string>> | undefined {
  if (!details?.unread) return undefined;
  const { apiVersion, unread } = details;
  const reasons = Object.entries(unread).map(([part, { kind }]) => {
    const { text } = errorMessage(kind, { host: 'the server', apiVersion });
    // The sentence after it says what helps, which nobody can do in a text that is kept.
    return [part, text.slice(0, text.indexOf('.'))] as const;
  });
  return Object.fromEntries(reasons);
}
