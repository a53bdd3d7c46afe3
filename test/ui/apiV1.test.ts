import assert from 'node:assert/strict';
import { simulatorKey, type Simulator } from '../simulator/startSimulator';
import { startStillCloud, track } from './cloudOfTest';
import { firstPicture } from './detailsPanel';
import { until } from './until';
import { openWorkbench, type Workbench } from './workbench';

const taskId = 'task_8c1d2e3f4a5b';
const prompt = 'Read the opening hours of the town’s museums.';

/** A task's life, told in order. */
describe('a task of API v1', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  before(async () => {
    // Only v1 is served, so that nothing of the task is asked in another's way.
    simulator = await startStillCloud({ apiVersions: ['v1'] });
    simulator.addTask({
      prompt,
      apiVersion: 'v1',
      id: taskId,
      startsAfterMs: 10_000,
      steps: [
        { goal: 'Open the town’s website', url: 'https://town.example.com/' },
        { goal: 'Open the list of museums', url: 'https://town.example.com/museums' },
      ],
      lengthMs: 40_000,
      output: 'Tuesday to Sunday, 10 to 18',
    });
    workbench = await openWorkbench({
      settings: {
        'browserUseTasks.baseUrl': simulator.url,
        'browserUseTasks.apiVersion': 'v1',
      },
    });
    await workbench.openView();
  });

  after(async () => {
    await workbench.close();
    await simulator.close();
  });

  it('is asked for with a key that v1 has proved, as a bearer token', async () => {
    await workbench.runCommand('Browser Use: Set API Key…');
    await workbench.answerInput(simulatorKey);
    await (await workbench.waitForNotification('is stored')).dismiss();
    await track(workbench, taskId);
    await until('A poll of the task', async () =>
      Promise.resolve(simulator.counts.seen.some(({ url }) => url === `/api/v1/task/${taskId}`)),
    );
    for (const { url, headerNames, status } of simulator.counts.seen) {
      assert.match(url, /^\/api\/v1\//);
      assert.ok(headerNames.includes('authorization'));
      assert.ok(!headerNames.includes('x-browser-use-api-key'));
      assert.equal(status, 200);
    }
  });

  it('goes from created to running, to paused, and on', async () => {
    const row = (icon: string, description: RegExp) =>
      workbench.waitForRow(
        `A row with the icon ${icon}`,
        (row) => row.icon === icon && row.label === prompt && description.test(row.description),
      );
    await row('clock', /^$/);
    simulator.clock.advance(15_000);
    await row('loading', /^<?\d+ min$/);
    const task = simulator.tasks.get(taskId);
    assert.ok(task);
    task.pause(simulator.clock.now());
    await row('debug-pause', /^<?\d+ min$/);
    await workbench.waitForStatusBar('1 active');
    task.resume(simulator.clock.now());
    await row('loading', /^<?\d+ min$/);
  });

  it('is announced when it finishes, and its details have steps and screenshots', async () => {
    simulator.clock.advance(60_000);
    const notification = await workbench.waitForNotification('museums');
    assert.equal(notification.message, `Finished: ${prompt}`);
    await workbench.waitForRow(
      'A finished row',
      ({ icon, description }) => icon === 'pass' && / ago$|^just now$/.test(description),
    );
    await notification.click('Open Details');
    const details = await workbench.detailsFrame();
    await details.getByRole('heading', { name: 'Open the list of museums' }).waitFor();
    const text = await details.locator('body').innerText();
    for (const part of [prompt, 'Finished', 'Tuesday to Sunday, 10 to 18'])
      assert.ok(text.includes(part), `The details say “${part}”.`);
    assert.equal(await details.locator('.step').count(), 2);
    await details.getByRole('heading', { name: /^Screenshots/ }).waitFor();
    assert.ok((await firstPicture(details)).naturalWidth > 0);
    await workbench.waitForBadge(0);
    const shown = await workbench.shownNotifications();
    assert.equal(shown.filter((text) => text.includes('museums')).length, 1);
    await workbench.screenshot('details-v1-finished');
  });
});
