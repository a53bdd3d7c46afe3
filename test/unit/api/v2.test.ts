import assert from 'node:assert/strict';
import { createV2Client } from '../../../src/api/v2';
import { CloudError } from '../../../src/core/cloud/errors';
import { hasEnded, outcomeOf, type Outcome, type TaskStatus } from '../../../src/core/cloud/task';
import { pollFrom } from './answers';
import { failureOf } from './canary';
import { never } from '../../fakes/never';

const id = '6e1f0b2c-0000-4000-8000-00000000abcd';
const statusPath = `/api/v2/tasks/${id}/status`;
const taskPath = `/api/v2/tasks/${id}`;
const sessionPath = '/api/v2/sessions/s-1';

async function statusOf(answer: unknown) {
  return createV2Client(pollFrom({ [statusPath]: answer })).getStatus(id, never);
}

async function taskOf(answer: unknown) {
  return createV2Client(pollFrom({ [taskPath]: answer })).getTask(id, never);
}

/** A whole answer of `GET /tasks/{id}`, as the OpenAPI document has it. */
const wholeTask = {
  id,
  sessionId: 's-1',
  llm: 'browser-use-2.0',
  task: 'Find the cheapest flight',
  status: 'finished',
  createdAt: '2026-01-13T12:00:00.123456',
  startedAt: '2026-01-13T12:00:01',
  finishedAt: '2026-01-13T12:05:00.5',
  metadata: { team: 'ops', nested: { list: [1, null] } },
  steps: [
    {
      number: 1,
      memory: 'nothing yet',
      evaluationPreviousGoal: 'none',
      nextGoal: 'open the page',
      url: 'about:blank',
      screenshotUrl: 'https://files.example/1.png?signature=x',
      actions: ['{"click":{"index":3}}', 'not JSON'],
      duration: 2.5,
    },
  ],
  output: '42 EUR',
  outputFiles: [{ id: 'f-1', fileName: 'prices.csv' }],
  browserUseVersion: '0.11.1',
  isSuccess: true,
  judgement: '{"verdict":false}',
  judgeVerdict: false,
  cost: '0.0123000000',
  suggestions: null,
};

