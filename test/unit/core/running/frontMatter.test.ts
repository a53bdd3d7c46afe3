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
      'allowedDomains:',
      '  - example.com',
      '  # the other one',
      '  - "*.example.org"',
      'flush:',
      '- one',
      '- two',
      'flow: [a, "b, c", \'d\']  # three',
      'metadata:',
      '  team: search',
      '  "a b": "1.10"',
      'judge: true',
    );
    assert.deepEqual(values, {
      model: 'gpt-5.4-mini',
      maxSteps: '50',
      startUrl: 'https://example.com/a#b',
      single: "it's # no comment",
      double: 'a\tb: ä',
      allowedDomains: ['example.com', '*.example.org'],
      flush: ['one', 'two'],
      flow: ['a', 'b, c', 'd'],
      metadata: { team: 'search', 'a b': '1.10' },
      judge: 'true',
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
    // Half a front matter never becomes a prompt.
    assert.equal(open.body, '');
    const windows = readFrontMatter('---\r\nmodel: x\r\n---\r\nBuy\r\nmilk');
    assert.deepEqual(
      windows.entries.map(({ value }) => value),
      ['x'],
    );
    assert.equal(windows.body, 'Buy\nmilk');
  });

  it('says what it cannot read, and where, rather than guess', () => {
    const refused: readonly [readonly string[], RegExp, number][] = [
      [['model'], /written as `name: value`/u, 1],
      [['model:x'], /written as `name: value`/u, 1],
      [['  model: x'], /written as `name: value`/u, 1],
      [['model:'], /has no value/u, 1],
      [['model: ~'], /has no value/u, 1],
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
    const { entries, problems } = read('model: a: b', 'maxSteps: 3', 'files: [', 'judge: true');
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['maxSteps', 'judge'],
    );
    assert.equal(problems.length, 2);
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
    const hostile = `files: [${' '.repeat(1900)}`;
    assert.equal(read(hostile).problems.length, 1);
  });
});
