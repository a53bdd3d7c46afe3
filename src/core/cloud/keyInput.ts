/**
 * The key within a text that somebody copied: without the blanks, line ends, quotes, commas and brackets around it, and
 * without what names it: a header (`X-Browser-Use-API-Key: …`, `Authorization: Bearer …`) or a variable (`export KEY=…`).
 * @returns what is left where nothing is to be taken off; whether it can be a key `keyProblem` says
 */
export function keyIn(text: string): string {
  let key = text.slice(0, maxInputLength).replace(invisible, '');
  // Each wrapping may lie in another: `"Authorization": "Bearer '…'",`.
  for (let rest = unwrap(key); rest !== key; rest = unwrap(rest)) key = rest;
  return key;
}

/**
 * What is obviously wrong with a text that is to be an API key, as a sentence. `undefined` where nothing is:
 * whether it is valid only the server knows.
 * @param text as `keyIn` leaves it
 */
export function keyProblem(text: string): string | undefined {
  if (text === '') return 'Paste an API key.';
  if (/^[a-z]+:\/\//iu.test(text)) return 'This is a URL, not an API key.';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text))
    return 'This looks like a task ID, not an API key.';
  if ((text.match(/bu_/gu) ?? []).length > 1) return 'This holds more than one API key. Paste one.';
  if (/^(?:BROWSER_USE_API_KEY|Bearer|Authorization|X-Browser-Use-API-Key)\b/iu.test(text))
    return 'This names an API key, but there is none behind it.';
  if (/[\u2026\u2022]|\.{3}|\*{3}/u.test(text))
    return 'This key is cut or masked. Copy the whole key.';
  if (/\s/u.test(text)) return 'An API key has no spaces in it. Paste only the key itself.';
  // Other characters cannot stand in a header.
  if (!/^[\x21-\x7e]+$/u.test(text))
    return 'An API key has only letters, digits and signs of plain ASCII.';
  // Padding at the end is part of some keys.
  if (/["'`,;<>[\]{}()]|^\w+=(?!=*$)/u.test(text))
    return 'Paste only the key itself, without what is around it.';
  if (text.length < 8) return 'This is too short for an API key.';
  if (text.length > 512) return 'This is too long for an API key.';
  return undefined;
}

/** Longer than a key with whatever names it. */
const maxInputLength = 4000;

/** Byte order marks, joiners, marks of direction. */
const invisible = /\p{Cf}/gu;

const opening = '"\'`<([{\u201c\u2018\u00ab';
const closing = '"\'`>)\\]},;\u201d\u2019\u00bb';
const around = new RegExp(`^[\\s${opening.replace('[', '\\[')}]+|[\\s${closing}]+$`, 'gu');
/** A header, or a variable as shells, PowerShell, YAML and JSON set it. */
const naming =
  /^(?:-H\s*["']?|--header\s+["']?|export\s+|set\s+|setx\s+|\$env:|ENV\s+)?["']?(?:X-Browser-Use-API-Key|Authorization|Proxy-Authorization|[A-Z_]*API[_-]?KEY|KEY)["']?\s*[:=]\s*/iu;

function unwrap(text: string): string {
  return text
    .replace(around, '')
    .replace(naming, '')
    .replace(/^Bearer\s+/iu, '');
}
