import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import { reachableFrom } from './bench/sizes';
import { packagedExtension, projectFolder } from './launch/packagedExtension';

describe('the packaged extension', () => {
  it('holds what runs and what people read, and nothing else', async () => {
    const files = await listFiles({ cwd: projectFolder, packageManager: PackageManager.None });
    const named = files.map((file) =>
      file.replace(
        /^dist\/(chunk|features|pollRound|replaceFile|sharedPolling|taskTree)-[A-Z0-9]+\./u,
        'dist/$1.',
      ),
    );
    assert.deepEqual([...new Set(named)].sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/api.js',
      'dist/chunk.js',
      'dist/codicon.ttf',
      'dist/extension.js',
      'dist/features.js',
      'dist/pollRound.js',
      'dist/replaceFile.js',
      'dist/sharedPolling.js',
      'dist/taskTree.js',
      'dist/webview.css',
      'dist/webview.js',
      'media/activity.svg',
      'media/details.svg',
      'media/icon.png',
      'package.json',
    ]);
  });

  it('loads little at start-up', () => {
    const files = reachableFrom('extension.js');
    assert.ok(files.length > 1, 'no chunk is found');
    const bytes = files.reduce(
      (sum, name) => sum + statSync(path.join(projectFolder, 'dist', name)).size,
      0,
    );
    assert.ok(bytes < 40 * 1024, `${bytes} bytes`);
  });

  // One place to set it: `repository`. Until then pictures and links of the README lead nowhere on the Marketplace.
  it('names its address for the Marketplace (set `repository`, `bugs` and `homepage` in package.json)', function () {
    const manifest = JSON.parse(
      readFileSync(path.join(projectFolder, 'package.json'), 'utf8'),
    ) as Partial<Record<'repository' | 'bugs' | 'homepage', { readonly url: string } | string>>;
    const addressOf = (name: keyof typeof manifest): string | undefined => {
      const value = manifest[name];
      return typeof value === 'object' ? value.url : value;
    };
    const repository = addressOf('repository')?.replace(/^git\+|\.git$/gu, '');
    if (repository === undefined) this.skip();
    assert.match(repository, /^https:/u);
    for (const name of ['bugs', 'homepage'] as const)
      assert.ok(addressOf(name)?.startsWith(repository), `${name} leads elsewhere`);
  });

  it('is small enough to install in a moment', () => {
    const { size } = statSync(packagedExtension);
    assert.ok(size < 400 * 1024, `${size} bytes`);
  });
});
