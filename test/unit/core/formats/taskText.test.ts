import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import { taskJson } from '../../../../src/core/formats/taskJson';
import { taskMarkdown } from '../../../../src/core/formats/taskMarkdown';
import { taskText } from '../../../../src/core/formats/taskText';
import { newlyTracked } from '../../../../src/core/tasks/trackedTask';
import { aTask } from '../../../fakes/aTask';
import { aDetails } from '../../../fakes/fakeCloud';
import { hostileDetails, showsSecret, unseen } from '../details/hostileDetails';

const details = aDetails('a1', {
  status: 'finished',
  prompt: 'Find the cheapest flight\nto Oslo',
  isSuccess: true,
  judgeVerdict: false,
  output: '{"price":42,"currency":"EUR"}',
  cost: '0.1200',
  model: 'browser-use-2.0',
  sessionId: 's1',
  createdAt: '2026-01-13T12:00:00Z',
  startedAt: '2026-01-13T12:00:01Z',
  finishedAt: '2026-01-13T12:05:01Z',
  judgement: '{"verdict":false}',
  metadata: '{"team":"ops","tries":[1, 2]}',
  files: [{ id: 'f', name: 'prices.csv' }],
  steps: [
    {
      number: 1,
      goal: 'Open the page',
      evaluation: '',
      memory: 'nothing yet\nat all',
      url: 'https://example.com/',
      actions: ['{"click":{"index":3}}', 'not JSON'],
      durationSeconds: 2.5,
      screenshotUrl: 'https://store.example/1.png',
    },
  ],
});

describe('taskText', () => {
  it('tells the whole story, one idea a line, what matters first', () => {
    assert.equal(
      taskText(details),
      `Status: Finished, goal not reached
The agent says: success
The judge says: no success
Cost: $0.12
Duration: 5 min
Steps: 1
Model: browser-use-2.0

Prompt
  Find the cheapest flight
  to Oslo

Output
  {
    "price": 42,
    "currency": "EUR"
  }

Judgement
  {
    "verdict": false
  }

Files
  prices.csv

Step 1
  Memory: nothing yet
    at all
  Goal: Open the page
  URL: https://example.com/
  Action: click {"index":3}
  Action: not JSON
  Took: 2.5 s

Metadata
  team: ops
  tries: [1,2]

Times and IDs
  Created: 2026-01-13T12:00:00Z
  Started: 2026-01-13T12:00:01Z
  Finished: 2026-01-13T12:05:01Z
  Task ID: a1 (API v2)
  Session ID: s1
`,
    );
  });

  it('differs in nothing but times and IDs where two runs came out alike', () => {
    const later = {
      id: 'b2',
      sessionId: 's2',
      createdAt: '2026-01-14T12:00:00Z',
      startedAt: '2026-01-14T12:00:01Z',
      finishedAt: '2026-01-14T12:05:01Z',
    };
    const [one, another] = [details, { ...details, ...later }].map(taskText);
    const split = (text = ''): string[] => text.split('\nTimes and IDs\n');
    assert.equal(split(one)[0], split(another)[0]);
    assert.notEqual(split(one)[1], split(another)[1]);
  });

  it('is the same each time, and for an object whose fields came in another order', () => {
    const reversed = Object.fromEntries(Object.entries(details).toReversed()) as typeof details;
    assert.equal(taskText(reversed), taskText(details));
    assert.equal(taskText(details), taskText(details));
  });

  it('says of a task without details that there is more', () => {
    assert.match(
      taskText(aTask({ output: 'done' })),
      /Output\n {2}done[^]*\n\nSteps and files are not known: this is what was last seen of the task\.\n$/u,
    );
    assert.doesNotMatch(taskText(aTask({ output: '' })), /Output|Duration/u);
    assert.match(taskText(newlyTracked(details, 0)), /^Status: Not checked yet\n/u);
    assert.match(taskText(aTask({ isMissing: true })), /^Status: Not found$/mu);
  });

  it('tells errors, attachments, and what the agent judged, and keeps blank lines', () => {
    const step = { number: 3, goal: ' Open\n', evaluation: ' Success ', memory: '', url: ' ' };
    const text = taskText(
      aDetails('1', {
        status: 'running',
        prompt: 'Find\n\nit',
        error: 'No credits',
        attachments: ['in\n.csv', 'b.csv'],
        steps: [{ ...step, actions: ['{"click":1,"wait":{"s":2}}'] }],
      }),
    );
    assert.equal(
      text,
      `Status: Running
Steps: 1

Prompt
  Find

  it

Error
  No credits

Attachments
  in .csv
  b.csv

Step 3
  Judged before: Success
  Goal: Open
  Action: click 1
    wait {"s":2}

Times and IDs
  Created: 2026-01-13T11:59:00.000Z
  Task ID: 1 (API v2)
`,
    );
  });

  it('says what could not be read, and why', () => {
    const unread = {
      steps: new CloudError('forbidden', '403'),
      files: new CloudError('timeout', 'No whole answer'),
    };
    const text = taskText(aDetails('1', { unread }));
    assert.match(
      text,
      /^Could not be read: steps \(the server says that this API key may not do this\); files \(the server did not answer in time\)$/mu,
    );
    assert.doesNotMatch(text, /^Steps: /mu);
    const some = taskText(aDetails('1', { steps: details.steps, unread }));
    assert.match(some, /^Steps: 1 or more$/mu);
  });

  it('says that there are more files than are listed', () => {
    const text = taskText({ ...details, hasMoreFiles: true });
    assert.match(text, /^Files\n {2}prices\.csv\n {2}… and more$/mu);
    assert.match(taskMarkdown({ ...details, hasMoreFiles: true }), /- prices\.csv\n- … and more/u);
    const read = JSON.parse(taskJson({ ...details, hasMoreFiles: true })) as object;
    assert.equal('hasMoreFiles' in read, true);
  });

  it('holds no control or bidirectional character and no link that opens something', () => {
    const text = taskText(hostileDetails());
    assert.doesNotMatch(text, unseen);
    assert.equal(showsSecret(text), false);
    assert.match(text, /␛\[31mred/u);
  });

  it('keeps the digits of numbers', () => {
    const paused = '{"id":12345678901234567890}';
    const step = { number: 1, goal: '', evaluation: '', memory: '', url: '', actions: [paused] };
    const text = taskText(aDetails('1', { output: paused, metadata: paused, steps: [step] }));
    assert.equal(text.match(/12345678901234567890/gu)?.length, 3);
  });

  it('is there for ten megabytes, of which it tells the first million characters', () => {
    const text = taskText(aDetails('1', { output: 'x'.repeat(10_000_000) }));
    assert.ok(text.length < 1_001_000, String(text.length));
  });
});
