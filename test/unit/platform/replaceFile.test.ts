import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../../src/platform/replaceFile';

const bytes = new TextEncoder().encode('new');

describe('replacing a file', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'browser-use-tasks-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('makes one that is not there, and leaves nothing else', async () => {
    await replaceFile(join(folder, 'a.txt'), bytes);
    assert.equal(read('a.txt'), 'new');
    assert.deepEqual(readdirSync(folder), ['a.txt']);
  });

  for (const mode of [0o600, 0o640, 0o755, 0o444]) {
    it(`keeps the mode ${mode.toString(8)}`, async function () {
      if (process.platform === 'win32') return this.skip();
      const file = join(folder, 'a.sh');
      writeFileSync(file, 'old');
      chmodSync(file, mode);
      await replaceFile(file, bytes);
      assert.equal(read('a.sh'), 'new');
      assert.equal(statSync(file).mode & 0o7777, mode);
    });
  }

  it('keeps a symbolic link, and writes to where it leads, over several links too', async () => {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep', 'real.txt'), 'old');
    chmodSync(join(folder, 'deep', 'real.txt'), 0o600);
    symlinkSync('deep/real.txt', join(folder, 'one'));
    symlinkSync(join(folder, 'one'), join(folder, 'two'));
    await replaceFile(join(folder, 'two'), bytes);
    assert.equal(read('deep/real.txt'), 'new');
    assert.ok(lstatSync(join(folder, 'one')).isSymbolicLink());
    assert.ok(lstatSync(join(folder, 'two')).isSymbolicLink());
    assert.equal(statSync(join(folder, 'deep', 'real.txt')).mode & 0o7777, 0o600);
    assert.deepEqual(readdirSync(join(folder, 'deep')), ['real.txt']);
  });

  it('keeps every name of a file that has several', async () => {
    writeFileSync(join(folder, 'one'), 'an old and longer text');
    linkSync(join(folder, 'one'), join(folder, 'other'));
    await replaceFile(join(folder, 'one'), bytes);
    assert.deepEqual([read('one'), read('other')], ['new', 'new']);
    assert.equal(statSync(join(folder, 'one')).ino, statSync(join(folder, 'other')).ino);
    assert.deepEqual(readdirSync(folder).sort(), ['one', 'other']);
  });

  it('keeps the owner of a file', async function () {
    // Only the superuser may give files away.
    if (process.getuid?.() !== 0) return this.skip();
    const file = join(folder, 'a.txt');
    writeFileSync(file, 'old');
    chownSync(file, 12_345, 23_456);
    await replaceFile(file, bytes);
    assert.equal(read('a.txt'), 'new');
    assert.deepEqual([statSync(file).uid, statSync(file).gid], [12_345, 23_456]);
  });

  it('follows a link out of a folder that is a link itself', async () => {
    mkdirSync(join(folder, 'real', 'deep'), { recursive: true });
    symlinkSync(join(folder, 'real', 'deep'), join(folder, 'short'));
    symlinkSync('../later.txt', join(folder, 'real', 'deep', 'link'));
    await replaceFile(join(folder, 'short', 'link'), bytes);
    assert.equal(read('real/later.txt'), 'new');
  });

  it('makes the file that a link leads to where there is none yet', async () => {
    symlinkSync('later.txt', join(folder, 'link'));
    await replaceFile(join(folder, 'link'), bytes);
    assert.equal(read('later.txt'), 'new');
    assert.ok(lstatSync(join(folder, 'link')).isSymbolicLink());
  });

  it('fails where there is no folder, or a folder of that name, and leaves nothing', async () => {
    await assert.rejects(replaceFile(join(folder, 'none', 'a.txt'), bytes), { code: 'ENOENT' });
    mkdirSync(join(folder, 'a.txt'));
    writeFileSync(join(folder, 'a.txt', 'kept'), 'kept');
    await assert.rejects(replaceFile(join(folder, 'a.txt'), bytes));
    assert.equal(read('a.txt/kept'), 'kept');
    assert.deepEqual(readdirSync(folder), ['a.txt']);
  });

  it('ends where links lead in a circle', async () => {
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    await replaceFile(join(folder, 'a'), bytes);
    assert.equal(read('a'), 'new');
  });
});
