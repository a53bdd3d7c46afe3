import { markedFormOf, wholeFence } from './plainText';

/**
 * What an output holds that stands in one code fence as a whole, as language models like to write it: JSON or Markdown.
 * Any other text as it is, also code of another language, which Markdown shows as code.
 */
export function unfenced(text: string): string {
  const fenced = wholeFence(text);
  if (!fenced) return text;
  const { language, content } = fenced;
  switch (language) {
    case 'json':
    case 'jsonc':
    case 'json5':
    case 'md':
    case 'markdown':
      return content;
    case '':
    case 'text':
    case 'txt':
    case 'plaintext':
      return isJsonLike(content) || markedFormOf(content) === 'markdown' ? content : text;
    default:
      return text;
  }
}

function isJsonLike(content: string): boolean {
  const [first, last] = [content.trimStart().charAt(0), content.trimEnd().at(-1)];
  return (first === '{' && last === '}') || (first === '[' && last === ']');
}
