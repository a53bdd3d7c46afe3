import { canFormatJson, formatJson } from './formatJson';

/** What a text is, as far as an editor's language goes: VS Code's own names. */
export type TextForm = 'json' | 'markdown' | 'plaintext';

/** What the names of such files end in. */
export const fileEndings: Readonly<Record<TextForm, string>> = {
  json: 'json',
  markdown: 'md',
  plaintext: 'txt',
};

/** JSON where it is an object or an array, which is found out by reading all of it; else what its marks say. */
export function textFormOf(text: string): TextForm {
  return canFormatJson(text) ? 'json' : markedFormOf(text);
}

/** A code fence with what stands in it. */
interface CodeFence {
  /** In lower case; empty where none is named. */
  readonly language: string;
  readonly content: string;
}

/** @returns the one code fence that a text is, blanks around it aside; `undefined` for any other text, and a fence with nothing in it */
function wholeFence(text: string): CodeFence | undefined {
  const fenced = text.trim();
  const opening = /^(`{3,}|~{3,})[ \t]*(?:([\w+#.-]+)[ \t]*)?\r?\n/u.exec(fenced);
  if (!opening) return undefined;
  const [{ length: start }, mark = '', language = ''] = opening;
  const end = fenced.length - mark.length - 1;
  // Whatever else begins a line with such a mark ends the fence before its time.
  if (end <= start || fenced.indexOf(`\n${mark}`, start - 1) !== end) return undefined;
  const content = fenced.slice(start, end).replace(/\r$/u, '');
  return { language: language.toLowerCase(), content };
}

/** A heading, and the line below the head of a table: nobody writes them but in Markdown. */
const ownMarks = [
  /^#{1,6} \S/mu,
  /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+(?:\|[ \t]*)?$/mu,
];

/** Markdown where several of its marks stand at line starts or around words, or all of it is a code fence. Looks at the first 20,000 characters only. */
export function markedFormOf(text: string): Exclude<TextForm, 'json'> {
  if (wholeFence(text)) return 'markdown';
  const sample = text.slice(0, 20_000);
  const marks = [
    /^\s{0,3}[-*+] \S/mu,
    /^\s{0,3}\d+[.)] \S/mu,
    /^\s{0,3}```/mu,
    /^\|.*\|\s*$/mu,
    /\*\*\S[^*\n]*\*\*/u,
    // No bracket within: of thousands in a row, each would be followed to the end of the text.
    /\[[^[\]\n]+\]\(https?:[^)\s]+\)/u,
  ].filter((mark) => mark.test(sample)).length;
  return marks >= 2 || ownMarks.some((mark) => mark.test(sample)) ? 'markdown' : 'plaintext';
}

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
      return textFormOf(content) === 'plaintext' ? text : content;
    default:
      return text;
  }
}

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
  const laidOut = formatJson(text);
  if (laidOut === undefined) return { content: text, language: markedLanguageOf(text) };
  return { content: laidOut, language: namesSchema(text) ? 'plaintext' : 'json' };
}

/** Of a text that is no JSON. */
function markedLanguageOf(text: string): TextForm {
  const isMarkdown = markedFormOf(text) === 'markdown';
  return isMarkdown && !linksBeyondTheWeb(text) ? 'markdown' : 'plaintext';
}

function namesSchema(json: string): boolean {
  return Object.hasOwn(JSON.parse(json) as object, '$schema');
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
