import assert from 'node:assert/strict';
import { type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { track, withCloudForEachTest } from './cloudOfTest';
import { firstPicture } from './detailsPanel';
import { until } from './until';
import type { Workbench } from './workbench';

describe('notifications of ends', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForEachTest((opened) => void ({ workbench, simulator } = opened));

  it('several ends within ten seconds are one message, which leads to the view', async () => {
    await trackRunning(
      { prompt: 'First to end', lengthMs: 10_000 },
      { prompt: 'Second to end', lengthMs: 20_000, judgeVerdict: false },
      { prompt: 'Third to end', lengthMs: 30_000, end: 'failed' },
    );
    const before = (await workbench.shownNotifications()).length;
    for (const prompt of ['First', 'Second', 'Third']) {
      simulator.clock.advance(10_000);
      await workbench.waitForRow(
        `The end of ${prompt}`,
        ({ label, icon }) => label.startsWith(prompt) && icon !== 'loading',
      );
    }
    const notification = await workbench.waitForNotification('tasks ended');
    assert.equal(
      notification.message,
      '3 tasks ended: 1 finished, 1 finished without reaching the goal, 1 failed',
    );
    assert.equal(notification.severity, 'warning');
    await workbench.waitForBadge(3);
    await workbench.waitForStatusBar('3 ended');
    await until('A dot in each of their rows', async () => {
      const dots = workbench.page.locator(
        '.customview-tree [class*="monaco-decoration-itemBadge"]',
      );
      return (await dots.count()) === 3;
    });
    await workbench.page.keyboard.press('ControlOrMeta+B');
    await workbench.page.locator('.customview-tree').waitFor({ state: 'hidden' });
    await notification.click('Show Tasks');
    await workbench.page.locator('.customview-tree').waitFor();
    assert.equal((await workbench.shownNotifications()).length, before + 1);
  });

  it('leave out ends that the setting leaves out', async () => {
    workbench.changeSettings({ 'browserUseTasks.notifyOn': [] });
    await trackRunning({ prompt: 'Ends in silence', lengthMs: 10_000 });
    const before = (await workbench.shownNotifications()).length;
    simulator.clock.advance(10_000);
    await workbench.waitForBadge(1);
    workbench.changeSettings({ 'browserUseTasks.notifyOn': ['failed'] });
    await trackRunning(
      { prompt: 'Finishes in silence', lengthMs: 10_000 },
      { prompt: 'Fails aloud', lengthMs: 20_000, end: 'failed' },
    );
    simulator.clock.advance(10_000);
    await workbench.waitForBadge(2);
    simulator.clock.advance(10_000);
    const notification = await workbench.waitForNotification('Fails aloud');
    assert.match(notification.message, /^Failed: Fails aloud/);
    assert.equal((await workbench.shownNotifications()).length, before + 1);
    await notification.dismiss();
    workbench.changeSettings({ 'browserUseTasks.notifyOn': undefined });
  });

  it('leave out what had ended before the first poll', async () => {
    const hourAgo = simulator.clock.now() - 3_600_000;
    const ended = simulator.addTask({ prompt: 'Ended an hour ago', createdAtMs: hourAgo });
    const before = (await workbench.shownNotifications()).length;
    await track(workbench, ended.id);
    await workbench.waitForRow('The task', ({ icon }) => icon === 'pass-filled');
    // What is said next is said of another task.
    await trackRunning({ prompt: 'Ends now', lengthMs: 10_000 });
    simulator.clock.advance(10_000);
    const notification = await workbench.waitForNotification('Ends now');
    assert.equal((await workbench.shownNotifications()).length, before + 1);
    await workbench.waitForBadge(1);
    await notification.dismiss();
  });

  it('a window that is loaded anew shows tasks, badge and details again, and announces nothing', async () => {
    await trackRunning(
      { prompt: 'Ends and is opened', lengthMs: 10_000 },
      { prompt: 'Ends and is not opened', lengthMs: 10_000 },
    );
    simulator.clock.advance(10_000);
    await workbench.waitForBadge(2);
    await (await workbench.waitForNotification('2 tasks finished')).dismiss();
    await workbench.row('Ends and is opened').click();
    await firstPicture(await workbench.detailsFrame());
    await workbench.waitForBadge(1);
    const before = await workbench.rows();

    await workbench.reload();
    await workbench.openView();
    const rows = await until('The rows', async () => {
      const rows = await workbench.rows();
      return rows.length === before.length && rows;
    });
    const shown = ({ label, description, icon }: (typeof rows)[number]) => ({
      label,
      description,
      icon,
    });
    assert.deepEqual(rows.map(shown), before.map(shown));
    await workbench.waitForBadge(1);
    const details = await workbench.detailsFrame();
    await details.getByRole('heading', { name: 'Ends and is opened' }).waitFor();
    assert.ok((await firstPicture(details)).naturalWidth > 0);
    // What was announced before would come along with the next that is.
    await workbench.clickViewAction('Refresh');
    await trackRunning({ prompt: 'Ends after that', lengthMs: 10_000, cost: null });
    simulator.clock.advance(10_000);
    const notification = await workbench.waitForNotification('Ends after that');
    assert.equal(notification.message, 'Finished, successful: Ends after that');
    assert.deepEqual(await workbench.shownNotifications(), [notification.message]);
    await workbench.waitForBadge(2);
  });

  /** Tracks tasks and waits until they are seen to run. */
  async function trackRunning(...scripts: TaskScript[]): Promise<void> {
    const tasks = scripts.map((script) => simulator.addTask(script));
    await track(workbench, tasks.map(({ id }) => id).join(' '));
    await until('The running tasks', async () => {
      const rows = await workbench.rows();
      return scripts.every(({ prompt }) =>
        rows.some(({ label, icon }) => label === prompt && icon === 'loading'),
      );
    });
  }
});
