import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { ApiVersion } from '../../../../src/core/cloud/task';
import type { Cloud } from '../../../../src/core/cloud/taskClient';
import { maxTasksAtOnce, parseTaskInput } from '../../../../src/core/input/taskInput';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { trackTasks } from '../../../../src/core/tracking/taskTracking';
import {
  lookupMessage,
  otherRegionMessage,
  rejectedMessage,
  trackingMessage,
} from '../../../../src/core/tracking/trackingMessages';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

const session = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const other = '11111111-5717-4562-b3fc-2c963f66afa6';
/** Who sleeps by it has slept. */
const clock = { now: () => 7, sleep: () => Promise.resolve() };
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

  function track(text: string, signal = never) {
    return trackTasks(parseTaskInput(text, 'v2'), {
      store,
      connect,
      isOfficial: true,
      clock,
      signal,
    });
  }

  const ids = (): string[] => store.tasks().map(({ apiVersion, id }) => `${apiVersion}/${id}`);

  it('tracks IDs without asking anybody', async () => {
    const result = await track('v1/a1, b2');
    assert.deepEqual(ids(), ['v1/a1', 'v2/b2']);
    assert.equal(connections, 0);
    assert.equal(trackingMessage(result), undefined);
  });

  it('asks nobody again for the version of a task that was checked, but of one that is not found', async () => {
    store.track([{ apiVersion: 'v3', id: session }], 1);
    store.applyUpdate(
      { apiVersion: 'v3', id: session },
      { status: 'finished', rawStatus: 'idle' },
      2,
      true,
    );
    const again = () =>
      trackTasks(parseTaskInput(session, undefined), {
        store,
        connect,
        isOfficial: true,
        clock,
        signal: never,
      });
    const result = await again();
    assert.equal(connections, 0);
    assert.deepEqual(result.refs, [{ apiVersion: 'v3', id: session }]);
    assert.equal(trackingMessage(result), 'No new task tracked; 1 was tracked already.');
    store.noteTrouble({ apiVersion: 'v3', id: session }, { kind: 'taskNotFound', since: 3 }, true);
    await again();
    assert.notEqual(connections, 0);
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

  it('follows a session of v4, by its link or its ID alone, and none of v2', async () => {
    sessions.set(session, ['c3', 'd4']);
    await track(`https://api.browser-use.com/api/v4/sessions/${session}`);
    const marks = () =>
      store.tasks().map(({ id, followedAt, followedTo }) => [id, followedAt, followedTo]);
    const followed = [
      ['c3', 7, 'c3'],
      ['d4', 7, 'c3'],
    ];
    assert.deepEqual(marks(), followed);
    store = new TaskStore();
    await track(`https://api.browser-use.com/api/v2/sessions/${session}`);
    assert.deepEqual(
      marks().map(([, followedAt]) => followedAt),
      [undefined, undefined],
    );
  });

  it('keeps what has been tracked when a session cannot be looked up', async () => {
    failure = new CloudError('network', 'refused');
    const result = await track(`v1/a1 ${dashboard(session)}`);
    assert.deepEqual(ids(), ['v1/a1']);
    assert.equal(result.lookupError?.kind, 'network');
  });

  it('names the other region where an ID is not found in one', async () => {
    failure = new CloudError('taskNotFound', 'Session not found');
    const result = await track(dashboard(session));
    const text = (host: string) => lookupMessage(result, host)?.text ?? '';
    const us = text('api.browser-use.com');
    assert.match(
      us,
      / The EU region has tasks .* the base URL to https:\/\/api\.eu\.browser-use\.com\.$/u,
    );
    const eu = text('api.eu.browser-use.com');
    assert.match(
      eu,
      / The US region has tasks .* the base URL to https:\/\/api\.browser-use\.com\.$/u,
    );
    assert.doesNotMatch(text('self.example'), /region/u);
  });

  it('speaks of the session that is not found, not of a task', async () => {
    failure = new CloudError('taskNotFound', 'Session not found');
    assert.deepEqual(lookupMessage(await track(dashboard(session)), 'cloud.example'), {
      text: "The session's tasks are not tracked: cloud.example knows no such session for this API key. Check the link, or set the key of the account that the session belongs to.",
      nextStep: 'setApiKey',
    });
  });

  it('has a message about a session for every failure', async () => {
    for (const kind of ['taskNotFound', 'invalidRequest', 'rateLimited', 'server'] as const) {
      failure = new CloudError(kind, 'ordered');
      const { text } = lookupMessage(await track(dashboard(session)), 'cloud.example') ?? {};
      assert.match(text ?? '', /^The session's tasks are not tracked: cloud\.example /u);
      assert.doesNotMatch(text ?? '', /task ID|no such task|Polling continues/u);
    }
  });

  it('goes on after a session that fails alone, and stops at what would fail them all', async () => {
    sessions.set(other, ['c3']);
    beforeAnswer = () => {
      failure =
        requested.length === 1 ? new CloudError('taskNotFound', 'Session not found') : undefined;
    };
    const result = await track(`${dashboard(session)}\n${dashboard(other)}`);
    assert.deepEqual(ids(), ['v2/c3']);
    assert.equal(result.lookupError?.kind, 'taskNotFound');
    assert.equal(result.failedSessionCount, 1);

    beforeAnswer = () => (failure = new CloudError('auth', 'refused'));
    requested = [];
    const { failedSessionCount } = await track(`${dashboard(session)}\n${dashboard(other)}`);
    assert.equal(failedSessionCount, 2);
    assert.deepEqual(requested, [session]);

    for (const kind of ['invalidRequest', 'tooLarge', 'badAnswer', 'forbidden'] as const) {
      beforeAnswer = () => (failure = new CloudError(kind, 'of this one'));
      requested = [];
      await track(`${dashboard(session)}\n${dashboard(other)}`);
      assert.deepEqual(requested, [session, other], kind);
    }
    beforeAnswer = () => {
      failure = requested.length === 2 ? new CloudError('network', 'refused') : undefined;
    };
    requested = [];
    const { failedSessionCount: last } = await track(`${dashboard(session)}\n${dashboard(other)}`);
    assert.equal(last, 1, 'what was looked up before has not failed');
  });

  it('says how far it is', async () => {
    const seen: string[] = [];
    await trackTasks(parseTaskInput(`${dashboard(session)}\n${dashboard(other)}`, 'v2'), {
      store,
      connect,
      isOfficial: true,
      clock,
      signal: never,
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
      '1,000 tasks tracked; 2 tasks are left out: at most 1,000 are tracked at once; 1 session is not looked up: at most 1,000 tasks are tracked at once.',
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
    await track('v1/a1');
    sessions.set(session, ['c3']);
    const result = await track(`v1/a1 v1/b2 v1/b2 v5/c3 ${dashboard(session)} ${dashboard(other)}`);
    assert.equal(
      trackingMessage(result),
      '2 tasks tracked; 1 was tracked already; 1 was named twice; 1 session has no tasks; “c3” is left out: it belongs to API v5, which this extension does not support yet.',
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
    assert.match(rejectedMessage(input) ?? '', /^1 piece is left out: .*API key/u);
    assert.doesNotMatch(rejectedMessage(input) ?? '', /0123/u);
  });

  it('says of links of another region where they belong, and nothing of any others', () => {
    const said = (text: string, host: string) =>
      otherRegionMessage(parseTaskInput(text, undefined), host);
    const eu = `https://cloud.eu.browser-use.com/runs/${session}`;
    assert.match(
      said(eu, 'api.browser-use.com')?.text ?? '',
      /EU region .* Set the base URL to https:\/\/api\.eu\.browser-use\.com/u,
    );
    assert.match(said(dashboard(session), 'api.eu.browser-use.com')?.text ?? '', /the US region/u);
    assert.equal(said(eu, 'api.eu.browser-use.com'), undefined);
    assert.equal(said(eu, '127.0.0.1:8420'), undefined);
    assert.equal(said(`${eu} ${dashboard(other)}`, 'api.browser-use.com'), undefined);
    assert.equal(said(session, 'api.browser-use.com'), undefined);
  });

  describe('where no version is set', () => {
    const uuid = 'c0ffee00-1234-4abc-9def-0123456789ab';
    const another = 'c0ffee00-1234-4abc-9def-0123456789ac';
    let versions: Map<string, ApiVersion>;

    beforeEach(() => {
      versions = new Map();
    });

    const trackAny = (text: string, cloud = new FakeCloud(() => 0)) => {
      return trackTasks(parseTaskInput(text, undefined), {
        store,
        connect: () =>
          Promise.resolve({
            download: () => cloud.download(),
            client: (apiVersion) => ({
              ...cloud.client(apiVersion),
              getStatus: (id) => {
                requested.push(`${apiVersion} ${id}`);
                if (failure) return Promise.reject(failure);
                return versions.get(id) === apiVersion
                  ? Promise.resolve({ status: 'running', rawStatus: 'running' })
                  : Promise.reject(new CloudError('taskNotFound', 'Not found'));
              },
              findSessionTasks: () => Promise.reject(new CloudError('taskNotFound', 'Not found')),
            }),
          }),
        isOfficial: true,
        clock,
        signal: never,
      });
    };

    it('finds the version of each ID, and tracks at once what tells its own', async () => {
      versions.set(uuid, 'v3');
      const result = await trackAny(`v2/${another} ${uuid}`);
      assert.deepEqual(ids(), [`v2/${another}`, `v3/${uuid}`]);
      assert.equal(trackingMessage(result), undefined);
      assert.equal(lookupMessage(result, 'cloud.example'), undefined);
    });

    it('reads the lists once for many IDs', async () => {
      const cloud = new FakeCloud(() => 0);
      const all = ['a', 'b', 'c', 'd'].map((end) => `${uuid.slice(0, -1)}${end}`);
      for (const id of all) cloud.set(id, 'running', { apiVersion: 'v4' });
      await trackAny(all.join(' '), cloud);
      assert.deepEqual(
        cloud.requested.map(({ what }) => what),
        ['list'],
      );
      assert.deepEqual(requested, []);
      assert.deepEqual(new Set(ids()), new Set(all.map((id) => `v4/${id}`)));
    });

    it('looks for an ID that is tracked but was never checked', async () => {
      versions.set(uuid, 'v3');
      await trackAny(`v2/${uuid}`);
      await trackAny(uuid);
      assert.deepEqual(ids(), [`v2/${uuid}`, `v3/${uuid}`]);
    });

    it('begins with the version of the task that was tracked last', async () => {
      versions.set(uuid, 'v2');
      await trackAny(`v2/${another}`);
      await trackAny(uuid);
      assert.deepEqual(requested, [`v2 ${uuid}`]);
    });

    it('says of an ID that no version knows it, and goes on with the others', async () => {
      versions.set(another, 'v4');
      const result = await trackAny(`${uuid} ${another}`);
      assert.deepEqual(ids(), [`v4/${another}`]);
      assert.equal(store.tasks()[0]?.followedAt, undefined, 'a run is no session');
      assert.deepEqual(lookupMessage(result, 'cloud.example'), {
        text: '1 ID is not tracked: cloud.example knows no such task for this API key. Check the ID, or set the key of the account that the task belongs to.',
        nextStep: 'setApiKey',
      });
    });

    for (const [kind, message] of [
      ['network', /^2 IDs are not tracked: cloud\.example cannot be reached/u],
      ['noKey', /^2 IDs are not tracked: There is no API key for cloud\.example yet/u],
      ['rateLimited', /Track it again in a while/u],
    ] as const)
      it(`says that nothing could be found out for ${kind}, and asks no more`, async () => {
        failure = new CloudError(kind, 'ordered');
        const result = await trackAny(`${uuid} ${another}`);
        assert.equal(requested.length, 1);
        assert.match(lookupMessage(result, 'cloud.example')?.text ?? '', message);
      });
  });
});
