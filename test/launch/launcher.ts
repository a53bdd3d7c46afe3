import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { atExit } from './atExit';
import { parseCodeVersion } from './codeVersions';
import { exitWithParent } from './exitWithParent';
import { openWindow, startBrowser } from './openWindow';
import { phase, printLine } from './progress';
import { quietSettings, startCode } from './startCode';
import { withinLimit } from './withinLimit';

/** A window whose tests have not ended after this many milliseconds hangs. */
const testsTimeoutMs = 10 * 60_000;

/**
 * Stands in for the desktop program of VS Code: understands the two arguments that make it run an
 * extension's tests, ignores the others, and exits with the code of the tests.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      extensionDevelopmentPath: { type: 'string' },
      extensionTestsPath: { type: 'string' },
    },
    strict: false,
  });
  const { extensionDevelopmentPath, extensionTestsPath } = values;
  if (typeof extensionDevelopmentPath !== 'string' || typeof extensionTestsPath !== 'string') {
    throw new Error('Give --extensionDevelopmentPath=FOLDER and --extensionTestsPath=MODULE.');
  }
  const version = parseCodeVersion(process.env['BROWSER_USE_TASKS_CODE'] ?? 'newest');
  const mark = randomUUID();
  const otherLines: string[] = [];
  const code = await startCode({
    version,
    smokeTestDriver: true,
    userSettings: quietSettings,
    env: { BROWSER_USE_TASKS_MARK: mark },
  });
  try {
    const browser = await phase('a browser', printLine, () => startBrowser());
    try {
      // Nobody reads it.
      const context = await browser.newContext({
        viewport: { width: 800, height: 600 },
        reducedMotion: 'reduce',
      });
      const window = await openWindow(context, {
        url: code.url,
        developmentFolder: extensionDevelopmentPath,
        testModule: extensionTestsPath,
        onLog: (level, line) => {
          if (line.startsWith(mark)) printLine(line.slice(mark.length));
          else if (level === 'error' && isOurs(line)) printLine(`[VS Code] ${line}`);
          else otherLines.push(line);
        },
      });
      const exitCode = await withinLimit(testsTimeoutMs, 'The test run', window.exitCode);
      checkExtensionHost(code.output());
      if (exitCode !== 0)
        printLine(['What else VS Code said:', ...otherLines.slice(-40)].join('\n'));
      return exitCode;
    } finally {
      await browser.close();
    }
  } finally {
    await code.stop();
  }
}

/** Tells what VS Code says of our extension from what it says of itself, much of it for want of a network. */
function isOurs(line: string): boolean {
  return /browser-use-tasks|browserUseTasks/.test(line);
}

/** The page reports success when the extension host dies before it ran a test. */
function checkExtensionHost(serverOutput: string): void {
  if (!/Extension Host Process exited with code: (?!0,)/.test(serverOutput)) return;
  throw new Error(`The extension host died:\n${serverOutput.slice(-4000)}`);
}

atExit(exitWithParent());
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
