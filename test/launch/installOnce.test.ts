import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { installOnce } from './installOnce';

describe('installing once', () => {
  let root: string;
  let folder: string;
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const wait = () => new Promise<void>((resolve) => setImmediate(resolve));
  const options = { print, wait };
  const lock = () => `${folder}.lock`;

  const installFile = async (temporary: string) => {
    await fs.promises.writeFile(path.join(temporary, 'file'), 'whole');
  };

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'but-install-'));
    folder = path.join(root, 'deep', 'thing');
    lines.length = 0;
  });

  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  it('installs what is not there, and leaves nothing else', async () => {
    await installOnce(folder, installFile, options);
    assert.equal(fs.readFileSync(path.join(folder, 'file'), 'utf8'), 'whole');
    assert.deepEqual(fs.readdirSync(path.dirname(folder)), ['thing']);
  });

  it('does not install what is there', async () => {
    await installOnce(folder, installFile, options);
    await installOnce(folder, () => assert.fail('installed again'), options);
  });

  it('leaves nothing when the installation fails, and can be tried again', async () => {
    const fail = async (temporary: string) => {
      await installFile(temporary);
      throw new Error('no network');
    };
    await assert.rejects(installOnce(folder, fail, options), /no network/);
    assert.deepEqual(fs.readdirSync(path.dirname(folder)), []);
    await installOnce(folder, installFile, options);
    assert.ok(fs.existsSync(folder));
  });

  it('installs only once when two ask at the same time', async () => {
    let installations = 0;
    const install = async (temporary: string) => {
      installations += 1;
      await installFile(temporary);
    };
    await Promise.all([
      installOnce(folder, install, options),
      installOnce(folder, install, options),
    ]);
    assert.equal(installations, 1);
  });

  it('waits for the lock of a process that lives, and says so', async () => {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    const owner = { pid: process.pid, host: os.hostname() };
    fs.writeFileSync(lock(), JSON.stringify(owner));
    let waits = 0;
    const other = async () => {
      waits += 1;
      // The other process is done after a while.
      if (waits === 3) await fs.promises.mkdir(folder);
    };
    await installOnce(folder, () => assert.fail('both installed'), { print, wait: other });
    assert.equal(waits, 3);
    assert.match(lines.join(), /waiting for another process/);
  });

  it('takes over the lock of a process that is gone, and removes what it has left', async () => {
    fs.mkdirSync(`${folder}.abandoned.tmp`, { recursive: true });
    const { pid } = spawnSync(process.execPath, ['--version']);
    fs.writeFileSync(lock(), JSON.stringify({ pid, host: os.hostname() }));
    await installOnce(folder, installFile, options);
    assert.deepEqual(fs.readdirSync(path.dirname(folder)), ['thing']);
  });

  it('takes over a lock that is older than any installation takes', async () => {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    fs.writeFileSync(lock(), JSON.stringify({ pid: 1, host: 'another machine' }));
    const longAgo = new Date(Date.now() - 60 * 60_000);
    fs.utimesSync(lock(), longAgo, longAgo);
    await installOnce(folder, installFile, options);
    assert.ok(fs.existsSync(folder));
  });
});
