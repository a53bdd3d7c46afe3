import assert from 'node:assert/strict';
import { formatJson } from '../../../../src/core/text/formatJson';
import { outputLinks, linkPlace, textPieces } from '../../../../src/core/text/outputLinks';
import { shorten } from '../../../../src/core/text/shorten';

describe('outputLinks', () => {
  it('gives each link once, in the order of appearance', () => {
    const text = 'See https://b.example/2 and https://a.example/1, then https://b.example/2 again.';
    assert.deepEqual(outputLinks(text), ['https://b.example/2', 'https://a.example/1']);
  });

  it('takes two spellings of one address for one link', () => {
    assert.deepEqual(outputLinks('HTTPS://A.example https://a.example/'), ['https://a.example/']);
  });

  const texts: readonly (readonly [string, string])[] = [
    ['(see https://a.example/x).', 'https://a.example/x'],
    ['https://a.example/wiki/Go_(game)!', 'https://a.example/wiki/Go_(game)'],
    ['[a](https://a.example/x)', 'https://a.example/x'],
    ['<https://a.example/x>', 'https://a.example/x'],
    ['**https://a.example/x**', 'https://a.example/x'],
    ['"https://a.example/x"', 'https://a.example/x'],
    ['https://a.example/x?q=1&r=2#s, or not', 'https://a.example/x?q=1&r=2#s'],
    ['https://a.example/K\u00f6ln', 'https://a.example/K%C3%B6ln'],
    ['https://a.example/x\u202Egpj', 'https://a.example/x'],
    ['https://a.example/x\u001b[31m', 'https://a.example/x'],
  ];
  for (const [text, link] of texts)
    it(`finds the link in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(outputLinks(text), [link]);
    });

  const none: readonly string[] = [
    'javascript:alert(1)',
    'command:workbench.action.quit',
    'file:///etc/passwd',
    'https://user:secret@a.example/',
    'https://',
    'https://[',
    'xhttps://a.example/',
    'data:text/html,<script>1</script>',
    `https://a.example/${'a'.repeat(10_000)}`,
  ];
  for (const text of none)
    it(`finds no link in ${JSON.stringify(text.slice(0, 50))}`, () => {
      assert.deepEqual(outputLinks(text), []);
    });

  it('finds the same links in a text and in the beginning that a page has of it', () => {
    for (let length = 98_880; length < 100_020; length += length < 99_020 ? 1 : 97) {
      const text = `https://a.example/1 ${'x'.repeat(length - 20)} https://b.example/${'y'.repeat(60)} https://c.example`;
      assert.deepEqual(outputLinks(shorten(text, 100_000)), outputLinks(text), `at ${length}`);
      for (const link of outputLinks(text)) assert.match(link, /\/1$|y{60}$|c\.example\/$/u);
    }
  });

  it('finds the same links in JSON and in its laid out form', () => {
    const json = JSON.stringify({ first: 'https://a.example/1', all: ['https://b.example/"2"'] });
    assert.deepEqual(outputLinks(formatJson(json) ?? ''), outputLinks(json));
    assert.equal(outputLinks(json).length, 2);
  });

  it('yields at most 500 links, however many there are', () => {
    const text = Array.from({ length: 2000 }, (_, index) => `https://a.example/${index}`).join(' ');
    assert.equal(outputLinks(text).length, 500);
  });

  // What takes a power of the length does not end within the time that a test has.
  it('is done with ten megabytes that are made to keep it busy', () => {
    for (const piece of ['http://', 'https://a(', 'a', '(', 'https://a.example/.,;:']) {
      const text = piece.repeat(Math.ceil(10_000_000 / piece.length));
      assert.ok(outputLinks(text).length <= 500, piece);
    }
  });
});

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
