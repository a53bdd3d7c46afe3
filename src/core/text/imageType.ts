/** The kinds of picture that are shown. SVG is none of them: it can hold scripts and links. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';

/** Tells a picture by its first bytes, whatever its name or header claims. @returns `undefined` for anything else */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  if (hasAt(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (hasAt(bytes, 0, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  // "RIFF", four bytes of length, "WEBP".
  if (hasAt(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && hasAt(bytes, 8, [0x57, 0x45, 0x42, 0x50]))
    return 'image/webp';
  // "GIF87a" and "GIF89a".
  const isGif = hasAt(bytes, 0, [0x47, 0x49, 0x46, 0x38]) && bytes[5] === 0x61;
  return isGif && (bytes[4] === 0x37 || bytes[4] === 0x39) ? 'image/gif' : undefined;
}

function hasAt(bytes: Uint8Array, offset: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[offset + index] === byte);
}
