import { parsers } from 'prettier/plugins/typescript';

/** One place where a source file names a module. */
export interface FoundImport {
  /** The module as it is written; undefined when it is only known at run time. */
  readonly specifier: string | undefined;
  /** Nothing of it is left when the program runs. */
  readonly isType: boolean;
  /** It is loaded by `import()`. */
  readonly isDynamic: boolean;
  /** From 1. */
  readonly line: number;
}

/**
 * Finds each module that a TypeScript source names, types included: `import` and `export … from`
 * in every form, `import()`, `require()`, `import('x').T`, and `/// <reference>`. The parser is
 * the formatter's, so comments and strings that look like imports are none.
 *
 * @throws {Error} when the text is not TypeScript.
 */
export function importsOf(text: string, file: string): FoundImport[] {
  const program = parseSource(text, file);
  const found = references(program);
  visit(program, (node) => {
    const one = importIn(node);
    if (one) found.push({ isType: false, isDynamic: false, line: lineOf(node), ...one });
  });
  return found;
}

/** What was parsed before, by file and text: several checks read each file. */
const parsed = new Map<string, AstNode>();

/** @throws {Error} when the text is not TypeScript. */
export function parseSource(text: string, file: string): AstNode {
  const key = `${file}\n${text}`;
  const program = parsed.get(key) ?? parse(text, file);
  parsed.set(key, program);
  return program;
}

function parse(text: string, file: string): AstNode {
  const options = { filepath: file } as Parameters<typeof parsers.typescript.parse>[1];
  return parsers.typescript.parse(text, options) as AstNode;
}

/** A node of the syntax tree (ESTree and TypeScript's additions to it). */
export interface AstNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

type Import = { specifier: string | undefined; isType?: boolean; isDynamic?: boolean };

function importIn(node: AstNode): Import | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return { specifier: literal(node['source']), isType: importsTypesOnly(node, 'importKind') };
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      if (!isNode(node['source'])) return undefined;
      return { specifier: literal(node['source']), isType: importsTypesOnly(node, 'exportKind') };
    case 'ImportExpression':
      return { specifier: literal(node['source']), isDynamic: true };
    case 'TSImportType':
      return { specifier: literal(node['source'] ?? node['argument']), isType: true };
    case 'TSExternalModuleReference':
      return { specifier: literal(node['expression']) };
    case 'CallExpression':
      if (!isRequire(node['callee'])) return undefined;
      return { specifier: literal((node['arguments'] as unknown[])[0]) };
    default:
      return undefined;
  }
}

/** `import type …`, or every name in the braces is marked `type`. A bare `import 'x'` is neither. */
function importsTypesOnly(node: AstNode, kind: 'importKind' | 'exportKind'): boolean {
  if (node[kind] === 'type') return true;
  const names = (node['specifiers'] ?? []) as AstNode[];
  return names.length > 0 && names.every((name) => name[kind] === 'type');
}

function isRequire(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type === 'Identifier') return callee['name'] === 'require';
  // require.resolve, module.require
  if (callee.type !== 'MemberExpression') return false;
  return [callee['object'], callee['property']].some(isRequire);
}

/** The text of a string that is written out; undefined for anything else. */
export function literal(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
  if (node.type === 'TSLiteralType') return literal(node['literal']);
  if (node.type !== 'TemplateLiteral') return undefined;
  const parts = node['quasis'] as { value: { cooked: string } }[];
  return parts.length === 1 ? parts[0]?.value.cooked : undefined;
}

function references(program: AstNode): FoundImport[] {
  const comments = (program['comments'] ?? []) as AstNode[];
  return comments.flatMap((comment) => {
    const text = typeof comment['value'] === 'string' ? comment['value'] : '';
    const found = /^\/\s*<reference\s+(types|path)\s*=\s*["']([^"']+)["']/.exec(text);
    if (!found) return [];
    const [, kind, name = ''] = found;
    const specifier = kind === 'types' && name === 'node' ? 'node:module' : name;
    return [{ specifier, isType: true, isDynamic: false, line: lineOf(comment) }];
  });
}

/** Calls `see` for every node, each before the ones within it. */
export function visit(value: unknown, see: (node: AstNode) => void): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, see);
    return;
  }
  if (!isNode(value)) return;
  see(value);
  for (const [key, child] of Object.entries(value)) {
    if (key !== 'comments' && key !== 'tokens' && key !== 'parent') visit(child, see);
  }
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** From 1. */
export function lineOf(node: AstNode): number {
  return (node['loc'] as { start: { line: number } } | undefined)?.start.line ?? 1;
}
