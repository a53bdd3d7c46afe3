import assert from 'node:assert/strict';
import { taskMarkdown } from '../../../src/core/taskMarkdown';
import { aTask } from '../../fakes/aTask';
import { aDetails } from '../../fakes/fakeCloud';
import { hostileDetails, hostileTexts, showsSecret, unseen } from './hostileDetails';

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

  it('tells of a task without details what is known', () => {
    assert.match(taskMarkdown(aTask({ output: 'done' })), /## Output\n\n```text\ndone\n```\n$/u);
  });

  it('is soon there for ten megabytes', () => {
    const start = performance.now();
    taskMarkdown(aDetails('1', { output: '`a'.repeat(5_000_000), prompt: 'x '.repeat(5_000_000) }));
    assert.ok(performance.now() - start < 3000);
  });
});

/** What of a document stands in no code fence. */
function outsideFences(markdown: string): string {
  return markdown.replace(/^(`{3,})\w*\n[^]*?^\1$/gmu, '');
}
