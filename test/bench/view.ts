import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import { packagedExtension } from '../launch/packagedExtension';
import { openWindow, startBrowser } from '../launch/openWindow';
import { seedTasks } from '../launch/seedTrackedTasks';
import { quietSettings, startCode, type RunningCode } from '../launch/startCode';
import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import { until } from '../ui/until';
import { readActivationTime, runPaletteCommand } from './activation';
import { packageBenchExtension } from './packageBenchExtension';
import { median, table } from './table';
import { endedTask } from './view/endedTask';
import { changeIn, rounds, rowCount } from './view/rounds';

/** Windows that each figure is the median of. */
const windows = 3;

/** What ten thousand tracked tasks cost: to draw one of them, to start with, and to keep. */
export async function measureView(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'but-bench-'));
  try {
    const drawing = await measureDrawing(folder);
    const startUp = await measureStartUp(folder);
    return `${drawing}\n\n${startUp}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the event to the pixels, in the real workbench: both clocks are this machine's. */
async function measureDrawing(folder: string): Promise<string> {
  const rows = await packageBenchExtension(folder, {
    name: 'bench-rows',
    displayName: 'Bench Rows',
    main: path.join(__dirname, 'view', 'rowsExtension.ts'),
    contributes: {
      viewsContainers: {
        activitybar: [{ id: 'benchRows', title: 'Bench Rows', icon: '$(list-tree)' }],
      },
      views: { benchRows: [{ id: 'benchRows.rows', name: 'Bench Rows' }] },
      commands: [
        { command: 'benchRows.one', title: 'Bench: Change One' },
        { command: 'benchRows.hundred', title: 'Bench: Change a Hundred' },
        { command: 'benchRows.all', title: 'Bench: Refresh All' },
      ],
    },
  });
  const code = await start([rows]);
  const browser = await startBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    const { page } = await openWindow(context, { url: code.url });
    const row = page.locator('.monaco-list-row', { hasText: 'Task 0:' });
    await page.locator('.activitybar .action-label[aria-label^="Bench Rows"]').click();
    await row.first().waitFor();
    await watchLabels(page);
    const one = await changesSeen(page, 'Bench: Change One');
    const hundred = await changesSeen(page, 'Bench: Change a Hundred');
    const all = await changesSeen(page, 'Bench: Refresh All');
    const ratio = (figures: readonly number[]) => round(median(figures) / median(all));
    return table(
      [`one of ${rowCount} rows changes`, 'median, ms', 'least', 'most', 'ratio', 'goal'],
      [
        [
          'its row alone is drawn',
          median(one),
          Math.min(...one),
          Math.max(...one),
          ratio(one),
          0.15,
        ],
        [
          'a hundred rows are, as once a minute at most for their times',
          median(hundred),
          Math.min(...hundred),
          Math.max(...hundred),
          ratio(hundred),
          '',
        ],
        ['the whole tree is refreshed', median(all), Math.min(...all), Math.max(...all), 1, ''],
      ],
    );
  } finally {
    await browser.close();
    await code.stop();
  }
}

/** Notes when each label came into sight. */
async function watchLabels(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = new Map<string, number>();
    Object.assign(globalThis, { seenLabels: seen });
    new MutationObserver(() => {
      const found = /changed at \d+ ms/u.exec(document.body.textContent)?.[0];
      // The frame after the change is the one that shows it.
      if (found !== undefined && !seen.has(found)) {
        seen.set(found, 0);
        requestAnimationFrame(() => seen.set(found, Date.now()));
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

async function changesSeen(page: Page, command: string): Promise<number[]> {
  const read = () =>
    page.evaluate(() => [
      ...(globalThis as unknown as { seenLabels: Map<string, number> }).seenLabels,
    ]);
  const before = (await read()).length;
  await runPaletteCommand(page, command);
  const seen = await until(
    'Every change in sight',
    async () => {
      const labels = (await read()).slice(before);
      return labels.length >= rounds && labels.every(([, at]) => at > 0) ? labels : undefined;
    },
    rounds * 3000 + 60_000,
  );
  await page.waitForTimeout(3500);
  return seen.map(([label, at]) => at - (changeIn(label) ?? NaN));
}

interface StartUp {
  readonly activationMs: number;
  /** After a collection, in megabytes. */
  readonly heapMb: number;
}

/** Starting and resting with ten thousand tasks that have all ended, with none, and without the extension. */
async function measureStartUp(folder: string): Promise<string> {
  const memory = await packageBenchExtension(folder, {
    name: 'empty',
    displayName: 'Empty',
    main: path.join(__dirname, 'view', 'memoryExtension.ts'),
  });
  const simulator = await startSimulator();
  try {
    const full = await startUps(folder, [packagedExtension, memory], simulator.url, rowCount);
    const requests = simulator.counts.total;
    const bare = await startUps(folder, [packagedExtension, memory], simulator.url, 0);
    const none = await startUps(folder, [memory], simulator.url, 0);
    const extra = median(full.map(heap)) - median(none.map(heap));
    const later = median(full.map(activation)) - median(bare.map(activation));
    return table(
      [`starting with ${rowCount} ended tasks, ${windows} windows`, 'figure', 'goal'],
      [
        ['activation, ms', median(full.map(activation)), ''],
        ['activation with no task, ms', median(bare.map(activation)), ''],
        ['what they add to activation, ms', later, 'under 50'],
        ['requests', requests, 0],
        ['memory of the extension host, MB, after a collection', round(median(full.map(heap))), ''],
        ['the same with no task, MB', round(median(bare.map(heap))), ''],
        ['the same with an empty extension only, MB', round(median(none.map(heap))), ''],
        ['over an empty extension, MB', round(extra), 'under 15'],
      ],
    );
  } finally {
    await simulator.close();
  }
}

function activation({ activationMs }: StartUp): number {
  return activationMs;
}

function heap({ heapMb }: StartUp): number {
  return heapMb;
}

async function startUps(
  folder: string,
  extensions: readonly string[],
  cloudUrl: string,
  taskCount: number,
): Promise<readonly StartUp[]> {
  const memoryFolder = mkdtempSync(path.join(folder, 'memory-'));
  const now = Date.now();
  const tasks = Array.from({ length: taskCount }, (_, index) =>
    endedTask(index, now - index * 1000),
  );
  const code = await startCode({
    allBuiltIns: true,
    version: 'newest',
    smokeTestDriver: false,
    extensions,
    userSettings: { ...quietSettings, 'browserUseTasks.baseUrl': cloudUrl },
    env: {
      BROWSER_USE_API_KEY: simulatorKey,
      BROWSER_USE_BASE_URL: cloudUrl,
      BENCH_MEMORY_FILE: path.join(memoryFolder, 'memory'),
    },
    prepare: (userDataFolder) => seedTasks(userDataFolder, cloudUrl, tasks),
  });
  const browser = await startBrowser();
  const found: StartUp[] = [];
  try {
    // The first window only warms up.
    for (let window = 0; window <= windows; window++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 2400 } });
      const { page } = await openWindow(context, { url: code.url });
      const name = extensions.includes(packagedExtension) ? 'Browser Use Tasks' : 'Empty';
      const activationMs = await readActivationTime(page, name);
      const heapMb = await until('The memory', () => readMemory(memoryFolder), 60_000);
      await context.close();
      if (window > 0) found.push({ activationMs, heapMb });
    }
  } finally {
    await browser.close();
    await code.stop();
  }
  return found;
}

/** What the extension host of the window has written, in megabytes; once. */
function readMemory(folder: string): Promise<number | undefined> {
  const [name] = existsSync(folder) ? readdirSync(folder) : [];
  if (name === undefined) return Promise.resolve(undefined);
  const text = readFileSync(path.join(folder, name), 'utf8');
  if (text === '') return Promise.resolve(undefined);
  rmSync(path.join(folder, name));
  const { heapUsed, external } = JSON.parse(text) as NodeJS.MemoryUsage;
  return Promise.resolve((heapUsed + external) / 1024 / 1024);
}

function start(extensions: readonly string[]): Promise<RunningCode> {
  return startCode({
    allBuiltIns: true,
    version: 'newest',
    smokeTestDriver: false,
    extensions,
    userSettings: quietSettings,
  });
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
