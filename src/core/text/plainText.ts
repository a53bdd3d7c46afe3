/**
 * Makes untrusted text of many lines fit to be read: line ends become `\n`, what `withoutHidden` takes out goes, and other
 * control characters become their visible pictures ("␛[31m").
 */
export function manyLines(text: string): string {
  return withoutHidden(text)
    .replace(/\r\n?/gu, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, pictureOf);
}

function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\uFFFD';
}

/**
 * Makes untrusted text fit for one line: control characters and what `withoutHidden` takes out go, white space folds.
 */
export function oneLine(text: string): string {
  // Most text is such a line, and thousands are made for a view.
  if (!/[^ -~]|^ | {2}| $/u.test(text)) return text;
  return withoutHidden(text)
    .replace(/[^\P{Cc}\s]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/**
 * Takes out what turns the direction of text or hides in it, and nothing that writing needs: joiners of emoji, Persian and
 * Indic scripts, variation selectors, Arabic's prefixed signs and the flags of England, Scotland and Wales stay.
 */
function withoutHidden(text: string): string {
  return text.replace(flagsAndHidden, '$1');
}

// First the flags that are spelled in tags (UTS 51, ED-14a), so that of tags only others go. Then marks, embeddings,
// overrides and isolates of direction; zero width spaces; invisible operators; byte order marks; annotations; tags.
const flagsAndHidden =
  /(\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F})|[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/**
 * Makes a text fit for VS Code's messages and input boxes, which turn `[words](command:…)` into a link that runs a command:
 * what comes from a task or a server must not.
 */
export function plainMessage(text: string): string {
  return oneLine(text).replace(/\](?=\()/gu, '] ');
}

/** Makes a text fit for lists to pick from, which turn `$(name)` into an icon. */
export function plainLabel(text: string): string {
  return oneLine(text).replace(/\$\(/gu, '$ (');
}
