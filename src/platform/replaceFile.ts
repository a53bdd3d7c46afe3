import { randomUUID } from 'node:crypto';
import { open, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Puts bytes in the place of a file, or makes it: written beside it and then renamed, so that what stood there stays until
 * all is written, and a failure leaves no half of a file. A symbolic link stays one, and the file that it leads to gets
 * the bytes; a file keeps its mode. Where nothing may be made beside the file, it is written in place.
 * @throws the system's error where it cannot be written
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const target = await targetOf(path);
  const aside = join(dirname(target), `.${randomUUID().slice(0, 8)}.part`);
  try {
    await writeNew(aside, bytes, await modeOf(target));
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    if (!isNotAllowed(error)) throw error;
    await writeFile(target, bytes);
  }
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
      target = resolve(dirname(target), await readlink(target));
    } catch {
      return target;
    }
  }
  return target;
}

/** As many as Linux follows. */
const mostLinks = 40;

/** `undefined` for a file that is not there. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o7777;
  } catch {
    return undefined;
  }
}

async function writeNew(path: string, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  const file = await open(path, 'wx');
  try {
    // Not as an option of `open`, from which the system takes away its mask.
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function isNotAllowed(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'EBUSY';
}
