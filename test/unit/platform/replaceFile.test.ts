import assert from 'node:assert/strict';
import {
  chmodSync,
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
