import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { openWindow, startBrowser } from '../launch/openWindow';
import { packagedExtension } from '../launch/packagedExtension';
import { quietSettings, startCode } from '../launch/startCode';
import { packageBenchExtension } from './packageBenchExtension';
import { median, table } from './table';

const windows = 9;

/**
 * How long VS Code says that activation took, beside an extension that does nothing: both are installed
 * packages that activate when start-up has finished, in the same windows of the newest server build.
 * Read from "Developer: Show Running Extensions".
 */
export async function measureActivation(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'but-bench-'));
  try {
    const empty = await packageBenchExtension(folder, { name: 'empty', displayName: 'Empty' });
    const code = await startCode({
      allBuiltIns: true,
      version: 'newest',
      smokeTestDriver: false,
      extensions: [packagedExtension, empty],
      userSettings: quietSettings,
      env: { BROWSER_USE_API_KEY: '' },
    });
    const browser = await startBrowser();
    const ours: number[] = [];
    const theirs: number[] = [];
    try {
      // The first window only warms up: it compiles what the others find compiled.
      for (let window = 0; window <= windows; window++) {
        // Tall, as the list draws only the rows in sight.
        const context = await browser.newContext({ viewport: { width: 1280, height: 2400 } });
        const times = await readActivationTimes(context, code.url);
        await context.close();
        if (window === 0) continue;
        ours.push(timeOf('Browser Use Tasks', times));
        theirs.push(timeOf('Empty', times));
      }
    } finally {
      await browser.close();
      await code.stop();
    }
    const extra = ours.map((time, window) => time - (theirs[window] ?? 0));
    return table(
      [`activation, ${windows} windows`, 'median, ms', 'least', 'most', 'goal, ms'],
      [
        ['Browser Use Tasks', median(ours), Math.min(...ours), Math.max(...ours), ''],
        ['an empty extension', median(theirs), Math.min(...theirs), Math.max(...theirs), ''],
        ['the difference', median(extra), Math.min(...extra), Math.max(...extra), '10'],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readActivationTimes(
  context: BrowserContext,
  url: string,
): Promise<readonly string[]> {
  const { page } = await openWindow(context, { url });
  return readRunning(page, ['Browser Use Tasks', 'Empty']);
}

/** What VS Code says that an extension's activation took in a window, in milliseconds. */
export async function readActivationTime(page: Page, name: string): Promise<number> {
  return timeOf(name, await readRunning(page, [name]));
}

async function readRunning(page: Page, names: readonly string[]): Promise<readonly string[]> {
  await page.locator('.monaco-workbench').waitFor();
  await runPaletteCommand(page, 'Developer: Show Running Extensions');
  const rows = page.locator('.runtime-extensions-editor .monaco-list-row');
  for (const name of names)
    await rows.filter({ hasText: name }).filter({ hasText: 'ms' }).waitFor();
  return rows.allTextContents();
}

/** Runs a command by its title, with its category. */
export async function runPaletteCommand(page: Page, title: string): Promise<void> {
  // VS Code knows its commands only once it has started.
  await page.locator('.statusbar-item').first().waitFor();
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input[type="text"]');
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).waitFor();
  await page.keyboard.press('Enter');
}

/** "…Startup Activation: 7ms" */
function timeOf(name: string, rows: readonly string[]): number {
  const row = rows.find((text) => text.startsWith(name));
  const time = /Activation: (\d+)ms/u.exec(row ?? '')?.[1];
  if (time === undefined) throw new Error(`VS Code tells no activation time of ${name}: ${row}`);
  return Number(time);
}
