import assert from 'node:assert/strict';
import type { TaskDetails } from '../../../src/core/cloud/task';
import { aDetails } from '../../fakes/fakeCloud';
import type { DetailsPage } from './detailsPageHarness';
import { overflow, picturesAreThere, someSteps, useDetailsPages } from './detailsPages';

const beacon = 'https://tracker.example.net/p.png';
const turned = '\u202Egpj.exe\u2066\u200B';
const ansi = '\u001B[2J\u001B[31mred\u001B[0m\u0007\u0000';
const markup = `<script>hacked = 1</script><img src="${beacon}" onerror="hacked = 1"><iframe src="${beacon}"></iframe><svg onload="hacked = 1"><a href="javascript:hacked=1" onclick="hacked = 1">x</a><form action="${beacon}"><button>go</button></form><meta http-equiv="refresh" content="0;url=${beacon}"><base href="${beacon}"><link rel="stylesheet" href="${beacon}"><style>@import "${beacon}"; * { display: none }</style>`;
const links = `[a](javascript:hacked=1) [b](command:workbench.action.quit) [c](data:text/html,<script>hacked=1</script>) [d](file:///etc/passwd) [e](https://user:secret@tracker.example.net/) [f](//tracker.example.net) [g](vscode://file/etc/passwd) [h]( JaVaScRiPt:hacked=1 ) <javascript:hacked=1> ![p](${beacon}) ![q](javascript:hacked=1) [![r](${beacon})](javascript:hacked=1)

[ref]: javascript:hacked=1
[ref] [real](https://example.net/x)`;

/** Outputs that try what text can try on those who show it. */
const outputs: Readonly<Record<string, string>> = {
  'markup in Markdown': `# Title\n\n${markup}\n\n- ${markup}\n\n| ${markup} |\n|---|\n| ${links.replace(/\n/gu, ' ')} |`,
  'links in Markdown': `# Title\n\n${links}`,
  'markup in plain text': `${markup} ${links} ${ansi} ${turned}`,
  'JSON with markup in names and values': JSON.stringify({
    [markup]: markup,
    [turned]: ansi,
    constructor: { prototype: { hacked: 1 } },
    link: 'javascript:hacked=1',
    command: 'command:workbench.action.quit',
    list: [links, { [ansi]: turned }],
  }).replace('{', '{"__proto__":{"hacked":1},'),
  'megabytes in one word': 'w'.repeat(10_000_000),
  'megabytes of JSON in one string': JSON.stringify({ a: 'w'.repeat(10_000_000) }),
  'megabytes of JSON': JSON.stringify(Array.from({ length: 400_000 }, (_, index) => ({ index }))),
  'deep JSON': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'deep JSON that never ends': '{"a":'.repeat(100_000),
  'Markdown that nests': `# Title\n\n${'> '.repeat(2000)}a\n\n${Array.from({ length: 300 }, (_, level) => `${'  '.repeat(level)}- a`).join('\n')}`,
  'Markdown that keeps a parser busy': `# Title\n\n${'**a*b '.repeat(5000)}\n\n${'!['.repeat(20_000)}`,
  'a table as wide as can be': `${'| a '.repeat(3000)}|\n${'|---'.repeat(3000)}|\n${'| b '.repeat(3000)}|`,
};