describe('v2: the status of a task', () => {
  const statuses: readonly [string, TaskStatus, boolean][] = [
    ['created', 'created', false],
    ['started', 'running', false],
    ['paused', 'paused', false],
    ['finished', 'finished', true],
    ['stopped', 'stopped', true],
    ['failed', 'failed', true],
    ['running', 'unknown', false],
    ['Finished', 'unknown', false],
    ['timed_out', 'unknown', false],
    ['constructor', 'unknown', false],
    ['__proto__', 'unknown', false],
  ];
  for (const [word, status, isEnd] of statuses) {
    it(`reads ${word} as ${status} and keeps the word`, async () => {
      const update = await statusOf({ id, status: word });
      assert.deepEqual(update, { status, rawStatus: word });
      assert.equal(hasEnded(update.status), isEnd);
      const task = await taskOf({ ...wholeTask, status: word });
      assert.equal(task.status, status);
      assert.equal(task.rawStatus, word);
    });
  }

  const outcomes: readonly [string, boolean | null, boolean | null, Outcome | undefined][] = [
    ['finished', true, null, 'success'],
    ['finished', false, null, 'failure'],
    ['finished', null, null, undefined],
    ['finished', true, false, 'failure'],
    ['finished', false, true, 'success'],
    ['finished', null, false, 'failure'],
    ['stopped', false, false, undefined],
    ['started', false, null, undefined],
  ];
  for (const [status, isSuccess, judgeVerdict, outcome] of outcomes) {
    it(`has outcome ${outcome} for ${status}, agent ${isSuccess}, judge ${judgeVerdict}`, async () => {
      const task = await taskOf({ ...wholeTask, status, isSuccess, judgeVerdict });
      assert.equal(outcomeOf(task), outcome);
    });
  }

  it('brings output, end, success and cost along', async () => {
    const update = await statusOf({
      id,
      status: 'finished',
      output: 'done',
      finishedAt: '2026-01-13T12:00:00',
      isSuccess: false,
      cost: '0.10',
    });
    assert.deepEqual(update, {
      status: 'finished',
      rawStatus: 'finished',
      output: 'done',
      finishedAt: '2026-01-13T12:00:00Z',
      isSuccess: false,
      cost: '0.10',
    });
  });

  it('says nothing of what is null, of a wrong type or absent', async () => {
    const bare = { status: 'running', rawStatus: 'started' };
    const nothing = { output: null, finishedAt: null, isSuccess: null, cost: null };
    const nonsense = { finishedAt: 'soon', isSuccess: 'yes', cost: 'free' };
    for (const more of [{}, nothing, nonsense, { surprise: [1] }]) {
      const update = await statusOf({ id, status: 'started', ...more });
      assert.deepEqual(update, bare);
      assert.deepEqual(Object.keys(update), Object.keys(bare));
    }
  });

  it('takes the output of older answers, and an answer without an ID', async () => {
    assert.equal((await statusOf({ status: 'finished', doneOutput: 'old' })).output, 'old');
    const both = { status: 'finished', doneOutput: 'old', output: 'new' };
    assert.equal((await statusOf(both)).output, 'new');
    assert.equal((await taskOf({ status: 'finished', doneOutput: 'old' })).output, 'old');
  });

  it('takes another spelling of the same UUID and refuses another ID', async () => {
    assert.equal((await statusOf({ id: id.toUpperCase(), status: 'started' })).status, 'running');
    const other = id.replace('abcd', 'abce');
    for (const call of [
      statusOf({ ...wholeTask, id: other }),
      taskOf({ ...wholeTask, id: other }),
    ]) {
      assert.equal((await failureOf(call)).kind, 'badAnswer');
    }
  });
});

