/** Most file systems take 255 bytes; this leaves room for what an editor adds. In bytes of UTF-8. */
const maxBytes = 200;

/** Names that Windows keeps for devices, with any extension. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/iu;

/**
 * Makes a name from the cloud fit to be offered in a save dialog, on every platform:
 * the last part of a path only, without control or bidirectional characters, reserved characters,
 * device names, leading or trailing dots and blanks; short enough, with its extension kept.
 * @returns never an empty string: `fallback` where nothing is left
 */
export function safeFileName(name: string, fallback = 'file'): string {
  const base =
    name
      .split(/[/\\]/u)
      .findLast((part) => /[^.\s]/u.test(part))
      ?.replace(/^[a-z]:/iu, '') ?? '';
  const clean = base
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '')
    .replace(/[<>:"|?*]/gu, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+|(?<![\s.])[\s.]+$/gu, '');
  if (clean === '') return fallback;
  return shortenName(deviceName.test(clean) ? `_${clean}` : clean);
}

function shortenName(name: string): string {
  if (byteLength(name) <= maxBytes) return name;
  const dot = name.lastIndexOf('.');
  const extension = name.length - dot <= 16 ? name.slice(dot) : '';
  let stem = '';
  let room = maxBytes - byteLength(extension);
  // By code points, so that none is cut in two.
  for (const character of name.slice(0, name.length - extension.length)) {
    room -= byteLength(character);
    if (room < 0) break;
    stem += character;
  }
  return `${stem.replace(/[\s.]+$/u, '')}${extension}`;
}

function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
