import assert from 'node:assert/strict';
import { linkPlace, textPieces } from '../../../../src/core/text/linkedText';
import { outputLinks } from '../../../../src/core/text/outputLinks';

function pieces(text: string) {
  return textPieces(text, outputLinks(text)).map((piece) =>
    piece.link ? [piece.text, piece.link.index] : piece.text,
  );
}

describe('textPieces', () => {
  it('finds links where they stand, named by their place among all', () => {
    assert.deepEqual(
      pieces('See https://a.example/x, http://b.example (and https://a.example/x).'),
      [
        'See ',
        ['https://a.example/x', 0],
        ', ',
        ['http://b.example', 1],
        ' (and ',
        ['https://a.example/x', 0],
        ').',
      ],
    );
  });

  it('leaves as text what may not be opened', () => {
    for (const text of [
      'javascript:alert(1)',
      'command:workbench.action.quit',
      'file:///etc/passwd',
      'https://user:pass@a.example/',
      'nothing at all',
      '',
    ])
      assert.deepEqual(pieces(text), [text]);
  });

  it('knows no link but those of the whole text', () => {
    assert.deepEqual(textPieces('https://b.example', ['https://a.example/']), [
      { text: 'https://b.example' },
    ]);
  });

  it('gives a text that is a link, or ends with one, no empty piece', () => {
    assert.deepEqual(pieces('https://a.example/x'), [['https://a.example/x', 0]]);
    assert.deepEqual(pieces('See https://a.example/x'), ['See ', ['https://a.example/x', 0]]);
    assert.deepEqual(pieces('https://a.example/x is it'), [['https://a.example/x', 0], ' is it']);
  });

  it('ends a link where the sentence goes on', () => {
    assert.deepEqual(pieces('`https://a.example/x`, or'), [
      '`',
      ['https://a.example/x', 0],
      '`, or',
    ]);
    assert.deepEqual(pieces("'https://a.example/x'!"), ["'", ['https://a.example/x', 0], "'!"]);
    assert.deepEqual(pieces('(https://a.example/x)'), ['(', ['https://a.example/x', 0], ')']);
    assert.deepEqual(pieces('https://a.example/x...'), [['https://a.example/x', 0], '...']);
    const marks = '!'.repeat(20);
    assert.deepEqual(pieces(`https://a.example/x${marks}`), [['https://a.example/x', 0], marks]);
  });

  it('loses nothing, whatever the text', () => {
    const texts = [
      'https://https://a.example',
      'https://a.example/!!!!!!!!!!!!!!!!!!!!!!!!',
      'https://a.example/(b)_(c)) d',
      '"https://a.example/","https://b.example/"',
      `https://a.example/${'x'.repeat(9000)}`,
      '[x](https://a.example/y) **https://b.example/**',
      'a\u202Ehttps://a.example/\u202Eb',
    ];
    for (const text of texts) {
      const found = textPieces(text, outputLinks(text));
      assert.equal(found.map((piece) => piece.text).join(''), text);
    }
  });
});

describe('linkPlace', () => {
  it('finds an address among the links, however it is written', () => {
    assert.deepEqual(linkPlace('HTTPS://A.example', ['https://b.example/', 'https://a.example/']), {
      url: 'https://a.example/',
      index: 1,
    });
    assert.equal(linkPlace('javascript:alert(1)', ['https://a.example/']), undefined);
    assert.equal(linkPlace('https://c.example', ['https://a.example/']), undefined);
  });
});
