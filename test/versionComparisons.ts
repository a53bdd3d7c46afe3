import { isNode, lineOf, literal, parseSource, visit, type AstNode } from './importsOf';

/**
 * Finds each place of a TypeScript source that asks which API version something has: a comparison or a `switch` with a
 * version's name, as in `=== 'v2'`, or of an `apiVersion` with anything but `undefined` or another `apiVersion`.
 * Whether two tasks have the same version is no such question.
 *
 * @returns the lines, from 1, in order
 * @throws {Error} when the text is not TypeScript.
 */
export function versionComparisonsIn(text: string, file: string): number[] {
  // Most files name no version, and parsing takes its time.
  if (!/apiVersion|["'`]v\d/.test(text)) return [];
  const lines = new Set<number>();
  visit(parseSource(text, file), (node) => {
    if (asksForVersion(node)) lines.add(lineOf(node));
  });
  return [...lines].sort((a, b) => a - b);
}

function asksForVersion(node: AstNode): boolean {
  switch (node.type) {
    case 'BinaryExpression': {
      if (!['===', '!==', '==', '!='].includes(node['operator'] as string)) return false;
      const sides = [node['left'], node['right']];
      if (sides.some(isVersionName)) return true;
      return sides.some(isApiVersion) && !sides.some(isUndefined) && !sides.every(isApiVersion);
    }
    case 'SwitchCase':
      return isVersionName(node['test']);
    case 'SwitchStatement':
      return isApiVersion(node['discriminant']);
    default:
      return false;
  }
}

function isVersionName(node: unknown): boolean {
  return /^v\d+$/.test(literal(node) ?? '');
}

function isUndefined(node: unknown): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === 'undefined';
}

/** `apiVersion`, `task.apiVersion`, `task?.apiVersion`. */
function isApiVersion(node: unknown): boolean {
  if (!isNode(node)) return false;
  if (node.type === 'Identifier') return node['name'] === 'apiVersion';
  if (node.type === 'MemberExpression') return isApiVersion(node['property']);
  return node.type === 'ChainExpression' && isApiVersion(node['expression']);
}
