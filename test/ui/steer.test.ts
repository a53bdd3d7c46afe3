import assert from 'node:assert/strict';
import type { Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { track, withCloudForEachTest } from './cloudOfTest';
import { until } from './until';
import type { Workbench } from './workbench';

const hostileTitle = 'Buy $(alert) [now](command:x)\n\n\u202Eevil';

describe('steering tasks', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForEachTest((opened) => void ({ workbench, simulator } = opened));

  const running = (prompt: string, more: Partial<TaskScript> = {}): TaskScript => ({
    prompt,
    lengthMs: 3_600_000,
    ...more,
  });

  async function trackAll(...scripts: readonly TaskScript[]): Promise<string[]> {
    const ids = scripts.map((script) => simulator.addTask(script).id);
    const links = scripts.map(
      ({ apiVersion = 'v2' }, index) =>
        `${simulator.url}/api/${apiVersion}/${apiVersion === 'v4' ? 'runs' : 'tasks'}/${ids[index]}`,
    );
    await track(workbench, links.join(' '));
    simulator.clock.advance(10_000);
    for (const { prompt } of scripts) {
      const [beginning = ''] = prompt.split(' ');
      await workbench.waitForRow(
        `The running row ${prompt}`,
        ({ label, icon }) => label.startsWith(beginning) && icon === 'loading',
      );
    }
    return ids;
  }

  const changes = () =>
    simulator.counts.seen
      .filter(({ method }) => method !== 'GET')
      .map(({ method, url }) => `${method} ${url}`);
  const waitForIcon = (label: string, icon: string) =>
    workbench.waitForRow(`${label} as ${icon}`, (row) => row.label === label && row.icon === icon);

  it('stops a task from its row, once, and only after it was asked', async () => {
    const [id] = await trackAll(running('Compare three bicycles'), running('Stays as it is'));
    await workbench.clickRowAction('Compare three bicycles', 'Stop Task');
    const text = await workbench.dialog().innerText();
    assert.match(text, /Stop “Compare three bicycles”\?/u);
    assert.match(text, /What it has not delivered yet is lost/u);
    await workbench.answerDialog('Cancel');
    assert.deepEqual(changes(), []);
    simulator.faults.add({ route: 'PATCH /api/v2/tasks/*', delayMs: 3000 });
    await workbench.clickRowAction('Compare three bicycles', 'Stop Task');
    await workbench.answerDialog('Stop Task');
    await workbench.waitForRow(
      'A row that is stopping',
      ({ label, description }) =>
        label === 'Compare three bicycles' && description.includes('stopping…'),
    );
    const menu = await workbench.contextMenu('Compare three bicycles');
    await workbench.page.keyboard.press('Escape');
    assert.ok(!menu.labels.some((label) => label.startsWith('Stop')), menu.labels.join());
    await waitForIcon('Compare three bicycles', 'debug-stop');
    assert.deepEqual(changes(), [`PATCH /api/v2/tasks/${id}`]);
    await waitForIcon('Stays as it is', 'loading');
    // Who stopped it need not be told.
    await workbench.waitForBadge(0);
    assert.ok((await workbench.shownNotifications()).every((each) => !each.includes('bicycles')));
  });

  it('says that a task had finished first', async () => {
    const [id = ''] = await trackAll(running('Was faster'));
    await workbench.clickRowAction('Was faster', 'Stop Task');
    await workbench.dialog().waitFor();
    simulator.faults.add({
      route: 'GET /api/*',
      effect: { kind: 'answer', status: 503, body: '' },
    });
    simulator.clock.advance(4_000_000);
    await workbench.answerDialog('Stop Task');
    await until('The request', async () => Promise.resolve(changes().length === 1));
    simulator.faults.clear();
    const notification = await workbench.waitForNotification('already');
    assert.equal(notification.message, '“Was faster” had finished already.');
    assert.deepEqual(changes(), [`PATCH /api/v2/tasks/${id}`]);
    // It is told once, by the answer alone.
    await workbench.waitForBadge(0);
    assert.equal(
      (await workbench.shownNotifications()).filter((each) => each.includes('Was faster')).length,
      1,
    );
    await notification.dismiss();
  });

  it('stops several that are selected, with their sessions, by one question and one summary', async () => {
    await trackAll(running('First of two'), running('Second of two'), running(hostileTitle));
    await workbench.row('First of two').click();
    await workbench.row('Buy').click({ modifiers: ['ControlOrMeta'] });
    await (await workbench.contextMenu('Buy')).choose('Stop Task and Session');
    const text = await workbench.dialog().innerText();
    assert.match(text, /Stop 2 tasks and the sessions that they run in\?/u);
    assert.match(text, /• First of two/u);
    assert.equal(await workbench.dialog().locator('a[href]').count(), 0);
    await workbench.screenshot('steer-question');
    await workbench.answerDialog('Stop Tasks and Sessions');
    const notification = await workbench.waitForNotification('stopped');
    assert.equal(notification.message, '2 tasks stopped.');
    await notification.dismiss();
    await waitForIcon('First of two', 'debug-stop');
    await waitForIcon('Second of two', 'loading');
    assert.equal(changes().length, 2);
  });

  it('pauses and resumes only what can be', async () => {
    await trackAll(running('Old and patient', { apiVersion: 'v1' }));
    await (await workbench.contextMenu('Old and patient')).choose('Pause Task');
    await waitForIcon('Old and patient', 'debug-pause');
    const menu = await workbench.contextMenu('Old and patient');
    assert.ok(!menu.labels.includes('Pause Task'));
    assert.ok(!menu.labels.includes('Stop Task and Session'));
    await menu.choose('Resume Task');
    await waitForIcon('Old and patient', 'loading');
    assert.equal(changes().length, 2);
  });

  it('shows what is open only while it is seen, and stops it', async () => {
    const [v4] = await trackAll(
      running('Orders a tent', { apiVersion: 'v4', lengthMs: 60_000 }),
      running('Reads the news', { keepAlive: true }),
    );
    simulator.clock.advance(70_000);
    await workbench.waitForRow(
      'The end',
      ({ label, icon }) => label === 'Orders a tent' && icon !== 'loading',
    );
    // Nothing else asks for the open sessions of v2.
    const lists = () =>
      simulator.counts.seen.filter(({ url }) => url.includes('/v2/sessions?filterBy=active'))
        .length;
    assert.equal(lists(), 0);
    await toggleSessions();
    const open = (text: string) =>
      workbench.page.locator(`${sessionsPane} .monaco-list-row`, { hasText: text });
    await open('Orders a tent').waitFor();
    await open('Reads the news').waitFor();
    assert.ok(lists() >= 1);
    const isMarked = async () => {
      const row = (await workbench.rows()).find(({ label }) => label === 'Orders a tent');
      return row?.description.includes('browser open');
    };
    await until('The mark of the open browser', isMarked);
    const stopAll = workbench.page.locator(
      `${sessionsPane} .pane-header a.action-label[aria-label^="Stop All Open Sessions"]`,
    );
    await stopAll.waitFor({ state: 'attached' });
    const description = await open('Orders a tent').locator('.label-description').innerText();
    assert.match(
      description.replaceAll('\u00a0', ' '),
      /^idle · \$0\.\d+ · \S+ min · until .* · v4$/u,
    );
    await workbench.leave();
    await workbench.screenshot('steer-sessions');
    await open('Orders a tent').hover();
    await open('Orders a tent')
      .locator('.actions a.action-label[aria-label^="Stop Session or Browser"]')
      .click();
    await open('Orders a tent').waitFor({ state: 'detached' });
    await open('Reads the news').waitFor();
    assert.equal(await isMarked(), false);
    assert.equal(changes().length, 1);
    assert.match(changes()[0] ?? '', /^PATCH \/api\/v4\/browsers\//u);
    assert.ok(v4);
    await workbench.runCommand('Browser Use: Stop All Open Sessions and Browsers');
    assert.match(await workbench.dialog().innerText(), /A task runs in it/u);
    await workbench.answerDialog('Stop Session');
    await waitForIcon('Reads the news', 'debug-stop');
    await workbench.page
      .locator(sessionsPane, { hasText: 'No session or browser is open.' })
      .waitFor();
    await stopAll.waitFor({ state: 'detached' });
    const read = lists();
    await toggleSessions();
    simulator.clock.advance(60_000);
    await workbench.clickViewAction('Refresh');
    assert.equal(lists(), read);
  });

  it('stops the browser of a run that has ended, from its details, without a question', async () => {
    await trackAll(running('Leaves its browser', { apiVersion: 'v4', lengthMs: 60_000 }));
    simulator.clock.advance(70_000);
    await workbench.waitForRow('The end', ({ icon }) => icon !== 'loading');
    // The page of another task would be taken for this one.
    await workbench.runCommand('View: Close All Editors');
    await workbench.row('Leaves its browser').click();
    const details = await workbench.detailsFrame();
    await details.getByRole('button', { name: 'Stop Browser' }).click();
    await details.getByRole('button', { name: 'Stop Browser' }).waitFor({ state: 'detached' });
    assert.equal(await workbench.dialog().count(), 0);
    assert.match(changes().join('\n'), /^POST .*\/cancel\nPATCH \/api\/v4\/browsers\/[^\n]+$/u);
    await workbench.runCommand('View: Close All Editors');
  });

  it('stops a session of v3 that is kept alive, from its details, where its row and the status bar say that it costs money', async () => {
    const prompt =
      'Waits for another prompt, however long nobody in the whole office has one for it';
    await trackAll(
      running(prompt, {
        apiVersion: 'v3',
        title: prompt,
        titleAfterMs: 0,
        keepAlive: true,
        lengthMs: 60_000,
      }),
    );
    simulator.clock.advance(70_000);
    await workbench.waitForRow('The end', ({ description }) =>
      description.startsWith('browser open'),
    );
    await workbench.waitForStatusBar('1 ended, 1 browser open');
    await workbench.unselect();
    for (const width of [300, 220]) {
      await workbench.widenView(width);
      const mark = workbench
        .row(prompt)
        .locator('.monaco-icon-label[class*="monaco-decoration-itemBadge"]');
      const shown = await mark.evaluate((label) => getComputedStyle(label, '::after').content);
      assert.equal(shown, '"●$"');
      await workbench.screenshot(
        `row-browser-open-${width}`,
        workbench.page.locator('.sidebar').first(),
      );
    }
    await workbench.runCommand('View: Close All Editors');
    await workbench.row(prompt).click();
    const details = await workbench.detailsFrame();
    await details.getByText(/The session of this task is still open, which costs money/u).waitFor();
    await workbench.screenshot('details-v3-kept-alive');
    await details.getByRole('button', { name: 'Stop Session', exact: true }).click();
    await details.getByText('is still open').waitFor({ state: 'detached' });
    assert.equal(await workbench.dialog().count(), 0);
    assert.match(changes().join('\n'), /^POST \/api\/v3\/sessions\/[^/]+\/stop$/u);
    await workbench.waitForRow('A row without mark', ({ label, description }) =>
      label === prompt ? !description.includes('browser open') : false,
    );
    await workbench.runCommand('View: Close All Editors');
  });

  it('deletes a session at the cloud only after a question that names what is lost', async () => {
    const [id = ''] = await trackAll(running('Goes for good'), running('Stays here'));
    const menu = await workbench.contextMenu('Goes for good');
    assert.deepEqual(menu.labels.slice(-2), [
      'Untrack Task',
      'Delete Session at Browser Use Cloud…',
    ]);
    await menu.choose('Delete Session at Browser Use Cloud…');
    const text = await workbench.dialog().innerText();
    assert.match(text, /Delete the session of “Goes for good” at Browser Use Cloud\?/u);
    assert.match(text, /outputs, files and recordings/u);
    assert.match(text, /cannot be undone/u);
    await workbench.answerDialog('Cancel');
    assert.equal(simulator.tasks.has(id), true);
    await (
      await workbench.contextMenu('Goes for good')
    ).choose('Delete Session at Browser Use Cloud…');
    await workbench.answerDialog('Delete Session');
    const notification = await workbench.waitForNotification('deleted');
    assert.equal(
      notification.message,
      '1 session deleted at the cloud, and 1 task no longer tracked.',
    );
    assert.deepEqual(notification.buttons, []);
    await notification.dismiss();
    // While the list is drawn anew, a row may stand in it twice.
    await until('The row that is left alone', async () => {
      const labels = (await workbench.rows()).map(({ label }) => label);
      return labels.length === 1 && labels[0] === 'Stays here';
    });
    assert.equal(simulator.tasks.has(id), false);
    assert.equal(changes().length, 1);
  });

  const sessionsPane = '.pane:has(.pane-header[aria-label^="Open Sessions"])';

  async function toggleSessions(): Promise<void> {
    await workbench.page.locator(`${sessionsPane} .pane-header`).click();
  }
});
