import assert from 'node:assert/strict';
import { createV4Client } from '../../../src/api/v4';
import { CloudError, type CloudErrorKind } from '../../../src/core/cloud/errors';
import { hasEnded, outcomeOf, type TaskStatus } from '../../../src/core/cloud/task';
import { pollFrom } from './answers';
import { never } from '../../fakes/never';

const id = '6e1f0b2c-0000-4000-8000-00000000abcd';
const runPath = `/api/v4/runs/${id}`;
const eventsPath = (after: number): string => `${runPath}/events?after=${after}&limit=200`;
const filesPath = '/api/v4/workspaces/w-1/files?limit=100&prefix=outputs%2F';
const sharePath = '/api/v4/sessions/s-1/share';
const runsPath = '/api/v4/runs?limit=100&sessionId=s-1';
const browserPath = '/api/v4/browsers/b-1';

/** A run as the OpenAPI document has it. */
const run = {
  id,
  task: 'Find a flight',
  title: null,
  model: 'gpt-6-luna',
  contextLimit: 1,
  status: 'running',
  result: null,
  error: null,
  sessionId: 's-1',
  workspaceId: 'w-1',
  judgement: null,
  totalInputTokens: 1,
  totalOutputTokens: 1,
  totalCostUsd: '1.640000',
  createdAt: '2026-11-01T12:00:00Z',
  updatedAt: '2026-11-01T12:09:00Z',
};

async function taskOf(more: object) {
  return createV4Client(pollFrom({ [runPath]: { ...run, ...more } })).getTask(id, never);
}

describe('v4: what the status of a run means', () => {
  const rows: readonly (readonly [string, TaskStatus, boolean])[] = [
    ['queued', 'created', false],
    ['dispatching', 'created', false],
    ['running', 'running', false],
    ['completed', 'finished', true],
    ['failed', 'failed', true],
    ['cancelled', 'stopped', true],
    ['dreaming', 'unknown', false],
  ];
  for (const [status, ours, isEnd] of rows)
    it(status, async () => {
      const send = pollFrom({ [`${runPath}/status`]: { status } });
      const update = await createV4Client(send).getStatus(id, never);
      assert.deepEqual(update, { status: ours, rawStatus: status });
      assert.equal(hasEnded(update.status), isEnd);
      assert.equal((await taskOf({ status })).status, ours);
    });
});

describe('v4: a run', () => {
  it('that is completed has no outcome until a judge speaks', async () => {
    const completed = await taskOf({ status: 'completed', result: '42 EUR' });
    assert.equal(outcomeOf(completed), undefined);
    assert.equal(completed.output, '42 EUR');
    assert.equal(completed.cost, '1.640000');
    assert.equal(completed.finishedAt, undefined, 'updatedAt is no end time');
    const judged = await taskOf({ status: 'completed', judgement: { verdict: false, why: 'no' } });
    assert.equal(outcomeOf(judged), 'failure');
    assert.equal(judged.judgement, '{"verdict":false,"why":"no"}');
  });

  it('shows a judgement of another shape, and takes no verdict from it', async () => {
    for (const judgement of [{ verdict: 'yes' }, { score: 1 }, {}]) {
      const { judgeVerdict, judgement: shown } = await taskOf({ status: 'completed', judgement });
      assert.equal(judgeVerdict, undefined);
      assert.equal(shown, JSON.stringify(judgement));
    }
  });

  it('tells structured output before text, and the error where it failed', async () => {
    assert.equal((await taskOf({ output: { price: 42 }, result: 'x' })).output, '{"price":42}');
    assert.equal((await taskOf({ status: 'failed', error: 'No browser' })).output, 'No browser');
  });
});

const event = (eventId: number, type: string, data: unknown = {}) => ({
  runId: id,
  id: eventId,
  ts: `2026-11-01T12:00:${String(eventId).padStart(2, '0')}Z`,
  type,
  data,
});
const tool = (eventId: number, callID: string, state: object) =>
  event(eventId, 'core.event', {
    type: 'tool_use',
    part: { type: 'tool', tool: 'browser', callID, state },
  });

