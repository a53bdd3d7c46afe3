import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { Cloud } from '../../../../src/core/cloud/taskClient';
import { maxTasksAtOnce, parseTaskInput } from '../../../../src/core/input/taskInput';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import {
  rejectedMessage,
  sessionMessage,
  trackingMessage,
  trackTasks,
} from '../../../../src/core/tracking/taskTracking';
import { FakeCloud } from '../../../fakes/fakeCloud';

const session = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const other = '11111111-5717-4562-b3fc-2c963f66afa6';
const dashboard = (id: string): string => `https://cloud.browser-use.com/agent/${id}`;

describe('tracking what a text names', () => {
  let store: TaskStore;
  let sessions: Map<string, readonly string[]>;
  let failure: Error | undefined;
  let connections: number;
  let requested: string[];
  let beforeAnswer: () => void;

  beforeEach(() => {
    store = new TaskStore();
    sessions = new Map();
    failure = undefined;
    connections = 0;
    requested = [];
    beforeAnswer = () => undefined;
  });

  /** The fake cloud, with sessions. */
  function connect(): Promise<Cloud> {
    connections++;
    const cloud = new FakeCloud(() => 0);
    return Promise.resolve({
      download: () => cloud.download(),
      client: (apiVersion) => ({
        ...cloud.client(apiVersion),
        findSessionTasks: async (id) => {
          requested.push(id);
          await Promise.resolve();
          beforeAnswer();
          if (failure) throw failure;
          return sessions.get(id) ?? [];
        },
      }),
    });
  }

  function track(text: string, signal = new AbortController().signal) {
    return trackTasks(parseTaskInput(text, 'v1'), {
      store,
      connect,
      now: 7,
      signal,
    });
  }

  const ids = (): string[] => store.tasks().map(({ apiVersion, id }) => `${apiVersion}/${id}`);

  it('tracks IDs without asking anybody', async () => {
    const result = await track('a1, v2/b2');
    assert.deepEqual(ids(), ['v1/a1', 'v2/b2']);
    assert.equal(connections, 0);
    assert.equal(trackingMessage(result), undefined);
  });

  it('asks the cloud for the tasks of a session, which are v2', async () => {
    sessions.set(session, ['c3', 'd4']);
    const result = await track(`v1/a1 ${dashboard(session)}`);
    assert.deepEqual(ids(), ['v1/a1', 'v2/c3', 'v2/d4']);
    assert.deepEqual(
      result.refs.map(({ id }) => id),
      ['a1', 'c3', 'd4'],
    );
    assert.equal(trackingMessage(result), undefined);
  });

  it('keeps what has been tracked when a session cannot be looked up', async () => {
    failure = new CloudError('network', 'refused');
    const result = await track(`v1/a1 ${dashboard(session)}`);
    assert.deepEqual(ids(), ['v1/a1']);
    assert.equal(result.sessionError?.kind, 'network');
  });

  it('speaks of the session that is not found, not of a task', async () => {
    failure = new CloudError('taskNotFound', 'Session not found');
    const { sessionError } = await track(dashboard(session));
    assert.deepEqual(sessionError && sessionMessage(sessionError.kind, 'cloud.example'), {
      text: 'cloud.example knows no such session for this API key. Check the link, or set the key of the account that the session belongs to.',
      nextStep: 'setApiKey',
    });
  });

  it('has a message about a session for every failure', () => {
    for (const kind of ['taskNotFound', 'invalidRequest', 'rateLimited', 'server'] as const) {
      const { text } = sessionMessage(kind, 'cloud.example');
      assert.match(text, /^cloud\.example /u);
      assert.doesNotMatch(text, /task ID|no such task|Polling continues/u);
    }
    const { text } = sessionMessage('notServed', 'cloud.example');
    assert.match(text, /^API v2 is not served at cloud\.example/u);
  });

  it('goes on after a session that fails alone, and stops at what would fail them all', async () => {
    sessions.set(other, ['c3']);
    beforeAnswer = () => {
      failure =
        requested.length === 1 ? new CloudError('taskNotFound', 'Session not found') : undefined;
    };
    const result = await track(`${dashboard(session)}\n${dashboard(other)}`);
    assert.deepEqual(ids(), ['v2/c3']);
    assert.equal(result.sessionError?.kind, 'taskNotFound');
    assert.equal(result.failedSessionCount, 1);

    beforeAnswer = () => (failure = new CloudError('auth', 'refused'));
    requested = [];
    const { failedSessionCount } = await track(`${dashboard(session)}\n${dashboard(other)}`);
    assert.equal(failedSessionCount, 2);
    assert.deepEqual(requested, [session]);
  });

  it('says how far it is', async () => {
    const seen: string[] = [];
    await trackTasks(parseTaskInput(`${dashboard(session)}\n${dashboard(other)}`, 'v2'), {
      store,
      connect,
      now: 7,
      signal: new AbortController().signal,
      onProgress: (done, total) => seen.push(`${done} of ${total}`),
    });
    assert.deepEqual(seen, ['0 of 2', '1 of 2']);
  });

  it('keeps what was tracked when it is cancelled in the midst of many sessions', async () => {
    sessions.set(session, ['c3']).set(other, ['d4']);
    const abort = new AbortController();
    beforeAnswer = () => {
      if (requested.length === 2) abort.abort();
    };
    const text = `${dashboard(session)}\n${dashboard(other)}`;
    await assert.rejects(track(text, abort.signal), { name: 'AbortError' });
    assert.deepEqual(ids(), ['v2/c3']);
  });

  it('tracks no more than a thousand tasks of sessions, and says what it leaves out', async () => {
    sessions.set(
      session,
      Array.from({ length: maxTasksAtOnce + 2 }, (_, index) => `c${index}`),
    );
    const result = await track(`${dashboard(session)}\n${dashboard(other)}`);
    assert.equal(store.tasks().length, maxTasksAtOnce);
    assert.deepEqual(requested, [session]);
    assert.equal(
      trackingMessage(result),
      '1000 tasks tracked; 2 tasks are left out: at most 1000 are tracked at once; 1 session is not looked up: at most 1000 tasks are tracked at once.',
    );
  });

  it('passes on what is no failure of the cloud', async () => {
    failure = new TypeError('a mistake');
    await assert.rejects(track(dashboard(session)), TypeError);
  });

  it('leaves out what a server told whose session has ended, and asks no more', async () => {
    sessions.set(session, ['c3']);
    const over = new AbortController();
    beforeAnswer = () => over.abort(new Error('over'));
    const text = `v1/a1 ${dashboard(session)} ${dashboard(other)}`;
    await assert.rejects(track(text, over.signal), { message: 'over' });
    assert.deepEqual(ids(), ['v1/a1']);
    assert.deepEqual(requested, [session], 'the other session is not looked up');
  });

  it('asks nothing where the session ends on the way to the server', async () => {
    const over = new AbortController();
    const tracking = track(dashboard(session), over.signal);
    over.abort(new Error('over'));
    await assert.rejects(tracking, { message: 'over' });
    assert.deepEqual(requested, []);
  });

  it('stops when it is told to', async () => {
    sessions.set(session, ['c3']);
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(track(dashboard(session), abort.signal), { name: 'AbortError' });
    assert.deepEqual(ids(), []);
  });

  it('answers duplicates and nonsense in one message', async () => {
    await track('a1');
    sessions.set(session, ['c3']);
    const result = await track(`v1/a1 v1/b2 v1/b2 v4/c3 ${dashboard(session)} ${dashboard(other)}`);
    assert.equal(
      trackingMessage(result),
      '2 tasks tracked; 1 was tracked already; 1 was named twice; 1 session has no tasks; “c3” is left out: it belongs to API v4, which this extension does not support yet.',
    );
  });

  it('says that nothing new came', async () => {
    await track('a1 b2');
    assert.equal(
      trackingMessage(await track('a1 b2')),
      'No new task tracked; 2 were tracked already.',
    );
  });

  it('tells at most two pieces of nonsense in full', async () => {
    const { input } = await track('oops hello world again');
    const message = rejectedMessage(input) ?? '';
    assert.match(message, /“oops” .*“hello” .*; 2 more are left out$/u);
  });

  it('never repeats what looks like a key', async () => {
    const { input } = await track('bu_0123456789');
    assert.match(rejectedMessage(input) ?? '', /^one piece is left out: .*API key/u);
    assert.doesNotMatch(rejectedMessage(input) ?? '', /0123/u);
  });
});
