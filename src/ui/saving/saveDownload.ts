import { commands, type Uri } from 'vscode';
import { isCloudError, type CloudErrorKind } from '../../core/cloud/errors';
import { safeFileName } from '../../core/text/fileName';
import type { Cloud } from '../../core/cloud/taskClient';
import type { Log } from '../log';
import { showMessage } from '../messages';
import { formatBytes, withProgress, type ReportProgress } from '../progress';
import { UserError } from '../userError';
import { chooseSaveTarget, lastPart, writeWhole, type LocalFiles } from './saveTarget';
import { shorten } from '../../core/text/shorten';
import { plainMessage } from '../../core/text/plainText';

export interface SaveDownloadOptions {
  /** The cloud's name for it, which is not trusted. */
  readonly name: string;
  readonly localFiles: LocalFiles;
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** Requests a fresh presigned URL. */
  readonly urlFrom: (cloud: Cloud, signal: AbortSignal) => Promise<string>;
  readonly log: Log;
  /** Aborts where nobody wants it any more. */
  readonly signal: AbortSignal;
}

/** In bytes. It passes through memory, as VS Code's file systems take a file whole or not at all. */
const largestDownload = 200_000_000;

/**
 * Asks where to save a file of the cloud, fetches it there and says so. The user can cancel at any time: then nothing
 * is written.
 * @throws {CloudError} where it cannot be fetched
 */
export async function saveDownload(options: SaveDownloadOptions): Promise<void> {
  const name = shorten(safeFileName(options.name), 80);
  const target = await chooseSaveTarget(options);
  if (!target || options.signal.aborted) return;
  const title = `Saving ${name}…`;
  const isSaved = await withProgress({ title, signal: options.signal }, async (signal, report) => {
    const bytes = await fetchBytes(name, { ...options, signal, report });
    // Who has cancelled wants no file.
    if (signal.aborted) return false;
    await writeWhole(target, bytes, options.localFiles);
    return true;
  });
  if (isSaved) await notifySaved(`Saved ${shorten(lastPart(target), 80)}.`, target);
}

/** Says that something was saved, and opens it where the person wants that. */
export async function notifySaved(text: string, target: Uri): Promise<void> {
  const chosen = await showMessage({ severity: 'information', text, actions: ['Open'] });
  if (chosen === 'Open') await commands.executeCommand('vscode.open', target);
}

async function fetchBytes(
  name: string,
  options: SaveDownloadOptions & { readonly report: ReportProgress },
): Promise<Uint8Array> {
  const { connect, urlFrom, log, signal, report } = options;
  try {
    const cloud = await connect(signal);
    // Only now, as such a URL is good for minutes.
    const url = await urlFrom(cloud, signal);
    return await cloud.download(url, {
      maxBytes: largestDownload,
      signal,
      onProgress: (received, total) =>
        report(formatBytes(received, total), total === undefined ? undefined : received / total),
    });
  } catch (error) {
    if (!isCloudError(error)) throw error;
    // `errorMessage` would mislead, as a file may be gone while its task is there.
    const message = downloadMessage(error.kind, plainMessage(name));
    if (message === undefined) throw error;
    log.error(`Fetching ${name} failed`, error);
    throw new UserError(message, 'showLog');
  }
}

function downloadMessage(kind: CloudErrorKind, name: string): string | undefined {
  switch (kind) {
    case 'tooLarge':
      return `${name} is larger than 200 MB, the most that is saved from here. Get it in Browser Use Cloud.`;
    case 'refused':
      return `The cloud does not hand over ${name}. It may be gone; try again in a while.`;
    case 'redirect':
      return `The cloud points elsewhere for ${name}, which is not followed. Get it in Browser Use Cloud.`;
    default:
      return undefined;
  }
}
