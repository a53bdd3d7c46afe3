import { capabilitiesOf, dashboardSession } from '../../core/cloud/apiVersions';
import { readBaseUrl } from '../../core/cloud/baseUrl';
import { sessionCostRows, type CostRow } from '../../core/labels/sessionCost';
import { dashboardOf } from '../../core/cloud/regions';
import { commands, env, ViewColumn, window, workspace } from 'vscode';
import { metadataText, recordingLinks, stepText, taskViewOf } from '../../core/details/detailsView';
import { editorTextOf, fileEndings, unfenced } from '../../core/text/textForm';
import { outputLinks } from '../../core/text/outputLinks';
import { safeLink } from '../../core/text/safeLink';
import type { TaskDetails, TaskRef } from '../../core/cloud/task';
import { taskTitle } from '../../core/labels/taskLabels';
import type { CopiedPart, FromPage, LinkKind, Remedy, TextPart } from '../../webview/protocol';
import { fileStemOf } from '../saving/exportTask';
import { openDashboard, openOutside } from '../openOutside';
import { reportError } from '../reportError';
import { UserError } from '../userError';
import { saveDownload } from '../saving/saveDownload';
import { doTaskAction, taskActionFailure, type TaskActionOptions } from './taskActions';
import type { Settings } from '../settings';

/** What a page can ask for beside its own contents. */
export type DetailsAction = Exclude<FromPage, { type: 'ready' | 'picture' }>;

export interface DetailsActionOptions extends TaskActionOptions {
  /** All of the task, where it has been read. */
  readonly details: TaskDetails | undefined;
  readonly settings: Settings;
  /** Where the panel is. */
  readonly column: ViewColumn | undefined;
  readonly onCopied: (what: CopiedPart) => void;
  readonly onSessionCost: (rows: readonly CostRow[]) => void;
  /** Opens the details of another task of the same account. */
  readonly openTask: (ref: TaskRef) => Promise<void>;
}

/** Does what the page asks for, with what the extension itself knows of the task. Never rejects. */
export async function doDetailsAction(
  action: DetailsAction,
  options: DetailsActionOptions,
): Promise<void> {
  try {
    switch (action.type) {
      case 'remedy':
        return await applyRemedy(action.remedy, options);
      case 'openLink':
        return await openLink(action.link, action.index, options);
      case 'openText':
        return await openText(action.part, action.index, options);
      case 'copy':
        return await copy(action.what, options);
      case 'saveFile':
        return await saveFile(action.index, options);
      case 'saveLog':
        return await saveLog(options);
      case 'readSessionCost':
        return await readSessionCost(options);
      case 'openTask':
        return await openTask(action.index, options);
      case 'act':
        return await doTaskAction(action.action, options);
    }
  } catch (error) {
    const { settings, log, ref } = options;
    reportError(error, {
      settings,
      log,
      what: failureOf(action),
      apiVersion: ref.apiVersion,
    });
  }
}

function failureOf(action: DetailsAction): string {
  switch (action.type) {
    case 'remedy':
      return 'This did not help';
    case 'openLink':
      return 'The link cannot be opened';
    case 'openText':
      return 'The text cannot be opened';
    case 'copy':
      return 'Copying failed';
    case 'saveFile':
      return 'The file cannot be saved';
    case 'saveLog':
      return 'The log cannot be saved';
    case 'readSessionCost':
      return 'The cost of the session cannot be read';
    case 'openTask':
      return 'The details cannot be opened';
    case 'act':
      return taskActionFailure(action.action);
  }
}

async function readSessionCost({
  task: { apiVersion, sessionId },
  connect,
  signal,
  onSessionCost,
}: DetailsActionOptions): Promise<void> {
  if (sessionId === undefined) return;
  const cloud = await connect(signal);
  const parts = await cloud.client(apiVersion).getSessionCost(sessionId, signal);
  onSessionCost(sessionCostRows(parts ?? []));
}

async function openTask(
  index: number,
  { details, ref: { apiVersion }, openTask: open }: DetailsActionOptions,
): Promise<void> {
  const task = details?.sessionTasks?.[index];
  if (task) await open({ apiVersion, id: task.id });
}

async function applyRemedy(remedy: Remedy, { reread }: DetailsActionOptions): Promise<void> {
  switch (remedy) {
    case 'retry':
      return reread();
    case 'setApiKey':
      return void (await commands.executeCommand('browserUseTasks.setApiKey'));
    case 'showLog':
      return void (await commands.executeCommand('browserUseTasks.showLog'));
    case 'openSettings':
      return void (await commands.executeCommand(
        'workbench.action.openSettings',
        '@ext:browser-use-tasks.browser-use-tasks',
      ));
  }
}

