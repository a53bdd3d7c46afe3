/**
 * Makes pasted text plain, so that what is written alike reads alike: colour codes and invisible characters go,
 * typographic quotes, hyphens and blanks become those of ASCII, and the edges of drawn tables become `|`.
 * Takes time in proportion to the text, whatever that holds: no pattern repeats without a bound.
 */
export function plainPaste(text: string): string {
  const plain = replaceAll(text, spelledOut);
  // Each pattern is a pass over the text, which most texts don't need.
  return beyondAscii.test(plain) ? replaceAll(plain, typographic) : plain;
}

type Replacement = readonly [pattern: RegExp, by: string];

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  return replacements.reduce((plain, [pattern, by]) => plain.replace(pattern, by), text);
}

const escape = String.raw`\x1b`;
const bell = String.raw`\x07`;

const spelledOut: readonly Replacement[] = [
  // A terminal's link keeps its address: it stands between the two marks of OSC 8.
  [new RegExp(`${escape}\\]8;[^;${escape}${bell}\\n]{0,200};`, 'gu'), ' '],
  [new RegExp(`${escape}\\][^${escape}${bell}\\n]{0,4000}(?:${bell}|${escape}\\\\)?`, 'gu'), ''],
  [new RegExp(`${escape}\\[[0-?]{0,64}[ -/]{0,8}[@-~]`, 'gu'), ''],
  [new RegExp(`${escape}\\\\|${bell}`, 'gu'), ' '],
  // Colour codes whose escape is lost or spelled out, as logs on web pages and in JSON show them.
  [/(?:\\(?:u001b|x1b|033|e)|\^|\u241b)?\[\d{1,3}(?:;\d{1,3})*m/giu, ''],
  // A line end or tab spelled out, as in a string of JSON, before what could be an ID.
  [/\\[nrt](?=[0-9a-f]{8})/giu, ' '],
  [/\\\//gu, '/'],
  [/&(?:quot|apos|#34|#39);/gu, '"'],
  [/&(?:lt|gt|nbsp);/gu, ' '],
  [/&amp;/gu, '&'],
];

const typographic: readonly Replacement[] = [
  // Marks of direction, joiners, soft hyphens, tags; fillers and selectors that draw nothing.
  [/[\p{Cf}\p{Variation_Selector}\u115f\u1160\0]/gu, ''],
  [/\u034f/gu, ''],
  [/[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]/gu, '-'],
  [/[\u2018-\u201b\u2032\u2039\u203a]/gu, "'"],
  [/[\u201c-\u201f\u2033\u00ab\u00bb\u300c\u300d\uff02]/gu, '"'],
  [/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu, ' '],
  [/[\u2028\u2029\u0085\v\f]/gu, '\n'],
  [/[\u2502\u2503\u2506\u250a\u2551\uff5c]/gu, '|'],
];

/** What is neither printed ASCII nor a usual blank. */
const beyondAscii = /[^\t\n\r -~]/u;
