import { deflateSync } from 'node:zlib';

/** A picture of indexed colours: one byte for each pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** Up to 256 colours as `0xRRGGBB`. */
  readonly palette: readonly number[];
}

/** @see https://www.w3.org/TR/png-3/ */
export function encodePng(picture: Picture): Buffer {
  return Buffer.concat([
    signature,
    header(picture),
    palette(picture),
    chunk('IDAT', compressedRows(picture)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * An animated PNG, which viewers without animation show as its first picture.
 * All pictures are of one size and share the first one's palette.
 * @throws {Error} without a picture.
 */
export function encodeAnimatedPng(pictures: readonly Picture[], frameMs: number): Buffer {
  const [first, ...others] = pictures;
  if (!first) throw new Error('An animation has at least one picture.');
  let sequence = 0;
  const frameControl = (picture: Picture): Buffer => {
    const data = Buffer.alloc(26);
    data.writeUInt32BE(sequence++, 0);
    data.writeUInt32BE(picture.width, 4);
    data.writeUInt32BE(picture.height, 8);
    data.writeUInt16BE(frameMs, 20);
    data.writeUInt16BE(1_000, 22);
    return chunk('fcTL', data);
  };
  const frameData = (picture: Picture): Buffer => {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sequence++, 0);
    return chunk('fdAT', Buffer.concat([number, compressedRows(picture)]));
  };
  const control = Buffer.alloc(8);
  control.writeUInt32BE(pictures.length, 0);
  return Buffer.concat([
    signature,
    header(first),
    palette(first),
    chunk('acTL', control),
    frameControl(first),
    chunk('IDAT', compressedRows(first)),
    ...others.flatMap((picture) => [frameControl(picture), frameData(picture)]),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function header({ width, height }: Picture): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  // Eight bits for each pixel, which are an index into the palette.
  data.set([8, 3, 0, 0, 0], 8);
  return chunk('IHDR', data);
}

function palette({ palette: colours }: Picture): Buffer {
  return chunk(
    'PLTE',
    Buffer.from(colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])),
  );
}

function compressedRows({ width, height, pixels }: Picture): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    // The byte before each row names its filter: none.
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  return deflateSync(rows);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}
