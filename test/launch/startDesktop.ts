import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { atExit } from './atExit';
import { packagedExtension } from './packagedExtension';
import { startTree } from './processTree';
import { runCommand } from './runCommand';

/** What a desktop VS Code is started with. */
export interface DesktopOptions {
  settings: Readonly<Record<string, unknown>>;
  env: NodeJS.ProcessEnv;
  /** Called before VS Code starts, with the folder that holds the user's data (`User` in it). */
  prepare: (userDataFolder: string) => Promise<void>;
}

/**
 * Starts the VS Code that `code` on the PATH names, with the packaged extension and with data of
 * its own, apart from the person's, which vanish at the end.
 *
 * @returns when its window is closed.
 * @throws {Error} that says what to do when there is no `code`.
 */
export async function startDesktop({ settings, env, prepare }: DesktopOptions): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'but-desktop-'));
  atExit(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const userData = path.join(folder, 'data');
  const isolated = [`--user-data-dir=${userData}`, `--extensions-dir=${path.join(folder, 'ext')}`];
  fs.mkdirSync(path.join(userData, 'User'), { recursive: true });
  fs.writeFileSync(path.join(userData, 'User', 'settings.json'), JSON.stringify(settings, null, 2));
  await prepare(userData);
  const isWindows = process.platform === 'win32';
  const command = isWindows ? 'code.cmd' : 'code';
  try {
    await runCommand(command, [...isolated, '--install-extension', packagedExtension], {
      timeoutMs: 2 * 60_000,
      shell: isWindows,
    });
  } catch (error) {
    throw new Error(
      'No desktop VS Code could be used. Put its command "code" on the PATH (in VS Code: "Shell Command: Install \'code\' command in PATH"), or leave out --desktop.',
      { cause: error },
    );
  }
  // The command hands over to VS Code's main process, which leaves the command's process group.
  atExit(() => endMainProcess(userData));
  const args = [...isolated, '--new-window', '--wait', '--skip-welcome', '--disable-updates'];
  const tree = startTree(command, args, { env, cwd: folder, shell: isWindows });
  await new Promise<void>((resolve, reject) => {
    tree.child.once('exit', () => resolve());
    tree.child.once('error', reject);
  });
}

/** VS Code keeps the number of its main process in a lock file beside the user's data. */
function endMainProcess(userData: string): void {
  try {
    const pid = Number(fs.readFileSync(path.join(userData, 'code.lock'), 'utf8'));
    if (Number.isInteger(pid) && pid > 1) process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended, and its lock with it.
  }
}
