import assert from 'node:assert/strict';
import type { SendRequest } from '../../../src/api/sendRequest';
import { createV1Client as createAt } from '../../../src/api/v1';
import { CloudError } from '../../../src/core/cloud/errors';
import { hasEnded, outcomeOf, type TaskStatus } from '../../../src/core/cloud/task';
import { pollFrom } from './answers';
import { failureOf } from './canary';
import { never } from '../../fakes/never';

const baseUrl = 'https://self.example/browser';
const createV1Client = (send: SendRequest) => createAt(send, baseUrl);

const id = 'task_1234567890abcdef';
const taskPath = `/api/v1/task/${id}`;
const statusPath = `${taskPath}/status`;
const mediaPath = `${taskPath}/media`;
const screenshotsPath = `${taskPath}/screenshots`;

async function statusOf(answer: unknown) {
  return createV1Client(pollFrom({ [statusPath]: answer })).getStatus(id, never);
}

async function taskOf(answer: unknown) {
  return createV1Client(pollFrom({ [taskPath]: answer })).getTask(id, never);
}

const wholeTask = {
  id,
  task: 'Find the cheapest flight',
  status: 'finished',
  created_at: '2025-05-01T10:00:00Z',
  finished_at: '2025-05-01T10:05:00.25Z',
  live_url: 'https://live.example/1',
  public_share_url: 'https://cloud.example/share/1',
  output: '42 EUR',
  output_files: ['prices.csv', 'a b.txt'],
  metadata: { team: 'ops' },
  steps: [
    {
      id: 'step-1',
      step: 1,
      evaluation_previous_goal: 'none',
      next_goal: 'open the page',
      url: 'https://example.com/',
    },
  ],
};

describe('v1: the status of a task', () => {
  const statuses: readonly [string, TaskStatus, boolean][] = [
    ['created', 'created', false],
    ['running', 'running', false],
    ['paused', 'paused', false],
    ['finished', 'finished', true],
    ['stopped', 'stopped', true],
    ['failed', 'failed', true],
    ['started', 'unknown', false],
    ['FINISHED', 'unknown', false],
    ['queued', 'unknown', false],
    ['toString', 'unknown', false],
  ];
  for (const [word, status, isEnd] of statuses) {
    it(`reads ${word} as ${status} and keeps the word`, async () => {
      const update = await statusOf(word);
      assert.deepEqual(update, { status, rawStatus: word });
      assert.equal(hasEnded(update.status), isEnd);
      const task = await taskOf({ ...wholeTask, status: word });
      assert.equal(task.status, status);
      assert.equal(task.rawStatus, word);
      assert.equal(outcomeOf(task), undefined);
    });
  }

  it('refuses anything but a bare string, and says what is promised', async () => {
    for (const answer of [null, '', 3, true, ['finished'], 'x'.repeat(101)]) {
      const error = await failureOf(statusOf(answer));
      assert.equal(error.kind, 'badAnswer');
      assert.match(error.message, /promises the status as a bare string/);
    }
    for (const answer of [{}, { status: null }, { status: '' }, { state: 'finished' }]) {
      const error = await failureOf(statusOf(answer));
      assert.equal(error.kind, 'badAnswer');
      assert.match(error.message, /promises the status/);
    }
  });

  const objects: readonly (readonly [object, object])[] = [
    [{ status: 'running' }, { status: 'running', rawStatus: 'running' }],
    [{ status: 'stopping' }, { status: 'unknown', rawStatus: 'stopping' }],
    [
      { status: 'finished', result: 'done', error: null },
      { status: 'finished', rawStatus: 'finished', output: 'done' },
    ],
    [
      { status: 'finished', result: { price: 42 }, error: 'one page timed out' },
      { status: 'finished', rawStatus: 'finished', output: '{"price":42}' },
    ],
    [
      { status: 'failed', result: null, error: 'No browser' },
      { status: 'failed', rawStatus: 'failed', output: 'No browser' },
    ],
    [
      { status: 'failed', result: 'half', error: 'No browser' },
      { status: 'failed', rawStatus: 'failed', output: 'half' },
    ],
  ];
  for (const [answer, update] of objects)
    it(`reads the object of a self-hosted server: ${JSON.stringify(answer)}`, async () => {
      assert.deepEqual(await statusOf(answer), update);
    });
});

