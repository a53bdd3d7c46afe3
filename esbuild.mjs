/// <reference types="node" />
// Builds what runs: the extension and the page of the details view; or the host tests.
//   node esbuild.mjs               for people: minified, maps beside the bundles
//   node esbuild.mjs --dev         readable, for debugging
//   node esbuild.mjs --watch       readable, again at each change
//   node esbuild.mjs --host-tests  the tests that run inside VS Code, to out/host
// Beside the bundles it writes out/meta.json: what each of them is made of.
import { build, context } from 'esbuild';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const flags = new Set(process.argv.slice(2));
const known = ['--dev', '--watch', '--host-tests'];
const unknown = [...flags].filter((flag) => !known.includes(flag));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(' ')}. Known: ${known.join(' ')}.`);
  process.exit(2);
}

const isReadable = flags.has('--dev') || flags.has('--watch');
const root = import.meta.dirname;

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  metafile: true,
  logLevel: 'info',
  minify: !isReadable,
  sourcemap: isReadable ? 'linked' : 'external',
  // People read what a bundle is licensed under in the packages, not in the code.
  legalComments: 'none',
  // VS Code 1.100 runs extensions on Node 20 and pages on Chromium 132.
  target: ['es2022'],
};

/**
 * Leaves out of axios what is never called, as it only sends `fetch` requests with a text: other adapters, forms, and what it
 * offers to its users. Axios has a module of its own for what is not there.
 *
 * @type {import('esbuild').Plugin}
 */
const axiosWithoutUnused = {
  name: 'axios-without-unused',
  setup(bundle) {
    const unused =
      /\/(xhr|createMultipartBody|formDataToJSON|toURLEncodedForm|HttpStatusCode|CancelToken)\.js$/;
    bundle.onResolve({ filter: unused }, ({ importer }) => {
      const [axios] = /^.*[/\\]node_modules[/\\]axios[/\\]lib[/\\]/.exec(importer) ?? [];
      return axios === undefined ? undefined : { path: path.join(axios, 'helpers', 'null.js') };
    });
  },
};

/**
 * What the extension loads late, by `import()`, gets a file of its own, and what several of them use
 * another. esbuild splits only ES modules, so the split ones go to `out/esm` and from there to
 * `dist` as the CommonJS that VS Code wants.
 *
 * @type {import('esbuild').Plugin}
 */
const commonJsFromModules = {
  name: 'commonjs-from-modules',
  setup(bundle) {
    bundle.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0) return;
      const modules = Object.keys(metafile?.outputs ?? {}).filter((file) => file.endsWith('.js'));
      await build({
        ...common,
        entryPoints: modules,
        bundle: false,
        metafile: false,
        logLevel: 'warning',
        outdir: 'dist',
        platform: 'node',
        format: 'cjs',
        // Without dynamic imports esbuild writes them as promises of a `require`.
        supported: { 'dynamic-import': false },
      });
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const extension = {
  ...common,
  entryPoints: ['src/extension.ts'],
  outdir: 'out/esm',
  // This picks axios' browser build, which speaks through `fetch` and is a fifth of the Node build.
  // The platform `node` with browser main fields would mix the two builds.
  platform: 'browser',
  format: 'esm',
  splitting: true,
  // The second step reads these maps and makes its own from them.
  sourcemap: 'linked',
  external: ['vscode', 'node:*'],
  plugins: [axiosWithoutUnused, commonJsFromModules],
};

/** @type {import('esbuild').BuildOptions} */
const webview = {
  ...common,
  entryPoints: ['src/webview/page/main.tsx'],
  outfile: 'dist/webview.js',
  platform: 'browser',
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // The icon font: the same pictures as in the editor around the page.
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
};

const bundles = [extension, webview];

if (flags.has('--host-tests')) await buildHostTests();
else if (flags.has('--watch')) await watch();
else await buildAll();

async function buildAll() {
  for (const folder of ['dist', 'out/esm']) {
    await rm(path.join(root, folder), { recursive: true, force: true });
  }
  const results = await Promise.all(bundles.map((options) => build(options)));
  const meta = { inputs: {}, outputs: {} };
  for (const { metafile } of results) {
    Object.assign(meta.inputs, metafile.inputs);
    Object.assign(meta.outputs, metafile.outputs);
  }
  await mkdir(path.join(root, 'out'), { recursive: true });
  await writeFile(path.join(root, 'out', 'meta.json'), JSON.stringify(meta, null, 2));
}

/** The two printed lines tell the editor's task when a build of all bundles begins and ends. */
async function watch() {
  let underWay = 0;
  /** @type {import('esbuild').Plugin} */
  const report = {
    name: 'report',
    setup(bundle) {
      bundle.onStart(() => {
        if (underWay++ === 0) console.log('[watch] build started');
      });
      bundle.onEnd(() => {
        if (--underWay === 0) console.log('[watch] build finished');
      });
    },
  };
  const contexts = await Promise.all(
    bundles.map((options) =>
      context({ ...options, plugins: [...(options.plugins ?? []), report] }),
    ),
  );
  await Promise.all(contexts.map((each) => each.watch()));
}

async function buildHostTests() {
  const files = await readdir(path.join(root, 'test', 'host'), { recursive: true });
  const tests = files.filter((file) => file.endsWith('.test.ts'));
  await rm(path.join(root, 'out', 'host'), { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['index.ts', ...tests].map((file) => path.join('test', 'host', file)),
    outbase: 'test/host',
    outdir: 'out/host',
    platform: 'node',
    format: 'cjs',
    minify: false,
    sourcemap: 'inline',
    logLevel: 'warning',
    // `vscode` comes from the editor, all other packages from node_modules.
    packages: 'external',
  });
}
