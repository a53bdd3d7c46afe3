import assert from 'node:assert/strict';
import { type Simulator } from '../simulator/startSimulator';
import { sampleTasks } from '../simulator/samples';
import type { TaskScript } from '../simulator/taskScript';
import { track, withCloudForAllTests } from './cloudOfTest';
import { firstPicture } from './detailsPanel';
import { until } from './until';
import type { Workbench } from './workbench';

/** What a person sees who has worked with it for some days; the README's first picture. */
describe('the view beside the details of a task', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  before(async () => {
    await workbench.setTheme('dark');
  });

  it('has every sample task in its state, and a finished one’s story', async () => {
    const samples = sampleTasks(simulator.clock.now()).map(({ script }) => script);
    const tasks = [...samples, shown(simulator.clock.now())].map((each) => simulator.addTask(each));
    // Wide enough for the descriptions beside the names.
    await workbench.widenView(440);
    await track(workbench, tasks.map(({ apiVersion, id }) => `${apiVersion}:${id}`).join('\n'));
    await until('All tasks', async () => {
      const rows = await workbench.rows();
      return rows.length === tasks.length && rows.every(({ icon }) => icon !== 'ellipsis');
    });
    const rows = await workbench.rows();
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
  });
});

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
