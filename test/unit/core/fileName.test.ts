import assert from 'node:assert/strict';
import { safeFileName } from '../../../src/core/fileName';

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

  it('takes the given name where nothing is left', () => {
    assert.equal(safeFileName('...', 'log'), 'log');
  });
});