describe('v1: a task', () => {
  it('is read whole', async () => {
    assert.deepEqual(await taskOf(wholeTask), {
      apiVersion: 'v1',
      id,
      status: 'finished',
      rawStatus: 'finished',
      prompt: 'Find the cheapest flight',
      output: '42 EUR',
      createdAt: '2025-05-01T10:00:00Z',
      finishedAt: '2025-05-01T10:05:00.25Z',
      session: {
        liveUrl: 'https://live.example/1',
        recordingUrls: [],
        publicShareUrl: 'https://cloud.example/share/1',
      },
      steps: [
        {
          number: 1,
          goal: 'open the page',
          evaluation: 'none',
          memory: '',
          url: 'https://example.com/',
          actions: [],
        },
      ],
      files: [
        { id: 'prices.csv', name: 'prices.csv' },
        { id: 'a b.txt', name: 'a b.txt' },
      ],
      metadata: '{"team":"ops"}',
      screenshotUrls: [],
    });
  });

  it('needs nothing but a status', async () => {
    const bare = {
      apiVersion: 'v1',
      id,
      status: 'created',
      rawStatus: 'created',
      steps: [],
      files: [],
      metadata: '{}',
      screenshotUrls: [],
    };
    const names = Object.keys(wholeTask);
    for (const value of [undefined, null, 7]) {
      const rest = Object.fromEntries(names.map((name) => [name, value]));
      const task = await taskOf({ ...rest, output: undefined, status: 'created' });
      assert.deepEqual(task, bare);
      assert.deepEqual(Object.keys(task), Object.keys(bare));
    }
  });

  it('is read as self-hosted servers write it: offset times, relative links, its error', async () => {
    const task = await taskOf({
      id,
      task: 'x',
      status: 'failed',
      created_at: '2026-05-01T10:00:00.123456+00:00Z',
      finished_at: '2026-05-01 10:05:00+0000',
      output: null,
      error: 'The browser has gone',
      live_url: `/live/${id}`,
      public_share_url: './share/1',
    });
    assert.equal(task.createdAt, '2026-05-01T10:00:00.123456+00:00');
    assert.equal(task.finishedAt, '2026-05-01T10:05:00+00:00');
    assert.equal(task.output, 'The browser has gone');
    assert.deepEqual(task.session, {
      liveUrl: `https://self.example/live/${id}`,
      recordingUrls: [],
      publicShareUrl: 'https://self.example/browser/share/1',
    });
  });

  it('has no link that leads nowhere or may not be opened', async () => {
    for (const link of [
      '',
      'none',
      'N/A',
      'javascript:1',
      'file:///a',
      '//u:p@a.example/',
      '/\\u@',
    ]) {
      const task = await taskOf({ ...wholeTask, live_url: link, public_share_url: link });
      assert.equal(task.session?.liveUrl?.startsWith('https://') ?? true, true, link);
      assert.doesNotMatch(task.session?.liveUrl ?? '', /@|none|N\/A|javascript|file/u);
    }
  });

  it('has an output that is JSON as its text', async () => {
    for (const output of [{ a: [1] }, [1, 'x'], 42, false])
      assert.equal((await taskOf({ ...wholeTask, output })).output, JSON.stringify(output));
  });

  it('keeps the good parts of bad lists', async () => {
    const steps = [null, 'x', { next_goal: 'go' }, { step: 'two', url: null }];
    const task = await taskOf({ ...wholeTask, steps, output_files: [null, '', 'a', { id: 'b' }] });
    const empty = { goal: '', evaluation: '', memory: '', url: '', actions: [] };
    assert.deepEqual(task.steps, [
      { ...empty, number: 1, goal: 'go' },
      { ...empty, number: 2 },
    ]);
    assert.deepEqual(task.files, [{ id: 'a', name: 'a' }]);
  });

  it('refuses an answer of another contract', async () => {
    for (const answer of [null, 'finished', [], { runId: 'r-1', state: 'done' }]) {
      const error = await failureOf(taskOf(answer));
      assert.equal(error.kind, 'badAnswer');
      assert.match(error.message, /promises the task/);
    }
  });
});

