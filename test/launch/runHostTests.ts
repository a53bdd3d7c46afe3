import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { atExit } from './atExit';
import { cacheFolder } from './cacheFolder';
import { codeVersions, parseCodeVersion, type CodeVersion } from './codeVersions';
import { hasDisplay } from './hasDisplay';
import { projectFolder } from './packagedExtension';
import { phase, printLine } from './progress';
import { withinLimit } from './withinLimit';

/** A desktop VS Code that is not down after this many milliseconds is done without. */
const downloadTimeoutMs = 5 * 60_000;

/**
 * Runs the host tests in the development folder: `BROWSER_USE_TASKS_CODE` chooses the version
 * (`oldest`, `newest`, or a number). The editor is, in this order: the program that
 * `VSCODE_EXECUTABLE` names; with a display the desktop program, downloaded; the server build in
 * a browser.
 */
async function main(): Promise<void> {
  const version = parseCodeVersion(process.env['BROWSER_USE_TASKS_CODE'] ?? 'newest');
  const named = process.env['VSCODE_EXECUTABLE'];
  const desktop = named ? undefined : await downloadDesktop(version);
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'but-host-'));
  atExit(() => fs.rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 }));
  await runTests({
    vscodeExecutablePath: named ?? desktop ?? writeLauncher(dataFolder),
    extensionDevelopmentPath: projectFolder,
    extensionTestsPath: path.join(projectFolder, 'out', 'host', 'index.js'),
    extensionTestsEnv: {
      BROWSER_USE_TASKS_CODE: version,
      // A named program has whatever version it has.
      BROWSER_USE_TASKS_EXPECTED_CODE: named ? undefined : codeVersions[version].code,
    },
    launchArgs: [
      '--disable-extensions',
      `--user-data-dir=${path.join(dataFolder, 'user')}`,
      `--extensions-dir=${path.join(dataFolder, 'extensions')}`,
    ],
  });
}

async function downloadDesktop(version: CodeVersion): Promise<string | undefined> {
  if (!hasDisplay()) return undefined;
  const { code } = codeVersions[version];
  try {
    return await phase(`desktop VS Code ${code}`, printLine, () =>
      withinLimit(
        downloadTimeoutMs,
        'The download',
        downloadAndUnzipVSCode({
          version: code,
          cachePath: path.join(cacheFolder(), 'desktop'),
          timeout: 15_000,
        }),
      ),
    );
  } catch (error) {
    printLine(`  no desktop VS Code (${String(error)}); the server build in a browser instead`);
    return undefined;
  }
}

/** An executable for `runTests`, which can start nothing but an executable. */
function writeLauncher(folder: string): string {
  const isWindows = process.platform === 'win32';
  const file = path.join(folder, isWindows ? 'code.cmd' : 'code');
  const launcher = path.join(__dirname, 'launcher.ts');
  // Not tsx's own command, which would stand as another process between this one and the launcher.
  const tsx = pathToFileURL(path.join(projectFolder, 'node_modules/tsx/dist/loader.mjs')).href;
  const command = `"${process.execPath}" --import "${tsx}" "${launcher}"`;
  const script = isWindows ? `@${command} %*\r\n` : `#!/bin/sh\nexec ${command} "$@"\n`;
  fs.writeFileSync(file, script, { mode: 0o755 });
  return file;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
