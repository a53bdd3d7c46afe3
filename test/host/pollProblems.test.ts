import assert from 'node:assert/strict';
import { PollRounds } from '../../src/core/polling/pollRound';
import { TaskPoller } from '../../src/core/polling/taskPoller';
import { TaskStore } from '../../src/core/tasks/taskStore';
import { TokenBucket } from '../../src/core/polling/tokenBucket';
import type { ApiKey } from '../../src/ui/account/apiKey';
import type { CurrentAccount } from '../../src/ui/account/currentAccount';
import { Emitter } from '../../src/core/base/event';
import type { PausedLabel } from '../../src/core/labels/pausedLabel';
import { LazyFeatures, loadWhenNeeded, type Features } from '../../src/ui/lazyFeatures';
import { PollProblems, showPollingPaused } from '../../src/ui/notifications/pollProblems';
import type { Announcement } from '../../src/core/windows/windowMessages';
import { Settings } from '../../src/ui/settings';
import { fakeAccount } from '../fakes/fakeAccount';
import { FakeClock, settle } from '../fakes/fakeClock';
import { FakeCloud } from '../fakes/fakeCloud';
import { set } from './extensionUnderTest';
import { MemorySecrets } from '../fakes/memorySecrets';
import { Person } from './person';

describe('trouble with polls', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let store: TaskStore;
  let poller: TaskPoller;
  let account: CurrentAccount;
  let apiKey: ApiKey;
  let settings: Settings;
  let person: Person;
  let secrets: MemorySecrets;
  let problems: PollProblems;

  before(() => set('baseUrl', 'https://cloud.example'));
  after(() => set('baseUrl'));

  beforeEach(async () => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    cloud.set('a', 'running');
    store = new TaskStore();
    settings = new Settings();
    secrets = new MemorySecrets();
    account = fakeAccount(settings, { secrets });
    apiKey = account.requireSession().key;
    await apiKey.read();
    poller = new TaskPoller({
      store,
      connect: () => Promise.resolve(cloud),
      clock,
      bucket: new TokenBucket({ clock, perSecond: 2, burst: 10 }),
      random: () => 0.5,
      loadRounds: () => Promise.resolve({ PollRounds }),
      onError: () => undefined,
      intervals: { watching: 2000, hidden: 2000, away: 2000 },
    });
    person = new Person();
    problems = createProblems();
  });

  afterEach(() => {
    problems.dispose();
    poller.dispose();
    account.dispose();
    settings.dispose();
    person.end();
  });

  /** In the only window there is. */
  function createProblems(): PollProblems {
    const announce = (announcement: Announcement): void =>
      queueMicrotask(() => 'pause' in announcement && problems.notify(announcement.pause));
    return new PollProblems({ poller, account, settings, announce });
  }

  async function watch(): Promise<void> {
    store.track([{ apiVersion: 'v2', id: 'a' }], clock.now());
    await clock.advance(0);
  }

  const texts = (): string[] => person.seen.map(({ text }) => text);

  for (const [kind, expected] of [
    ['auth', /^cloud\.example does not accept the API key/u],
    ['forbidden', /^cloud\.example says that this API key may not do this/u],
    ['payment', /^cloud\.example says that the account has no credits/u],
  ] as const)
    it(`is told once for ${kind}, with a way to another key`, async () => {
      cloud.fail(kind);
      await watch();
      await clock.advance(3_600_000);
      assert.equal(texts().length, 1);
      assert.match(texts()[0] ?? '', expected);
      assert.deepEqual(person.seen[0]?.buttons, ['Set API Key']);
    });

  for (const kind of ['network', 'server', 'timeout', 'rateLimited', 'notServed', 'noKey'] as const)
    it(`is told in the view alone for ${kind}`, async () => {
      cloud.fail(kind);
      await watch();
      await clock.advance(600_000);
      assert.deepEqual(texts(), []);
    });

  it('is told again for another key', async () => {
    cloud.fail('auth');
    await watch();
    await apiKey.store('another');
    poller.reconnect();
    await clock.advance(0);
    assert.equal(texts().length, 2);
  });

  it('is told though it came before anybody listened', async () => {
    problems.dispose();
    cloud.fail('auth');
    await watch();
    assert.deepEqual(texts(), []);
    problems = createProblems();
    await settle();
    assert.equal(texts().length, 1);
  });

  it('is told of a key refused in mid-run, with the view out of sight from the start', async () => {
    problems.dispose();
    const never = new Emitter<void>();
    let loads = 0;
    const features = new LazyFeatures(() => {
      loads++;
      problems = createProblems();
      const parts: Features = {
        runCommand: () => Promise.resolve(),
        callCommand: () => Promise.resolve(),
        track: () => Promise.reject(new Error('unused')),
        prepareTool: () => Promise.resolve({}),
        invokeTool: () => Promise.reject(new Error('unused')),
        links: {
          inTerminal: () => [],
          open: () => Promise.resolve(),
          hover: () => undefined,
          openUri: () => Promise.resolve(),
        },
        openDetails: () => Promise.resolve(),
        sessionRows: () => [],
        notifyPause: (pause) => problems.notify(pause),
        details: {
          hasVisible: false,
          onDidChangeVisible: never.event,
          restore: () => undefined,
        },
        dispose: () => undefined,
      };
      return Promise.resolve(parts);
    });
    const view = { isVisible: false, onDidChangeVisible: never.event };
    const trigger = loadWhenNeeded({ features, view, poller, onError: assert.ifError });
    await watch();
    await clock.advance(60_000);
    assert.equal(loads, 0);
    assert.deepEqual(texts(), []);

    // Another window has set a better key, and nobody heard of it.
    secrets.secrets.set('apiKey https://cloud.example', 'better');
    cloud.fail('auth');
    await clock.advance(60_000);
    assert.equal(loads, 1);
    assert.equal(texts().length, 1);
    assert.match(texts()[0] ?? '', /does not accept the API key/u);
    assert.equal((await apiKey.get())?.key, 'better');
    trigger.dispose();
    features.dispose();
  });

  it('stands in the status bar for as long as it lasts', async () => {
    const shown: (PausedLabel | undefined)[] = [];
    const statusBar = { setPaused: (paused: PausedLabel | undefined) => void shown.push(paused) };
    const pollingPaused = showPollingPaused({ poller, tasks: store, settings, statusBar });
    await watch();
    assert.equal(shown.at(-1), undefined);
    cloud.fail('auth');
    await clock.advance(60_000);
    assert.deepEqual(shown.at(-1), {
      text: 'polling paused',
      reason: 'cloud.example does not accept the API key. Set one that is valid there.',
    });
    cloud.heal();
    poller.reconnect();
    await clock.advance(0);
    assert.equal(shown.at(-1), undefined);
    pollingPaused.dispose();
  });

  it('is told after each refresh that it stood in the way of, in one message', async () => {
    cloud.fail('network');
    await watch();
    for (let round = 1; round <= 2; round++) {
      const refreshed = problems.notifyAfter(poller.refresh());
      await clock.advance(0);
      await refreshed;
      assert.equal(texts().length, round);
    }
    cloud.fail('auth');
    const refreshed = problems.notifyAfter(poller.refresh());
    await clock.advance(0);
    await refreshed;
    assert.equal(texts().length, 3);
  });
});
