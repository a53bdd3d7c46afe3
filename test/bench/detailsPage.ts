import type { Browser } from 'playwright-core';
import type { TaskStep } from '../../src/core/cloud/task';
import { aDetails } from '../fakes/fakeCloud';
import { startBrowser } from '../launch/openWindow';
import { screenshotImage } from '../simulator/screenshot';
import {
  serveDetailsPage,
  type DetailsPage,
  type DetailsPageServer,
} from '../ui/details/detailsPageHarness';
import { viewOf } from '../ui/details/sampleDetails';
import { median, table } from './table';

const rounds = 5;

interface Contender {
  readonly name: string;
  readonly stepCount: number;
  /** Lays out every step and asks for every screenshot, as a page without care would. */
  readonly isNaive: boolean;
}

const contenders: readonly Contender[] = [
  { name: '10 steps', stepCount: 10, isNaive: false },
  { name: '500 steps', stepCount: 500, isNaive: false },
  { name: '500 steps, all laid out and all screenshots at once', stepCount: 500, isNaive: true },
];

interface Figures {
  /** From the message to the first frame that shows steps, in milliseconds. */
  readonly paintMs: number;
  /** From the message until the last step is drawn, too. */
  readonly wholeMs: number;
  /** From a message with one step more to the frame that shows it. */
  readonly updateMs: number;
  /** The longest frames while the page scrolls from end to end: the slowest of twenty. */
  readonly slowFrameMs: number;
  /** How many screenshots the page has asked for before anybody scrolls. */
  readonly polledFirst: number;
}

/**
 * How the page of the details copes with 500 steps that all have screenshots: beside a page with 10 steps, and beside
 * the same page with neither windowing nor patience, in the same browser and run.
 */
export async function measureDetailsPage(): Promise<string> {
  const browser = await startBrowser();
  const server = await serveDetailsPage();
  const found = new Map<Contender, Figures[]>(contenders.map((each) => [each, []]));
  try {
    // The first round only warms up.
    for (let round = 0; round <= rounds; round++)
      for (const contender of contenders) {
        const figures = await measure(browser, server, contender);
        if (round > 0) found.get(contender)?.push(figures);
      }
  } finally {
    await browser.close();
    await server.close();
  }
  const [first] = contenders;
  const peer = first && found.get(first);
  const rows = contenders.map((contender) => {
    const all = found.get(contender) ?? [];
    const cells = (['paintMs', 'wholeMs', 'updateMs', 'slowFrameMs'] as const).flatMap((name) => {
      const own = median(all.map((each) => each[name]));
      const ratio = own / median((peer ?? []).map((each) => each[name]));
      return [Math.round(own), `${ratio.toFixed(1)} ×`];
    });
    return [contender.name, ...cells, median(all.map(({ polledFirst }) => polledFirst))];
  });
  return table(
    [
      `the details page, ${rounds} rounds`,
      'first paint, ms',
      '',
      'all steps, ms',
      '',
      'one step more, ms',
      '',
      'slow frame in scrolling, ms',
      '',
      'screenshots asked for at first',
    ],
    rows,
  );
}

async function measure(
  browser: Browser,
  server: DetailsPageServer,
  { stepCount, isNaive }: Contender,
): Promise<Figures> {
  let requested = 0;
  const page = await server.open(browser, {
    theme: 'dark',
    width: 1000,
    height: 900,
    onMessage: (message, page) => {
      if (message.type !== 'picture') return;
      requested++;
      const { of, index } = message;
      const bytes = pictureOf(index);
      // A page that closed in the meantime needs no answer.
      page
        .send({ type: 'picture', ref: { of, index }, picture: { type: 'image/png', bytes } })
        .catch(() => undefined);
    },
  });
  try {
    await page.page.waitForSelector('.loading');
    if (isNaive) await page.page.evaluate(makeNaive);
    const [paintMs, wholeMs] = await timesOfView(page, stepCount);
    const polledFirst = await settled(() => requested);
    const [, updateMs] = await timesOfView(page, stepCount + 1);
    const slowFrameMs = await page.page.evaluate(scrollThrough);
    return { paintMs, wholeMs, updateMs, slowFrameMs, polledFirst };
  } finally {
    await page.close();
  }
}

/** @returns when the first step is shown, and when the last */
async function timesOfView(
  page: DetailsPage,
  stepCount: number,
): Promise<readonly [number, number]> {
  const view = viewOf(aDetails('a', { status: 'running', steps: stepsFor(stepCount) }));
  return page.page.evaluate(
    async ({ view, ids }) => {
      const start = performance.now();
      window.postMessage({ type: 'view', view }, window.location.origin);
      const times: number[] = [];
      for (const id of ids) {
        while (!document.getElementById(id))
          await new Promise((resolve) => requestAnimationFrame(resolve));
        // Its frame is drawn when the one after it begins.
        await new Promise((resolve) => requestAnimationFrame(resolve));
        times.push(performance.now() - start);
      }
      return [times[0] ?? 0, times[1] ?? 0] as const;
    },
    { view, ids: ['step-0', `step-${stepCount - 1}`] },
  );
}

/** @returns how long the frame took that only one of twenty exceeds, in milliseconds */
async function scrollThrough(): Promise<number> {
  const times: number[] = [];
  let before = performance.now();
  for (let frame = 0; frame < 120; frame++) {
    const { scrollHeight } = document.documentElement;
    window.scrollTo(0, (scrollHeight * frame) / 120);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    times.push(now - before);
    before = now;
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;
}

/** Run in the page: nothing is left to be laid out later, and everything counts as near. */
function makeNaive(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('.steps > li, .frame { content-visibility: visible !important; }');
  document.adoptedStyleSheets.push(sheet);
  globalThis.IntersectionObserver = class extends IntersectionObserver {
    constructor(callback: IntersectionObserverCallback) {
      super(callback, { rootMargin: '10000000px' });
    }
  };
}

async function settled(count: () => number): Promise<number> {
  let before = -1;
  while (before !== count()) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return before;
}

function stepsFor(count: number): TaskStep[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    goal: `Read page ${index + 1} of the results and go on to the next`,
    evaluation: 'Success - the page shows what the previous step aimed for',
    memory: 'Read the pages one after the other.',
    url: `https://example.com/results?page=${index + 1}`,
    actions: ['{"extract":{"query":"all entries"}}', '{"click_element":{"index":11}}'],
    durationSeconds: 4 + (index % 9),
    screenshotUrl: 'https://example.com/picture.png',
  }));
}

/** A few pictures take turns: drawing hundreds is no part of what is measured. */
function pictureOf(index: number): Buffer {
  const number = (index % 12) + 1;
  return screenshotImage({
    seed: 'bench',
    number,
    url: 'https://example.com/',
    text: `Page ${number}`,
  });
}
