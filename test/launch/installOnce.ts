import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printLine, type PrintLine } from './progress';

/** An installation that takes longer than this is taken for dead, in milliseconds. */
const staleMs = 10 * 60_000;

/**
 * Makes `folder` exist with what `install` puts into it, once: an interrupted installation never
 * looks whole, and of several processes one installs while the others wait for it.
 *
 * @param install Fills the empty folder that it is given; that folder is then renamed to `folder`.
 * @throws whatever `install` throws; nothing of it stays behind.
 */
export async function installOnce(
  folder: string,
  install: (temporaryFolder: string) => Promise<void>,
  {
    print = printLine,
    wait = () => sleep(250),
  }: { print?: PrintLine; wait?: () => Promise<void> } = {},
): Promise<void> {
  if (await exists(folder)) return;
  await fs.mkdir(path.dirname(folder), { recursive: true });
  const release = await takeLock(`${folder}.lock`, () => exists(folder), print, wait);
  if (!release) return;
  const temporary = `${folder}.${randomUUID()}.tmp`;
  try {
    await removeAbandoned(folder);
    await fs.mkdir(temporary);
    await install(temporary);
    await fs.rename(temporary, folder);
  } catch (error) {
    await fs.rm(temporary, { recursive: true, force: true });
    // A process that took this one for dead may have finished the same installation first.
    if (!(await exists(folder))) throw error;
  } finally {
    await release();
  }
}

/**
 * The lock only saves a second download: what makes an installation whole is the rename, so taking
 * over the lock of a process that is alive after all does no harm.
 *
 * @returns how to give the lock back; undefined when `isDone` came true while waiting.
 */
async function takeLock(
  file: string,
  isDone: () => Promise<boolean>,
  print: PrintLine,
  wait: () => Promise<void>,
): Promise<(() => Promise<void>) | undefined> {
  for (let waits = 0; ; waits += 1) {
    if (await isDone()) return undefined;
    try {
      await fs.writeFile(file, JSON.stringify({ pid: process.pid, host: os.hostname() }), {
        flag: 'wx',
      });
      return () => fs.rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(file)) {
      await fs.rm(file, { force: true });
      continue;
    }
    if (waits % 40 === 0)
      print(`  waiting for another process that installs ${path.basename(file)}`);
    await wait();
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await fs.stat(file);
    const age = Date.now() - mtimeMs;
    if (age > staleMs) return true;
    const owner = readOwner(await fs.readFile(file, 'utf8'));
    // A lock is empty for the moment between its creation and its content.
    if (!owner) return age > 5_000;
    return owner.host === os.hostname() && !isAlive(owner.pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

function readOwner(text: string): { pid: number; host: string } | undefined {
  try {
    const owner = JSON.parse(text) as { pid?: unknown; host?: unknown } | null;
    if (typeof owner?.pid !== 'number' || typeof owner.host !== 'string') return undefined;
    return { pid: owner.pid, host: owner.host };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what interrupted installations of the same folder have left; the lock is held. */
async function removeAbandoned(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  const prefix = `${path.basename(folder)}.`;
  for (const name of await fs.readdir(parent)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    await fs.rm(path.join(parent, name), { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.access(file);
    return true;
  } catch {
    return false;
  }
}
