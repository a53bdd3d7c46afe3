import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { commands, Uri, window, workspace } from 'vscode';
import { createCloud, createRateLimiter } from '../../src/api/index';
import { CloudError } from '../../src/core/cloud/errors';
import type { TaskRef } from '../../src/core/cloud/task';
import type { TrackedTask } from '../../src/core/tasks/trackedTask';
import { systemClock } from '../../src/platform/systemClock';
import { runCommand } from '../../src/ui/commands/command';
import { runCommands } from '../../src/ui/commands/runCommands';
import { Log } from '../../src/ui/log';
import { TaskRuns } from '../../src/ui/running/taskRuns';
import { Settings } from '../../src/ui/settings';
import { fakeAccount } from '../fakes/fakeAccount';
import { MemorySecrets } from '../fakes/memorySecrets';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { set } from './extensionUnderTest';
import { Person } from './person';

describe('Run Task', () => {
  let simulator: Simulator;
  /** One for all tests here: the setting that leads there takes its time. */
  let port: number | undefined;
  let person: Person;
  let folder: string;
  /** Labels of the rows of each list that was shown. */
  let shown: (readonly string[])[];
  let opened: TaskRef[];
  let polled: TaskRef[];
  let reveal: () => Promise<void>;
  let remembered: Map<string, unknown>;
  let isDiskFull: boolean;
  /** As a window that is opened again. */
  let reload: () => void;
  let run: (name: string, ...args: readonly unknown[]) => Promise<unknown>;
  /** Stores another API key, as another window may do at any time. */
  let changeKey: () => void;
  let end: () => void;

  beforeEach(async () => {
    simulator = await startSimulator(port ? { port } : {});
    port = Number(new URL(simulator.url).port);
    await set('baseUrl', simulator.url);
    await set('apiVersion', 'auto');
    folder = mkdtempSync(path.join(tmpdir(), 'browser-use-tasks-'));
    person = new Person();
    shown = [];
    opened = [];
    polled = [];
    reveal = () => Promise.resolve();
    remembered = new Map();
    isDiskFull = false;
    const settings = new Settings();
    const log = new Log('Browser Use Tasks of a test');
    const cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
    const secrets = new MemorySecrets();
    const account = fakeAccount(settings, {
      secrets,
      loadApi: () => Promise.resolve({ createCloud: () => cloud, createRateLimiter }),
    });
    const { key, server, store } = account.requireSession();
    changeKey = () => {
      secrets.secrets.set(`apiKey ${server.origin}`, `key-${secrets.secrets.size}-of-another`);
      void key.read();
    };
    // A person needs a second for a page.
    let reading = 0;
    const clock = { ...systemClock, now: () => Date.now() + 1000 * reading++ };
    const memory = {
      get: (name: string) => remembered.get(name),
      // VS Code keeps what JSON holds.
      update: (name: string, value: unknown) => {
        if (value === undefined) remembered.delete(name);
        else remembered.set(name, JSON.parse(JSON.stringify(value)));
        return isDiskFull ? Promise.reject(new Error('ENOSPC')) : Promise.resolve();
      },
    };
    reload = () => {
      const runs = new TaskRuns({
        account,
        settings,
        log,
        clock: { ...clock, sleep: () => Promise.resolve() },
        memory,
        workspaceMemory: memory,
        poll: (ref) => void polled.push(ref),
        reveal: () => reveal(),
        openDetails: (ref) => {
          opened.push(ref);
          return Promise.resolve();
        },
      });
      const table = runCommands({ account, settings, view: { selection: [] }, runs });
      run = (name, ...args) => runCommand(name, args, { table, settings, log });
    };
    reload();
    tracked = () => store.tasks();
    put = (task) => store.put([task]);
    end = () => {
      account.dispose();
      settings.dispose();
      log.dispose();
    };
  });

  let tracked: () => readonly TrackedTask[];
  /** Has the store know of a task what a poll would tell. */
  let put: (task: TrackedTask) => void;

  afterEach(async () => {
    end();
    person.end();
    await commands.executeCommand('workbench.action.closeAllEditors');
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  after(async () => {
    await set('baseUrl', undefined);
    await set('apiVersion', undefined);
  });

  /** Picks a row of each list in turn, by a part of its label; then leaves the next. */
  function choose(...labels: string[]): void {
    person.pick = (offered) => {
      shown.push(offered);
      const next = labels.shift();
      return next === undefined
        ? undefined
        : offered.filter((each) => each.includes(next)).slice(0, 1);
    };
  }

  function write(name: string, content: string | Uint8Array): Uri {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return Uri.file(file);
  }

  const starts = () =>
    simulator.counts.seen.filter(
      ({ method, url }) => method === 'POST' && /runs$|sessions$|tasks$/u.test(url),
    ).length;

  const messages = () => person.seen.map(({ text }) => text).join('\n');

  it('sends a page once, however often Enter is pressed, and tracks the task', async () => {
    choose('Run');
    person.press = ({ buttons }) => buttons.find((each) => each === 'Open Details');
    await run('runTask', { prompt: 'Find a tent', apiVersion: 'v4', model: 'minimax-m3' });
    assert.equal(starts(), 1);
    assert.match(messages(), /^The task has started and is tracked\.$/u);
    assert.deepEqual(
      opened,
      tracked().map(({ apiVersion, id }) => ({ apiVersion, id })),
    );
    assert.deepEqual([...remembered], [['usedModels', ['minimax-m3']]]);
  });

  it('says of a task that it has started, whatever fails after that', async () => {
    reveal = () => Promise.reject(new CloudError('network', 'No answer'));
    choose('Run', 'Run');
    isDiskFull = true;
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const draft = { prompt: 'Find a tent', apiVersion: 'v4', model: 'minimax-m3' };
    const ref = await run('runTask', draft);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
    assert.deepEqual(ref, { apiVersion: 'v4', id: tracked()[0]?.id });
    assert.equal(starts(), 1);
    assert.doesNotMatch(messages(), /has not started/u);
  });

  it('offers no draft to be sent again while it is being sent', async () => {
    choose('Model', 'Not Set', 'Run');
    reveal = async () => {
      person.texts = [];
      await run('runTask');
    };
    await run('runTask', { prompt: 'Find a tent', apiVersion: 'v4', model: 'minimax-m3' });
    assert.equal(starts(), 1);
    assert.equal(shown.length, 3, 'no page but that of the first');
  });

  it('needs no page for code that has confirmed it, and tells which task it is', async () => {
    choose('Run');
    const ref = await run('runTask', { prompt: 'Find a tent', apiVersion: 'v2', confirm: false });
    assert.equal(shown.length, 0);
    assert.equal(starts(), 1);
    const [task] = simulator.tasks.values();
    assert.deepEqual(ref, { apiVersion: 'v2', id: task?.id });
    simulator.keys.clear();
    assert.equal(await run('runTask', { prompt: 'Find a tent', confirm: false }), undefined);
    assert.match(person.lists.at(-1) ?? '', /does not accept the API key/u);
  });

  it('runs a prompt file of each version with its files, schema and options', async () => {
    write('data.csv', 'a,b\n1,2\n');
    write('price.json', '{"type":"object","properties":{"price":{"type":"number"}}}');
    for (const apiVersion of ['v4', 'v3']) {
      choose('Run');
      const file = write(
        `${apiVersion}.browser-use.md`,
        `---\napiVersion: ${apiVersion}\noutputSchema: price.json\nfiles: [data.csv]\nmaxCostUsd: 2\n---\nFind\nit\n`,
      );
      await run('runTask', file);
      assert.match(messages(), /^The task has started and is tracked\.$/mu);
      person.seen.length = 0;
    }
    assert.equal(starts(), 2);
    assert.ok(person.progress.includes('Uploading 1 file'));
    const prompts = [...simulator.tasks.values()].map(({ script }) => script.prompt);
    assert.deepEqual(prompts, ['Find\nit', 'Find\nit']);
  });

  it('runs a prompt file in JSON, from the editor in front too, and says what is wrong with one', async () => {
    write('data.csv', 'a,b\n1,2\n');
    const options = { apiVersion: 'v4', maxCostUsd: 2, files: ['data.csv'] };
    const file = write(
      'a.browser-use.json',
      `\uFEFF${JSON.stringify({ prompt: 'Find\nit', ...options })}`,
    );
    choose('Run');
    await run('runTask', file);
    await window.showTextDocument(file);
    choose('Run');
    await run('runTask');
    assert.equal(starts(), 2);
    const prompts = [...simulator.tasks.values()].map(({ script }) => script.prompt);
    assert.deepEqual(prompts, ['Find\nit', 'Find\nit']);
    assert.ok(shown.every((labels) => labels.some((label) => label.includes('Cost Cap'))));
    const refused: readonly (readonly [string, RegExp])[] = [
      [
        '{"prompt": "Go",}',
        /^Line 1: This is not JSON: “\}” can’t stand in column 17\. Nothing was sent\.$/u,
      ],
      ['{"model": "x"}', /^This file has no prompt yet\. Write it as its `prompt`\.$/u],
    ];
    const pages = shown.length;
    for (const [index, [text, expected]] of refused.entries()) {
      person.seen.length = 0;
      await run('runTask', write(`${index}.browser-use.json`, text));
      assert.match(messages(), expected);
    }
    assert.equal(shown.length, pages);
  });

  it('refuses files that cannot be given along before anything is sent, and keeps the page', async () => {
    write('empty.csv', '');
    truncateSync(write('huge.bin', 'x').fsPath, 60_000_000);
    write('list.json', '[]');
    symlinkSync('/etc/hosts', path.join(folder, 'hosts.txt'));
    symlinkSync('/etc', path.join(folder, 'data'));
    const refused: readonly (readonly [string, string])[] = [
      ['files: [gone.csv]', 'gone.csv is not there.'],
      ['files: [empty.csv]', 'empty.csv is empty'],
      ['files: [huge.bin]', 'huge.bin has 60 MB, and at most 52 MB are taken.'],
      ['files: [../../etc/hosts]', 'lies outside the folder'],
      ['files: ["file:///etc/hosts"]', 'lies outside the folder'],
      ['files: [hosts.txt]', 'hosts.txt is a link'],
      ['files: [data/hosts]', 'data/hosts is a link, or lies behind one'],
      ['outputSchema: hosts.txt', 'hosts.txt is a link'],
      ['files: [.]', 'lies outside the folder'],
      ['outputSchema: gone.json', 'gone.json is not there.'],
      ['outputSchema: empty.csv', 'empty.csv is not JSON'],
      ['outputSchema: list.json', 'list.json cannot be the output’s schema'],
    ];
    for (const [index, [option, expected]] of refused.entries()) {
      choose('Run');
      await run(
        'runTask',
        write(`${index}.browser-use.md`, `---\napiVersion: v4\n${option}\n---\nFind it\n`),
      );
      const back = shown.at(-1) ?? [];
      assert.ok(back[0]?.includes(expected), `${option}: ${back[0] ?? 'no page'}`);
      assert.ok(back.some((label) => label.includes('Prompt')));
    }
    assert.equal(simulator.counts.seen.filter(({ method }) => method !== 'GET').length, 0);
  });

  it('can be cancelled while files are uploaded, and is on its page then', async () => {
    write('data.csv', 'a,b\n1,2\n');
    choose('Run');
    person.cancelAt = (text) => text.startsWith('Uploading');
    const text = '---\napiVersion: v4\nfiles: [data.csv]\n---\nFind it\n';
    await run('runTask', write('cancelled.browser-use.md', text));
    assert.equal(starts(), 0);
    assert.equal(shown.length, 2);
    assert.equal(messages(), '');
  });

  it('starts nothing where an upload breaks off, whichever request is lost, and sends each once', async () => {
    write('data.csv', 'a,b\n1,2\n');
    const text = '---\napiVersion: v4\nfiles: [data.csv]\n---\nFind it\n';
    const routes = ['POST */workspaces', 'POST */files/upload', 'PUT /presigned/*'];
    for (const [index, route] of routes.entries()) {
      const fault = simulator.faults.add({ route, effect: { kind: 'reset' } });
      person.seen.length = 0;
      choose('Run');
      await run('runTask', write(`${index}.browser-use.md`, text));
      const expected = /The upload to 127\.0\.0\.1\S* broke off\./u;
      assert.match(person.lists.at(-1) ?? '', expected, route);
      assert.ok(shown.at(-1)?.some((label) => label.includes('Files')));
      assert.equal(fault.hits, 1, route);
      fault.clear();
    }
    assert.equal(starts(), 0);
  });

  it('says what is wrong with a prompt file, and opens it', async () => {
    const file = write('a.browser-use.md', '---\nmodel: x\nsecrets: abc\n---\nFind it\n');
    choose('Run');
    await run('runTask', file);
    assert.match(messages(), /^Line 3: Secrets can’t stand in a file\. .* Nothing was sent\.$/u);
    assert.equal(window.activeTextEditor?.document.uri.toString(), file.toString());
    assert.equal(shown.length, 0);
    assert.equal(simulator.counts.total, 0);
  });

  it('asks first where the folder is not trusted, and not for what the person typed', async () => {
    const trust = Object.getOwnPropertyDescriptor(workspace, 'isTrusted') ?? {};
    Object.defineProperty(workspace, 'isTrusted', { get: () => false, configurable: true });
    try {
      choose('Run');
      await run('runTask', write('a.browser-use.md', 'Find it'));
      assert.match(
        messages(),
        /^This folder is not trusted\. Run a task with what stands in it\?$/u,
      );
      assert.equal(shown.length, 0);
      person.press = ({ isModal }) => (isModal ? 'Show Me' : undefined);
      await run('runTask', write('b.browser-use.md', 'Find it'));
      assert.equal(starts(), 1);
      choose('Run');
      person.seen.length = 0;
      await run('runTask', 'Find it');
      assert.doesNotMatch(messages(), /trusted/u);
      const pages = shown.length;
      choose();
      await run('runTask', { prompt: 'Find it', confirm: false });
      assert.equal(shown.length, pages + 1, 'the page comes, whoever calls');
    } finally {
      Object.defineProperty(workspace, 'isTrusted', trust);
    }
  });

  it('does not send a prompt that is too long: it is for an editor', async () => {
    choose('Run');
    await run('runTask', 'x'.repeat(50_001));
    assert.equal(starts(), 0);
    const { document } = window.activeTextEditor ?? {};
    assert.match(document?.uri.path ?? '', /\.browser-use\.md$/u);
    assert.ok((document?.getText().length ?? 0) > 50_000);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('types secrets anew, sends them, and shows and keeps them nowhere', async () => {
    choose('Secrets', 'Run');
    person.texts = ['password', 'hunter2-canary'];
    await run('runTask', { prompt: 'Sign in', apiVersion: 'v3' });
    assert.equal(starts(), 1);
    assert.doesNotMatch(JSON.stringify([shown, person.seen, [...remembered]]), /hunter2/u);
  });

  it('is back on the page as it was, with what to do, however the cloud refuses it', async () => {
    const refusals: readonly (readonly [number, unknown, RegExp])[] = [
      [400, { detail: 'Session does not belong to workspace' }, /may not belong together/u],
      [
        402,
        { detail: { code: 'x', message: 'Cap reached', cap: 1 } },
        /Add credits or raise the limit/u,
      ],
      [402, { detail: 'No credits' }, /Add credits/u],
      [403, { detail: 'Not on your plan' }, /Set a key that may/u],
      [409, { detail: 'Session is busy' }, /Wait until its task has ended/u],
      [413, 'Too large', /Shorten the prompt/u],
      [
        422,
        { detail: [{ loc: ['body', 'model'], msg: 'Unknown model' }] },
        /Model: Unknown model/u,
      ],
      [
        429,
        { detail: 'Too many concurrent active sessions. Stop one.' },
        /Stop one that you don’t need/u,
      ],
    ];
    for (const [status, body, expected] of refusals) {
      const fault = simulator.faults.add({
        route: 'POST /api/v4/runs',
        preventsAction: true,
        effect: { kind: 'answer', status, body },
      });
      person.seen.length = 0;
      choose('Run');
      await run('runTask', { prompt: 'Find it', apiVersion: 'v4', maxCostUsd: 3 });
      const back = person.lists.at(-1) ?? '';
      assert.match(back, expected);
      assert.equal(messages(), '', 'the page says it');
      assert.doesNotMatch(
        shown.at(-1)?.[0] ?? '',
        /“[^”]*$/u,
        'what the cloud says stands in one line',
      );
      for (const row of ['Run', 'Prompt', 'Cost Cap'])
        assert.ok(back.includes(row), `${status}: ${row}`);
      assert.equal(fault.hits, 1);
      fault.clear();
    }
    assert.equal(simulator.tasks.size, 0);
  });

  it('says what the cloud has against it until the draft or the account is another', async () => {
    const refuse = (status: number, detail: unknown): void =>
      void simulator.faults.add({
        route: 'POST /api/v4/runs',
        preventsAction: true,
        effect: { kind: 'answer', status, body: { detail } },
      });
    refuse(422, [{ loc: ['body', 'model'], msg: 'Unknown model' }]);
    choose('Run', 'Model', 'minimax-m3');
    await run('runTask', { prompt: 'Find a tent', apiVersion: 'v4', model: 'x' });
    const saying = (text: RegExp) => person.lists.map((list) => text.test(list));
    assert.deepEqual(saying(/Unknown model/u).slice(0, 2), [false, true]);
    assert.equal(person.lists.at(-1)?.includes('minimax-m3'), true);
    assert.equal(saying(/Unknown model/u).at(-1), false);
    simulator.faults.clear();
    refuse(402, 'No credits');
    person.lists.length = 0;
    choose('Run', 'may spend no more');
    const setKey = commands.executeCommand;
    Object.assign(commands, {
      executeCommand: (name: string, ...args: unknown[]) => {
        if (name !== 'browserUseTasks.setApiKey') return setKey(name, ...args);
        changeKey();
        return Promise.resolve();
      },
    });
    try {
      await run('runTask', { prompt: 'Find a stove', apiVersion: 'v4' });
    } finally {
      Object.assign(commands, { executeCommand: setKey });
    }
    assert.deepEqual(saying(/No credits/u), [false, true, false]);
  });

  it('takes files that code names by absolute path or URI inside of the folders that are open', async () => {
    const inside = write('data.csv', 'a,b\n1,2\n');
    symlinkSync('/etc/hosts', path.join(folder, 'hosts'));
    const before = {
      workspaceFolders: Object.getOwnPropertyDescriptor(workspace, 'workspaceFolders') ?? {},
      getWorkspaceFolder: Object.getOwnPropertyDescriptor(workspace, 'getWorkspaceFolder') ?? {},
    };
    const shop = { uri: Uri.file(folder), name: 'shop', index: 0 };
    const put = (name: string, get: () => unknown): void =>
      void Object.defineProperty(workspace, name, { get, configurable: true });
    put('workspaceFolders', () => [shop]);
    put('getWorkspaceFolder', () => (uri: Uri) => {
      const isInside = uri.scheme === 'file' && uri.path.startsWith(`${shop.uri.path}/`);
      return isInside ? shop : undefined;
    });
    const runWith = async (file: string): Promise<string> => {
      choose('Run');
      person.lists.length = 0;
      await run('runTask', { prompt: 'Go', apiVersion: 'v4', files: [file], confirm: false });
      return person.lists[0] ?? 'sent';
    };
    try {
      const { fsPath } = inside;
      for (const file of ['data.csv', fsPath, inside.toString(), `${folder}/x/../data.csv`])
        assert.equal(await runWith(file), 'sent', file);
      assert.equal(starts(), 4);
      const outside = ['/etc/hosts', `${folder}/../x`, '../x', 'file:///etc/hosts', 'file:////x'];
      for (const file of [...outside, 'x-y:', 'https://example.com/data.csv'])
        assert.match(await runWith(file), /lies outside the folder that is open: shop\./u, file);
      assert.match(await runWith(path.join(folder, 'hosts')), /hosts is a link/u);
      put('workspaceFolders', () => undefined);
      put('getWorkspaceFolder', () => () => undefined);
      assert.match(await runWith(fsPath), /cannot be found, as no folder is open\./u);
      assert.equal(starts(), 4);
    } finally {
      for (const [name, own] of Object.entries(before)) Object.defineProperty(workspace, name, own);
    }
  });

  it('keeps a prompt whose box was left, as by another box, and shows its page then', async () => {
    person.leavesTyped = true;
    person.texts = ['Find a tent'];
    await run('runTask');
    assert.equal(shown.length, 0);
    choose('Run');
    await run('runTask');
    assert.equal(starts(), 1);
    person.leavesTyped = false;
    await run('runTask');
    assert.equal(shown.length, 1, 'nothing waits any more');
  });

  it('keeps every task that was written and not sent, until it is sent or discarded', async () => {
    for (const prompt of ['First', 'Second', 'Third']) {
      choose('Max Steps');
      person.texts = ['5'];
      await run('runTask', { prompt, apiVersion: 'v2' });
    }
    const offered = async (...picks: string[]): Promise<string> => {
      choose(...picks);
      person.texts = [];
      shown.length = 0;
      await run('runTask');
      return shown[0]?.join() ?? '';
    };
    const all = 'Third,Second,First,,$(add) New Task,$(clear-all) New Task, and Discard These';
    assert.equal(await offered(), all);
    assert.equal(starts(), 0);
    assert.equal(await offered('Second', 'Run'), all);
    const [sent] = simulator.tasks.values();
    assert.equal(sent?.script.prompt, 'Second');
    assert.match(await offered('First', 'Max Steps', 'Run'), /^Third,First,/u);
    assert.equal(starts(), 2);
    assert.match(await offered(), /Run.*Prompt/u, 'the one that is left comes by itself');
    choose('Max Steps');
    person.texts = ['7'];
    await run('runTask', { prompt: 'Fourth', apiVersion: 'v2' });
    assert.match(await offered('Discard'), /^Fourth,Third,/u);
    assert.doesNotMatch(await offered(), /Third|Fourth|Prompt/u);
    assert.equal(starts(), 2);
  });

  it('keeps what was not sent until the window is open again, without its secrets', async () => {
    choose('Secrets', 'Max Steps');
    person.texts = ['password', 'hunter2-canary', '5'];
    await run('runTask', { prompt: 'Sign in', apiVersion: 'v2' });
    const file = write('tent.browser-use.md', '---\nmaxSteps: 3\n---\nFind a tent');
    choose('Max Steps');
    person.texts = ['4'];
    await run('runTask', file);
    assert.doesNotMatch(JSON.stringify([...remembered]), /hunter2/u);
    reload();
    shown.length = 0;
    choose('Sign in', 'Run');
    await run('runTask');
    assert.match(shown[0]?.join() ?? '', /^Find a tent,Sign in,/u);
    const [task] = simulator.tasks.values();
    assert.equal(task?.script.prompt, 'Sign in');
    reload();
    choose('New');
    await run('runTask');
    assert.match(
      shown.at(-1)?.join() ?? '',
      /Run.*Prompt/u,
      'the one that is left comes by itself',
    );
    choose('Max Steps', 'Run');
    person.texts = ['6'];
    await run('runTask');
    assert.equal([...simulator.tasks.values()].at(-1)?.script.prompt, 'Find a tent');
    const draft = { prompt: 'Of tomorrow', apiVersion: 'v4' };
    remembered.set('unsentTasks', [
      null,
      'x',
      { draft: { prompt: 5 } },
      { draft },
      { title: 'Run Task', draft: { ...draft, model: null } },
      { title: 'Run Task', draft, file: 'a b:c' },
    ]);
    reload();
    person.texts = [];
    const pages = shown.length;
    await run('runTask');
    assert.equal(shown.length, pages);
  });

  it('keeps no more than fits, and warns of what was being sent when the window closed', async () => {
    for (let each = 0; each < 12; each++) {
      choose('Max Steps');
      person.texts = ['5'];
      await run('runTask', { prompt: `${each} ${'x'.repeat(49_000)}`, apiVersion: 'v2' });
    }
    assert.ok(JSON.stringify([...remembered]).length < 600_000);
    reload();
    choose();
    await run('runTask');
    assert.match(shown.at(-1)?.[0] ?? '', /^11 x/u);
    assert.equal(shown.at(-1)?.filter((label) => label.includes('xxx')).length, 10);
    choose('Discard');
    await run('runTask');
    simulator.faults.add({ route: '* *', effect: { kind: 'reset' } });
    let whileSent = '';
    person.press = ({ isModal }) => {
      if (isModal) whileSent = JSON.stringify(remembered.get('unsentTasks'));
      return undefined;
    };
    choose('Max Steps', 'Run');
    person.texts = ['5'];
    await run('runTask', { prompt: 'Buy it', apiVersion: 'v2' });
    assert.match(whileSent, /Buy it/u);
    assert.match(whileSent, /This may be running already/u);
  });

  it('warns of what was being sent as it came when the window closed, and keeps it no longer once it is answered', async () => {
    choose('Max Steps');
    person.texts = ['5'];
    await run('runTask', { prompt: 'Of yesterday', apiVersion: 'v2' });
    const before = JSON.stringify(remembered.get('unsentTasks'));
    let offeredThen = '';
    reveal = async () => {
      reload();
      person.texts = [];
      choose('Buy it');
      await run('runTask');
      offeredThen = shown
        .slice(-2)
        .map((labels) => labels.join())
        .join('\n');
    };
    choose('Run');
    await run('runTask', { prompt: 'Buy it', apiVersion: 'v2' });
    assert.match(offeredThen, /^Buy it,Of yesterday,.*\n.*This may be running already/u);
    assert.equal(starts(), 1);
    assert.equal(JSON.stringify(remembered.get('unsentTasks')), before);
  });

  it('runs it again after a lost answer only where the person says so', async () => {
    simulator.faults.add({ route: 'POST /api/v4/runs', times: 1, effect: { kind: 'reset' } });
    const list = simulator.faults.add({ route: 'GET *', effect: { kind: 'reset' } });
    person.press = ({ isModal }) => (isModal ? 'Run Again…' : undefined);
    choose('Run');
    await run('runTask', { prompt: 'Find it', apiVersion: 'v4' });
    assert.match(messages(), /^The task may have started at 127\.0\.0\.1/u);
    assert.ok(shown.at(-1)?.[0]?.includes('This may be running already'));
    assert.equal(starts(), 1);
    // The page that was left is there again, with its warning.
    list.clear();
    choose('Run');
    await run('runTask');
    assert.ok(shown.at(-1)?.[0]?.includes('This may be running already'));
    assert.equal(starts(), 2);
  });

  it('says that a base URL has changed while the page was open, and sends nothing', async () => {
    let change: Promise<void> | undefined;
    person.pick = (offered) => {
      // Once: VS Code writes one setting after the other, and the next test would wait for all of them.
      change ??= set('baseUrl', 'http://127.0.0.1:9');
      return offered.filter((each) => each.includes('API Version'));
    };
    await run('runTask', 'Find it');
    await change;
    assert.equal(starts(), 0);
    assert.match(messages(), /The base URL or the API key was changed .* Nothing was sent\./u);
  });

  it('goes to the account that the page shows, and to no other whose key comes meanwhile', async () => {
    const pages: (readonly string[])[] = [];
    person.pick = (offered) => {
      pages.push(offered);
      if (pages.length === 1) changeKey();
      return pages.length > 2 ? undefined : offered.filter((each) => each.includes('Run'));
    };
    await run('runTask', { prompt: 'Find it', apiVersion: 'v4' });
    assert.match(
      pages[1]?.[0] ?? '',
      /The base URL or the API key was changed after this account/u,
    );
    assert.equal(starts(), 1, 'the second page shows the account of the new key');
    assert.equal(pages.length, 2);
  });

  it('is not sent to another account whose key comes after its files were uploaded', async () => {
    write('data.csv', 'a,b\n1,2\n');
    choose('Run');
    person.cancelAt = (text) => {
      if (text.startsWith('Starting')) changeKey();
      return false;
    };
    const text = '---\napiVersion: v4\nfiles: [data.csv]\n---\nFind it\n';
    await run('runTask', write('a.browser-use.md', text));
    assert.equal(starts(), 0);
    assert.match(shown.at(-1)?.[0] ?? '', /The base URL or the API key was changed/u);
    // The files lie in a workspace of the account before.
    const workspaces = (): number => simulator.counts.of('POST /api/v4/workspaces');
    assert.equal(workspaces(), 1);
    person.cancelAt = () => false;
    choose('Run');
    await run('runTask', Uri.file(path.join(folder, 'a.browser-use.md')));
    assert.deepEqual([starts(), workspaces()], [1, 2]);
  });

  describe('from a task', () => {
    it('runs it again with what the cloud tells, and says what it does not', async () => {
      const { id } = simulator.addTask({
        apiVersion: 'v2',
        prompt: 'Find\nit',
        llm: 'o3',
        lengthMs: 1,
      });
      choose('Run');
      await run('runAgain', { apiVersion: 'v2', id });
      assert.ok(shown[0]?.[0]?.includes('does not tell which other options'));
      assert.ok(shown[0]?.some((label) => label.includes('Model')));
      const prompts = [...simulator.tasks.values()].map(({ script }) => script.prompt);
      assert.deepEqual(prompts, ['Find\nit', 'Find\nit']);
    });

    it('waits in the queue of a v4 session that is at work, and starts nothing by itself', async () => {
      const run1 = simulator.addTask({ apiVersion: 'v4', prompt: 'First', end: 'never' });
      choose('Send');
      person.texts = ['Then this'];
      await run('continueSession', { apiVersion: 'v4', id: run1.id });
      const posts = simulator.counts.seen.filter(({ method }) => method === 'POST');
      assert.deepEqual(
        posts.map(({ url }) => url.replace(/[0-9a-f-]{36}/u, 'ID')),
        ['/api/v4/sessions/ID/queue'],
      );
      assert.match(messages(), /^The prompt runs after the running task, as a task of its own\.$/u);
    });

    it('has the running task cancelled where it is to wait for nothing, whose end is no news then', async () => {
      choose('Run');
      const ref = await run('runTask', { prompt: 'First', apiVersion: 'v4' });
      const [task] = tracked();
      const sessionId = simulator.tasks.get(task?.id ?? '')?.sessionId;
      assert.ok(task && sessionId);
      put({ ...task, status: 'running', sessionId });
      simulator.faults.add({
        route: 'POST *',
        times: 1,
        effect: { kind: 'tooMany', what: 'requests' },
      });
      const isStopping = (): boolean => tracked()[0]?.stoppingSince !== undefined;
      const answers: boolean[] = [];
      for (let sent = 0; sent < 2; sent++) {
        choose('When', 'Instead of', 'Send');
        person.texts = ['Then this'];
        await run('continueSession', ref);
        answers.push(isStopping());
      }
      assert.deepEqual(answers, [false, true]);
    });

    it('goes on in the session of a task that has ended', async () => {
      const first = simulator.addTask({ apiVersion: 'v4', prompt: 'First', lengthMs: 1 });
      choose('API Version', 'Run');
      person.texts = ['Then this'];
      await run('continueSession', { apiVersion: 'v4', id: first.id });
      assert.equal(starts(), 0, 'its API version is that of the session');
      choose('Run');
      await run('runTask');
      assert.equal(starts(), 1);
      const [one, other] = [...simulator.tasks.values()];
      assert.equal(other?.script.prompt, 'Then this');
      assert.equal(other.sessionId, one?.sessionId);
    });

    it('goes on in a session of v3 that was kept open, as the same task', async () => {
      choose('Keep Session Open', 'On', 'Run');
      const ref = await run('runTask', { prompt: 'First', apiVersion: 'v3' });
      simulator.clock.advance(600_000);
      polled.length = 0;
      choose('Run');
      person.texts = ['Then this'];
      await run('continueSession', ref);
      assert.equal(starts(), 2);
      assert.deepEqual(tracked().length, 1);
      assert.deepEqual(polled, [ref]);
      simulator.clock.advance(600_000);
      choose('Run');
      await run('runAgain', ref);
      const prompts = [...simulator.tasks.values()].map(({ script }) => script.prompt);
      assert.deepEqual(prompts, ['First', 'Then this', 'Then this']);
    });

    it('cannot continue a session of v2 that is at work', async () => {
      const first = simulator.addTask({ apiVersion: 'v2', prompt: 'First', end: 'never' });
      await run('continueSession', { apiVersion: 'v2', id: first.id });
      assert.match(messages(), /takes another prompt once its task has ended/u);
      assert.equal(starts(), 0);
    });
  });
});
