import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Frame } from 'playwright-core';
import { simulatorKey, type Simulator } from '../simulator/startSimulator';
import { track, withCloudForAllTests } from './cloudOfTest';
import { until } from './until';
import type { Workbench } from './workbench';

const hourMs = 3_600_000;

describe('what is taken from tasks', () => {
  let simulator: Simulator;
  let workbench: Workbench;
  let folder: string;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'browser-use-tasks-'));
    const now = simulator.clock.now();
    const ids = [
      {
        prompt: 'Find the price',
        output: '42 EUR',
        files: [{ name: 'prices.csv', content: 'Oslo,42' }],
      },
      { prompt: 'Book a table', output: '8 pm' },
    ].map((script, index) => {
      const createdAtMs = now - hourMs - index * 60_000;
      return simulator.addTask({ steps: 2, ...script, createdAtMs }).id;
    });
    await track(workbench, ids.join(' '));
    await until('Both tasks', async () => {
      const rows = await workbench.rows();
      return rows.length === 2 && rows.every(({ icon }) => icon !== 'ellipsis');
    });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('two that are selected are compared by their context menu, side by side', async () => {
    // The row of what was tracked is selected when it is brought into sight, which may come in between.
    await until('Two selected rows', async () => {
      await workbench.unselect();
      for (const label of ['Find the price', 'Book a table'])
        await workbench.row(label).click({ modifiers: ['ControlOrMeta'] });
      const rows = await workbench.rows();
      return rows.filter(({ selected }) => selected).length === 2;
    });
    const menu = await workbench.contextMenu('Find the price');
    assert.ok(!menu.labels.includes('Export Task…'), 'offers for two what is for one');
    await menu.choose('Compare Tasks…');
    await until('The comparison', async () =>
      (await workbench.editorTitles()).includes('Find the price ↔ Book a table'),
    );
    const sides = workbench.page.locator('.monaco-diff-editor .view-lines:visible');
    await until('Both sides', async () => {
      const texts = await sides.allInnerTexts();
      const all = texts.join('\n').replaceAll('\u00a0', ' ');
      return (
        all.includes('Find the price') && all.includes('Book a table') && all.includes('Status')
      );
    });
    await workbench.screenshot('compare');
  });

  it('one is exported from its details, where the person says', async () => {
    const details = await open('Find the price');
    await choose(details, 'Export as Markdown…');
    const file = path.join(folder, 'price.md');
    await saveAs(file);
    await until('The file', () => Promise.resolve(existsSync(file)));
    assert.match(
      readFileSync(file, 'utf8'),
      /!\[Screenshot of step 2\]\(price-images\/step-002\.png\)/u,
    );
    assert.ok(existsSync(path.join(folder, 'price-images', 'step-001.png')));
    const done = await workbench.waitForNotification('Exported the task to price.md.');
    assert.deepEqual(done.buttons, ['Open']);
    await done.dismiss();
  });

  it('a session is shared and taken back, each after a clear question', async () => {
    const shareRoute = '/api/v2/sessions/{session_id}/public-share';
    const details = await open('Find the price');
    await choose(details, 'Share Publicly…');
    await workbench.dialog().waitFor();
    assert.match(await workbench.dialog().innerText(), /Anyone who has the link/u);
    await workbench.screenshot('share-question');
    await workbench.answerDialog('Cancel');
    assert.equal(simulator.counts.of(`POST ${shareRoute}`), 0);
    await choose(details, 'Share Publicly…');
    await workbench.dialog().waitFor();
    await workbench.answerDialog('Share Publicly');
    await details.getByText('whoever has the link').waitFor();
    const shared = await workbench.waitForNotification('This session is public now');
    assert.deepEqual(shared.buttons, ['Copy Link', 'Open Link']);
    await shared.click('Copy Link');
    const link = await until('The link in the clipboard', async () => {
      const text = await workbench.waitForClipboard();
      return text.includes('/share/') && text;
    });
    assert.ok(link.startsWith(`${simulator.url}/share/`));
    await details.getByRole('button', { name: 'Stop Sharing…' }).click();
    await workbench.dialog().waitFor();
    await workbench.answerDialog('Remove Link');
    await details.getByText('whoever has the link').waitFor({ state: 'detached' });
    assert.equal(simulator.counts.of(`DELETE ${shareRoute}`), 1);
    await (await workbench.waitForNotification('no longer public')).dismiss();
  });

  it('the palette offers what can be done with the task in front, and does it', async () => {
    const share = 'Browser Use: Share Task Publicly…';
    const unshare = 'Browser Use: Stop Sharing Task…';
    const saveLog = 'Browser Use: Save Task Log…';
    const offers = async (...titles: readonly string[]): Promise<void> => {
      await until(`The palette to offer just ${titles.join(', ')}`, async () => {
        const offered = await workbench.commandTitles('Browser Use: S');
        return [share, unshare, saveLog].every(
          (title) => offered.includes(title) === titles.includes(title),
        );
      });
      await workbench.waitForPaletteToClose();
    };
    const details = await open('Find the price');
    await offers(share, saveLog);
    await workbench.runCommand(share);
    await workbench.dialog().waitFor();
    await workbench.answerDialog('Share Publicly');
    await (await workbench.waitForNotification('This session is public now')).dismiss();
    await details.getByText('whoever has the link').waitFor();
    await workbench.screenshot('details-shared');

    await details.getByRole('button', { name: 'Copy Link' }).click();
    await until('The link in the clipboard', async () =>
      (await workbench.waitForClipboard()).startsWith(`${simulator.url}/share/`),
    );
    await offers(unshare, saveLog);
    await workbench.runCommand(unshare);
    await workbench.dialog().waitFor();
    await workbench.answerDialog('Remove Link');
    await (await workbench.waitForNotification('no longer public')).dismiss();
    await workbench.runCommand(saveLog);
    const file = path.join(folder, 'price.log');
    await saveAs(file);
    await until('The log', () => Promise.resolve(existsSync(file)));
    await workbench.runCommand('View: Close All Editors');
    await offers();
  });

  it('code that fetches one is copied from its details', async () => {
    const details = await open('Book a table');
    await choose(details, 'Copy as curl');
    const code = await until('The code in the clipboard', async () => {
      const text = await workbench.waitForClipboard();
      return text.startsWith('curl ') && text;
    });
    assert.match(code, /\$BROWSER_USE_API_KEY/u);
    assert.ok(!code.includes(simulatorKey));
  });

  async function open(label: string): Promise<Frame> {
    await workbench.row(label).click();
    return until(`The details of ${label}`, async () => {
      const details = await workbench.detailsFrame();
      const text = await details.locator('body').innerText();
      const isThere = await details.getByRole('button', { name: 'More Actions…' }).isVisible();
      return text.includes(label) && isThere && details;
    });
  }

  async function choose(details: Frame, entry: string): Promise<void> {
    // A menu closes when its page loses the focus, as while VS Code still brings the panel to the front: a person opens it again.
    await until(`The menu's entry ${entry}`, async () => {
      await details.getByRole('button', { name: 'More Actions…' }).click({ timeout: 3000 });
      await details.getByRole('menuitem', { name: entry }).click({ timeout: 3000 });
      return true;
    });
  }

  /** Answers the save dialog of VS Code in a browser, which takes a path. */
  async function saveAs(file: string): Promise<void> {
    const input = workbench.quickInput();
    // Its own proposal comes late, over what is typed before.
    await until('The proposal', async () => path.extname(await input.inputValue()) !== '');
    await workbench.answerInput(file, { confirm: false });
    // The dialog checks the typed path asynchronously, and takes no answer before that.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await input.inputValue(), file);
    await workbench.page.keyboard.press('Enter');
  }
});
