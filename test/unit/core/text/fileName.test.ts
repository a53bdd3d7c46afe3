import assert from 'node:assert/strict';
import { safeFileName } from '../../../../src/core/text/fileName';

describe('safeFileName', () => {
  const cases: readonly (readonly [given: string, safe: string])[] = [
    ['report.csv', 'report.csv'],
    ['Bericht über Äpfel.pdf', 'Bericht über Äpfel.pdf'],
    ['報告 📈.xlsx', '報告 📈.xlsx'],
    ['../../.bashrc', 'bashrc'],
    ['/etc/passwd', 'passwd'],
    ['..\\..\\Windows\\system.ini', 'system.ini'],
    ['C:\\Users\\a\\b.txt', 'b.txt'],
    ['C:evil.txt', 'evil.txt'],
    ['folder/', 'folder'],
    ['..', 'file'],
    ['.', 'file'],
    ['', 'file'],
    ['   ', 'file'],
    ['/', 'file'],
    ['a\0b.txt', 'ab.txt'],
    ['a\u0007b\u001b[31m.txt', 'ab[31m.txt'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['a\u200Bb.txt', 'ab.txt'],
    ['ab:c.txt', 'ab_c.txt'],
    ['what?*<>|".txt', 'what______.txt'],
    ['CON', '_CON'],
    ['con.txt', '_con.txt'],
    ['LPT1.log', '_LPT1.log'],
    ['NUL.tar.gz', '_NUL.tar.gz'],
    ['console.log', 'console.log'],
    ['trailing.txt. . .', 'trailing.txt'],
    ['.hidden', 'hidden'],
    ['report..pdf', 'report..pdf'],
    ['Invoice .pdf', 'Invoice .pdf'],
    ['a  \n b.txt', 'a b.txt'],
    ['\uD800lone.txt', 'lone.txt'],
  ];
  for (const [given, safe] of cases)
    it(`makes ${JSON.stringify(safe)} of ${JSON.stringify(given)}`, () => {
      assert.equal(safeFileName(given), safe);
    });

  it('keeps the extension of a name that is too long, and no half of a character', () => {
    const name = safeFileName(`${'日'.repeat(300)}.json`);
    assert.ok(Buffer.byteLength(name) <= 200);
    assert.match(name, /^日+\.json$/u);
  });

  const lengths: readonly (readonly [name: string, given: string, safe: string])[] = [
    ['as long as may be', 'a'.repeat(200), 'a'.repeat(200)],
    ['one byte longer', 'a'.repeat(201), 'a'.repeat(200)],
    ['with an extension', `${'a'.repeat(300)}.json`, `${'a'.repeat(195)}.json`],
    ['of characters of two bytes', 'é'.repeat(300), 'é'.repeat(100)],
    ['of characters of three bytes', '日'.repeat(300), '日'.repeat(66)],
    ['of characters of four bytes', '😀'.repeat(300), '😀'.repeat(50)],
    [
      'with the longest extension',
      `${'a'.repeat(300)}.${'b'.repeat(15)}`,
      `${'a'.repeat(184)}.${'b'.repeat(15)}`,
    ],
    [
      'with what is no extension for its length',
      `${'a'.repeat(300)}.${'b'.repeat(16)}`,
      'a'.repeat(200),
    ],
    ['with a dot far before its end', `a.${'b'.repeat(300)}`, `a.${'b'.repeat(198)}`],
    [
      'whose cut leaves blanks and dots at the end',
      `${'a'.repeat(190)} . .. ${'b'.repeat(100)}.json`,
      `${'a'.repeat(190)}.json`,
    ],
    ['with blanks within', `${'a b'.repeat(100)}.txt`, `${'a b'.repeat(65)}a.txt`],
  ];
  for (const [name, given, safe] of lengths)
    it(`shortens a name ${name}`, () => {
      assert.equal(safeFileName(given), safe);
    });

  it('counts the bytes of each kind of character', () => {
    for (const [character, bytes] of [
      ['\u007f', 0],
      ['\u0080', 0],
      ['~', 1],
      ['¡', 2],
      ['\u07ff', 2],
      ['\u0800', 3],
      ['\uffee', 3],
      ['\u{10000}', 4],
    ] as const) {
      const name = safeFileName(character.repeat(300));
      assert.equal(
        Buffer.byteLength(name),
        bytes === 0 ? 4 : Math.floor(200 / bytes) * bytes,
        character,
      );
    }
  });

  it('is never empty and never leaves the folder, whatever it is given', () => {
    const pieces = ['..', '/', '\\', '.', ' ', 'C:', '\0', '\u202E', 'a', 'NUL', ':', '~', '日'];
    for (const a of pieces)
      for (const b of pieces)
        for (const c of pieces) {
          const name = safeFileName(a + b + c);
          assert.notEqual(name, '');
          assert.doesNotMatch(name, /[/\\\0:]|^\.|\.$|^\s|\s$/u);
        }
  });

  // What takes a power of the length does not end within the time that a test has.
  it('is made of a megabyte', () => {
    for (const gap of ['.', '. '])
      assert.equal(safeFileName(`a${gap.repeat(1_000_000)}b.txt`), 'a.txt');
  });

  it('takes the given name where nothing is left', () => {
    assert.equal(safeFileName('...', 'log'), 'log');
  });
});
