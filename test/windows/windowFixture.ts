import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lease } from '../../src/core/windows/windowLease';

/** What the windows of one test share. */
export interface WindowFixture {
  /** Of each test its own; there from the first hook on. */
  readonly folder: string;
  /** Places in the election, which are left after the test. */
  readonly leases: Lease[];
  /**
   * Starts a window in a process of its own, from a script of this folder that is given `folder`. It is killed after the
   * test, also where it was stopped. Its lines on standard output come in as they are written.
   */
  start(script: string): { readonly child: ChildProcess; readonly lines: readonly string[] };
}

/** Registers the hooks of the suite that calls this. */
export function windowFixture(): WindowFixture {
  let folder = '';
  const leases: Lease[] = [];
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windows-test-'));
  });

  afterEach(async () => {
    for (const lease of leases.splice(0)) lease.dispose();
    const running = children
      .splice(0)
      .filter(({ exitCode, signalCode }) => (exitCode ?? signalCode) === null);
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(running.map((child) => once(child, 'exit')));
    await rm(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    leases,
    start(script) {
      const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, script), folder], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.push(child);
      const lines: string[] = [];
      child.stdout
        .setEncoding('utf8')
        .on('data', (text: string) => lines.push(...text.trim().split('\n')));
      return { child, lines };
    },
  };
}
