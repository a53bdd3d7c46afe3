import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TaskAction } from '../../../src/webview/protocol';
import { aDetails } from '../../fakes/fakeCloud';
import { themeNames } from './detailsPageHarness';
import { axeFaults, overflow, until, useDetailsPages } from './detailsPages';
import { viewOf } from './sampleDetails';

const session = {
  status: 'stopped',
  recordingUrls: ['https://store.example/r.mp4'],
  publicShareUrl: undefined,
};
const shared = { ...session, publicShareUrl: 'https://share.example/s/1' };

describe('the toolbar of the details page', () => {
  const { open } = useDetailsPages();
  const more = (page: Page) => page.getByRole('button', { name: 'More Actions…' });

  it('has a menu that is worked by keyboard', async () => {
    const { page, messages } = await open(aDetails('a', { status: 'finished' }));
    const focused = async (): Promise<string> =>
      page.evaluate(() => document.activeElement?.textContent?.replace(/[^ -~…]/gu, '') ?? '');
    await more(page).press('ArrowDown');
    const items = page.getByRole('menuitem');
    assert.match(await focused(), /^Run Again/u);
    await page.keyboard.press('ArrowUp');
    assert.match(await focused(), /^Copy as TypeScript/u);
    await page.keyboard.press('ArrowDown');
    assert.match(await focused(), /^Run Again/u);
    await page.keyboard.press('e');
    assert.match(await focused(), /^Export as JSON/u);
    await page.keyboard.press('End');
    assert.match(await focused(), /^Copy as TypeScript/u);
    await page.keyboard.press('Escape');
    assert.equal(await items.count(), 0);
    assert.equal(await more(page).evaluate((button) => button === document.activeElement), true);
    assert.equal(await more(page).getAttribute('aria-expanded'), 'false');

    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until(() => messages.some(({ type }) => type === 'act'));
    assert.deepEqual(messages.at(-1), { type: 'act', action: 'exportJson' });
    assert.equal(await items.count(), 0);
  });

  it('asks for each action of its menu', async () => {
    const details = aDetails('a', { status: 'finished', sessionId: 's', session });
    const opened = await open(details);
    const { page, messages } = opened;
    await opened.send({ type: 'view', view: viewOf(details, { canShare: true }) });
    const expected: readonly (readonly [string, TaskAction])[] = [
      ['Run Again…', 'runAgain'],
      ['Continue Session…', 'continueSession'],
      ['Share Publicly…', 'share'],
      ['Compare With…', 'compare'],
      ['Export as JSON…', 'exportJson'],
      ['Export as Markdown…', 'exportMarkdown'],
      ['Copy as curl', 'copyCurl'],
      ['Copy as Python', 'copyPython'],
      ['Copy as TypeScript', 'copyTypeScript'],
    ];
    await more(page).click();
    await page.getByRole('menuitem', { name: 'Share Publicly…' }).waitFor();
    const labels = await page.getByRole('menuitem').locator('span:last-child').allInnerTexts();
    assert.deepEqual(
      labels,
      expected.map(([label]) => label),
    );
    await page.keyboard.press('Escape');
    for (const [label, action] of expected) {
      await more(page).click();
      await page.getByRole('menuitem', { name: label }).click();
      await until(() => messages.some((each) => each.type === 'act' && each.action === action));
    }
  });

  it('closes its menu when something else is pressed', async () => {
    const { page } = await open(aDetails('a', { status: 'finished' }));
    await more(page).click();
    await page.getByRole('menu').waitFor();
    await page.locator('h1').click();
    assert.equal(await page.getByRole('menu').count(), 0);
    await more(page).click();
    await page.keyboard.press('Tab');
    assert.equal(await page.getByRole('menu').count(), 0);
  });

  it('offers nothing that makes no sense now', async () => {
    const details = aDetails('a', { apiVersion: 'v1', status: 'created' });
    const page = await open(details);
    const known = { ...viewOf(details).task, isWhole: false };
    await page.send({
      type: 'view',
      view: {
        ...viewOf(details),
        task: known,
        canShare: false,
        hasDashboard: false,
        steerActions: [],
      },
    });
    await more(page.page).click();
    const labels = await page.page.getByRole('menuitem').allInnerTexts();
    assert.ok(labels.length > 0);
    for (const label of labels) assert.doesNotMatch(label, /Share|Export|Continue/u);
    const buttons = await page.page.locator('header > .actions > .button').allInnerTexts();
    assert.deepEqual(buttons, []);
  });

  it('stops, pauses and deletes what can be, and says while a task is being stopped', async () => {
    const details = aDetails('a', { apiVersion: 'v1', status: 'running' });
    const opened = await open(details);
    const { page, messages } = opened;
    await opened.send({ type: 'view', view: viewOf(details, { canDelete: true }) });
    await page.getByRole('button', { name: 'Stop Task' }).click();
    for (const name of ['Pause Task', 'Delete Session at Browser Use Cloud…']) {
      await more(page).click();
      await page.getByRole('menuitem', { name }).click();
    }
    await until(() => messages.filter(({ type }) => type === 'act').length === 3);
    assert.deepEqual(messages.slice(-3), [
      { type: 'act', action: 'stop' },
      { type: 'act', action: 'pause' },
      { type: 'act', action: 'deleteSession' },
    ]);
    const view = viewOf(details, { isStopping: true, steerActions: [] });
    await opened.send({ type: 'view', view });
    await page.getByText('Running, stopping…').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Stop Task' }).count(), 0);
    await more(page).click();
    assert.equal(await page.getByRole('menuitem', { name: /Stop|Pause|Delete/u }).count(), 0);
  });

  it('says that a session is shared, opens its page, copies its link and ends it', async () => {
    const details = aDetails('a', { status: 'finished', sessionId: 's', session: shared });
    const page = await open(details);
    await page.send({ type: 'view', view: viewOf(details, { canShare: true }) });
    const note = page.page.getByRole('group', { name: 'Public link' });
    assert.match(await note.innerText(), /share\.example/u);
    await note.getByRole('button', { name: 'Open Shared Page' }).click();
    await note.getByRole('button', { name: 'Copy Link' }).click();
    await note.getByRole('button', { name: 'Stop Sharing…' }).click();
    await until(() => page.messages.some(({ type }) => type === 'act'));
    assert.deepEqual(page.messages.slice(-3), [
      { type: 'openLink', link: 'share', index: 0 },
      { type: 'copy', what: 'shareLink' },
      { type: 'act', action: 'unshare' },
    ]);
    await more(page.page).click();
    assert.equal(await page.page.getByRole('menuitem', { name: /Share/u }).count(), 0);
    await page.page.keyboard.press('Escape');
    await page.send({
      type: 'view',
      view: viewOf({ ...details, session }, { canShare: true }),
    });
    await note.waitFor({ state: 'detached' });
  });

  it('says when the public link has been copied, and moves nothing for it', async () => {
    const page = await open(
      aDetails('a', { apiVersion: 'v1', status: 'finished', session: shared }),
    );
    const buttons = page.page.getByRole('group', { name: 'Public link' }).getByRole('button');
    assert.deepEqual(await buttons.locator('span:last-child').allInnerTexts(), [
      'Open Shared Page',
      'Copy Link',
    ]);
    const copy = buttons.last();
    const before = [await copy.innerText(), await copy.boundingBox()] as const;
    await page.send({ type: 'copied', what: 'shareLink' });
    await until(async () => (await copy.innerText()) !== before[0]);
    assert.deepEqual(await copy.boundingBox(), before[1]);
    assert.equal(await page.page.getByRole('status').innerText(), 'Copied');
  });

  for (const theme of themeNames)
    it(`opens its menu without a fault for axe, inside of a narrow panel (${theme})`, async () => {
      const details = aDetails('a', { status: 'finished', sessionId: 's', session: shared });
      const { page } = await open(details, { theme });
      for (const width of [900, 300]) {
        await page.setViewportSize({ width, height: 900 });
        await more(page).click();
        const { left, right } = await page
          .getByRole('menu')
          .evaluate((menu) => menu.getBoundingClientRect());
        assert.ok(left >= 0 && right <= width, `${left} to ${right} of ${width}`);
        assert.equal(await overflow(page), 0);
        const what = theme === 'dark' ? 'everything' : 'colors';
        assert.deepEqual(await axeFaults(page, what), []);
        await page.keyboard.press('Escape');
      }
    });
});