describe('v2: a task', () => {
  it('is read whole', async () => {
    assert.deepEqual(await taskOf(wholeTask), {
      apiVersion: 'v2',
      id,
      status: 'finished',
      rawStatus: 'finished',
      prompt: 'Find the cheapest flight',
      isSuccess: true,
      judgeVerdict: false,
      output: '42 EUR',
      cost: '0.0123000000',
      model: 'browser-use-2.0',
      sessionId: 's-1',
      createdAt: '2026-01-13T12:00:00.123456Z',
      startedAt: '2026-01-13T12:00:01Z',
      finishedAt: '2026-01-13T12:05:00.5Z',
      steps: [
        {
          number: 1,
          goal: 'open the page',
          evaluation: 'none',
          memory: 'nothing yet',
          url: 'about:blank',
          actions: ['{"click":{"index":3}}', 'not JSON'],
          durationSeconds: 2.5,
          screenshotUrl: 'https://files.example/1.png?signature=x',
        },
      ],
      files: [{ id: 'f-1', name: 'prices.csv' }],
      judgement: '{"verdict":false}',
      agentVersion: '0.11.1',
      metadata: '{"team":"ops","nested":{"list":[1,null]}}',
      screenshotUrls: [],
    });
  });

  it('needs nothing but a status', async () => {
    const bare = {
      apiVersion: 'v2',
      id,
      status: 'created',
      rawStatus: 'created',
      steps: [],
      files: [],
      metadata: '{}',
      screenshotUrls: [],
    };
    const nulls = Object.fromEntries(Object.keys(wholeTask).map((name) => [name, null]));
    const wrong = Object.fromEntries(Object.keys(wholeTask).map((name) => [name, true]));
    for (const answer of [{}, nulls]) {
      const task = await taskOf({ ...answer, status: 'created' });
      assert.deepEqual(task, bare);
      assert.deepEqual(Object.keys(task), Object.keys(bare));
    }
    const task = await taskOf({ ...wrong, id, status: 'created' });
    assert.deepEqual(task, { ...bare, output: 'true', isSuccess: true, judgeVerdict: true });
  });

  it('keeps the good parts of bad lists', async () => {
    const task = await taskOf({
      ...wholeTask,
      steps: [null, 'x', {}, { nextGoal: 'go', actions: ['a', 1, { b: 2 }], duration: -1, url: 3 }],
      outputFiles: [null, { fileName: 'no id' }, { id: 'f-2' }, { id: '', fileName: 'x' }],
    });
    const empty = { goal: '', evaluation: '', memory: '', url: '' };
    assert.deepEqual(task.steps, [
      { ...empty, number: 1, actions: [] },
      { ...empty, number: 2, goal: 'go', actions: ['a', '{"b":2}'] },
    ]);
    assert.deepEqual(task.files, [{ id: 'f-2', name: 'f-2' }]);
  });

  it('has no links that lead elsewhere than to the web', async () => {
    const urls = ['javascript:alert(1)', 'file:///etc/passwd', '/relative', 'https://a:b@c/', ''];
    for (const screenshotUrl of urls) {
      const task = await taskOf({ ...wholeTask, steps: [{ screenshotUrl }] });
      assert.equal(task.steps[0]?.screenshotUrl, undefined);
    }
  });

  it('takes a judgement that is JSON itself', async () => {
    assert.equal((await taskOf({ ...wholeTask, judgement: { a: [1] } })).judgement, '{"a":[1]}');
  });

  it('takes an output that is JSON rather than text', async () => {
    for (const output of [{ a: [1] }, [1, 'x'], 42])
      for (const name of ['output', 'doneOutput'])
        assert.equal(
          (await taskOf({ status: 'finished', [name]: output })).output,
          JSON.stringify(output),
        );
  });

  it('refuses an answer that is no task', async () => {
    for (const answer of [
      null,
      'finished',
      3,
      [],
      {},
      { status: null },
      { status: ['finished'] },
    ]) {
      const error = await failureOf(taskOf(answer));
      assert.equal(error.kind, 'badAnswer');
      assert.match(error.message, /promises the task/);
    }
  });
});

describe('v2: all details of a task', () => {
  const detailsOf = async (session: unknown) =>
    createV2Client(pollFrom({ [taskPath]: wholeTask, [sessionPath]: session })).getDetails(
      id,
      never,
    );

  it('hold the links of its session', async () => {
    const details = await detailsOf({
      id: 's-1',
      status: 'stopped',
      liveUrl: null,
      recordingUrl: 'https://files.example/r.mp4',
      publicShareUrl: 'https://cloud.example/share/1',
    });
    assert.deepEqual(details.session, {
      status: 'stopped',
      recordingUrls: ['https://files.example/r.mp4'],
      publicShareUrl: 'https://cloud.example/share/1',
    });
    assert.equal(details.steps.length, 1);
  });

  it('hold a live view while there is one, whatever its host', async () => {
    const liveUrl = 'https://live.anchorbrowser.example/?x=1';
    const { session } = await detailsOf({ status: 'active', liveUrl });
    assert.deepEqual(session, { status: 'active', liveUrl, recordingUrls: [] });
  });

  it('come without a session when that fails, but not when the key fails or the rate is limited', async () => {
    for (const kind of ['taskNotFound', 'badAnswer', 'server', 'timeout', 'forbidden'] as const) {
      const details = await detailsOf(new CloudError(kind, 'no'));
      assert.equal(details.session, undefined);
      assert.equal(details.prompt, wholeTask.task);
    }
    assert.equal((await detailsOf('nonsense')).session, undefined);
    for (const kind of ['auth', 'rateLimited'] as const)
      assert.equal((await failureOf(detailsOf(new CloudError(kind, 'no')))).kind, kind);
    const abort = Object.assign(new Error('aborted'), { name: 'AbortError' });
    await assert.rejects(detailsOf(abort), { name: 'AbortError' });
  });

  it('ask for no session where the task names none', async () => {
    const send = pollFrom({ [taskPath]: { ...wholeTask, sessionId: null } });
    assert.equal((await createV2Client(send).getDetails(id, never)).session, undefined);
  });
});

