import type { Browser } from 'playwright-core';
import { createCloud } from '../../src/api';
import type { ApiVersion } from '../../src/core/cloud/task';
import { getWholeDetails } from '../../src/core/cloud/taskClient';
import { taskViewOf, type TaskView, updateOf } from '../../src/core/details/detailsView';
import { startBrowser } from '../launch/openWindow';
import { simulatorKey } from '../simulator/startSimulator';
import { serveDetailsPage, type DetailsPageServer } from '../ui/details/detailsPageHarness';
import { viewOf } from '../ui/details/sampleDetails';
import { startCloudProcess, type CloudProcess } from './longRuns/cloudProcess';
import { median, table } from './table';
import { never } from '../fakes/never';

const rounds = 5;
/** Steps are so long that none ends but by the clock's being set forward. */
const stepMs = 1_000_000;

interface LongRun {
  readonly name: string;
  readonly apiVersion: ApiVersion;
  readonly stepCount: number;
}

// A step is five events of v4, and two messages of v3.
const longRuns: readonly LongRun[] = [
  { name: 'v4, 500 events', apiVersion: 'v4', stepCount: 100 },
  { name: 'v4, 5,000 events', apiVersion: 'v4', stepCount: 1000 },
  { name: 'v3, 2,000 messages', apiVersion: 'v3', stepCount: 1000 },
];

/** What an update costs. */
interface Cost {
  /** Of this process: reading, understanding, and what the page is sent. In milliseconds. */
  readonly cpuMs: number;
  readonly requests: number;
  readonly receivedKb: number;
  /** What the page is sent, as JSON. */
  readonly postedKb: number;
  /** From the message to the frame that shows the new step, in milliseconds. */
  readonly frameMs: number;
}

const costNames = ['cpuMs', 'requests', 'receivedKb', 'postedKb', 'frameMs'] as const;

/**
 * What the details of a long run cost while it goes on: an update by cursor, of which the page gets what is new, beside
 * one that reads all of it again and sends all of it.
 */
export async function measureLongRuns(): Promise<string> {
  const cloud = await startCloudProcess();
  const browser = await startBrowser();
  const server = await serveDetailsPage();
  try {
    const updates: (readonly (string | number)[])[] = [];
    const openings: (readonly (string | number)[])[] = [];
    for (const run of longRuns) {
      const found = await measure(run, { cloud, browser, server });
      const { opening } = found;
      openings.push([
        run.name,
        opening.requests,
        Math.round(opening.paintMs),
        Number(opening.heapMb.toFixed(1)),
      ]);
      updates.push([
        run.name,
        ...costNames.flatMap((name) => {
          const ours = median(found.byCursor.map((cost) => cost[name]));
          const peer = median(found.anew.map((cost) => cost[name]));
          return [shown(ours), `${(ours / peer).toFixed(3)} (of ${shown(peer)})`];
        }),
      ]);
    }
    return [
      table(
        [
          'one step more, beside reading and sending all anew',
          ...['CPU, ms', 'requests', 'KB read', 'KB to the page', 'to the frame, ms'].flatMap(
            (name) => [name, 'ratio'],
          ),
        ],
        updates,
      ),
      table(['opened', 'requests until all is read', 'first paint, ms', 'heap, MB'], openings),
    ].join('\n\n');
  } finally {
    await browser.close();
    await server.close();
    await cloud.close();
  }
}

interface World {
  readonly cloud: CloudProcess;
  readonly browser: Browser;
  readonly server: DetailsPageServer;
}

async function measure({ apiVersion, stepCount }: LongRun, { cloud, browser, server }: World) {
  const id = await cloud.addTask({
    apiVersion,
    prompt: 'Read all pages of the archive, one after the other.',
    steps: stepCount + 4 * rounds,
    lengthMs: (stepCount + 4 * rounds) * stepMs,
    createdAtMs: (await cloud.advance(0)) - stepCount * stepMs - stepMs / 2,
    v3: { lifeLimitMs: Number.MAX_SAFE_INTEGER },
  });
  const client = createCloud({ baseUrl: cloud.url, key: simulatorKey }).client(apiVersion);
  const opened = await cloud.trafficOf(() => getWholeDetails(client, id, never));
  let details = opened.result;
  let view = taskViewOf(details);
  const page = await server.open(browser, { theme: 'dark', width: 1000, height: 900 });
  try {
    await page.page.waitForSelector('.loading');
    const last = (shownView: TaskView): string => `step-${shownView.stepCount - 1}`;
    const show = (task: TaskView, isUpdate: boolean, waitFor: string): Promise<number> =>
      page.page.evaluate(frameOf, {
        message: {
          type: 'view' as const,
          view: { ...viewOf(details), task },
          ...(isUpdate && { isUpdate: true as const }),
        },
        waitFor,
      });
    const paintMs = await show(view, false, 'step-0');
    await page.page.waitForSelector(`#${last(view)}`);
    const heapMb = await heapOf(page.page);

    const byCursor: Cost[] = [];
    const anew: Cost[] = [];
    // The first two rounds only warm up.
    for (let round = -2; round < rounds; round++)
      for (const isAnew of [false, true]) {
        await cloud.advance(stepMs);
        const before = view;
        let cpuMs = 0;
        let update = view;
        const { requests, receivedKb } = await cloud.trafficOf(async () => {
          const start = process.cpuUsage();
          details = isAnew
            ? await getWholeDetails(client, id, never)
            : await client.getDetails(id, never, details);
          view = taskViewOf(details);
          update = isAnew ? view : updateOf(before, view);
          cpuMs = cpuSince(start);
        });
        const postedKb = JSON.stringify(update).length / 1024;
        const frameMs = await show(update, !isAnew, last(view));
        const cost = { cpuMs, requests, receivedKb, postedKb, frameMs };
        if (round >= 0) (isAnew ? anew : byCursor).push(cost);
      }
    return { opening: { requests: opened.requests, paintMs, heapMb }, byCursor, anew };
  } finally {
    await page.close();
  }
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Run in the page. @returns when the element is drawn, in milliseconds from the message on */
async function frameOf({
  message,
  waitFor,
}: {
  readonly message: unknown;
  readonly waitFor: string;
}): Promise<number> {
  const start = performance.now();
  window.postMessage(message, window.location.origin);
  while (!document.getElementById(waitFor))
    await new Promise((resolve) => requestAnimationFrame(resolve));
  await new Promise((resolve) => requestAnimationFrame(resolve));
  return performance.now() - start;
}

type Page = Awaited<ReturnType<DetailsPageServer['open']>>['page'];

/** What the page's scripts hold, in megabytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1024 / 1024;
}

function shown(value: number): number {
  return Number(value.toFixed(value < 10 ? 1 : 0));
}
