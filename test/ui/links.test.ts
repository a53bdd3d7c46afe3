import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
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

describe('an ID in a terminal', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  // Drawn as text, which tests can read.
  const settings = { 'terminal.integrated.gpuAcceleration': 'off' };
  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened), { settings });

  it('is a link that tracks the task and opens its details, alone and in the address of an API or a dashboard', async () => {
    const prompts = ['Look up the weather', 'Compare two laptops', 'Read the news'];
    const [bare, api, dashboard] = prompts.map(
      (prompt) => simulator.addTask({ prompt, end: 'never', cost: null }).id,
    );
    const lines = [
      `started ${bare}`,
      `GET https://api.browser-use.com/api/v2/tasks/${api}/status 200`,
      `see https://cloud.browser-use.com/tasks/${dashboard}`,
      'user_id=5c3f1f6e-2f1d-4c86-b1a2-93a0a2b7c9d4',
    ];
    await workbench.runCommand('Terminal: Create New Terminal');
    await print(lines);
    assert.doesNotMatch((await pointAtLink('5c3f1f6e')) ?? '', /Track/u);
    for (const [index, id] of [bare, api, dashboard].entries()) {
      const prompt = prompts[index] ?? '';
      assert.match((await pointAtLink(id ?? '')) ?? '', /Track Browser Use Task/u, prompt);
      if (index === 0) await workbench.screenshot('terminal-link');
      await clickLink(id ?? '');
      await workbench.waitForRow('The row', ({ label }) => label === prompt);
      const details = await workbench.detailsFrame();
      await details.getByRole('heading', { name: prompt }).waitFor();
    }
    assert.equal((await workbench.rows()).length, prompts.length);
    await workbench.runCommand('Terminal: Kill the Active Terminal Instance');
  });

  /** Has a shell print these lines, once it takes what is typed. */
  async function print(lines: readonly string[]): Promise<void> {
    const { page } = workbench;
    const screen = page.locator('.xterm-rows').first();
    await until('The prompt of a shell', async () => /[#$%>]/u.test(await screen.innerText()));
    await page.keyboard.type(
      `clear; printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}\n`,
    );
    await until('What was printed', async () => {
      const text = (await screen.innerText()).replaceAll('\u00a0', ' ');
      return lines.every((line) => text.includes(`\n${line}`) || text.startsWith(line));
    });
  }

  /** Points at a text, and says what VS Code says of the link there; undefined where it says nothing. */
  async function pointAtLink(text: string): Promise<string | undefined> {
    await workbench.leave();
    const { x, y } = await placeOf(text);
    await workbench.page.mouse.move(x, y, { steps: 3 });
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'click' });
    try {
      await hover.first().waitFor({ timeout: 4000 });
      return (await hover.first().innerText()).replaceAll('\u00a0', ' ');
    } catch {
      return undefined;
    }
  }

  async function clickLink(text: string): Promise<void> {
    const { x, y } = await placeOf(text);
    await workbench.page.keyboard.down('Control');
    await workbench.page.mouse.click(x, y);
    await workbench.page.keyboard.up('Control');
  }

  /** The middle of a text in the terminal, in pixels: all its characters are as wide. */
  function placeOf(text: string): Promise<{ readonly x: number; readonly y: number }> {
    return until('The place of a text', async () => {
      const line = workbench.page.locator('.xterm-rows > div', { hasText: text }).last();
      const content = await line.innerText();
      const spans = await line.locator('span').all();
      const boxes = await Promise.all(spans.map((span) => span.boundingBox()));
      const [left, right] = [
        boxes[0]?.x ?? 0,
        Math.max(...boxes.map((box) => (box ? box.x + box.width : 0))),
      ];
      const y = (boxes[0]?.y ?? 0) + (boxes[0]?.height ?? 0) / 2;
      const middle = content.indexOf(text) + text.length / 2;
      return { x: left + ((right - left) * middle) / content.length, y };
    });
  }
});

describe('a link to the extension', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  it('asks before it tracks', async () => {
    const { id } = simulator.addTask({ prompt: 'Look up the weather', end: 'never', cost: null });
    await follow(id);
    assert.match(await workbench.dialog().innerText(), /Track one task|Track 1 task/u);
    await workbench.screenshot('link-question');
    await workbench.answerDialog('Cancel');
    assert.deepEqual(await workbench.rows(), []);
    assert.equal(simulator.counts.total, 0, 'requests');
    await follow(id);
    await workbench.answerDialog('Track');
    await workbench.waitForRow('The row', ({ label }) => label === 'Look up the weather');
  });

  it('asks once for a thousand IDs', async () => {
    await follow(Array.from({ length: 1000 }, () => randomUUID()).join(','));
    const text = await workbench.dialog().innerText();
    assert.match(text, /Track 1,000 tasks of /u);
    assert.match(text, /… and 995 more/u);
    await workbench.screenshot('link-question-many');
    await workbench.answerDialog('Cancel');
    await workbench.dialog().waitFor({ state: 'hidden' });
  });

  /** Gives VS Code the link, as a system does, and lets the extension open it. */
  async function follow(id: string): Promise<void> {
    await workbench.runCommand('Developer: Open URL');
    await workbench.answerInput(`vscode://browser-use-tasks.browser-use-tasks/track?id=${id}`);
    await workbench.dialog().filter({ hasText: 'extension to open this URI' }).waitFor();
    await workbench.answerDialog('Open');
    await workbench.dialog().filter({ hasText: 'A link asks for this' }).waitFor();
  }
});