describe('v2: links to download', () => {
  const file = { id: 'f/1', name: 'prices.csv' };
  const filePath = `/api/v2/files/tasks/${id}/output-files/f%2F1`;
  const logPath = `/api/v2/tasks/${id}/logs`;

  it('are given for a file and for the log', async () => {
    const client = createV2Client(
      pollFrom({
        [filePath]: {
          id: 'f/1',
          fileName: 'prices.csv',
          downloadUrl: 'https://files.example/f?s=1',
        },
        [logPath]: { downloadUrl: 'https://files.example/log?s=2' },
      }),
    );
    assert.equal(await client.getFileUrl(id, file, never), 'https://files.example/f?s=1');
    assert.equal(await client.getLogUrl(id, never), 'https://files.example/log?s=2');
  });

  it('are refused when they are none', async () => {
    for (const downloadUrl of [null, '', 'file:///etc/passwd', 'javascript:1', 7, undefined]) {
      const client = createV2Client(pollFrom({ [filePath]: { downloadUrl }, [logPath]: {} }));
      assert.equal((await failureOf(client.getFileUrl(id, file, never))).kind, 'badAnswer');
      assert.equal((await failureOf(client.getLogUrl(id, never))).kind, 'badAnswer');
    }
  });
});

describe('v2: the tasks of a session', () => {
  it('are each named once, in order', async () => {
    const tasks = [{ id: 'b' }, { id: 'a', status: 'finished' }, { id: 'b' }, { id: 3 }, null];
    const client = createV2Client(pollFrom({ [sessionPath]: { id: 's-1', tasks } }));
    assert.deepEqual(await client.findSessionTasks('s-1', never), ['b', 'a']);
  });

  it('begin with the newest, where the cloud says when they were created', async () => {
    const tasks = [
      { id: 'a', createdAt: '2026-01-13T10:00:00' },
      { id: 'b', createdAt: '2026-01-13T12:00:00' },
    ];
    const client = createV2Client(pollFrom({ [sessionPath]: { id: 's-1', tasks } }));
    assert.deepEqual(await client.findSessionTasks('s-1', never), ['b', 'a']);
    assert.equal(await client.findLatestTask('s-1', never), 'b');
  });
});

describe('v2: the account', () => {
  const accountOf = async (answer: unknown) =>
    (await createV2Client(pollFrom({ '/api/v2/billing/account': answer })).getAccount(never))
      .description;

  it('is described by name, plan and balance, as far as they are told', async () => {
    const whole = { name: 'Ada', planInfo: { planName: 'Pro' }, totalCreditsBalanceUsd: 12.345 };
    assert.equal(await accountOf(whole), 'Ada, plan Pro, $12.35 left');
    assert.equal(await accountOf({ name: 'Ada', planInfo: null }), 'Ada');
    const nameless = 'an account without a name, $0.00 left';
    assert.equal(await accountOf({ name: null, totalCreditsBalanceUsd: 0 }), nameless);
    assert.equal(await accountOf({ projectId: 'p' }), 'an account without a name');
  });

  it('is described in one short line', async () => {
    const description = await accountOf({ name: `A\nd\u202ea${'x'.repeat(10_000)}` });
    assert.match(description, /^A dax+…$/);
    assert.equal(description.length, 200);
  });

  it('is refused when the answer tells of none', async () => {
    for (const answer of [null, true, 'ok', [], {}, { error: 'x' }]) {
      assert.equal((await failureOf(accountOf(answer))).kind, 'badAnswer');
    }
  });
});
