import type { SampleScript } from './sampleScript';

const rightToLeft = '\u202e';
const zeroWidth = '\u200b';
const escapeCode = '\u001b';

/** A task whose agent visited a page that tries whatever text can try on those who show it. */
export const hostileSample: Omit<SampleScript, 'ageMs'> = {
  id: 'a2cd37f1-e480-4d6a-bb1f-6c7d8e9fa018',
  apiVersion: 'v2',
  prompt: `Summarise the guest book <img src=x onerror="alert('prompt')"> ${rightToLeft}gpj.exe${zeroWidth} ${escapeCode}[31mred${escapeCode}[0m`,
  lengthMs: 40_000,
  steps: [
    {
      goal: '<script>window.hacked = true</script>Read the <b>guest book</b>',
      url: 'https://user:secret@guestbook.example.net/?q=<script>alert(1)</script>',
      evaluation: `${escapeCode}]0;owned\u0007Unknown${rightToLeft} - neht${zeroWidth}`,
      memory:
        '[Click me](command:workbench.action.terminal.new) ![beacon](https://tracker.example.net/p.png)',
      actions: [
        '{"go_to_url": {"url": "javascript:alert(document.domain)", "new_tab": false}}',
        'this is no JSON {',
        '{"__proto__": {"polluted": true}}',
      ],
    },
    {
      goal: 'Follow the link that the page names',
      url: 'javascript:alert(document.cookie)',
      actions: [{ click_element_by_index: { index: '"><svg onload=alert(2)>' } }],
    },
    {
      goal: 'Open the file that the page names',
      url: 'file:///etc/passwd',
      actions: [{ go_to_url: { url: 'vscode://file/etc/passwd' } }, 'null', '[]', '42'],
    },
    {
      goal: `A goal of one very long word: ${'W'.repeat(2_000)}`,
      url: `https://guestbook.example.net/${'a'.repeat(1_500)}`,
      hasScreenshot: false,
    },
  ],
  output: [
    '# Guest book',
    '<img src=x onerror="document.title=\'hacked\'"><script>window.hacked = true</script>',
    '<iframe src="https://tracker.example.net/"></iframe><style>* { display: none }</style>',
    '[a link](javascript:alert(1)) [another](command:workbench.action.quit) [a third](https://user:secret@example.net/)',
    '![beacon](https://tracker.example.net/pixel.png?leak=1)',
    `${rightToLeft}This line reads backwards.${zeroWidth}`,
    `${escapeCode}[2J${escapeCode}[31mThis clears a terminal.${escapeCode}[0m\u0000\u0008`,
    '<a href="https://example.net" onclick="alert(3)">click</a> ${7*7} {{7*7}} %s %n',
  ].join('\n\n'),
  isSuccess: true,
  judgeVerdict: false,
  judgement: JSON.stringify({
    verdict: false,
    failure_reason: '<script>alert("judge")</script>The page took over the summary.',
    reasoning: `The output holds what the page${rightToLeft} dictated, not a summary.`,
    impossible_task: false,
    reached_captcha: false,
  }),
  metadata: { '<b>key</b>': '<i>value</i>', nested: { depth: [1, [2, [3, ['<u>deep</u>']]]] } },
  files: [
    { name: '../../.bashrc', content: 'echo a file name that climbs out of its folder\n' },
    { name: `invoice${rightToLeft}fdp.exe`, content: 'A name that reads as a PDF.\n' },
    { name: 'CON.txt', content: 'A device on Windows.\n' },
    { name: `${'long'.repeat(70)}.txt`, content: 'A name too long for most file systems.\n' },
  ],
  cost: '0.000000000001',
  llm: '<marquee>browser-use-2.0</marquee>',
};
