import * as fs from 'node:fs';
import * as path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import CountingReporter from '../countingReporter';

const isOldest = process.env['BROWSER_USE_TASKS_CODE'] === 'oldest';
/** What takes minutes, and depends on our own code far more than on the editor. */
const onlyInNewest: ReadonlySet<string> = new Set([
  'runTask.test.js',
  'security.test.js',
  'taskActions.test.js',
  'taskCommands.test.js',
]);

/**
 * Runs every host test inside VS Code's extension host; the editor calls it. It is bundled to
 * `out/host`, beside the bundled tests.
 *
 * @throws {Error} when a test fails, or there is none.
 */
export async function run(): Promise<void> {
  markOutput();
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 20_000,
    slow: 2_000,
    color: false,
    forbidOnly: true,
    reporter: CountingReporter,
  });
  const files = fs
    .readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !(isOldest && onlyInNewest.has(file)))
    .sort();
  if (files.length === 0) throw new Error(`There is no test in ${__dirname}.`);
  for (const file of files) mocha.addFile(path.join(__dirname, file));
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}

/**
 * In the server build the lines of tests arrive among those of the whole editor; the launcher
 * names the mark by which it tells them apart. VS Code lets nobody replace the console itself.
 */
function markOutput(): void {
  const mark = process.env['BROWSER_USE_TASKS_MARK'];
  if (!mark) return;
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(mark + format(...args));
}
