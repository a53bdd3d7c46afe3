import assert from 'node:assert/strict';
import { imageTypeOf } from '../../../../src/core/text/imageType';

describe('imageTypeOf', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

  it('tells the four kinds by their first bytes', () => {
    assert.equal(imageTypeOf(bytes('\x89PNG\r\n\x1a\n…')), 'image/png');
    assert.equal(imageTypeOf(bytes('\xff\xd8\xff\xe0JFIF')), 'image/jpeg');
    assert.equal(imageTypeOf(bytes('RIFF\x10\0\0\0WEBPVP8 ')), 'image/webp');
    assert.equal(imageTypeOf(bytes('GIF89a…')), 'image/gif');
    assert.equal(imageTypeOf(bytes('GIF87a…')), 'image/gif');
  });

  for (const text of [
    '',
    '\x89PN',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<!DOCTYPE html><script>alert(1)</script>',
    '{"detail":"expired"}',
    'RIFF\x10\0\0\0WAVEfmt ',
    'LIST\x10\0\0\0WEBPVP8 ',
    'GIF90a',
    'GIF89b',
    'GIF88a',
    'JIF89a',
    'GIFF9a',
    'BM\x36\0\0\0',
  ])
    it(`knows no picture in ${JSON.stringify(text.slice(0, 24))}`, () => {
      assert.equal(imageTypeOf(bytes(text)), undefined);
    });
});
