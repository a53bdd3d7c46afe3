import assert from 'node:assert/strict';
import { ApiKey } from '../../../../src/ui/account/apiKey';
import { MemorySecrets } from '../../../fakes/memorySecrets';

const here = 'https://here.example';
const there = 'https://there.example';

describe('the API key', () => {
  let secrets: MemorySecrets;
  let apiKey: ApiKey;
  let changes: number;

  beforeEach(() => {
    secrets = new MemorySecrets();
    apiKey = make();
  });

  afterEach(() => apiKey.dispose());

  function make(key?: string, origin = here, environmentOrigin = origin): ApiKey {
    apiKey?.dispose();
    const environmentKey = key === undefined ? undefined : { key, origins: [environmentOrigin] };
    const log = { hide: () => undefined, error: () => undefined };
    const made = new ApiKey({ origin, secrets, log, environmentKey });
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
    assert.deepEqual(await apiKey.get(), { key: 'key-of-here', source: 'stored' });
    apiKey = make(undefined, there);
    assert.equal(await apiKey.get(), undefined);
    await apiKey.store('key-of-there');
    apiKey = make();
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
    apiKey = make('key-of-environment', here, there);
    assert.equal(await apiKey.get(), undefined);
    assert.equal(apiKey.hasEnvironmentKey, false);
    apiKey = make('key-of-environment', there);
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
});
