import assert from 'node:assert/strict';
import { createV3Client } from '../../../src/api/v3';
import type { TaskStatus } from '../../../src/core/cloud/task';
import { summaryOf } from '../../../src/core/cloud/taskClient';
import { firstPage } from '../../fakes/clientPages';
import { never } from '../../fakes/never';
import { pollFrom } from './answers';

const id = '6e1f0b2c-0000-4000-8000-00000000abcd';
const sessionPath = `/api/v3/sessions/${id}`;
const messagesPath = `${sessionPath}/messages?limit=100`;
const filesPath = '/api/v3/workspaces/w-1/files?limit=100';

/** A session as the OpenAPI document has it. */
const session = {
  id,
  status: 'running',
  model: 'claude-opus-4.7',
  title: null,
  output: null,
  stepCount: 0,
  lastStepSummary: null,
  isTaskSuccessful: null,
  liveUrl: 'https://live.example/?wss=secret',
  recordingUrls: ['https://files.example/r.mp4', 'no link'],
  workspaceId: 'w-1',
  totalCostUsd: '0.870000',
  createdAt: '2026-11-01T12:00:00Z',
  updatedAt: '2026-11-01T12:01:00Z',
};

async function statusOf(more: object, answeredAtMs?: number) {
  const send = pollFrom({ [sessionPath]: { ...session, ...more } }, answeredAtMs);
  return createV3Client(send).getStatus(id, never);
}

describe('v3: a session that is kept alive', () => {
  const idle = { ...session, status: 'idle', isTaskSuccessful: true };

  it('closes by itself a quarter of an hour after its task, as its details say', async () => {
    const idleUntilOf = async (more: object) => {
      const send = pollFrom({ [sessionPath]: { ...idle, ...more } });
      return (await createV3Client(send).getTask(id, never)).session?.idleUntil;
    };
    assert.equal(await idleUntilOf({}), '2026-11-01T12:16:00.000Z');
    for (const more of [
      { status: 'stopped' },
      { status: 'timed_out' },
      { isTaskSuccessful: null },
      { updatedAt: 'soon' },
    ])
      assert.equal(await idleUntilOf(more), undefined, JSON.stringify(more));
  });
});

describe('v3: how long a session stays open that is idle', () => {
  const minuteMs = 60_000;
  const serverAtMs = Date.now() - 60 * minuteMs;
  const updatedAt = new Date(serverAtMs - 10 * minuteMs).toISOString();
  const idle = { ...session, status: 'idle', isTaskSuccessful: true, updatedAt };
  const closesInMs = async (more: object) =>
    (await statusOf({ ...idle, ...more }, serverAtMs)).closesInMs;

  it("goes by the server's clock alone, in status, list and details", async () => {
    assert.equal(await closesInMs({}), 5 * minuteMs);
    const list = { '/api/v3/sessions?page=1&page_size=100': { sessions: [idle], total: 1 } };
    const send = pollFrom({ ...list, [sessionPath]: idle }, serverAtMs);
    const client = createV3Client(send);
    const { tasks } = await firstPage(client, {}, never);
    assert.equal(tasks[0]?.closesInMs, 5 * minuteMs);
    assert.equal(summaryOf(await client.getTask(id, never)).closesInMs, 5 * minuteMs);
  });

  it('is not said of one that runs, has ended, waits for its first task, or does not say since when', async () => {
    for (const more of [
      { status: 'running' },
      { status: 'stopped' },
      { status: 'timed_out' },
      { isTaskSuccessful: null },
      { updatedAt: 'soon' },
    ])
      assert.equal(await closesInMs(more), undefined, JSON.stringify(more));
  });
});

