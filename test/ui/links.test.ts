import assert from 'node:assert/strict';
import type { Simulator } from '../simulator/startSimulator';
import { withCloudForAllTests } from './cloudOfTest';
import { until } from './until';
import type { Workbench } from './workbench';

describe('an ID in an editor', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  it('has a hover whose actions track the task, open its details, and say its status', async () => {
    const prompt = 'Look up [the](command:x) weather';
    const { id } = simulator.addTask({ prompt, end: 'never', cost: null });
    const { keyboard } = workbench.page;
    await workbench.runCommand('File: New Untitled Text File');
    await workbench.page.locator('.monaco-editor .view-line').first().waitFor();
    await keyboard.insertText(`task_id = ${id}`);
    const link = await hover('Track and Open Details');
    assert.match(await hoverText(), /Browser Use task, not tracked/);
    await workbench.screenshot('hover-not-tracked');
    await link.click();
    const details = await workbench.detailsFrame();
    await details.getByText('Look up').first().waitFor();
    await workbench.waitForRow('The row', ({ label }) => label === prompt);
    await workbench.runCommand('View: Close Editor');
    await hover('Open Details');
    assert.match(await hoverText(), /Look up \[the\]\(command:x\) weather\s+Running · v2/);
    await workbench.screenshot('hover-tracked');
    await keyboard.press('Escape');
    // Else VS Code asks whether to save the text.
    await workbench.runCommand('View: Revert and Close Editor');
  });

  /** Has the editor show the hover at its cursor, until that has such a link. */
  function hover(label: string) {
    return until(`A hover with ${label}`, async () => {
      await workbench.runCommand('Show or Focus Hover');
      const link = workbench.page.locator('.monaco-hover:visible a', { hasText: label }).first();
      await link.waitFor({ timeout: 3000 });
      return link;
    });
  }

  function hoverText(): Promise<string> {
    return workbench.page
      .locator('.monaco-hover:visible')
      .first()
      .innerText()
      .then((text) => text.replaceAll('\u00a0', ' '));
  }
});
