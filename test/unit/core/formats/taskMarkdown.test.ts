import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { CloudError } from '../../../../src/core/cloud/errors';
import { taskMarkdown } from '../../../../src/core/formats/taskMarkdown';
import { taskTitle } from '../../../../src/core/labels/taskLabels';
import { aTask } from '../../../fakes/aTask';
import { aDetails } from '../../../fakes/fakeCloud';
import { hostileDetails, hostileTexts, showsSecret, unseen } from '../details/hostileDetails';
import { oneLine } from '../../../../src/core/text/plainText';

const details = aDetails('a1', {
  status: 'finished',
  prompt: 'Find the cheapest flight',
  isSuccess: true,
  output: '# Result\n\n- 42 EUR',
  cost: '0.12',
  finishedAt: '2026-01-13T12:00:00Z',
  files: [{ id: 'f', name: 'prices.csv' }],
  screenshotUrls: ['https://store.example/9.png'],
  steps: [
    {
      number: 1,
      goal: 'Open *the* page',
      evaluation: '',
      memory: 'none',
      url: 'https://example.com/a_b',
      actions: ['{"click": {"index": 3}}'],
      durationSeconds: 2.5,
      screenshotUrl: 'https://store.example/1.png',
    },
  ],
});

describe('taskMarkdown', () => {
  it('tells the whole story, with the pictures where they belong', () => {
    const text = taskMarkdown(details, {
      pictureOf: ({ of, index }) => `my (task)-images/${of}-${index}.png`,
    });
    assert.equal(
      text,
      `# Find the cheapest flight

| | |
| --- | --- |
| Status | Finished, successful |
| The agent says | success |
| Cost | \\$0.12 |
| Duration | 1 min |
| Created | 2026-01-13T11:59:00.000Z |
| Finished | 2026-01-13T12:00:00Z |
| Task | a1 \\(API v2\\) |

## Prompt

\`\`\`text
Find the cheapest flight
\`\`\`

## Output

\`\`\`markdown
# Result

- 42 EUR
\`\`\`

## Files

- prices.csv

## Screenshots

![Screenshot 1](my%20%28task%29-images/task-0.png)

## Steps

### Step 1 (2.5 s)

- **Memory:** none
- **Goal:** Open \\*the\\* page
- **URL:** <https://example.com/a_b>

\`\`\`json
{"click":{"index":3}}
\`\`\`

![Screenshot of step 1](my%20%28task%29-images/step-0.png)
`,
    );
  });

  it('tells every fact that is known', () => {
    const text = taskMarkdown(
      aDetails('a1', {
        status: 'finished',
        isSuccess: false,
        judgeVerdict: true,
        model: 'browser-use-2.0',
        agentVersion: '0.9.5',
        sessionId: 's_1',
        startedAt: '2026-01-13T11:59:30Z',
        error: '{"no": "JSON"',
        judgement: '{"verdict":true}',
        metadata: '{"team":"ops"}',
        attachments: ['in.csv'],
        files: [
          { id: '1', name: 'a.csv' },
          { id: '2', name: 'b.csv' },
        ],
        screenshotUrls: ['https://store.example/1.png', 'https://store.example/2.png'],
        steps: [1, 2].map((number) => ({
          number,
          goal: '',
          evaluation: number === 1 ? '' : ' Success: opened ',
          memory: '',
          url: number === 1 ? '' : ' https://a.example/x ',
          actions: number === 1 ? [] : ['{"a":1}', '{"b":2}'],
        })),
      }),
      { pictureOf: ({ of, index }) => (of === 'task' ? `${index}.png` : undefined) },
    );
    assert.equal(
      text,
      `# Do a1

| | |
| --- | --- |
| Status | Finished, successful |
| The agent says | no success |
| The judge says | success |
| Model | browser-use-2.0 |
| Agent version | 0.9.5 |
| Created | 2026-01-13T11:59:00.000Z |
| Started | 2026-01-13T11:59:30Z |
| Task | a1 \\(API v2\\) |
| Session | s_1 |

## Prompt

\`\`\`text
Do a1
\`\`\`

## Error

\`\`\`text
{"no": "JSON"
\`\`\`

## Judgement

\`\`\`json
{
  "verdict": true
}
\`\`\`

## Metadata

\`\`\`json
{
  "team": "ops"
}
\`\`\`

## Files

- a.csv
- b.csv

## Attachments

- in.csv

## Screenshots

![Screenshot 1](0.png)

![Screenshot 2](1.png)

## Steps

### Step 1

### Step 2

- **Judged before:** Success: opened
- **URL:** <https://a.example/x>

\`\`\`json
{"a":1}
{"b":2}
\`\`\`
`,
    );
  });

  it('leaves out what is not known, and says that a task is missing', () => {
    const text = taskMarkdown(
      aTask({ isMissing: true, sessionId: '', prompt: undefined, output: '' }),
    );
    assert.match(text, /^\| Status \| Not found \|$/mu);
    assert.doesNotMatch(text, /Session|Prompt|Output|Steps|Metadata|Screenshots|Files|undefined/u);
    assert.doesNotMatch(taskMarkdown(aTask({ isMissing: false })), /Not found/u);
    assert.doesNotMatch(taskMarkdown(details), /Screenshot/u, 'none was saved');
  });

  it('escapes the number of a list that a text begins with', () => {
    const files = ['1. first', '12) twelfth', 'in 2. place'];
    const text = taskMarkdown(
      aDetails('1', { files: files.map((name, index) => ({ id: `${index}`, name })) }),
    );
    assert.match(text, /^- 1\\\. first\n- 12\\\) twelfth\n- in 2\. place$/mu);
  });

  // CommonMark, with GFM's rule for underscores within words.
  const plain: readonly (readonly [string, string])[] = [
    ['snake_case_name', 'snake_case_name'],
    ['größe_über_alles', 'größe_über_alles'],
    ['a__b', 'a__b'],
    ['_private and __init__', '\\_private and \\_\\_init\\_\\_'],
    ['a _b_ c', 'a \\_b\\_ c'],
    ['(_b_)', '\\(\\_b\\_\\)'],
    ['#hashtag, issue #42 and C#', '#hashtag, issue #42 and C#'],
    ['# heading', '\\# heading'],
    ['### heading ###', '\\### heading \\###'],
    ['#', '\\#'],
    ['-5 to +5, a-b, x = y', '-5 to +5, a-b, x = y'],
    ['- item', '\\- item'],
    ['+ item', '\\+ item'],
    ['---', '\\---'],
    ['- - -', '\\- - -'],
    ['a - b -', 'a - b -'],
    ['-x', '-x'],
    ['12. of 20', '12\\. of 20'],
    ['3.5 of 4.0', '3.5 of 4.0'],
    ['3. of 4', '3\\. of 4'],
  ];
  for (const [name, expected] of plain)
    it(`escapes no more of ${JSON.stringify(name)} than Markdown would take for its own`, () => {
      const text = taskMarkdown(aDetails('1', { files: [{ id: '1', name }] }));
      assert.equal(/^## Files\n\n- (.*)$/mu.exec(text)?.[1], expected);
    });

  it('reads again as it was, as a heading, in a table, in a list and in a line', () => {
    const marks = '_*#-+=.!~|<>&$^`[](){}\\/:@'.split('');
    const mark = fc.constantFrom(...marks, '__', '---', '##');
    // Of few pieces, so that they meet each other.
    const texts = fc
      .tuple(mark, mark)
      .chain(([one, another]) =>
        fc
          .array(fc.constantFrom(one, another, 'a', '日', '1', ' '), { minLength: 1, maxLength: 8 })
          .map((pieces) => pieces.join('')),
      );
    fc.assert(
      fc.property(texts, (text) => {
        const shown = oneLine(text);
        const step = { number: 1, evaluation: '', memory: '', url: '', actions: [] };
        const markdown = taskMarkdown(
          aDetails('1', {
            prompt: text,
            model: text,
            files: [{ id: '1', name: text }],
            steps: [{ ...step, goal: text }],
          }),
        );
        const [title, ...lines] = linesOf(markdown);
        assert.equal(title, taskTitle({ prompt: text, id: '1' }, 100));
        if (shown === '') return;
        for (const line of [`Model${shown}`, shown, `Goal: ${shown}`])
          assert.ok(lines.includes(line), `${JSON.stringify(line)} in ${JSON.stringify(lines)}`);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) },
    );
  });

  it('leaves out what opens something, and pictures that could not be had', () => {
    const text = taskMarkdown(hostileDetails());
    assert.equal(showsSecret(text), false);
    assert.doesNotMatch(outsideFences(text), /!\[/u);
  });

  it('lets no text of a task be markup: outside of code all of its marks are escaped', () => {
    const text = taskMarkdown(
      hostileDetails({ steps: hostileDetails().steps.filter(({ goal }) => goal.length < 1000) }),
    );
    const prose = outsideFences(text)
      .replace(/\\[!-/:-@[-`{-~]/gu, '')
      // Ours: the head of the table, emphasis of names, links that may be opened.
      .replace(/^\| .* \|$/gmu, (row) => row.slice(1, -1).replace(' | ', ' '))
      .replace(/^\| \| \|$/gmu, '')
      .replace(/\*\*[A-Z][A-Za-z ]*:\*\*/gu, '')
      .replace(/<https?:\/\/[^\s<>]*>/gu, '')
      .replace(/^(#{1,3}|-) /gmu, '');
    assert.doesNotMatch(prose, /[<>[\]`*_~|]/u);
    assert.doesNotMatch(prose, /https?:\/\/\w|www\.\w|\w@\w/u);
    assert.doesNotMatch(text, unseen);
  });

  it('ends code where it ends, whatever fences a text has of its own', () => {
    for (const output of ['```', '````\n```', '``` ```` `````', '~~~', hostileTexts.join('\n')]) {
      const text = taskMarkdown(aDetails('1', { output, prompt: 'p' }));
      const opening = /## Output\n\n(`{3,})\w+\n/u.exec(text)?.[1] ?? '';
      assert.ok(opening.length >= 3);
      const runs = output.match(/`+/gu)?.map((run) => run.length) ?? [0];
      assert.ok(opening.length > Math.max(...runs), output.slice(0, 20));
      assert.ok(text.endsWith(`\n${opening}\n`));
    }
  });

  it('says what could not be read, and why', () => {
    const unread = { attachments: new CloudError('forbidden', '403') };
    assert.ok(
      linesOf(taskMarkdown(aDetails('1', { unread }))).includes(
        'Could not be readattachments (the server says that this API key may not do this)',
      ),
    );
  });

  it('tells of a task without details what is known', () => {
    assert.match(taskMarkdown(aTask({ output: 'done' })), /## Output\n\n```text\ndone\n```\n$/u);
  });

  it('keeps the digits of numbers', () => {
    const paused = '{"id":12345678901234567890}';
    const step = { number: 1, goal: '', evaluation: '', memory: '', url: '', actions: [paused] };
    const text = taskMarkdown(
      aDetails('1', { output: paused, metadata: paused, judgement: paused, steps: [step] }),
    );
    assert.equal(text.match(/12345678901234567890/gu)?.length, 4);
  });

  // What takes a power of the length does not end within the time that a test has.
  it('is there for a megabyte', () => {
    const markdown = taskMarkdown(
      aDetails('1', { output: '`a'.repeat(250_000), prompt: 'x '.repeat(250_000) }),
    );
    assert.ok(markdown.length > 1_000_000);
    const name = `a${'_'.repeat(1_000_000)}a`;
    assert.ok(taskMarkdown(aDetails('1', { files: [{ id: '1', name }] })).includes(name));
  });
});

/** The texts of a document as a reader of Markdown shows them: one for each heading, row and item. */
function linesOf(markdown: string): readonly string[] {
  const lines = [''];
  for (const { type, children, content } of new MarkdownIt('default').parse(markdown, {})) {
    if (['heading_open', 'tr_open', 'list_item_open', 'fence'].includes(type)) lines.push('');
    const text = children?.map((child) => child.content).join('') ?? content;
    lines.push(`${lines.pop() ?? ''}${text}`);
  }
  return lines.slice(1);
}

/** What of a document stands in no code fence. */
function outsideFences(markdown: string): string {
  return markdown.replace(/^(`{3,})\w*\n[^]*?^\1$/gmu, '');
}
