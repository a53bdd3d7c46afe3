import {
  deepestJson,
  isContainer,
  readJson,
  withoutHalf,
  type JsonContainer,
  type JsonNode,
} from './jsonTree';

/**
 * Lays JSON out in lines with two blanks a level. Numbers, repeated keys and their order stay as they were written.
 * @returns `undefined` for what is no JSON object or array, or is deeper than `maxDepth` levels
 */
export function formatJson(text: string, maxDepth = deepestJson): string | undefined {
  const tree = readJson(text, { maxDepth });
  return tree && layOutJson(tree).text;
}

/**
 * Lays a tree out in lines with two blanks a level. What is cut ends with an ellipsis.
 * @param maxLength In UTF-16 units, the ellipsis included. Default: no limit.
 */
export function layOutJson(
  root: JsonContainer,
  maxLength = Infinity,
): { readonly text: string; readonly isCut: boolean } {
  const parts: string[] = [];
  // An own stack: containers with the entry that comes next.
  const open: { readonly node: JsonContainer; next: number }[] = [];
  const begin = (node: JsonNode): boolean => {
    if (!isContainer(node)) {
      parts.push(node.raw);
      return node.isCut;
    }
    parts.push(node.kind === 'object' ? '{' : '[');
    open.push({ node, next: 0 });
    return false;
  };
  let isCut = begin(root);
  // A part is no less than a character.
  for (let top = open.at(-1); top && !isCut && parts.length <= maxLength; top = open.at(-1)) {
    const { node } = top;
    const entry = node.entries[top.next];
    if (entry) {
      parts.push(`${top.next === 0 ? '' : ','}\n${'  '.repeat(open.length)}`);
      if (entry.rawName !== undefined) parts.push(`${entry.rawName}: `);
      top.next++;
      isCut = begin(entry.node);
    } else if (node.isCut) isCut = true;
    else {
      open.pop();
      const newLine = node.entries.length === 0 ? '' : `\n${'  '.repeat(open.length)}`;
      parts.push(`${newLine}${node.kind === 'object' ? '}' : ']'}`);
    }
  }
  const text = parts.join('');
  if (!isCut && text.length <= maxLength) return { text, isCut: false };
  return { text: `${withoutHalf(text.slice(0, maxLength - 1))}…`, isCut: true };
}
