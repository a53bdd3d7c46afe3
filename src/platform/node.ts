import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { officialOrigin, readBaseUrl } from '../core/cloud/baseUrl';
import { keyIn, keyProblem } from '../core/cloud/keyInput';
import { refKey, type TaskRef } from '../core/cloud/task';
import { formatTaskRecord, isNewerRecord, parseTaskRecord } from '../core/tasks/taskRecord';
import type { TrackedTask } from '../core/tasks/trackedTask';
import type { ReadTasks, SkippedFile, TaskFiles } from '../core/tasks/taskPersistence';

/** A key of the environment, and the servers that it is for. */
export interface EnvironmentKey {
  readonly key: string;
  readonly origins: readonly string[];
}

/**
 * The API key that the environment gives in `BROWSER_USE_API_KEY`, as the official SDKs read it, without quotes and the like
 * around it. It is for Browser Use Cloud itself, or for the server that `BROWSER_USE_BASE_URL` names, or the servers, apart
 * by white space or commas.
 * @param onProblem called with the reason why it is not used, as a sentence without it, where it cannot be a key or a server is none
 */
export function environmentKey(onProblem: (why: string) => void): EnvironmentKey | undefined {
  const key = keyIn(process.env['BROWSER_USE_API_KEY'] ?? '');
  if (key === '') return undefined;
  const problem = keyProblem(key);
  if (problem !== undefined) {
    onProblem(problem);
    return undefined;
  }
  const named = (process.env['BROWSER_USE_BASE_URL'] ?? '').split(/[\s,]+/u).filter(Boolean);
  const origins: string[] = [];
  for (const url of named.length === 0 ? [officialOrigin] : named) {
    const { server, problem } = readBaseUrl(url);
    if (!server) onProblem(`BROWSER_USE_BASE_URL: ${problem}`);
    else origins.push(server.origin);
  }
  return origins.length === 0 ? undefined : { key, origins };
}

export interface TaskFolderOptions {
  /** The folder of all servers' tasks. Made when a task is first saved. */
  readonly root: string;
  /** The server that the tasks belong to. */
  readonly origin: string;
  /** Called after the files were read, where there are some that are not: with each of them once. */
  readonly onSkipped: (files: readonly SkippedFile[]) => void;
}

/**
 * Tasks as files, one each, in a folder of their server's own.
 * A file is written under another name and then given its own, so that no reader and no crash meets half of one.
 */
export function openTaskFolder({ root, origin, onSkipped }: TaskFolderOptions): TaskFiles {
  const folder = join(root, originFolderName(origin));
  const told = new Set<string>();
  const readFiles = async (
    names: readonly string[],
    onUnread?: Parameters<ReadTasks>[0],
  ): Promise<readonly TrackedTask[]> => {
    const tasks: TrackedTask[] = [];
    const skipped: SkippedFile[] = [];
    await forEachAtOnce(filesAtOnce, names, async (name) => {
      const path = join(folder, name);
      if (temporaryName.test(name)) return removeIfStale(path);
      const read = await readTask(path, name);
      if (typeof read === 'string') skipped.push({ name, why: read, isTask: taskName.test(name) });
      else if (read) tasks.push(read);
    });
    const untold = skipped.filter(({ name }) => !told.has(name));
    for (const { name } of untold) told.add(name);
    if (untold.length > 0) onSkipped(untold);
    const unread = skipped.filter(({ isTask, why }) => isTask && why !== isNewer);
    const unreadNames = unread.map(({ name }) => name);
    if (unread.length > 0) onUnread?.((onStillUnread) => readFiles(unreadNames, onStillUnread));
    return tasks.sort((a, b) => a.trackedAt - b.trackedAt || (refKey(a) < refKey(b) ? -1 : 1));
  };
  return {
    load: async (onUnread) => readFiles(await listFolder(folder), onUnread),
    async save(task) {
      await mkdir(folder, { recursive: true });
      const path = join(folder, fileNameOf(task));
      const temporary = `${path}.${process.pid}-${++temporaryCount}.tmp`;
      try {
        const file = await open(temporary, 'wx', 0o600);
        try {
          await file.writeFile(formatTaskRecord(task), 'utf8');
          // Else a power loss may leave the new name with nothing in it.
          await file.sync();
        } finally {
          await file.close();
        }
        await changeFile(path, () => rename(temporary, path));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      }
    },
    async remove(ref) {
      const path = join(folder, fileNameOf(ref));
      await changeFile(path, () => rm(path, { force: true }));
    },
  };
}

const filesAtOnce = 32;
/** Far over the two texts of 20,000 characters that a task may hold. */
const largestFileBytes = 1_000_000;
/** A write that has not ended after this long never will, in milliseconds. */
const staleAfterMs = 10 * 60 * 1000;
const temporaryName = /\.\d+-\d+\.tmp$/u;
const taskName = /^v\d+-[0-9a-f]{32}\.json$/u;
let temporaryCount = 0;

/** The origin as people can read it, and its hash, as two origins may read the same. */
export function originFolderName(origin: string): string {
  const readable = origin.replace(/[^A-Za-z0-9.-]+/gu, '_').slice(0, 80);
  return `${readable}-${hash(origin).slice(0, 8)}`;
}

/** IDs are opaque, so the name holds only a hash of it: no separators, no device names, no difference of case. */
function fileNameOf({ apiVersion, id }: TaskRef): string {
  return `${apiVersion}-${hash(id).slice(0, 32)}.json`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * @returns the task, why the file is not read, or nothing where it has gone
 * @throws where nothing can be read, as this process may open no more files
 */
async function readTask(path: string, name: string): Promise<TrackedTask | string | undefined> {
  try {
    const text = await readText(path);
    if (text === undefined) return undefined;
    const task = parseTaskRecord(text);
    if (!task) return isNewerRecord(text) ? isNewer : 'it does not hold a task';
    return fileNameOf(task) === name ? task : 'it holds another task than its name says';
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    const code = codeOf(error);
    if (code === 'EMFILE' || code === 'ENFILE') throw error;
    return `it cannot be read (${code})`;
  }
}

/** @returns `undefined` where there is none. @throws where it cannot be read, and so may hold what must not be lost */
async function readText(path: string): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    // Reading a pipe waits for ever.
    if (!stats.isFile()) throw new UnreadableFile('it is no file');
    if (stats.size > largestFileBytes) throw new UnreadableFile('it is too large');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const isNewer = 'a newer version of the extension has written the file';

class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

async function removeIfStale(path: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > staleAfterMs) await rm(path, { force: true });
  } catch {
    // Another window was faster, or may do it another time.
  }
}

/**
 * Replaces or removes a file, but none that this version cannot read.
 * On Windows a file that somebody is just reading cannot be changed; a moment later it can.
 */
async function changeFile(path: string, change: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (isNewerRecord((await readText(path)) ?? '')) throw new UnreadableFile(isNewer);
      return await change();
    } catch (error) {
      const isBusy = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error));
      if (!isBusy || attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 20));
    }
  }
}

async function forEachAtOnce<T>(
  count: number,
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: count }, lane));
}

/** The path of the person's own folder, where the system names one. Never throws. */
export function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/** The code of an error of the system, as `ENOENT`; `unknown` where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
