import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { atExit } from './atExit';
import type { CodeVersion } from './codeVersions';
import { fetchCode, type CodeInstallation } from './fetchCode';
import { startTree, type ProcessTree } from './processTree';
import { printLine, type PrintLine } from './progress';
import { runCommand } from './runCommand';

/** What a VS Code server is started with. */
export interface CodeOptions {
  version: CodeVersion;
  /**
   * Lets the page's URL name a development extension and its tests, and lets the page report. Such
   * a VS Code shows no notifications; without it, it is the plain editor for a person.
   */
  smokeTestDriver: boolean;
  /** Packaged extensions (.vsix files) to install first. */
  extensions?: readonly string[];
  /** The user's settings, for all windows. */
  userSettings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the server, and so of its extension hosts. */
  env?: NodeJS.ProcessEnv;
  /** Called before the server starts, with the folder that holds the user's data (`User` in it). */
  prepare?: (userDataFolder: string) => Promise<void>;
  /** Ask whether to trust a folder, as usual. Without it every folder is trusted. */
  asksForTrust?: boolean;
  /**
   * All extensions that VS Code brings along; without it only those that this extension comes to meet: themes, and the
   * languages of what it opens in editors. The others cost each window seconds of a processor.
   */
  allBuiltIns?: boolean;
  /** Stay when no window was open for five minutes. Tests leave it out: a killed test run then leaves no server for long. */
  staysWhenUnused?: boolean;
  print?: PrintLine;
}

/** A running VS Code server with data of its own, which vanishes when it stops. */
export interface RunningCode {
  /** Where its windows are opened, without a slash at the end. Loopback only. */
  readonly url: string;
  /** The server's data folder. */
  readonly dataFolder: string;
  /** Everything that the server has printed so far. */
  readonly output: () => string;
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Replaces the settings for all windows, open ones included, within about a second. */
  writeUserSettings(settings: Readonly<Record<string, unknown>>): void;
  /** Ends the server with all its processes and removes its data. May be called again. */
  stop(): Promise<void>;
}

/**
 * Settings that keep everything away which is not under test: welcome pages, chat, updates, Git, and news of every port
 * that some process of this machine listens on.
 */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
};

const builtInsMet = [
  'configuration-editing',
  'javascript',
  'json',
  'json-language-features',
  'markdown-basics',
  'markdown-language-features',
  'python',
  'shellscript',
  'theme-defaults',
  'theme-seti',
  'typescript-basics',
];

const startTimeoutMs = 60_000;
const readyLine = /Extension host agent listening on (\d+)/;

/**
 * Starts a real VS Code: its server build, fetched if it is not there yet, on a free port.
 *
 * @throws {Error} with the server's output when it does not get ready within a minute, or an
 * extension cannot be installed.
 */
