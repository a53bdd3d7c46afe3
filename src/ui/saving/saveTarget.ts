import { FileSystemError, FileType, Uri, window, workspace } from 'vscode';
import { safeFileName } from '../../core/text/fileName';
import { UserError } from '../userError';
import { shorten } from '../../core/text/shorten';
import { plainMessage } from '../../core/text/plainText';

/** The files of the machine that this extension runs on. */
export interface LocalFiles {
  /** The person's own folder: the dialog begins there, or in its Downloads, when no folder is open. */
  readonly home: Uri | undefined;
  /** Puts bytes in the place of a file, whole or not at all; a link stays a link, and a file keeps its mode. */
  readonly replace: (path: string, bytes: Uint8Array) => Promise<void>;
}

export interface SaveTargetOptions {
  /** Offered as the file's name; need not be trusted. */
  readonly name: string;
  readonly localFiles: LocalFiles;
}

/** Asks where to save a file. The dialog itself asks before it replaces one. @returns `undefined` where the person cancels */
export async function chooseSaveTarget({
  name,
  localFiles: { home },
}: SaveTargetOptions): Promise<Uri | undefined> {
  const safeName = safeFileName(name);
  const folder = workspace.workspaceFolders?.[0]?.uri ?? (home && (await downloadsIn(home)));
  return window.showSaveDialog({
    title: `Save ${plainMessage(shorten(safeName, 80))}`,
    defaultUri: folder ? Uri.joinPath(folder, safeName) : Uri.file(`/${safeName}`),
  });
}

/**
 * Writes a file: what stood there before stays until all is written, and a failure leaves no half of a file. Where that
 * is not allowed, it is written at once. A symbolic link stays one, and a file keeps its mode.
 * @throws {UserError} where it cannot be written
 */
export async function writeWhole(
  target: Uri,
  bytes: Uint8Array,
  localFiles: LocalFiles,
): Promise<void> {
  try {
    const type = await typeOf(target);
    // Else VS Code would put the file in the place of the folder, and all that is in it.
    if ((type & FileType.Directory) !== 0) throw new Error('there is a folder of this name');
    if (target.scheme === 'file') return await localFiles.replace(target.fsPath, bytes);
    // VS Code follows a link only where it writes in place.
    if ((type & FileType.SymbolicLink) === 0 && (await renamedInto(target, bytes))) return;
    await workspace.fs.writeFile(target, bytes);
  } catch (error) {
    throw unwritable(target, error);
  }
}

/** @returns false where nothing may be made or renamed beside the file */
async function renamedInto(target: Uri, bytes: Uint8Array): Promise<boolean> {
  const aside = Uri.joinPath(target, '..', `.${crypto.randomUUID().slice(0, 8)}.part`);
  try {
    await workspace.fs.writeFile(aside, bytes);
  } catch (error) {
    await removeQuietly(aside);
    if (error instanceof FileSystemError && error.code === 'NoPermissions') return false;
    throw error;
  }
  try {
    await workspace.fs.rename(aside, target, { overwrite: true });
    return true;
  } catch {
    await removeQuietly(aside);
    return false;
  }
}

function unwritable(target: Uri, error: unknown): UserError {
  const why = error instanceof Error ? ` (${error.message})` : '';
  return new UserError(`${lastPart(target)} cannot be written there${why}. Choose another place.`);
}

/** A file's or folder's own name. */
export function lastPart({ path }: Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Makes a folder that was not there before, beside a file: the first free one of `name`, `name-2`, `name-3`, … */
export async function makeNewFolder(beside: Uri, name: string): Promise<Uri> {
  for (let attempt = 1; ; attempt++) {
    const folder = Uri.joinPath(beside, '..', attempt === 1 ? name : `${name}-${attempt}`);
    if (await exists(folder)) continue;
    try {
      await workspace.fs.createDirectory(folder);
    } catch (error) {
      throw unwritable(folder, error);
    }
    return folder;
  }
}

/** Removes what is left of a file that could not be written. Never rejects, as the first failure is the one to report. */
export async function removeQuietly(uri: Uri): Promise<void> {
  try {
    await workspace.fs.delete(uri, { recursive: true, useTrash: false });
  } catch {
    // The file was never created, or cannot be removed.
  }
}

async function downloadsIn(home: Uri): Promise<Uri> {
  const downloads = Uri.joinPath(home, 'Downloads');
  return (await isFolder(downloads)) ? downloads : home;
}

async function isFolder(uri: Uri): Promise<boolean> {
  return ((await typeOf(uri)) & FileType.Directory) !== 0;
}

/** `Unknown` for what is not there. */
async function typeOf(uri: Uri): Promise<FileType> {
  try {
    return (await workspace.fs.stat(uri)).type;
  } catch {
    return FileType.Unknown;
  }
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
