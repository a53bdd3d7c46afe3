import assert from 'node:assert/strict';
import { aDetails } from '../../fakes/fakeCloud';
import { themeNames } from './detailsPageHarness';
import { axeFaults, overflow, until, useDetailsPages } from './detailsPages';

describe('the result on the details page', () => {
  const { open } = useDetailsPages();

  const openOutput = async (output: string, width = 900) =>
    open(aDetails('a', { status: 'finished', output }), { width });

  it('shows JSON as a tree that is worked by keyboard', async () => {
    const { page } = await openOutput('{"a":{"b":[1,2]},"c":"text","d":null}');
    const rows = async (): Promise<string[]> =>
      (await page.getByRole('treeitem').allInnerTexts()).map((text) => text.replace(/\s+/gu, ' '));
    const focused = async (): Promise<string> =>
      page.evaluate(() => document.activeElement?.querySelector('.name')?.textContent ?? '');
    assert.equal((await rows()).length, 6);
    await page.locator('[role=treeitem][tabindex="0"]').focus();
    assert.equal(await focused(), 'a');
    await page.keyboard.press('ArrowLeft');
    assert.equal((await rows()).length, 3);
    assert.equal(await page.getByRole('treeitem').first().getAttribute('aria-expanded'), 'false');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(), 'b');
    await page.keyboard.press('Enter');
    assert.equal((await rows()).length, 4);
    await page.keyboard.press('End');
    assert.equal(await focused(), 'd');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(), 'c');
    await page.keyboard.press('Home');
    assert.equal(await focused(), 'a');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await focused(), 'a');
    assert.equal(await page.locator('[role=treeitem][tabindex="0"]').count(), 1);
  });

  it('remembers what was opened in a tree', async () => {
    const page = await openOutput('{"a":{"b":1},"c":2}');
    await page.page.getByRole('treeitem').first().press('ArrowLeft');
    assert.equal(await page.page.getByRole('treeitem').count(), 2);
    await page.reload();
    await page.page.getByRole('tree').waitFor();
    assert.equal(await page.page.getByRole('treeitem').count(), 2);
  });

  it('shows a long list in portions', async () => {
    const { page } = await openOutput(JSON.stringify(Array.from({ length: 300 }, (_, i) => i)));
    const rows = page.getByRole('treeitem');
    assert.equal(await rows.count(), 51);
    await rows.last().click();
    assert.equal(await rows.count(), 251);
    assert.equal(await rows.nth(50).evaluate((row) => row === document.activeElement), true);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    assert.equal(await rows.count(), 300);
  });

  it('opens links of the result by their place, from a tree, Markdown and plain text', async () => {
    const first = 'https://a.example/x';
    const second = 'https://b.example/y';
    for (const output of [
      JSON.stringify({ first, list: [second] }),
      `# Title\n\nSee [this](${first}) and ${second}.`,
      `See ${first} and ${second}.`,
    ]) {
      const { page, messages } = await openOutput(output);
      await page.locator('#result .card .link').nth(1).click();
      await until(() => messages.some(({ type }) => type === 'openLink'));
      assert.deepEqual(messages.at(-1), { type: 'openLink', link: 'output', index: 1 });
      assert.equal(await page.locator('#result .card .link').nth(1).getAttribute('title'), second);
    }
  });

  it('opens the link of a row in a tree by keyboard', async () => {
    const { page, messages } = await openOutput('{"link":"https://a.example/"}');
    await page.locator('[role=treeitem]').press('Enter');
    await until(() => messages.some(({ type }) => type === 'openLink'));
    assert.deepEqual(messages.at(-1), { type: 'openLink', link: 'output', index: 0 });
  });

  it('switches to the text, and remembers that', async () => {
    const page = await openOutput('{"a":1}');
    await page.page.getByRole('button', { name: 'Text', exact: true }).click();
    assert.equal(await page.page.getByRole('tree').count(), 0);
    assert.equal(await page.page.locator('#text-output').innerText(), '{\n  "a": 1\n}');
    await page.reload();
    await page.page.locator('#text-output').waitFor();
    const pressed = await page.page
      .locator('.switch button')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-pressed')));
    assert.deepEqual(pressed, ['false', 'true']);
  });

  it('renders Markdown with headings in order below its own', async () => {
    const { page } = await openOutput(
      '# One\n\n### Two\n\n- a\n- b\n  1. c\n\n**bold** *it* ~~no~~ `code`\n\n> quote\n\n---\n\n```js\nx\n```\n\n| a |\n|---|\n| b |',
    );
    const shape = await page
      .locator('.markdown')
      .evaluate((root) =>
        [...root.querySelectorAll('*')].map(({ localName }) => localName).join(' '),
      );
    assert.equal(
      shape,
      'h3 h4 ul li li ol li p strong em s code blockquote p hr pre code div table thead tr th tbody tr td',
    );
    assert.deepEqual(await axeFaults(page), []);
  });

  it('saves, copies and opens the result', async () => {
    const { page, messages } = await openOutput('text');
    for (const name of ['Copy Result', 'Save Result…', 'Open Result in Editor'])
      await page.getByRole('button', { name }).click();
    await until(() => messages.length >= 4);
    assert.deepEqual(messages.slice(-3), [
      { type: 'copy', what: 'output' },
      { type: 'act', action: 'saveOutput' },
      { type: 'openText', part: 'output', index: 0 },
    ]);
  });

  it('shows the beginning of JSON that is cut as a tree, and leads to all of it', async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => ({ index, text: 'some text' }));
    const { page, messages } = await openOutput(JSON.stringify({ many }));
    assert.match(await page.getByRole('treeitem').first().innerText(), /or more\]/u);
    await page.getByRole('button', { name: 'Open all of it in an editor' }).click();
    await until(() => messages.some(({ type }) => type === 'openText'));
  });

  for (const theme of themeNames)
    it(`shows trees and Markdown without a fault for axe, narrow and wide (${theme})`, async () => {
      const link =
        'https://a.example/a-path-that-is-so-long-that-it-must-break-somewhere-in-a-panel';
      const outputs = [
        JSON.stringify({ text: 'some', number: 1.5, is: true, none: null, link, list: [[], {}] }),
        `# Title\n\nSee [this](${link}), \`code\` and [that](nowhere).\n\n| a | b |\n|---|---|\n| ${'wide '.repeat(40)} | ${'word'.repeat(40)} |\n\n\`\`\`\n${'code '.repeat(60)}\n\`\`\``,
      ];
      for (const output of outputs) {
        const { page } = await open(aDetails('a', { status: 'finished', output }), { theme });
        for (const width of [900, 300]) {
          await page.setViewportSize({ width, height: 900 });
          assert.equal(await overflow(page), 0);
          // Order and names do not change with the theme, nor colours with the width.
          if (theme !== 'dark' && width === 300) continue;
          const what = theme === 'dark' ? 'everything' : 'colors';
          assert.deepEqual(await axeFaults(page, what), [], `${width} px: ${output.slice(0, 20)}`);
        }
      }
    });
});
