import * as fs from 'node:fs';
import { isBuiltin } from 'node:module';
import * as path from 'node:path';
import { importsOf, type FoundImport } from './importsOf';
import { versionComparisonsIn } from './versionComparisons';

/** A source file: its path from the project's folder, with `/` between the parts. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Who may import whom, so that the parts stay apart: one line for each import that breaks a rule, and one for each circle.
 * Only the table of API versions and the clients may compare versions: one line for each other comparison.
 * Empty when all is well.
 */
export function violations(files: readonly SourceFile[]): string[] {
  const single = files.flatMap((file) => {
    const from = partOf(withoutExtension(file.path));
    if (!from) return [`${file.path}: lies in no part of src that has rules`];
    const room = roomOf(file.path, from);
    if (room === undefined)
      return [`${file.path}: lies in no room of ${from}; add its folder to the floors of ${from}`];
    const imports = importsOf(file.text, file.path).flatMap((found) => {
      const trouble = troubleWith(found, { part: from, room }, file.path);
      return trouble ? [`${file.path}:${found.line}: ${trouble}`] : [];
    });
    const mayCompare = from === 'api' || file.path === versionTable;
    const comparisons = mayCompare ? [] : versionComparisonsIn(file.text, file.path);
    return [...imports, ...comparisons.map((line) => `${file.path}:${line}: ${versionAdvice}`)];
  });
  return [...single, ...circlesOf(files)];
}

const versionTable = 'src/core/cloud/apiVersions.ts';
const versionAdvice =
  'compares API versions. Ask apiVersions what the version can do: capabilitiesOf(apiVersion)';

type Part = 'root' | 'publicTypes' | 'core' | 'api' | 'platform' | 'ui' | 'protocol' | 'webview';

interface Rule {
  /** Our own parts that may be imported. */
  readonly parts: readonly Part[];
  /** Our own parts of which only types may be imported. */
  readonly types?: readonly Part[];
  /** Our own parts that may only be loaded by `import()` when they are needed. */
  readonly lazy?: readonly Part[];
  /** Packages that may be imported; `node:` stands for all that Node has built in. */
  readonly packages: readonly string[];
  /** The folders of the part, its rooms, from the lowest floor up: a room imports from itself and from floors below. */
  readonly floors?: readonly (readonly string[])[];
}

/** The files that lie in no room: the lowest floor. */
const noRoom = '.';

/** The parts, and who may import whom. */
export const rules: Readonly<Record<Part, Rule>> = {
  core: {
    parts: ['core'],
    packages: [],
    floors: [
      [noRoom],
      ['base'],
      ['cloud'],
      ['text'],
      ['tasks', 'input', 'actions'],
      ['polling'],
      ['following'],
      ['labels'],
      ['tracking', 'formats', 'running'],
      ['details', 'notices', 'steering'],
      ['windows'],
    ],
  },
  api: { parts: ['api', 'core'], packages: ['axios', 'zod'] },
  platform: { parts: ['platform', 'core'], packages: ['node:'] },
  ui: {
    parts: ['ui', 'core', 'protocol'],
    types: ['publicTypes'],
    packages: ['vscode'],
    floors: [
      [noRoom],
      ['account'],
      ['tree'],
      ['notifications', 'saving', 'running', 'sessions'],
      ['details'],
      ['commands', 'languageModel'],
      ['links'],
    ],
  },
  protocol: { parts: ['protocol'], types: ['core'], packages: ['zod'] },
  // Core's labels and readings are plain functions: the page and the tree say the same.
  webview: {
    parts: ['webview', 'protocol', 'core'],
    packages: ['preact', 'markdown-it'],
    floors: [[noRoom], ['parts'], ['steps', 'result'], ['header'], ['page']],
  },
  publicTypes: { parts: [], types: ['core'], packages: ['vscode'] },
  // The composition roots. axios and zod load at the first request.
  root: {
    parts: ['core', 'platform', 'ui', 'protocol'],
    types: ['api', 'publicTypes'],
    lazy: ['api', 'root'],
    packages: ['vscode', 'node:'],
  },
};

/** A file's place in the house. */
export interface Place {
  readonly part: Part;
  readonly room: string;
}

