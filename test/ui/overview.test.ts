import assert from 'node:assert/strict';
import { type Simulator } from '../simulator/startSimulator';
import { newerSampleTasks, sampleTasks } from '../simulator/samples';
import type { TaskScript } from '../simulator/taskScript';
import { track, withCloudForAllTests } from './cloudOfTest';
import { firstPicture } from './detailsPanel';
import { until } from './until';
import type { Workbench } from './workbench';

/** What a person sees who has worked with it for some days; the README's first picture. */
describe('both views beside the details of a task', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  before(async () => {
    await workbench.setTheme('dark');
  });

  it('have tasks of every version in their states, what is open for them, and a finished one’s story', async () => {
    const now = simulator.clock.now();
    const samples = [...sampleTasks(now), ...newerSampleTasks(now)].filter(({ script }) =>
      shownSamples.some((beginning) => script.prompt.startsWith(beginning)),
    );
    assert.equal(samples.length, shownSamples.length);
    for (const { script } of samples) simulator.addTask(script);
    simulator.clock.advance(shownAfterMs);
    const more = withOpenSessions(simulator.clock.now()).map((each) => simulator.addTask(each));
    const tasks = [...samples, ...more, simulator.addTask(shown(simulator.clock.now()))];
    // Wide enough for the descriptions beside the names.
    await workbench.widenView(440);
    await track(workbench, tasks.map(({ apiVersion, id }) => `${apiVersion}:${id}`).join('\n'));
    await until('All tasks', async () => {
      const rows = await workbench.rows();
      return rows.length === tasks.length && rows.every(({ icon }) => icon !== 'ellipsis');
    });
    const rows = await workbench.rows();
    const versions = new Set(rows.map(({ description }) => /v\d$/u.exec(description)?.[0]));
    assert.deepEqual(versions, new Set(['v1', 'v2', 'v3', 'v4']));
    const icons = new Set(rows.map(({ icon }) => icon));
    assert.deepEqual(
      [...icons].toSorted(),
      [
        'clock',
        'debug-pause',
        'debug-stop',
        'error',
        'loading',
        'pass',
        'pass-filled',
        'question',
        'warning',
      ].toSorted(),
    );
    const openSessions = workbench.page.locator('.pane-header', { hasText: 'Open Sessions' });
    await openSessions.click();
    await workbench.page.locator('.pane-body .monaco-list-row', { hasText: 'idle' }).waitFor();
    await workbench.row('Find the cheapest').click();
    const details = await workbench.detailsFrame();
    await details.getByRole('heading', { name: 'Open the timetable' }).waitFor();
    await firstPicture(details);
    await details.evaluate(() => scrollTo(0, 0));
    await workbench.leave();
    // They had ended before they were tracked, so there is no news of them.
    await workbench.waitForBadge(0);
    assert.deepEqual(await workbench.shownNotifications(), []);
    await workbench.screenshot('overview-dark');
    // Other tests share the window, and find it as it is at first.
    await openSessions.click();
  });
});

/** As many as both views have room for, of each version and in each state, by how their prompts begin. */
const shownSamples = [
  'Collect the opening hours',
  'Log in to the staging shop',
  'Fill in the customs form',
  'Sort the inbox',
  'Renew the three library books',
  'Find three direct flights',
  'List the five most discussed',
  'Add the prices for children',
  'Find the e-mail address',
  'Write a short report',
  'Rebook the train',
  'Post the weekly summary',
  'Read the three newest reviews',
  'Compare two insurance offers',
  'Write to all twelve landlords',
  'Export the list of subscribers',
];

/** Some of the samples have ended by then, and others go on. */
const shownAfterMs = 100_000;

/** A run whose browser idles, and a task that goes on: with room for what is said of their sessions. */
function withOpenSessions(now: number): readonly TaskScript[] {
  return [
    {
      apiVersion: 'v4',
      prompt: 'Rent a cargo bike for Saturday.',
      createdAtMs: now - 9 * 60_000,
      lengthMs: 180_000,
      judgeVerdict: true,
      cost: '0.0637',
    },
    {
      prompt: 'Watch the order queue.',
      createdAtMs: now - 25 * 60_000,
      keepAlive: true,
      end: 'never',
      cost: null,
    },
  ];
}

/** The task whose story is shown: short enough that its first step is in the picture. */
function shown(now: number): TaskScript {
  return {
    prompt: 'Find the cheapest direct train from Vienna to Venice.',
    createdAtMs: now - 4 * 60_000,
    steps: [
      { goal: 'Open the timetable', url: 'https://trains.example.com/' },
      { goal: 'Search for direct trains on Friday', url: 'https://trains.example.com/search' },
      { goal: 'Report the cheapest', url: 'https://trains.example.com/search?sort=price' },
    ],
    lengthMs: 32_000,
    output: 'Nightjet, 21:27, €29.90',
    judgeVerdict: true,
    cost: '0.0412',
  };
}
