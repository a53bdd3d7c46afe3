import { ThemeIcon, type QuickPickItem } from 'vscode';
import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { errorMessage } from '../../core/labels/errorMessage';
import { recentDescription } from '../../core/labels/rowDescription';
import { appearanceOf, taskTitle } from '../../core/labels/taskLabels';
import { hasWords } from '../../core/tasks/matchesSearch';
import { newlyTracked } from '../../core/tasks/trackedTask';
import { plainLabel } from '../../core/text/plainText';
import type { FailedList, RecentTask } from '../../core/tracking/recentTasks';
import { taskIcon } from '../tree/taskItem';

/** A row of the box that asks for tasks. */
export interface PickerItem extends QuickPickItem {
  /** What the person means who chooses it. A note means nothing. */
  readonly kindOf: 'task' | 'typed' | 'copied' | 'older' | 'setApiKey' | 'note';
  readonly task?: RecentTask;
}

/** True for a row that stands for tasks. */
export function isChoice({ kindOf }: PickerItem): boolean {
  return kindOf === 'task' || kindOf === 'typed' || kindOf === 'copied';
}

/** Whether a search finds a row: each of its words stands in what the row shows. VS Code finds them only one after the other. */
export function isFoundBy(
  { label, description = '', detail = '' }: PickerItem,
  words: readonly string[],
): boolean {
  return hasWords(`${label}\n${description}\n${detail}`, words);
}

export function keyItem(): PickerItem {
  return {
    kindOf: 'setApiKey',
    label: 'Set API Key…',
    iconPath: new ThemeIcon('key'),
    detail: 'Then the recent tasks of its account can be chosen here.',
    alwaysShow: true,
  };
}

export function olderItem(): PickerItem {
  return {
    kindOf: 'older',
    label: 'Show Older Tasks',
    iconPath: new ThemeIcon('history'),
    alwaysShow: true,
  };
}

/** In characters: VS Code searches the labels at each key. */
const maxTitle = 400;

export function taskItem(
  task: RecentTask,
  { now, isTracked }: { readonly now: number; readonly isTracked: boolean },
): PickerItem {
  const known = { ...newlyTracked(task, now), ...task };
  return {
    kindOf: 'task',
    task,
    label: plainLabel(taskTitle(known, maxTitle)),
    description: plainLabel(recentDescription(known, { now, isTracked })),
    detail: plainLabel(task.id),
    iconPath: taskIcon(appearanceOf(known), false),
    alwaysShow: false,
  };
}

/** One for each kind of failure, though several versions may have it. */
export function failureNotes(failures: readonly FailedList[], host: string): PickerItem[] {
  return [...new Set(failures.map(({ error }) => error.kind))].map((kind) => {
    const failed = failures.filter(({ error }) => error.kind === kind);
    const versions = failed.map(({ apiVersion }) => capabilitiesOf(apiVersion).name);
    return note(
      `Tasks of API ${versions.join(', ')} cannot be listed`,
      errorMessage(kind, { host, apiVersion: failed[0]?.apiVersion }).text,
    );
  });
}

/** A row that tells something and can't be chosen. */
export function note(label: string, detail: string): PickerItem {
  return {
    kindOf: 'note',
    label: plainLabel(label),
    iconPath: new ThemeIcon('warning'),
    detail: plainLabel(detail),
    alwaysShow: true,
  };
}
