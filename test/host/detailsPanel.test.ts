import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createRateLimiter } from '../../src/api/index';
import { officialOrigin, otherServerMessage } from '../../src/core/cloud/baseUrl';
import type { TaskRef } from '../../src/core/cloud/task';
import type { DownloadOptions } from '../../src/core/cloud/taskClient';
import { systemClock as clock } from '../../src/platform/systemClock';
import type { AccountSession } from '../../src/ui/account/accountSession';
import type { CurrentAccount } from '../../src/ui/account/currentAccount';
import { DetailsPanels } from '../../src/ui/details/detailsPanel';
import { Log } from '../../src/ui/log';
import { detailsViewType } from '../../src/ui/lazyFeatures';
import { Settings } from '../../src/ui/settings';
import { TaskDocuments } from '../../src/ui/saving/taskDocuments';
import { fakeAccount } from '../fakes/fakeAccount';
import { FakeCloud } from '../fakes/fakeCloud';
import { MemorySecrets } from '../fakes/memorySecrets';
import { set } from './extensionUnderTest';
import { Person } from './person';
import { tap } from './smallWorld';
import { waitForFont } from './waitFor';

const step = {
  number: 1,
  goal: 'Open the page',
  evaluation: '',
  memory: '',
  url: 'https://example.com/',
  actions: [],
  screenshotUrl: 'https://store.example/1.png',
};

/** A cloud in memory that notes what is downloaded. */
class DownloadCloud extends FakeCloud {
  readonly downloads: string[] = [];

  override download(url = '', _options?: DownloadOptions): Promise<Uint8Array> {
    this.downloads.push(url);
    return Promise.resolve(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  }
}

const here = 'https://here.example';
const there = 'https://there.example';
const column = vscode.ViewColumn.Active;

describe('the details panels', function () {
  this.timeout(60_000);
  let cloud: DownloadCloud;
  let settings: Settings;
  let log: Log;
  let panels: DetailsPanels;
  let documents: TaskDocuments;
  let secrets: MemorySecrets;
  let account: CurrentAccount;
  const session = (): AccountSession => account.requireSession();
  const open = (ref: TaskRef): Promise<void> => panels.open(ref, session());

  beforeEach(() => {
    const extension = vscode.extensions.getExtension('browser-use-tasks.browser-use-tasks');
    assert.ok(extension);
    cloud = new DownloadCloud(() => clock.now());
    settings = new Settings();
    log = new Log('Browser Use Tasks of a test');
    documents = new TaskDocuments();
    secrets = new MemorySecrets();
    for (const origin of [officialOrigin, here, there])
      secrets.secrets.set(`apiKey ${origin}`, 'key');
    account = fakeAccount(settings, {
      secrets,
      environmentKey: undefined,
      loadApi: () => Promise.resolve({ createCloud: () => cloud, createRateLimiter }),
    });
    panels = new DetailsPanels({
      extensionUri: extension.extensionUri,
      account,
      documents,
      settings,
      clock,
      log,
      localFiles: { home: undefined, replace: () => Promise.reject(new Error('not used')) },
    });
  });
  afterEach(async () => {
    panels.dispose();
    documents.dispose();
    account.dispose();
    settings.dispose();
    await set('baseUrl');
    log.dispose();
    await until(() => detailsTabs().length === 0);
  });

  it('show each task in one panel of its own, named after the task', async () => {
    const refs: TaskRef[] = ['a', 'b'].map((id) => ({ apiVersion: 'v2', id }));
    cloud.set('a', 'finished', { prompt: 'Find the price' });
    cloud.set('b', 'failed', { prompt: 'Book a table' });
    for (const ref of [...refs, ...refs]) await open(ref);
    await until(() => detailsTabs().length === 2);
    await open({ apiVersion: 'v2', id: 'a' });
    await until(() => detailsTabs().some(({ label }) => label === 'Find the price'));
    await until(() => detailsTabs().some(({ label }) => label === 'Book a table'));
    await until(() => detailsTabs().find(({ isActive }) => isActive)?.label === 'Find the price');
    assert.equal(detailsTabs().length, 2);
  });

  it('run their page, which asks for the screenshots that it shows', async () => {
    cloud.set('a', 'finished', { steps: [step] });
    await open({ apiVersion: 'v2', id: 'a' });
    await until(() => cloud.downloads.length > 0);
    assert.deepEqual(cloud.downloads, [step.screenshotUrl]);
    await waitForFont();
  });

  it('tell the store what they read, and that the end was seen', async () => {
    const ref: TaskRef = { apiVersion: 'v2', id: 'a' };
    const { store } = session();
    store.track([ref], clock.now());
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, clock.now(), true);
    cloud.set('a', 'finished', { output: 'done' });
    await open(ref);
    await until(() => store.get(ref)?.output === 'done');
    assert.equal(store.get(ref)?.status, 'finished');
    if (vscode.window.state.focused) assert.equal(store.get(ref)?.isUnseen, false);
  });

  it('note that an end was seen after it was told to all, as no part of what is being taken in', async function () {
    if (!vscode.window.state.focused) return this.skip();
    const ref: TaskRef = { apiVersion: 'v2', id: 'a' };
    const { store } = session();
    store.track([ref], clock.now());
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, clock.now(), true);
    cloud.set('a', 'running');
    await open(ref);
    await until(() => cloud.requested.length > 0);
    let isTakingIn = false;
    const seen: boolean[] = [];
    store.onDidChange((changes) => {
      if (
        changes.some(({ before, after }) => before?.isUnseen === true && after?.isUnseen === false)
      )
        seen.push(isTakingIn);
    });
    cloud.set('a', 'finished');
    isTakingIn = true;
    store.applyUpdate(ref, { status: 'finished', rawStatus: 'finished' }, clock.now(), true);
    isTakingIn = false;
    await until(() => seen.length > 0);
    assert.deepEqual(seen, [false]);
  });