const beginning = [
  event(1, 'run.started'),
  event(2, 'browser.ready', {
    browser_session_id: 'b-1',
    live_view_url: 'https://live.example/?wss=secret',
  }),
  event(3, 'core.event', { part: { type: 'text', text: 'I open the shop' } }),
  tool(4, 'c1', { status: 'pending', input: { description: 'Open', url: 'https://shop.example' } }),
];
const rest = [
  event(5, 'something.new', 'whatever'),
  tool(6, 'c1', {
    status: 'completed',
    title: 'Open the shop',
    input: { description: 'Open', url: 'https://shop.example' },
    output: 'long',
  }),
  tool(7, 'c2', { status: 'error', input: { command: 'click' }, error: 'No such button' }),
  event(8, 'run.completed'),
];

describe('v4: the details of a run', () => {
  const answers = {
    [runPath]: run,
    [filesPath]: { files: [{ path: 'outputs/prices.csv', size: 3 }] },
    [sharePath]: null,
    [runsPath]: {
      runs: [
        { id: 'r-2', status: 'completed', task: 'Book it', createdAt: '2026-11-01T13:00:00Z' },
        { id, status: 'running', task: 'Find a flight' },
      ],
    },
    [browserPath]: {
      id: 'b-1',
      status: 'active',
      liveUrl: 'https://live.example/2',
      recordingUrl: null,
    },
  };

  it('merge the events of a call into one step, over several readings', async () => {
    const client = createV4Client(
      pollFrom({
        ...answers,
        [eventsPath(0)]: { events: beginning, nextAfter: 4, hasMore: false },
        [eventsPath(4)]: { events: rest, nextAfter: null, hasMore: false },
      }),
    );
    const first = await client.getDetails(id, never);
    assert.deepEqual(first.steps, [
      {
        number: 1,
        goal: 'Open',
        evaluation: '',
        memory: 'I open the shop',
        url: 'https://shop.example',
        actions: ['{"browser":{"description":"Open","url":"https://shop.example"}}'],
      },
    ]);
    assert.equal(first.session?.liveUrl, 'https://live.example/?wss=secret');
    assert.deepEqual(first.files, [], 'nothing was saved yet');
    const second = await client.getDetails(id, never, first);
    assert.deepEqual(
      second.steps.map(({ number, goal, evaluation, durationSeconds }) => [
        number,
        goal,
        evaluation,
        durationSeconds,
      ]),
      [
        [1, 'Open the shop', '', 5],
        [2, 'browser', 'No such button', 1],
      ],
    );
    assert.equal(second.startedAt, '2026-11-01T12:00:01Z');
    assert.equal(second.finishedAt, '2026-11-01T12:00:08Z');
    assert.equal(first.steps.length, 1, 'what was answered before stays');
  });

  it('take in events that have no data, and calls of tools that have no input', async () => {
    const { data, ...started } = event(1, 'run.started');
    const called = tool(2, 'c1', { status: 'completed', title: 'Look around' });
    const page = { events: [started, called] };
    const client = createV4Client(pollFrom({ ...answers, [eventsPath(0)]: page }));
    const { startedAt, steps } = await client.getDetails(id, never);
    assert.equal(startedAt, '2026-11-01T12:00:01Z');
    assert.deepEqual(
      steps.map(({ goal, actions }) => [goal, actions]),
      [['Look around', ['{"browser":{}}']]],
    );
  });

  it('say that there is more, and where a reading ends without news', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 6 }, (_, page): [string, unknown] => [
        eventsPath(page),
        { events: [event(page + 1, 'llm.request')], nextAfter: page + 1, hasMore: true },
      ]),
    );
    const client = createV4Client(pollFrom({ ...answers, ...many }));
    assert.equal((await client.getDetails(id, never)).isPartial, true);
    const stuck = { events: [], nextAfter: null, hasMore: true };
    const other = createV4Client(pollFrom({ ...answers, [eventsPath(0)]: stuck }));
    assert.equal((await other.getDetails(id, never)).isPartial, false);
  });

  it('read what lies around a run that is over with its first piece and its last, not with each between', async () => {
    const pages = Object.fromEntries(
      Array.from({ length: 15 }, (_, page): [string, unknown] => [
        eventsPath(page),
        { events: [event(page + 1, 'llm.request')], nextAfter: page + 1, hasMore: page < 14 },
      ]),
    );
    const requested: string[] = [];
    const send = pollFrom({ ...answers, ...pages, [runPath]: { ...run, status: 'completed' } });
    const client = createV4Client((question) => {
      requested.push(question.path);
      return send(question);
    });
    let details = await client.getDetails(id, never);
    const first = details;
    assert.deepEqual(
      details.files.map(({ name }) => name),
      ['prices.csv'],
    );
    details = await client.getDetails(id, never, details);
    assert.deepEqual([details.files, details.session], [first.files, first.session]);
    assert.equal(details.sessionTasks, first.sessionTasks);
    details = await client.getDetails(id, never, details);
    assert.equal(details.isPartial, false);
    assert.equal(requested.filter((path) => path === filesPath).length, 2);
    assert.equal(requested.filter((path) => path === runsPath).length, 2);
    assert.equal(requested.filter((path) => path.includes('/events')).length, 15);
  });

  it('have the recording of the browser once it has stopped, and its link no more', async () => {
    const client = createV4Client(
      pollFrom({
        ...answers,
        [runPath]: { ...run, status: 'completed' },
        [eventsPath(0)]: { events: beginning },
        [browserPath]: {
          status: 'stopped',
          liveUrl: 'https://live.example/2',
          recordingUrl: 'https://files.example/r.mp4',
        },
        [sharePath]: {
          isActive: true,
          shareUrl: 'https://cloud.example/share/v4/t',
          viewCount: 1,
        },
      }),
    );
    assert.deepEqual((await client.getDetails(id, never)).session, {
      status: 'stopped',
      recordingUrls: ['https://files.example/r.mp4'],
      publicShareUrl: 'https://cloud.example/share/v4/t',
    });
  });

  it('say until when the browser stays open that has nothing to do any more', async () => {
    const browser = { status: 'active', timeoutAt: '2026-11-01T12:30:00Z' };
    const sessionOf = async (status: string) => {
      const send = pollFrom({
        ...answers,
        [runPath]: { ...run, status },
        [eventsPath(0)]: { events: beginning },
        [browserPath]: browser,
      });
      return (await createV4Client(send).getDetails(id, never)).session;
    };
    assert.equal((await sessionOf('completed'))?.idleUntil, '2026-11-01T12:30:00Z');
    assert.equal((await sessionOf('running'))?.idleUntil, undefined);
    browser.status = 'stopped';
    assert.equal((await sessionOf('completed'))?.idleUntil, undefined);
  });

  it('tell what the run was given apart from what it left, and ask for it once', async () => {
    const requested: string[] = [];
    const send = pollFrom({
      ...answers,
      [runPath]: { ...run, attachedFileIds: ['f-1'] },
      [eventsPath(0)]: { events: [] },
      [`${runPath}/attachments`]: {
        attachments: [{ id: 'f-1', name: 'wishes.csv', sizeBytes: 3, status: 'uploaded' }],
      },
    });
    const client = createV4Client((question) => {
      requested.push(question.path);
      return send(question);
    });
    const details = await client.getDetails(id, never);
    assert.deepEqual([details.attachments, details.files], [['wishes.csv'], []]);
    assert.deepEqual((await client.getDetails(id, never, details)).attachments, ['wishes.csv']);
    assert.equal(requested.filter((path) => path.endsWith('/attachments')).length, 1);
    const without = createV4Client(pollFrom({ ...answers, [eventsPath(0)]: { events: [] } }));
    assert.equal((await without.getDetails(id, never)).attachments, undefined);
  });

  it('ask once for what the run was given where the key may not see it, and again where that may pass', async () => {
    const reasons = [
      { status: 403, kind: 'forbidden', asked: 0 },
      { status: 404, kind: 'refused', asked: 0 },
      { status: 502, kind: 'server', asked: 0 },
    ] satisfies { kind: CloudErrorKind; [more: string]: unknown }[];
    for (const reason of reasons) {
      const send = pollFrom({
        ...answers,
        [runPath]: { ...run, attachedFileIds: ['f-1'] },
        [eventsPath(0)]: { events: [] },
      });
      const client = createV4Client((question) => {
        if (!question.path.endsWith('/attachments')) return send(question);
        reason.asked++;
        return Promise.reject(new CloudError(reason.kind, 'no', { status: reason.status }));
      });
      const first = await client.getDetails(id, never);
      const second = await client.getDetails(id, never, first);
      assert.deepEqual(second.unread, first.unread);
    }
    assert.deepEqual(
      reasons.map(({ asked }) => asked),
      [1, 1, 2],
    );
  });

  it('say what went wrong, whether there is a result or not', async () => {
    const failedWith = async (more: object) =>
      taskOf({ status: 'failed', error: 'No browser', ...more });
    const { error, output } = await failedWith({});
    assert.deepEqual([error, output], ['No browser', 'No browser']);
    const withResult = await failedWith({ result: 'Half of it' });
    assert.deepEqual([withResult.error, withResult.output], ['No browser', 'Half of it']);
  });

  it('tell the other runs of the session, the newest first', async () => {
    const client = createV4Client(pollFrom({ ...answers, [eventsPath(0)]: { events: [] } }));
    assert.deepEqual((await client.getDetails(id, never)).sessionTasks, [
      { id: 'r-2', status: 'finished', prompt: 'Book it', createdAt: '2026-11-01T13:00:00Z' },
    ]);
  });

  it('say that there are more files than the first hundred, also while they are not read again', async () => {
    const files = { files: [{ path: 'outputs/prices.csv' }], hasMore: true };
    const clientOf = (status: string) =>
      createV4Client(
        pollFrom({
          ...answers,
          [runPath]: { ...run, status },
          [filesPath]: files,
          [eventsPath(0)]: { events: [] },
        }),
      );
    const details = await clientOf('completed').getDetails(id, never);
    assert.deepEqual([details.files.length, details.hasMoreFiles], [1, true]);
    const again = await clientOf('running').getDetails(id, never, details);
    assert.deepEqual([again.files.length, again.hasMoreFiles], [1, true]);
  });

  it('say that a session has more runs than the newest hundred', async () => {
    const other = { id: 'r-2', status: 'completed', task: 'Book it' };
    const more = async (hasMore: boolean) => {
      const runs = { [runsPath]: { runs: [other], hasMore, nextCursor: 'c' } };
      const send = pollFrom({ ...answers, ...runs, [eventsPath(0)]: { events: [] } });
      return (await createV4Client(send).getDetails(id, never)).hasMoreSessionTasks;
    };
    assert.deepEqual([await more(true), await more(false)], [true, false]);
  });

  it('take two requests a reading while the run is at work', async () => {
    const withoutMore = {
      [runPath]: run,
      [eventsPath(0)]: { events: beginning },
      [eventsPath(4)]: { events: [] },
      [sharePath]: null,
      [runsPath]: { runs: [] },
    };
    const first = await createV4Client(pollFrom(withoutMore)).getDetails(id, never);
    assert.equal(first.session?.liveUrl, 'https://live.example/?wss=secret');
    let requests = 0;
    const client = createV4Client((question) => {
      requests++;
      return pollFrom(withoutMore)(question);
    });
    const known = await client.getDetails(id, never);
    assert.equal(requests, 4);
    await client.getDetails(id, never, known);
    assert.equal(requests, 6);
  });

  it('stand without what merely adds to them', async () => {
    const gone = new CloudError('refused', 'gone');
    const client = createV4Client(
      pollFrom({
        [runPath]: run,
        [eventsPath(0)]: gone,
        [filesPath]: gone,
        [sharePath]: gone,
        [runsPath]: gone,
      }),
    );
    const details = await client.getDetails(id, never);
    assert.deepEqual([details.steps, details.files, details.prompt], [[], [], 'Find a flight']);
  });
});

