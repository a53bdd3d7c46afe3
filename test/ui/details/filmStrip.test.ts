import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TaskDetails } from '../../../src/core/cloud/task';
import { aDetails } from '../../fakes/fakeCloud';
import { someSteps, until, useDetailsPages } from './detailsPages';
import type { DetailsPage } from './detailsPageHarness';
import { viewOf } from './sampleDetails';

describe('the film strip of a running task', () => {
  const { open } = useDetailsPages();
  const openFilm = async (details: TaskDetails): Promise<DetailsPage> => {
    const opened = await open(details, { width: 600 });
    await opened.page
      .locator('.frame')
      .nth(details.steps.length - 1)
      .waitFor({ state: 'attached' });
    return opened;
  };

  it('begins at the newest picture, also of a task that is long', async () => {
    const { page } = await openFilm(running(300));
    await until(() => isInFilm(page, 300));
    assert.equal(await page.locator('.frame[tabindex="0"]').textContent(), '300');
  });

  it('moves on to each new picture, and to the one with which the task ends', async () => {
    const opened = await openFilm(running(20));
    const { page } = opened;
    await until(() => isInFilm(page, 20));
    await send(opened, running(21));
    await until(() => isInFilm(page, 21));
    await send(opened, running(24));
    await until(() => isInFilm(page, 24));
    await send(opened, { ...running(25), status: 'finished', rawStatus: 'finished' });
    await until(() => isInFilm(page, 25));
  });

  it('stays where the reader has scrolled it, until they are back at its end', async () => {
    const opened = await openFilm(running(20));
    const { page } = opened;
    await until(() => isInFilm(page, 20));
    await scrollFilm(page, 300);
    await send(opened, running(21));
    await page.locator('.frame').nth(20).waitFor({ state: 'attached' });
    assert.equal(await scrolled(page), 300);
    await scrollFilm(page, 100_000);
    await send(opened, running(22));
    await until(() => isInFilm(page, 22));
  });

  it('stays where the reader has chosen an older picture, until they choose the newest', async () => {
    const opened = await openFilm(running(20));
    const { page } = opened;
    await until(() => isInFilm(page, 20));
    const before = await scrolled(page);
    await page.getByRole('button', { name: 'Go to step 18', exact: true }).click();
    await send(opened, running(21));
    await page.locator('.frame').nth(20).waitFor({ state: 'attached' });
    assert.equal(await scrolled(page), before);
    assert.equal(await page.locator('.frame[tabindex="0"]').textContent(), '18');

    await page.locator('.frame[tabindex="0"]').focus();
    await page.keyboard.press('End');
    await send(opened, running(22));
    await until(() => isInFilm(page, 22));
    // The keyboard stays on its frame, from which the newest is one key away.
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), '21');
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), '22');
  });

  it('begins at the first picture of a task that has ended', async () => {
    const { page } = await openFilm({ ...running(20), status: 'finished', rawStatus: 'finished' });
    assert.equal(await scrolled(page), 0);
    assert.equal(await page.locator('.frame[tabindex="0"]').textContent(), '1');
  });
});

function running(count: number): TaskDetails {
  return aDetails('a', { steps: someSteps(count) });
}

async function send(page: DetailsPage, details: TaskDetails): Promise<void> {
  await page.send({ type: 'view', view: viewOf(details) });
}

async function scrolled(page: Page): Promise<number> {
  return page.locator('.film').evaluate((film) => film.scrollLeft);
}

/** Scrolls as a wheel does; resolves once the page has heard of it. */
async function scrollFilm(page: Page, left: number): Promise<void> {
  await page.locator('.film').evaluate(
    (film, left) =>
      new Promise((resolve) => {
        film.addEventListener('scroll', resolve, { once: true });
        film.scrollLeft = left;
      }),
    left,
  );
}

/** Whether the picture of a step is in sight as far as the strip is scrolled. */
async function isInFilm(page: Page, number: number): Promise<boolean> {
  const frame = page.getByRole('button', { name: `Go to step ${number}`, exact: true });
  if ((await frame.count()) === 0) return false;
  return frame.evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    const film = element.parentElement?.getBoundingClientRect();
    return film !== undefined && left >= film.left && right <= film.right;
  });
}
