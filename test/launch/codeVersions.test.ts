import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { codeVersions, nodePackage, parseCodeVersion } from './codeVersions';
import { projectFolder } from './packagedExtension';

describe('the versions of VS Code to test on', () => {
  it('begin with the oldest that package.json allows', () => {
    const manifest = fs.readFileSync(path.join(projectFolder, 'package.json'), 'utf8');
    const { engines } = JSON.parse(manifest) as { engines: { vscode: string } };
    const [major, minor] = engines.vscode.replace('^', '').split('.');
    assert.ok(codeVersions.oldest.code.startsWith(`${major}.${minor}.`));
  });

  for (const [text, version] of [
    ['oldest', 'oldest'],
    ['newest', 'newest'],
    ['1.100', 'oldest'],
    [codeVersions.newest.code, 'newest'],
  ] as const) {
    it(`are named by ${text}`, () => assert.equal(parseCodeVersion(text), version));
  }

  for (const text of ['', '1', '1.10', '2.0', 'stable']) {
    it(`are not named by "${text}", and the message lists what is`, () => {
      assert.throws(() => parseCodeVersion(text), /oldest \(.*newest \(/);
    });
  }

  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    for (const arch of ['x64', 'arm64']) {
      it(`have an exactly pinned Node each on ${platform} ${arch}`, () => {
        for (const { nodeMajor } of Object.values(codeVersions)) {
          const spec = nodePackage(nodeMajor, platform, arch) ?? '';
          assert.match(spec, new RegExp(`@${nodeMajor}\\.\\d+\\.\\d+$`));
        }
      });
    }
  }
});
