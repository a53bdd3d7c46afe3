// The test command: `npm test` runs every suite, `npm test -- unit ui` those that are named.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { countsFileVariable, type Counts } from './countingReporter';
import { atExit } from './launch/atExit';
import { projectFolder, type Step } from './launch/packagedExtension';
import { chooseSuites, type Suite } from './suites';

interface Result extends Counts {
  readonly name: string;
  readonly seconds: number;
}

async function main(): Promise<void> {
  const chosen = chooseSuites(process.argv.slice(2));
  const results: Result[] = [];
  for (const suite of chosen) {
    say(`\n━━ ${suite.name}`);
    const start = Date.now();
    const needed = results.find(({ name }) => name === suite.needs);
    const counts = needed?.failed ? notRun(suite) : await runSuite(suite);
    const seconds = (Date.now() - start) / 1000;
    results.push({ name: suite.name, seconds, ...counts });
    say(`━━ ${suite.name}: ${inWords(counts)} (${seconds.toFixed(1)} s)`);
  }
  const sum = (key: keyof Counts) => results.reduce((total, result) => total + result[key], 0);
  const total: Counts = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  say('');
  for (const result of results) {
    const mark = result.failed > 0 ? '✗' : '✔';
    const time = `${result.seconds.toFixed(1)} s`.padStart(8);
    say(`${mark} ${result.name.padEnd(12)}${time}  ${inWords(result)}`);
  }
  say(`\n${inWords(total)}`);
  // Not process.exit: it may cut off what is still being written.
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

function notRun(suite: Suite): Counts {
  say(`Not run: it needs ${suite.needs}, which failed.`);
  return { passed: 0, failed: 1, skipped: 0 };
}

async function runSuite(suite: Suite): Promise<Counts> {
  const { steps } = suite;
  if (typeof steps === 'function') {
    const faults = steps();
    for (const fault of faults) say(fault);
    return { passed: faults.length > 0 ? 0 : 1, failed: faults.length > 0 ? 1 : 0, skipped: 0 };
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'but-test-'));
  const countsFile = path.join(folder, 'counts.json');
  try {
    const isFine = await runSteps(steps, suite, countsFile);
    if (!suite.countsTests) return { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0 };
    return readCounts(countsFile, isFine);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function runSteps(
  steps: readonly Step[],
  suite: Suite,
  countsFile: string,
): Promise<boolean> {
  const env = { ...process.env, ...suite.env, [countsFileVariable]: countsFile };
  for (const step of steps) {
    if (!(await runStep(step, env, suite.limitMinutes))) return false;
  }
  return true;
}

/** A suite that died, or that ran no test, has failed once, whatever else it says. */
function readCounts(file: string, isFine: boolean): Counts {
  if (!fs.existsSync(file)) {
    say('The suite ended before it had counted its tests.');
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = JSON.parse(fs.readFileSync(file, 'utf8')) as Counts;
  if (counts.passed + counts.failed === 0) {
    say('The suite ran no test.');
    return { ...counts, failed: 1 };
  }
  if (!isFine && counts.failed === 0) {
    say('The suite failed outside its tests.');
    return { ...counts, failed: 1 };
  }
  return counts;
}

/** Runs a program with this one's output; true when it exits with 0 in time. */
function runStep(
  [file, ...args]: Step,
  env: NodeJS.ProcessEnv,
  limitMinutes: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(projectFolder, file), ...args], {
      cwd: projectFolder,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const takeBack = atExit(() => child.kill('SIGTERM'));
    let force: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => {
      say(`Ended after ${limitMinutes} minutes.`);
      child.kill('SIGTERM');
      force = setTimeout(() => child.kill('SIGKILL'), 10_000);
    }, limitMinutes * 60_000);
    const end = (isFine: boolean) => {
      clearTimeout(limit);
      clearTimeout(force);
      takeBack();
      resolve(isFine);
    };
    child.on('error', (error) => {
      say(`${file} cannot start: ${error.message}`);
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
