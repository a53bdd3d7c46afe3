import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { type Simulator } from '../simulator/startSimulator';
import { newerSampleTasks, sampleTasks } from '../simulator/samples';
import {
  simulatorEnvironment,
  startGateway,
  startStillCloud,
  track,
  type Gateway,
} from './cloudOfTest';
import { accessibilityFaults, firstPicture } from './detailsPanel';
import { until } from './until';
import { openWorkbench, type Theme, type Workbench } from './workbench';

/** The samples that the tests open, by the beginning of their prompts. */
const samples = {
  finished: 'List the five most',
  failed: 'Export the list of',
  running: 'Watch the status page',
  hostile: 'Summarise the guest book',
  attachments: 'Make a table of the opening',
} as const;
type Sample = keyof typeof samples;
const themes: readonly Theme[] = ['light', 'dark', 'highContrast'];

describe('the details in the workbench', () => {
  let simulator: Simulator;
  /** Where the extension finds the cloud: at a path. */
  let gateway: Gateway;
  let workbench: Workbench;
  /** What the window and all its frames have asked for, of anybody. */
  const requests: string[] = [];
  const dialogs: string[] = [];

  before(async () => {
    simulator = await startStillCloud();
    const now = simulator.clock.now();
    for (const { script } of [...sampleTasks(now), ...newerSampleTasks(now)])
      simulator.addTask(script);
    gateway = await startGateway(simulator);
    workbench = await openWorkbench({
      settings: { 'browserUseTasks.baseUrl': gateway.url, 'browserUseTasks.apiVersion': 'auto' },
      env: simulatorEnvironment,
    });
    const { page } = workbench;
    page.on('request', (request) => requests.push(request.url()));
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await workbench.openView();
    await track(
      workbench,
      Object.keys(samples)
        .map((sample) => idOf(sample as Sample))
        .join(' '),
    );
    await until('All tasks', async () => {
      const rows = await workbench.rows();
      return (
        rows.length === Object.keys(samples).length && rows.every(({ icon }) => icon !== 'ellipsis')
      );
    });
  });

  after(async () => {
    await workbench.close();
    await gateway.close();
    await simulator.close();
  });

  for (const sample of Object.keys(samples) as Sample[]) {
    it(`are readable, and free of faults that axe knows, for a ${sample} task`, async () => {
      const details = await open(sample);
      for (const theme of themes) {
        await workbench.setTheme(theme);
        await until('The theme in the panel', () => hasTheme(details, theme));
        await workbench.page.setViewportSize({ width: 1280, height: 800 });
        await workbench.leave();
        await workbench.screenshot(`details-${sample}-${theme}`);
        assert.deepEqual(await accessibilityFaults(details), [], theme);
        await workbench.page.setViewportSize({ width: 800, height: 800 });
        await workbench.screenshot(`details-${sample}-${theme}-narrow`);
        assert.deepEqual(await overflow(details), [], `${theme}, narrow`);
      }
      await workbench.page.setViewportSize({ width: 1280, height: 800 });
    });
  }

  it('run nothing that a hostile task brings along, and ask nobody for anything', async () => {
    await workbench.page.setViewportSize({ width: 1280, height: 3_000 });
    requests.length = 0;
    const details = await open('hostile');
    await details.getByRole('heading', { name: 'Follow the link that the page names' }).waitFor();
    await firstPicture(details);
    const closed = details.locator('details:not([open]) > summary');
    await until('Nothing folded', async () => {
      if ((await closed.count()) === 0) return true;
      await closed.first().click({ timeout: 2_000 });
      return false;
    });
    for (const frame of workbench.page.frames())
      assert.equal(await frame.evaluate(() => 'hacked' in globalThis), false);
    assert.ok(!(await workbench.page.title()).includes('hacked'));
    assert.equal(await details.evaluate(() => 'polluted' in Object.prototype), false);
    assert.equal(await details.locator('iframe, object, embed, marquee, svg').count(), 0);
    assert.deepEqual(dialogs, []);
    const own = new URL(workbench.code.url).origin;
    const foreign = requests.filter(
      (url) =>
        !url.startsWith(own) &&
        !/^(data|blob|vscode-[a-z-]+):/.test(url) &&
        !/\.vscode-(cdn|resource)\b/.test(url),
    );
    assert.deepEqual(foreign, []);
    await workbench.page.setViewportSize({ width: 1280, height: 800 });
  });

  async function open(sample: Sample): Promise<Frame> {
    await workbench.row(samples[sample]).click();
    return until(`The details of the ${sample} task`, async () => {
      const details = await workbench.detailsFrame();
      const text = await details.locator('body').innerText();
      return text.includes(samples[sample]) && !text.includes('Loading') && details;
    });
  }

  function idOf(sample: Sample): string {
    for (const { id, script } of simulator.tasks.values())
      if (script.prompt.startsWith(samples[sample])) return id;
    throw new Error(`There is no sample "${samples[sample]}".`);
  }
});

async function hasTheme(details: Frame, theme: Theme): Promise<boolean> {
  const name = await details.evaluate(() => document.body.className);
  switch (theme) {
    case 'light':
      return name.includes('vscode-light');
    case 'dark':
      return name.includes('vscode-dark');
    case 'highContrast':
      return name.includes('vscode-high-contrast') && !name.includes('light');
    case 'highContrastLight':
      return name.includes('vscode-high-contrast-light');
  }
}

/** What sticks out of the page to the right, where a reader would have to scroll sideways. */
async function overflow(details: Frame): Promise<string[]> {
  return details.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`${scrollWidth} > ${clientWidth}`] : [];
  });
}