  it('read a running task again while they are visible, and no more once closed', async () => {
    cloud.set('a', 'running');
    let changes = 0;
    panels.onDidChangeVisible(() => changes++);
    assert.equal(panels.hasVisible, false);
    await open({ apiVersion: 'v2', id: 'a' });
    assert.equal(panels.hasVisible, true);
    assert.ok(changes > 0);
    await until(() => cloud.requested.length >= 2);
    await vscode.window.tabGroups.close(detailsTabs());
    await until(() => !panels.hasVisible);
    const requested = cloud.requested.length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(cloud.requested.length, requested);
  });

  it('ask no other server for a task, and keep what they know of it', async () => {
    await set('baseUrl', here);
    const ref: TaskRef = { apiVersion: 'v2', id: 'a' };
    cloud.set('a', 'running', { prompt: 'Find the price' });
    await open(ref);
    await until(() => detailsTabs().some(({ label }) => label === 'Find the price'));
    await set('baseUrl', there);
    // What the store of the other server holds under the same ID is another task.
    const { store } = session();
    store.track([ref], clock.now());
    const update = { status: 'running', rawStatus: 'started', prompt: 'Book a table' } as const;
    store.applyUpdate(ref, update, clock.now(), true);
    const requested = cloud.requested.length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(cloud.requested.length, requested);
    assert.deepEqual(
      detailsTabs().map(({ label }) => label),
      ['Find the price'],
    );
    await set('baseUrl', here);
    await until(() => cloud.requested.length > requested);
  });

  it('reach nothing of another server by what their page says', async () => {
    await set('baseUrl', here);
    const ref: TaskRef = { apiVersion: 'v2', id: 'a' };
    const step2 = { ...step, number: 2, screenshotUrl: 'https://store.example/2.png' };
    cloud.set('a', 'finished', { output: 'of here', sessionId: 's', steps: [step, step2] });
    const tapped = tap(vscode.window.createWebviewPanel(detailsViewType, 'x', column));
    panels.restore(tapped.panel, { ...ref, origin: here });
    await until(() => tapped.sent.some((it) => it.type === 'view' && it.view.task.isWhole));
    const before = session();
    await set('baseUrl', there);
    assert.notEqual(session(), before);
    const { store } = session();
    store.track([ref], clock.now());
    store.applyUpdate(ref, { status: 'running', rawStatus: 'started' }, clock.now(), true);
    store.applyUpdate(ref, { status: 'finished', rawStatus: 'finished' }, clock.now(), true);
    const known = store.get(ref);
    assert.equal(known?.isUnseen, true);
    const { requested, downloads } = cloud;
    const counts = [requested.length, downloads.length];
    const person = new Person();
    try {
      person.press = ({ buttons }) => buttons[0];
      person.saveTo = () => assert.fail('There is nothing to save.');
      for (const message of [
        { type: 'ready' },
        { type: 'picture', of: 'step', index: 1 },
        { type: 'remedy', remedy: 'retry' },
        { type: 'act', action: 'share' },
        { type: 'act', action: 'unshare' },
      ])
        tapped.deliver(message);
      await until(() => person.seen.some(({ text }) => text === otherServerMessage(here)));
      await new Promise((resolve) => setTimeout(resolve, 500));
    } finally {
      person.end();
    }
    assert.deepEqual([requested.length, downloads.length], counts);
    assert.equal(store.get(ref), known, 'not even seen');
    const last = tapped.sent.findLast((it) => it.type === 'view');
    assert.equal(last?.view.trouble?.text, otherServerMessage(here));
  });

