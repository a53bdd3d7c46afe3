import { formatJson } from './formatJson';
import { withoutHidden } from './taskWords';

/**
 * Makes untrusted text of many lines fit to be read: line ends become `\n`, what `withoutHidden` takes out goes, and other
 * control characters become their visible pictures ("␛[31m").
 */
export function manyLines(text: string): string {
  return withoutHidden(text)
    .replace(/\r\n?/gu, '\n')
    .replace(/\p{Cc}/gu, (control) =>
      control === '\n' || control === '\t' ? control : pictureOf(control),
    );
}

function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\uFFFD';
}

/** What a text is, as far as an editor's language goes. */
export type TextForm = 'json' | 'markdown' | 'plaintext';

/** JSON where it is an object or an array, which is found out by laying all of it out; else what its marks say. */
export function textFormOf(text: string): TextForm {
  return formatJson(text) === undefined ? markedFormOf(text) : 'json';
}

/** A code fence with what stands in it. */
export interface CodeFence {
  /** In lower case; empty where none is named. */
  readonly language: string;
  readonly content: string;
}

/** @returns the one code fence that a text is, blanks around it aside; `undefined` for any other text, and an empty fence */
export function wholeFence(text: string): CodeFence | undefined {
  const fenced = text.trim();
  const opening = /^(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*\r?\n/u.exec(fenced);
  if (!opening) return undefined;
  const [{ length: start }, mark = '', language = ''] = opening;
  const end = fenced.length - mark.length - 1;
  // Whatever else begins a line with such a mark ends the fence before its time.
  if (end < start || fenced.indexOf(`\n${mark}`, start - 1) !== end) return undefined;
  const content = fenced.slice(start, end).replace(/\r$/u, '');
  return { language: language.toLowerCase(), content };
}

/** Markdown where several of its marks stand at line starts or around words, or all of it is a code fence. Looks at the first 20,000 characters only. */
export function markedFormOf(text: string): Exclude<TextForm, 'json'> {
  if (wholeFence(text)) return 'markdown';
  const sample = text.slice(0, 20_000);
  const marks = [
    /^#{1,6} \S/mu,
    /^\s{0,3}[-*+] \S/mu,
    /^\s{0,3}\d+[.)] \S/mu,
    /^\s{0,3}```/mu,
    /^\|.*\|\s*$/mu,
    /\*\*\S[^*\n]*\*\*/u,
    /\[[^\]\n]+\]\(https?:[^)\s]+\)/u,
  ].filter((mark) => mark.test(sample)).length;
  return marks >= 2 || /^#{1,6} \S/mu.test(sample) ? 'markdown' : 'plaintext';
}
