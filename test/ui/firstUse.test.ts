import assert from 'node:assert/strict';
import { simulatorKey, type Simulator } from '../simulator/startSimulator';
import { startStillCloud } from './cloudOfTest';
import { firstPicture } from './detailsPanel';
import { until } from './until';
import { openWorkbench, type Workbench } from './workbench';

const taskId = '5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a601';
const otherId = '5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a602';
const sessionId = '5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a603';
const prompt = 'Find the cheapest direct train from Vienna to Venice.';

/** One person's first minutes, told in order. */
describe('the first use, with API v2', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  before(async () => {
    simulator = await startStillCloud();
    simulator.addTask({
      prompt: 'List this week’s open positions.',
      id: otherId,
      sessionId,
      createdAtMs: simulator.clock.now() - 3_600_000,
    });
    simulator.addTask({
      prompt,
      id: taskId,
      startsAfterMs: 10_000,
      steps: [
        { goal: 'Open the timetable', url: 'https://trains.example.com/' },
        { goal: 'Search for direct trains on Friday', url: 'https://trains.example.com/search' },
        { goal: 'Report the cheapest', url: 'https://trains.example.com/search?sort=price' },
      ],
      lengthMs: 30_000,
      output: 'Nightjet, 21:27, €29.90',
      judgeVerdict: true,
      cost: '0.0412',
    });
    // An answer that takes its time, as real ones do: VS Code hides all but three of the
    // notifications that come within 800 ms.
    simulator.faults.add({ route: 'GET /api/v2/billing/account', delayMs: 500 });
    workbench = await openWorkbench({
      settings: {
        'browserUseTasks.baseUrl': simulator.url,
        'browserUseTasks.apiVersion': 'auto',
      },
      isFresh: true,
    });
    await workbench.setTheme('dark');
  });

  after(async () => {
    await workbench.close();
    await simulator.close();
  });

  it('asks for a key in the view', async () => {
    await workbench.openView();
    const text = await until('The welcome view', () => workbench.welcomeText());
    assert.match(text, /See what your Browser Use Cloud agents are doing/);
    assert.match(text, /Set API Key/);
    await workbench.screenshot('welcome-without-key-dark');
  });

  it('offers to set one where recent tasks would stand, and pasting all the same', async () => {
    await workbench.runCommand('Browser Use: Track Task…');
    await until('What the list offers', async () =>
      (await workbench.quickPickLabels()).includes('Set API Key…'),
    );
    await workbench.page.keyboard.press('Escape');
    await workbench.quickInput().waitFor({ state: 'hidden' });
  });

  it('says that a wrong key is wrong, and stores nothing', async () => {
    await workbench.clickWelcome('Set API Key');
    await workbench.quickInput().waitFor();
    assert.ok(await workbench.isInputHidden());
    await workbench.answerInput('5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a601', { confirm: false });
    await workbench.waitForInputMessage(/This looks like a task ID, not an API key/);
    await workbench.answerInput('bu_some_other_key');
    const { message, severity, buttons } =
      await workbench.waitForNotification('Nothing was stored');
    assert.match(message, /^127\.0\.0\.1:\d+ does not accept this API key\. Nothing was stored\.$/);
    assert.equal(severity, 'error');
    assert.deepEqual(buttons, ['Try Again']);
    assert.match(await workbench.welcomeText(), /Set API Key/);
  });

  it('proves a right key, stores it, and says whose it is', async () => {
    await (await workbench.waitForNotification('Nothing was stored')).click('Try Again');
    await workbench.quickInput().waitFor();
    assert.ok(await workbench.isInputHidden());
    await workbench.answerInput(simulatorKey);
    const notification = await workbench.waitForNotification('is stored');
    assert.match(notification.message, /Ada Example/);
    await notification.dismiss();
    await until('The welcome view without tasks', async () =>
      (await workbench.welcomeText()).includes('No tasks are tracked yet'),
    );
    await workbench.screenshot('welcome-without-tasks-dark');
    assert.ok(!workbench.log().includes(simulatorKey));
  });

  it('tracks a pasted list, and says what was named twice', async () => {
    await workbench.runCommand('Browser Use: Track Task…');
    await workbench.pasteInput(
      [taskId, `https://cloud.browser-use.com/agent/${sessionId}`, taskId].join('\n'),
    );
    await until('What the list names', async () =>
      (await workbench.quickPickLabels()).includes('Track 1 task and all of 1 session'),
    );
    await workbench.screenshot('track-task-dark');
    await workbench.page.keyboard.press('Enter');
    const notification = await workbench.waitForNotification('tracked');
    assert.equal(notification.message, '2 tasks tracked; 1 was named twice.');
    await notification.dismiss();
    const row = await workbench.waitForRow('A row of the session’s task', ({ label }) =>
      label.startsWith('List this week'),
    );
    assert.match(row.description, /^\$0\.\d+ · (?:59 min|1 h) ago$/);
    assert.equal(row.icon, 'pass-filled');
  });

  it('shows a task as created, then running, then finished, and announces its end once', async () => {
    const created = await workbench.waitForRow('A created task', ({ icon }) => icon === 'clock');
    assert.equal(created.label, prompt);
    assert.equal(created.description, '');
    await workbench.waitForStatusBar('1 active');
    simulator.clock.advance(12_000);
    const running = await workbench.waitForRow('A running task', ({ icon }) => icon === 'loading');
    assert.ok(running.spins);
    assert.equal(running.description, '<1 min');
    await workbench.waitForStatusBar('1 running');
    assert.equal(await workbench.badge(), undefined);
    simulator.clock.advance(60_000);
    const finished = await workbench.waitForRow(
      'A finished task',
      ({ label, description }) => label === prompt && description === '$0.0412 · just now',
    );
    assert.equal(finished.icon, 'pass-filled');
    const notification = await workbench.waitForNotification('Venice');
    assert.equal(notification.message, `Finished, successful: ${prompt} ($0.0412)`);
    assert.equal(notification.severity, 'info');
    assert.deepEqual(notification.buttons, ['Open Details']);
    await workbench.waitForBadge(1);
    await workbench.waitForStatusBar('1 ended');
    await workbench.screenshot('notification-dark');
  });

  it('opens the details from the notification: prompt, outcome, cost, steps and screenshots', async () => {
    await (await workbench.waitForNotification('Venice')).click('Open Details');
    const details = await workbench.detailsFrame();
    await details.getByRole('heading', { name: 'Search for direct trains on Friday' }).waitFor();
    const text = await details.locator('body').innerText();
    for (const part of [prompt, 'Finished, successful', '$0.0412', 'Nightjet, 21:27, €29.90'])
      assert.ok(text.includes(part), `The details say “${part}”.`);
    assert.equal(await details.locator('.step').count(), 3);
    assert.ok((await firstPicture(details)).naturalWidth > 0);
    await workbench.screenshot('details-after-notification-dark');
  });

  it('takes the badge away once the details were opened', async () => {
    await workbench.waitForBadge(0);
    await until(
      'A status bar that has nothing to say',
      async () => !(await workbench.statusBarItem().isVisible()),
    );
    const shown = await workbench.shownNotifications();
    assert.equal(shown.filter((text) => text.includes('Venice')).length, 1);
  });
});
