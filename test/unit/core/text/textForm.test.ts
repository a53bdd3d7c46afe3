import assert from 'node:assert/strict';
import { taskViewOf } from '../../../../src/core/details/detailsView';
import { taskMarkdown } from '../../../../src/core/formats/taskMarkdown';
import { taskText } from '../../../../src/core/formats/taskText';
import { aDetails } from '../../../fakes/fakeCloud';
import { textFormOf, unfenced, editorTextOf } from '../../../../src/core/text/textForm';

const fence = '```';

describe('a table of Markdown', () => {
  for (const table of [
    '| pool | hours |\n|---|---|\n| Auster | 6–22 |',
    'pool | hours\n:-- | --:\nAuster | 6–22',
    'The pools:\n\n| a | b | c |\n| - | :-: | - |\r\n| 1 | 2 | 3 |',
  ])
    it(`is Markdown by itself: ${JSON.stringify(table)}`, () => {
      assert.equal(textFormOf(table), 'markdown');
    });

  it('is not made by a line of dashes or bars', () => {
    for (const text of ['a\n---\nb', '---|', 'a | b\nc | d', '- | not -- this', '|---|\n'])
      assert.equal(textFormOf(text), 'plaintext', text);
  });

  // Of as many as are looked at: a test has no time for what takes a power of the length.
  it('is looked for in no time', () => {
    const texts = ['-', '|', '|-', ' ', '| ', ':-|'].map((part) => part.repeat(6000));
    texts.push(`-|-${' '.repeat(19_900)}`);
    for (let time = 0; time < 50; time++)
      for (const text of texts) assert.equal(textFormOf(`${text}x`), 'plaintext');
  });
});

describe('an output in a code fence', () => {
  const json = '{\n  "price": 12345678901234567890\n}';
  const paused: readonly (readonly [string, string, string])[] = [
    ['JSON', `${fence}json\n${json}\n${fence}`, json],
    ['JSON, with blanks around', `\n  ${fence}json  \n${json}\n${fence}\n\n`, json],
    ['JSON, in other line ends', `${fence}json\r\n[1,\r\n2]\r\n${fence}`, '[1,\r\n2]'],
    ['JSON in capitals', `${fence}JSON\n[1]\n${fence}`, '[1]'],
    ['JSON without a word for it', `${fence}\n${json}\n${fence}`, json],
    ['a list without a word for it', `${fence}\n[1, 2]\n${fence}`, '[1, 2]'],
    ['JSON in tildes', `~~~json\n${json}\n~~~`, json],
    ['JSON in a longer fence', `${fence}${fence}json\n"\`\`\`"\n${fence}${fence}`, '"```"'],
    ['Markdown', `${fence}markdown\n# Title\n\nWords.\n${fence}`, '# Title\n\nWords.'],
    ['Markdown in short', `${fence}md\nWords.\n${fence}`, 'Words.'],
    ['Markdown without a word for it', `${fence}\n# Title\n${fence}`, '# Title'],
    ...['text', 'txt', 'plaintext'].map(
      (word) =>
        [`Markdown called ${word}`, `${fence}${word}\n# Title\n${fence}`, '# Title'] as const,
    ),
  ];
  for (const [what, text, content] of paused)
    it(`is what it holds: ${what}`, () => {
      assert.equal(unfenced(text), content);
    });

  const others: readonly (readonly [string, string])[] = [
    ['code', `${fence}python\n# a comment\nprint(1)\n${fence}`],
    ['plain words', `${fence}\na   b\nc   d\n${fence}`],
    ['words before it', `Here:\n${fence}json\n[1]\n${fence}`],
    ['words after it', `${fence}json\n[1]\n${fence}\nDone.`],
    ['two of them', `${fence}json\n[1]\n${fence}\n${fence}json\n[2]\n${fence}`],
    ['one that is not ended', `${fence}json\n[1]\n`],
    ['one ended by a shorter one', `${fence}\`json\n[1]\n${fence}`],
    ['one in one line', `${fence}json [1] ${fence}`],
    ['an empty one', `${fence}\n${fence}`],
    ['an empty one of JSON', `${fence}json\n${fence}`],
    ['a blank one', `${fence}md\n\n${fence}`],
    ['one that ends at once', `${fence}json\n${fence}\n[1]\n${fence}`],
    ['words in brackets', `${fence}\n[see below]\n${fence}`],
    ['a fence alone', fence],
    ['no text', ''],
  ];
  for (const [what, text] of others)
    it(`stays as it is: ${what}`, () => {
      assert.equal(unfenced(text), text);
    });

  it('is Markdown, as that shows code, where it is code', () => {
    assert.equal(textFormOf(`${fence}python\nprint(1)\n${fence}`), 'markdown');
    assert.equal(textFormOf(`${fence}\na   b\n${fence}`), 'markdown');
    assert.equal(textFormOf(`${fence}\na   b\n`), 'plaintext');
  });

  it('is a tree on the page, its digits kept', () => {
    const { output } = taskViewOf(aDetails('1', { output: `${fence}json\n${json}\n${fence}` }));
    assert.deepEqual(output, { form: 'json', text: json, isCut: false });
  });

  it('is laid out in what is exported', () => {
    const task = aDetails('1', { output: `${fence}json\n{"a":[1.10]}\n${fence}` });
    assert.match(taskMarkdown(task), /## Output\n\n```json\n\{\n {2}"a": \[\n {4}1\.10\n/u);
    assert.match(taskText(task), /Output\n {2}\{\n {4}"a": \[\n {6}1\.10\n/u);
  });

  it('is Markdown with the head of a table, but for one that goes on in blanks and a word', () => {
    // Of a longer one only the beginning is read. What takes a power of its length does not end in time.
    for (let blanks = 19_900; blanks < 19_990; blanks++)
      assert.equal(textFormOf(`|-|-${' '.repeat(blanks)}x`), 'plaintext');
    for (const rule of ['|-|-|', '|-|- |  ', '--- | :-: ', ':-|-:'])
      assert.equal(textFormOf(`a | b\n${rule}\n1 | 2`), 'markdown', rule);
  });

  // What takes a power of the length does not end within the time that a test has.
  it('is read for ten megabytes', () => {
    const body = `${fence}\n`.repeat(2_500_000);
    for (const text of [body, `${fence}json\n[${'1,'.repeat(5_000_000)}1]\n${fence}`])
      assert.ok(unfenced(text).length > 9_000_000);
    assert.equal(unfenced('\n'.repeat(10_000_000)).length, 10_000_000);
    const blanks = `${fence}${' '.repeat(1_000_000)}`;
    for (const text of [`${blanks}.`, `${blanks}a b`, `${blanks}\r`])
      assert.equal(unfenced(`${text}\u0001`), `${text}\u0001`);
    assert.equal(unfenced(`${blanks}json${' '.repeat(1_000_000)}\n[]\n${fence}`), '[]');
  });
});

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
