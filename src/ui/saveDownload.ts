import { commands, ProgressLocation, Uri, window, workspace } from 'vscode';
import { isCloudError, type CloudErrorKind } from '../core/errors';
import { safeFileName } from '../core/fileName';
import { plainMessage } from '../core/plainMessage';
import type { Cloud } from '../core/taskClient';
import { shorten } from '../core/taskWords';
import type { Log } from './log';
import { showMessage } from './messages';
import { UserError } from './reportError';

export interface SaveDownloadOptions {
  /** The cloud's name for it, which is not trusted. */
  readonly name: string;
  /** Where the dialog begins when no folder is open. */
  readonly folder: Uri | undefined;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** Asks for a fresh presigned URL. */
  readonly urlFrom: (cloud: Cloud, signal: AbortSignal) => Promise<string>;
  readonly log: Log;
  /** Aborts where nobody wants it any more. */
  readonly signal: AbortSignal;
}

/** In bytes: it passes through memory. */
const largestDownload = 200 * 1024 * 1024;

/**
 * Asks where to save a file of the cloud, fetches it there and says so. The user can cancel at any time.
 * @throws {CloudError} where it cannot be fetched
 */
export async function saveDownload(options: SaveDownloadOptions): Promise<void> {
  const name = safeFileName(options.name);
  const folder = workspace.workspaceFolders?.[0]?.uri ?? options.folder;
  // The dialog asks before it replaces a file.
  const target = await window.showSaveDialog({
    title: `Save ${plainMessage(shorten(name, 80))}`,
    defaultUri: folder ? Uri.joinPath(folder, name) : Uri.file(name),
  });
  if (!target || options.signal.aborted) return;
  const isSaved = await withProgress(name, options.signal, async (signal) => {
    const bytes = await fetchBytes(name, signal, options);
    // Who has cancelled wants no file.
    if (signal.aborted) return false;
    await workspace.fs.writeFile(target, bytes);
    return true;
  });
  if (!isSaved) return;
  const chosen = await showMessage({
    severity: 'information',
    text: `Saved ${shorten(name, 80)}.`,
    actions: ['Open'],
  });
  if (chosen) await commands.executeCommand('vscode.open', target);
}

async function fetchBytes(
  name: string,
  signal: AbortSignal,
  { connect, urlFrom, log }: SaveDownloadOptions,
): Promise<Uint8Array> {
  try {
    const cloud = await connect(signal);
    // Only now, as such a URL is good for minutes.
    const url = await urlFrom(cloud, signal);
    return await cloud.download(url, { maxBytes: largestDownload, signal });
  } catch (error) {
    if (!isCloudError(error)) throw error;
    // The words for a task's trouble would mislead: a file may be gone while all else is well.
    const words = downloadWords(error.kind, plainMessage(shorten(name, 80)));
    if (words === undefined) throw error;
    log.error(`Fetching ${name} failed`, error);
    throw new UserError(words, 'showLog');
  }
}

function downloadWords(kind: CloudErrorKind, name: string): string | undefined {
  switch (kind) {
    case 'tooLarge':
      return `${name} is larger than 200 MB, the most that is saved from here. Get it in Browser Use Cloud.`;
    case 'badAnswer':
      return `The cloud does not hand over ${name}. It may be gone; try again in a while.`;
    case 'redirect':
      return `The cloud points elsewhere for ${name}, which is not followed. Get it in Browser Use Cloud.`;
    default:
      return undefined;
  }
}

async function withProgress(
  name: string,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<boolean>,
): Promise<boolean> {
  const title = `Saving ${plainMessage(shorten(name, 80))}…`;
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      const subscription = token.onCancellationRequested(abort);
      outer.addEventListener('abort', abort);
      try {
        return await run(controller.signal);
      } finally {
        subscription.dispose();
        outer.removeEventListener('abort', abort);
      }
    },
  );
}
