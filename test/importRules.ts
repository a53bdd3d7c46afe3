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
 * Who may import whom, so that the parts stay apart: one line for each import that breaks a rule.
 * Only the table of API versions and the clients may compare versions: one line for each other comparison.
 * Empty when all is well.
 */
export function violations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = partOf(withoutExtension(file.path));
    if (!from) return [`${file.path}: lies in no part of src that has rules`];
    const imports = importsOf(file.text, file.path).flatMap((found) => {
      const trouble = troubleWith(found, from, file.path);
      return trouble ? [`${file.path}:${found.line}: ${trouble}`] : [];
    });
    const mayCompare = from === 'api' || file.path === versionTable;
    const comparisons = mayCompare ? [] : versionComparisonsIn(file.text, file.path);
    return [...imports, ...comparisons.map((line) => `${file.path}:${line}: ${versionAdvice}`)];
  });
}

const versionTable = 'src/core/cloud/apiVersions.ts';
const versionAdvice =
  'compares API versions. Ask apiVersions what the version can do: capabilitiesOf(apiVersion)';

type Part =
  | 'extension'
  | 'windows'
  | 'publicTypes'
  | 'core'
  | 'api'
  | 'platform'
  | 'ui'
  | 'protocol'
  | 'webview';

interface Rule {
  /** Our own parts that may be imported. */
  readonly parts: readonly Part[];
  /** Our own parts of which only types may be imported. */
  readonly types?: readonly Part[];
  /** Our own parts that may only be loaded by `import()` when they are needed. */
  readonly features?: readonly Part[];
  /** Packages that may be imported; `node:` stands for all that Node has built in. */
  readonly packages: readonly string[];
}

const rules: Readonly<Record<Part, Rule>> = {
  core: { parts: ['core'], packages: [] },
  api: { parts: ['api', 'core'], packages: ['axios', 'zod'] },
  platform: { parts: ['platform', 'core'], packages: ['node:'] },
  ui: { parts: ['ui', 'core', 'protocol'], types: ['publicTypes'], packages: ['vscode'] },
  protocol: { parts: ['protocol'], types: ['core'], packages: ['zod'] },
  // Core's words and readings are plain functions: the page and the tree say the same.
  webview: { parts: ['webview', 'protocol', 'core'], packages: ['preact', 'markdown-it'] },
  publicTypes: { parts: [], types: ['core'], packages: ['vscode'] },
  extension: {
    parts: ['core', 'platform', 'ui', 'protocol'],
    types: ['api', 'publicTypes'],
    // axios and zod load at the first request, what polls right after start-up.
    features: ['api', 'windows'],
    packages: ['vscode'],
  },
  windows: { parts: ['core', 'platform'], packages: ['node:'] },
};

function troubleWith(
  { specifier, isType, isDynamic }: FoundImport,
  from: Part,
  file: string,
): string | undefined {
  if (specifier === undefined) return 'loads something that is only known at run time';
  if (!specifier.startsWith('.')) return packageTrouble(specifier, from);
  const target = path.posix.join(path.posix.dirname(file), specifier);
  const to = partOf(withoutExtension(target));
  if (!to) return `imports ${specifier}, which lies in no part of src that has rules`;
  const { parts, types = [], features = [] } = rules[from];
  if (parts.includes(to)) return undefined;
  if (types.includes(to) && isType) return undefined;
  if (features.includes(to) && isDynamic) return undefined;
  if (features.includes(to)) return `must load ${specifier} by import(), when it is first needed`;
  if (types.includes(to))
    return `may import types of ${to} only ("import type"), from ${specifier}`;
  return `${from} must not import ${to} (${specifier})`;
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
  if (file === 'src/extension') return 'extension';
  if (file === 'src/windows') return 'windows';
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