export async function startCode(options: CodeOptions): Promise<RunningCode> {
  const installation = await fetchCode(options.version, options.print ?? printLine);
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'but-code-'));
  const removeData = () => fs.rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  const takeBack = atExit(removeData);
  const writeUserSettings = (settings: Readonly<Record<string, unknown>>) => {
    const folder = path.join(dataFolder, 'data', 'User');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
  };
  let tree: ProcessTree | undefined;
  const stop = async () => {
    await tree?.stop();
    removeData();
    takeBack();
  };
  try {
    writeUserSettings(options.userSettings ?? {});
    const env = serverEnvironment(dataFolder, options.env);
    await installExtensions(installation, dataFolder, options.extensions ?? [], env);
    if (!options.allBuiltIns) linkBuiltIns(installation, path.join(dataFolder, 'built-in'));
    await options.prepare?.(path.join(dataFolder, 'data'));
    tree = startTree(installation.nodePath, serverArguments(installation, dataFolder, options), {
      env,
      cwd: dataFolder,
    });
    const { port, output } = await whenReady(tree);
    const { child } = tree;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    const url = `http://127.0.0.1:${port}`;
    return { url, dataFolder, output, ended, writeUserSettings, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serverArguments(
  { serverMain }: CodeInstallation,
  dataFolder: string,
  options: CodeOptions,
): string[] {
  const args = [
    serverMain,
    '--host=127.0.0.1',
    '--port=0',
    '--without-connection-token',
    '--accept-server-license-terms',
    '--telemetry-level=off',
    `--server-data-dir=${dataFolder}`,
  ];
  if (options.smokeTestDriver) args.push('--enable-smoke-test-driver');
  if (!options.asksForTrust) args.push('--disable-workspace-trust');
  if (!options.allBuiltIns)
    args.push(`--builtin-extensions-dir=${path.join(dataFolder, 'built-in')}`);
  if (!options.staysWhenUnused) args.push('--enable-remote-auto-shutdown');
  return args;
}

function linkBuiltIns({ serverMain }: CodeInstallation, folder: string): void {
  const all = path.join(path.dirname(serverMain), '..', 'extensions');
  fs.mkdirSync(folder);
  for (const name of builtInsMet)
    fs.symlinkSync(path.join(all, name), path.join(folder, name), 'junction');
}

/** Nothing of the editor around this process (this may run in a VS Code terminal) reaches the server. */
function serverEnvironment(dataFolder: string, own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|npm_)/.test(name)) delete env[name];
  }
  // A test or a trial asks no gallery for extensions, and waits for none that cannot be reached.
  env['EXTENSIONS_GALLERY'] = JSON.stringify({ serviceUrl: '' });
  if (process.platform === 'linux') {
    // The server's sockets go where they are removed with the rest; elsewhere the path gets too long.
    const temporary = path.join(dataFolder, 'tmp');
    fs.mkdirSync(temporary);
    Object.assign(env, { TMPDIR: temporary, XDG_RUNTIME_DIR: temporary });
  }
  return { ...env, ...own };
}

/** What was installed before in this process, by which editor and which files: copying it takes a moment, installing seconds. */
const installed = new Map<string, string>();

async function installExtensions(
  installation: CodeInstallation,
  dataFolder: string,
  extensions: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (extensions.length === 0) return;
  const files = extensions.map((file) => `${file} ${fs.statSync(file).mtimeMs}`);
  const key = JSON.stringify([installation.serverMain, ...files]);
  const folder = path.join(dataFolder, 'extensions');
  const known = installed.get(key);
  // The list of extensions in the folder names them by their place in it.
  if (known !== undefined) return fs.cpSync(known, folder, { recursive: true });
  await installAnew(installation, dataFolder, extensions, env);
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'but-extensions-'));
  atExit(() => fs.rmSync(copy, { recursive: true, force: true }));
  fs.cpSync(folder, copy, { recursive: true });
  installed.set(key, copy);
}

async function installAnew(
  { nodePath, serverMain }: CodeInstallation,
  dataFolder: string,
  extensions: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const args = [serverMain, '--accept-server-license-terms', `--server-data-dir=${dataFolder}`];
  for (const file of extensions) args.push('--install-extension', path.resolve(file));
  const output = await runCommand(nodePath, args, { env, cwd: dataFolder, timeoutMs: 60_000 });
  const count = output.match(/was successfully installed/g)?.length ?? 0;
  if (count !== extensions.length) {
    throw new Error(`VS Code did not install ${extensions.join(', ')}:\n${output.slice(-2000)}`);
  }
}

function whenReady({ child }: ProcessTree): Promise<{ port: string; output: () => string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`VS Code's server ${why}:\n${output.slice(-4000)}`));
    };
    const timer = setTimeout(
      () => fail(`was not ready after ${startTimeoutMs / 1000} s`),
      startTimeoutMs,
    );
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const port = readyLine.exec(output)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve({ port, output: () => output });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', (error) => fail(`cannot start: ${error.message}`));
    child.on('exit', (code, signal) => fail(`ended early (${signal ?? code})`));
  });
}
