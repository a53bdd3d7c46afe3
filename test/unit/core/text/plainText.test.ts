import assert from 'node:assert/strict';
import { formatJson } from '../../../../src/core/text/formatJson';
import { manyLines } from '../../../../src/core/text/plainText';
import { textFormOf } from '../../../../src/core/text/textForm';

describe('manyLines', () => {
  it('keeps lines, tabs, emoji and the joiners of scripts', () => {
    const text = 'a\tb\n👩‍👩‍👧 می‌خواهم 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}';
    assert.equal(manyLines(text), text);
  });

  it('makes line ends one', () => {
    assert.equal(manyLines('a\r\nb\rc\n'), 'a\nb\nc\n');
  });

  it('takes out what turns the direction of text or hides in it', () => {
    assert.equal(manyLines('a\u202Eb\u2066c\u200Bd\uFEFFe\u{E0041}f\u061Cg'), 'abcdefg');
  });

  it('makes control characters visible', () => {
    assert.equal(manyLines('\u001b[31mred\u0000\u001f \u007f\u009b'), '␛[31mred␀␟ ␡\uFFFD');
  });
});

describe('textFormOf', () => {
  it('knows JSON by its being JSON', () => {
    assert.equal(textFormOf(' {"a": 1}\n'), 'json');
    assert.equal(textFormOf('[1, 2]'), 'json');
    assert.equal(textFormOf('[see below]'), 'plaintext');
    assert.equal(textFormOf('42'), 'plaintext');
  });

  it('knows Markdown by its marks', () => {
    assert.equal(textFormOf('# Title\n\nWords.'), 'markdown');
    assert.equal(textFormOf('- one\n- **two**'), 'markdown');
    assert.equal(textFormOf('The price is 5 * 3 - 2.'), 'plaintext');
  });
});

describe('textFormOf, mark by mark', () => {
  // Each is one mark: with a bold word it makes Markdown, and alone it does not.
  const bold = 'Some **bold** words';
  const marks: readonly string[] = [
    '- item',
    '* item',
    '+ item',
    '   - item',
    '1. item',
    '12) item',
    '   3. item',
    '```',
    '  ```ts',
    '| a | b |',
    '| a | b |  ',
    '||',
    '[the shop](https://a.example/x)',
    '[x](http://a.example)',
  ];
  for (const mark of marks)
    it(`counts ${JSON.stringify(mark)}`, () => {
      assert.equal(textFormOf(`${bold}\n${mark}`), 'markdown');
      assert.equal(textFormOf(`Words\n${mark}`), 'plaintext');
    });

  const plainTexts: readonly string[] = [
    'a - item',
    'x- item',
    'xx* item',
    '-5',
    '-  two blanks',
    '    - deep, as code is',
    'In 1. item',
    'x1. item',
    'ab. item',
    '1, item',
    '1.5',
    '1.  two blanks',
    'code ``` here',
    'x```',
    '    ```',
    'a | b |',
    '| a | b',
    '| a | b | c',
    '[](https://a.example)',
    '[x](ftp://a.example)',
    '[x](https:)',
    '[x](https: //a.example)',
    '[a\nb](https://a.example)',
  ];
  for (const text of plainTexts)
    it(`does not count ${JSON.stringify(text)}`, () => {
      assert.equal(textFormOf(`${bold}\n${text}`), 'plaintext');
    });

  it('takes one heading for enough, of six levels, at the beginning of a line', () => {
    for (const heading of ['# One', '###### Six', 'Words\n## Two'])
      assert.equal(textFormOf(heading), 'markdown');
    for (const text of ['####### Seven', '#hashtag', '#  blanks', 'C# is', 'x # y'])
      assert.equal(textFormOf(text), 'plaintext', text);
  });

  it('looks at the beginning of a long text', () => {
    assert.equal(textFormOf(`${'w'.repeat(19_990)}\n# Title`), 'markdown');
    assert.equal(textFormOf(`${'w'.repeat(20_000)}\n# Title`), 'plaintext');
  });
});

describe('formatJson', () => {
  it('lays out objects and arrays', () => {
    assert.equal(
      formatJson('{"a":[1,{"b":null}],"c":{},"d":[ ]}'),
      '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {},\n  "d": []\n}',
    );
  });

  it('agrees with JSON.stringify on what that can say', () => {
    const value = { text: 'a "quoted" \\ {not:a,[bracket]}', n: [-1.5, true, [], [[]], {}, ''] };
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, '\t')])
      assert.equal(formatJson(text), JSON.stringify(value, null, 2));
  });

  it('keeps numbers, repeated keys and escapes as they were written', () => {
    const text = '{"id":12345678901234567890,"x":1.10,"x":1e400,"\\u0041":"\\u202e"}';
    const formatted = formatJson(text);
    assert.equal(formatted?.replace(/\s/gu, ''), text);
  });

  it('leaves alone what is no JSON, no container, or too deep', () => {
    assert.equal(formatJson('{"a":'), undefined);
    assert.equal(formatJson('"text"'), undefined);
    assert.equal(formatJson('words'), undefined);
    assert.equal(formatJson('['.repeat(65) + ']'.repeat(65)), undefined);
    assert.equal(formatJson('['.repeat(200_000) + ']'.repeat(200_000)), undefined);
    assert.notEqual(formatJson('['.repeat(64) + ']'.repeat(64)), undefined);
  });

  it('takes megabytes in one string', () => {
    const text = JSON.stringify({ word: `${'w'.repeat(5_000_000)}\\"` });
    assert.ok((formatJson(text)?.length ?? 0) > 5_000_000);
  });
});
