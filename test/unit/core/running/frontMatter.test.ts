import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import type { WrittenValue } from '../../../../src/core/running/runFields';
import { readFrontMatter } from '../../../../src/core/running/frontMatter';

const yaml = createRequire(import.meta.url)('js-yaml') as {
  readonly FAILSAFE_SCHEMA: object;
  load(text: string, options: { readonly schema: object }): unknown;
};

const read = (...lines: readonly string[]) =>
  readFrontMatter(['---', ...lines, '---', 'Body'].join('\n'));

function plain(value: WrittenValue): unknown {
  return value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, string>) : value;
}

function valuesOf(...lines: readonly string[]): Record<string, unknown> {
  const { entries, problems } = read(...lines);
  assert.deepEqual(problems, []);
  return Object.fromEntries(entries.map(({ name, value }) => [name, plain(value)]));
}

describe('front matter', () => {
  it('is read as YAML reads it, with every value a text', () => {
    const values = valuesOf(
      '# What it costs',
      'model: gpt-5.4-mini   # cheap',
      'maxSteps: 50',
      'startUrl: https://example.com/a#b',
      "single: 'it''s # no comment'",
      'double: "a\\tb: \\u00e4"',
      '',
      'allowedDomains: # two',
      '  - example.com ',
      '  # the other one',
      '  -   "*.example.org"',
      '',
      'flush:',
      '- one',
      '- two',
      "flow: [a, \"b, c\", 'd' , 'e, f']  # three",
      "quotes: ['it''s', \"\"]",
      'metadata :',
      '  team: search  # ours',
      '  "a b" :  "1.10"',
      '  under_score.d-1: x',
      'judge: true',
      'quoted: "a"  # why',
    );
    assert.deepEqual(values, {
      model: 'gpt-5.4-mini',
      maxSteps: '50',
      startUrl: 'https://example.com/a#b',
      single: "it's # no comment",
      double: 'a\tb: ä',
      allowedDomains: ['example.com', '*.example.org'],
      flush: ['one', 'two'],
      flow: ['a', 'b, c', 'd', 'e, f'],
      quotes: ["it's", ''],
      metadata: { team: 'search', 'a b': '1.10', 'under_score.d-1': 'x' },
      judge: 'true',
      quoted: 'a',
    });
  });

  it('is absent where a file does not begin with its line, and must be closed', () => {
    assert.deepEqual(readFrontMatter('Buy milk\n---\na: b\n---\n'), {
      entries: [],
      problems: [],
      body: 'Buy milk\n---\na: b\n---\n',
    });
    const open = readFrontMatter('---\nmodel: x\n\nBuy milk');
    assert.match(open.problems[0]?.text ?? '', /has no end/u);
    assert.deepEqual(open.entries, []);
    assert.equal(open.endLine, undefined);
    // Half a front matter never becomes a prompt.
    assert.equal(open.body, '');
    const windows = readFrontMatter('---\r\nmodel: x\r\n---\r\nBuy\r\nmilk');
    assert.deepEqual(
      windows.entries.map(({ value }) => value),
      ['x'],
    );
    assert.equal(windows.body, 'Buy\nmilk');
    assert.equal(readFrontMatter('---\t \na: b\n--- x\n---\nBuy').problems.length, 1);
    for (const text of ['x---\na: b\n---\n', '---x\na: b\n---\n'])
      assert.equal(readFrontMatter(text).body, text);
  });

  it('may stand over a prompt with lines longer than any option’s', () => {
    const prompt = 'x'.repeat(3000);
    const { body, problems } = readFrontMatter(`---\nmodel: a\n---\n${prompt}`);
    assert.deepEqual([body, problems], [prompt, []]);
    assert.deepEqual(read(`model: ${'x'.repeat(1993)}`).problems, []);
    assert.deepEqual(read('model: a', `startUrl: ${prompt}`).entries, [], 'of a long one, nothing');
  });

  it('says what it cannot read, and where, rather than guess', () => {
    const refused: readonly [readonly string[], RegExp, number][] = [
      [['model'], /written as `name: value`/u, 1],
      [['model:x'], /written as `name: value`/u, 1],
      [['  model: x'], /written as `name: value`/u, 1],
      [['model:'], /has no value/u, 1],
      [['model: ~'], /has no value/u, 1],
      [['model: null  # none'], /has no value/u, 1],
      [['files: [~]'], /has no value/u, 1],
      [['files:', '  - '], /has no value/u, 2],
      [['files:', '  - a', '  -b'], /no pair: a pair is written as `name: value`/u, 3],
      [['files:', '  - a', '  x - b'], /no pair/u, 3],
      [['metadata:', '  team'], /no pair/u, 2],
      [['metadata:', '  team:search'], /no pair/u, 2],
      [['metadata:', '  "a\\q": b'], /no pair/u, 2],
      [['metadata:', '  - "a": b', '  c: d'], /needs quotes/u, 2],
      [['metadata:', '  a:', '  b: c'], /has no value/u, 2],
      [['model! : x'], /written as `name: value`/u, 1],
      [['model: "a"# b'], /needs quotes/u, 1],
      [['files: [a] b'], /A list in one line/u, 1],
      [['files: [a]# b'], /A list in one line/u, 1],
      [["model: 'a' b"], /needs quotes/u, 1],
      [['model: a', 'model: b'], /model is written twice/u, 2],
      [['prompt: |', '  Buy milk'], /written in one line/u, 1],
      [['model: a: b'], /needs quotes/u, 1],
      [['model: *anchor'], /needs quotes/u, 1],
      [['model: {a: b}'], /needs quotes/u, 1],
      [['model: "a" b'], /needs quotes/u, 1],
      [['model: "\\q"'], /escape/u, 1],
      [['files: [a, b'], /A list in one line/u, 1],
      [['files: [a, [b]]'], /A list in one line/u, 1],
      [['files:', '  - a', '   - b'], /begin in the same column/u, 3],
      [['files:', '\t- a'], /begin in the same column/u, 2],
      [['metadata:', '  - a', '  b: c'], /a list in part/u, 1],
      [['metadata:', '  b: c', '  b: d'], /b is written twice/u, 3],
      [[`model: ${'x'.repeat(3000)}`], /too long/u, 1],
    ];
    for (const [lines, expected, line] of refused) {
      const { problems, body } = read(...lines);
      const [first] = problems;
      assert.match(first?.text ?? '', expected, lines.join('\n'));
      assert.equal(first?.place.line, line, lines.join('\n'));
      assert.equal(body, 'Body');
    }
  });

  it('reads each option beside one that it cannot read', () => {
    const { entries, problems } = read(
      'model: a: b',
      'maxSteps: 3',
      'files: [a, ~]',
      'metadata:',
      '  a: b: c',
      '  d: e',
      'allowedDomains:',
      '- a',
      '- *b',
      'judge: true',
    );
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['maxSteps', 'judge'],
    );
    assert.equal(problems.length, 4);
  });

  it('names the place of an option, and of a line that is none without the space around it', () => {
    const { entries, problems } = read('model : x', '  startUrl: y ', 'files:', '- [');
    assert.deepEqual(entries, [
      { name: 'model', value: 'x', place: { line: 1, start: 0, end: 5 } },
    ]);
    assert.deepEqual(
      problems.map(({ place }) => place),
      [
        { line: 2, start: 2, end: 13 },
        { line: 4, start: 0, end: 3 },
      ],
    );
  });

  it('means the same to YAML, whatever is read', () => {
    const piece = fc.constantFrom(
      ...`a: |b: |- |[|]|"|'|, |\\| |\n|\n  |\n- |#| #|:|x|y z|?|~|50|{|}|&|*|!|%|@|>|/`.split('|'),
      '|',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const written = `k: ${pieces.join('')}`;
        const { entries, problems } = read(written);
        fc.pre(problems.length === 0 && entries.length > 0);
        const values = entries.map(({ name, value }) => [name, plain(value)]);
        // A schema of YAML in which every scalar is a text.
        const expected = yaml.load(written, { schema: yaml.FAILSAFE_SCHEMA });
        assert.deepEqual(Object.fromEntries(values), expected);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) },
    );
  });

  it('comes to its end soon, whatever it is given', () => {
    const piece = fc.constantFrom(
      '---\n',
      'a: ',
      '- ',
      '[',
      ']',
      '"',
      "'",
      ',',
      '\\',
      ' ',
      '\n',
      '  ',
      '#',
      ':',
      'x',
      '\t',
      '~',
      '|',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { problems, entries } = readFrontMatter(`---\n${pieces.join('')}\n---\nBody`);
        for (const { place } of [...problems, ...entries])
          assert.ok(place.start >= 0 && place.end >= place.start);
      }),
    );
    const blanks = ' '.repeat(1900);
    for (const hostile of [`[${blanks}`, `[${blanks}{]`, `[a${blanks}{]`, `[${blanks}"a" b]`])
      assert.equal(read(`files: ${hostile}`).problems.length, 1);
  });

  it('reads items and comments past any number of blanks', () => {
    const blanks = ' '.repeat(400);
    assert.deepEqual(valuesOf(`files: [${blanks}a b${blanks},${blanks}"c"]${blanks}# d`), {
      files: ['a b', 'c'],
    });
    assert.equal(read(`model: a${blanks}b#c${blanks}# d`).entries[0]?.value, `a${blanks}b#c`);
  });
});
