import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { updateOf } from '../../../src/core/details/detailsView';
import { aDetails } from '../../fakes/fakeCloud';
import { themeNames } from './detailsPageHarness';
import {
  axeFaults,
  isInView,
  picturesAreThere,
  someSteps,
  until,
  useDetailsPages,
} from './detailsPages';
import { viewOf } from './sampleDetails';

describe('the timeline on the details page', () => {
  const { samples, open } = useDetailsPages();

  it('shows a bar for each step, and leads from it to the step by mouse and keyboard', async () => {
    const steps = someSteps(30).map((step, index) => ({ ...step, durationSeconds: 1 + index }));
    const { page } = await open(aDetails('a', { status: 'finished', steps }), { height: 600 });
    const bars = page.locator('.bar');
    assert.equal(await bars.count(), 30);
    await page.getByRole('button', { name: /^Step 20, 20 s/u }).click();
    assert.equal(await focusedId(page), 'step-19');
    await until(() => isInView(page, '#step-19'));
    await until(async () => (await bars.nth(19).getAttribute('aria-current')) === 'step');
    await bars.nth(19).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.equal(await focusedId(page), 'step-1');
    await until(() => isInView(page, '#step-1'));
    assert.match(await page.locator('.strip-summary').innerText(), /Longest: step 30, 30 s/u);
  });

  it('makes bars as high as their steps took time', async () => {
    const steps = someSteps(3).map((step, index) => ({
      ...step,
      durationSeconds: [2, 8, 4][index],
    }));
    const { page } = await open(aDetails('a', { status: 'finished', steps }));
    const heights = await page
      .locator('.bar span')
      .evaluateAll((fills) => fills.map((fill) => fill.getBoundingClientRect().height));
    const highest = Math.max(...heights);
    assert.deepEqual(
      heights.map((height) => Math.round((100 * height) / highest)),
      [25, 100, 50],
    );
  });

  it('fills the width with its bars', async () => {
    const { page } = await open(aDetails('a', { status: 'finished', steps: someSteps(12) }));
    const room = await page.locator('.bars').boundingBox();
    const last = await page.locator('.bar span').last().boundingBox();
    assert.ok(room && last);
    const left = room.x + room.width - (last.x + last.width);
    assert.ok(left >= 0 && left < 2, `the bars leave ${left} pixels`);
  });

  it('has the bars of a few steps stand above their pictures', async () => {
    const { page } = await open(await samples().details('failed'));
    await page.locator('.frame').first().waitFor();
    const placesOf = (selector: string) =>
      page
        .locator(selector)
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
    const bars = await placesOf('.bar span');
    const frames = await placesOf('.frame');
    assert.ok(frames.length > 1);
    frames.forEach((left, index) =>
      assert.ok(Math.abs(left - (bars[index] ?? NaN)) < 6, `${left} below ${bars[index]}`),
    );
  });

  it('lets the steps of a very long task share bars, so that the strip fits', async () => {
    const { page } = await open(aDetails('a', { status: 'finished', steps: someSteps(2000) }), {
      width: 320,
    });
    const count = await page.locator('.bar').count();
    assert.ok(count > 20 && count < 100, `${count} bars`);
    await page.waitForSelector('#step-1999', { state: 'attached' });
    // By place: to name two thousand steps takes a test long.
    await page.locator('.bar').last().click();
    assert.match(await focusedId(page), /^step-19\d\d$/u);
  });

  it('says which steps the agent calls failed, and leads to the first', async () => {
    const steps = someSteps(6).map((step, index) => ({
      ...step,
      evaluation: index === 3 || index === 5 ? 'Failed - nothing happened' : step.evaluation,
    }));
    const { page } = await open(aDetails('a', { status: 'finished', steps }));
    assert.match(await page.locator('.failed-steps').innerText(), /2 steps .* step 3/u);
    assert.equal(await page.locator('.bar.failed').count(), 2);
    await page.locator('.failed-steps button').click();
    assert.equal(await focusedId(page), 'step-2');
  });

  it('shows no strip for a task that tells no times', async () => {
    const steps = someSteps(3).map((step) => ({ ...step, durationSeconds: undefined }));
    const { page } = await open(aDetails('a', { status: 'finished', steps }));
    assert.equal(await page.locator('.bars, .strip-summary').count(), 0);
  });

  it('leads from the film strip to the steps by mouse and keyboard', async () => {
    const { page, messages } = await open(await samples().details('running'), { height: 700 });
    await page.locator('.frame img').first().waitFor();
    await page.getByRole('button', { name: 'Go to step 5', exact: true }).click();
    assert.equal(await focusedId(page), 'step-4');
    await page.locator('.frame[tabindex="0"]').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    const last = await page.locator('.steps > li').count();
    assert.equal(await focusedId(page), `step-${last - 1}`);
    const requested = new Set(
      messages.flatMap((each) => (each.type === 'picture' ? [each.index] : [])),
    );
    assert.ok(requested.size < last / 2, `asked for ${requested.size} of ${last} screenshots`);
  });

  it('moves between steps by keyboard, and is one stop of the Tab key', async () => {
    const { page } = await open(aDetails('a', { status: 'finished', steps: someSteps(12) }), {
      height: 600,
    });
    assert.equal(await page.locator('.step[tabindex="0"]').count(), 1);
    await page.locator('.step[tabindex="0"]').focus();
    assert.equal(await focusedId(page), 'step-0');
    for (const [key, id] of [
      ['j', 'step-1'],
      ['ArrowDown', 'step-2'],
      ['k', 'step-1'],
      ['ArrowUp', 'step-0'],
      ['k', 'step-0'],
      ['End', 'step-11'],
      ['j', 'step-11'],
      ['Home', 'step-0'],
    ] as const) {
      await page.keyboard.press(key);
      assert.equal(await focusedId(page), id, key);
      await until(() => isInView(page, `#${id}`));
    }
    // From inside of a step, too.
    await page.locator('#step-3 summary').focus();
    await page.keyboard.press('j');
    assert.equal(await focusedId(page), 'step-4');
    assert.equal(await page.locator('.step[tabindex="0"]').count(), 1);
    assert.match(
      (await page.locator('.steps').getAttribute('aria-describedby')) ?? '',
      /steps-hint/u,
    );
  });

  it('opens a screenshot large, moves between them, and gives the focus back', async () => {
    const { page } = await open(await samples().details('unsuccessful'), { height: 900 });
    await picturesAreThere(page);
    const dialog = page.locator('dialog.large');
    await page.locator('#step-1 .picture').press('Enter');
    await dialog.locator('img').waitFor();
    assert.match((await dialog.locator('img').getAttribute('alt')) ?? '', /step 2/u);
    assert.ok(await dialog.evaluate((element: HTMLDialogElement) => element.matches(':modal')));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await focusedId(page), 'picture-step-1');

    await page.locator('#step-1 .picture').click();
    await page.keyboard.press('ArrowRight');
    await dialog.getByRole('heading', { name: 'Step 3' }).waitFor();
    await dialog.getByRole('button', { name: 'Next Screenshot' }).click();
    await dialog.getByRole('heading', { name: 'Step 4' }).waitFor();
    await dialog.locator('img').waitFor();
    await page.keyboard.press('ArrowLeft');
    await dialog.getByRole('heading', { name: 'Step 3' }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await focusedId(page), 'picture-step-2');
  });

  for (const theme of themeNames)
    it(`shows a large screenshot without a fault for axe (${theme})`, async () => {
      const { page } = await open(await samples().details('unsuccessful'), { theme, height: 900 });
      await picturesAreThere(page);
      await page.locator('#step-0 .picture').click();
      await page.locator('dialog.large img').waitFor();
      const what = theme === 'dark' ? 'everything' : 'colors';
      assert.deepEqual(await axeFaults(page, what), []);
    });

  it('tells of new steps while the newest is out of sight, and no longer', async () => {
    const page = await open(aDetails('a', { steps: someSteps(20) }), { height: 600 });
    const news = page.page.locator('.news');
    const showSteps = async (count: number): Promise<void> =>
      page.send({ type: 'view', view: viewOf(aDetails('a', { steps: someSteps(count) })) });
    // At the top the newest step is in sight.
    await showSteps(21);
    await page.page.getByText('Newest step: 21').waitFor();
    assert.equal(await news.count(), 0);
    await page.page.evaluate(() => window.scrollTo(0, 1500));
    await showSteps(23);
    await page.page.getByRole('button', { name: '2 new steps' }).waitFor();
    assert.equal(await page.page.evaluate(() => window.scrollY), 1500);
    await page.page.evaluate(() => window.scrollTo(0, 0));
    await news.waitFor({ state: 'detached' });
  });

  it('tells of no step that is in sight, not for a moment', async () => {
    const page = await open(aDetails('a', { steps: someSteps(20) }), { height: 600 });
    const seen = await watchFor(page.page, '.news');
    for (const count of [21, 22, 23]) {
      await page.send({
        type: 'view',
        view: viewOf(aDetails('a', { steps: someSteps(count) })),
      });
      await page.page.getByText(`Newest step: ${count}`).waitFor();
    }
    assert.equal(await seen(), 0);
  });

  it('takes an update that holds the new steps only, and draws no other again', async () => {
    const [before, after] = [20, 22].map((count) =>
      viewOf(aDetails('a', { steps: someSteps(count) })),
    );
    assert.ok(before && after);
    const page = await open(aDetails('a', { steps: someSteps(20) }), { height: 600 });
    await page.page.waitForSelector('#step-19');
    await page.page.evaluate(() => {
      const changes: string[] = [];
      Object.assign(globalThis, { changes });
      new MutationObserver((records) => {
        for (const { target } of records)
          if (target instanceof Element) changes.push(target.closest('.step')?.id ?? '');
      }).observe(document.body, { attributes: true, childList: true, subtree: true });
    });
    const task = updateOf(before.task, after.task);
    assert.equal(task.steps.length, 2);
    await page.send({ type: 'view', view: { ...after, task }, isUpdate: true });
    await page.page.waitForSelector('#step-21');
    assert.equal(await page.page.locator('.steps > li').count(), 22);
    const changes = await page.page.evaluate(
      () => (globalThis as unknown as { changes: string[] }).changes,
    );
    assert.deepEqual([...new Set(changes.filter((id) => /^step-(?:\d|1\d)$/u.test(id)))], []);
  });

  it('tells of no step that comes into sight without being scrolled to', async () => {
    const page = await open(aDetails('a', { steps: someSteps(20) }), { height: 600 });
    await page.page.evaluate(() => window.scrollTo(0, 1500));
    await page.send({ type: 'view', view: viewOf(aDetails('a', { steps: someSteps(23) })) });
    await page.page.getByRole('button', { name: '3 new steps' }).waitFor();
    // So long that the browser has nothing to scroll by itself.
    await page.page.evaluate(() => document.body.style.setProperty('padding-bottom', '9000px'));
    await picturesAreThere(page.page);
    await page.page.setViewportSize({ width: 900, height: 6000 });
    await page.page.locator('.news').waitFor({ state: 'detached' });
  });

  it('draws no more bars than fit, not for a moment', async () => {
    const { page } = await open(aDetails('a', { status: 'finished', steps: someSteps(2000) }), {
      width: 320,
    });
    const seen = await watchFor(page, '.bar', { afterReload: true });
    await page.waitForSelector('#step-1999', { state: 'attached' });
    const count = await page.locator('.bar').count();
    assert.equal(await seen(), count);
  });

  it('says where a task broke off, and leads there', async () => {
    const { page } = await open(await samples().details('failed'), { height: 600 });
    await page.getByRole('button', { name: /Broke off at step 4/u }).click();
    assert.equal(await focusedId(page), 'step-3');
  });
});

/**
 * Watches for elements in every change of the page, those included that no frame shows.
 * @returns how many of them there were at once at most
 */
async function watchFor(
  page: Page,
  selector: string,
  { afterReload = false } = {},
): Promise<() => Promise<number>> {
  const watch = (selector: string): void => {
    const scope = globalThis as { most?: number };
    scope.most = 0;
    new MutationObserver(() => {
      scope.most = Math.max(scope.most ?? 0, document.querySelectorAll(selector).length);
    }).observe(document, { childList: true, subtree: true });
  };
  if (afterReload) {
    await page.addInitScript(watch, selector);
    await page.reload();
  } else await page.evaluate(watch, selector);
  return () => page.evaluate(() => (globalThis as { most?: number }).most ?? NaN);
}

async function focusedId(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.id ?? '');
}
