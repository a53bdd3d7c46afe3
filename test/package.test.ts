import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import { readTrackUri } from '../src/core/input/namedTasks';
import { reachableFrom } from './bench/sizes';
import { packagedExtension, projectFolder } from './launch/packagedExtension';

describe('the packaged extension', () => {
  it('holds what runs and what people read, and nothing else', async () => {
    const files = await listFiles({ cwd: projectFolder, packageManager: PackageManager.None });
    const named = files.map((file) =>
      file.replace(/^dist\/(api|chunk|features)-[A-Z0-9]+\./u, 'dist/$1.'),
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
      'dist/webview.css',
      'dist/webview.js',
      'media/activity.svg',
      'media/details.svg',
      'media/icon.png',
      'media/prompt-file.schema.json',
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

  it('is small enough to install in a moment', () => {
    const { size } = statSync(packagedExtension);
    assert.ok(size < 400 * 1024, `${size} bytes`);
  });
});

describe('what the Marketplace shows', () => {
  // vsce makes links, pictures, issues and homepage from `repository`, where that is an address on GitHub or GitLab.
  if (addressOf('repository') === undefined) {
    it.skip('For the Marketplace set `repository` in package.json');
  } else {
    it('has one address: `repository`, with which `bugs` and `homepage` agree where they are set', () => {
      const repository = addressOf('repository')?.replace(/^git\+|\.git$/gu, '') ?? '';
      assert.match(repository, /^https:\/\/(?:github|gitlab)\.com\/[^/]+\/[^/]/u);
      for (const name of ['bugs', 'homepage'] as const) {
        const address = addressOf(name) ?? repository;
        assert.ok(address.startsWith(repository), `${name} is not at ${repository}: ${address}`);
      }
    });
  }

  it('finds what the README links to', () => {
    const readme = readProjectFile('README.md');
    const links = relativeLinksOf(readme);
    assert.ok(links.length > 0, 'no link is found');
    const missing = links.filter((link) => !existsSync(path.join(projectFolder, link)));
    assert.deepEqual(missing, []);
    // vsce turns the links of Markdown into addresses, not those of HTML, and takes no SVG as a picture.
    assert.doesNotMatch(readme, /<(?:a|img|video)\b|!\[[^\]]*\]\([^)]*\.svg\)/iu);
  });
});

describe('the tasks.json in the README', () => {
  const example = /```json\n(\{\s*"version": "2\.0\.0"[^`]*)```/u.exec(
    readProjectFile('README.md'),
  )?.[1];
  const file = JSON.parse(example ?? '{}') as {
    readonly tasks?: readonly { readonly type: string; readonly command: string }[];
  };
  const id = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';

  it('hands what its script prints to this extension, as a link that it follows', function () {
    const [task, ...others] = file.tasks ?? [];
    assert.deepEqual([task?.type, others], ['shell', []]);
    if (process.platform === 'win32') this.skip();
    const folder = mkdtempSync(path.join(tmpdir(), 'browser-use-tasks-'));
    try {
      // In the place of Python, which runs the user's script, and of VS Code.
      for (const [name, line] of [
        ['python', `echo ${id}`],
        ['code', 'printf "%s\\n" "$@" > asked'],
      ] as const)
        writeFileSync(path.join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
      const output = execFileSync('/bin/sh', ['-c', task?.command ?? ''], {
        cwd: folder,
        env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
        encoding: 'utf8',
      });
      assert.equal(output, `Task ${id}\n`);
      const [flag, dashes, link = ''] = readFileSync(path.join(folder, 'asked'), 'utf8').split(
        '\n',
      );
      assert.deepEqual([flag, dashes], ['--open-url', '--']);
      const { protocol, host, pathname, search } = new URL(link);
      const { publisher, name } = JSON.parse(readProjectFile('package.json')) as Record<
        string,
        string
      >;
      assert.equal(`${protocol}//${host}`, `vscode://${publisher}.${name}`);
      const { input, problem } = readTrackUri(
        { path: pathname, query: search.slice(1), fragment: '' },
        undefined,
      );
      assert.equal(problem, undefined);
      assert.deepEqual(input?.ids, [id]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** The address that package.json gives by this name. */
function addressOf(name: 'repository' | 'bugs' | 'homepage'): string | undefined {
  const manifest = JSON.parse(readProjectFile('package.json')) as Partial<
    Record<typeof name, string | { readonly url?: string }>
  >;
  const value = manifest[name];
  return typeof value === 'object' ? value.url : value;
}

/** Where the links and pictures of a Markdown text lead within the project, without the part behind `#`. */
function relativeLinksOf(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^(?:\w+:|#)/u.test(target))
    .map((target) => target.replace(/#.*$/u, ''));
}

function readProjectFile(name: string): string {
  return readFileSync(path.join(projectFolder, name), 'utf8');
}
