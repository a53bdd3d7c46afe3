import { capabilitiesOf } from '../../core/cloud/apiVersions';
import type { TaskView } from '../../core/details/detailsView';
import { Button } from '../parts/button';
import { send } from '../parts/vscodeApi';
import type { IconName } from '../parts/icon';
import { Menu, type MenuEntry } from './menu';
import type { SteerAction } from '../../core/steering/steerActions';
import type { PageView, TaskAction } from '../protocol';

/** What makes sense for this task now: the likeliest in sight, the rest in a menu. */
export function Toolbar({ view }: { readonly view: PageView }) {
  const { task, hasDashboard, steerActions } = view;
  const entries = menuEntries(view);
  const isEmpty = [task.liveHost, task.recordingHosts[0]].every((host) => host === undefined);
  if (isEmpty && !hasDashboard && !task.hasLog && entries.length === 0) return null;
  return (
    <div class="actions" role="group" aria-label="Actions">
      {task.liveHost !== undefined && (
        <Button
          kind="primary"
          icon="play-circle"
          label="Watch Live"
          title={`Opens ${task.liveHost}`}
          message={{ type: 'openLink', link: 'live', index: 0 }}
        />
      )}
      {task.recordingHosts.map((host, index) => (
        <Button
          key={index}
          icon="device-camera-video"
          label={index === 0 ? 'Recording' : `Recording ${index + 1}`}
          title={`Opens ${host}`}
          message={{ type: 'openLink', link: 'recording', index }}
        />
      ))}
      {hasDashboard && (
        <Button
          icon="link-external"
          label="Browser Use Cloud"
          name="Open in Browser Use Cloud"
          message={{ type: 'openLink', link: 'dashboard', index: 0 }}
        />
      )}
      {steerActions.includes('stop') && (
        <Button
          icon="debug-stop"
          label="Stop"
          name="Stop Task"
          message={{ type: 'act', action: 'stop' }}
        />
      )}
      {task.hasLog && <Button icon="output" label="Save Log…" message={{ type: 'saveLog' }} />}
      {entries.length > 0 && <Menu label="More Actions…" entries={entries} />}
    </div>
  );
}

/** A line stands between groups that have something. */
function menuEntries({
  task,
  canShare,
  canDelete,
  steerActions,
}: PageView): readonly (MenuEntry | undefined)[] {
  const isShared = task.shareHost !== undefined;
  const canContinue =
    capabilitiesOf(task.apiVersion).followUps !== 'none' && task.sessionId !== undefined;
  const groups = [
    [
      entry('debug-restart', 'Run Again…', 'runAgain'),
      ...(canContinue ? [entry('comment-discussion', 'Continue Session…', 'continueSession')] : []),
    ],
    steerActions.map((action) => steerEntries[action]),
    canShare && !isShared ? [entry('globe', 'Share Publicly…', 'share')] : [],
    [entry('diff', 'Compare With…', 'compare')],
    task.isWhole
      ? [
          entry('export', 'Export as JSON…', 'exportJson'),
          entry('export', 'Export as Markdown…', 'exportMarkdown'),
        ]
      : [],
    [
      entry('code', 'Copy as curl', 'copyCurl'),
      entry('code', 'Copy as Python', 'copyPython'),
      entry('code', 'Copy as TypeScript', 'copyTypeScript'),
    ],
    canDelete ? [entry('trash', 'Delete Session at Browser Use Cloud…', 'deleteSession')] : [],
  ].filter((group) => group.length > 0);
  return groups.flatMap((group, index) => (index === 0 ? group : [undefined, ...group]));
}

function entry(icon: IconName, label: string, action: TaskAction): MenuEntry {
  return { icon, label, run: () => send({ type: 'act', action }) };
}

const steerEntries: Readonly<Record<SteerAction, MenuEntry>> = {
  stop: entry('debug-stop', 'Stop Task', 'stop'),
  stopSession: entry('debug-disconnect', 'Stop Task and Session', 'stopSession'),
  pause: entry('debug-pause', 'Pause Task', 'pause'),
  resume: entry('debug-continue', 'Resume Task', 'resume'),
};

/** That the task can be seen by whoever has the link, and what to do about it. */
export function ShareNote({
  task,
  canShare,
  isCopied,
}: {
  readonly task: TaskView;
  readonly canShare: boolean;
  /** Whether the link was just put on the clipboard. */
  readonly isCopied: boolean;
}) {
  if (task.shareHost === undefined) return null;
  return (
    <div class="banner" role="group" aria-label="Public link">
      <p>
        Shared: whoever has the link on <strong>{task.shareHost}</strong> can see this session.
      </p>
      <div class="actions">
        <Button
          icon="globe"
          label="Open Shared Page"
          message={{ type: 'openLink', link: 'share', index: 0 }}
        />
        <Button
          icon={isCopied ? 'check' : 'copy'}
          label="Copy Link"
          message={{ type: 'copy', what: 'shareLink' }}
        />
        {canShare && (
          <Button
            icon="circle-slash"
            label="Stop Sharing…"
            message={{ type: 'act', action: 'unshare' }}
          />
        )}
      </div>
    </div>
  );
}