  it('are one for each server that has a task of the same ID', async () => {
    const ref: TaskRef = { apiVersion: 'v2', id: 'a' };
    cloud.set('a', 'finished');
    await set('baseUrl', here);
    await open(ref);
    await until(() => detailsTabs().length === 1);
    await set('baseUrl', there);
    await open(ref);
    await open(ref);
    await until(() => detailsTabs().length === 2);
    await until(() => cloud.requested.length === 2);
  });

  it('come back for the server that they were for, and ask no other', async () => {
    await set('baseUrl', here);
    for (const [id, origin] of [
      ['a', here],
      ['b', there],
      ['c', undefined],
      ['d', 'http://evil.example'],
      ['e', `${here}/path`],
    ]) {
      cloud.set(id ?? '', 'finished');
      const state = { apiVersion: 'v2', id, origin };
      panels.restore(vscode.window.createWebviewPanel(detailsViewType, 'x', column), state);
    }
    await until(() => detailsTabs().length === 2);
    // Each is read when it comes into sight; the last one to come is in front.
    await vscode.commands.executeCommand('workbench.action.openEditorAtIndex', 0);
    await until(() => cloud.requested.length > 0);
    assert.deepEqual(new Set(cloud.requested.map(({ id }) => id)), new Set(['a']));
  });

  it('read with another key what the one before could not', async () => {
    secrets.secrets.clear();
    await session().key.read();
    cloud.set('a', 'finished', { prompt: 'Find the price' });
    await open({ apiVersion: 'v2', id: 'a' });
    await until(() => detailsTabs().some(({ label }) => label === 'a'));
    await session().key.store('another');
    await until(() => detailsTabs().some(({ label }) => label === 'Find the price'));
  });

  it('tell which commands make sense for the task in front', async () => {
    const contexts: unknown[] = [];
    const { executeCommand } = vscode.commands;
    const listening = (name: string, ...args: unknown[]): Thenable<unknown> => {
      if (name === 'setContext' && args[0] === 'browserUseTasks.activeDetails')
        contexts.push(args[1]);
      return executeCommand(name, ...args);
    };
    Object.assign(vscode.commands, { executeCommand: listening });
    try {
      const session = { recordingUrls: [] };
      cloud.set('a', 'finished', { sessionId: 's', session });
      const publicShareUrl = 'https://share.example/s';
      cloud.set('b', 'finished', { sessionId: 't', session: { ...session, publicShareUrl } });
      cloud.set('c', 'finished', { apiVersion: 'v1' });
      await assert.rejects(panels.act({ type: 'saveLog' }), /Open the details of a task first/u);
      await open({ apiVersion: 'v2', id: 'a' });
      await until(() => contexts.at(-1) === 'canShare hasLog');
      await open({ apiVersion: 'v2', id: 'b' });
      await until(() => contexts.at(-1) === 'canUnshare hasLog');
      await open({ apiVersion: 'v1', id: 'c' });
      await until(() => contexts.at(-1) === '');
      await open({ apiVersion: 'v2', id: 'a' });
      await until(() => contexts.at(-1) === 'canShare hasLog');
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await until(() => contexts.at(-1) === '');
    } finally {
      Object.assign(vscode.commands, { executeCommand });
    }
  });
});

function detailsTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview &&
        input.viewType.endsWith('browserUseTasks.details'),
    );
}

/** Waits until something is so; 45 seconds at most: longer than a page waits after one that was closed too early. */
async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 45_000;
  while (!isSo()) {
    assert.ok(Date.now() < end, `never came true: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
