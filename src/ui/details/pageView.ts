import { capabilitiesOf, dashboardSession } from '../../core/cloud/apiVersions';
import { otherServerMessage, type BaseUrl } from '../../core/cloud/baseUrl';
import { dashboardOf } from '../../core/cloud/regions';
import { hasEnded, type TaskDetails } from '../../core/cloud/task';
import type { DetailsState } from '../../core/details/detailsReader';
import type { TaskView } from '../../core/details/detailsView';
import { errorMessage } from '../../core/labels/errorMessage';
import type { CostRow } from '../../core/labels/sessionCost';
import { deletableSession, steerActionsOf } from '../../core/steering/steerActions';
import type { TrackedTask } from '../../core/tasks/trackedTask';
import type { PageView } from '../../webview/protocol';

/** What a page is drawn from. */
export interface PageSource {
  /** The server that the task belongs to. */
  readonly origin: string;
  /** Whether the base URL names that server. */
  readonly isAtHome: boolean;
  readonly state: DetailsState;
  /** The best that is known of the task; the same object as long as it shows the same. */
  readonly task: TaskDetails | TrackedTask;
  readonly tracked: TrackedTask | undefined;
  /** What the session has cost, once the reader has asked for it. */
  readonly sessionCost: readonly CostRow[] | undefined;
}

/** What the page shows. @param view of the task, which is dear to make */
export function pageViewOf(source: PageSource, view: TaskView, baseUrl: BaseUrl): PageView {
  const { origin, isAtHome, state, tracked, sessionCost } = source;
  const { isMissing = false, stoppingSince } = tracked ?? {};
  return {
    task: { ...view, isMissing },
    isReading: state.isReading,
    origin,
    hasDashboard:
      dashboardSession(view) !== undefined && dashboardOf({ origin }) !== undefined && isAtHome,
    canShare: canShare(source),
    sessionCost,
    steerActions: isAtHome ? steerActionsOf({ ...source.task, isMissing, stoppingSince }) : [],
    isStopping: stoppingSince !== undefined && !hasEnded(view.status),
    canStopBrowser: isAtHome && hasEnded(view.status),
    canDelete: isAtHome && tracked !== undefined && deletableSession(tracked) !== undefined,
    readAt: state.readAt ?? tracked?.checkedAt,
    trouble: troubleOf(source, baseUrl),
  };
}

/** Whether the task's session can be shared, by the person and now. */
export function canShare({ task: { apiVersion, sessionId }, isAtHome }: PageSource): boolean {
  return capabilitiesOf(apiVersion).canShare && Boolean(sessionId) && isAtHome;
}

/** The beginning of a reading counts as a change only beside trouble, where it answers "Try Again". */
export function showsTheSame(a: PageSource, b: PageSource): boolean {
  const isReadingShown = b.state.details === undefined || b.state.trouble !== undefined;
  if (isReadingShown && a.state.isReading !== b.state.isReading) return false;
  return (
    a.isAtHome === b.isAtHome &&
    a.task === b.task &&
    a.sessionCost === b.sessionCost &&
    a.state.readAt === b.state.readAt &&
    a.state.trouble === b.state.trouble &&
    a.tracked?.isMissing === b.tracked?.isMissing &&
    a.tracked?.stoppingSince === b.tracked?.stoppingSince &&
    a.tracked?.sessionId === b.tracked?.sessionId
  );
}

function troubleOf(
  { origin, isAtHome, state, task, tracked }: PageSource,
  { host, problem }: BaseUrl,
): PageView['trouble'] {
  if (!isAtHome) return { text: problem ?? otherServerMessage(origin), remedies: ['openSettings'] };
  const kind = state.trouble?.kind;
  if (kind === undefined) return undefined;
  const isKnown = state.details !== undefined || tracked?.checkedAt !== undefined;
  if (kind === 'taskNotFound' && isKnown)
    return { text: goneMessage, remedies: ['retry', 'setApiKey'] };
  if (problem !== undefined) return { text: problem, remedies: ['openSettings'] };
  const { text, nextStep } = errorMessage(kind, { host, apiVersion: task.apiVersion });
  switch (kind) {
    case 'noKey':
      return { text, remedies: [nextStep] };
    case 'rateLimited':
      return { text, remedies: [] };
    case 'network':
    case 'server':
    case 'timeout':
    case 'badAnswer':
    case 'payment':
    case 'tooLarge':
      return { text, remedies: ['retry', nextStep] };
    default:
      return { text, remedies: [nextStep, 'retry'] };
  }
}

/** Of a task that was there before. */
const goneMessage =
  'The cloud no longer has this task, or not for this API key. What was known of it stands here.';

/** What the page of the details is made of. All of it is the extension's own; nothing of a task goes in here. */
export interface DetailsHtmlOptions {
  /** The source of the webview's own resources, for the policy. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Another for every page. */
  readonly nonce: string;
  /** The language of the text, as VS Code names it. */
  readonly language: string;
}

/**
 * The document of the details: an empty body that the script fills.
 * Its policy lets in nothing but that script, the extension's own styles and fonts, and pictures that the page itself holds.
 */
export function detailsHtml(options: DetailsHtmlOptions): string {
  const { cspSource, scriptUri, styleUri, nonce, language } = options;
  const policy = [
    "default-src 'none'",
    'img-src blob:',
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Task</title>
    <link rel="stylesheet" href="${styleUri}" />
    <script nonce="${nonce}" src="${scriptUri}" defer></script>
  </head>
  <body></body>
</html>
`;
}

/** 128 random bits. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
