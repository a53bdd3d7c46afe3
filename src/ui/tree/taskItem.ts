import { capabilitiesOf, dashboardSession } from '../../core/cloud/apiVersions';
import {
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  type Command,
} from 'vscode';
import type { Disposable } from '../../core/base/event';
import { followableSession } from '../../core/following/sessionFollowing';
import {
  joinParts,
  openBrowserSentence,
  rowSentence,
  unseenSentence,
} from '../../core/labels/rowDescription';
import { hasEnded, refKey, type TaskRef } from '../../core/cloud/task';
import { appearanceOf, type TaskAppearance } from '../../core/labels/taskLabels';
import { mayBeOfOtherVersion } from '../../core/tracking/otherVersions';
import {
  deletableSession,
  steerActionsOf,
  type SteerAction,
} from '../../core/steering/steerActions';
import { browserOpenUntil } from '../../core/tasks/openBrowser';
import type { TrackedTask } from '../../core/tasks/trackedTask';

interface TaskItemOptions {
  /** What a click hands to the command. */
  readonly element: TaskRef;
  readonly label: string;
  readonly description: string;
  readonly showsVersion: boolean;
  readonly animateRunning: boolean;
  /** Whether sessions have a page in the dashboard: they belong to Browser Use Cloud itself. */
  readonly hasDashboard: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A task's row, without its tooltip: that is made when somebody hovers. */
export function taskItem(
  task: TrackedTask,
  { element, label, description, showsVersion, animateRunning, hasDashboard, now }: TaskItemOptions,
): TreeItem {
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.id = refKey(task);
  item.description = description;
  item.iconPath = taskIcon(appearanceOf(task), animateRunning);
  item.contextValue = contextValueOf(task, { hasDashboard, now });
  item.accessibilityInformation = { label: rowSentence(task, { showsVersion, now }) };
  item.command = openDetailsCommand(element);
  const marks = `${task.isUnseen ? unseenMark : ''}${browserOpenUntil(task, now) === undefined ? '' : costMark}`;
  if (marks !== '')
    item.resourceUri = Uri.from({ scheme: markScheme, path: `/${item.id}`, query: marks });
  return item;
}

/** Rows have a URI only to be marked by it: VS Code draws such marks at a row's end, whatever room its label has. */
const markScheme = 'browser-use-tasks-marks';
const unseenMark = '●';
/** Of an open browser, which the description tells where there is room for that. */
const costMark = '$';

/** Marks the rows of ends that the badge counts with a dot and those of open browsers with a $, until it is disposed. */
export function markRows(): Disposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration({ scheme, query }) {
      if (scheme !== markScheme) return undefined;
      const meanings = [
        query.includes(unseenMark) ? unseenSentence : undefined,
        query.includes(costMark) ? openBrowserSentence : undefined,
      ];
      return { badge: query, tooltip: joinParts(meanings, '. ') };
    },
  });
}

/** An icon of its own shape for each appearance, so that colour is never needed to tell them apart. */
export function taskIcon(appearance: TaskAppearance, animateRunning: boolean): ThemeIcon {
  const icon = (id: string, color: string): ThemeIcon => new ThemeIcon(id, new ThemeColor(color));
  switch (appearance) {
    case 'pending':
      return icon('ellipsis', 'descriptionForeground');
    case 'created':
      return icon('clock', 'charts.foreground');
    case 'running':
      return icon(animateRunning ? 'loading~spin' : 'play-circle', 'charts.blue');
    case 'paused':
      return icon('debug-pause', 'charts.yellow');
    case 'succeeded':
      return icon('pass-filled', 'charts.green');
    case 'finished':
      return icon('pass', 'charts.green');
    case 'unsuccessful':
      return icon('warning', 'problemsWarningIcon.foreground');
    case 'stopped':
      return icon('debug-stop', 'charts.purple');
    case 'failed':
      return icon('error', 'charts.red');
    case 'unknown':
      return icon('question', 'charts.yellow');
    case 'missing':
      return icon('circle-slash', 'descriptionForeground');
  }
}

/** The flags that the `when` clauses of package.json test. */
function contextValueOf(
  task: TrackedTask,
  { hasDashboard, now }: Pick<TaskItemOptions, 'hasDashboard' | 'now'>,
): string {
  const words = ['task', hasEnded(task.status) ? 'ended' : 'active'];
  if (hasEnded(task.status)) words.push(task.isUnseen ? 'unseen' : 'seen');
  if (mayBeOfOtherVersion(task)) words.push('notFound');
  words.push(...steerActionsOf(task).map((action) => contextWords[action]));
  if (browserOpenUntil(task, now) !== undefined) words.push('canStopBrowser');
  if (deletableSession(task) !== undefined) words.push('canDelete');
  if (hasDashboard && dashboardSession(task) !== undefined) words.push('hasSession');
  if (task.followedAt !== undefined) words.push('followed');
  else if (followableSession(task)) words.push('canFollow');
  const canContinue = capabilitiesOf(task.apiVersion).followUps !== 'none';
  if (canContinue && task.sessionId !== undefined) words.push('canContinue');
  return words.join(' ');
}

const contextWords: Readonly<Record<SteerAction, string>> = {
  stop: 'canStop',
  stopSession: 'canStopSession',
  pause: 'canPause',
  resume: 'canResume',
};

function openDetailsCommand(element: TaskRef): Command {
  return {
    command: 'browserUseTasks.openDetails',
    title: 'Open Details',
    arguments: [element],
  };
}
