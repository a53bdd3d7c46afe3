import { createCloud } from '../../../src/api';
import { imageTypeOf } from '../../../src/core/details/pictureLoader';
import { taskViewOf } from '../../../src/core/details/detailsView';
import type { TaskDetails, PictureRef } from '../../../src/core/cloud/task';
import { steerActionsOf } from '../../../src/core/steering/steerActions';
import type { FromPage, PageView } from '../../../src/webview/protocol';
import { newerSampleTasks, sampleTasks } from '../../simulator/samples';
import { simulatorKey, startSimulator } from '../../simulator/startSimulator';
import type { DetailsPage } from './detailsPageHarness';

/** Samples of the simulator by what they are for, each named by the beginning of its ID. */
const samples = {
  succeeded: '3b56c08a',
  unsuccessful: '6e89f3bd',
  failed: '91bc26e0',
  stopped: '80ab15df',
  markdown: '4c67d19b',
  long: 'b3de4802',
  hostile: 'a2cd37f1',
  v1: 'c4ef5913',
  running: 'd5f80a26',
  paused: '08239d57',
  session: 'a1c3e5f7-0b2d-4c6e-8f10-1a2b3c4d5e01',
  attachments: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f04',
  judgedRun: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f05',
  failedRun: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f07',
} as const;

export type SampleName = keyof typeof samples;
export const sampleNames = Object.keys(samples) as SampleName[];

/** Tasks as the simulator tells of them through our own client, and their screenshots. */
export interface SampleSource {
  details(name: SampleName): Promise<TaskDetails>;
  /** Answers a page as the extension does: with the task when it is ready, with a screenshot when it asks for one. */
  answer(message: FromPage, page: DetailsPage, details: TaskDetails): Promise<void>;
  close(): Promise<void>;
}

/** Starts a simulator with the sample tasks. Who calls it closes it. */
export async function openSamples(): Promise<SampleSource> {
  const simulator = await startSimulator();
  const tasks = [...sampleTasks(Date.now()), ...newerSampleTasks(Date.now())];
  for (const { script } of tasks) simulator.addTask(script);
  const cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
  const unhurried = (): AbortSignal => new AbortController().signal;

  async function pictureOf({ of, index }: PictureRef, details: TaskDetails) {
    const url = of === 'step' ? details.steps[index]?.screenshotUrl : details.screenshotUrls[index];
    if (url === undefined) return undefined;
    const bytes = await cloud.download(url, { maxBytes: 5_000_000, signal: unhurried() });
    const type = imageTypeOf(bytes);
    return type && { type, bytes };
  }

  return {
    async details(name) {
      const task = tasks.find(({ id }) => id.startsWith(samples[name]));
      if (!task) throw new Error(`The simulator has no sample that begins with ${samples[name]}.`);
      return cloud.client(task.apiVersion).getDetails(task.id, unhurried());
    },
    async answer(message, page, details) {
      if (message.type === 'ready') await page.send({ type: 'view', view: viewOf(details) });
      if (message.type !== 'picture') return;
      const { of, index } = message;
      const picture = await pictureOf({ of, index }, details).catch(() => undefined);
      await page.send({ type: 'picture', ref: { of, index }, picture });
    },
    close: () => simulator.close(),
  };
}

/** What the page is told of a task that was just read. */
export function viewOf(details: TaskDetails, more: Partial<PageView> = {}): PageView {
  return {
    task: taskViewOf(details),
    origin: 'https://api.example',
    isReading: false,
    hasDashboard: details.sessionId !== undefined,
    canShare: details.apiVersion === 'v2' && details.sessionId !== undefined,
    steerActions: steerActionsOf(details),
    isStopping: false,
    canStopBrowser: true,
    canDelete: false,
    readAt: Date.now(),
    ...more,
  };
}