async function openLink(
  link: LinkKind,
  index: number,
  options: DetailsActionOptions,
): Promise<void> {
  if (link === 'dashboard') {
    const sessionId = dashboardSession(options.task);
    const dashboard = dashboardOf(readBaseUrl(options.baseUrl).server);
    if (sessionId === undefined || dashboard === undefined)
      throw new UserError('No page of this task is known.');
    return openDashboard(dashboard, sessionId);
  }
  await openOutside(urlOf(link, index, options) ?? '');
}

function urlOf(
  link: Exclude<LinkKind, 'dashboard'>,
  index: number,
  { details, task }: DetailsActionOptions,
): string | undefined {
  switch (link) {
    case 'live':
      return details?.session?.liveUrl;
    case 'share':
      return details?.session?.publicShareUrl;
    case 'recording':
      return recordingLinks(details)[index];
    case 'stepUrl':
      return details?.steps[index]?.url;
    case 'output':
      // Of the same text as the page's, which lays out JSON.
      return outputLinks(taskViewOf(task).output?.text ?? '')[index];
  }
}

async function openText(
  part: TextPart,
  index: number,
  options: DetailsActionOptions,
): Promise<void> {
  const { documents, task } = options;
  const text = textOf(part, index, options);
  if (text === undefined) throw new UserError('This part of the task is not known any more.');
  const { content, language } = editorTextOf(text);
  const title = `${partName(part, index, options)} – ${taskTitle(task, 40)}`;
  const uri = documents.add(title, content, fileEndings[language]);
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document, {
    preview: true,
    viewColumn: options.column ?? ViewColumn.Active,
  });
}

function partName(part: TextPart, index: number, { details }: DetailsActionOptions): string {
  switch (part) {
    case 'prompt':
      return 'Prompt';
    case 'output':
      return 'Output';
    case 'judgement':
      return 'Judgement';
    case 'error':
      return 'Error';
    case 'metadata':
      return 'Metadata';
    case 'step':
      return `Step ${details?.steps[index]?.number ?? index + 1}`;
  }
}

function textOf(
  part: TextPart,
  index: number,
  { details, task }: DetailsActionOptions,
): string | undefined {
  switch (part) {
    case 'prompt':
      return task.prompt;
    case 'output':
      return task.output === undefined ? undefined : unfenced(task.output);
    case 'judgement':
    case 'error':
      return details?.[part];
    case 'metadata':
      return details && metadataText(details.metadata);
    case 'step': {
      const step = details?.steps[index];
      return step && stepText(step);
    }
  }
}

async function copy(what: CopiedPart, options: DetailsActionOptions): Promise<void> {
  const text = copiedText(what, options);
  if (text === undefined) throw new UserError('This part of the task is not known any more.');
  await env.clipboard.writeText(text);
  options.onCopied(what);
}

function copiedText(what: CopiedPart, options: DetailsActionOptions): string | undefined {
  const { details, task } = options;
  switch (what) {
    case 'id':
    case 'sessionId':
      return task[what];
    case 'shareLink':
      // Whoever it is pasted for opens it: no other link than would be opened from here.
      return safeLink(details?.session?.publicShareUrl ?? '');
    default:
      return textOf(what, 0, options);
  }
}

async function saveFile(index: number, options: DetailsActionOptions): Promise<void> {
  const { details, ref, connect, log, localFiles, signal } = options;
  const file = details?.files[index];
  if (!file) throw new UserError('This file is not known any more.');
  await saveDownload({
    name: file.name,
    localFiles,
    signal,
    log,
    connect,
    urlFrom: (cloud, signal) => cloud.client(ref.apiVersion).getFileUrl(ref.id, file, signal),
  });
}

async function saveLog(options: DetailsActionOptions): Promise<void> {
  const { ref, connect, log, localFiles, signal } = options;
  await saveDownload({
    name: `${fileStemOf(ref)}.log`,
    localFiles,
    signal,
    log,
    connect,
    async urlFrom(cloud, signal) {
      const url = await cloud.client(ref.apiVersion).getLogUrl(ref.id, signal);
      if (url === undefined)
        throw new UserError(`${capabilitiesOf(ref.apiVersion).label} has no logs.`);
      return url;
    },
  });
}
