import assert from 'node:assert/strict';
import { TokenBucket } from '../../src/core/polling/tokenBucket';
import { systemClock as clock } from '../../src/platform/systemClock';
import { ApiKey } from '../../src/ui/account/apiKey';
import { CloudConnection } from '../../src/ui/account/cloudConnection';
import { Log } from '../../src/ui/log';
import { Settings } from '../../src/ui/settings';
import { FakeCloud } from '../fakes/fakeCloud';
import { set } from './extensionUnderTest';
import { MemorySecrets } from './memorySecrets';

const here = 'https://here.example';
const there = 'https://there.example';
const { signal } = new AbortController();

describe('the API key', () => {
  let secrets: MemorySecrets;
  let settings: Settings;
  let log: Log;
  let apiKey: ApiKey;
  let changes: number;

  beforeEach(async () => {
    await set('baseUrl', here);
    secrets = new MemorySecrets();
    settings = new Settings();
    // Not disposed: VS Code gives the extension's own log the same channel, by its name.
    log = new Log();
    apiKey = make();
  });

  afterEach(async () => {
    apiKey.dispose();
    settings.dispose();
    await set('baseUrl');
  });

  function make(key?: string, origin = here): ApiKey {
    apiKey?.dispose();
    const environmentKey = key === undefined ? undefined : { key, origins: [origin] };
    const made = new ApiKey({ secrets, settings, log, environmentKey });
    changes = 0;
    made.onDidChange(() => changes++);
    return made;
  }

  it('is not known to be missing before the storage has been read', async () => {
    assert.equal(apiKey.state, undefined);
    assert.equal(await apiKey.get(), undefined);
    assert.equal(apiKey.state, 'missing');
    assert.equal(changes, 1);
  });

  it('is kept for the server that it was set for, and for no other', async () => {
    await apiKey.store('key-of-here');
    assert.deepEqual(await apiKey.get(), { key: 'key-of-here', source: 'stored', origin: here });
    await set('baseUrl', there);
    assert.equal(await apiKey.get(), undefined);
    await apiKey.store('key-of-there');
    await set('baseUrl', `${here}/prefix`);
    assert.equal((await apiKey.get())?.key, 'key-of-here');
    assert.equal(secrets.secrets.size, 2);
  });

  it('comes from the environment where none is stored', async () => {
    apiKey = make('key-of-environment');
    assert.equal((await apiKey.get())?.source, 'environment');
    await apiKey.store('stored');
    assert.equal((await apiKey.get())?.source, 'stored');
    await apiKey.remove();
    assert.equal((await apiKey.get())?.key, 'key-of-environment');
  });

  it('comes from the environment for its own server only', async () => {
    apiKey = make('key-of-environment', there);
    assert.equal(await apiKey.get(), undefined);
    assert.equal(apiKey.hasEnvironmentKey, false);
    await set('baseUrl', `${there}/prefix`);
    assert.equal((await apiKey.read())?.key, 'key-of-environment');
    assert.equal(apiKey.hasEnvironmentKey, true);
  });

  it('is missing, and nothing breaks, where there is no keyring', async () => {
    secrets.failure = new Error('no keyring');
    assert.equal(await apiKey.get(), undefined);
    assert.equal(apiKey.state, 'missing');
    await assert.rejects(apiKey.store('x'), /no keyring/u);
    apiKey = make('key-of-environment');
    assert.equal((await apiKey.get())?.key, 'key-of-environment');
  });

  it('is told of when it becomes another, not when it is read again', async () => {
    await apiKey.store('one');
    changes = 0;
    await apiKey.read();
    await apiKey.read();
    assert.equal(changes, 0);
    secrets.secrets.set(`apiKey ${here}`, 'set by another window, unheard');
    await apiKey.read();
    assert.equal(changes, 1);
  });

  it('is told of when the user sets the same one again', async () => {
    await apiKey.store('one');
    changes = 0;
    await apiKey.store('one');
    assert.ok(changes > 0);
  });

  it('is what the last of several reads says', async () => {
    await apiKey.store('old');
    let open: () => void = () => undefined;
    secrets.gate = new Promise((resolve) => (open = resolve));
    const slow = apiKey.read();
    secrets.gate = undefined;
    await apiKey.store('new');
    open();
    assert.equal((await slow)?.key, 'new');
    assert.equal((await apiKey.get())?.key, 'new');
  });

  it('is needed for nothing where the base URL cannot be used', async () => {
    await set('baseUrl', 'http://plain.example');
    apiKey = make('key-of-environment');
    assert.equal(await apiKey.get(), undefined);
    await assert.rejects(apiKey.store('x'), /base URL/u);
  });

  describe('on its way to a server', () => {
    let opened: { baseUrl: string; key: string }[];
    let connection: CloudConnection;

    beforeEach(() => {
      opened = [];
      connection = new CloudConnection({
        settings,
        apiKey,
        loadApi: () =>
          Promise.resolve({
            createCloud: ({ baseUrl, key }) => {
              opened.push({ baseUrl, key });
              return new FakeCloud(() => 0);
            },
          }),
        clock,
        bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
      });
    });

    it('opens one cloud for as long as key and server stay', async () => {
      await apiKey.store('one');
      const first = await connection.connect(signal);
      assert.equal(await connection.connect(signal), first);
      await apiKey.store('two');
      assert.notEqual(await connection.connect(signal), first);
      assert.deepEqual(opened, [
        { baseUrl: here, key: 'one' },
        { baseUrl: here, key: 'two' },
      ]);
    });

    it('is not sent anywhere else when the server changes', async () => {
      await apiKey.store('key-of-here');
      await connection.connect(signal);
      await set('baseUrl', there);
      await assert.rejects(connection.connect(signal), { name: 'CloudError', kind: 'noKey' });
      assert.deepEqual(opened, [{ baseUrl: here, key: 'key-of-here' }]);
    });

    it('is refused with a reason where the base URL cannot be used', async () => {
      await set('baseUrl', 'ftp://x');
      await assert.rejects(connection.connect(signal), { kind: 'noKey', message: /https/u });
    });
  });
});