describe('a hostile task on the details page', () => {
  const { samples, open } = useDetailsPages();

  /** Opens a page, does what a curious reader does, and checks that nothing has acted. */
  async function openAndTry(details: TaskDetails): Promise<DetailsPage> {
    const page = await open(details, { height: 3000 });
    const acted: string[] = [];
    page.page.on('dialog', (dialog) => {
      acted.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.page.on('popup', (popup) => acted.push(`popup: ${popup.url()}`));
    page.page.on('framenavigated', (frame) => acted.push(`navigated: ${frame.url()}`));
    page.page.on('download', (download) => acted.push(`download: ${download.url()}`));
    await picturesAreThere(page.page);
    // One after the other, as pressing one may bring others.
    for (const selector of ['summary', '#result .link', '.tree [role=treeitem]', '.steps .link'])
      for (const part of (await page.page.locator(selector).all()).slice(0, 25))
        if (await part.isVisible()) await part.click({ force: true });
    const found = await page.page.evaluate(() => {
      const texts = [...document.querySelectorAll('[title], [aria-label], [alt]')].map((each) =>
        [
          each.getAttribute('title'),
          each.getAttribute('aria-label'),
          each.getAttribute('alt'),
        ].join(),
      );
      const seen = `${texts.join()}${document.body.textContent}`;
      return {
        hacked: 'hacked' in globalThis || 'hacked' in Object.prototype,
        title: document.title,
        active: document.querySelectorAll(
          'script:not([nonce]), iframe, a, form, object, embed, svg, style, base, meta[http-equiv=refresh], link:not([rel=stylesheet])',
        ).length,
        pictures: [...document.images].filter(({ src }) => !src.startsWith('blob:')).length,
        handlers: [...document.querySelectorAll('*')].filter((element) =>
          element.getAttributeNames().some((name) => name.startsWith('on') || name === 'href'),
        ).length,
        // The bars are as high as their steps took time; the root holds the theme.
        styled: document.querySelectorAll('[style]:not(html, .bar > span)').length,
        turned: /[\u202A-\u202E\u2066-\u2069\u200B]/u.test(seen),
        controls: /(?![\t\n])\p{Cc}/u.test(seen),
      };
    });
    assert.deepEqual(found, {
      hacked: false,
      title: 'Task',
      active: 0,
      pictures: 0,
      // The page's own style sheet, in its head.
      handlers: 1,
      styled: 0,
      turned: false,
      controls: false,
    });
    assert.deepEqual(acted, []);
    const origin = new URL(page.page.url()).origin;
    const strange = page.requests.filter(
      (url) => !url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`),
    );
    assert.deepEqual(strange, []);
    assert.equal(await overflow(page.page), 0);
    return page;
  }

  it('does nothing as a whole', async () => {
    const page = await openAndTry(await samples().details('hostile'));
    // What is no web link without user-info is shown and cannot be pressed.
    const urls = await page.page.locator('.url button').allInnerTexts();
    assert.ok(urls.length > 0);
    for (const url of urls) assert.match(url, /^guestbook\.example\.net/u);
  });

  for (const [what, output] of Object.entries(outputs))
    it(`does nothing with ${what} as its output`, async () => {
      const details = aDetails('a', { status: 'finished', isSuccess: true, output });
      const page = await openAndTry(details);
      for (const message of page.messages)
        assert.ok(['ready', 'openLink', 'openText', 'picture'].includes(message.type));
      const form = page.page.locator('.switch button').nth(1);
      if (await form.isVisible()) await form.click();
      assert.equal(await overflow(page.page), 0);
      const elements = await page.page.locator('#result *').count();
      assert.ok(elements < 40_000, `${elements} elements`);
    });

  it('leads nowhere but to links that may be opened, by their place', async () => {
    const output = `# Title\n\n${links}`;
    const page = await openAndTry(aDetails('a', { status: 'finished', output }));
    const pressed = await page.page.locator('#result .markdown button.link').allInnerTexts();
    assert.deepEqual(pressed, ['p (picture)', 'real']);
    assert.deepEqual(
      page.messages.filter(({ type }) => type === 'openLink'),
      [
        { type: 'openLink', link: 'output', index: 0 },
        { type: 'openLink', link: 'output', index: 1 },
      ],
    );
  });

  it('does nothing by any of its other texts', async () => {
    const [step] = someSteps(1);
    assert.ok(step);
    const all = `${markup} ${links} ${ansi} ${turned}`;
    await openAndTry(
      aDetails('a', {
        status: 'finished',
        prompt: all,
        model: all,
        cost: all,
        agentVersion: all,
        rawStatus: all,
        judgeVerdict: false,
        judgement: JSON.stringify({ failure_reason: all, reasoning: all, [all]: all }),
        metadata: JSON.stringify({ [all]: all }),
        files: ['../../.bashrc', all, 'CON', `${'w'.repeat(100_000)}.txt`].map((name) => ({
          id: name,
          name,
        })),
        createdAt: all,
        sessionId: all,
        session: { status: all, recordingUrls: ['javascript:hacked=1'], liveUrl: beacon },
        steps: [
          step,
          {
            ...step,
            goal: all,
            evaluation: all,
            memory: all,
            url: all,
            actions: [all, '[]', '{}'],
          },
          { ...step, goal: 'W'.repeat(1_000_000), actions: [`{"a":"${'w'.repeat(1_000_000)}"}`] },
          { ...step, number: Number.NaN, durationSeconds: -1, url: 'javascript:hacked=1' },
        ],
      }),
    );
  });
});