function troubleWith(
  { specifier, isType, isDynamic }: FoundImport,
  from: Place,
  file: string,
): string | undefined {
  if (specifier === undefined) return 'loads something that is only known at run time';
  if (!specifier.startsWith('.')) return packageTrouble(specifier, from.part);
  const target = path.posix.join(path.posix.dirname(file), specifier);
  const to = partOf(withoutExtension(target));
  if (!to) return `imports ${specifier}, which lies in no part of src that has rules`;
  const { parts, types = [], lazy = [] } = rules[from.part];
  if (to === from.part && to !== 'root') return floorTrouble(from, target, specifier);
  if (parts.includes(to)) return undefined;
  if (types.includes(to) && isType) return undefined;
  if (lazy.includes(to) && isDynamic) return undefined;
  if (lazy.includes(to)) return `must load ${specifier} by import(), when it is first needed`;
  if (types.includes(to))
    return `may import types of ${to} only ("import type"), from ${specifier}`;
  return `${from.part} must not import ${to} (${specifier})`;
}

/** Within a part, imports lead down. */
function floorTrouble(
  { part, room }: Place,
  target: string,
  specifier: string,
): string | undefined {
  const { floors } = rules[part];
  const to = roomOf(target, part);
  if (!floors || to === room || to === undefined) return undefined;
  const floorOf = (name: string): number => floors.findIndex((rooms) => rooms.includes(name));
  if (floorOf(to) < floorOf(room)) return undefined;
  return (
    `${part}/${room} must not import ${part}/${to} (${specifier}), which lies no floor below: ` +
    `move what it needs down, or hand it in from above as a parameter`
  );
}

/** The room of a file of a part; `undefined` where its folder is none. Parts without floors are one room. */
function roomOf(file: string, part: Part): string | undefined {
  const { floors } = rules[part];
  if (!floors) return noRoom;
  const folders = file.split('/').slice(2, -1);
  const room = folders[0] ?? noRoom;
  return floors.some((rooms) => rooms.includes(room)) ? room : undefined;
}

/** Who imports whom, by part and room; each pair as often as there are imports. */
export function edgesOf(
  files: readonly SourceFile[],
): { readonly from: Place; readonly to: Place }[] {
  const placeOf = (file: string): Place | undefined => {
    const part = partOf(withoutExtension(file));
    const room = part && roomOf(file, part);
    return part && room !== undefined ? { part, room } : undefined;
  };
  return files.flatMap((file) => {
    const from = placeOf(file.path);
    return importsOf(file.text, file.path).flatMap(({ specifier }) => {
      if (!from || !specifier?.startsWith('.')) return [];
      const to = placeOf(path.posix.join(path.posix.dirname(file.path), specifier));
      return to ? { from, to } : [];
    });
  });
}

/** Files that import each other in a circle, types included: one line for each circle. */
function circlesOf(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [withoutExtension(file.path), file]));
  const targetsOf = (file: SourceFile): SourceFile[] =>
    importsOf(file.text, file.path).flatMap(({ specifier }) => {
      if (!specifier?.startsWith('.')) return [];
      const target = path.posix.join(path.posix.dirname(file.path), withoutExtension(specifier));
      return byPath.get(target) ?? byPath.get(`${target}/index`) ?? [];
    });
  const circles: string[] = [];
  const finished = new Set<SourceFile>();
  const visit = (file: SourceFile, trail: readonly SourceFile[]): void => {
    const start = trail.indexOf(file);
    if (start !== -1) {
      const names = [...trail.slice(start), file].map((each) => each.path);
      circles.push(`${names.join(' → ')}: a circle; move what both need to a file below both`);
      return;
    }
    if (finished.has(file)) return;
    for (const target of targetsOf(file)) visit(target, [...trail, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  return circles;
}

function packageTrouble(specifier: string, from: Part): string | undefined {
  const name = isBuiltin(specifier)
    ? 'node:'
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
  if (rules[from].packages.includes(name)) return undefined;
  return `${from} must not import ${specifier}`;
}

/** The part that a path without extension belongs to. */
function partOf(file: string): Part | undefined {
  if (/^src\/(extension|features)$/u.test(file)) return 'root';
  if (file === 'src/api.d' || file === 'src/publicApi.d' || file === 'src/publicApi') {
    return 'publicTypes';
  }
  if (file === 'src/webview/protocol') return 'protocol';
  const folder = /^src\/(core|api|platform|ui|webview)(\/|$)/.exec(file)?.[1];
  return folder as 'core' | 'api' | 'platform' | 'ui' | 'webview' | undefined;
}

function withoutExtension(file: string): string {
  return file.replace(/\.(ts|tsx|js|jsx|mts|cts|mjs|cjs)$/, '');
}

/** Every source file of the extension in the project's folder. */
export function sourceFiles(projectFolder: string): SourceFile[] {
  return fs
    .readdirSync(path.join(projectFolder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file))
    .map((file) => ({
      path: `src/${file.split(path.sep).join('/')}`,
      text: fs.readFileSync(path.join(projectFolder, 'src', file), 'utf8'),
    }));
}
