import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit } from './atExit';

/** A program and all that it has started. */
export interface ProcessTree {
  readonly child: ChildProcess;
  /** Ends all of it, gently for 2 s and then by force. Never rejects; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a program whose whole tree can be ended, and ends with this process in any case. Its
 * standard output and error are pipes, its standard input is empty.
 */
export function startTree(
  command: string,
  args: readonly string[],
  { env, cwd, shell = false }: { env: NodeJS.ProcessEnv; cwd: string; shell?: boolean },
): ProcessTree {
  // On POSIX a detached child leads a process group of its own, which one signal reaches wholly.
  const child = spawn(command, [...args], {
    env,
    cwd,
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const takeBack = atExit(() => signalTree(child, 'SIGKILL'));
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    if (isRunning(child)) {
      const ended = once(child, 'exit');
      signalTree(child, 'SIGTERM');
      await Promise.race([ended, sleep(2_000, undefined, { ref: false })]);
    }
    // The leader's end says nothing of the rest of its group.
    signalTree(child, 'SIGKILL');
    takeBack();
  };
  return { child, stop: () => (stopping ??= stop()) };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function signalTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    if (isRunning(child)) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
