import assert from 'node:assert/strict';
import { simulatorKey, type Simulator } from '../simulator/startSimulator';
import { sampleTasks } from '../simulator/samples';
import { startStillCloud, track } from './cloudOfTest';
import { firstPicture } from './detailsPanel';
import { until } from './until';
import { openWorkbench, type Workbench } from './workbench';

/** What a person sees who has worked with it for some days; the README's first picture. */
describe('the view beside the details of a task', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  before(async () => {
    simulator = await startStillCloud();
    workbench = await openWorkbench({
      settings: { 'browserUseTasks.baseUrl': simulator.url },
      env: { BROWSER_USE_API_KEY: simulatorKey },
    });
    await workbench.setTheme('dark');
    await workbench.openView();
  });

  after(async () => {
    await workbench.close();
    await simulator.close();
  });

  it('has every sample task in its state, and a finished one’s story', async () => {
    const samples = sampleTasks(simulator.clock.now());
    for (const { script } of samples) simulator.addTask(script);
    // Two of those that run have ended by then, before they are tracked.
    simulator.clock.advance(90_000);
    await workbench.widenView(400);
    await track(workbench, samples.map(({ apiVersion, id }) => `${apiVersion}:${id}`).join('\n'));
    await until('All tasks', async () => {
      const rows = await workbench.rows();
      return rows.length === samples.length && rows.every(({ icon }) => icon !== 'ellipsis');
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
    await workbench.row('Find three direct flights').click();
    const details = await workbench.detailsFrame();
    await details.getByRole('heading', { name: 'Open the flight search' }).waitFor();
    await firstPicture(details);
    await details.evaluate(() => scrollTo(0, 0));
    await workbench.leave();
    // They had ended before they were tracked, so there is no news of them.
    await workbench.waitForBadge(0);
    assert.deepEqual(await workbench.shownNotifications(), []);
    await workbench.screenshot('overview-dark');
  });
});