describe('v1: all details of a task', () => {
  const detailsOf = async (media: unknown, screenshots: unknown, task: unknown = wholeTask) =>
    createV1Client(
      pollFrom({ [taskPath]: task, [mediaPath]: media, [screenshotsPath]: screenshots }),
    ).getDetails(id, never);

  it('hold recordings and screenshots', async () => {
    const details = await detailsOf(
      { recordings: ['https://files.example/r.mp4', null, 'javascript:1'] },
      { screenshots: ['https://files.example/1.png', 'https://files.example/2.png'] },
    );
    assert.deepEqual(details.session, {
      liveUrl: 'https://live.example/1',
      recordingUrls: ['https://files.example/r.mp4'],
      publicShareUrl: 'https://cloud.example/share/1',
    });
    assert.deepEqual(details.screenshotUrls, [
      'https://files.example/1.png',
      'https://files.example/2.png',
    ]);
  });

  it('find what lies on the server itself', async () => {
    const details = await detailsOf(
      { recordings: ['/media/1/a.webm', 'a.webm', 7] },
      { screenshots: ['/media/1/a b.png', '../x.png'] },
    );
    assert.deepEqual(details.session?.recordingUrls, ['https://self.example/media/1/a.webm']);
    assert.deepEqual(details.screenshotUrls, [
      'https://self.example/media/1/a%20b.png',
      'https://self.example/x.png',
    ]);
  });

  it('hold recordings where the task has no other link', async () => {
    const recordings = ['https://files.example/r.mp4'];
    const { session } = await detailsOf({ recordings }, {}, { status: 'stopped' });
    assert.deepEqual(session, { recordingUrls: recordings });
  });

  it('come without them where there are none, or where asking fails', async () => {
    const missing = new CloudError('taskNotFound', '404 Task not found');
    const down = new CloudError('server', '500');
    const nothing: readonly (readonly [unknown, unknown])[] = [
      [{ recordings: null }, { screenshots: null }],
      [{}, {}],
      ['nonsense', null],
      [missing, missing],
      [down, new CloudError('forbidden', '403')],
    ];
    for (const [media, screenshots] of nothing) {
      const details = await detailsOf(media, screenshots, { status: 'finished', task: 'x' });
      assert.equal(details.prompt, 'x');
      assert.equal(details.session, undefined);
      assert.deepEqual(details.screenshotUrls, []);
    }
  });

  it('do not come when the key fails or the caller aborts', async () => {
    const auth = new CloudError('auth', '401');
    assert.equal((await failureOf(detailsOf(auth, {}))).kind, 'auth');
    assert.equal((await failureOf(detailsOf({}, auth))).kind, 'auth');
    const abort = Object.assign(new Error('aborted'), { name: 'AbortError' });
    await assert.rejects(detailsOf({}, abort), { name: 'AbortError' });
  });
});

describe('v1: files, logs and sessions', () => {
  it('gives a link for a file by its name', async () => {
    const path = `${taskPath}/output-file/a%20b%2F..%2Fc.txt`;
    const client = createV1Client(
      pollFrom({ [path]: { download_url: 'https://files.example/a' } }),
    );
    const file = { id: 'a b/../c.txt', name: 'c.txt' };
    assert.equal(await client.getFileUrl(id, file, never), 'https://files.example/a');
    const relative = createV1Client(pollFrom({ [path]: { download_url: '/files/a' } }));
    assert.equal(await relative.getFileUrl(id, file, never), 'https://self.example/files/a');
    const broken = createV1Client(pollFrom({ [path]: { download_url: null } }));
    assert.equal((await failureOf(broken.getFileUrl(id, file, never))).kind, 'badAnswer');
  });

  it('has no log and no sessions', async () => {
    const client = createV1Client(pollFrom({}));
    assert.equal(await client.getLogUrl(id, never), undefined);
    assert.equal((await failureOf(client.findSessionTasks('s', never))).kind, 'invalidRequest');
  });
});

describe('v1: the account', () => {
  const accountOf = async (me: unknown, balance: unknown) =>
    createV1Client(pollFrom({ '/api/v1/me': me, '/api/v1/balance': balance })).getAccount(never);

  it('is described by its balance, in cents as a string or a number', async () => {
    const account = { description: 'an account of API v1, $12.34 left' };
    assert.deepEqual(await accountOf(true, { balance: '1234' }), account);
    assert.deepEqual(await accountOf(true, { balance: 1234 }), account);
  });

  it('is proven without a balance', async () => {
    const account = { description: 'an account of API v1' };
    assert.deepEqual(await accountOf(true, { balance: null }), account);
    assert.deepEqual(await accountOf(true, new CloudError('notServed', '404')), account);
  });

  it('is unknown where the answer is false', async () => {
    assert.equal((await failureOf(accountOf(false, {}))).kind, 'auth');
  });

  it('is refused where the answer is no bare true or false', async () => {
    for (const me of [null, 'true', 1, {}, { ok: true }]) {
      assert.equal((await failureOf(accountOf(me, {}))).kind, 'badAnswer');
    }
  });
});
