import { randomBytes } from 'node:crypto';
import { readdirSync, watch } from 'node:fs';
import { constants, copyFile, link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './node';
import type { LeaderAddress } from './windowSockets';

/**
 * Takes a term by a file that names its leader: there whole or not at all, and only where no such file is yet.
 * @returns false where another window was faster
 */
export async function writeLease(
  folder: string,
  term: number,
  leader: LeaderAddress,
): Promise<boolean> {
  const draft = join(folder, `draft-${randomBytes(8).toString('hex')}`);
  // The process that leads is for people who search for it.
  const record = { ...leader, pid: process.pid };
  try {
    await writeFile(draft, JSON.stringify(record), { mode: 0o600, flag: 'wx' });
    await linkOrCopy(draft, fileOf(folder, term));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  // Somebody slow may have taken a term that is over.
  return (await termsIn(folder)).at(-1) === term;
}

const noLinkCodes = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Links a file into place where none is yet; copies it where the file system knows no links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!noLinkCodes.includes(codeOf(error))) throw error;
    // Less good, as a reader may meet half of it, and take it for a leader that has gone.
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/** @returns `undefined` where it has gone or holds no lease */
export async function readLease(folder: string, term: number): Promise<LeaderAddress | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(fileOf(folder, term), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { path, token } = value as Record<string, unknown>;
    return typeof path === 'string' && typeof token === 'string' ? { path, token } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'EISDIR'].includes(codeOf(error)))
      return undefined;
    throw error;
  }
}

/** Removes the files of these terms. */
export async function removeLeases(folder: string, terms: readonly number[]): Promise<void> {
  // What stays is outnumbered by the term of today.
  for (const term of terms) await rm(fileOf(folder, term), { force: true }).catch(() => undefined);
}

/** Notices that another window leads now, as when it could not reach the leader before, or had no answer from it. */
export function noticeSuccessor(
  folder: string,
  term: number,
  onSuccessor: () => void,
): { close(): void } {
  const check = (): void =>
    void termsIn(folder).then(
      (terms) => (terms.at(-1) ?? term) > term && onSuccessor(),
      () => undefined,
    );
  try {
    const watcher = watch(folder, { persistent: false }, check);
    watcher.on('error', () => watcher.close());
    check();
    return watcher;
  } catch {
    return { close: () => undefined };
  }
}

/** The terms of the leases in a folder, in rising order. */
export async function termsIn(folder: string): Promise<number[]> {
  return termsAmong(await readdir(folder));
}

/** As the last of `termsIn`, without waiting, so that nothing can happen between the answer and what is done by it. */
export function latestTermIn(folder: string): number | undefined {
  return termsAmong(readdirSync(folder)).at(-1);
}

function termsAmong(names: readonly string[]): number[] {
  return names
    .map((name) => Number(/^lease-(\d{1,15})$/u.exec(name)?.[1]))
    .filter((term) => Number.isSafeInteger(term))
    .sort((a, b) => a - b);
}

function fileOf(folder: string, term: number): string {
  return join(folder, `lease-${term}`);
}
