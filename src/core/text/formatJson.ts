/**
 * Lays JSON out in lines with two blanks a level. Works on the text, so that numbers, repeated keys and their order
 * stay as they were written.
 * @returns `undefined` for what is no JSON object or array, or is deeper than `maxDepth` levels
 */
export function formatJson(text: string, maxDepth = deepestJson): string | undefined {
  const source = text.trim();
  if (!isJsonContainer(source)) return undefined;
  const parts: string[] = [];
  let level = 0;
  const newLine = (): string => `\n${'  '.repeat(level)}`;
  for (let at = 0; at < source.length;) {
    const end = endOfToken(source, at);
    const token = source.slice(at, end);
    at = end;
    switch (token) {
      case '{':
      case '[': {
        // Its indentation would be larger than the text itself.
        if (level >= maxDepth) return undefined;
        const next = skipBlanks(source, at);
        const closing = token === '{' ? '}' : ']';
        if (source[next] === closing) {
          parts.push(token, closing);
          at = next + 1;
        } else {
          level++;
          parts.push(token, newLine());
        }
        break;
      }
      case '}':
      case ']':
        level--;
        parts.push(newLine(), token);
        break;
      case ',':
        parts.push(token, newLine());
        break;
      case ':':
        parts.push(': ');
        break;
      default:
        parts.push(token.trim());
    }
  }
  return parts.join('');
}

/** Deepest nesting that is taken for JSON, in levels: nobody reads more. */
export const deepestJson = 64;

function isJsonContainer(source: string): boolean {
  if (source[0] !== '{' && source[0] !== '[') return false;
  try {
    JSON.parse(source);
    return true;
  } catch {
    // Too deep for the parser is not worth laying out either.
    return false;
  }
}

/** @returns where the token of JSON ends that begins at `at`: a bracket or separator, a string, or what lies before the next of these */
export function endOfToken(source: string, at: number): number {
  if (isPunctuation(source[at])) return at + 1;
  let end = at;
  if (source[at] === '"') {
    end++;
    while (end < source.length && source[end] !== '"') end += source[end] === '\\' ? 2 : 1;
    return end + 1;
  }
  while (end < source.length && source[end] !== '"' && !isPunctuation(source[end])) end++;
  return end;
}

function isPunctuation(character: string | undefined): boolean {
  switch (character) {
    case '{':
    case '}':
    case '[':
    case ']':
    case ',':
    case ':':
      return true;
    default:
      return false;
  }
}

function skipBlanks(source: string, at: number): number {
  while (at < source.length && /\s/u.test(source[at] ?? '')) at++;
  return at;
}
