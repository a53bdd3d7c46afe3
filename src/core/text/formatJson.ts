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
  const written = { length: 0 };
  const write = (part: string): void => {
    parts.push(part);
    written.length += part.length;
  };
  // An own stack: containers with the entry that comes next.
  const open: { readonly node: JsonContainer; next: number }[] = [];
  const begin = (node: JsonNode): boolean => {
    if (!isContainer(node)) {
      write(node.raw);
      return node.isCut;
    }
    write(node.kind === 'object' ? '{' : '[');
    open.push({ node, next: 0 });
    return false;
  };
  let isCut = begin(root);
  for (let top = open.at(-1); top && !isCut && written.length <= maxLength; top = open.at(-1)) {
    const { node } = top;
    const entry = node.entries[top.next];
    if (entry) {
      write(`${top.next === 0 ? '' : ','}\n${'  '.repeat(open.length)}`);
      if (entry.rawName !== undefined) write(`${entry.rawName}: `);
      top.next++;
      isCut = begin(entry.node);
    } else if (node.isCut) isCut = true;
    else {
      open.pop();
      const newLine = node.entries.length === 0 ? '' : `\n${'  '.repeat(open.length)}`;
      write(`${newLine}${node.kind === 'object' ? '}' : ']'}`);
    }
  }
  const text = parts.join('');
  if (!isCut && text.length <= maxLength) return { text, isCut: false };
  return { text: `${withoutHalf(text.slice(0, maxLength - 1))}…`, isCut: true };
}
