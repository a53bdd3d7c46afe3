import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import { CloudError } from '../../src/core/cloud/errors';
import type { FromPage } from '../../src/webview/protocol';
import { aDetails } from '../fakes/fakeCloud';
import { themeNames } from './details/detailsPageHarness';
import {
  requested,
  axeFaults,
  isInView,
  onePixel,
  overflow,
  picturesAreThere,
  savedState,
  someSteps,
  until,
  useDetailsPages,
} from './details/detailsPages';
import { sampleNames, viewOf } from './details/sampleDetails';

/** Pictures of the page for people to look at. */
const pictureFolder = path.resolve(__dirname, '../../out/details');

describe('the details page', () => {
  const { samples, open } = useDetailsPages();

  before(() => fs.mkdirSync(pictureFolder, { recursive: true }));

  for (const name of sampleNames)
    it(`shows a task that is ${name} in every theme, narrow and wide, without a fault for axe`, async () => {
      const details = await samples().details(name);
      const opened = await open(details, { width: 1200, height: 1400 });
      const { page } = opened;
      for (const width of [1200, 320]) {
        await page.setViewportSize({ width, height: 1400 });
        for (const theme of themeNames) {
          await opened.showTheme(theme);
          await picturesAreThere(page);
          const file = path.join(pictureFolder, `${name}-${theme}-${width}.png`);
          await page.screenshot({ path: file });
          assert.equal(await overflow(page), 0, `${theme}, ${width} px: wider than the panel`);
          // Colours do not change with the width, and order and names not with the theme.
          const what = theme === 'dark' ? 'everything' : 'colors';
          if (width === 1200 || theme === 'dark')
            assert.deepEqual(await axeFaults(page, what), [], `${theme}, ${width} px`);
        }
      }
    });

  it('would hear from axe of a fault', async () => {
    const { page } = await open(aDetails('a'));
    await page.evaluate(() =>
      document.querySelector('main')?.append(document.createElement('button')),
    );
    assert.match((await axeFaults(page)).join(), /button-name/u);
  });

  it('asks only for screenshots that come near, and shows them', async () => {
    const { page, messages } = await open(await samples().details('running'), { height: 700 });
    await picturesAreThere(page);
    const first = requested(messages);
    assert.ok(first.includes(0));
    assert.ok(!first.includes(40), 'asks for what is far away');
    await page.locator('#step-40').scrollIntoViewIfNeeded();
    await page.waitForSelector('#step-40 img');
    assert.ok(requested(messages).includes(40));
    const width = await page
      .locator('#step-40 img')
      .evaluate((image: HTMLImageElement) => image.naturalWidth);
    assert.ok(width > 100);
    assert.match((await page.locator('#step-40 img').getAttribute('alt')) ?? '', /step 41/iu);
  });

  it('says so quietly when a screenshot cannot be had, and asks again at a press', async () => {
    const details = aDetails('a', { status: 'finished', steps: someSteps(1) });
    let isThere = false;
    const page = await open(details, {
      onMessage: (message, page) => {
        if (message.type === 'ready') void page.send({ type: 'view', view: viewOf(details) });
        if (message.type !== 'picture') return;
        const ref = { of: message.of, index: message.index };
        const picture = { type: 'image/png' as const, bytes: onePixel };
        void page.send({ type: 'picture', ref, picture: isThere ? picture : undefined });
      },
    });
    const again = page.page.getByRole('button', { name: /Try again/u });
    await again.waitFor();
    isThere = true;
    await again.click();
    await page.page.waitForSelector('.picture img');
    assert.equal(page.messages.filter(({ type }) => type === 'picture').length, 2);
  });

  it('shows what is no picture at all as none', async () => {
    const details = aDetails('a', { status: 'finished', steps: someSteps(1) });
    const page = await open(details, {
      onMessage: (message, page) => {
        if (message.type === 'ready') void page.send({ type: 'view', view: viewOf(details) });
        if (message.type !== 'picture') return;
        const picture = { type: 'image/png' as const, bytes: Buffer.from('\x89PNG, or not') };
        void page.send({ type: 'picture', ref: { of: 'step', index: 0 }, picture });
      },
    });
    await page.page.getByRole('button', { name: /Try again/u }).waitFor();
  });

  it('asks for things by kind and place, by mouse and by keyboard', async () => {
    const details = await samples().details('unsuccessful');
    const { page, messages } = await open(
      { ...details, files: [{ id: 'f', name: 'a.csv' }], output: '{"a":1}' },
      { height: 2400 },
    );
    const press = async (name: string | RegExp, expected: FromPage): Promise<void> => {
      const button = page.getByRole('button', { name, exact: typeof name === 'string' }).first();
      for (const act of [() => button.click(), () => button.press('Enter')]) {
        const before = messages.length;
        const news = (): FromPage[] =>
          messages.slice(before).filter(({ type }) => type !== 'picture');
        await act();
        await until(() => news().length > 0);
        assert.deepEqual(news(), [expected], String(name));
      }
    };
    await press('Recording', { type: 'openLink', link: 'recording', index: 0 });
    await press('Open in Browser Use Cloud', { type: 'openLink', link: 'dashboard', index: 0 });
    await press('Save Log…', { type: 'saveLog' });
    await press('Copy Result', { type: 'copy', what: 'output' });
    await press('Open Result in Editor', { type: 'openText', part: 'output', index: 0 });
    await press('Copy Judge’s Report', { type: 'copy', what: 'judgement' });
    await press('Save…', { type: 'saveFile', index: 0 });
    await press('Copy Task ID', { type: 'copy', what: 'id' });
    await press('Copy Session ID', { type: 'copy', what: 'sessionId' });
    await press(/^example\.com/u, { type: 'openLink', link: 'stepUrl', index: 0 });
  });

  it('says when something has been copied', async () => {
    const page = await open(await samples().details('succeeded'));
    await page.send({ type: 'copied', what: 'output' });
    await page.page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.page.getByRole('status').innerText(), 'Copied');
  });

  it('tells who cannot see it when the status changes', async () => {
    const running = aDetails('a', { steps: someSteps(2) });
    const page = await open(running);
    assert.equal(await page.page.getByRole('status').innerText(), 'Running');
    const ended = {
      ...running,
      status: 'finished',
      rawStatus: 'finished',
      isSuccess: false,
    } as const;
    await page.send({ type: 'view', view: viewOf(ended) });
    await page.page.getByText('The agent says it did not succeed.').waitFor();
    assert.equal(await page.page.getByRole('status').innerText(), 'Finished, goal not reached');
  });

  it('keeps the newest step in view for a reader at the end', async () => {
    const page = await open(aDetails('a', { steps: someSteps(12) }), { height: 600 });
    await page.page.locator('.steps > li:last-child').evaluate((last) => {
      last.scrollIntoView({ block: 'end' });
    });
    await until(() => isInView(page.page, '#step-11'));
    await page.send({ type: 'view', view: viewOf(aDetails('a', { steps: someSteps(13) })) });
    await page.page.waitForSelector('#step-12');
    await until(() => isInView(page.page, '#step-12'));
  });

  it('leaves a reader who is elsewhere where they are, and leads to what is new', async () => {
    const page = await open(aDetails('a', { steps: someSteps(12) }), { height: 600 });
    await page.page.evaluate(() => window.scrollTo(0, 500));
    await page.send({ type: 'view', view: viewOf(aDetails('a', { steps: someSteps(13) })) });
    await page.page.getByRole('button', { name: '1 new step' }).waitFor();
    assert.equal(await page.page.evaluate(() => window.scrollY), 500);
    await page.page.getByRole('button', { name: '1 new step' }).click();
    await until(() => isInView(page.page, '#step-12'));
    assert.equal(await page.page.evaluate(() => document.activeElement?.id), 'step-12');
  });

  it('comes back from hiding where the reader was', async () => {
    const details = await samples().details('unsuccessful');
    const page = await open(details, { height: 600 });
    await page.page.locator('#step-3 summary').click();
    await page.page.evaluate(() => window.scrollTo(0, 1200));
    await until(async () => /"scrollY":1200/u.test(await savedState(page.page)));
    await page.reload();
    await page.page.waitForSelector('header');
    assert.equal(await page.page.locator('#step-3 details').getAttribute('open'), '');
    assert.equal(await page.page.locator('#step-2 details').getAttribute('open'), null);
    // Steps that were never in view have a height that is only guessed.
    await until(async () => {
      const scrollY = await page.page.evaluate(() => window.scrollY);
      return Math.abs(scrollY - 1200) < 60;
    });
    const state = await savedState(page.page);
    // Of all links only the server's, without which the panel could not be brought back.
    assert.doesNotMatch(state, /https?:(?!\/\/api\.example")/u);
    const { origin, id } = JSON.parse(state) as { origin: string; id: string };
    assert.deepEqual({ origin, id }, { origin: 'https://api.example', id: details.id });
  });

  it('says that steps could not be read, not that there are none', async () => {
    const steps = new CloudError('server', '502');
    const details = aDetails('a', { status: 'finished', unread: { steps } });
    const page = await open(details);
    await page.page.getByText('The steps could not be read.').waitFor();
    const figures = page.page.locator('.figures');
    assert.doesNotMatch(await figures.innerText(), /Steps/u);
    await page.send({ type: 'view', view: viewOf({ ...details, steps: someSteps(2) }) });
    await page.page.getByText('Not all steps could be read.').waitFor();
    await page.send({ type: 'view', view: viewOf(aDetails('a', { status: 'finished' })) });
    await page.page.getByText('The agent took no step.').waitFor();
  });

  it('says that files, attachments and screenshots could not be read, beside those that are known', async () => {
    const error = new CloudError('forbidden', '403');
    const unread = { files: error, attachments: error, screenshots: error };
    const page = await open(aDetails('a', { unread, files: [{ id: 'f', name: 'prices.csv' }] }));
    for (const part of ['files', 'attachments', 'screenshots'])
      await page.page.getByText(`The ${part} could not be read.`).waitFor();
    await page.page.locator('#files').getByText('prices.csv').waitFor();
  });

  it('counts no more tasks of a session than are known, and says that there are more', async () => {
    const details = await samples().details('attachments');
    const page = await open({ ...details, hasMoreSessionTasks: true });
    const section = page.page.locator('#session-tasks');
    assert.match(await section.innerText(), /1\+\s+These are its newest tasks/u);
    await page.send({ type: 'view', view: viewOf(details) });
    await section.getByText('newest').waitFor({ state: 'detached' });
    assert.equal(await section.locator('.count').innerText(), '1');
    const sessionTasks = Array.from({ length: 30 }, (_, index) => ({
      id: String(index),
      status: 'finished' as const,
      prompt: `Question ${index}`,
    }));
    await page.send({ type: 'view', view: viewOf({ ...details, sessionTasks }) });
    await section.getByText('Question 9').waitFor();
    assert.equal(await section.locator('li').count(), 10);
    await section.getByText('Show more').click();
    await section.getByText('Question 29').waitFor();
  });

  it('tells what the run was given apart from what it left', async () => {
    const details = await samples().details('attachments');
    const { page } = await open({ ...details, hasMoreFiles: true });
    assert.match(await page.locator('#files').innerText(), /1\+[^]*pools\.csv/u);
    const given = await page.locator('#attachments').innerText();
    assert.match(given, /wishes\.csv[^]*last year\.pdf/u);
    assert.doesNotMatch(given, /pools\.csv|Save/u);
  });

  it('shows what the store knows while the rest is read, and why it could not be', async () => {
    const details = aDetails('a');
    const page = await open(details);
    const known = { ...viewOf(details).task, isWhole: false };
    await page.send({ type: 'view', view: { ...viewOf(details), task: known, isReading: true } });
    await page.page.getByText('Loading the steps…').waitFor();
    const trouble = {
      text: 'The cloud does not accept the key.',
      remedies: ['setApiKey'],
    } as const;
    await page.send({
      type: 'view',
      view: { ...viewOf(details), task: known, readAt: Date.now() - 180_000, trouble },
    });
    await page.page.getByRole('alert').waitFor();
    assert.deepEqual(await axeFaults(page.page), []);
    assert.match(await page.page.locator('.fresh').innerText(), /^Updated 3 min ago$/u);
    await page.page.getByRole('button', { name: 'Set API Key…' }).click();
    assert.deepEqual(page.messages.at(-1), { type: 'remedy', remedy: 'setApiKey' });
  });

  it('says that a task is gone, and keeps what was known of it', async () => {
    const details = await samples().details('unsuccessful');
    const page = await open(details);
    const view = viewOf(details);
    await page.send({ type: 'view', view: { ...view, task: { ...view.task, isMissing: true } } });
    await page.page.getByText('The cloud knows no such task for this API key.').waitFor();
    assert.match(await page.page.locator('.status-line .appearance').innerText(), /Not found$/u);
    await page.page.getByText('The monitor that was found has no USB-C port.').waitFor();
    assert.equal(await page.page.locator('.step').count(), details.steps.length);
  });

  it('has room for letters twice as large', async () => {
    const { page } = await open(await samples().details('unsuccessful'), { width: 640 });
    await page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-font-size', '26px');
      document.documentElement.style.setProperty('--vscode-editor-font-size', '28px');
    });
    await picturesAreThere(page);
    await page.screenshot({ path: path.join(pictureFolder, 'large-letters.png') });
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await axeFaults(page), []);
    await page.setViewportSize({ width: 320, height: 900 });
    assert.equal(await overflow(page), 0);
  });

  it('weighs less than 200 KB', async () => {
    const { page } = await open(aDetails('a'));
    const response = await fetch(new URL('webview.js', page.url()));
    const { length } = await response.text();
    assert.ok(length > 10_000 && length < 200 * 1024, `${length} letters`);
  });

  it('cuts a huge text, and leads to all of it', async () => {
    const output = 'w'.repeat(5_000_000);
    const details = aDetails('a', { status: 'finished', output, prompt: output });
    const page = await open(details, { height: 600 });
    await page.page.getByRole('button', { name: 'Show more' }).first().click();
    await page.page.getByRole('button', { name: 'Open all of it in an editor' }).first().click();
    assert.deepEqual(page.messages.at(-1), { type: 'openText', part: 'output', index: 0 });
    assert.equal(await overflow(page.page), 0);
  });

  it('stands still for who wants less motion', async () => {
    const running = aDetails('a');
    const calm = await open(running, { reducedMotion: true });
    const lively = await open(running);
    const animation = (page: Page): Promise<string> =>
      page.locator('.spins').evaluate((icon) => getComputedStyle(icon).animationName);
    assert.equal(await animation(calm.page), 'none');
    assert.equal(await animation(lively.page), 'spin');
  });

  it('draws one step more after 500', async () => {
    const details = aDetails('a', { status: 'finished', steps: someSteps(500) });
    const page = await open(details, { height: 800 });
    await page.send({ type: 'view', view: viewOf({ ...details, steps: someSteps(501) }) });
    await page.page.waitForSelector('#step-500', { state: 'attached' });
    assert.equal(await page.page.locator('#step-501').count(), 0);
  });
});
