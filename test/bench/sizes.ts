import { readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { packagedExtension, projectFolder } from '../launch/packagedExtension';
import { table } from './table';

const dist = path.join(projectFolder, 'dist');

/** What loads when, minified, in kilobytes of 1,024 bytes. The extension must be built and packaged. */
export function measureSizes(): Promise<string> {
  const startUp = reachableFrom('extension.js');
  const node = readdirSync(dist).filter((name) => name.endsWith('.js') && name !== 'webview.js');
  const rows = [
    row('loads at start-up', startUp, 40),
    row(
      'loads right after it: rows, commands, details, what polls',
      minus(reachableFrom(named(/^features-/u)), startUp),
    ),
    row(
      'loads at the first request (axios, zod, clients)',
      minus(reachableFrom(named(/^api-/u)), startUp),
    ),
    row('all of the Node side', node, 160),
    row('the details page', ['webview.js', 'webview.css']),
    ['the package (.vsix)', kilobytes(statSync(packagedExtension).size), '', '400'],
  ];
  const sizes = table(['what', 'KB', 'KB gzipped', 'goal, KB'], rows);
  return Promise.resolve(`${sizes}\n\n${composition()}`);
}

/** What each bundle is made of, by where it comes from. */
function composition(): string {
  const meta = JSON.parse(
    readFileSync(path.join(projectFolder, 'out', 'meta.json'), 'utf8'),
  ) as Metafile;
  const origins = new Map<string, Map<string, number>>();
  for (const [file, { inputs }] of Object.entries(meta.outputs)) {
    if (!file.endsWith('.js')) continue;
    const bundle = path.basename(file).replace(/-[A-Z0-9]+\.js$|\.js$/u, '');
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const origin = /^(?:node_modules|src)\/[^/.]+/u.exec(input)?.[0] ?? 'src';
      const bundles = origins.get(origin) ?? new Map<string, number>();
      bundles.set(bundle, (bundles.get(bundle) ?? 0) + bytesInOutput);
      origins.set(origin, bundles);
    }
  }
  const columns = ['extension', 'chunk', 'features', 'api', 'webview'];
  const sorted = [...origins].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = sorted.map(([origin, bundles]) => [
    `\`${origin.replace('node_modules/', '')}\``,
    ...columns.map((bundle) => kilobytes(bundles.get(bundle) ?? 0)),
  ]);
  return table(['of KB', ...columns], rows);
}

interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>
  >;
}

function row(what: string, files: readonly string[], goal?: number): (string | number)[] {
  const contents = files.map((name) => readFileSync(path.join(dist, name)));
  const zipped = contents.reduce((sum, content) => sum + gzipSync(content).length, 0);
  const plain = contents.reduce((sum, content) => sum + content.length, 0);
  return [what, kilobytes(plain), kilobytes(zipped), goal === undefined ? '' : String(goal)];
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 102.4) / 10;
}

function named(pattern: RegExp): string {
  const name = readdirSync(dist).find((file) => pattern.test(file) && file.endsWith('.js'));
  if (name === undefined) throw new Error(`The build has no ${String(pattern)}.`);
  return name;
}

function minus(names: readonly string[], others: readonly string[]): string[] {
  return names.filter((name) => !others.includes(name));
}

/** A bundle and those that it requires as it loads, as esbuild's chunks do; not those behind a promise. */
export function reachableFrom(name: string, found: string[] = []): string[] {
  if (found.includes(name)) return found;
  found.push(name);
  const code = readFileSync(path.join(dist, name), 'utf8');
  for (const [, chunk] of code.matchAll(/require\("\.\/(chunk-[A-Z0-9]+\.js)"\)/gu))
    if (chunk !== undefined) reachableFrom(chunk, found);
  return found;
}
