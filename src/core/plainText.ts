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

/** Markdown where several of its marks stand at line starts or around words. Looks at the first 20,000 characters only. */
export function markedFormOf(text: string): Exclude<TextForm, 'json'> {
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