describe('v3: what the status of a session means', () => {
  // Minutes may pass from here to the test, where many files run.
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const rows: readonly (readonly [string, object, TaskStatus])[] = [
    ['created', { status: 'created' }, 'created'],
    ['idle before its first task', { status: 'idle' }, 'created'],
    ['running', { status: 'running' }, 'running'],
    ['idle with a verdict', { status: 'idle', isTaskSuccessful: true }, 'finished'],
    ['idle with an output', { status: 'idle', output: 'done' }, 'finished'],
    [
      'idle a moment between steps',
      { status: 'idle', stepCount: 3, updatedAt: inAnHour },
      'running',
    ],
    ['idle for long after steps', { status: 'idle', stepCount: 3 }, 'stopped'],
    ['stopped with a verdict', { status: 'stopped', isTaskSuccessful: false }, 'finished'],
    ['stopped before one', { status: 'stopped' }, 'stopped'],
    ['timed out after its work', { status: 'timed_out', isTaskSuccessful: true }, 'finished'],
    ['timed out before', { status: 'timed_out' }, 'failed'],
    ['broken down', { status: 'error' }, 'failed'],
    ['a word of tomorrow', { status: 'dreaming' }, 'unknown'],
  ];
  for (const [name, more, status] of rows)
    it(name, async () => {
      assert.equal((await statusOf(more)).status, status);
    });

  const hourMs = 3_600_000;
  for (const [name, serverAtMs] of [
    ['an hour ahead', Date.now() - hourMs],
    ['an hour behind', Date.now() + hourMs],
  ] as const)
    it(`judges an idle session by the server's clock, while the local one is ${name}`, async () => {
      const idleFor = (ms: number): object => ({
        status: 'idle',
        stepCount: 3,
        updatedAt: new Date(serverAtMs - ms).toISOString(),
      });
      assert.equal((await statusOf(idleFor(110_000), serverAtMs)).status, 'running');
      assert.equal((await statusOf(idleFor(130_000), serverAtMs)).status, 'stopped');
      const sessions = [idleFor(110_000), idleFor(130_000)].map((idle) => ({
        ...session,
        ...idle,
      }));
      const list = { '/api/v3/sessions?page=1&page_size=100': { sessions, total: 2 } };
      const client = createV3Client(pollFrom(list, serverAtMs));
      const { tasks } = await firstPage(client, {}, never);
      assert.deepEqual(
        tasks.map(({ status }) => status),
        ['running', 'stopped'],
      );
    });
});

describe('v3: a session', () => {
  it('tells verdict, cost, model, title and output as they come', async () => {
    const update = await statusOf({ status: 'stopped', isTaskSuccessful: true, title: 'A flight' });
    assert.deepEqual(update, {
      status: 'finished',
      rawStatus: 'stopped',
      title: 'A flight',
      isSuccess: true,
      cost: '0.870000',
      model: 'claude-opus-4.7',
      sessionId: id,
      createdAt: '2026-11-01T12:00:00Z',
    });
  });

  const outputs: readonly (readonly [string, unknown, string | undefined])[] = [
    ['text', '42 EUR', '42 EUR'],
    ['an object', { price: 42 }, '{"price":42}'],
    ['a number', 42, '42'],
    ['what code came back with', { text: 'It is 42', code: 'print(42)' }, 'It is 42'],
    ['nothing', null, undefined],
  ];
  for (const [name, output, expected] of outputs)
    it(`has an output: ${name}`, async () => {
      assert.equal((await statusOf({ status: 'idle', stepCount: 1, output })).output, expected);
    });

  it('is understood without an output', async () => {
    const { output, ...others } = session;
    const client = createV3Client(pollFrom({ [sessionPath]: others }));
    assert.equal((await client.getStatus(id, never)).status, 'running');
  });

  it('says what it did last where it broke down', async () => {
    const update = await statusOf({ status: 'error', lastStepSummary: 'Opening the shop' });
    assert.equal(update.output, 'Opening the shop');
  });

  it('is not taken from the answer about another', async () => {
    await assert.rejects(statusOf({ id: 'another' }), { kind: 'badAnswer' });
  });

  it('has its page, its recordings and no more than can be opened', async () => {
    const task = await createV3Client(pollFrom({ [sessionPath]: session })).getTask(id, never);
    assert.deepEqual(task.session, {
      status: 'running',
      liveUrl: 'https://live.example/?wss=secret',
      recordingUrls: ['https://files.example/r.mp4'],
    });
  });
});

