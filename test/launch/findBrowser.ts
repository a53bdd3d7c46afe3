import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { phase, printLine, type PrintLine } from './progress';
import { runCommand } from './runCommand';

/**
 * Finds a Chromium: the one that `BROWSER_USE_TASKS_BROWSER` names, one at the usual places of the
 * system, one of Playwright's own. As root on Debian, one is installed when there is none.
 *
 * @returns the path of its program.
 * @throws {Error} that says in one line what to install.
 */
export async function findBrowser(
  print: PrintLine = printLine,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const named = env['BROWSER_USE_TASKS_BROWSER'];
  if (named) {
    if (fs.existsSync(named)) return named;
    throw new Error(`BROWSER_USE_TASKS_BROWSER names ${named}, and there is no such file.`);
  }
  const found = [...systemPaths(env), ...playwrightPaths(env)].find((file) => fs.existsSync(file));
  if (found) return found;
  const installed = await installOnDebian(print);
  if (installed) return installed;
  throw new Error(
    'No browser was found for the tests: install Chromium, Google Chrome or Microsoft Edge, or set BROWSER_USE_TASKS_BROWSER to the program of one.',
  );
}

function systemPaths(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === 'darwin') {
    return ['Chromium', 'Google Chrome', 'Microsoft Edge'].flatMap((name) =>
      ['/Applications', path.join(os.homedir(), 'Applications')].map((folder) =>
        path.join(folder, `${name}.app`, 'Contents', 'MacOS', name),
      ),
    );
  }
  if (process.platform === 'win32') {
    const roots = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']];
    const programs = [
      String.raw`Google\Chrome\Application\chrome.exe`,
      String.raw`Chromium\Application\chrome.exe`,
      String.raw`Microsoft\Edge\Application\msedge.exe`,
    ];
    return programs.flatMap((program) =>
      roots.flatMap((root) => (root ? [path.join(root, program)] : [])),
    );
  }
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
  ];
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) =>
    [...folders, '/usr/bin', '/snap/bin'].map((folder) => path.join(folder, name)),
  );
}

/** Playwright's downloads lie in `chromium-NUMBER/`; the newest comes first. */
function playwrightPaths(env: NodeJS.ProcessEnv): string[] {
  const platformCache = {
    darwin: path.join(os.homedir(), 'Library', 'Caches'),
    win32: env['LOCALAPPDATA'] ?? path.join(os.homedir(), 'AppData', 'Local'),
  }[process.platform as 'darwin' | 'win32'] as string | undefined;
  const root =
    env['PLAYWRIGHT_BROWSERS_PATH'] ??
    path.join(
      platformCache ?? env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'),
      'ms-playwright',
    );
  if (!fs.existsSync(root)) return [];
  const programs = [
    'chrome-linux/chrome',
    'chrome-linux64/chrome',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    'chrome-mac-arm64/Chromium.app/Contents/MacOS/Chromium',
    'chrome-win/chrome.exe',
    'chrome-win64/chrome.exe',
  ];
  return fs
    .readdirSync(root)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
    .flatMap((name) => programs.map((program) => path.join(root, name, program)));
}

async function installOnDebian(print: PrintLine): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  if (!fs.existsSync('/usr/bin/apt-get')) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const lockWait = ['-o', 'DPkg::Lock::Timeout=120'];
  try {
    await phase('Chromium from Debian', print, async () => {
      const timeoutMs = 5 * 60_000;
      await runCommand('apt-get', [...lockWait, 'update', '-qq'], { env, timeoutMs });
      const install = [...lockWait, 'install', '-y', '-qq', '--no-install-recommends'];
      await runCommand('apt-get', [...install, 'chromium', 'fonts-dejavu-core'], {
        env,
        timeoutMs,
      });
    });
  } catch (error) {
    print(`  Chromium could not be installed: ${String(error)}`);
    return undefined;
  }
  return fs.existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined;
}
