import assert from 'node:assert/strict';
import { createRateLimiter } from '../../../../src/api/index';
import { otherServerMessage } from '../../../../src/core/cloud/baseUrl';
import { refKey, type TaskRef } from '../../../../src/core/cloud/task';
import { DetailsReader } from '../../../../src/core/details/detailsReader';
import { PollRounds } from '../../../../src/core/polling/pollRound';
import { WindowPolling } from '../../../../src/core/polling/polling';
import { TaskPoller } from '../../../../src/core/polling/taskPoller';
import { TokenBucket } from '../../../../src/core/polling/tokenBucket';
import { ShownTasks, CurrentAccount } from '../../../../src/ui/account/currentAccount';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import type { Announcement } from '../../../../src/core/windows/windowMessages';
import { WindowSharing } from '../../../../src/core/windows/windowSharing';
import type { AccountSession } from '../../../../src/ui/account/accountSession';
import { fakeSession } from '../../../fakes/fakeAccount';
import { FakeBaseUrl } from '../../../fakes/fakeBaseUrl';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { FakeWindows } from '../../../fakes/fakeWindows';
import { MemoryFiles } from '../../../fakes/memoryFiles';
import { MemorySecrets } from '../../../fakes/memorySecrets';

const here = 'https://here.example';
const there = 'https://there.example';
const intervals = { watching: 2000, hidden: 2000, away: 2000 };
/** A task of this ID is on both servers. */
const ref: TaskRef = { apiVersion: 'v2', id: 'a' };
const other: TaskRef = { apiVersion: 'v2', id: 'b' };

