import assert from 'node:assert/strict';
import { editorTextOf } from '../../../../src/core/text/editorLanguage';

const languageOf = (text: string) => editorTextOf(text).language;

describe('the language of an untrusted text in an editor', () => {
  it('is what the text is', () => {
    assert.equal(languageOf('{"a":1}'), 'json');
    assert.equal(languageOf('# Title\n\n[link](https://example.com/a?b=c)\n'), 'markdown');
    assert.equal(languageOf('# Times\n\n- at 10:30\n- note: none\n'), 'markdown');
    assert.equal(languageOf('Just words.'), 'plaintext');
    assert.equal(languageOf('[1]'), 'json');
    assert.equal(languageOf('# To do:'), 'markdown');
    assert.equal(languageOf('# A\n\nhttp://a.example and HTTPS://b.example'), 'markdown');
    for (const code of ['&#1114112;', '&#x110000;', '&#9999999;', '&#1114111;'])
      assert.equal(languageOf(`# A\n\n${code}`), 'markdown');
  });

  for (const json of [
    '{"$schema":"https://tracker.example/s.json"}',
    '{"a":1,"\\u0024schema":"https://tracker.example/s.json"}',
  ])
    it(`lets no schema be fetched: ${json}`, () => {
      assert.equal(languageOf(json), 'plaintext');
    });

  for (const link of [
    '[a](command:workbench.action.quit)',
    '[a](COMMAND:workbench.action.quit)',
    '[a](&#99;ommand:workbench.action.quit)',
    '[a](command&#58;workbench.action.quit)',
    '[a](command&#x3a;workbench.action.quit)',
    '[a](command&colon;workbench.action.quit)',
    '[a](command\\:workbench.action.quit)',
    '[a](command&#58workbench.action.quit)',
    '[a](command&#x3aworkbench.action.quit)',
    '[a](command&#x3Aworkbench.action.quit)',
    '[a](command&colonworkbench.action.quit)',
    '[a](command%3Aworkbench.action.quit)',
    '<command:workbench.action.quit>',
    '[a]: command:workbench.action.quit',
    '[a](vscode://file/etc/passwd)',
    '[a](file:///etc/passwd)',
    '<a href="javascript:alert(1)">a</a>',
  ])
    it(`makes no live link of ${link}`, () => {
      assert.equal(languageOf(`# Title\n\n${link}\n`), 'plaintext');
    });
});

describe('editorTextOf', () => {
  it('lays JSON out and leaves other text as it is', () => {
    assert.deepEqual(editorTextOf('{"a":1}'), { content: '{\n  "a": 1\n}', language: 'json' });
    assert.deepEqual(editorTextOf('a  b'), { content: 'a  b', language: 'plaintext' });
    const markdown = '# Title\n\n- one';
    assert.deepEqual(editorTextOf(markdown), { content: markdown, language: 'markdown' });
  });

  it('lets no schema be fetched', () => {
    assert.equal(editorTextOf('{"$schema":"https://tracker.example/"}').language, 'plaintext');
  });

  // What takes a power of the length does not end within the time that a test has.
  it('is there for megabytes of any kind', () => {
    const entries = Array.from({ length: 20_000 }, (_, id) => ({
      id,
      name: `entry ${id}`,
      on: true,
    }));
    assert.equal(editorTextOf(JSON.stringify(entries)).language, 'json');
    assert.equal(editorTextOf('W'.repeat(1_000_000)).language, 'plaintext');
    assert.equal(editorTextOf('# a\n'.repeat(250_000)).content.length, 1_000_000);
  });
});
