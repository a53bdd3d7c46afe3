/** Foreign text as one short line: no control or bidirectional characters, no line breaks, whole characters. */
export function oneLine(text: string, maxLength = 200): string {
  // Cut first: what follows costs time per character.
  const start = text.slice(0, maxLength * 4);
  const line = start.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  if (line.length <= maxLength) return line;
  return `${line.slice(0, maxLength - 1).replace(/\p{Cs}$/u, '')}…`;
}
