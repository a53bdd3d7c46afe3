import assert from 'node:assert/strict';
import { createRateLimiter } from '../../../../src/api/index';
import { refKey, type TaskRef } from '../../../../src/core/cloud/task';
import type { TrackedTask } from '../../../../src/core/tasks/trackedTask';
import type { AccountSession } from '../../../../src/ui/account/accountSession';
import type { CurrentAccount } from '../../../../src/ui/account/currentAccount';
import { aTask } from '../../../fakes/aTask';
import { fakeAccount } from '../../../fakes/fakeAccount';
import { FakeBaseUrl } from '../../../fakes/fakeBaseUrl';
import { settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { MemoryFiles } from '../../../fakes/memoryFiles';
import { MemorySecrets } from '../../../fakes/memorySecrets';

const here = 'https://here.example';
const there = 'https://there.example';
const nowhere = 'http://plain.example';
const ref = (id: string): TaskRef => ({ apiVersion: 'v2', id });
const { signal } = new AbortController();

describe('the account of the moment', () => {
  let settings: FakeBaseUrl;
  let secrets: MemorySecrets;
  let folders: Map<string, MemoryFiles>;
  let opened: { baseUrl: string; key: string }[];
  let account: CurrentAccount;
  let changes: number;

  beforeEach(() => {
    settings = new FakeBaseUrl(here);
    secrets = new MemorySecrets();
    folders = new Map([here, there].map((origin) => [origin, new MemoryFiles()]));
    opened = [];
    account = make();
  });

  afterEach(() => account.dispose());

  function make(): CurrentAccount {
    account?.dispose();
    const made = fakeAccount(settings, ({ origin }) => ({
      secrets,
      environmentKey: undefined,
      files: folder(origin),
      loadApi: () =>
        Promise.resolve({
          createCloud: ({ baseUrl, key }) => {
            opened.push({ baseUrl, key });
            return new FakeCloud(() => 0);
          },
          createRateLimiter,
        }),
    }));
    changes = 0;
    made.onDidChange(() => changes++);
    return made;
  }

  function folder(origin: string): MemoryFiles {
    return folders.get(origin) ?? assert.fail(origin);
  }

  function keep(origin: string, ...tasks: TrackedTask[]): void {
    for (const task of tasks) folder(origin).kept.set(refKey(task), task);
  }

  const session = (): AccountSession => account.session ?? assert.fail('There is no session.');
  const ids = (): string[] => account.tasks.tasks().map(({ id }) => id);

  it("is another for another server, whose tasks are shown; the first one's stay in their files", async () => {
    keep(here, aTask({ id: 'h1' }));
    keep(there, aTask({ id: 't1' }));
    await account.whenReady();
    assert.deepEqual(ids(), ['h1']);
    settings.set(there);
    assert.deepEqual(ids(), [], 'the new server could be asked for the old one’s tasks');
    const { store } = await account.whenReady();
    assert.deepEqual(ids(), ['t1']);
    await account.flush();
    assert.deepEqual([...folder(here).kept.keys()], ['v2/h1']);
    store.untrack([ref('t1')]);
    await account.flush();
    assert.equal(folder(there).kept.size, 0);
    settings.set(here);
    await account.whenReady();
    assert.deepEqual(ids(), ['h1']);
  });

  it('shows nothing of what is read for a server that is no longer wanted', async () => {
    keep(here, aTask({ id: 'h1' }));
    keep(there, aTask({ id: 't1' }));
    account = make();
    folder(here).isSlow = true;
    const first = account.whenReady();
    await settle();
    settings.set(there);
    await account.whenReady();
    folder(here).endAll();
    await first;
    assert.deepEqual(ids(), ['t1']);
  });

  it('finds what was written last when a server comes back while it is being written', async () => {
    const files = folder(here);
    const { store } = await account.whenReady();
    files.isSlow = true;
    store.track([ref('a')], 1);
    await settle();
    settings.set(there);
    settings.set(here);
    await settle();
    assert.equal(files.waiting.length, 1, 'reads before it is written');
    files.isSlow = false;
    files.endAll();
    await account.whenReady();
    assert.deepEqual(ids(), ['a']);
  });

  it('writes what is tracked for a server that comes back only after what it was owed', async () => {
    const files = folder(here);
    const { store } = await account.whenReady();
    files.isSlow = true;
    store.track([ref('a')], 1);
    await settle();
    settings.set(there);
    settings.set(here);
    session().store.track([ref('b')], 1);
    await settle();
    assert.deepEqual(files.log, ['save a unknown']);
    files.isSlow = false;
    files.endAll();
    await account.flush();
    assert.deepEqual(files.log, ['save a unknown', 'save b unknown']);
    assert.deepEqual(ids(), ['a', 'b']);
  });

  it('stays as long as the base URL names the same, and while it cannot be used', () => {
    const first = session();
    settings.change('apiVersion');
    assert.equal(changes, 0);
    settings.set(`${here}/`);
    settings.set(nowhere);
    settings.set(here);
    assert.equal(account.session, first);
    assert.equal(first.signal.aborted, false);
    assert.equal(changes, 3);
    settings.set(`${here}/prefix`);
    assert.notEqual(account.session, first);
    assert.equal(first.signal.aborted, true);
    assert.equal(account.sessionAt(here), session());
    assert.equal(account.sessionAt(there), undefined);
    assert.equal(account.sessionAt(undefined), undefined);
  });

  it('is none before the base URL has named a server that can be used', async () => {
    settings = new FakeBaseUrl(nowhere);
    account = make();
    assert.equal(account.session, undefined);
    assert.equal(account.sessionAt(undefined), undefined);
    assert.equal(account.keyState, 'missing');
    await assert.rejects(account.whenReady(), { nextStep: 'openSettings' });
    await account.flush();
    settings.set(here);
    assert.equal(account.requireSession(), account.session);
  });

  it('is refused in words where the base URL cannot be used, and no key counts', async () => {
    await session().key.store('key-of-here');
    settings.set(nowhere);
    assert.throws(() => account.requireSession(), {
      name: 'UserError',
      message: /https:\/\/.* Change it in the settings\.$/u,
      nextStep: 'openSettings',
    });
    assert.equal(account.keyState, 'missing');
    await assert.rejects(session().connect(signal), { kind: 'noKey', message: /https/u });
    assert.deepEqual(opened, []);
    settings.set(here);
    assert.equal(account.keyState, 'present');
  });

  it('tells of its key: first whether there is one, then each other', async () => {
    assert.equal(account.keyState, undefined);
    await session().key.get();
    assert.deepEqual([account.keyState, changes], ['missing', 1]);
    await session().key.store('one');
    assert.equal(account.keyState, 'present');
    assert.ok(changes > 1);
    const before = changes;
    settings.set(there);
    assert.deepEqual([account.keyState, changes], [undefined, before + 1]);
    await session().key.get();
    assert.deepEqual([account.keyState, changes], ['missing', before + 2]);
  });

  it('opens one cloud for as long as its key stays', async () => {
    const { connect, key } = session();
    await assert.rejects(connect(signal), { name: 'CloudError', kind: 'noKey' });
    await key.store('one');
    const first = await connect(signal);
    assert.equal(await connect(signal), first);
    await key.store('two');
    assert.notEqual(await connect(signal), first);
    assert.deepEqual(opened, [
      { baseUrl: here, key: 'one' },
      { baseUrl: here, key: 'two' },
    ]);
  });

  it('sends its key nowhere else when the server changes', async () => {
    await session().key.store('key-of-here');
    await session().connect(signal);
    settings.set(there);
    await assert.rejects(session().connect(signal), { name: 'CloudError', kind: 'noKey' });
    assert.deepEqual(opened, [{ baseUrl: here, key: 'key-of-here' }]);
  });
});
