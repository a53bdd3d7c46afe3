import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf } from './node';

/**
 * Puts bytes in the place of a file, or makes it: written beside it and then renamed, so that what stood there stays until
 * all is written, and a failure leaves no half of a file. A symbolic link stays one, and the file that it leads to gets
 * the bytes; a file keeps its mode. Where nothing may be made beside the file, or another file in its place would not be
 * the same (it has several names, or belongs to somebody else), it is written in place.
 * @throws the system's error where it cannot be written
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const target = await targetOf(path);
  const known = await statsOf(target);
  const aside = join(dirname(target), `.${randomUUID().slice(0, 8)}.part`);
  try {
    if (await wroteAside(aside, bytes, known)) return await rename(aside, target);
    await rm(aside, { force: true });
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    if (!['EACCES', 'EPERM', 'EROFS', 'EBUSY'].includes(codeOf(error))) throw error;
  }
  await writeFile(target, bytes);
}

/** Where a path leads once its links are followed, also where the last of them leads to nothing yet. */
async function targetOf(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < mostLinks; links++) {
    try {
      return await realpath(target);
    } catch {
      // Nothing there, or a link to nothing: that is followed by hand.
    }
    try {
      // Of the folder's own place: ".." leads out of that, whatever name it was reached by.
      target = resolve(await realpath(dirname(target)), await readlink(target));
    } catch {
      return target;
    }
  }
  return target;
}

/** As many as Linux follows. */
const mostLinks = 40;

/** `undefined` for a file that is not there. */
async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

/** @returns false where the new file could not stand for the one that is `known` */
async function wroteAside(path: string, bytes: Uint8Array, known?: Stats): Promise<boolean> {
  const file = await open(path, 'wx');
  try {
    if (known) {
      const { uid, gid } = await file.stat();
      if (known.nlink > 1 || known.uid !== uid || known.gid !== gid) return false;
      // Not as an option of `open`, from which the system takes away its mask.
      await file.chmod(known.mode & 0o7777);
    }
    await file.writeFile(bytes);
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}
