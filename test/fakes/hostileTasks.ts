import type { TaskScript } from '../simulator/taskScript';

/** What a visited page, or who wrote a prompt, may try on those who show or keep a task: one line each, by kind. */
export const hostileTexts = {
  markup: '<b>x</b><script>globalThis.hacked = true</script><img src=x onerror="alert(1)">',
  style: '<style>* { display: none }</style><iframe src="https://tracker.example/"></iframe>',
  commandLink: '[click](command:workbench.action.quit) <command:workbench.action.quit>',
  scriptLink: '[click](javascript:alert(1)) [click](data:text/html,<script>alert(2)</script>)',
  fileLink: '[click](file:///etc/passwd) vscode://file/etc/passwd',
  userInfo: 'https://user:secret@example.com/ https://example.com@evil.example/',
  trackingPicture: '![beacon](https://tracker.example/p.png) <img src="https://tracker.example/q">',
  fence: '```\n# out of the fence\n<script>alert(2)</script>\n````\n`````',
  bidi: '\u202Egpj.exe\u200B \u2066\u061C',
  ansi: '\u001b[31mred\u001b[0m\u001b]0;title\u0007\u0000\u0008\u009b',
  longWord: 'W'.repeat(2_000_000),
  deepJson: `{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  schema: '{"$schema":"https://tracker.example/schema.json","a":1}',
  pollution: '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  table: '| a | b |\n---\n# Heading\n> quote\n- list\n1. one\n<!-- comment',
  template: '$(alert) $(touch pwned) `touch pwned` ${7*7} {{7*7}} %s',
  autolink: 'https://tracker.example/autolink www.tracker.example me@tracker.example',
  halfCharacter: '\uD800 half a character',
} as const;

export type HostileKind = keyof typeof hostileTexts;

export const hostileKinds = Object.keys(hostileTexts) as readonly HostileKind[];

/** Names of files that try to be put where nobody chose, or to be taken for something else. */
export const hostileFileNames: readonly string[] = [
  '../../../../tmp/escaped.txt',
  '..\\..\\escaped.txt',
  '/etc/passwd',
  'C:\\Windows\\win.ini',
  'C:escaped.txt',
  '..',
  '.',
  '.bashrc',
  'a\u0000b.txt',
  'CON',
  'nul.txt',
  'trailing. . .',
  `invoice\u202Efdp.exe`,
  `${'long'.repeat(100)}.txt`,
  'a/b/../../../c.txt',
  'file:///etc/hosts',
  'new\nline.txt',
];

/** A finished task whose every text is of one hostile kind, in whatever API version it is added. */
export function hostileScript(kind: HostileKind): TaskScript {
  return scriptSaying(hostileTexts[kind]);
}

/** A finished task whose every text is the same. */
export function scriptSaying(text: string): TaskScript {
  // Names are short in reality.
  const name = text.slice(0, 200);
  const tool = {
    type: 'tool',
    tool: name,
    callID: name,
    state: { status: 'error', title: text, input: { description: text, url: text }, error: text },
  };
  return {
    prompt: text,
    title: text,
    titleAfterMs: 0,
    v3: {
      messages: [
        { afterMs: 1, type: 'browser_action', role: name, summary: text, data: text },
        { afterMs: 2, type: name, summary: '', data: JSON.stringify({ content: text }) },
        { afterMs: 3, type: 'browser_action_error', summary: text, data: text },
      ],
    },
    v4: {
      judgement: { verdict: text, [name]: text },
      judgementAfterMs: 0,
      error: text,
      events: [
        { afterMs: 1, type: name, data: { [name]: text } },
        { afterMs: 2, type: 'core.event', data: { part: { type: 'text', text } } },
        { afterMs: 3, type: 'core.event', data: { part: tool } },
        {
          afterMs: 4,
          type: 'browser.ready',
          data: { live_view_url: name, browser_session_id: name },
        },
      ],
    },
    createdAtMs: Date.now() - 60_000,
    output: text,
    judgement: text,
    llm: text,
    browserUseVersion: text,
    metadata: { [name]: text },
    steps: [
      { goal: text, url: text, evaluation: text, memory: text, actions: [text, `{"a":${text}}`] },
      { goal: text, url: 'javascript:alert(1)', actions: ['{"go":{"url":"command:quit"}}'] },
    ],
  };
}
