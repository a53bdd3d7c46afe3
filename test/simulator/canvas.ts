import { encodePng } from './png';
import type { Picture } from './png';

/** A surface of indexed colours to draw on. Whatever lies outside is left out. */
export interface Canvas extends Picture {
  fill(x: number, y: number, width: number, height: number, colour: number): void;
  outline(x: number, y: number, width: number, height: number, colour: number): void;
  /** One line of text, 6 pixels a character and 8 high, times the scale. Returns the x after it. */
  text(x: number, y: number, text: string, colour: number, scale?: number): number;
  toPng(): Buffer;
}

export function createCanvas(width: number, height: number, palette: readonly number[]): Canvas {
  const pixels = new Uint8Array(width * height);

  function fill(x: number, y: number, w: number, h: number, colour: number): void {
    const left = Math.max(0, x);
    const right = Math.min(width, x + w);
    if (right <= left) return;
    for (let row = Math.max(0, y); row < Math.min(height, y + h); row++) {
      pixels.fill(colour, row * width + left, row * width + right);
    }
  }

  function glyph(x: number, y: number, character: string, colour: number, scale: number): void {
    for (const [column, bits] of glyphOf(character).entries()) {
      for (let row = 0; row < 8; row++) {
        if (bits & (1 << row)) fill(x + column * scale, y + row * scale, scale, scale, colour);
      }
    }
  }

  const canvas: Canvas = {
    width,
    height,
    pixels,
    palette,
    fill,
    outline: (x, y, w, h, colour) => {
      fill(x, y, w, 2, colour);
      fill(x, y + h - 2, w, 2, colour);
      fill(x, y, 2, h, colour);
      fill(x + w - 2, y, 2, h, colour);
    },
    text: (x, y, text, colour, scale = 1) => {
      let at = x;
      for (const character of text) {
        glyph(at, y, character, colour, scale);
        at += 6 * scale;
      }
      return at;
    },
    toPng: () => encodePng(canvas),
  };
  return canvas;
}

/** Five columns for each of the characters from space to `~`, the lowest bit on top. */
const font = Buffer.from(
  [
    '000000000000005f00000007000700147f147f14242a7f2a12', // !"#$
    '231308646236495620500008070300001c2241000041221c00', // %&'()
    '2a1c7f1c2a08083e0808008070300008080808080000606000', // *+,-.
    '20100804023e5149453e00427f400072494949462141494d33', // /0123
    '1814127f1027454545393c4a49493141211109073649494936', // 45678
    '464949291e0000140000004034000000081422411414141414', // 9:;<=
    '004122140802015909063e415d594e7c1211127c7f49494936', // >?@AB
    '3e414141227f4141413e7f494949417f090909013e41415173', // CDEFG
    '7f0808087f00417f41002040413f017f081422417f40404040', // HIJKL
    '7f021c027f7f0408107f3e4141413e7f090909063e4151215e', // MNOPQ
    '7f09192946264949493203017f01033f4040403f1f2040201f', // RSTUV
    '3f4038403f631408146303047804036159494d43007f414141', // WXYZ[
    '0204081020004141417f040201020440404040400003070800', // \]^_`
    '20545478407f284444383844444428384444287f3854545418', // abcde
    '00087e090218a4a49c787f0804047800447d40002040403d00', // fghij
    '7f1028440000417f40007c047804787c080404783844444438', // klmno
    'fc1824241818242418fc7c08040408485454542404043f4424', // pqrst
    '3c4040207c1c2040201c3c4030403c44281028444c9090907c', // uvwxy
    '4464544c440008364100000077000000413608000201020402', // z{|}~
  ].join(''),
  'hex',
);

const unknownGlyph = Buffer.from('7f4141417f', 'hex');

function glyphOf(character: string): Buffer {
  const index = (character.codePointAt(0) ?? 0) - 32;
  if (index < 0 || index > 94) return unknownGlyph;
  return font.subarray(index * 5, index * 5 + 5);
}
