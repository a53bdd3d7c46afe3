// `npm start`: the extension in a real VS Code with a simulated cloud, for a person to try.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { newerSampleTasks, sampleTasks, type SampleTask } from '../simulator/samples';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import { hasDisplay } from './hasDisplay';
import { packagedExtension, packageExtension } from './packagedExtension';
import { phase, printLine } from './progress';
import { seedTrackedTasks } from './seedTrackedTasks';
import { quietSettings, startCode } from './startCode';
import { startDesktop } from './startDesktop';

const usage = `Usage: npm start -- [--desktop] [--live]
  --desktop  use the VS Code that "code" on the PATH names, instead of one in a browser
  --live     talk to the real Browser Use Cloud, with the key in BROWSER_USE_API_KEY`;

async function main(): Promise<void> {
  const { isDesktop, isLive } = readArguments(process.argv.slice(2));
  const cloud = isLive ? liveCloud() : await simulatedCloud();
  await phase('build and package the extension', printLine, packageExtension);
  const settings = { ...quietSettings, ...cloud.settings };
  const prepare = (userData: string) => seedTrackedTasks(userData, cloud.origin, cloud.tasks);
  if (isDesktop) {
    const env = { ...process.env, ...environmentOf(cloud) };
    printLine('VS Code opens in a moment. Closing its window, or Ctrl+C, stops all of it.');
    await startDesktop({ settings, env, prepare });
    return;
  }
  const code = await startCode({
    allBuiltIns: true,
    version: 'newest',
    smokeTestDriver: false,
    staysWhenUnused: true,
    extensions: [packagedExtension],
    userSettings: settings,
    env: environmentOf(cloud),
    prepare,
  });
  const url = `${code.url}/?ew=true`;
  printLine('');
  printLine('VS Code runs. Open this link, and click the Browser Use icon at its left edge:');
  printLine('');
  printLine(`  ${url}`);
  printLine('');
  printLine('Ctrl+C stops all of it.');
  if (hasDisplay()) openInBrowser(url);
  await code.ended;
  throw new Error(`VS Code's server has ended:\n${code.output().slice(-2000)}`);
}

/** @throws {Error} that says how it is used, for anything else. */
function readArguments(args: string[]): { isDesktop: boolean; isLive: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: { desktop: { type: 'boolean' }, live: { type: 'boolean' } },
    });
    return { isDesktop: values.desktop ?? false, isLive: values.live ?? false };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`, {
      cause: error,
    });
  }
}

/** The cloud that the extension is to talk to. */
interface Cloud {
  readonly origin: string;
  readonly key: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Tracked from the start. */
  readonly tasks: readonly SampleTask[];
}

/** The key, bound to the cloud that it is for. */
function environmentOf({ key, origin }: Cloud): NodeJS.ProcessEnv {
  return { BROWSER_USE_API_KEY: key, BROWSER_USE_BASE_URL: origin };
}

async function simulatedCloud(): Promise<Cloud> {
  const simulator = await startSimulator();
  const now = simulator.clock.now();
  const tasks = [...sampleTasks(now), ...newerSampleTasks(now)];
  for (const { script } of tasks) simulator.addTask(script);
  printLine(`  a simulated Browser Use Cloud with ${tasks.length} sample tasks: ${simulator.url}`);
  return {
    origin: simulator.url,
    key: simulatorKey,
    settings: { 'browserUseTasks.baseUrl': simulator.url },
    tasks,
  };
}

function liveCloud(): Cloud {
  const key = process.env['BROWSER_USE_API_KEY']?.trim();
  if (!key) {
    throw new Error(
      'With --live the key of your Browser Use Cloud account is needed: set BROWSER_USE_API_KEY to it (it starts with "bu_"), or leave out --live for the simulated cloud.',
    );
  }
  return { origin: 'https://api.browser-use.com', key, settings: {}, tasks: [] };
}

function openInBrowser(url: string): void {
  const commands: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
    darwin: ['open', url],
    win32: ['cmd', '/c', 'start', '""', url],
  };
  const [command, ...args] = commands[process.platform] ?? ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  // The link is printed all the same.
  child.on('error', () => undefined);
  child.unref();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
