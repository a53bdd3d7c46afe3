import { FileSystemError, FileType, Uri, window, workspace } from 'vscode';
import { safeFileName } from '../core/fileName';
import { plainMessage } from '../core/plainMessage';
import { shorten } from '../core/taskWords';
import { UserError } from './reportError';

export interface SaveTargetOptions {
  /** Offered as the file's name; need not be trusted. */
  readonly name: string;
  /** The person's own folder: the dialog begins there, or in its Downloads, when no folder is open. */
  readonly home: Uri | undefined;
}

/** Asks where to save a file. The dialog itself asks before it replaces one. @returns `undefined` where the person cancels */
export async function askSaveTarget({ name, home }: SaveTargetOptions): Promise<Uri | undefined> {
  const safeName = safeFileName(name);
  const folder = workspace.workspaceFolders?.[0]?.uri ?? (home && (await downloadsIn(home)));
  return window.showSaveDialog({
    title: `Save ${plainMessage(shorten(safeName, 80))}`,
    defaultUri: folder ? Uri.joinPath(folder, safeName) : Uri.file(`/${safeName}`),
  });
}

/**
 * Writes a file under a name beside its own and then gives it that: what stood there before stays until all is written,
 * and a failure leaves no half of a file. Where that is not allowed, it is written at once.
 * @throws {UserError} where it cannot be written
 */
export async function writeWhole(target: Uri, bytes: Uint8Array): Promise<void> {
  try {
    // Else VS Code would put the file in the place of the folder, and all that is in it.
    if (await isFolder(target)) throw new Error('there is a folder of this name');
    if (await renamedInto(target, bytes)) return;
    await workspace.fs.writeFile(target, bytes);
  } catch (error) {
    throw unwritable(target, error);
  }
}

/** @returns false where nothing may be made or renamed beside the file */
async function renamedInto(target: Uri, bytes: Uint8Array): Promise<boolean> {
  const random = crypto.randomUUID().slice(0, 8);
  // Shortened, as this name is longer than the file's own.
  const aside = Uri.joinPath(target, '..', `.${lastPart(target).slice(0, 60)}.${random}.part`);
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

/** Takes away what was made in vain; that this fails too is no further news. */
export async function removeQuietly(uri: Uri): Promise<void> {
  try {
    await workspace.fs.delete(uri, { recursive: true, useTrash: false });
  } catch {
    // It never came to be, or cannot be removed.
  }
}

async function downloadsIn(home: Uri): Promise<Uri> {
  const downloads = Uri.joinPath(home, 'Downloads');
  return (await isFolder(downloads)) ? downloads : home;
}

async function isFolder(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.Directory) !== 0;
  } catch {
    return false;
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
