import assert from 'node:assert/strict';
import { extensions } from 'vscode';
import { Settings, type SettingName } from '../../src/ui/settings';
import { set } from './extensionUnderTest';
import { waitFor } from './waitFor';

const names: readonly SettingName[] = [
  'baseUrl',
  'apiVersion',
  'notifyOn',
  'polling',
  'animateRunning',
];

interface Manifest {
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, { scope: string }>> };
  };
}

function manifest(): Manifest {
  const extension = extensions.getExtension('browser-use-tasks.browser-use-tasks');
  assert.ok(extension);
  return extension.packageJSON as Manifest;
}

describe('the settings', () => {
  let settings: Settings;

  beforeEach(() => {
    settings = new Settings();
  });

  afterEach(async () => {
    settings.dispose();
    for (const name of ['baseUrl', 'apiVersion', 'notifyOn', 'animateRunning']) await set(name);
    for (const name of ['watching', 'hidden', 'away']) await set(`polling.${name}Seconds`);
  });

  it('are the documented ones from the start', () => {
    assert.deepEqual(settings.baseUrl.server, {
      baseUrl: 'https://api.browser-use.com',
      origin: 'https://api.browser-use.com',
      host: 'api.browser-use.com',
      isLoopback: false,
    });
    assert.equal(settings.apiVersion, undefined);
    assert.deepEqual([...settings.notifyOn], ['finished', 'unsuccessful', 'failed', 'stopped']);
    assert.deepEqual(settings.intervals, { watching: 2000, hidden: 10_000, away: 30_000 });
    assert.equal(settings.animateRunning, true);
  });

  it('say what is wrong with a base URL', async () => {
    await set('baseUrl', 'http://not-here.example');
    assert.match(settings.baseUrl.problem ?? '', /https:\/\//u);
  });

  it('keep pauses within bounds, whatever is written', async () => {
    await set('polling.watchingSeconds', 0);
    await set('polling.hiddenSeconds', 'soon');
    await set('polling.awaySeconds', 1e9);
    assert.deepEqual(settings.intervals, { watching: 2000, hidden: 10_000, away: 3_600_000 });
  });

  it('follow no account at first, and with a limit that can be used', async () => {
    const following = () => settings.followAccount;
    assert.equal(following(), undefined);
    await settings.setFollowAccount(true);
    assert.deepEqual(following(), { filter: '', limit: 200 });
    await set('followAccount.filter', ' Check PRICES ');
    await set('followAccount.limit', -5);
    assert.deepEqual(following(), { filter: 'check prices', limit: 1 });
    for (const odd of ['many', null]) {
      await set('followAccount.limit', odd);
      assert.equal(following()?.limit, 200);
    }
    for (const name of ['filter', 'limit']) await set(`followAccount.${name}`);
    await settings.setFollowAccount(false);
    assert.equal(following(), undefined);
  });

  it('take only versions and ends that there are', async () => {
    await set('apiVersion', 'v9');
    assert.equal(settings.apiVersion, undefined);
    await set('apiVersion', 'v1');
    assert.equal(settings.apiVersion, 'v1');
    await set('notifyOn', ['failed', 'nonsense']);
    assert.deepEqual([...settings.notifyOn], ['failed']);
    await set('notifyOn', []);
    assert.equal(settings.notifyOn.size, 0);
  });

  it('that act for all windows are the user’s alone: no folder and no machine can set them', () => {
    const { properties } = manifest().contributes.configuration;
    const scopes = Object.entries(properties).map(([name, { scope }]) => `${name}: ${scope}`);
    assert.deepEqual(
      scopes.filter((each) => each.endsWith(': application')),
      [
        'browserUseTasks.baseUrl: application',
        'browserUseTasks.notifyOn: application',
        'browserUseTasks.polling.watchingSeconds: application',
        'browserUseTasks.polling.hiddenSeconds: application',
        'browserUseTasks.polling.awaySeconds: application',
        'browserUseTasks.followAccount.enabled: application',
        'browserUseTasks.followAccount.filter: application',
        'browserUseTasks.followAccount.limit: application',
      ],
    );
  });

  it('tell which of them has changed', async () => {
    const changed = new Set<SettingName>();
    settings.onDidChange((affects) => {
      for (const name of names) if (affects(name)) changed.add(name);
    });
    await set('polling.hiddenSeconds', 20);
    await waitFor('the change', () => changed.size > 0);
    assert.deepEqual([...changed], ['polling']);
  });
});
