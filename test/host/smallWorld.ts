import { replaceFile } from '../../src/platform/replaceFile';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { commands, extensions, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { createCloud, createRateLimiter } from '../../src/api/index';
import type { TaskRef } from '../../src/core/cloud/task';
import type { Cloud } from '../../src/core/cloud/taskClient';
import type { TaskStore } from '../../src/core/tasks/taskStore';
import { newlyTracked } from '../../src/core/tasks/trackedTask';
import { systemClock } from '../../src/platform/systemClock';
import type { DetailsAction, DetailsActionOptions } from '../../src/ui/details/detailsActions';
import type { CurrentAccount } from '../../src/ui/account/currentAccount';
import { doDetailsAction } from '../../src/ui/details/detailsActions';
import { DetailsPanels } from '../../src/ui/details/detailsPanel';
import { Log } from '../../src/ui/log';
import { detailsViewType } from '../../src/ui/lazyFeatures';
import { Settings } from '../../src/ui/settings';
import { TaskDocuments } from '../../src/ui/saving/taskDocuments';
import type { FromPage, ToPage } from '../../src/webview/protocol';
import { startSimulator, type Simulator } from '../simulator/startSimulator';
import { fakeAccount } from '../fakes/fakeAccount';
import { never } from '../fakes/never';
import { set } from './extensionUnderTest';
import { Person } from './person';
import { waitFor, waitForFont } from './waitFor';

/** The key of the small world. It must be seen nowhere. */
export const canaryKey = 'bu_canary_0123456789abcdefXYZ';

/** The extension's parts around one person, one simulated cloud with a canary for a key, and a folder of their own. */
export interface SmallWorld {
  readonly simulator: Simulator;
  readonly person: Person;
  readonly account: CurrentAccount;
  readonly settings: Settings;
  /** That of the account. */
  readonly store: TaskStore;
  readonly cloud: Cloud;
  /** What the log would show. */
  readonly logLines: readonly string[];
  /** A real folder on the disk, empty at first. */
  readonly folder: string;
  /** All that lies in the folder and below it, as paths from it. */
  files(): string[];
  read(name: string): string;
  /** Has the save dialog answer with this name in the folder. */
  saveAs(name: string): void;
  /** Tracks a task and does with it what its page asks for. */
  act(ref: TaskRef, action: DetailsAction, more?: Partial<DetailsActionOptions>): Promise<void>;
  /** Opens a task's panel, with the messages that its page gets, and a way to send others for the page. */
  openPanel(ref: TaskRef): Promise<TappedPanel>;
  end(): Promise<void>;
}

/** A panel of which both sides can be heard, and whose page one can speak for. */
export interface TappedPanel {
  readonly panel: WebviewPanel;
  /** What the extension told the page. */
  readonly sent: ToPage[];
  /** Speaks for the page, which is not trusted to keep to the protocol. */
  readonly deliver: (message: unknown) => void;
  /** Says something as the page does. */
  readonly poll: (message: FromPage) => void;
}

/** Where the small worlds of this run have their cloud, one after the other: so the setting that leads there stays. */
let port: number | undefined;

/** Who builds it ends it; the setting `baseUrl` is for the next one, and taken back by `leaveSmallWorlds`. */
export async function smallWorld(): Promise<SmallWorld> {
  const simulator = await startSimulator({ keys: [canaryKey], ...(port ? { port } : {}) });
  port = Number(new URL(simulator.url).port);
  await set('baseUrl', simulator.url);
  const folder = mkdtempSync(path.join(tmpdir(), 'browser-use-tasks-'));
  const logLines: string[] = [];
  const { createOutputChannel } = window;
  const write = (line: string): void => void logLines.push(line);
  Object.assign(window, {
    createOutputChannel: () => ({ info: write, warn: write, error: write, dispose() {} }),
  });
  const person = new Person();
  const log = new Log('Browser Use Tasks of a test');
  const settings = new Settings();
  const documents = new TaskDocuments();
  const cloud = createCloud({ baseUrl: simulator.url, key: canaryKey });
  const account = fakeAccount(settings, {
    loadApi: () => Promise.resolve({ createCloud: () => cloud, createRateLimiter }),
  });
  const { connect, server, store } = account.requireSession();
  const extension = extensions.getExtension('browser-use-tasks.browser-use-tasks');
  if (!extension) throw new Error('VS Code does not know the extension');
  const panels = new DetailsPanels({
    extensionUri: extension.extensionUri,
    account,
    documents,
    settings,
    clock: systemClock,
    log,
    localFiles: { home: Uri.file(folder), replace: replaceFile },
  });

  return {
    simulator,
    person,
    account,
    settings,
    store,
    cloud,
    logLines,
    folder,
    files: () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(path.join(folder, name)).isFile())
        .sort(),
    read: (name) => readFileSync(path.join(folder, name), 'utf8'),
    saveAs(name) {
      person.saveTo = () => Uri.file(path.join(folder, name));
    },
    async act(ref, action, more = {}) {
      const details =
        more.details ?? (await cloud.client(ref.apiVersion).getDetails(ref.id, never));
      await doDetailsAction(action, {
        ref,
        task: details,
        details,
        connect,
        baseUrl: simulator.url,
        others: { store, connect },
        documents,
        settings,
        clock: systemClock,
        log,
        localFiles: { home: Uri.file(folder), replace: replaceFile },
        column: undefined,
        signal: never,
        reread: () => Promise.resolve(),
        onCopied: () => undefined,
        onSessionCost: () => undefined,
        openTask: () => Promise.resolve(),
        ...more,
      });
    },
    async openPanel(ref) {
      const tapped = tap(window.createWebviewPanel(detailsViewType, 'x', ViewColumn.Active));
      store.replaceAll([...store.tasks(), newlyTracked(ref, Date.now())]);
      panels.restore(tapped.panel, { ...ref, origin: server.origin });
      await waitFor('the page to be told of the whole task', () =>
        tapped.sent.some((message) => message.type === 'view' && message.view.task.isWhole),
      );
      await waitForFont();
      return tapped;
    },
    async end() {
      panels.dispose();
      // Else a panel that is still closing takes the next test's panel out of sight.
      await commands.executeCommand('workbench.action.closeAllEditors');
      await waitFor('the editors to close', () =>
        window.tabGroups.all.every(({ tabs }) => tabs.length === 0),
      );
      documents.dispose();
      account.dispose();
      settings.dispose();
      log.dispose();
      person.end();
      Object.assign(window, { createOutputChannel });
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Takes back what small worlds leave for each other. */
export async function leaveSmallWorlds(): Promise<void> {
  await set('baseUrl');
}

/** The real panel, but for its messages, which pass through here. */
export function tap(panel: WebviewPanel): TappedPanel {
  const sent: ToPage[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  const { webview } = panel;
  const tappedWebview = new Proxy(webview, {
    get(target, name) {
      if (name === 'postMessage')
        return (message: ToPage) => {
          sent.push(message);
          return target.postMessage(message);
        };
      if (name === 'onDidReceiveMessage')
        return (listener: (message: unknown) => void) => {
          listeners.push(listener);
          return target.onDidReceiveMessage(listener);
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  const tappedPanel = new Proxy(panel, {
    get(target, name) {
      if (name === 'webview') return tappedWebview;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  const deliver = (message: unknown): void => {
    for (const listener of listeners) listener(message);
  };
  return { panel: tappedPanel, sent, deliver, poll: deliver };
}
