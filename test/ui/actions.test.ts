import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { refuseId, track, withCloudForEachTest } from './cloudOfTest';
import type { TaskRow } from './taskRow';
import { until } from './until';
import type { Workbench } from './workbench';

const hourMs = 3_600_000;

describe('what is done with tracked tasks', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForEachTest((opened) => void ({ workbench, simulator } = opened));

  it('is untracked by the button in its row, or by its context menu; the cloud keeps it', async () => {
    await trackAll(running('Goes by the button'), running('Goes by the menu'), running('Stays'));
    await workbench.clickRowAction('Goes by the button', 'Untrack Task');
    await labelsBecome('Goes by the menu', 'Stays');
    const notification = await workbench.waitForNotification('no longer tracked');
    assert.equal(notification.message, '1 task no longer tracked (“Goes by the button”).');
    await notification.click('Undo');
    await labelsBecome('Goes by the button', 'Goes by the menu', 'Stays');
    await workbench.clickRowAction('Goes by the button', 'Untrack Task');
    await labelsBecome('Goes by the menu', 'Stays');
    const menu = await workbench.contextMenu('Goes by the menu');
    assert.deepEqual(menu.labels, [
      'Open Details',
      'Refresh',
      'Copy Task ID',
      'Copy Code to Fetch Task…',
      'Run Again…',
      'Continue Session…',
      'Follow Session',
      'Compare Tasks…',
      'Export Task…',
      'Stop Task',
      'Stop Task and Session',
      'Untrack Task',
      'Delete Session at Browser Use Cloud…',
    ]);
    await menu.choose('Untrack Task');
    await labelsBecome('Stays');
    assert.equal(simulator.tasks.size, 3);
    assert.ok(simulator.counts.seen.every(({ method }) => method === 'GET'));
  });

  it('several that are selected are copied, untracked and brought back together', async () => {
    const [first, second, third] = await trackAll(
      running('First of the selected'),
      running('Second of the selected'),
      running('Not selected'),
    );
    await select('First of the selected', 'Second of the selected');
    await (await workbench.contextMenu('Second of the selected')).choose('Copy Task ID');
    // What was pasted to track them is still in the clipboard until then.
    const copied = await workbench.waitForClipboard([first, second, third].join(' '));
    assert.deepEqual(copied.split('\n'), [first, second]);

    await select('First of the selected', 'Second of the selected');
    await (await workbench.contextMenu('First of the selected')).choose('Untrack Task');
    await labelsBecome('Not selected');
    const notification = await workbench.waitForNotification('no longer tracked');
    assert.equal(notification.message, '2 tasks no longer tracked.');
    assert.equal(notification.severity, 'info');
    assert.deepEqual(notification.buttons, ['Undo']);
    await notification.click('Undo');
    await labelsBecome('First of the selected', 'Second of the selected', 'Not selected');
    for (const { icon, description } of await workbench.rows()) {
      assert.equal(icon, 'loading');
      assert.match(description, /^<?\d+ min$/);
    }
  });

  it('those that have ended are untracked at once, which can be undone', async () => {
    await trackAll(
      running('Still runs'),
      ended('Has finished', { cost: '0.0875' }),
      ended('Has failed', { end: 'failed', cost: null }),
    );
    const before = await workbench.rows();
    await workbench.runCommand('Browser Use: Untrack Ended Tasks');
    await labelsBecome('Still runs');
    const notification = await workbench.waitForNotification('no longer tracked');
    assert.equal(notification.message, '2 tasks no longer tracked.');
    assert.deepEqual(notification.buttons, ['Undo']);
    await notification.click('Undo');
    await labelsBecome('Still runs', 'Has finished', 'Has failed');
    const shown = ({ label, description, icon }: TaskRow) => ({ label, description, icon });
    assert.deepEqual((await workbench.rows()).map(shown), before.map(shown));
    // They had been seen to be ended before, so they are no news.
    await workbench.waitForBadge(0);
    await workbench.runCommand('Browser Use: Untrack Ended Tasks');
    await (await workbench.waitForNotification('2 tasks no longer tracked.')).dismiss();
    await workbench.runCommand('Browser Use: Untrack Ended Tasks');
    const nothing = await workbench.waitForNotification('No tracked task has ended.');
    assert.deepEqual(nothing.buttons, []);
    await nothing.dismiss();
  });

  it('is polled again by Refresh in its menu, and all by Refresh in the view’s title', async () => {
    const first = '7f0c8d1e-2b3a-4c5d-8e6f-901234567801';
    const second = '7f0c8d1e-2b3a-4c5d-8e6f-901234567802';
    // Missing at once, where the answer that there is none must be repeated for minutes.
    refuseId(simulator, first);
    refuseId(simulator, second);
    // Missing and ended tasks are not polled by themselves.
    await track(workbench, `${first} ${second}`);
    const isMissing = ({ icon }: TaskRow) => icon === 'circle-slash';
    await until('Two rows that are not found', async () => {
      const rows = await workbench.rows();
      return rows.length === 2 && rows.every(isMissing);
    });
    const createdAtMs = simulator.clock.now() - hourMs;
    simulator.faults.clear();
    simulator.addTask({ ...ended('Is there after all'), id: first, createdAtMs });
    simulator.addTask({ ...ended('Is there, too'), id: second, createdAtMs });
    await (await workbench.contextMenu(first)).choose('Refresh');
    await workbench.waitForRow('The one', ({ label }) => label === 'Is there after all');
    assert.deepEqual(
      (await workbench.rows()).filter(isMissing).map(({ label }) => label),
      [second],
    );
    const requested = simulator.counts.total;
    await workbench.clickViewAction('Refresh');
    await workbench.waitForRow('The other', ({ label }) => label === 'Is there, too');
    assert.ok(simulator.counts.total > requested);
    // Both have ended, so only the button polls them.
    const before = simulator.counts.total;
    await workbench.clickViewAction('Refresh');
    await until('Another poll', async () => Promise.resolve(simulator.counts.total > before));
    assert.ok(simulator.counts.seen.every(({ method }) => method === 'GET'));
  });

  it('a hover tells prompt, status, verdict, cost and the last check', async () => {
    const prompt =
      'Compare the prices of three bicycles, with lights and a lock, in the two shops of the town';
    const [, id] = await trackAll(
      running('Has no verdict yet'),
      ended(prompt, {
        cost: '0.2163',
        llm: 'browser-use-2.0',
        isSuccess: true,
        judgeVerdict: false,
      }),
    );
    await labelsBecome('Has no verdict yet', prompt);
    const lines = (await workbench.tooltip('Compare the prices')).split('\n');
    await workbench.screenshot('tooltip');
    assert.deepEqual(
      lines.map((line) => line.replace(/^(Created|Started|Finished|Last checked): .+$/, '$1')),
      [
        prompt,
        'Ended: The agent has come to its end.',
        'The judge found it not successful, though the agent says it succeeded.',
        'Cost: $0.2163',
        'Model: browser-use-2.0',
        'Created',
        'Started',
        'Finished',
        'Duration: 6 s',
        `API v2, task ID ${id}`,
        'Last checked',
      ],
    );
    // VS Code keeps a tooltip, so the tooltip of a task that is no longer polled has no age.
    assert.match(lines.at(-1) ?? '', /^Last checked: [^()]*\d[^()]*$/);
    const active = await workbench.tooltip('Has no verdict yet');
    assert.match(active, /^Has no verdict yet\nActive: The agent is at work \(“started”\)\.\n/);
    assert.match(active, /\nLast checked: .*\d.* \((just now|\d+ s ago)\)$/);
    assert.doesNotMatch(active, /judge|Finished/);
  });

  it('has no page in Browser Use Cloud when it comes from another server', async () => {
    const pages = workbench.page.context().pages().length;
    await trackAll(running('Has a session'));
    const menu = await workbench.contextMenu('Has a session');
    await workbench.page.keyboard.press('Escape');
    assert.ok(!menu.labels.includes('Open in Browser Use Cloud'), menu.labels.join());
    await workbench.runCommand('Browser Use: Open in Browser Use Cloud');
    const notification = await workbench.waitForNotification('have a page there');
    assert.equal(
      notification.message,
      'Only tasks of Browser Use Cloud itself have a page there; these come from the server that the base URL names.',
    );
    assert.equal(notification.severity, 'warning');
    assert.deepEqual(notification.buttons, ['Open Settings']);
    await notification.dismiss();
    assert.equal(workbench.page.context().pages().length, pages);
    assert.equal(await workbench.dialog().count(), 0);
  });

  it('is tracked, opened and untracked with the keyboard alone', async () => {
    const { keyboard } = workbench.page;
    const { id } = simulator.addTask(running('Never meets a mouse'));
    await runByKeyboard('Browser Use: Track Task…');
    await until('The input box', async () =>
      (await workbench.quickInput().getAttribute('placeholder'))?.startsWith('Task ID'),
    );
    await keyboard.type(id);
    await until('What the text names', async () =>
      (await workbench.quickPickLabels()).includes('Track 1 task'),
    );
    await keyboard.press('Enter');
    await workbench.waitForRow('The row', ({ icon }) => icon === 'loading');
    await openFirstRow(async () =>
      (await workbench.editorTitles()).includes('Never meets a mouse'),
    );
    const details = await workbench.detailsFrame();
    await details.getByRole('heading', { name: 'Never meets a mouse' }).waitFor();
    await hasFocus(details);
    await focusOnRows();
    await keyboard.press('ControlOrMeta+C');
    await until('The copied ID', async () => (await workbench.waitForClipboard()) === id);
    await keyboard.press('Delete');
    await labelsBecome();
    const notification = await workbench.waitForNotification('no longer tracked');
    await notification.click('Undo');
    await labelsBecome('Never meets a mouse');
    // The row that came back is another one, which nobody has selected.
    await openFirstRow(async () => (await workbench.rows()).some(({ selected }) => selected));
    await hasFocus(details);
    // VS Code shows the list a moment before it has chosen in it the task whose row is selected. The list closes where it loses
    // the focus, as to a page that gets it back late from the palette: a person runs the command again.
    await until('The list of tasks with one that is chosen', async () => {
      await keyboard.press('Escape');
      await runByKeyboard('Browser Use: Untrack Task');
      const picker = workbench.page.locator('.quick-input-widget:visible');
      await picker.getByText('1 Selected').waitFor({ timeout: 3000 });
      return (await workbench.quickPickLabels()).includes('Never meets a mouse');
    });
    await keyboard.press('Enter');
    await labelsBecome();
  });

  it('has its troubles in a log that can be shown', async () => {
    await workbench.runCommand('Browser Use: Show Log');
    const panel = workbench.page.locator('.part.panel');
    await until('The log', async () => {
      const channel = panel.locator('select').first();
      const name = await channel.evaluate(
        (element) => element instanceof HTMLSelectElement && element.selectedOptions[0]?.text,
      );
      const text = (await panel.locator('.view-lines').innerText()).replaceAll('\u00a0', ' ');
      return name === 'Browser Use Tasks' && text.includes('API key: present');
    });
    await workbench.page.keyboard.press('ControlOrMeta+J');
    await panel.waitFor({ state: 'hidden' });
  });

  /** Tracks tasks and waits until all have been checked. Their IDs, in the order of the scripts. */
  async function trackAll(...scripts: TaskScript[]): Promise<string[]> {
    const ids = scripts.map((script, index) => {
      // The later in the list, the older, so that the rows lie in the same order.
      const ageMs = script.end === 'never' ? index * 1_000 : hourMs + index * 60_000;
      return simulator.addTask({ ...script, createdAtMs: simulator.clock.now() - ageMs }).id;
    });
    await track(workbench, ids.join(' '));
    await until('All tasks', async () => {
      const rows = await workbench.rows();
      const areChecked = rows.every(({ icon }) => icon !== 'ellipsis');
      // The first that was tracked is selected, in its own time: a selection made before would be lost.
      return rows.length === scripts.length && areChecked && rows.some(({ selected }) => selected);
    });
    return ids;
  }

  /** Selects rows without opening them. */
  async function select(...labels: string[]): Promise<void> {
    await workbench.unselect();
    for (const label of labels) await workbench.row(label).click({ modifiers: ['ControlOrMeta'] });
    await until(`The selection of ${JSON.stringify(labels)}`, async () => {
      const selected = (await workbench.rows()).filter((row) => row.selected);
      return JSON.stringify(selected.map(({ label }) => label)) === JSON.stringify(labels);
    });
  }

  /** Details take the focus in their own time, and from a palette that is opened before. */
  async function hasFocus(details: Frame): Promise<void> {
    await until('The focus in the details', () => details.evaluate(() => document.hasFocus()));
  }

  /** VS Code drops a key that comes while it draws the rows anew: a person presses it again. */
  async function openFirstRow(isOpen: () => Promise<boolean>): Promise<void> {
    const { keyboard } = workbench.page;
    await until('The first row to open', async () => {
      await focusOnRows();
      await keyboard.press('Home');
      await keyboard.press('Enter');
      await until('Its effect', isOpen, 3000);
      return true;
    });
  }

  async function focusOnRows(): Promise<void> {
    await runByKeyboard('Browser Use: Focus on Tasks View');
    await until('The focus on the rows', () =>
      workbench.page.locator('.customview-tree .monaco-list:focus').isVisible(),
    );
  }

  async function runByKeyboard(title: string): Promise<void> {
    const { keyboard } = workbench.page;
    await workbench.openPalette();
    await keyboard.type(title);
    const focused = workbench.page.locator(
      '.quick-input-list .monaco-list-row.focused .label-name:not(.quick-input-list-label-meta *)',
    );
    await until(`"${title}" in the palette`, async () => {
      if ((await workbench.quickPickLabels()).every((label) => label !== title)) return false;
      if ((await focused.innerText({ timeout: 500 })) === title) return true;
      await keyboard.press('ArrowDown');
      return false;
    });
    await keyboard.press('Enter');
    // A palette that is closing may give back the focus and still take the next key.
    await workbench.waitForPaletteToClose();
  }

  async function labelsBecome(...labels: string[]): Promise<void> {
    await until(`The rows ${JSON.stringify(labels)}`, async () => {
      const found = (await workbench.rows()).map(({ label }) => label);
      if (JSON.stringify(found) === JSON.stringify(labels)) return true;
      throw new Error(`there are: ${JSON.stringify(found)}`);
    });
  }
});

function running(prompt: string): TaskScript {
  return { prompt, end: 'never', cost: null };
}

function ended(prompt: string, script: Partial<TaskScript> = {}): TaskScript {
  return { prompt, steps: 3, ...script };
}