describe('v4: lists and sessions', () => {
  it('lists sessions by cursor, each as the state of its latest run', async () => {
    const session = (number: number, status: string) => ({
      sessionId: `s-${number}`,
      latestRunId: `r-${number}`,
      task: 'Find a flight',
      title: 'A title',
      status,
    });
    const client = createV4Client(
      pollFrom({
        '/api/v4/sessions?limit=100': {
          sessions: [session(1, 'running'), 'nonsense'],
          nextCursor: 'c 1',
          hasMore: true,
        },
        '/api/v4/sessions?limit=100&cursor=c+1': {
          sessions: [session(2, 'completed')],
          nextCursor: null,
          hasMore: false,
        },
      }),
    );
    const pages = [];
    for await (const page of client.listTasks({}, never)) pages.push(page);
    assert.deepEqual(pages, [
      {
        tasks: [
          {
            id: 'r-1',
            status: 'running',
            rawStatus: 'running',
            prompt: 'Find a flight',
            title: 'A title',
            sessionId: 's-1',
          },
        ],
        isLast: false,
        answeredAtMs: undefined,
      },
      {
        tasks: [
          {
            id: 'r-2',
            status: 'finished',
            rawStatus: 'completed',
            prompt: 'Find a flight',
            title: 'A title',
            sessionId: 's-2',
          },
        ],
        isLast: true,
        answeredAtMs: undefined,
      },
    ]);
  });

  it('ends where a cursor leads to itself', async () => {
    const page = { sessions: [], nextCursor: 'c', hasMore: true };
    const client = createV4Client(
      pollFrom({
        '/api/v4/sessions?limit=100': page,
        '/api/v4/sessions?limit=100&cursor=c': page,
      }),
    );
    const ends = [];
    for await (const { isLast } of client.listTasks({}, never)) {
      ends.push(isLast);
      if (ends.length > 5) break;
    }
    assert.deepEqual(ends, [false, true]);
  });

  it('finds the runs of a session, and no session without one', async () => {
    const client = createV4Client(
      pollFrom({
        '/api/v4/runs?limit=100&sessionId=s-1': { runs: [{ id: 'r-2' }, { id: 'r-1' }] },
        '/api/v4/runs?limit=100&sessionId=s-2': { runs: [] },
      }),
    );
    assert.deepEqual(await client.findSessionTasks('s-1', never), ['r-2', 'r-1']);
    await assert.rejects(client.findSessionTasks('s-2', never), { kind: 'taskNotFound' });
  });

  it('finds more runs of a session than are tracked at once, or no more than up to one that is known', async () => {
    const path = (page: number): string =>
      `/api/v4/runs?limit=100&sessionId=s-1${page === 0 ? '' : `&cursor=c${page}`}`;
    const pages = Array.from({ length: 11 }, (_, page) => {
      const runs = Array.from({ length: 100 }, (__, at) => ({ id: `r-${page * 100 + at}` }));
      return [path(page), { runs, hasMore: true, nextCursor: `c${page + 1}` }] as const;
    });
    const client = createV4Client(pollFrom(Object.fromEntries(pages)));
    const all = await client.findSessionTasks('s-1', never);
    assert.deepEqual([all.length, all.at(-1)], [1100, 'r-1099']);
    const newer = await client.findSessionTasks('s-1', never, (id) => id === 'r-142');
    assert.equal(newer.length, 200);
  });

  it('finds the latest run of a session with one small request', async () => {
    const answer = { sessionId: 's-1', latestRunId: 'r-2', status: 'running', task: 'Go on' };
    const client = createV4Client(pollFrom({ '/api/v4/sessions/s-1': answer }));
    assert.equal(await client.findLatestTask('s-1', never), 'r-2');
  });

  it('tells every amount of what a session has cost, whatever the cloud calls it', async () => {
    const answer = {
      sessionId: 's-1',
      llmCostUsd: '0.420000',
      total: 0.47,
      by_source: { browser_cost: '0.05', deep: { x: 1 } },
      currency: 'USD',
      note: null,
    };
    const client = createV4Client(pollFrom({ '/api/v4/sessions/s-1/cost': answer }));
    assert.deepEqual(await client.getSessionCost('s-1', never), [
      { name: 'llmCostUsd', amount: '0.420000' },
      { name: 'total', amount: '0.47' },
      { name: 'browser_cost', amount: '0.05' },
    ]);
  });

  it('takes a share that is not active for none', async () => {
    const share = { isActive: false, shareUrl: 'https://cloud.example/share/v4/t', viewCount: 0 };
    const client = createV4Client(pollFrom({ [sharePath]: share }));
    assert.equal(await client.getShare('s-1', never), undefined);
  });
});
