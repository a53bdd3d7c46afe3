import { layOutJson } from './formatJson';
import { decodeJsonString, readJson, type JsonContainer } from './jsonTree';
import { markedFormOf, type TextForm } from './textForm';

/** A text as an editor shows it. */
export interface EditorText {
  /** Laid out where it is JSON. */
  readonly content: string;
  /** By the name that VS Code has for it. */
  readonly language: TextForm;
}

/**
 * What an editor is to show of an untrusted text, and in which language: what it is, unless VS Code would act on it.
 * - JSON that names a schema is plain text: VS Code would fetch the schema from wherever it says.
 * - Markdown with links to anything but the web is plain text: VS Code's Markdown makes them live, and `command:` runs commands.
 */
export function editorTextOf(text: string): EditorText {
  const tree = readJson(text);
  if (!tree) return { content: text, language: markedLanguageOf(text) };
  return { content: layOutJson(tree).text, language: namesSchema(tree) ? 'plaintext' : 'json' };
}

/** Of a text that is no JSON. */
function markedLanguageOf(text: string): TextForm {
  const isMarkdown = markedFormOf(text) === 'markdown';
  return isMarkdown && !linksBeyondTheWeb(text) ? 'markdown' : 'plaintext';
}

function namesSchema({ entries }: JsonContainer): boolean {
  return entries.some(({ rawName = '' }) => decodeJsonString(rawName) === '$schema');
}

/** Takes some words before a colon for schemes that are none: that costs colours in the editor and nothing else. */
function linksBeyondTheWeb(markdown: string): boolean {
  const plain = markdown
    .replace(/&#x([0-9a-f]{1,6});?/giu, (_, code: string) => characterOf(Number.parseInt(code, 16)))
    .replace(/&#(\d{1,7});?/gu, (_, code: string) => characterOf(Number(code)))
    .replace(/&colon;?/giu, ':')
    .replace(/%3a/giu, ':')
    .replace(/\\/gu, '');
  for (const [, scheme = ''] of plain.matchAll(/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*):(?!\s|$)/giu))
    if (!['http', 'https'].includes(scheme.toLowerCase())) return true;
  return false;
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
