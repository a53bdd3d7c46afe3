import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { environmentKey, openTaskFolder } from '../../../src/platform/node';
import type { ReadTasks } from '../../../src/core/tasks/taskPersistence';
import { aTask } from '../../fakes/aTask';

const origin = 'https://api.browser-use.com';

describe('the folder of tasks', () => {
  let root: string;
  let skipped: string[];

  beforeEach(() => {
    root = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'but-tasks-')), 'tasks');
    skipped = [];
  });

  afterEach(() => fs.rmSync(path.dirname(root), { recursive: true, force: true }));

  function open(server = origin) {
    return openTaskFolder({
      root,
      origin: server,
      onSkipped: (files) => {
        for (const { name, why, isTask } of files)
          skipped.push(`${name}: ${why}${isTask ? ', a task' : ''}`);
      },
    });
  }

  /** The one folder that the server's tasks lie in. */
  function folder(): string {
    const [name, ...others] = fs.readdirSync(root);
    assert.ok(name !== undefined && others.length === 0);
    return path.join(root, name);
  }

  const fileNames = (): string[] => fs.readdirSync(folder());

  it('is empty, and not made, before anything is saved', async () => {
    assert.deepEqual(await open().load(), []);
    assert.equal(fs.existsSync(root), false);
  });

  it('gives back what was saved, in the order of tracking', async () => {
    const tasks = [aTask({ id: 'b', trackedAt: 2 }), aTask({ id: 'a', trackedAt: 1 })];
    for (const task of tasks) await open().save(task);
    assert.deepEqual(await open().load(), tasks.toReversed());
    assert.deepEqual(skipped, []);
  });

  it('keeps one file for each task, and replaces it', async () => {
    await open().save(aTask({ status: 'running' }));
    await open().save(aTask({ status: 'failed' }));
    assert.equal(fileNames().length, 1);
    assert.equal((await open().load())[0]?.status, 'failed');
  });

  it('keeps the versions of an ID apart', async () => {
    await open().save(aTask({ apiVersion: 'v1' }));
    await open().save(aTask({ apiVersion: 'v2' }));
    assert.equal((await open().load()).length, 2);
  });

  it('forgets a task, and one that it never knew', async () => {
    await open().save(aTask());
    await open().remove(aTask());
    await open().remove(aTask({ id: 'never' }));
    assert.deepEqual(await open().load(), []);
  });

  it('keeps servers apart, also those whose names look alike', async () => {
    const servers = [origin, 'http://127.0.0.1:80', 'http://127.0.0.1_80', 'http://[::1]:1234'];
    for (const [at, server] of servers.entries()) await open(server).save(aTask({ id: `t${at}` }));
    for (const [at, server] of servers.entries())
      assert.deepEqual(
        (await open(server).load()).map(({ id }) => id),
        [`t${at}`],
      );
    for (const name of fs.readdirSync(root)) assert.match(name, /^[A-Za-z0-9._-]+$/u);
  });

  for (const id of [
    '../../escape',
    '..',
    'CON',
    'a:b',
    'nul\u0000byte',
    'Aa',
    'aA',
    '\u202eRTL',
    'x'.repeat(5000),
    '😀',
    '/etc/passwd',
    '.',
  ])
    it(`takes any ID: ${JSON.stringify(id.slice(0, 20))}`, async () => {
      await open().save(aTask({ id }));
      assert.equal((await open().load())[0]?.id, id);
      assert.match(fileNames()[0] ?? '', /^v2-[0-9a-f]{32}\.json$/u);
      assert.deepEqual(fs.readdirSync(path.dirname(root)), ['tasks']);
    });

  it('skips torn, foreign and oversized files, tells of each, and leaves them alone', async () => {
    await open().save(aTask({ id: 'good' }));
    await open().save(aTask({ id: 'torn' }));
    const torn = fileNames().find((name) => readIn(name).includes('torn'));
    assert.ok(torn !== undefined);
    const strangers = new Map([
      [torn, readIn(torn).slice(0, 30)],
      ['empty.json', ''],
      ['notes.txt', 'buy milk'],
      ['other.json', '{"format":99}'],
      ['copy.json', readIn(fileNames().find((name) => name !== torn) ?? '')],
      ['huge.json', ' '.repeat(1_000_001)],
    ]);
    for (const [name, text] of strangers) fs.writeFileSync(path.join(folder(), name), text);
    fs.mkdirSync(path.join(folder(), 'directory.json'));
    assert.deepEqual(
      (await open().load()).map(({ id }) => id),
      ['good'],
    );
    const told = skipped.map((line) => line.split(':')[0]);
    assert.deepEqual(new Set(told), new Set([...strangers.keys(), 'directory.json']));
    assert.equal(told.length, strangers.size + 1);
    for (const [name, text] of strangers) assert.equal(readIn(name), text);
  });

  it('tells once of each file that it does not read, and which of them are of tracked tasks', async () => {
    const files = open();
    await files.save(aTask());
    const [name = ''] = fileNames();
    fs.writeFileSync(path.join(folder(), name), '{');
    fs.writeFileSync(path.join(folder(), 'notes.txt'), 'buy milk');
    await files.load();
    await files.load();
    assert.deepEqual(skipped.sort(), [
      'notes.txt: it does not hold a task',
      `${name}: it does not hold a task, a task`,
    ]);
  });

  it('neither reads, replaces nor removes the file of a task that a newer version has written', async () => {
    const files = open();
    await files.save(aTask());
    const [name = ''] = fileNames();
    const text = readIn(name).replace('"format":1', '"format":2');
    fs.writeFileSync(path.join(folder(), name), text);
    assert.deepEqual(await files.load(), []);
    assert.deepEqual(skipped, [
      `${name}: a newer version of the extension has written the file, a task`,
    ]);
    await assert.rejects(files.save(aTask()), /newer version/u);
    await assert.rejects(files.remove(aTask()), /newer version/u);
    assert.equal(readIn(name), text);
    assert.deepEqual(fileNames(), [name]);
  });

  it('neither replaces nor removes a file that it cannot read, but a torn one', async function () {
    if (process.platform === 'win32') return this.skip();
    const files = open();
    await files.save(aTask());
    const [name = ''] = fileNames();
    const file = path.join(folder(), name);
    fs.rmSync(file);
    fs.symlinkSync(name, file);
    assert.deepEqual(await files.load(), []);
    assert.deepEqual(skipped, [`${name}: it cannot be read (ELOOP), a task`]);
    await assert.rejects(files.save(aTask()), { code: 'ELOOP' });
    await assert.rejects(files.remove(aTask()), { code: 'ELOOP' });
    assert.equal(fs.readlinkSync(file), name);
    fs.rmSync(file);
    fs.writeFileSync(file, '{');
    await files.save(aTask());
    assert.equal((await files.load()).length, 1);
  });

  it('reads again what it could not read alone, but nothing that a newer version has written', async function () {
    if (process.platform === 'win32') return this.skip();
    const files = open();
    for (const id of ['good', 'linked', 'torn', 'newer']) await files.save(aTask({ id }));
    const fileOf = (id: string): string =>
      path.join(folder(), fileNames().find((name) => readIn(name).includes(`"${id}"`)) ?? '');
    const [linked, torn, newer] = ['linked', 'torn', 'newer'].map(fileOf);
    assert.ok(linked !== undefined && torn !== undefined && newer !== undefined);
    const text = fs.readFileSync(linked, 'utf8');
    const newerText = fs.readFileSync(newer, 'utf8').replace('"format":1', '"format":2');
    fs.rmSync(linked);
    fs.symlinkSync(path.basename(linked), linked);
    fs.truncateSync(torn, 30);
    fs.writeFileSync(newer, newerText);
    fs.writeFileSync(path.join(folder(), 'notes.txt'), 'buy milk');
    let readRest: ReadTasks | undefined;
    const onUnread = (read: ReadTasks): unknown => (readRest = read);
    const read = async (load: ReadTasks | undefined): Promise<unknown> => {
      readRest = undefined;
      return (await load?.(onUnread))?.map(({ id }) => id);
    };
    assert.deepEqual(await read((...args) => files.load(...args)), ['good']);
    assert.deepEqual(await read(readRest), []);
    fs.rmSync(linked);
    fs.writeFileSync(linked, text);
    assert.deepEqual(await read(readRest), ['linked']);
    fs.rmSync(torn);
    assert.deepEqual(await read(readRest), []);
    assert.equal(readRest, undefined);
    assert.equal(skipped.length, 4);
    assert.equal(fs.readFileSync(newer, 'utf8'), newerText);
  });

  it('reads none, rather than few, where the process may open no more files', async () => {
    await open().save(aTask({ id: 'a' }));
    await open().save(aTask({ id: 'b' }));
    const { readFile } = fs.promises;
    let reads = 0;
    const readFew = async (...args: Parameters<typeof readFile>) => {
      if (reads++ > 0) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      return readFile(...args);
    };
    Object.assign(fs.promises, { readFile: readFew });
    try {
      await assert.rejects(open().load(), { code: 'EMFILE' });
    } finally {
      Object.assign(fs.promises, { readFile });
    }
    assert.equal(reads, 2);
    assert.deepEqual(skipped, []);
  });

  it('reads a file through a link, and waits for no pipe', async function () {
    if (process.platform === 'win32') return this.skip();
    await open().save(aTask({ id: 'linked' }));
    const [name = ''] = fileNames();
    const elsewhere = path.join(path.dirname(root), 'elsewhere.json');
    fs.renameSync(path.join(folder(), name), elsewhere);
    fs.symlinkSync(elsewhere, path.join(folder(), name));
    execFileSync('mkfifo', [path.join(folder(), 'pipe.json')]);
    assert.deepEqual(
      (await open().load()).map(({ id }) => id),
      ['linked'],
    );
    assert.deepEqual(skipped, ['pipe.json: it is no file']);
  });

  it('clears away what a crash left behind, but not what another window is writing', async () => {
    await open().save(aTask());
    const [name = ''] = fileNames();
    const old = path.join(folder(), `${name}.999-1.tmp`);
    const fresh = path.join(folder(), `${name}.999-2.tmp`);
    for (const file of [old, fresh]) fs.writeFileSync(file, '{"half":');
    const hourAgo = new Date(Date.now() - 3_600_000);
    fs.utimesSync(old, hourAgo, hourAgo);
    assert.equal((await open().load()).length, 1);
    assert.deepEqual(skipped, []);
    assert.equal(fs.existsSync(old), false);
    assert.equal(fs.existsSync(fresh), true);
  });

  it('has a file on the disk before the file takes its name', async () => {
    await open().save(aTask({ prompt: 'old' }));
    const [name = ''] = fileNames();
    const handle = await fs.promises.open(path.join(folder(), name));
    const files = Object.getPrototypeOf(handle) as { sync: (typeof handle)['sync'] };
    await handle.close();
    const { sync } = files;
    const syncs: string[] = [];
    files.sync = async function (this: typeof handle) {
      await sync.call(this);
      const isWhole = (await this.stat()).size > 0;
      syncs.push(
        `${isWhole ? 'whole' : 'empty'}, ${readIn(name).includes('old') ? 'before' : 'after'}`,
      );
    };
    try {
      await open().save(aTask({ prompt: 'new' }));
    } finally {
      files.sync = sync;
    }
    assert.deepEqual(syncs, ['whole, before']);
    assert.match(readIn(name), /new/u);
  });

  it('leaves nothing half-written when a save fails', async () => {
    await open().save(aTask());
    const [name = ''] = fileNames();
    const file = path.join(folder(), name);
    fs.rmSync(file);
    fs.mkdirSync(path.join(file, 'in-the-way'), { recursive: true });
    await assert.rejects(open().save(aTask()));
    assert.deepEqual(fileNames(), [name]);
  });

  it('is readable only by its owner', async function () {
    if (process.platform === 'win32') return;
    await open().save(aTask());
    assert.equal(fs.statSync(path.join(folder(), fileNames()[0] ?? '')).mode & 0o777, 0o600);
  });

  it('holds 1,000 tasks', async () => {
    const files = open();
    await Promise.all(
      Array.from({ length: 1000 }, (_, at) => files.save(aTask({ id: `t${at}`, trackedAt: at }))),
    );
    const tasks = await files.load();
    assert.deepEqual(
      tasks.map(({ trackedAt }) => trackedAt),
      Array.from({ length: 1000 }, (_, at) => at),
    );
  });

  it('shows a reader whole tasks only, while two writers write', async () => {
    const texts = ['a', 'b'].map((letter) => letter.repeat(20_000));
    await open().save(aTask({ output: texts[0] }));
    const written = new AbortController();
    const writers = texts.map(async (output) => {
      for (let round = 0; round < 100; round++) await open().save(aTask({ output }));
    });
    const reader = (async () => {
      let reads = 0;
      for (; !written.signal.aborted; reads++) {
        const [task] = await open().load();
        assert.ok(task?.output !== undefined && texts.includes(task.output));
      }
      return reads;
    })();
    await Promise.all(writers);
    written.abort();
    assert.ok((await reader) > 1);
    assert.deepEqual(skipped, []);
    assert.equal(fileNames().length, 1);
  });

  it('is readable after a writer was killed in the middle of its writes', async () => {
    const script = path.join(__dirname, 'writeForever.ts');
    const child = fork(script, [root, origin], { execArgv: ['--import=tsx'] });
    await new Promise((resolve) => child.once('message', resolve));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const tasks = await open().load();
    assert.ok(tasks.length > 0);
    assert.deepEqual(skipped, []);
    for (const { output } of tasks) assert.equal(output?.length, 20_000);
  });

  function readIn(name: string): string {
    return fs.readFileSync(path.join(folder(), name), 'utf8');
  }
});

