import assert from 'node:assert/strict';
import { maxDepth, maxEntries, maxValues, parseBoundedJson } from '../../../src/api/boundedJson';

describe('JSON from strangers', () => {
  const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const list = (entries: number): string => `[${Array(entries).fill('0').join()}]`;

  it('is parsed as ever', () => {
    const values = [
      null,
      'finished',
      '[{"a,b":"\\"}]\\\\',
      { a: [1, { b: '],}{[' }], '"': '\\', 'ä\u2028': '\ud83d\ude00' },
      [],
      {},
    ];
    for (const value of values) {
      assert.deepEqual(parseBoundedJson(JSON.stringify(value)), value);
      assert.deepEqual(parseBoundedJson(JSON.stringify(value, null, 2)), value);
    }
  });

  it('takes the last of duplicate names', () => {
    assert.deepEqual(parseBoundedJson('{"a":1,"a":2}'), { a: 2 });
  });

  it('may be as deep, as long and as large as the caps', () => {
    assert.ok(parseBoundedJson(nest(maxDepth)));
    assert.ok(parseBoundedJson(list(maxEntries)));
    const objects = Array(maxEntries).fill('{"a":1,"b":[1,2]}').join();
    assert.ok(parseBoundedJson(`[${objects}]`));
  });

  it('is refused beyond them, before anything is built', () => {
    assert.throws(() => parseBoundedJson(nest(maxDepth + 1)), /nested deeper than 64/);
    assert.throws(() => parseBoundedJson('[{"a":'.repeat(1_000_000)), /nested deeper/);
    assert.throws(() => parseBoundedJson(list(maxEntries + 1)), /more than 20000 entries/);
    const names = Array.from({ length: maxEntries + 1 }, (_unused, index) => `"${index}":0`);
    assert.throws(() => parseBoundedJson(`{${names.join()}}`), /more than 20000 entries/);
    const lists = Math.ceil(maxValues / (maxEntries - 1)) + 1;
    assert.throws(
      () => parseBoundedJson(`[${Array(lists).fill(list(maxEntries)).join()}]`),
      /values/,
    );
  });

  it('counts each list by itself', () => {
    const half = list(maxEntries / 2 + 1);
    assert.ok(parseBoundedJson(`[${half},${half},${half}]`));
  });

  it('is not misled by brackets and commas within strings', () => {
    const text = JSON.stringify({ a: `${'['.repeat(1_000)}\\"${','.repeat(100_000)}\\` });
    assert.ok(parseBoundedJson(text));
  });

  it('is refused without a word of its text', () => {
    for (const text of ['', 'secret', '{"secret":', '"secret', '{"a":1}secret', ']]', '"\\']) {
      assert.throws(() => parseBoundedJson(text), { name: 'SyntaxError', message: 'not JSON' });
    }
  });
});

describe('numbers that are none', () => {
  const bodies: readonly (readonly [string, unknown])[] = [
    ['{"a":NaN}', {}],
    ['{"a":NaN,"b":1}', { b: 1 }],
    ['{"b":1,"a":Infinity}', { b: 1 }],
    ['{"b":1,"a":-Infinity,"c":2}', { b: 1, c: 2 }],
    ['{"a":NaN,"b":NaN}', {}],
    ['{"x":1,"a":NaN,"b":NaN}', { x: 1 }],
    ['{ "x" : 1 , "a" : NaN , "b" : -Infinity , "y" : 2 }', { x: 1, y: 2 }],
    ['{"a":{"b":[{"c":NaN,"d":"NaN"},NaN]}}', { a: { b: [{ d: 'NaN' }, null] } }],
    ['[NaN,1,Infinity]', [null, 1, null]],
    ['NaN', null],
    [
      '{"a":"NaN, Infinity","b\\"":"-Infinity\\\\","c":NaN}',
      { a: 'NaN, Infinity', 'b"': '-Infinity\\' },
    ],
    ['{"NaN":1,"Infinity":NaN}', { NaN: 1 }],
  ];
  for (const [text, expected] of bodies)
    it(`are absent, and the rest counts: ${text}`, () => {
      assert.deepEqual(parseBoundedJson(text), expected);
    });

  it('excuse nothing else', () => {
    for (const text of [
      '{"a":NaNa}',
      '{"a":nan}',
      '{"a":+Infinity}',
      '{"a":NaN',
      '{NaN:1}',
      'Infinityx',
    ])
      assert.throws(() => parseBoundedJson(text), { message: 'not JSON' }, text);
  });

  it('may stand beside a hundred thousand others', () => {
    const items = Array.from({ length: 15_000 }, (_, id) => `{"id":${id},"score":NaN}`);
    const read = parseBoundedJson(`[${items.join()}]`) as readonly object[];
    assert.deepEqual([read.length, read[14_999]], [15_000, { id: 14_999 }]);
  });
});

describe('numbers in fields that hold JSON', () => {
  const fields = ['metadata', 'output', 'doneOutput', 'result', 'judgement', 'cost'];
  const values = [
    '{"id":12345678901234567890}',
    '[1.10]',
    '{"deep":[{"x":0.1000000000000000055,"y":"], }"}]}',
    '12345678901234567890',
    '1E-7',
    '-0',
  ];
  for (const field of fields)
    it(`keep their digits, as text: ${field}`, () => {
      for (const value of values) {
        assert.deepEqual(parseBoundedJson(`{"items":[{"${field}" : ${value} ,"n":1}]}`), {
          items: [{ [field]: value, n: 1 }],
        });
      }
    });

  it('keep them in actions, too, each by itself', () => {
    const text = '{"actions":[{"wait":{"ms":1e3}},"{\\"a\\":1.0}",{"click":3},null]}';
    assert.deepEqual(parseBoundedJson(text), {
      actions: ['{"wait":{"ms":1e3}}', '{"a":1.0}', { click: 3 }, null],
    });
  });

  it('are numbers where they lose nothing, and in every other field', () => {
    assert.deepEqual(parseBoundedJson('{"output":{"a":[1,2.5,-3,9007199254740991]},"x":1.10}'), {
      output: { a: [1, 2.5, -3, 9007199254740991] },
      x: 1.1,
    });
    assert.deepEqual(parseBoundedJson('{"x":{"metadata":"1.10"},"y":[1.10]}'), {
      x: { metadata: '1.10' },
      y: [1.1],
    });
  });

  it('leave a field within such a field to it', () => {
    const inner = '{"output":{"a":1.10},"b":"]}"}';
    assert.deepEqual(parseBoundedJson(`{"metadata":${inner}}`), { metadata: inner });
  });

  it('stand beside numbers that are none', () => {
    assert.deepEqual(parseBoundedJson('{"metadata":{"a":NaN,"b":1.10},"cost":NaN}'), {
      metadata: '{"b":1.10}',
    });
  });

  it('do not make valid what is not', () => {
    for (const text of [
      '{"output":{"a":1.10}',
      '{"output":{"a":1.10,}}',
      '{"output":1.10.1}',
      '{"output":{1.10}}',
    ])
      assert.throws(() => parseBoundedJson(text), { message: 'not JSON' }, text);
  });
});
