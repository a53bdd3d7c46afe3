import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { ApiVersion } from '../../../../src/core/cloud/task';
import type { OpenSession } from '../../../../src/core/cloud/taskActions';
import { changeErrorMessage } from '../../../../src/core/labels/changeErrorMessage';
import { OpenSessions, openSessionsPauseMs } from '../../../../src/core/steering/openSessions';
import { stopPatienceMs } from '../../../../src/core/tasks/trackedTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

describe('OpenSessions', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let open: Map<ApiVersion, OpenSession[]>;
  let failures: Map<ApiVersion, CloudError>;
  let asked: ApiVersion[];
  let logged: unknown[];
  let isLate: boolean;
  /** Versions of which only a part was read. */
  let parts: Set<ApiVersion>;
  /** How long each version takes to answer. */
  let tookMs: number;
  /** What a connection fails with, if it does. */
  let broken: Error | undefined;
  let sessions: OpenSessions;

  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    open = new Map();
    failures = new Map();
    asked = [];
    logged = [];
    isLate = false;
    parts = new Set();
    tookMs = 0;
    broken = undefined;
    sessions = new OpenSessions({
      connect: async () => {
        await Promise.resolve();
        if (broken) throw broken;
        return {
          download: () => cloud.download(),
          client: (apiVersion) => ({
            ...cloud.client(apiVersion),
            listOpenSessions: async (signal) => {
              asked.push(apiVersion);
              if (tookMs > 0) await clock.sleep(tookMs, signal);
              const failure = failures.get(apiVersion);
              if (failure) throw failure;
              const known = open.get(apiVersion) ?? [];
              const isThere = (each: OpenSession) => isLate || cloud.actions.open.includes(each);
              return { open: known.filter(isThere), isPart: parts.has(apiVersion) };
            },
          }),
        };
      },
      clock,
      onError: (error) => logged.push(error),
    });
  });

  afterEach(() => {
    sessions.dispose();
    assert.equal(clock.timers, 0);
  });

  function have(apiVersion: ApiVersion, ...entries: OpenSession[]): void {
    open.set(apiVersion, [...(open.get(apiVersion) ?? []), ...entries]);
    cloud.actions.open.push(...entries);
  }

  const session = (id: string, more: Partial<OpenSession> = {}): OpenSession => ({
    kind: 'session',
    id,
    sessionId: id,
    ...more,
  });
  const browser = (id: string, more: Partial<OpenSession> = {}): OpenSession => ({
    kind: 'browser',
    id,
    ...more,
  });
  const ids = () => sessions.state.entries.map(({ id }) => id);
  const fail = (apiVersion: ApiVersion, kind: CloudError['kind']) =>
    failures.set(apiVersion, new CloudError(kind, `ordered ${kind}`));

  it('says that nothing is read any more when it is disposed', async () => {
    sessions.setWatched(true);
    assert.equal(sessions.state.isReading, true);
    const seen: boolean[] = [];
    sessions.onDidChange(({ isReading }) => seen.push(isReading));
    sessions.dispose();
    assert.deepEqual(seen, [false]);
    await settle();
    assert.deepEqual(seen, [false]);
  });

  it('reads at once what was stopped elsewhere, while somebody watches and not else', async () => {
    sessions.readIfWatched();
    await settle();
    assert.deepEqual(asked, []);
    have('v4', browser('b'));
    sessions.setWatched(true);
    await settle();
    assert.deepEqual(ids(), ['b']);
    cloud.actions.open.length = 0;
    sessions.readIfWatched();
    await settle();
    assert.deepEqual(ids(), []);
    assert.equal(asked.length, 6);
    sessions.setWatched(false);
    sessions.readIfWatched();
    await settle();
    assert.equal(asked.length, 6);
  });

  it('reads anew where something was stopped while a reading was under way', async () => {
    tookMs = 1000;
    sessions.setWatched(true);
    await settle();
    sessions.readIfWatched();
    await clock.advance(2000);
    assert.equal(asked.length, 6);
    sessions.setWatched(false);
  });

  it('requests nothing before somebody watches, and nothing after', async () => {
    await clock.advance(600_000);
    assert.deepEqual(asked, []);
    assert.deepEqual(sessions.state, { entries: [], isReading: false });
    sessions.setWatched(true);
    await settle();
    sessions.setWatched(true);
    await settle();
    assert.deepEqual(asked, ['v4', 'v3', 'v2']);
    assert.equal(sessions.state.isReading, false);
    await clock.advance(openSessionsPauseMs);
    assert.equal(asked.length, 6);
    sessions.setWatched(false);
    await clock.advance(600_000);
    assert.equal(asked.length, 6);
    sessions.setWatched(true);
    await settle();
    assert.equal(asked.length, 9, 'at once when it is seen again');
  });

  it('pauses longer where a reading takes long, and goes on as before where one is short again', async () => {
    tookMs = 25_000;
    sessions.setWatched(true);
    await clock.advance(tookMs);
    assert.equal(asked.length, 3);
    await clock.advance(10 * tookMs - 1);
    assert.equal(asked.length, 3, 'a tenth of the time at most');
    tookMs = 0;
    await clock.advance(1);
    assert.equal(asked.length, 6);
    await clock.advance(openSessionsPauseMs);
    assert.equal(asked.length, 9);
  });

  it('tries again soon where a long reading fails', async () => {
    tookMs = 25_000;
    fail('v3', 'network');
    sessions.setWatched(true);
    await clock.advance(tookMs);
    assert.equal(sessions.state.trouble?.error.kind, 'network');
    await clock.advance(openSessionsPauseMs);
    assert.equal(asked.length, 6);
  });

  it('shows all versions in one list, what began last first, and each thing once', async () => {
    have('v4', browser('b1', { startedAt: '2026-01-13T11:00:00Z', sessionId: 's4' }));
    have('v4', browser('b2', { startedAt: '2026-01-13T11:50:00Z', sessionId: 's3' }));
    have('v3', session('s3', { startedAt: '2026-01-13T11:40:00Z' }));
    have('v2', session('s2'), session('s2'));
    await sessions.read();
    assert.deepEqual(ids(), ['s3', 'b1', 's2'], 'the browser of s3 is s3');
    assert.equal(sessions.state.readAt, clock.now());
  });

  it('says of which version only a part was read, until all was', async () => {
    parts.add('v3');
    await sessions.read();
    assert.equal(sessions.state.partOf, 'v3');
    parts.clear();
    await sessions.read();
    assert.equal(sessions.state.partOf, undefined);
  });

  for (const kind of ['notServed', 'refused'] as const)
    it(`leaves versions alone that are not served, until somebody refreshes: ${kind}`, async () => {
      fail('v4', 'forbidden');
      fail('v3', kind);
      have('v2', session('s2'));
      sessions.setWatched(true);
      await clock.advance(openSessionsPauseMs);
      assert.deepEqual(asked, ['v4', 'v3', 'v2', 'v2']);
      assert.equal(sessions.state.trouble, undefined);
      assert.deepEqual(logged, []);
      failures.clear();
      have('v3', session('s3'));
      await sessions.read();
      assert.deepEqual(ids(), ['s3', 's2']);
    });

  it('says so where no version is served at all, and asks again when it is seen again', async () => {
    for (const version of ['v4', 'v3', 'v2'] as const) fail(version, 'notServed');
    sessions.setWatched(true);
    await clock.advance(600_000);
    assert.equal(asked.length, 3);
    assert.equal(sessions.state.trouble?.error.kind, 'notServed');
    sessions.setWatched(false);
    sessions.setWatched(true);
    await settle();
    assert.equal(asked.length, 6);
    assert.equal(sessions.state.trouble?.error.kind, 'notServed');
  });

  it('keeps what it knows where a later reading fails, and says so', async () => {
    have('v4', browser('b1'));
    have('v2', session('s2'));
    sessions.setWatched(true);
    await settle();
    const { readAt } = sessions.state;
    fail('v4', 'network');
    await clock.advance(openSessionsPauseMs);
    assert.deepEqual(ids(), ['b1', 's2']);
    assert.equal(sessions.state.trouble?.error.kind, 'network');
    assert.equal(sessions.state.readAt, readAt);
    assert.equal(logged.length, 1);
    failures.clear();
    await clock.advance(openSessionsPauseMs);
    assert.equal(sessions.state.trouble, undefined);
  });

  for (const kind of ['auth', 'noKey', 'payment', 'redirect', 'notServed', 'forbidden'] as const)
    it(`waits for a person where only one can help: ${kind}`, async () => {
      for (const version of ['v4', 'v3', 'v2'] as const) fail(version, kind);
      sessions.setWatched(true);
      await clock.advance(600_000);
      assert.equal(asked.length, 3);
      failures.clear();
      sessions.reconnect();
      await settle();
      assert.equal(asked.length, 6);
      assert.equal(sessions.state.trouble, undefined);
    });

  it('says so where it cannot connect, and hands on why nothing could be stopped', async () => {
    have('v4', browser('b1'));
    await sessions.read();
    broken = new Error('The base URL has changed.');
    await assert.rejects(sessions.stop(sessions.state.entries, { signal: never }), broken);
    await settle();
    assert.equal(sessions.state.entries[0]?.isStopping, false);
    assert.equal(sessions.state.trouble?.error.kind, 'badAnswer');
  });

  it('knows nothing any more with another key, whatever answers late', async () => {
    have('v2', session('s2'));
    await sessions.read();
    await settle();
    const late = sessions.read();
    sessions.reconnect();
    assert.deepEqual(sessions.state, { entries: [], isReading: false });
    await late;
    assert.deepEqual(sessions.state, { entries: [], isReading: false });
    fail('v2', 'network');
    await sessions.read();
    assert.deepEqual(ids(), []);
  });

  it('says nothing of what fails late, and asks that version with another key', async () => {
    tookMs = 25_000;
    fail('v4', 'forbidden');
    fail('v3', 'network');
    sessions.setWatched(true);
    await settle();
    sessions.reconnect();
    await settle();
    assert.deepEqual(asked, ['v4', 'v3', 'v2', 'v4', 'v3', 'v2']);
    assert.deepEqual(logged, []);
  });

  it('stops some, each once, marks them meanwhile, and reads again', async () => {
    have('v4', browser('b1'), browser('b2'));
    await sessions.read();
    const stops = Promise.all([
      sessions.stop(sessions.state.entries, { signal: never }),
      sessions.stop(sessions.state.entries, { signal: never }),
    ]);
    assert.deepEqual(
      sessions.state.entries.map(({ isStopping }) => isStopping),
      [true, true],
    );
    const [first, second] = await stops;
    assert.deepEqual(
      first.map(({ outcome }) => outcome.kind),
      ['done', 'done'],
    );
    assert.deepEqual(second, []);
    assert.equal(cloud.actions.sent.length, 2);
    assert.deepEqual(ids(), []);
  });

  it('marks what was stopped until it is gone from the list, for three minutes at most', async () => {
    have('v4', browser('b1'));
    await sessions.read();
    isLate = true;
    await sessions.stop(sessions.state.entries, { signal: never });
    assert.equal(sessions.state.entries[0]?.isStopping, true);
    assert.deepEqual(await sessions.stop(sessions.state.entries, { signal: never }), []);
    await clock.advance(stopPatienceMs);
    await sessions.read();
    assert.equal(sessions.state.entries[0]?.isStopping, true);
    await clock.advance(1);
    await sessions.read();
    assert.equal(sessions.state.entries[0]?.isStopping, false);
  });

  it('says what was refused and what nobody knows, and neither is marked then', async () => {
    have('v4', browser('b1'), browser('b2'));
    await sessions.read();
    cloud.actions.failNext('stopOpenSession', 'forbidden');
    cloud.actions.failNext('stopOpenSession', 'timeout');
    cloud.actions.failCheckWith = () => new CloudError('network', 'gone');
    const stopped = sessions.stop(sessions.state.entries, { signal: never });
    await clock.advance(10_000);
    assert.deepEqual(
      (await stopped).map(({ outcome }) => outcome.kind),
      ['refused', 'unknown'],
    );
    assert.equal(cloud.actions.sent.length, 2);
    assert.deepEqual(
      sessions.state.entries.map(({ isStopping }) => isStopping),
      [false, false],
    );
  });

  it('sends no stop of what another key has listed, as what a key cannot see would pass for stopped', async () => {
    have('v4', browser('b1'));
    await sessions.read();
    const { entries } = sessions.state;
    sessions.reconnect();
    const [stopped] = await sessions.stop(entries, { signal: never });
    assert.equal(stopped?.outcome.kind, 'refused');
    assert.match(
      changeErrorMessage(stopped.outcome.error, { host: 'api.example' }).text,
      /^The API key for api\.example was changed meanwhile, and nothing was sent/u,
    );
    assert.deepEqual(cloud.actions.sent, []);
  });

  it('sends no stop that waits once the key changes, and asks another account of none that was lost', async () => {
    have('v4', ...['b1', 'b2', 'b3', 'b4', 'b5'].map((id) => browser(id)));
    await sessions.read();
    let go: () => void = () => undefined;
    cloud.actions.gate = new Promise((resolve) => (go = resolve));
    cloud.actions.failNext('stopOpenSession', 'timeout');
    const stopped = sessions.stop(sessions.state.entries, { signal: never });
    await settle();
    sessions.reconnect();
    go();
    await clock.advance(10_000);
    assert.deepEqual((await stopped).map(({ outcome }) => outcome.kind).sort(), [
      'done',
      'done',
      'done',
      'refused',
      'unknown',
    ]);
  });

  it('takes back what has not left yet', async () => {
    have('v4', ...['b1', 'b2', 'b3', 'b4', 'b5'].map((id) => browser(id)));
    await sessions.read();
    const abort = new AbortController();
    let go: () => void = () => undefined;
    cloud.actions.gate = new Promise((resolve) => (go = resolve));
    const stopped = sessions.stop(sessions.state.entries, { signal: abort.signal });
    await settle();
    abort.abort();
    go();
    assert.deepEqual((await stopped).map(({ outcome }) => outcome.kind).sort(), [
      'cancelled',
      'done',
      'done',
      'done',
      'done',
    ]);
    await settle();
    assert.deepEqual(ids(), ['b5']);
  });

  it('does not wait for the list to be read again, and marks at once what goes on', async () => {
    have('v4', browser('b1'), browser('b2'));
    await sessions.read();
    tookMs = 20_000;
    cloud.actions.failNext('stopOpenSession', 'forbidden');
    const stopped = await sessions.stop(sessions.state.entries, { signal: never });
    assert.equal(stopped.length, 2);
    assert.equal(sessions.state.isReading, true);
    assert.deepEqual(
      sessions.state.entries.map(({ isStopping }) => isStopping),
      [false, true],
    );
    await clock.advance(tookMs);
    assert.deepEqual(ids(), ['b1']);
  });

  it('reads no more once it is disposed, and keeps nobody waiting', async () => {
    sessions.setWatched(true);
    const read = sessions.read();
    sessions.dispose();
    await read;
    await sessions.read();
    await clock.advance(600_000);
    assert.ok(asked.length <= 3);
  });
});