describe('the key of the environment', () => {
  const name = 'BROWSER_USE_API_KEY';
  const baseUrlName = 'BROWSER_USE_BASE_URL';
  const before = new Map([name, baseUrlName].map((each) => [each, process.env[each]]));

  afterEach(() => {
    for (const [each, value] of before)
      if (value === undefined) delete process.env[each];
      else process.env[each] = value;
  });

  for (const [value, key] of [
    ['bu_from_environment', 'bu_from_environment'],
    [' bu_with_spaces\n', 'bu_with_spaces'],
    ['"bu_in_quotes"', 'bu_in_quotes'],
    ["BROWSER_USE_API_KEY='bu_twice_named'\r", 'bu_twice_named'],
    ['Bearer bu_of_a_header', 'bu_of_a_header'],
    ['""', undefined],
    ['', undefined],
    ['  ', undefined],
    [undefined, undefined],
  ] as const)
    it(`is ${key ?? 'none'} for ${JSON.stringify(value)}`, () => {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
      const problems: string[] = [];
      assert.equal(environmentKey((why) => problems.push(why))?.key, key);
      assert.deepEqual(problems, []);
    });

  for (const [baseUrl, origins, problemCount] of [
    [undefined, ['https://api.browser-use.com'], 0],
    [' ', ['https://api.browser-use.com'], 0],
    ['https://own.example/prefix/', ['https://own.example'], 0],
    ['http://127.0.0.1:8080', ['http://127.0.0.1:8080'], 0],
    ['https://a.example, https://b.example', ['https://a.example', 'https://b.example'], 0],
    ['https://a.example http://clear.example', ['https://a.example'], 1],
    ['http://clear.example', undefined, 1],
    ['nonsense', undefined, 1],
  ] as const)
    it(`is for ${origins?.join(' and ') ?? 'no server'} where BROWSER_USE_BASE_URL is ${JSON.stringify(baseUrl)}`, () => {
      process.env[name] = 'bu_from_environment';
      if (baseUrl === undefined) delete process.env[baseUrlName];
      else process.env[baseUrlName] = baseUrl;
      const problems: string[] = [];
      assert.deepEqual(environmentKey((why) => problems.push(why))?.origins, origins);
      assert.equal(problems.length, problemCount);
      assert.doesNotMatch(problems.join(), /bu_from/u);
    });

  it('is none where it cannot be one, and says why without it', () => {
    process.env[name] = 'bu_01234 56789';
    const problems: string[] = [];
    assert.equal(
      environmentKey((why) => problems.push(why)),
      undefined,
    );
    assert.match(problems.join(), /no spaces/u);
    assert.doesNotMatch(problems.join(), /01234/u);
  });
});
