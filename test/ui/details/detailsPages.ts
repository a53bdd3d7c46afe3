import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import type { TaskDetails, TaskStep } from '../../../src/core/cloud/task';
import type { FromPage } from '../../../src/webview/protocol';
import { startBrowser } from '../../launch/openWindow';
import {
  serveDetailsPage,
  type DetailsPage,
  type DetailsPageOptions,
  type DetailsPageServer,
} from './detailsPageHarness';
import { openSamples, type SampleSource } from './sampleDetails';

/** Pages for the tests of a suite. */
export interface DetailsPages {
  readonly browser: () => Browser;
  readonly samples: () => SampleSource;
  /** Opens a page of a task that answers as the extension does; it is closed after the test. */
  readonly open: (
    details: TaskDetails,
    options?: Partial<DetailsPageOptions>,
  ) => Promise<DetailsPage>;
}

/**
 * Sets up a browser, the page's bundle and the simulator's samples for the suite that it is called in. After each
 * test no page may have had an error, been refused something by its policy, or said what is not in the protocol.
 */
export function useDetailsPages(): DetailsPages {
  let parts: readonly [Browser, DetailsPageServer, SampleSource] | undefined;
  const opened: DetailsPage[] = [];
  const here = (): readonly [Browser, DetailsPageServer, SampleSource] => {
    assert.ok(parts, 'only in a test');
    return parts;
  };

  before(async () => {
    parts = await Promise.all([startBrowser(), serveDetailsPage(), openSamples()]);
  });
  after(async () => {
    for (const part of here()) await part.close();
  });
  afterEach(async () => {
    for (const page of opened.splice(0)) {
      assert.deepEqual(page.problems, []);
      assert.deepEqual(page.nonsense, []);
      await page.close();
    }
  });

  return {
    browser: () => here()[0],
    samples: () => here()[2],
    async open(details, options = {}) {
      const [browser, server, samples] = here();
      const page = await server.open(browser, {
        theme: 'dark',
        width: 900,
        onMessage: (message, page) => {
          // A page that closed in the meantime needs no answer.
          samples.answer(message, page, details).catch(() => undefined);
        },
        ...options,
      });
      opened.push(page);
      await page.page.waitForSelector('header');
      return page;
    },
  };
}

/** A PNG that is as small as can be. */
export const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** Ordinary steps. */
export function someSteps(count: number): TaskStep[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    goal: `Read page ${index + 1} of the results`,
    evaluation: 'Success - the page is there',
    memory: 'Nothing yet',
    url: `https://example.com/?page=${index + 1}`,
    actions: ['{"click":{"index":3}}'],
    durationSeconds: 4,
    // Such a link is refused before anything is sent.
    screenshotUrl: 'nowhere',
  }));
}

/** The positions of the screenshots that the page has asked for. */
export function requested(messages: readonly FromPage[]): number[] {
  return messages.flatMap((message) => (message.type === 'picture' ? [message.index] : []));
}

/** Waits until no screenshot that is in view is still on its way. */
export async function picturesAreThere(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.waits')].every(
      (place) => place.getBoundingClientRect().top > window.innerHeight,
    ),
  );
}

/** What the page remembers, as JSON. */
export async function savedState(page: Page): Promise<string> {
  return page.evaluate(() => sessionStorage.getItem('state') ?? '');
}

/** Waits until something is so; ten seconds at most. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `never came true: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * What axe finds wrong with the page: empty where all is well.
 * @param what Everything, or what a theme can change.
 */
export async function axeFaults(
  page: Page,
  what: 'everything' | 'colors' = 'everything',
): Promise<string[]> {
  await page.evaluate(axe.source);
  const rules = what === 'colors' ? ['color-contrast', 'link-in-text-block'] : undefined;
  const faults = await page.evaluate(async (rules) => {
    const scope = globalThis as unknown as { axe: typeof axe };
    const { violations } = await scope.axe.run(document, {
      resultTypes: ['violations'],
      ...(rules ? { runOnly: rules } : {}),
    });
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
    }));
  }, rules);
  return faults.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node}`));
}

/** By how many pixels the page is wider than its panel. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Whether the beginning of an element is in sight. */
export async function isInView(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top >= -10 && top < window.innerHeight;
  });
}
