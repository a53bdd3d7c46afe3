// The test command: `npm test` runs every suite, `npm test -- unit ui` those that are named.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { countsFileVariable, type Counts } from './countingReporter';
import { atExit } from './launch/atExit';
import { projectFolder, type Step } from './launch/packagedExtension';
import { printLine, type PrintLine } from './launch/progress';
import { runSideBySide, type Job } from './sideBySide';
import { chooseSuites, type Suite } from './suites';

interface Result extends Counts {
  readonly name: string;
  readonly seconds: number;
}

/** Takes output as it comes, in pieces of any size. */
type Write = (text: string) => void;

/** With more, suites that wait for a browser or a clock would wait for a processor. */
const mostLanes = 3;

async function main(): Promise<void> {
  const startedAtMs = Date.now();
  const chosen = chooseSuites(process.argv.slice(2));
  const jobs = chosen.map((suite): Job<Result> => {
    const { name, needs } = suite;
    return {
      name,
      ...(needs ? { needs } : {}),
      run: (write, needed) => timed(suite, needed, write),
    };
  });
  // One more than processors saves a minute and makes what waits for an editor late now and then.
  const laneCount = Math.min(mostLanes, os.availableParallelism());
  const results = await runSideBySide(jobs, {
    laneCount,
    write: (text) => void process.stdout.write(text),
  });
  const sum = (key: keyof Counts) => results.reduce((total, result) => total + result[key], 0);
  const total: Counts = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  printLine('');
  for (const result of results) {
    const mark = result.failed > 0 ? '✗' : '✔';
    const time = `${result.seconds.toFixed(1)} s`.padStart(8);
    printLine(`${mark} ${result.name.padEnd(12)}${time}  ${asText(result)}`);
  }
  printLine(`  ${'together'.padEnd(12)}${`${secondsSince(startedAtMs).toFixed(1)} s`.padStart(8)}`);
  printLine(`\n${asText(total)}`);
  // Not process.exit: it may cut off what is still being written.
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

async function timed(suite: Suite, needed: readonly Result[], write: Write): Promise<Result> {
  const startedAtMs = Date.now();
  const print: PrintLine = (line) => write(`${line}\n`);
  print(`\n━━ ${suite.name}`);
  const missing = needed.find(({ failed }) => failed > 0);
  let counts: Counts = { passed: 0, failed: 1, skipped: 0 };
  if (missing) print(`Not run: it needs ${missing.name}, which failed.`);
  else counts = await runSuite(suite, write);
  const seconds = secondsSince(startedAtMs);
  print(`━━ ${suite.name}: ${asText(counts)} (${seconds.toFixed(1)} s)`);
  return { name: suite.name, seconds, ...counts };
}

async function runSuite(suite: Suite, write: Write): Promise<Counts> {
  const print: PrintLine = (line) => write(`${line}\n`);
  const { steps } = suite;
  if (typeof steps === 'function') {
    const faults = steps();
    for (const fault of faults) print(fault);
    return { passed: faults.length > 0 ? 0 : 1, failed: faults.length > 0 ? 1 : 0, skipped: 0 };
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'but-test-'));
  const countsFile = path.join(folder, 'counts.json');
  try {
    const isFine = await runSteps(steps, suite, { countsFile, write });
    if (!suite.countsTests) return { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0 };
    return readCounts(countsFile, isFine, print);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function runSteps(
  steps: readonly Step[],
  suite: Suite,
  { countsFile, write }: { countsFile: string; write: Write },
): Promise<boolean> {
  const colors = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const env = { ...process.env, ...colors, ...suite.env, [countsFileVariable]: countsFile };
  for (const step of steps) {
    if (!(await runStep(step, { env, limitMinutes: suite.limitMinutes, write }))) return false;
  }
  return true;
}

/** A suite that died, or that ran no test, has failed once, whatever else it says. */
function readCounts(file: string, isFine: boolean, print: PrintLine): Counts {
  if (!fs.existsSync(file)) {
    print('The suite ended before it had counted its tests.');
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = JSON.parse(fs.readFileSync(file, 'utf8')) as Counts;
  if (counts.passed + counts.failed === 0) {
    print('The suite ran no test.');
    return { ...counts, failed: 1 };
  }
  if (!isFine && counts.failed === 0) {
    print('The suite failed outside its tests.');
    return { ...counts, failed: 1 };
  }
  return counts;
}

/** Runs a program to its end; true when it exits with 0 in time. */
function runStep(
  [file, ...args]: Step,
  { env, limitMinutes, write }: { env: NodeJS.ProcessEnv; limitMinutes: number; write: Write },
): Promise<boolean> {
  const print: PrintLine = (line) => write(`${line}\n`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(projectFolder, file), ...args], {
      cwd: projectFolder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', write);
    const takeBack = atExit(() => child.kill('SIGTERM'));
    let force: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => {
      print(`Ended after ${limitMinutes} minutes.`);
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
      print(`${file} cannot start: ${error.message}`);
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function asText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function secondsSince(startedAtMs: number): number {
  return (Date.now() - startedAtMs) / 1000;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
