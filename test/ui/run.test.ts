import assert from 'node:assert/strict';
import type { Simulator } from '../simulator/startSimulator';
import { withCloudForEachTest } from './cloudOfTest';
import type { Workbench } from './workbench';

const start = 'POST /api/v4/runs';

describe('running a task', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForEachTest((opened) => void ({ workbench, simulator } = opened), {
    settings: { 'browserUseTasks.apiVersion': 'auto' },
  });

  it('shows all of it and the account first, sends it once, and tracks it at once', async () => {
    await workbench.runCommand('Browser Use: Run Task…');
    await titleIs('Prompt');
    await workbench.answerInput('Find the cheapest bicycle');
    await pageShows('Run');
    await setCostCap('2.50');
    await pageShows('Cost Cap$2.50');
    assert.match(await pageText(), /Costs up to \$2\.50\./u);
    await workbench.screenshot('run');
    await workbench.page.setViewportSize({ width: 600, height: 700 });
    await workbench.screenshot('run-narrow');
    await workbench.page.setViewportSize({ width: 1280, height: 800 });
    await chooseRun();
    await workbench.page.keyboard.press('Enter');
    await workbench.waitForRow('Its row', ({ label }) => label === 'Find the cheapest bicycle');
    const started = await workbench.waitForNotification('The task has started');
    assert.deepEqual(started.buttons, ['Open Details']);
    await started.click('Open Details');
    await (await workbench.detailsFrame()).getByText('Find the cheapest bicycle').first().waitFor();
    await workbench.runCommand('View: Close All Editors');
    assert.equal(simulator.counts.of(start), 1);
    const [task] = simulator.tasks.values();
    assert.equal(task?.script.prompt, 'Find the cheapest bicycle');
  });

  it('comes back filled in where the cloud refuses it, with what to do', async () => {
    simulator.faults.add({
      route: start,
      preventsAction: true,
      effect: {
        kind: 'answer',
        status: 422,
        body: { detail: [{ loc: ['body', 'model'], msg: 'Input should be a known model' }] },
      },
    });
    await workbench.runCommand('Browser Use: Run Task…');
    await titleIs('Prompt');
    await workbench.answerInput('Find a tent');
    await pageShows('Run');
    await setCostCap('1');
    await chooseRun();
    await pageShows('Model: Input should be a known model');
    await workbench.page.setViewportSize({ width: 600, height: 700 });
    await workbench.screenshot('run-refused');
    await workbench.page.setViewportSize({ width: 1280, height: 800 });
    assert.match(await pageText(), /Find a tent/u);
    // What the cloud has against it is said of what was sent.
    await setCostCap('1.00');
    await pageShows('Run');
    assert.doesNotMatch(await pageText(), /known model/u);
    // What was filled in goes on as a prompt file, with a button to run it.
    simulator.faults.clear();
    await workbench.page
      .locator('.quick-input-titlebar [aria-label="Edit as a Prompt File"]')
      .click();
    await workbench.page.locator('.editor-actions a[aria-label^="Run Task"]').first().click();
    await pageShows('Cost Cap$1.00');
    await chooseRun();
    await workbench.waitForRow('Its row', ({ label }) => label === 'Find a tent');
    await workbench.runCommand('View: Revert and Close Editor');
    assert.equal(simulator.tasks.size, 1);
  });

  it('is found where its answer is lost, and never sent twice by itself', async () => {
    simulator.faults.add({ route: start, effect: { kind: 'reset' } });
    const list = simulator.faults.add({ route: 'GET /api/v4/runs', effect: { kind: 'reset' } });
    await workbench.runCommand('Browser Use: Run Task…');
    await titleIs('Prompt');
    await workbench.answerInput('Find a stove');
    // What was created is told from what was there before by its time, and the cloud's clock stands still.
    simulator.clock.advance(Date.now() - simulator.clock.now());
    await chooseRun();
    await workbench.dialog().waitFor();
    assert.match(await workbench.dialog().innerText(), /may have started/u);
    await workbench.screenshot('run-unknown');
    list.clear();
    await workbench.answerDialog('Look Again');
    await workbench.waitForRow('Its row', ({ label }) => label === 'Find a stove');
    assert.equal(simulator.counts.of(start), 1);
    assert.equal(simulator.tasks.size, 1);
  });

  it('completes a prompt file while it is typed: its options, and their values; and leaves the prompt alone', async () => {
    await workbench.runCommand('Browser Use: Run Task…');
    await titleIs('Prompt');
    await workbench.answerInput('Find a lamp');
    await pageShows('Run');
    await workbench.page
      .locator('.quick-input-titlebar [aria-label="Edit as a Prompt File"]')
      .click();
    const { keyboard } = workbench.page;
    const suggested = workbench.page.locator(
      '.suggest-widget:visible .monaco-list-row .label-name',
    );
    await workbench.page.locator('.monaco-editor .view-line', { hasText: 'apiVersion' }).click();
    await keyboard.press('Home');
    await keyboard.press('Enter');
    await keyboard.press('ArrowUp');
    await keyboard.type('mod');
    await suggested.getByText('model', { exact: true }).waitFor();
    await workbench.screenshot('prompt-file-option');
    await keyboard.press('Escape');
    await keyboard.type('el: ');
    await suggested.getByText('minimax-m3').first().waitFor();
    await keyboard.press('Escape');
    await keyboard.press('ControlOrMeta+End');
    await keyboard.press('Enter');
    for (const word of ['mod', 'model', 'judge ']) {
      await keyboard.type(word);
      await workbench.page.waitForTimeout(300);
      assert.equal(await suggested.count(), 0, word);
    }
    await workbench.runCommand('View: Revert and Close Editor');
  });

  const rowOf = (text: string) =>
    workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();

  const titleIs = (title: string) =>
    workbench.page.locator('.quick-input-title', { hasText: title }).waitFor();

  const pageShows = (text: string) => rowOf(text).waitFor();

  const pageText = () => workbench.page.locator('.quick-input-list').innerText();

  async function setCostCap(amount: string): Promise<void> {
    // Enter means the row that was typed, never the one that sends.
    await workbench.quickInput().fill('cost cap');
    await rowOf('Costs money').waitFor({ state: 'hidden' });
    await workbench.page.keyboard.press('Enter');
    await titleIs('Cost Cap');
    await workbench.answerInput(amount);
    await pageShows('Cost Cap$');
  }

  /** A page that has just opened takes no Run: nobody has read it. */
  async function chooseRun(): Promise<void> {
    const run = rowOf('Costs');
    await run.waitFor();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await run.click();
  }
});
