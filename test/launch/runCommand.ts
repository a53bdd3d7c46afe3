import { spawn } from 'node:child_process';

/** How to run a program whose output only matters when it fails. */
export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The program is killed after this many milliseconds. */
  timeoutMs: number;
  /** Run through the platform's shell: Windows needs it for `.cmd` files. */
  shell?: boolean;
}

/**
 * Runs a program to its end.
 *
 * @throws {Error} with the end of its output when it cannot start, fails, or takes too long.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, timeoutMs, shell = false }: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      ...(cwd === undefined ? {} : { cwd }),
      env: env ?? process.env,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      reject(new Error(`Cannot start ${command}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const why = signal ? `ended by ${signal} (limit ${timeoutMs / 1000} s)` : `exit code ${code}`;
      reject(new Error(`${command} ${args.join(' ')}: ${why}\n${output.slice(-4000)}`));
    });
  });
}

/**
 * Runs npm to its end in `cwd`, never in the project it was called from: a script's environment
 * names the project's folder, and npm would install there.
 *
 * @throws {Error} with npm's output when it fails.
 */
export function runNpm(args: readonly string[], cwd: string, timeoutMs: number): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^npm_(config_local_prefix|package_|lifecycle_|command$)/i.test(name)) delete env[name];
  }
  const script = process.env['npm_execpath'];
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--ignore-scripts'];
  if (script?.endsWith('npm-cli.js')) {
    return runCommand(process.execPath, [script, ...args, ...quiet], { cwd, env, timeoutMs });
  }
  const shell = process.platform === 'win32';
  return runCommand('npm', [...args, ...quiet], { cwd, env, timeoutMs, shell });
}