const message = { sessionId: id, hidden: false, createdAt: '2026-11-01T12:00:10Z' };
const messages = [
  {
    ...message,
    id: 'm1',
    role: 'human',
    type: 'user_message',
    data: '<task>Find a flight</task>\nFiles: a.csv',
  },
  { ...message, id: 'm2', role: 'ai', type: 'planning', data: '', summary: 'Plan', hidden: true },
  {
    ...message,
    id: 'm3',
    role: 'assistant',
    type: 'browser_action',
    summary: 'Open the shop',
    data: JSON.stringify({
      content: [{ type: 'text', text: 'I open it' }],
      tool_calls: [
        { id: 'c1', function: { name: 'go', arguments: '{"url":"https://shop.example"}' } },
      ],
    }),
  },
  {
    ...message,
    id: 'm4',
    role: 'tool',
    type: 'browser_action_result',
    summary: 'Opened',
    data: 'no { JSON',
    screenshotUrl: 'https://files.example/4.png',
  },
  { ...message, id: 'm5', role: 'ai', type: 'a_new_type', data: 'plain words', summary: '' },
  { ...message, id: 'm6', role: 'ai', type: 'completion', data: '42 EUR', summary: 'Done' },
];

describe('v3: the details of a session', () => {
  const answers = {
    [sessionPath]: session,
    [messagesPath]: { messages, hasMore: false },
    [filesPath]: { files: [{ path: 'prices.csv', size: 3 }], folders: [], hasMore: false },
  };

  it('have steps of its messages, its prompt and its files', async () => {
    const details = await createV3Client(pollFrom(answers)).getDetails(id, never);
    assert.equal(details.prompt, 'Find a flight');
    assert.deepEqual(details.files, [{ id: 'w-1/prices.csv', name: 'prices.csv' }]);
    assert.deepEqual(details.steps, [
      {
        number: 1,
        goal: 'Open the shop',
        evaluation: 'Opened',
        memory: 'I open it',
        url: 'https://shop.example',
        actions: ['{"go":{"url":"https://shop.example"}}'],
        screenshotUrl: 'https://files.example/4.png',
      },
      {
        number: 2,
        goal: 'plain words',
        evaluation: '',
        memory: '',
        url: '',
        actions: [],
        durationSeconds: 0,
      },
    ]);
    assert.equal(details.isPartial, false);
  });

  it('tell what was asked first, and what last in a session that went on', async () => {
    const asked = (id: string, data: string) => ({ ...messages[0], id, data });
    const more = [...messages, asked('m7', 'Book it'), asked('m8', '<task>Pay</task>')];
    const client = createV3Client(pollFrom({ ...answers, [messagesPath]: { messages: more } }));
    const { prompt, lastPrompt } = await client.getDetails(id, never);
    assert.deepEqual([prompt, lastPrompt], ['Find a flight', 'Pay']);
    const once = await createV3Client(pollFrom(answers)).getDetails(id, never);
    assert.equal(once.lastPrompt, undefined);
  });

  it('take calls of tools for actions, also without words or arguments', async () => {
    const called = { ...message, id: 'm1', role: 'ai', type: 'browser_action', summary: 'Act' };
    const data = JSON.stringify({ tool_calls: [{ function: { name: 'screenshot' } }] });
    const client = createV3Client(
      pollFrom({ ...answers, [messagesPath]: { messages: [{ ...called, data }] } }),
    );
    const [step] = (await client.getDetails(id, never)).steps;
    assert.deepEqual(step?.actions, ['{"screenshot":{}}']);
  });

  it('take objects of JSON for actions, one or a line each', async () => {
    const action = { ...message, role: 'ai', type: 'browser_action', summary: 'Act' };
    const one = '{"go":{"url":"https://shop.example"}}';
    const details = await createV3Client(
      pollFrom({
        ...answers,
        [messagesPath]: {
          messages: [
            { ...action, id: 'm1', data: one },
            { ...action, id: 'm2', data: `${one}\n{"click":{"index":3}}` },
            { ...action, id: 'm3', data: '{"go":' },
          ],
          hasMore: false,
        },
      }),
    ).getDetails(id, never);
    assert.deepEqual(
      details.steps.map(({ actions, url, memory }) => [actions, url, memory]),
      [
        [[one], 'https://shop.example', ''],
        [[one, '{"click":{"index":3}}'], 'https://shop.example', ''],
        [[], '', '{"go":'],
      ],
    );
  });

  it('find the page of an action that a tool was called with', async () => {
    const called = {
      function: { name: 'browser', arguments: '{"go_to_url":{"url":"https://a.example/"}}' },
    };
    const client = createV3Client(
      pollFrom({
        ...answers,
        [messagesPath]: {
          messages: [
            {
              ...message,
              id: 'm1',
              role: 'assistant',
              type: 'browser_action',
              summary: 'Open',
              data: JSON.stringify({ content: '', tool_calls: [called] }),
            },
          ],
          hasMore: false,
        },
      }),
    );
    const { steps } = await client.getDetails(id, never);
    assert.deepEqual(
      steps.map(({ url }) => url),
      ['https://a.example/'],
    );
  });

  it('go on from the message that is known', async () => {
    const client = createV3Client(
      pollFrom({
        ...answers,
        [`${messagesPath}&after=m6`]: {
          messages: [{ ...message, id: 'm7', role: 'ai', type: 'planning', summary: 'And now' }],
          hasMore: false,
        },
      }),
    );
    const first = await client.getDetails(id, never);
    const second = await client.getDetails(id, never, first);
    assert.deepEqual(
      second.steps.map(({ goal }) => goal),
      ['Open the shop', 'plain words', 'And now'],
    );
    assert.equal(first.steps.length, 2, 'what was answered before stays');
  });

  it('say that there is more where there are many', async () => {
    const pages = Array.from({ length: 5 }, (_, page): [string, unknown] => [
      page === 0 ? messagesPath : `${messagesPath}&after=p${page}`,
      {
        messages: [{ ...message, id: `p${page + 1}`, role: 'ai', type: 'planning', summary: 'x' }],
        hasMore: true,
      },
    ]);
    const send = pollFrom({ ...answers, ...Object.fromEntries(pages) });
    const details = await createV3Client(send).getDetails(id, never);
    assert.equal(details.isPartial, true);
    assert.equal(details.steps.length, 5);
  });

  it('are whole where the server sends the same messages again for ever', async () => {
    const page = {
      messages: [{ ...message, id: 'p1', role: 'ai', type: 'planning', summary: 'x' }],
      hasMore: true,
    };
    const client = createV3Client(
      pollFrom({ ...answers, [messagesPath]: page, [`${messagesPath}&after=p1`]: page }),
    );
    const details = await client.getDetails(id, never);
    assert.equal(details.isPartial, false);
    assert.equal(details.steps.length, 1);
    assert.equal((await client.getDetails(id, never, details)).steps.length, 1);
  });

  it('are worth showing without messages and files', async () => {
    const details = await createV3Client(
      pollFrom({
        [sessionPath]: session,
        [messagesPath]: new Error('not reached'),
        [filesPath]: new Error('not reached'),
      }),
    )
      .getDetails(id, never)
      .catch((error: unknown) => error);
    assert.ok(details instanceof Error, 'an error that is no answer of the cloud is not hidden');
  });
});

