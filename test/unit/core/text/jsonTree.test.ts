import assert from 'node:assert/strict';
import { formatJson, layOutJson } from '../../../../src/core/text/formatJson';
import {
  decodeJsonString,
  readJson,
  type JsonContainer,
  type JsonNode,
} from '../../../../src/core/text/jsonTree';

/** A tree as plain values, each container that is cut with a mark at its end. */
function plain(node: JsonNode | undefined): unknown {
  if (!node) return undefined;
  if (node.kind !== 'object' && node.kind !== 'array')
    return 'raw' in node && node.isCut ? `${node.raw} (cut)` : 'raw' in node && node.raw;
  const rest = node.isCut ? ['(cut)'] : [];
  return [
    node.kind,
    ...node.entries.map(({ rawName, node: inner }) =>
      rawName === undefined ? plain(inner) : [rawName, plain(inner)],
    ),
    ...rest,
  ];
}

const samples = [
  '{}',
  '[]',
  ' [ ] ',
  '[1]',
  '{"a":1,"a":-0.50e+3,"b":[true,false,null,{"c":{}}]}',
  '[[[]],[{}],""]',
  '["a\\"b\\\\","\\u00e9\\n","{not, a: bracket}"]',
  '\r\n{ "deep" : [ 1 ,\t2 ] }\n',
  JSON.stringify({ text: 'x'.repeat(1000), list: Array.from({ length: 50 }, (_, i) => i) }),
];
const broken = [
  '',
  ' ',
  '1',
  '"text"',
  'null',
  '{',
  '[1',
  '[1,]',
  '[,1]',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{a:1}',
  "['a']",
  '[01]',
  '[1.]',
  '[+1]',
  '[nul]',
  '[1]]',
  '[1] 2',
  '[1}',
  '{"a":1]',
  '["\\x"]',
  '["\\u12g4"]',
  '["a\nb"]',
  '[tru]',
  '[-]',
  '1,{}',
  '"a",[1]',
  '["\\x\\n"]',
];

/** As the platform reads it. */
function isJsonContainer(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

describe('readJson', () => {
  it('takes and refuses what the platform takes and refuses', () => {
    for (const text of [...samples, ...broken])
      assert.equal(readJson(text) !== undefined, isJsonContainer(text), JSON.stringify(text));
  });

  it('keeps values as they were written, and repeated names', () => {
    assert.deepEqual(plain(readJson('{"a":1.50,"a":[true,"\\u0041"]}')), [
      'object',
      ['"a"', '1.50'],
      ['"a"', ['array', 'true', '"\\u0041"']],
    ]);
  });

  it('tells what each value is', () => {
    const tree = readJson('[1,"a",true,false,null,{},[]]');
    assert.deepEqual(
      tree?.entries.map(({ node }) => node.kind),
      ['number', 'string', 'boolean', 'boolean', 'null', 'object', 'array'],
    );
  });

  it('reads the beginning of a text wherever it ends', () => {
    for (const text of samples)
      for (let end = text.search(/[{[]/u) + 1; end <= text.length; end++)
        assert.ok(
          readJson(text.slice(0, end), { isBeginning: true }),
          JSON.stringify(text.slice(0, end)),
        );
  });

  it('tells what is cut', () => {
    assert.deepEqual(plain(readJson('{"a":[1,2', { isBeginning: true })), [
      'object',
      ['"a"', ['array', '1', '(cut)']],
      '(cut)',
    ]);
    assert.deepEqual(plain(readJson('{"a":{"b":2},"text":"lon', { isBeginning: true })), [
      'object',
      ['"a"', ['object', ['"b"', '2']]],
      ['"text"', '"lon" (cut)'],
      '(cut)',
    ]);
    assert.deepEqual(plain(readJson('["\\u00', { isBeginning: true })), [
      'array',
      '"" (cut)',
      '(cut)',
    ]);
    assert.deepEqual(plain(readJson('["😀a\ud83d', { isBeginning: true })), [
      'array',
      '"😀a" (cut)',
      '(cut)',
    ]);
  });

  it('refuses nonsense at the beginning of a text', () => {
    const nonsense = [
      '[a',
      '{1',
      '[1 2',
      '[1 2.',
      '[1.x',
      '[1,,',
      '{"a" 1',
      '["\\x41',
      '["\\x\\',
      'x',
    ];
    for (const text of nonsense)
      assert.equal(readJson(text, { isBeginning: true }), undefined, text);
  });

  it('refuses what is deeper than can be shown, without a deep stack', () => {
    assert.ok(readJson(`${'['.repeat(64)}${']'.repeat(64)}`));
    assert.equal(readJson(`${'['.repeat(65)}${']'.repeat(65)}`), undefined);
    assert.equal(readJson('['.repeat(1_000_000), { isBeginning: true }), undefined);
    assert.equal(readJson('{"a":'.repeat(200_000), { isBeginning: true }), undefined);
  });
});

describe('layOutJson', () => {
  it('lays out little more than what is shown, however deep it is', () => {
    let reads = 0;
    const ones = Array.from({ length: 5000 }, () => {
      const node: JsonNode = { kind: 'number', raw: '1', isCut: false };
      return {
        rawName: undefined,
        get node() {
          reads++;
          return node;
        },
      };
    });
    let tree: JsonContainer = { kind: 'array', entries: ones, isCut: false };
    for (let depth = 1; depth < 60; depth++)
      tree = { kind: 'array', entries: [{ rawName: undefined, node: tree }], isCut: false };
    assert.equal(layOutJson(tree, 10_000).text.length, 10_000);
    assert.ok(reads < 100, String(reads));
  });

  it('changes nothing but blanks, and no value', () => {
    for (const text of samples) {
      const tree = readJson(text);
      assert.ok(tree);
      const laidOut = layOutJson(tree, 100_000);
      assert.equal(laidOut.text.replace(/\s/gu, ''), text.replace(/\s/gu, ''));
      assert.deepEqual(JSON.parse(laidOut.text), JSON.parse(text));
      assert.deepEqual(laidOut, { text: formatJson(text), isCut: false });
    }
  });

  it('ends in an ellipsis where the room or the text ends', () => {
    const tree = readJson('{"a":[1,2],"b":"c"}');
    assert.ok(tree);
    const { text, isCut } = layOutJson(tree, 12);
    assert.equal(isCut, true);
    assert.equal(text, '{\n  "a": [\n…');
    const beginning = readJson('{"a":[1,2', { isBeginning: true });
    assert.ok(beginning);
    assert.deepEqual(layOutJson(beginning, 100), { text: '{\n  "a": [\n    1…', isCut: true });
    const emoji = readJson('["😀😀"]');
    assert.ok(emoji);
    assert.equal(layOutJson(emoji, 9).text, '[\n  "😀…');
    assert.equal(layOutJson(emoji, '[\n  "😀😀"\n]'.length).isCut, false);
  });

  it('is read again by readJson as the beginning that it is', () => {
    const tree = readJson(JSON.stringify({ list: Array.from({ length: 500 }, (_, i) => ({ i })) }));
    assert.ok(tree);
    for (let most = 10; most < 300; most += 7) {
      const { text } = layOutJson(tree, most);
      assert.ok(readJson(text.slice(0, -1), { isBeginning: true }), text);
    }
  });
});

describe('decodeJsonString', () => {
  it('reads escapes, and leaves what is no string', () => {
    assert.equal(decodeJsonString('"a\\n\\u0041"'), 'a\nA');
    assert.equal(decodeJsonString('"a'), '"a');
    assert.equal(decodeJsonString('1'), '1');
  });
});