/** Clouds, files and windows stand in for the real ones; all between them is the extension's own. */
describe('a session whose place another one has taken', () => {
  let clock: FakeClock;
  let settings: FakeBaseUrl;
  let secrets: MemorySecrets;
  let clouds: Map<string, FakeCloud>;
  let folders: Map<string, MemoryFiles>;
  let announced: Announcement[];
  let shown: ShownTasks;
  let polling: WindowPolling;
  let account: CurrentAccount;
  let old: AccountSession;

  beforeEach(async () => {
    clock = new FakeClock();
    settings = new FakeBaseUrl(here);
    secrets = new MemorySecrets();
    clouds = new Map([here, there].map((origin) => [origin, new FakeCloud(() => clock.now())]));
    folders = new Map([here, there].map((origin) => [origin, new MemoryFiles()]));
    announced = [];
    shown = new ShownTasks();
    polling = new WindowPolling({ tasks: shown, intervals });
    const windows = new FakeWindows(clock);
    const bucket = new TokenBucket({ clock, perSecond: 2, burst: 10 });
    account = new CurrentAccount({
      settings,
      tasks: shown,
      createSession: (server, after) =>
        fakeSession(server, {
          after,
          secrets,
          clock,
          bucket,
          files: folder(server.origin),
          loadApi: () =>
            Promise.resolve({ createCloud: ({ baseUrl }) => cloud(baseUrl), createRateLimiter }),
          loadWindows: () =>
            Promise.resolve(
              ({ connect, key, persistence, store }: AccountSession) =>
                new WindowSharing({
                  store,
                  persistence,
                  polling,
                  clock,
                  connect,
                  createPoller: (connect) =>
                    new TaskPoller({
                      store,
                      connect,
                      clock,
                      bucket,
                      intervals,
                      random: () => 0.5,
                      loadRounds: () => Promise.resolve({ PollRounds }),
                      onError: () => undefined,
                    }),
                  join: (handlers) => windows.join(server.origin, handlers),
                  isEnabled: () => true,
                  announce: (announcement) => announced.push(announcement),
                  hasKey: () => key.state === 'present',
                  readKey: () => key.read(),
                }),
            ),
        }),
    });
    cloud(here).set('a', 'running');
    old = session();
    old.store.track([ref, other], clock.now());
    await clock.advance(100);
    assert.equal(old.store.get(ref)?.status, 'running');
  });

  afterEach(async () => {
    for (const each of clouds.values()) each.gate = undefined;
    account.dispose();
    polling.dispose();
    await clock.advance(60_000);
    assert.equal(clock.timers, 0, 'nothing ticks when all has ended');
  });

  const cloud = (origin: string): FakeCloud => clouds.get(origin) ?? assert.fail(origin);
  const folder = (origin: string): MemoryFiles => folders.get(origin) ?? assert.fail(origin);
  const session = (): AccountSession => account.requireSession();
  const keptAt = (origin: string): string[] => [...folder(origin).kept.keys()];

  /** The other server has a task of the same ID, which is not known to have started. */
  async function goThere(): Promise<TrackedTask> {
    cloud(there).set('a', 'created', { prompt: 'of there' });
    settings.set(there);
    session().store.track([ref], clock.now());
    await clock.advance(100);
    const task = session().store.get(ref);
    assert.equal(task?.prompt, 'of there');
    return task;
  }

  /** Holds back what the first server answers. */
  function delayAnswers(): () => void {
    let open: () => void = () => undefined;
    cloud(here).gate = new Promise((resolve) => (open = resolve));
    cloud(here).isDeafToAborts = true;
    return open;
  }

  it('hands it no answer to a poll', async () => {
    const answer = delayAnswers();
    cloud(here).set('a', 'finished', { output: 'of here' });
    await clock.advance(5000);
    const requested = cloud(here).requested.length;
    await goThere();
    answer();
    await clock.advance(60_000);
    const { status, prompt, output } = session().store.get(ref) ?? assert.fail();
    assert.deepEqual([status, prompt, output], ['created', 'of there', undefined]);
    assert.equal(cloud(here).requested.length, requested, 'it is polled no more');
    assert.ok(cloud(there).requested.length > 1);
    assert.deepEqual(polling.state.pauses, []);
  });

  for (const [when, isReconnected] of [
    ['which the panel has given up', true],
    ['though the panel waits for them', false],
  ] as const)
    it(`hands it no details of a task, ${when}`, async () => {
      const reader = new DetailsReader({
        ref,
        tasks: shown,
        account: session,
        clock,
        random: () => 0.5,
        pauseMs: () => 2000,
        onError: assert.ifError,
      });
      const answer = delayAnswers();
      cloud(here).set('a', 'finished', { output: 'of here' });
      const reading = reader.read();
      await settle();
      const task = await goThere();
      if (isReconnected) reader.reconnect();
      reader.setWatched(false);
      const changes: string[] = [];
      shown.onDidChange(() => changes.push('change'));
      answer();
      await reading;
      reader.dispose();
      assert.deepEqual(changes, []);
      assert.equal(session().store.get(ref)?.prompt, task.prompt);
      assert.equal(session().store.get(ref)?.output, undefined);
    });

  it('announces nothing any more, neither an end that waits nor a pause of polling', async () => {
    cloud(here).set('b', 'running');
    await clock.advance(3000);
    cloud(here).set('a', 'finished');
    await clock.advance(3000);
    assert.equal(old.store.get(ref)?.isUnseen, true);
    assert.deepEqual(announced, [], 'waits for the other task');
    await goThere();
    old.windows.announce({ pause: { kind: 'auth' } });
    await clock.advance(60_000);
    assert.deepEqual(announced, []);
  });

  it('writes what it is told later neither to its own files nor to those of the other', async () => {
    await goThere();
    await account.flush();
    const before = [keptAt(here), keptAt(there)];
    const task = session().store.get(ref);
    const late = { apiVersion: 'v2', id: 'late' } as const;
    old.store.track([late], clock.now());
    old.store.untrack([ref]);
    old.persistence.saveNow([late]);
    await old.flush();
    await clock.advance(5000);
    assert.deepEqual([keptAt(here), keptAt(there)], before);
    assert.equal(session().store.get(late), undefined);
    assert.equal(session().store.get(ref)?.trackedAt, task?.trackedAt);
  });

  it('still writes what it owes its files, and nothing of it elsewhere', async () => {
    folder(here).isSlow = true;
    old.store.track([{ apiVersion: 'v2', id: 'last' }], clock.now());
    await settle();
    settings.set(there);
    await settle();
    folder(here).isSlow = false;
    folder(here).endAll();
    await account.flush();
    assert.deepEqual(keptAt(here), ['v2/a', 'v2/b', 'v2/last']);
    assert.deepEqual(keptAt(there), []);
  });

  it('stores a key for its own server, of which the other hears nothing', async () => {
    await goThere();
    let changes = 0;
    account.onDidChange(() => changes++);
    await old.key.store('late');
    assert.deepEqual([...secrets.secrets], [[`apiKey ${here}`, 'late']]);
    assert.equal((await session().key.get())?.key, 'key-of-environment');
    assert.equal(changes, 0);
  });

  it('is the way to no server any more, and says why', async () => {
    const { signal } = new AbortController();
    let reading: () => void = () => undefined;
    secrets.gate = new Promise((resolve) => (reading = resolve));
    void old.key.read();
    const connecting = old.connect(signal);
    settings.set(there);
    reading();
    const expected = { name: 'UserError', message: otherServerMessage(here) };
    await assert.rejects(connecting, expected);
    await assert.rejects(old.connect(signal), expected);
    assert.throws(() => old.signal.throwIfAborted(), expected);
  });

  it('is another one when its own server comes back, with the same tasks', async () => {
    await goThere();
    settings.set(here);
    await clock.advance(3000);
    assert.notEqual(session(), old);
    assert.deepEqual(shown.tasks().map(refKey), ['v2/a', 'v2/b']);
    assert.equal(session().store.get(ref)?.status, 'running');
    cloud(here).set('a', 'finished');
    await clock.advance(3000);
    assert.equal(session().store.get(ref)?.status, 'finished');
    assert.equal(old.store.get(ref)?.status, 'running');
  });
});