describe('v3: files and lists', () => {
  it('gets a fresh link for a file of the workspace', async () => {
    const client = createV3Client(
      pollFrom({
        '/api/v3/workspaces/w-1/files?prefix=a%2Fb.csv&includeUrls=true': {
          files: [
            { path: 'a/b.csv.bak', url: 'https://files.example/other' },
            { path: 'a/b.csv', url: 'https://files.example/b' },
          ],
        },
      }),
    );
    const file = { id: 'w-1/a/b.csv', name: 'a/b.csv' };
    assert.equal(await client.getFileUrl(id, file, never), 'https://files.example/b');
    await assert.rejects(client.getFileUrl(id, { id: 'w-1', name: 'x' }, never));
  });

  it('lists sessions page by page', async () => {
    const client = createV3Client(
      pollFrom({
        '/api/v3/sessions?page=1&page_size=100': {
          sessions: [session, { status: 'running' }, 'nonsense'],
          total: 1,
        },
      }),
    );
    const pages = [];
    for await (const page of client.listTasks({}, never)) pages.push(page);
    assert.deepEqual(
      pages.map(({ tasks, total, isLast }) => [tasks.map((task) => task.id), total, isLast]),
      [[[id], 1, true]],
    );
  });

  it('is the task of its own session, and has nothing to share', async () => {
    const client = createV3Client(pollFrom({ [sessionPath]: session }));
    assert.deepEqual(await client.findSessionTasks(id, never), [id]);
    await assert.rejects(client.shareSession(id, never), { kind: 'invalidRequest' });
    assert.equal(await client.getLogUrl(id, never), undefined);
  });
});
